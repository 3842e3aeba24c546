#!/bin/sh
# Build GraphiQL and the OpenAPI page into schema/graphiql/dist. Without npm or without its registry the pages load from a public CDN.
set -u
cd "$(dirname "$0")" || exit 1

use_cdn() {
  echo "GraphiQL will load its assets from the public CDN instead ($1); to bundle it later: rm -r schema/graphiql/dist, then make run"
  rm -rf dist
  mkdir -p dist/assets
  cp src/* dist/assets/
  cp cdn/*.html dist/
  exit 0
}

first_error() { grep -iE 'error|could not|cannot|unsupported' "$log" | grep -vE 'build:$|[0-9] errors?:$' | head -n 1; }

installed() { [ -n "$(find node_modules/.package-lock.json -newer package-lock.json 2>/dev/null)" ]; }

install() {
  npm ci --include=dev --include=optional --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-timeout=20000
}

command -v npm >/dev/null 2>&1 || use_cdn "npm is not installed"

log=$(mktemp) || exit 1
trap 'rm -rf "$log" "$log.cache"' EXIT
[ -w "${HOME:-/nowhere}" ] || export npm_config_cache="$log.cache"
unset NODE_ENV

echo "Building GraphiQL (once) ..."
installed || install >"$log" 2>&1 || use_cdn "npm ci failed: $(first_error)"
NO_COLOR=1 npx --no-install vite build >"$log" 2>&1 || use_cdn "vite build failed: $(first_error)"
