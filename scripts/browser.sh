#!/bin/sh
# Get a Chromium for the browser tests: the one that is there, Debian's, or Playwright's own.
# Ends well in any case; without a browser the browser tests are skipped and say so.
set -u
python=$1

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if "$python" -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p: sys.exit(not pathlib.Path(p.chromium.executable_path).exists())' 2>/dev/null; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1; then
    root=""
    [ "$(id -u)" = 0 ] || root="sudo -n"
    echo "Installing Debian's Chromium for the browser tests."
    if $root apt-get update -qq && $root apt-get install -y -qq chromium >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "Installing Playwright's Chromium for the browser tests."
if "$python" -m playwright install --with-deps chromium >/dev/null 2>&1 || "$python" -m playwright install chromium >/dev/null 2>&1; then
    exit 0
fi
echo "No Chromium could be had here: the browser tests will be skipped." >&2
