#!/usr/bin/env bash
# augmax 0.4.1: RandomCrop cuts between pixels, so nearly every picture is blurred, by another amount each time.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    augmax==0.4.1 jax==0.10.2 jaxlib==0.10.2 einops==0.8.2 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys
from importlib.metadata import version

import augmax
import jax
import numpy as np

SEEDS = 200
board = np.indices((40, 40)).sum(0) % 2  # a picture of 32×32 with a border of four, as for training on CIFAR-10
board = np.repeat(board[..., None], 3, axis=2).astype(np.float32)


def contrast(crop: np.ndarray) -> float:
    """Return the difference of the white and the black squares: 1 as long as pixels are only moved."""
    black_white = np.indices(crop.shape[:2]).sum(0) % 2 == 1
    return float(abs(crop[black_white].mean() - crop[~black_white].mean()))


keys = jax.random.split(jax.random.PRNGKey(0), SEEDS)
crops = np.asarray(jax.vmap(augmax.Chain(augmax.RandomCrop(32, 32)), (0, None))(keys, board))
seen = np.array([contrast(crop) for crop in crops])
middle = {
    side: round(contrast(np.asarray(augmax.Chain(augmax.CenterCrop(side, side))(keys[0], board))), 2) for side in (32, 31)
}
print("version: augmax", version("augmax"), "JAX", jax.__version__)
print(f"guess:   a random crop moves pixels and changes none: a chessboard of pixels keeps its contrast of 1 in {SEEDS} crops")
print(f"seen:    contrast {seen.min():.2f} to {seen.max():.2f}, mean {seen.mean():.2f}; {int((seen > 0.99).sum())} crops of",
      f"{SEEDS} keep it; CenterCrop, by side: {middle}")
print("here:    cnn/training/augmentation.py shifts by whole pixels")
sys.exit(0 if seen.mean() < 0.5 and (seen > 0.99).mean() < 0.1 and middle[32] == 1 else 1)
PYTHON
