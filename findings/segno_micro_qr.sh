#!/usr/bin/env bash
# segno 1.6.6 and OpenCV 4.12: the QR code that segno.make() draws for a short code is one that readers do not read.
#
# Guessed: segno.make("ABCDEFGH") gives an ordinary QR code, which every reader reads, as it does for an address.
# Seen:    for a text this short it gives a Micro QR code (M3), which OpenCV's detector does not find; from about 22
#          characters on, or by segno.make_qr(), it is an ordinary one, which is read.
# So:      call segno.make_qr() wherever people point a camera, or the short codes of a class fail and the long ones work.
# Source:  segno 1.6.6, opencv-python-headless 4.12.0.88, NumPy 2.2.6 from PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check segno==1.6.6 opencv-python-headless==4.12.0.88 numpy==2.2.6
"$folder/venv/bin/python" - <<'PY'
import cv2
import numpy as np
import segno


def read(code):
    cells = np.array([[0 if cell else 255 for cell in row] for row in code.matrix], np.uint8)
    picture = np.pad(np.kron(cells, np.ones((8, 8), np.uint8)), 64, constant_values=255)
    return cv2.QRCodeDetector().detectAndDecode(picture)[0]


short = segno.make("ABCDEFGH")
print("make:", short.designator, "read as", repr(read(short)))
assert short.is_micro, "this has changed"
assert read(short) == "", "this has changed: Micro QR codes are read"
ordinary = segno.make_qr("ABCDEFGH")
print("make_qr:", ordinary.designator, "read as", repr(read(ordinary)))
assert read(ordinary) == "ABCDEFGH"
long = segno.make("http://192.168.0.10:8501/room?code=ABCDEFGH")
print("an address:", long.designator, "read as", repr(read(long)))
assert not long.is_micro
PY
echo "As seen: make() draws a Micro QR code for eight letters, and it is not read."
