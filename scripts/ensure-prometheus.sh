#!/bin/sh
# The alert rules are tested by promtool, which Debian's prometheus brings along. Installs it where it is missing and that is possible, without
# starting a Prometheus; fails where it is not, because rules that nobody has seen fire are worth nothing.
set -eu
command -v promtool > /dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    apt-get update --quiet --quiet
    apt-get install --quiet --quiet --yes --no-install-recommends prometheus > /dev/null
    command -v promtool > /dev/null && exit 0
fi
echo "the tests need promtool: apt-get install prometheus, or a release of https://prometheus.io/download" >&2
exit 1
