#!/usr/bin/env bash
# A Plotly figure made while another thread imports pandas fails: Plotly takes what is in sys.modules for pandas.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet plotly==7.1.0 pandas==3.1.1 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import threading
from importlib.metadata import version

import numpy as np
import plotly.graph_objects as go

go.Scatter(x=np.zeros(2), hovertemplate="%{y}")  # whatever Plotly itself loads late is loaded now
print("version: Plotly", version("plotly"), "pandas", version("pandas"), "NumPy", np.__version__)
print("guess:   a figure without pandas can be made at any time")
importing = threading.Thread(target=__import__, args=("pandas",))
importing.start()
made, error = 0, None
while importing.is_alive() and error is None:
    try:
        go.Scatter(hovertemplate="%{y}")
        made += 1
    except AttributeError as found:
        error = found
importing.join()
print("seen:   ", f"{type(error).__name__}: {error}" if error else f"{made} figures without an error")
print("here:    cnn/figures/plotly_figure.py")
sys.exit(error is None)
PYTHON
