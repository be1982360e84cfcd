"""What the pages on a trained network look at now: network, saved epoch, picture, layer, channel and cell.

It is read from the page's address and written back to it, so that a link leads to exactly this cell.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn import data
from cnn.core.errors import CnnLabError, RunError
from cnn.network.forward import Weights, forward
from cnn.network.summary import LayerShape, walk
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import Run
from cnn.web.app import address
from cnn.web.app.cache import shared_cache
from cnn.web.app.run_text import start_words
from cnn.web.app.session import session
from cnn.web.app.widgets import Sample, class_sample, class_size, dataset_name, own_sample

NEWEST = "newest"
YOURS, SAMPLE, VALIDATION = "Yours", "Sample", "Validation"
# On other pages these are widgets' own parameters, which Streamlit takes out of the address on the way here.
OF_OTHER_PAGES = {"class": "sample_class", "number": "sample_number"}
OF_ONE_NETWORK = ("epoch", "layer", "channel", "cell")


@dataclass(frozen=True)
class View:
    """What is shown: `outputs` holds every layer's values for `sample`; `cell` is (row, column) or None.

    `newest` says that the newest saved state is followed; `note` is a sentence where the address asked for
    a state that is not shown.
    """

    run: Run
    snapshot: Snapshot
    weights: Weights
    table: tuple[LayerShape, ...]
    sample: Sample
    outputs: dict[str, NDArray[Any]]
    layer: str
    channel: int
    cell: tuple[int, int] | None
    newest: bool = True
    note: str = ""

    @property
    def row(self) -> LayerShape:
        """The layer that is looked at, with its shapes."""
        return next(row for row in self.table if row.layer.name == self.layer)

    @property
    def network_key(self) -> str:
        """A key for network and saved epoch."""
        return f"{self.run.id}/{self.snapshot.step}"

    @property
    def key(self) -> str:
        """A key for network, saved epoch and picture in a question to the query worker."""
        return f"{self.network_key}/{digest(self.sample.pixels)}"


def choose(layer: str | None = None, channel: int | None = None, cell: tuple[int, int] | None = None) -> None:
    """Put a layer, a channel or a cell into the address; what lies below what was chosen is forgotten."""
    wanted = {"layer": layer, "channel": channel, "cell": cell and f"{cell[0]},{cell[1]}"}
    given = {name: str(value) for name, value in wanted.items() if value is not None}
    if not given:
        return
    below = tuple(wanted)[tuple(wanted).index(next(iter(given))) :]
    address.put(dict.fromkeys(below) | given)


def choose_epoch(step: int | None) -> None:
    """Put a saved state into the address by its step; None follows the newest."""
    address.put({"epoch": NEWEST if step is None else str(step)})


def choose_picture(true_class: int | None, number: int = 0, part: str = "test") -> None:
    """Put a test or validation picture into the address by class and number (from 0); None is one's own."""
    if true_class is None:
        address.put({"picture": YOURS})
        return
    way = SAMPLE if part == "test" else VALIDATION
    picture = {"picture": way, "class": data.CLASSES[true_class], "number": str(number + 1)}
    address.put(picture | dict.fromkeys(OF_OTHER_PAGES.values()))
    if part == "test":
        session().picture = (true_class, number)


def forget_other_network(run: Run) -> None:
    """Take out of the address what belonged to the network that was looked at before `run`."""
    before = st.session_state.get("viewed-network", run.id)
    st.session_state["viewed-network"] = run.id
    if before != run.id:
        address.put(dict.fromkeys(OF_ONE_NETWORK))


def read_view(run: Run) -> View | None:
    """Return what the address asks for, with a default for what it leaves out or has wrong.

    Returns:
        None where no saved state or no picture can be read; the page then says why.
    """
    sample = _sample()
    if sample is None:
        return None
    try:
        snapshot, weights, note = _saved_state(run)
        outputs = _outputs(run, snapshot, weights, sample)
    except RunError as error:
        st.error(str(error), icon=":material/broken_image:")
        return None
    table = walk(run.setup.network)
    layer = _layer(table)
    row = next(row for row in table if row.layer.name == layer)
    newest = address.get("epoch", NEWEST) == NEWEST
    return View(run, snapshot, weights, table, sample, outputs, layer, *_place(row), newest, note)


def picture_choice() -> tuple[int, int]:
    """Return the class (0 to 9) and the number (from 0) of the picture of `picture_part` that the address names."""
    name = _picture_parameter("class")
    if name in data.CLASSES:
        chosen = data.CLASSES.index(name), (_number(_picture_parameter("number")) or 1) - 1
        if picture_part() != "test":  # the other pages go on with test pictures
            return chosen[0], chosen[1] if chosen[1] < picture_count() else 0
        session().picture = chosen
    elif address.went_back():  # to an address from before a picture was chosen here
        session().picture = session().entered_with
    true_class, place = session().picture
    return true_class, place if place < picture_count() else 0


def picture_part() -> str:
    """Return "validation" where the address asks for such a picture, else "test"."""
    return "validation" if address.get("picture") == VALIDATION else "test"


def _picture_parameter(name: str) -> str:
    return address.get(name, st.query_params.get(OF_OTHER_PAGES[name], ""))


def picture_count() -> int:
    """Return how many pictures of `picture_part` there are of every class."""
    return class_size(dataset_name(), picture_part())


def looks_at_own_picture() -> bool:
    """Whether the visitor brought a picture and the address does not ask for another one."""
    return session().upload is not None and address.get("picture") not in (SAMPLE, VALIDATION)


def epoch_words(run: Run, snapshot: Snapshot) -> str:
    """Return when a state was saved, in words: "after epoch 3 of 20"."""
    if not snapshot.epoch:
        return start_words(run)
    planned = run.setup.training.epochs
    whole = snapshot.epoch == round(snapshot.epoch)
    return (f"after epoch {snapshot.epoch:g}" if whole else f"after {snapshot.epoch:.1f} epochs") + (
        f" of {planned}" if planned else ""
    )


def _sample() -> Sample | None:
    upload = session().upload
    if upload is not None and looks_at_own_picture():
        return own_sample(upload)
    try:
        return class_sample(dataset_name(), *picture_choice(), picture_part())
    except CnnLabError as error:
        st.error(str(error), icon=":material/broken_image:")
        return None


def _saved_state(run: Run) -> tuple[Snapshot, Weights, str]:
    """Return the state that the address asks for, or the newest that can be read and why it is another."""
    snapshots = run.snapshots()
    asked, note = _asked(snapshots)
    for candidate in (asked, *reversed(snapshots)):
        if candidate is None:
            continue
        try:
            weights = _weights(run, candidate)
        except RunError as error:
            note = note or str(error)
            continue
        return candidate, weights, f"{note} You see it {epoch_words(run, candidate)}." if note else ""
    raise RunError(note or run.nothing_saved())


def _asked(snapshots: list[Snapshot]) -> tuple[Snapshot | None, str]:
    text = address.get("epoch", NEWEST)
    step = _number(text)
    if step is None:
        return None, ""
    for snapshot in snapshots:
        if snapshot.step == step:
            return snapshot, ""
    return None, f"No state of this network is saved at step {step:,}."


def _weights(run: Run, snapshot: Snapshot) -> Weights:
    return shared_cache().get(("weights", *file_stamp(snapshot)), lambda: run.weights(snapshot))


def file_stamp(snapshot: Snapshot) -> tuple[Path, int, int]:
    """Return a value that changes whenever the file of a state is rewritten."""
    try:
        found = snapshot.path.stat()
    except OSError as error:
        raise RunError(f"The snapshot {snapshot.path.name} is no longer there.") from error
    return snapshot.path, found.st_mtime_ns, found.st_size


def _outputs(
    run: Run, snapshot: Snapshot, weights: Weights, sample: Sample
) -> dict[str, NDArray[np.float32]]:
    """Return every layer's output; those of a visitor's own picture go when the visitor does."""
    key = ("outputs", *file_stamp(snapshot), digest(sample.pixels))
    place = session().own_maps if sample.true_class is None else shared_cache()
    return dict(place.get(key, lambda: forward(run.setup.network, weights, sample.pixels)))


def digest(pixels: NDArray[np.uint8]) -> str:
    """Return a name for a picture that follows from its pixels alone."""
    return hashlib.blake2b(pixels.tobytes(), digest_size=8).hexdigest()


def _layer(table: tuple[LayerShape, ...]) -> str:
    names = [row.layer.name for row in table]
    wanted = address.get("layer")
    return wanted if wanted in names else table[1].layer.name


def _place(row: LayerShape) -> tuple[int, tuple[int, int] | None]:
    """Return channel and cell of the address where the layer has them; the first channel and None else."""
    channel = _number(address.get("channel"))
    parts = [_number(part) for part in address.get("cell").split(",")]
    channel = channel if channel is not None and channel < row.shape[-1] else 0
    if len(row.shape) != 3 or len(parts) != 2 or parts[0] is None or parts[1] is None:
        return channel, None
    inside = parts[0] < row.shape[0] and parts[1] < row.shape[1]
    return channel, (parts[0], parts[1]) if inside else None


def _number(text: str) -> int | None:
    """Return a whole number from 0 on, None for any other text.

    >>> _number("12"), _number("-1"), _number("1e9"), _number("٣"), _number("9" * 40)
    (12, None, None, None, None)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None
