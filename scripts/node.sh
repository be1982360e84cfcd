#!/bin/sh
# Install the tools of the browser components (types, linter, bundler, unit tests) where npm is there. Serving the
# app needs none of them: its bundles are committed.
#
#     sh scripts/node.sh
if ! command -v npm > /dev/null; then
    echo "skipped: npm is not there, so the browser components are neither type-checked nor bundled anew"
    exit 0
fi
if [ node_modules/.package-lock.json -nt package-lock.json ]; then exit 0; fi
npm ci --no-audit --no-fund || echo "skipped: npm could not install the tools of the browser components"
