#!/bin/sh
# Builds src/piecework/sandbox/vendor/*.js from npm packages: the TypeScript compiler of code steps, and the web APIs that bare V8 lacks.
# A developer runs this to move to newer versions; neither the build nor a running server needs npm.
set -eu
SUCRASE=3.35.1 CORE_JS=3.51.0 TEXT_ENCODING=1.0.6 ESBUILD=0.28.2
target=$(cd "$(dirname "$0")/../src/piecework/sandbox/vendor" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cd "$build"
npm init --yes >/dev/null
npm install --no-audit --no-fund --ignore-scripts \
    "sucrase@$SUCRASE" "core-js@$CORE_JS" "fast-text-encoding@$TEXT_ENCODING" "esbuild@$ESBUILD" >/dev/null

bundle() { # name, entry, more options of esbuild
    name=$1 entry=$2
    shift 2
    echo "$entry" >"$name.entry.js"
    node_modules/.bin/esbuild "$name.entry.js" --bundle --minify --format=iife --platform=neutral --main-fields=module,main \
        --log-level=warning --legal-comments=none --metafile="$name.meta.json" --outfile="$target/$name.js" "$@"
}
bundle sucrase 'export { transform } from "sucrase";' --global-name=sucrase
bundle url 'import "core-js/web/url"; import "core-js/web/url-search-params";'
bundle structured-clone 'import "core-js/web/structured-clone";'
bundle base64 'import "core-js/stable/atob"; import "core-js/stable/btoa";'
bundle text-encoding 'import "fast-text-encoding";' --define:window=globalThis --define:self=globalThis --define:global=globalThis

# The licences of every package that a bundle holds code of.
grep -ho '"node_modules/\(@[^/"]*/\)\{0,1\}[^/"]*' ./*.meta.json | tr -d '"' | sort -u | while read -r package; do
    version=$(sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' "$package/package.json" | head -1)
    echo "==== ${package#node_modules/} $version ===="
    cat "$package"/LICENSE* "$package"/LICENCE* 2>/dev/null || sed -n 's/^ *"license": *"\([^"]*\)".*/\1/p' "$package/package.json"
    echo
done >"$target/LICENSES.txt"
ls -l "$target"
