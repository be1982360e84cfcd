#!/usr/bin/env bash
# Streamlit 1.67: a press in a fragment right after a press on the navigation empties the page that was turned to.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0 playwright==1.65.2; } || exit 2
browser=$(command -v chromium || command -v google-chrome || true)
[ -n "$browser" ] || "$folder/venv/bin/python" -m playwright install chromium >/dev/null 2>&1 || exit 2
cat > "$folder/app.py" <<'PYTHON'
import streamlit as st


@st.fragment
def part() -> None:
    st.button("Count")


def first() -> None:
    st.title("First page")
    part()


def second() -> None:
    st.title("Second page")
    st.text("All of the second page")


st.navigation([st.Page(first, title="One"), st.Page(second, title="Two")]).run()
PYTHON
cd "$folder"
"$folder/venv/bin/python" -m streamlit run app.py --server.port 0 --server.headless true --browser.gatherUsageStats false > log 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT
BROWSER_PATH=$browser "$folder/venv/bin/python" - <<'PYTHON'
import os
import re
import sys
import time
from pathlib import Path

import streamlit
from playwright.sync_api import sync_playwright

for _ in range(120):
    if found := re.search(r"Local URL: (\S+)", Path("log").read_text()):
        break
    time.sleep(0.5)
BOTH = """() => {
  const link = [...document.querySelectorAll('[data-testid=stSidebarNavLink]')].find((a) => a.textContent.includes("Two"));
  const button = [...document.querySelectorAll("button")].find((b) => b.textContent.includes("Count"));
  link.click();
  button.click();
}"""
with sync_playwright() as playwright:
    path = os.environ["BROWSER_PATH"] or None
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    empty = 0
    for _ in range(5):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(found[1])
        page.get_by_role("button", name="Count").wait_for(timeout=60_000)
        page.evaluate(BOTH)
        page.wait_for_timeout(4000)
        empty += page.get_by_text("All of the second page").count() == 0
        address = page.url.rsplit("/", 1)[1]
        page.close()
    print("version: Streamlit", streamlit.__version__, "in Chromium", browser.version)
    print("guess:   the fragment belongs to a page that is left, so its run is dropped, and the second page stands")
    print(f"seen:    the second page's content was gone in {empty} of 5 tries, with /{address} in the address bar")
    print("         the run is carried out after the new page, under the old page's hash, and the browser clears the page")
    print("here:    cnn/web/app/page_turn.py")
    browser.close()
sys.exit(empty < 3)
PYTHON
