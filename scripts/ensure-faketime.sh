#!/bin/sh
# The tests set a server's clock back and ahead with Debian's libfaketime. Installs it where that takes no question: as root on a Debian. Elsewhere
# those tests are left out, because setting the machine's own clock would be worse.
set -u
[ -n "$(find /usr/lib -name libfaketime.so.1 2>/dev/null)" ] && exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0
export DEBIAN_FRONTEND=noninteractive
install_faketime() { timeout 60 apt-get install --quiet --quiet --yes --no-install-recommends libfaketime >/dev/null 2>&1; }
install_faketime || { timeout 60 apt-get update --quiet --quiet >/dev/null 2>&1 && install_faketime; }
exit 0
