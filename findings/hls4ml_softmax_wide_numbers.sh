#!/usr/bin/env bash
# hls4ml 1.3.0: softmax is right to 0.001 for numbers of 16 bits; with 32 bits, each of ten classes gets 0.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ g++ --version > /dev/null && python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet \
    --disable-pip-version-check hls4ml==1.3.0 keras==3.15.1 jax==0.10.2 numpy==2.4.6; } || exit 2
cd "$folder"
KERAS_BACKEND=jax "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import contextlib
import io
import sys

import hls4ml
import keras
import numpy as np

scores = np.array([[-1.5, -1, 2, -1, -1.5, 0, 0, -1, -1, 0.5]], np.float32)
place = keras.Input((10,), name="scores")
model = keras.Model(place, keras.layers.Softmax(name="probabilities")(place))
wanted = np.asarray(model(scores))


def emulated(numbers: str) -> np.ndarray:
    """Return what hls4ml's C++ gives with fixed-point numbers of this kind, all else as hls4ml sets it."""
    with contextlib.redirect_stdout(io.StringIO()):
        config = hls4ml.utils.config_from_keras_model(
            model, granularity="name", default_precision=numbers, backend="Vitis"
        )
        found = hls4ml.converters.convert_from_keras_model(
            model, hls_config=config, output_dir=numbers.strip("fixed<>").replace(",", "_"), backend="Vitis"
        )
        found.compile()
    return found.predict(scores).reshape(wanted.shape)


narrow, wide = emulated("fixed<16,6>"), emulated("fixed<32,16>")
print("version: hls4ml", hls4ml.__version__, "Keras", keras.__version__)
print("guess:   fixed<32,16> holds every number of fixed<16,6>, so its softmax is at least as near to Keras's,",
      wanted[0].astype(float).round(2).tolist())
print(f"seen:    largest difference {abs(narrow - wanted).max():.1g} with fixed<16,6>; with fixed<32,16>",
      f"{abs(wide - wanted).max():.1g}:", wide[0].astype(float).round(2).tolist())
print("here:    docs/take-home.md, Who reads the other files: what goes into the softmax has the type fixed<16,6> there")
sys.exit(0 if abs(narrow - wanted).max() < 0.01 and np.ptp(wide) == 0 else 1)
PYTHON
