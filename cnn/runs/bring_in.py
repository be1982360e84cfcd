"""Import of a network as a run: a spec as JSON with weights as safetensors, or a whole ZIP that this lab exported.

No file is trusted: its first bytes and its name decide what it is, the spec has a
closed schema, and a safetensors header is compared with the spec before a number is read. Nothing is
unpacked to the disk, and a run appears only when it is complete.
"""

import io
import json
import math
import secrets
import shutil
import time
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import RunError, SpecError
from cnn.core.numbers import to_json
from cnn.network.forward import check_weights, weight_shapes
from cnn.network.spec import MAX_TEXT, NetworkSpec, Setup
from cnn.network.summary import walk
from cnn.runs import history_table
from cnn.runs.history_table import MAX_EPOCH, MAX_STEP, from_csv
from cnn.runs.origin import Origin, write_origin
from cnn.runs.run import EVERYBODY, MAX_NAME, Run
from cnn.runs.snapshots import read_weights, snapshot_path, write_weights, write_whole
from cnn.runs.status import Status
from cnn.runs.store import RunStore

MANIFEST = "cnn-lab.json"  # in a ZIP of this lab, see `cnn.exports.archive`
FORMAT = "cnn-lab-export-1"
START = "start.safetensors"  # in a run's folder: the initial weights of its training
MAX_BYTES = 500_000_000  # of all files together
MAX_HEADER = 1_000_000  # the largest network has a header of about 20,000
MAX_MEMBERS = 200
BROUGHT_IN = "It was brought in; it has not been trained here."
TIMED = ("progress", "epoch")  # rows whose seconds are those of the training so far
TYPES = {"F32": "<f4", "F16": "<f2"}

INSTEAD = (
    "Import the weights as safetensors with the spec's JSON, or a ZIP of this lab: Take home exports both. It was not "
    "opened."
)
REFUSED = {
    "a Keras file": ((".keras", ".h5", ".hdf5"), (b"\x89HDF\r\n\x1a\n",)),
    "a pickle": ((".pkl", ".pickle", ".joblib"), (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")),
    "a PyTorch file": ((".pt", ".pth", ".ckpt", ".bin"), ()),
    "an ONNX file": ((".onnx",), ()),
    "a LiteRT file": ((".tflite",), ()),
}
REASONS = {
    "a Keras file": "can contain code that runs when it is loaded",
    "a pickle": "is a program that runs when it is loaded",
    "a PyTorch file": "contains a pickle, a program that runs when it is loaded",
    "an ONNX file": "may contain any graph, not only the layers of this lab",
    "a LiteRT file": "may contain any graph, not only the layers of this lab",
}


def start_weights(run: Run) -> dict[str, NDArray[np.float32]] | None:
    """Return the initial weights of an imported run; None for any other run.

    Raises:
        RunError: if they cannot be read.
    """
    path = run.folder / START
    return read_weights(path, run.setup.network) if path.is_file() else None


def bring_in(
    store: RunStore, files: Sequence[tuple[str, bytes]], owner: str = EVERYBODY, name: str = ""
) -> Run:
    """Import a network as a new run from files, (name, content): one ZIP, or a JSON and a safetensors file.

    It can be inspected at once. Further training begins with the imported weights. A ZIP also brings its learning
    curves, and the new ones continue them.

    Raises:
        RunError: for other files, or files that do not belong to one network, with a sentence that says which.
        SpecError: for a spec that is not allowed.
    """
    if sum(len(content) for _, content in files) > MAX_BYTES:
        raise RunError(
            f"These files are larger than {MAX_BYTES // 10**6} MB together, more than any network here."
        )
    for file, content in files:
        _refuse_others(file, content)
    archives = [content for _, content in files if content.startswith(b"PK\x03\x04")]
    if archives and len(files) == 1:
        given, setup, content, table = _from_zip(archives[0])
    else:
        setup, content = _from_pair(files)
        table = None
        given = {"name": next((f for f, _ in files if f.endswith(".json")), "").removesuffix(".json")}
    walk(setup.network)
    weights = read_safetensors(content, setup.network)
    told = name or str(given.get("name") or "")
    dataset = given.get("dataset")
    origin = _place(given)
    rows = from_csv(table, origin.step, origin.epoch) if table else []
    return _made(
        store, setup, weights, owner, told, dataset if dataset == "sketch10" else "cifar10", origin, rows
    )


def _refuse_others(file: str, content: bytes) -> None:
    lower, shown = file.lower(), _shown(file)
    for kind, (endings, starts) in REFUSED.items():
        if lower.endswith(endings) or content.startswith(starts):
            raise RunError(f"{shown} is {kind}, which {REASONS[kind]}. {INSTEAD}")


def _shown(file: str) -> str:
    """Return a file's name short and printable, for a sentence."""
    return "".join(letter for letter in file[-60:] if letter.isprintable()) or "The file"


def _from_pair(files: Sequence[tuple[str, bytes]]) -> tuple[Setup, bytes]:
    specs = [content for file, content in files if file.lower().endswith(".json")]
    weights = [content for file, content in files if file.lower().endswith(".safetensors")]
    if len(files) != 2 or len(specs) != 1 or len(weights) != 1:
        raise RunError(
            "Choose two files together, NAME.json with the spec and NAME.safetensors with the weights, or one ZIP "
            "of this lab."
        )
    return Setup.from_text(specs[0]), weights[0]


def _from_zip(content: bytes) -> tuple[dict[str, Any], Setup, bytes, bytes | None]:
    """Return manifest, set-up, weights and history of a ZIP of this lab; only these members are read, into memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > MAX_MEMBERS:
                raise RunError(f"The ZIP has more than {MAX_MEMBERS} members; one of this lab has fewer.")
            manifest = _json(_member(archive, MANIFEST, MAX_TEXT))
            if manifest.get("format") != FORMAT:
                raise RunError(f"{MANIFEST} in the ZIP is not of the format {FORMAT}; export it again.")
            setup = Setup.from_json(manifest.get("setup"))
            most = 4 * sum(math.prod(shape) for shape in weight_shapes(setup.network).values()) + MAX_HEADER
            name = str(manifest.get("weights"))[:200]
            table = f"{name.removesuffix('.safetensors')}-history.csv"
            history = (
                _member(archive, table, history_table.MAX_BYTES) if table in archive.namelist() else None
            )
            return manifest, setup, _member(archive, name, most), history
    except KeyError:
        raise RunError(
            f"The ZIP is not one of this lab: {MANIFEST}, or the weights that it names, are missing."
        ) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as error:
        if isinstance(error, RunError | SpecError):
            raise
        raise RunError("The ZIP is damaged, encrypted or packed in another way; export it again.") from error


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member of at most `most` bytes, whatever its header says."""
    with archive.open(archive.getinfo(name)) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise RunError(f"{_shown(name)} in the ZIP is larger than {most:,} bytes, the most that is possible.")
    return content


def _place(given: Mapping[str, Any]) -> Origin:
    """Return where the training of a network ended, from a manifest; the start where it does not say.

    Raises:
        RunError: for a step or an epoch that cannot be.
    """
    step, epoch = given.get("step", 0), given.get("epoch", 0.0)
    if type(step) is not int or not 0 <= step <= MAX_STEP:
        raise RunError(f"step in {MANIFEST} must be a whole number from 0 to {MAX_STEP:,}; export it again.")
    if type(epoch) not in (int, float) or not 0 <= epoch <= MAX_EPOCH:
        raise RunError(f"epoch in {MANIFEST} must be a number from 0 to {MAX_EPOCH:,}; export it again.")
    return Origin(step, float(epoch))


def _json(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RunError("A JSON object is missing in the file; export it again.")
    return found


def read_safetensors(content: bytes, network: NetworkSpec) -> dict[str, NDArray[np.float32]]:
    """Return weights, float32, after comparing the header with what `network` needs.

    Raises:
        RunError: for bytes that are not a safetensors file, contradict their header, belong to another network, or
            contain values that are not finite.
    """
    size = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 2 <= size <= min(MAX_HEADER, len(content) - 8) or content[8:9] != b"{":
        raise RunError(
            "The weights are not a safetensors file, or its header is larger than that of any network here."
        )
    header, body = _json(content[8 : 8 + size]), memoryview(content)[8 + size :]
    header.pop("__metadata__", None)
    places = {name: _entry(name, entry) for name, entry in header.items()}
    check_weights(network, {name: shape for name, (_, shape, _) in places.items()})
    end = 0
    for name, (kind, shape, (first, last)) in sorted(places.items(), key=lambda item: item[1][2]):
        if first != end or last - first != math.prod(shape) * np.dtype(kind).itemsize:
            raise RunError(f"The header of the weights gives a wrong position for {_shown(name)}.")
        end = last
    if end != len(body):
        raise RunError(f"The weights have {len(body):,} bytes of numbers, but their header says {end:,}.")
    arrays = {
        name: np.frombuffer(body[first:last], kind).reshape(shape).astype(np.float32)
        for name, (kind, shape, (first, last)) in places.items()
    }
    if bad := [name for name, array in arrays.items() if not np.isfinite(array).all()]:
        raise RunError(f"{bad[0]} contains values that are not finite; such a network cannot be used.")
    return arrays


def _entry(name: str, entry: object) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    """Return type, shape and byte range of an array from its header, all checked to be whole numbers from 0."""
    facts: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
    shape, offsets = facts.get("shape"), facts.get("data_offsets")
    if not (isinstance(shape, list) and isinstance(offsets, list) and len(offsets) == 2 and len(shape) <= 4):
        raise RunError(f"The header of the weights is damaged at {_shown(name)}.")
    if not all(type(number) is int and 0 <= number < 2**40 for number in [*shape, *offsets]):
        raise RunError(f"The header of the weights is damaged at {_shown(name)}.")
    if facts.get("dtype") not in TYPES:
        raise RunError(f"{_shown(name)} is neither float32 nor float16, as weights must be here.")
    return TYPES[facts["dtype"]], tuple(shape), (offsets[0], offsets[1])


def _made(
    store: RunStore,
    setup: Setup,
    weights: Mapping[str, NDArray[np.float32]],
    owner: str,
    name: str,
    dataset: str,
    origin: Origin,
    rows: Sequence[Mapping[str, Any]],
) -> Run:
    """Create the run under a hidden name, and rename it when it is complete."""
    if owner != EVERYBODY:
        store.room_for(setup, owner)
    run_id = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
    hidden = store.folder / f".incoming-{run_id}"
    try:
        run = store.create_in(hidden, setup, dataset, owner, name[:MAX_NAME] or "Brought in")
        path = snapshot_path(hidden / "snapshots", origin.step, origin.epoch)
        write_weights(path, weights)
        read_weights(
            path, setup.network
        )  # checks them as every page does, with a forward pass of a few pictures
        write_weights(hidden / START, weights)
        history = "".join(f"{to_json(row)}\n" for row in rows).encode()
        write_whole(run.history.path, history)
        seconds = max(
            (row["seconds"] for row in rows if row["kind"] in TIMED and "seconds" in row), default=0.0
        )
        origin = replace(origin, seconds=seconds, history=len(history), rows=len(rows))
        write_origin(hidden, origin)
        # Its accuracies were measured elsewhere, so the status, which boards and tables rank by, has none.
        place: dict[str, Any] = {"step": origin.step, "epoch": origin.epoch, "seconds": origin.seconds}
        run.write_status(Status("stopped", BROUGHT_IN, **place))
        hidden.rename(store.folder / run_id)
    except OSError as error:
        raise RunError(f"The run cannot be stored: {error.strerror}.") from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
    return store.get(run_id)
