#!/usr/bin/env bash
# TensorFlow's LiteRT converter: from_concrete_functions leaves the weights of a Keras 3 model out, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    tensorflow-cpu==2.21.0 keras==3.15.1 ai-edge-litert==2.3.0; } || exit 2
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import contextlib
import io
import sys

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1000), keras.layers.Dense(10)])
inputs = np.ones((1, 64), np.float32)
wanted = np.asarray(model(inputs))
call = tf.function(lambda x: model(x)).get_concrete_function(tf.TensorSpec([1, 64], tf.float32))
ways = {
    "from_concrete_functions([f], model)": tf.lite.TFLiteConverter.from_concrete_functions([call], model),
    "from_keras_model(model)": tf.lite.TFLiteConverter.from_keras_model(model),
}
print("version: TensorFlow", tf.__version__, "Keras", keras.__version__)
print("guess:   both ways give a file of about", 4 * model.count_params(), "bytes with the model's outputs")
seen = {}
for name, converter in ways.items():
    with contextlib.redirect_stdout(io.StringIO()):  # where it saved the model for a moment
        content = converter.convert()
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs)
    try:
        interpreter.invoke()
        found = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        seen[name] = len(content), bool(np.allclose(found, wanted, atol=1e-4))
    except (RuntimeError, ValueError) as error:
        seen[name] = len(content), False
print("seen:   ", "; ".join(f"{name}: {size:,} bytes, same outputs: {same}" for name, (size, same) in seen.items()))
print("here:    cnn/exports/litert.py")
(small, wrong), (whole, right) = seen.values()
sys.exit(0 if small < whole / 10 and not wrong and right else 1)
PYTHON
