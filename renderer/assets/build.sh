#!/usr/bin/env bash
# Bundles renderer/assets/src into renderer/assets/dist, which the program embeds. Does nothing when dist is up to date.
# Needs Node with npm (for the packages of package-lock.json, no scripts are run) and Go (esbuild is a tool of go.mod).
set -euo pipefail
cd "$(dirname "$0")/../.."

src=renderer/assets/src
dist=renderer/assets/dist

if [ -f "$dist/manifest.json" ] &&
  [ -z "$(find "$src" package.json package-lock.json renderer/assets/build.sh -newer "$dist/manifest.json" -print -quit)" ]; then
  exit 0
fi

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  command -v npm >/dev/null || { echo "make assets: npm is missing; install Node.js 18 or later" >&2; exit 1; }
  npm ci --ignore-scripts --no-audit --no-fund
  touch node_modules/.package-lock.json
fi

find "$dist" -type f ! -name .keep -delete
go tool esbuild "$src/app.css" "$src/app.ts" \
  --bundle --minify --target=es2022,safari16,firefox115,chrome109 --format=esm \
  --loader:.woff2=file --loader:.svg=file \
  --entry-names='[name]-[hash]' --asset-names='[name]-[hash]' --public-path=/assets \
  --outdir="$dist" --metafile="$dist/manifest.tmp" --log-level=warning
mv "$dist/manifest.tmp" "$dist/manifest.json"
