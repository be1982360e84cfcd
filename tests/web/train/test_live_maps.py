"""What a run has learned so far, beside its charts: the newest saved state, and nothing drawn twice."""

import io
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnn import data
from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.figures.colours import DARK, LIGHT
from cnn.network.forward import Weights, forward, weight_shapes
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs.run import Run
from cnn.runs.store import RunStore, Status, owner_hash
from cnn.web.train import live_run
from support.app_pages import ANNA, opened, said

TINY = Setup(
    NetworkSpec(blocks=(Block((Convolution(4),)),)), TrainSpec(epochs=3, pictures=500, precision="float32")
)


@pytest.fixture(autouse=True)
def no_sheets_left(only_drawn_pictures: None) -> None:
    live_run._sheets.clear()


def random_weights(network: NetworkSpec, seed: int) -> Weights:
    rng = np.random.default_rng(seed)
    shapes = weight_shapes(network).items()
    found = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes}
    return {name: np.abs(array) if "variance" in name else array for name, array in found.items()}


@pytest.fixture
def run(home: Path) -> Run:
    made = RunStore(home / "runs").create(TINY, "sketch10", owner_hash(ANNA), "mine")
    made.write_status(Status("running", source="sketch10, drawn by code"))
    return made


def first_of(name: str) -> np.ndarray:
    index = int(np.flatnonzero(data.test_labels("sketch10") == CLASSES.index(name))[0])
    return data.test_pictures("sketch10", [index])[0]


def shares_of(app: AppTest) -> str:
    (html,) = [str(item.proto.body) for item in app.get("html") if 'data-class="cat"' in str(item.proto.body)]
    return html


def test_before_the_first_saved_state_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    app = opened(monkeypatch, "train")
    assert "They appear here when training begins" in said(app)


def test_it_shows_the_newest_saved_state_and_says_which(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    first, second = (random_weights(TINY.network, seed) for seed in (1, 2))
    run.save_snapshot(0, 0, first)
    app = opened(monkeypatch, "train")
    assert "before training: random weights" in said(app)
    expected = forward(TINY.network, first, first_of("horse"))["softmax"]
    assert all(f"{percent(float(share))}</td>" in shares_of(app) for share in expected)
    run.save_snapshot(4, 1, second)
    app.run()
    assert "after epoch 1 of 3" in said(app)
    expected = forward(TINY.network, second, first_of("horse"))["softmax"]
    assert all(f"{percent(float(share))}</td>" in shares_of(app) for share in expected)
    app.selectbox(key="live-class").set_value("ship").run()
    expected = forward(TINY.network, second, first_of("ship"))["softmax"]
    assert all(f"{percent(float(share))}</td>" in shares_of(app) for share in expected)
    assert not app.exception


def test_looking_again_reads_nothing_again(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    reads: list[object] = []
    true_weights = Run.weights
    monkeypatch.setattr(Run, "weights", lambda run, one=None: (reads.append(one), true_weights(run, one))[1])
    run.save_snapshot(0, 0, random_weights(TINY.network, 1))
    app = opened(monkeypatch, "train")
    app.run()
    app.run()
    assert len(reads) == 1
    run.save_snapshot(4, 1, random_weights(TINY.network, 2))
    app.run()
    app.run()
    assert len(reads) == 1 + 3  # once to be drawn; both states once more, for the answers that changed


def test_after_the_end_it_stays_with_a_way_inside(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    run.save_snapshot(0, 0, random_weights(TINY.network, 1))
    run.save_snapshot(8, 3, random_weights(TINY.network, 2))
    run.write_status(Status("finished", source="sketch10, drawn by code", test_accuracy=0.2))
    app = opened(monkeypatch, "train")
    assert "after epoch 3 of 3" in said(app)
    links = [item.proto for item in app.get("page_link")]
    (link,) = [link for link in links if link.label == "Open these maps in Inside"]
    assert f"network={run.id}" in link.query_string
    assert "layer=relu1" in link.query_string


def test_a_state_that_cannot_be_read_is_one_sentence(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    run.save_snapshot(0, 0, random_weights(TINY.network, 1))
    run.snapshots()[0].path.write_bytes(b"no weights")
    app = opened(monkeypatch, "train")
    assert not app.exception
    assert "cannot be read" in said(app)


@pytest.mark.parametrize("name", ["lecture", "vgg6", "resnet"])
def test_what_is_drawn_is_what_the_network_gives(name: str, home: Path) -> None:
    run = RunStore(home / "runs").create(PRESETS[name].setup, "sketch10", owner_hash(ANNA), "mine")
    network = run.setup.network
    weights = random_weights(network, 3)
    sheets = [live_run.draw(run, weights, first_of("horse"), theme) for theme in (LIGHT, DARK)]
    outputs = forward(network, weights, first_of("horse"))
    assert (sheets[0].probabilities == outputs["softmax"]).all()
    assert sheets[0].maps[0][1] != sheets[1].maps[0][1]
    first = next(
        iter(outputs["input"].shape[:1] and [layer for layer in outputs if layer.startswith("conv")])
    )
    names = [layer for layer, _, _ in sheets[0].maps]
    assert names[0] == first
    assert names[-1].startswith(("relu", "norm"))
    kernel = np.asarray(weights[f"{first}/kernel"])
    picture = np.asarray(
        Image.open(io.BytesIO(b64decode(sheets[0].filters.partition(",")[2]))).convert("RGB")
    ).astype(float)
    cell = 48 // len(kernel)
    grid = picture[cell // 2 : len(kernel) * cell : cell, cell // 2 : len(kernel) * cell : cell]
    reach = np.abs(kernel[..., : live_run.MOST_FILTERS]).max()
    assert np.abs(grid / 127.5 - 1 - kernel[..., 0] / reach).max() < 0.01
