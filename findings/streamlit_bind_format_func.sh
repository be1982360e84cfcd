#!/usr/bin/env bash
# Streamlit 1.67: a widget bound to the address keeps there what format_func shows, not the option; the option itself is dropped.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0; } || exit 2
cat > "$folder/app.py" <<'PYTHON'
import streamlit as st

titles = {"a": ":material/speed: First", "b": ":material/speed: Second"}
chosen = st.segmented_control(
    "View", list(titles), default="a", required=True, format_func=titles.get, key="view", bind="query-params"
)
st.write(chosen)
PYTHON
cd "$folder"
"$folder/venv/bin/python" - 2>/dev/null <<'PYTHON'
import sys

import streamlit
from streamlit.testing.v1 import AppTest


def opened(view: str) -> str:
    app = AppTest.from_file("app.py")
    app.query_params["view"] = view
    return str(app.run().markdown[0].value)


by_option, by_text = opened("b"), opened(":material/speed: Second")
print("version: Streamlit", streamlit.__version__)
print("guess:   ?view=b chooses the option b, whatever format_func calls it")
print(f"seen:    ?view=b gives {by_option!r}; the text that is shown, icon and all, gives {by_text!r}")
print("here:    pages/evaluate.py, whose bound widgets have no format_func")
sys.exit(0 if (by_option, by_text) == ("a", "b") else 1)
PYTHON
