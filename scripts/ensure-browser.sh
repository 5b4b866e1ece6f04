#!/bin/sh
# The browser tests drive Debian's Chromium and put a real nginx in front of the server. Installs what is missing, where that is possible.
set -eu
missing=""
command -v chromium > /dev/null || missing="$missing chromium"
test -x /usr/sbin/nginx || command -v nginx > /dev/null || missing="$missing nginx-light"
test -n "$missing" || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update --quiet --quiet
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends $missing > /dev/null
else
    echo "the tests need:$missing" >&2
    exit 1
fi
