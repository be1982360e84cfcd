"""A stand-alone Python script, and a notebook, that rebuild, check and train a network.

They need only TensorFlow and NumPy. The layers are written from the configuration of the Keras model, so every
layer that a spec can express is covered. Schedules, augmentation, whitening and optimisers are copied from the
lab's own source.
"""

import ast
import inspect
import textwrap
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cnn.core import scaling
from cnn.core.numbers import to_json
from cnn.data import dataset
from cnn.data.classes import CLASSES
from cnn.exports.keras_file import keras_model
from cnn.exports.source import Exported, Source, probabilities, probe

if TYPE_CHECKING:
    import keras

# Options that every layer has, and those that follow from the others.
LEFT_OUT = ("name", "trainable", "dtype", "data_format", "dilation_rate", "groups")
WIDTH = 100


def export_script(source: Source) -> Exported:
    """Return the script: `python NAME.py` checks the network and trains it, `--check` only checks."""
    parts = [code for _, code in _sections(source)]
    text = f'"""{_title(source)}\n\n{_usage(source)}\n"""\n\n' + "\n\n\n".join(parts) + "\n"
    note = f"It compares with {source.stem}.safetensors in the same folder; without that file it only trains."
    return Exported(f"{source.stem}.py", "text/x-python", text.encode(), note)


def export_notebook(source: Source) -> Exported:
    """Return the same as a Jupyter notebook, one cell per section."""
    cells = [_cell("markdown", f"# {_title(source)}\n\n{_usage(source)}")]
    for title, code in _sections(source):
        cells += [_cell("markdown", f"## {title}"), _cell("code", code)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {
        "cells": [cell | {"id": f"cell-{i}"} for i, cell in enumerate(cells)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = to_json(document, indent=1, ascii_only=False) + "\n"
    return Exported(f"{source.stem}.ipynb", "application/x-ipynb+json", text.encode())


def _cell(kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def _title(source: Source) -> str:
    name = (source.name or source.run_id).replace("\\", "").replace('"', "'")
    return f"{name}: {source.parameters:,} parameters, ten classes, pictures of 32×32."


def _usage(source: Source) -> str:
    return (
        f"Written by CNN Lab after {source.epoch:g} epochs on {source.source.replace(chr(34), '')}.\n"
        "Needs TensorFlow 2.21 or newer (pip install tensorflow) and NumPy, nothing else.\n\n"
        f"python {source.stem}.py --check        compare with {source.stem}.safetensors in the same folder\n"
        f"python {source.stem}.py                train it again on CIFAR-10, which Keras downloads\n"
        f"python {source.stem}.py --data FOLDER  the same, from the folder of CIFAR-10's binary version\n"
        f"python {source.stem}.py --steps 10     the same, and stop early"
    )


def _sections(source: Source) -> list[tuple[str, str]]:
    """Return title and code of each part; only the first part has imports."""
    from cnn.training import augmentation, optimizers, schedules, whitening

    return [
        ("Settings", _settings(source)),
        ("The network", _network(source)),
        ("Weights, and the check", _CHECK),
        ("The pictures", _of(scaling) + "\n\n\n" + _split() + "\n\n\n" + _PICTURES),
        ("Kernels computed from the pictures", _of(whitening)),
        ("Changes to the pictures while training", _of(augmentation)),
        ("Learning rate and optimiser", _of(schedules) + "\n\n\n" + _of(optimizers)),
        ("Training", _TRAINING),
        ("Command line", _MAIN),
    ]


def _settings(source: Source) -> str:
    training = {name: value for name, value in source.setup.training.to_json().items() if name != "precision"}
    said = [round(float(value), 7) for value in probabilities(source)]
    return (
        "import argparse\nimport json\nimport math\nimport sys\nimport time\nfrom pathlib import Path\n"
        "from types import SimpleNamespace\nfrom typing import Any\n\n"
        "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras.src.ops import nn as operations\n"
        "from numpy.typing import NDArray\n\n"
        "TrainSpec = Any  # the type of TRAINING in the functions copied from the lab\n"
        f"NAME = {source.stem!r}\n"
        f"CLASSES = {CLASSES!r}\n"
        "PICTURE_SHAPE = (32, 32, 3)\n"
        f"WHITEN = {source.setup.network.whiten}\n"
        f"PARAMETERS = {source.parameters}\n"
        f"# Probabilities of the trained network for the picture (0, 7, 14, ...) modulo 256.\n"
        + "\n".join(textwrap.wrap(f"EXPECTED = {said!r}", WIDTH, subsequent_indent="    "))
        + "\n"
        + "\n".join(
            textwrap.wrap(
                "TRAINING = SimpleNamespace("
                + ", ".join(f"{name}={value!r}" for name, value in training.items())
                + ")",
                WIDTH,
                subsequent_indent="    ",
            )
        )
    )


def _network(source: Source) -> str:
    lines = [
        "def build_network() -> keras.Model:",
        '    """Return the network: scaled pixels in, ten probabilities out."""',
    ]
    model = keras_model(source)
    names: dict[str, str] = {}
    for number, layer in enumerate(model.operations):
        names[layer.name] = variable = "x" if number == 0 else f"x{number}"
        if type(layer).__name__ == "InputLayer":
            lines.append(f"    {variable} = keras.Input({tuple(layer.batch_shape[1:])}, name={layer.name!r})")
            continue
        node = layer._inbound_nodes[0]
        inputs = [names[tensor._keras_history.operation.name] for tensor in node.input_tensors]
        given = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
        lines.append(f"    {variable} = {_call(layer)}({given})")
    lines.append(f"    model = keras.Model(x, {variable})")
    for layer in model.layers:
        frozen = [v.name for v in layer.weights if not v.trainable and v.name in ("kernel", "bias")]
        lines += [f"    model.get_layer({layer.name!r}).{name}.trainable = False" for name in frozen]
    return "\n".join([*lines, "    return model"])


def _call(layer: "keras.layers.Layer") -> str:
    """Return the code that creates a Keras layer: its class, and the options that differ from the defaults."""
    import keras

    kind, config = type(layer), layer.get_config()
    if getattr(keras.layers, kind.__name__, None) is not kind:
        raise TypeError(f"{kind.__name__} is not a layer of Keras; a script cannot create it.")
    parts = []
    for name, parameter in inspect.signature(kind.__init__).parameters.items():
        if name not in config or name in LEFT_OUT:
            continue
        value, default = config[name], parameter.default
        if name == "pool_size" or not _is_default(
            value, default
        ):  # shown always: pooling without its size says little
            parts.append(f"{name}={_written(value)}")
    return f"keras.layers.{kind.__name__}({', '.join([*parts, f'name={layer.name!r}'])})"


def _is_default(value: Any, default: Any) -> bool:
    """Whether a value of a layer's configuration is Keras's default."""
    if isinstance(value, dict) and isinstance(default, str):
        same = value["class_name"].lower() == default.replace("_", "").lower()
        return same and not any(item for item in value["config"].values())
    if isinstance(value, list | tuple) and isinstance(default, list | tuple | int):
        return list(value) == (list(default) if not isinstance(default, int) else [default] * len(value))
    return bool(value == default or (value == "linear" and default is None))


def _written(value: Any) -> str:
    """Return a value of a configuration as code."""
    if not isinstance(value, dict):
        return repr(tuple(value) if isinstance(value, list) else value)
    name, config = (
        value["class_name"],
        {k: v for k, v in value["config"].items() if k not in ("name", "dtype") and v is not None},
    )
    options = ", ".join(f"{key}={item!r}" for key, item in config.items())
    if value["module"] == "keras.initializers":
        return f"keras.initializers.{name}({options})"
    return f"operations.{name}({options})"


def _of(module: ModuleType) -> str:
    """Return the source of a module without its docstring and its imports."""
    text = inspect.getsource(module)
    tree, lines = ast.parse(text), text.splitlines()
    gone = {0}
    for number, node in enumerate(tree.body):
        docstring = number == 0 and isinstance(node, ast.Expr)
        if docstring or isinstance(node, ast.Import | ast.ImportFrom):
            gone |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return "\n".join(line for i, line in enumerate(lines, 1) if i not in gone).strip()


def _split() -> str:
    """Return the code with which the lab sets 5,000 validation pictures aside."""
    parts = (
        dataset.split_validation,
        dataset.validation_places,
        dataset.picture_hashes,
        dataset._balanced,
        dataset._quotas,
    )
    code = "\n\n\n".join(inspect.getsource(part).strip() for part in parts)
    return "from hashlib import blake2b\n\nDataError = ValueError\n\n\n" + code


_CHECK = f'''
def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a safetensors file: 8 bytes of length, a JSON header, then the numbers."""
    content = path.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    arrays = {{}}
    for name, entry in json.loads(content[8:end]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            kind = {{"F32": "<f4", "F16": "<f2"}}[entry["dtype"]]
            arrays[name] = np.frombuffer(content[end + first : end + last], kind).reshape(entry["shape"])
    return arrays


def check(model: keras.Model, path: Path) -> None:
    """Put the trained weights into the network and compare its probabilities with those of the lab."""
    arrays = read_safetensors(path)
    for layer in model.layers:
        for variable in layer.weights:
            if variable.name != "seed_generator_state":
                variable.assign(arrays[f"{{layer.name}}/{{variable.name}}"].astype(np.float32))
    pixels = (np.arange({probe().size}) * 7 % 256).reshape(1, 32, 32, 3).astype(np.uint8)
    said = np.asarray(model(to_input(pixels), training=False))[0]
    difference = np.abs(said - EXPECTED).max()
    print(f"largest difference from the lab's probabilities: {{difference:.1e}}")
    if difference > 1e-4:
        sys.exit("This is not the same network.")
'''.strip()

_PICTURES = '''
def read_cifar10(folder: str) -> tuple[np.ndarray, ...]:
    """Return training and test pictures, uint8 (n, 32, 32, 3), with their labels, (n,)."""
    if not folder:
        (images, labels), (test_images, test_labels) = keras.datasets.cifar10.load_data()
        return images, labels.ravel(), test_images, test_labels.ravel()
    parts = []
    for names in ([f"data_batch_{i}.bin" for i in range(1, 6)], ["test_batch.bin"]):
        records = np.concatenate([np.fromfile(Path(folder, name), np.uint8).reshape(-1, 3073) for name in names])
        parts += [records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0].astype(np.int64)]
    return tuple(np.ascontiguousarray(part) for part in parts)


def chosen_for_training(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the training pictures and labels that the lab used, then the validation pictures and labels."""
    images, labels, *validation = split_validation(images, labels, len(labels) // 10)
    if TRAINING.pictures < len(labels):
        order = np.random.default_rng(TRAINING.seed).permutation(len(labels))
        few = _balanced(order, labels, TRAINING.pictures)
        images, labels = images[few], labels[few]
    return images, labels, *validation
'''.strip()

_TRAINING = '''
def train(model: keras.Model, images: np.ndarray, labels: np.ndarray, steps: int = 0) -> None:
    """Train for the epochs or seconds of `TRAINING`, or for a number of steps."""
    if WHITEN:
        first = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
        first.kernel.assign(whitening_kernels(images, first.kernel_size[0], first.filters))
    batch = min(TRAINING.batch_size, len(labels))
    an_epoch = len(labels) // batch
    optimizer = build_optimizer(TRAINING, model)
    scores = keras.Model(model.input, model.get_layer("scores").output)  # before softmax
    smoothing, mirrored = TRAINING.label_smoothing, first_mirrored(len(labels), TRAINING.seed)
    variables = model.trainable_variables

    @tf.function
    def one_step(pixels: tf.Tensor, targets: tf.Tensor, turned: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        changed = augment(pixels, TRAINING, turned, seed)
        with tf.GradientTape() as tape:
            found = scores(scale(tf.cast(changed, tf.float32)), training=True)
            wanted = tf.one_hot(targets, 10) * (1 - smoothing) + smoothing / 10
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(wanted, found))
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    started, step, share = time.perf_counter(), 0, 0.0
    while share < 1 and not (steps and step >= steps):
        epoch, place = divmod(step, an_epoch)
        if place == 0:
            order = np.random.default_rng([TRAINING.seed, epoch]).permutation(len(labels))
        few = order[place * batch : (place + 1) * batch]
        rate = TRAINING.learning_rate * float(rate_factor(TRAINING.schedule, np.array(share)))
        optimizer.learning_rate.assign(rate)
        turned = mirrored[few] != (epoch % 2 == 1)
        loss = one_step(images[few], labels[few].astype(np.int32), turned, tf.constant([TRAINING.seed, step]))
        step += 1
        if TRAINING.epochs:
            share = step / (an_epoch * TRAINING.epochs)
        else:
            share = (time.perf_counter() - started) / TRAINING.seconds
        if step % 50 == 0 or share >= 1 or step == steps:
            print(f"step {step}, epoch {step / an_epoch:.2f}: loss {float(loss):.3f}", flush=True)


def accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of pictures that the network classifies correctly."""
    right = 0
    for start in range(0, len(labels), 500):
        part = slice(start, start + 500)
        said = np.asarray(model(to_input(images[part]), training=False))
        right += int((said.argmax(axis=1) == labels[part]).sum())
    return right / len(labels)
'''.strip()

_MAIN = '''
def main() -> None:
    """Build, check, train, measure, save."""
    parser = argparse.ArgumentParser(description="Rebuild, check and train the network.")
    parser.add_argument("--check", action="store_true", help="only compare with the weights in the same folder")
    parser.add_argument("--data", default="", metavar="FOLDER", help="CIFAR-10's binary version")
    parser.add_argument("--steps", type=int, default=0, metavar="N", help="stop after so many steps")
    options, _ = parser.parse_known_args()
    keras.utils.set_random_seed(TRAINING.seed)
    model = build_network()
    if model.count_params() != PARAMETERS:
        sys.exit(f"{model.count_params():,} parameters instead of {PARAMETERS:,}")
    print(f"{NAME}: {PARAMETERS:,} parameters, as in the lab")
    weights = Path(globals().get("__file__", NAME)).with_name(f"{NAME}.safetensors")
    if weights.is_file():
        check(model, weights)
    elif options.check:
        sys.exit(f"{weights} is missing; the lab exports it as Weights.")
    if options.check:
        return
    images, labels, test_images, test_labels = read_cifar10(options.data)
    images, labels, validation_images, validation_labels = chosen_for_training(images, labels)
    model = build_network()  # with new weights: training starts from the beginning
    train(model, images, labels, options.steps)
    print(f"validation accuracy {accuracy(model, validation_images, validation_labels):.1%}")
    print(f"test accuracy {accuracy(model, test_images, test_labels):.1%}")
    model.save(f"{NAME}-trained-again.keras")


if __name__ == "__main__":
    main()
'''.strip()
