"""`.keras`: Keras 3's own format, without custom code, so that safe mode opens it."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cnn.exports.source import INPUT_NOTE, Exported, Source

if TYPE_CHECKING:
    import keras


_models: "WeakKeyDictionary[Source, keras.Model]" = (
    WeakKeyDictionary()
)  # several formats of one network need it


def keras_model(source: Source) -> "keras.Model":
    """Return the network as a plain Keras model in float32, called once; it is built once for a source.

    Always in float32: from a `mixed_bfloat16` model, LiteRT makes a file that loads but
    cannot run, and ONNX one that onnxruntime refuses (TensorFlow 2.21, Keras 3.15.1). ONNX needs a
    model that was called once.
    """
    if source in _models:
        return _models[source]
    from cnn.core.scaling import to_input
    from cnn.exports.source import probe
    from cnn.training.keras_model import build_network, set_weights

    model = build_network(source.setup.network)
    set_weights(model, dict(source.weights))
    model(to_input(probe()[None]), training=False)
    _models[source] = model
    return model


def export_keras(source: Source) -> Exported:
    """Return the network as a `.keras` file, weights included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.keras")
        keras_model(source).save(path)
        content = path.read_bytes()
    return Exported(
        f"{source.stem}.keras",
        "application/zip",
        content,
        f"Opens with keras.models.load_model, safe mode included. {INPUT_NOTE}",
    )
