#!/usr/bin/env bash
# Streamlit 1.67: of options that format_func shows with the same text, a selectbox always gives the last and a multiselect the first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0; } || exit 2
cat > "$folder/app.py" <<'PYTHON'
import streamlit as st

names = {"run-1": "mine", "run-2": "mine", "run-3": "other"}
st.selectbox("One", list(names), index=2, format_func=names.get)
st.multiselect("Many", list(names), format_func=names.get)
st.radio("Radio", list(names), index=2, format_func=names.get)
PYTHON
cd "$folder"
"$folder/venv/bin/python" - 2>/dev/null <<'PYTHON'
import sys

import streamlit
from streamlit.testing.v1 import AppTest


def chosen(run: str) -> tuple[str, list[str], str]:
    app = AppTest.from_file("app.py").run()
    app.selectbox[0].select(run)
    app.multiselect[0].select(run)
    app.radio[0].set_value(run)
    app.run()
    return app.selectbox[0].value, app.multiselect[0].value, app.radio[0].value


first, second = chosen("run-1"), chosen("run-2")
print("version: Streamlit", streamlit.__version__)
print("guess:   options are told apart by what they are, also where format_func shows two of them alike")
print(f"seen:    run-1 chosen gives {first}, run-2 chosen gives {second} (selectbox, multiselect, radio)")
print("here:    cnn/web/app/widgets.py, run_labels makes the labels of runs different")
sys.exit(0 if first[0] != "run-1" or second[1] != ["run-2"] else 1)
PYTHON
