"""LiteRT (formerly TensorFlow Lite), for phones and small computers: in float32, and in int8."""

import contextlib
import io
import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from cnn.core.scaling import to_input
from cnn.core.shares import percent
from cnn.data.subset import Pictures, of_each_class, of_training
from cnn.exports.keras_file import keras_model
from cnn.exports.source import INPUT_NOTE, Exported, Source

CALIBRATION_PICTURES = 200
TEST_PICTURES = 1000
BATCH = 50
MEDIA_TYPE = "application/octet-stream"


_files: WeakKeyDictionary[Source, bytes] = WeakKeyDictionary()  # in float32; int8 is compared with it


def export_litert(source: Source) -> Exported:
    """Return the network as a LiteRT file in float32."""
    note = f"float32, one picture or several. {INPUT_NOTE}"
    return Exported(f"{source.stem}.tflite", MEDIA_TYPE, _in_float(source), note)


def _in_float(source: Source) -> bytes:
    if source not in _files:
        _files[source] = _converted(source)
    return _files[source]


def export_litert_int8(source: Source) -> Exported:
    """Return the network with weights and activations in int8, calibrated on 200 training pictures.

    Input and output stay float32. The note gives its accuracy and that of the network in float32 on the same 1,000
    test pictures. Keras computes the latter: the float32 file gives the same, and takes four times as long.

    Raises:
        DataError: if the data set is missing.
        ModuleNotFoundError: if ai-edge-litert is not installed.
    """
    few = of_training(source.dataset, CALIBRATION_PICTURES)
    tested = of_each_class(source.dataset, TEST_PICTURES)
    content, whole, model = _converted(source, few.pixels), _in_float(source), keras_model(source)
    small = _accuracy(lambda inputs: run_litert(content, inputs), tested)
    full = _accuracy(lambda inputs: np.asarray(model(inputs, training=False)), tested)
    note = (
        f"int8 gets {percent(small)} right, float32 {percent(full)}, of {tested.about}. "
        f"{len(content) / 1000:,.0f} kB instead of {len(whole) / 1000:,.0f}. {INPUT_NOTE}"
    )
    return Exported(f"{source.stem}-int8.tflite", MEDIA_TYPE, content, note)


def _converted(source: Source, calibration: NDArray[np.uint8] | None = None) -> bytes:
    import tensorflow as tf

    # from_concrete_functions would be faster, but silently leaves out a Keras 3 model's variables: the
    # file loads, and answers NaN (TensorFlow 2.21).
    converter = tf.lite.TFLiteConverter.from_keras_model(keras_model(source))
    if calibration is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: _one_by_one(calibration)
        # Operations without an int8 kernel, such as parts of GELU, stay in float32.
        converter.target_spec.supported_ops = [
            tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
            tf.lite.OpsSet.TFLITE_BUILTINS,
        ]
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of statistics that only quantized inputs need
        content: bytes = converter.convert()
    return content


def _one_by_one(pixels: NDArray[np.uint8]) -> Iterator[list[NDArray[np.float32]]]:
    for picture in pixels:
        yield [to_input(picture[None])]


def _accuracy(
    ask: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    pictures: Pictures,
) -> float:
    right = 0
    for start in range(0, len(pictures.labels), BATCH):
        part = slice(start, start + BATCH)
        right += int((ask(to_input(pictures.pixels[part])).argmax(axis=1) == pictures.labels[part]).sum())
    return right / len(pictures.labels)


def run_litert(content: bytes, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probabilities (n, 10) that a LiteRT file gives for scaled pictures (n, 32, 32, 3).

    Raises:
        ModuleNotFoundError: if ai-edge-litert is not installed.
    """
    from ai_edge_litert.interpreter import Interpreter

    interpreter: Any = Interpreter(model_content=content, num_threads=os.cpu_count())
    place, end = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.resize_tensor_input(place["index"], inputs.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(place["index"], inputs)
    interpreter.invoke()
    found: NDArray[np.float32] = interpreter.get_tensor(end["index"])
    return found
