#!/usr/bin/env bash
# Streamlit 1.67: a Plotly chart with a fixed key is another chart whenever its figure changes, so zoom is lost.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0 plotly==6.5.0; } || exit 2
cat > "$folder/app.py" <<'PYTHON'
import plotly.graph_objects as go
import streamlit as st

points = st.session_state.get("points", 3)
st.plotly_chart(go.Figure({"type": "scatter", "y": list(range(points))}, {"uirevision": "keep"}), key="curve")
PYTHON
cd "$folder"
"$folder/venv/bin/python" - 2>/dev/null <<'PYTHON'
import sys

import streamlit
from streamlit.testing.v1 import AppTest

app = AppTest.from_file("app.py").run()
before = app.get("plotly_chart")[0].proto.id
app.session_state["points"] = 4
after = app.run().get("plotly_chart")[0].proto.id
print("version: Streamlit", streamlit.__version__)
print('guess:   with key="curve" the chart stays the same element, so that uirevision keeps its zoom')
print("seen:    the element's id is", before[-40:], "with 3 points and", after[-40:], "with 4: it is mounted anew")
print("here:    cnn/web/train/steady_chart.py")
sys.exit(0 if before and before != after else 1)
PYTHON
