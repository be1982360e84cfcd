#!/usr/bin/env bash
# Streamlit 1.67: the cleanup of a component's (v2) call that newer data overtook runs after the newer call, on its element.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0 playwright==1.65.2; } || exit 2
browser=$(command -v chromium || command -v google-chrome || true)
[ -n "$browser" ] || "$folder/venv/bin/python" -m playwright install chromium >/dev/null 2>&1 || exit 2
cat > "$folder/app.py" <<'PYTHON'
import streamlit as st

# The module is not loaded before the page says so, as over a slow line; meanwhile the data change.
JS = """
while (!window.arrived) await new Promise((resolve) => setTimeout(resolve, 50));
export default ({ data, parentElement }) => {
  const told = parentElement.querySelector("p");
  told.textContent += ` call ${data.n}`;
  return () => { told.textContent += ` cleanup ${data.n}`; };
};
"""
shown = st.components.v2.component("told", html="<p></p>", js=JS)
n = st.session_state.setdefault("n", 1)
shown(data={"n": n}, key="told")


def add() -> None:
    st.session_state["n"] += 1


st.button("Next", on_click=add)
st.text(f"data {n}")
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
with sync_playwright() as playwright:
    path = os.environ["BROWSER_PATH"] or None
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    page = browser.new_page()
    page.goto(found[1])
    page.get_by_text("data 1").wait_for(timeout=60_000)
    page.get_by_role("button", name="Next").click()
    page.get_by_text("data 2").wait_for()
    page.evaluate("window.arrived = true")
    page.get_by_text("call 2").wait_for()
    for n in (3, 4):
        page.get_by_role("button", name="Next").click()
        page.get_by_text(f"call {n}").wait_for()
    seen = page.get_by_text("call 4").text_content().strip()
    print("version: Streamlit", streamlit.__version__, "in Chromium", browser.version)
print("guess:   as with React's effects, the cleanup of a call runs before the next call:")
print("         call 1 cleanup 1 call 2 cleanup 2 call 3 cleanup 3 call 4")
print("seen:   ", seen)
print("         a call is ended by no later one, but one that was overtaken while the module loaded is, and too late")
print("here:    lasting() in cnn/frontend/shared/dom.ts")
sys.exit(0 if seen == "call 1 call 2 cleanup 1 call 3 call 4" else 1)
PYTHON
