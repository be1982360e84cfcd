#!/usr/bin/env bash
# CairoSVG 2.9.1: with height:auto, SVG 2's default, a drawing becomes a picture of the right size with nothing in it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    cairosvg==2.9.1 pillow==12.3.0 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - <<'PYTHON'
import io
import sys

import cairosvg
import numpy as np
from PIL import Image

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" {} viewBox="0 0 40 20"><rect width="40" height="20"/></svg>'
WAYS = ("", 'height="auto"', 'style="width:100%;height:auto"')


def painted(png: bytes) -> str:
    """Return the size of a picture, and how many of its pixels are not transparent."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    height, width = pixels.shape[:2]
    return f"{width}x{height}, {np.count_nonzero(pixels[..., 3])} pixels painted"


seen = {way: painted(cairosvg.svg2png(DRAWING.format(way).encode())) for way in WAYS}
print("version: CairoSVG", cairosvg.__version__)
print("guess:   auto is what a missing height means, so all three are black, 800 pixels, as without it")
print("seen:   ", "; ".join(f"{way or 'nothing said'}: {what}" for way, what in seen.items()))
print("here:    _svg_file in cnn/figures/drawing.py")
first, *rest = seen.values()
sys.exit(0 if "800 pixels" in first and all("40x20, 0 pixels" in what for what in rest) else 1)
PYTHON
