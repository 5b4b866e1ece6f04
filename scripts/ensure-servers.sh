#!/bin/sh
# The pieces that speak to databases, mail servers and message brokers are tested against real ones, which the tests start on free ports of this machine and stop again.
# Installs what is missing where that is possible, without starting any of them; fails where it is not.
set -eu
PATH="$PATH:/usr/sbin:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')"
missing=""
command -v initdb > /dev/null || missing="$missing postgresql"
command -v mariadbd > /dev/null || missing="$missing mariadb-server"
command -v redis-server > /dev/null || missing="$missing redis-server"
command -v dovecot > /dev/null || missing="$missing dovecot-imapd"
command -v rabbitmq-server > /dev/null || missing="$missing rabbitmq-server"
command -v mosquitto > /dev/null || missing="$missing mosquitto"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    apt-get update --quiet --quiet
    # shellcheck disable=SC2086 # a list of names
    apt-get install --quiet --quiet --yes --no-install-recommends $missing > /dev/null
    exit 0
fi
echo "the tests need: apt-get install$missing" >&2
exit 1
