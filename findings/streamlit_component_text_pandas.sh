#!/usr/bin/env bash
# Streamlit 1.67: a component of version 2 whose data are a text imports pandas and PyArrow; the same text in a dictionary does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0; } || exit 2
cat > "$folder/app.py" <<'PYTHON'
import sys

import streamlit as st

shown = st.components.v2.component("drawing", html="<p></p>")
given = {"text": "<svg/>", "bytes": b"<svg/>", "dictionary": {"svg": "<svg/>"}}
shown(data=given[sys.kind], key=sys.kind)
PYTHON
cd "$folder"
cat > look.py <<'PYTHON'
import sys

from streamlit.testing.v1 import AppTest

sys.kind = sys.argv[1]
before = {"pandas", "pyarrow"} & set(sys.modules)
app = AppTest.from_file("app.py").run(timeout=60)
assert not app.exception and not before, (app.exception, before)
print(",".join(sorted({"pandas", "pyarrow"} & set(sys.modules))))
PYTHON
imports() { "$folder/venv/bin/python" look.py "$1" 2>/dev/null; }
text=$(imports text) others=$(imports bytes)$(imports dictionary)
echo "version: Streamlit $("$folder/venv/bin/python" -c 'import streamlit; print(streamlit.__version__)' 2>/dev/null)"
echo "guess:   a text is sent as it is, as bytes and dictionaries are, and imports nothing"
echo "seen:    a text imports ${text:-nothing}; bytes and a dictionary import ${others:-nothing}"
echo 'here:    drawings are sent as {"svg": …}, so that the first page needs neither of them'
[ "$text" = "pandas,pyarrow" ] && [ -z "$others" ]
