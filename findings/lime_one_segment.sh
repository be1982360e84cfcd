#!/usr/bin/env bash
# LIME 0.2.0.1: a photo of 32×32 pixels, the size of CIFAR-10, is mostly one segment, so the explanation is the whole picture.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    lime==0.2.0.1 scikit-image==0.26.0 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from lime.lime_image import LimeImageExplainer
from skimage import data
from skimage.color import gray2rgb
from skimage.transform import resize

SIDES = (32, 64, 224)


def left_half(pictures: np.ndarray) -> np.ndarray:
    """Return the probabilities of two classes; they depend on the left half of each picture only."""
    bright = pictures[:, :, : pictures.shape[2] // 2].mean(axis=(1, 2, 3)) / 255
    return np.stack([bright, 1 - bright], axis=1)


def segments(name: str, side: int) -> int:
    """Return of how many segments LIME's explanation of a photo of scikit-image consists, by its defaults."""
    photo = getattr(data, name)()
    photo = photo if photo.ndim == 3 else gray2rgb(photo)
    edge = min(photo.shape[:2])
    small = resize(photo[:edge, :edge], (side, side), anti_aliasing=True)
    explanation = LimeImageExplainer(random_state=0).explain_instance(
        (255 * small).round().astype(np.uint8), left_half, num_samples=20
    )
    return len(explanation.local_exp[0])


names = ("astronaut", "camera", "cat", "coffee", "coins", "rocket")
seen = {side: {name: segments(name, side) for name in names} for side in SIDES}
print("version: LIME", version("lime"), "scikit-image", version("scikit-image"))
print("guess:   an explanation has a dozen segments or more at any size, so that it can tell the left half from the right")
print("seen:    weights of the explanation, by the side of the photo:", seen)
print("here:    cnn/interpret/attribution.py covers squares of a given size instead, whatever the picture shows")
one = sum(count == 1 for count in seen[32].values())
sys.exit(0 if one >= 4 and max(seen[32].values()) < 5 and min(seen[224].values()) > 20 else 1)
PYTHON
