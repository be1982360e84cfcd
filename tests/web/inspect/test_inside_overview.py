"""Inside: what the overview sends to the browser, what an address means, and what a browser may ask."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from numpy.typing import NDArray
from safetensors.numpy import load

from cnn.data import CLASSES
from cnn.evaluation.pretrained import find_model
from cnn.figures.colours import DARK, LIGHT, Scale, Theme, colour, scale_of
from cnn.network.forward import forward, weight_shapes
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup
from cnn.network.summary import LayerShape, walk
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import RunStore
from cnn.web.app.cache import ArrayCache
from cnn.web.app.view import View, choose
from cnn.web.app.widgets import Sample
from cnn.web.inspect import overview, picture_strip, time_machine
from cnn.web.inspect.overview_columns import MOST_VALUES, Arrangement, chains, maps_shown, pack, quantised
from support.app_pages import ANNA, EPOCH, TINY, Lab, words

NEAR_COLOUR = 4  # of 255: a byte is 1/255 of a map's range, a table has 1,024 colours
RESNET = PRESETS["resnet"].setup


def view_of(tmp_path: Path, setup: Setup, layer: str = "input", channel: int = 0) -> View:
    """Return a look into a network with random weights, of which one filter is dead."""
    rng = np.random.default_rng(3)
    weights = {
        name: rng.normal(0, 0.2, shape).astype(np.float32)
        for name, shape in weight_shapes(setup.network).items()
    }
    for name in weights:
        if name.endswith("moving_variance"):
            weights[name] = np.abs(weights[name]) + 0.5
    first = next(name for name in weights if name.endswith("/bias"))
    weights[first][2] = -1000
    pixels = rng.integers(0, 256, (32, 32, 3)).astype(np.uint8)
    outputs = forward(setup.network, weights, pixels)
    run = RunStore(tmp_path).create(setup, "sketch10")
    sample = Sample(pixels, 3, "noise")
    table = walk(setup.network)
    return View(run, Snapshot(tmp_path, 7, 1.0), weights, table, sample, outputs, layer, channel, None)


def opened(blob: bytes) -> tuple[dict[str, Any], dict[str, NDArray]]:
    (length,) = struct.unpack("<Q", blob[:8])
    return json.loads(json.loads(blob[8 : 8 + length])["__metadata__"]["facts"]), load(blob)


def column(facts: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [column for column in facts["columns"] if column["name"] == name]
    return found


# What goes to the browser


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["lecture", "resnet", "lenet5"])
def test_the_browser_can_paint_every_map_in_its_colours(tmp_path: Path, name: str, theme: Theme) -> None:
    view = view_of(tmp_path, PRESETS[name].setup)
    facts, arrays = opened(pack(view, Arrangement(), theme))
    assert [column["name"] for column in facts["columns"]] == [row.layer.name for row in view.table]
    assert (arrays["picture"] == view.sample.pixels).all()
    for row in view.table:
        values, shown = view.outputs[row.layer.name], column(facts, row.layer.name)
        scale = Scale(shown["low"], shown["high"], shown["signed"])
        assert scale == scale_of(values)
        if values.ndim == 1:
            np.testing.assert_array_equal(arrays[f"{row.layer.name}/values"], values[:MOST_VALUES])
            continue
        for place, channel in enumerate(shown["channels"]):
            one, sent = values[:, :, channel], arrays[f"{row.layer.name}/maps"][place]
            low, mean, high = arrays[f"{row.layer.name}/facts"][place]
            assert (low, high) == (one.min(), one.max())
            assert mean == pytest.approx(one.mean(), rel=1e-5, abs=1e-6)
            decoded = low + sent / 255 * (high - low)
            for wanted in (scale, scale_of(one)):
                painted = colour(decoded.astype(np.float32), wanted, theme).astype(int)
                assert np.abs(painted - colour(one, wanted, theme)).max() <= NEAR_COLOUR


def test_a_dead_map_is_told_and_a_constant_one_stays_what_it_is(tmp_path: Path) -> None:
    facts, arrays = opened(pack(view_of(tmp_path, PRESETS["lecture"].setup), Arrangement(), LIGHT))
    assert column(facts, "relu1")["dead"] == column(facts, "pool1")["dead"] == 1
    assert arrays["relu1/facts"][2].tolist() == [0, 0, 0]
    assert column(facts, "conv1")["dead"] == 0
    assert not quantised(np.full((1, 2, 2), 0.25, np.float32)).any()


@pytest.mark.parametrize("name", PRESETS)
def test_an_overview_is_small(tmp_path: Path, name: str) -> None:
    view = view_of(tmp_path, PRESETS[name].setup)
    assert len(pack(view, Arrangement(), LIGHT)) < 500_000
    assert maps_shown(view.table) == 12


def deep(convolutions: int) -> NetworkSpec:
    block = Block((Convolution(512),) * convolutions, batch_norm=True, pooling="none", residual=True)
    return NetworkSpec(blocks=(block,) * 8)


def thin(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return an array of this shape that takes no memory: one number everywhere."""
    return np.broadcast_to(np.float32(0.5), shape)


@pytest.mark.parametrize("convolutions", [1, 4])
def test_eight_blocks_of_512_filters_stay_small_and_say_so(tmp_path: Path, convolutions: int) -> None:
    network = deep(convolutions)
    table = walk(network)
    outputs = {row.layer.name: thin(row.shape) for row in table}
    weights = {name: thin(shape) for name, shape in weight_shapes(network).items()}
    run = RunStore(tmp_path).create(Setup(network), "sketch10")
    sample = Sample(np.zeros((32, 32, 3), np.uint8), None, "black")
    view = View(run, Snapshot(tmp_path, 0, 0), weights, table, sample, outputs, "conv1", 0, None)
    blob = pack(view, Arrangement(), LIGHT)
    facts, _ = opened(blob)
    assert len(blob) < 500_000
    assert 3 <= facts["rows"] <= 12
    for shown in facts["columns"][1:-3]:
        assert len(shown["channels"]) == facts["rows"]
        assert (shown["total"], shown["pages"]) == (512, -(-512 // facts["rows"]))
    flat = column(facts, "flatten")
    assert (flat["shown"], flat["total"]) == (MOST_VALUES, 32 * 32 * 512)


def test_a_page_turns_a_whole_chain_and_every_map_is_on_one_page(tmp_path: Path) -> None:
    view = view_of(tmp_path, RESNET)
    assert chains(view.table)["relu2_2"] == chains(view.table)["add2"] == "conv2_2"
    for by_activity in (False, True):
        seen: list[int] = []
        for page in range(3):
            facts, _ = opened(pack(view, Arrangement(by_activity, {"conv2_2": page}), LIGHT))
            channels = column(facts, "conv2_2")["channels"]
            assert all(column(facts, name)["channels"] == channels for name in ("norm2_2", "add2", "pool2"))
            assert column(facts, "conv2_1")["page"] == 0
            seen += channels
        assert sorted(seen) == list(range(32))
        assert (seen == sorted(seen)) != by_activity
    facts, _ = opened(pack(view, Arrangement(pages={"conv2_2": 99}), LIGHT))
    assert column(facts, "conv2_2")["page"] == 2


def test_the_chosen_channel_opens_its_page_and_the_most_active_come_first(tmp_path: Path) -> None:
    view = view_of(tmp_path, RESNET, "relu4_2", 100)
    facts, _ = opened(pack(view, Arrangement(), LIGHT))
    assert 100 in column(facts, "relu4_2")["channels"]
    facts, _ = opened(pack(view, Arrangement(by_activity=True, pages={"conv1": 0}), LIGHT))
    activity = np.abs(view.outputs["relu1"]).mean(axis=(0, 1))
    first = [activity[channel] for channel in column(facts, "conv1")["channels"]]
    assert first == sorted(activity, reverse=True)[:12]
    assert 100 in column(facts, "relu4_2")["channels"]


def test_the_links_of_a_convolution_are_as_strong_as_its_kernel_slices(tmp_path: Path) -> None:
    view = view_of(tmp_path, PRESETS["lecture"].setup, "conv2", 20)
    facts, arrays = opened(pack(view, Arrangement(), LIGHT))
    outs, ins = column(facts, "conv2")["channels"], column(facts, "pool1")["channels"]
    kernel = view.weights["conv2/kernel"]
    sizes = np.array([[np.abs(kernel[:, :, i, o]).sum() for i in ins] for o in outs])
    np.testing.assert_allclose(arrays["conv2/strength"], sizes / sizes.max() * 255, atol=0.51)


# What a browser asks, which may be anything


TABLE = walk(PRESETS["lecture"].setup.network)


def test_a_map_is_chosen_a_page_turned_an_order_taken(query: dict[str, str]) -> None:
    overview.answer({"layer": "conv2", "channel": 17}, TABLE)
    assert query == {"layer": "conv2", "channel": "17"}
    overview.answer({"layer": "relu2", "page": 1}, TABLE)
    assert st.session_state[overview.PAGES] == {"conv2": 1}
    overview.answer({"byActivity": True}, TABLE)
    assert st.session_state[overview.ORDER] is True
    assert st.session_state[overview.PAGES] == {}


@pytest.mark.parametrize(
    "value",
    [
        None,
        "conv1",
        ["conv1", 3],
        {"layer": "nope", "channel": 1},
        {"layer": ["conv1"], "channel": 1},
        {"layer": "conv1", "channel": 12},
        {"layer": "conv1", "channel": -1},
        {"layer": "conv1", "channel": 1.5},
        {"layer": "conv1", "channel": True},
        {"layer": "conv1", "channel": "1"},
        {"layer": "conv1", "page": 10**30},
        {"byActivity": "yes"},
    ],
    ids=str,
)
def test_what_makes_no_sense_changes_nothing(query: dict[str, str], value: Any) -> None:
    overview.answer(value, TABLE)
    assert not query
    assert not st.session_state


def test_choosing_forgets_what_lies_below(query: dict[str, str]) -> None:
    choose("conv1", 3, (4, 5))
    assert query == {"layer": "conv1", "channel": "3", "cell": "4,5"}
    choose(channel=4)
    assert query == {"layer": "conv1", "channel": "4"}
    choose(cell=(0, 0))
    choose("conv2")
    assert query == {"layer": "conv2"}


@pytest.mark.parametrize(
    "value", [None, [3], [3, 1000], [-1, 0], [11, 0], [10, 0], [True, 0], ["3", 0], [0.0, 0], "x", {"a": 1}]
)
def test_a_picture_that_is_not_there_is_not_chosen(
    query: dict[str, str], value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_strip, "picture_count", lambda: 1000)
    monkeypatch.setattr(picture_strip, "session", lambda: type("Nobody", (), {"upload": None}))
    picture_strip.take(value)
    assert not query
    picture_strip.take([6, 999])
    assert query == {"picture": "Sample", "class": "frog", "number": "1000"}


# The page


def component(app: Any, holding: str) -> dict[str, Any]:
    """Return the facts of the component on the page that has the key `holding`."""
    for item in app.get("bidi_component"):
        blob = item.proto.bytes
        if blob and b'"facts"' in blob[:200_000]:
            facts, _ = opened(blob)
        else:
            facts = json.loads(item.proto.json or "{}")
        if isinstance(facts, dict) and holding in facts:
            return facts
    raise AssertionError(f"No component has {holding!r}.")


def test_an_address_leads_to_its_layer_channel_picture_and_state(lab: Lab) -> None:
    saved = find_model("lecture", RunStore(Path("nowhere"))).snapshots()
    step, last = saved[1].step, saved[-1].epoch
    app = lab.visit(
        "inside", layer="pool2", channel="20", epoch=str(step), sample_class="frog", sample_number="3"
    )
    assert not app.exception
    facts, time = component(app, "columns"), component(app, "stops")
    assert facts["chosen"] == ["pool2", 20]
    assert 20 in column(facts, "pool2")["channels"]
    assert facts["truth"] == CLASSES.index("frog")
    assert (time["shown"], time["newest"]) == (step, False)
    assert [stop["step"] for stop in time["stops"]] == [snapshot.step for snapshot in saved]
    assert time["stops"][0]["words"] == "Before training: random weights"
    stop = next(stop for stop in time["stops"] if stop["step"] == step)
    assert stop["words"].startswith(f"After epoch {saved[1].epoch:g} of {last:g} · ")
    assert stop["accuracy"] == pytest.approx(float(stop["words"].split()[-2]) / 100, abs=6e-4)
    strip = component(app, "number")
    assert (strip["chosen"], strip["number"], strip["count"]) == (6, 2, 200)
    assert (
        facts["stamp"] == f"lecture/{step}/{strip['digests'][6]}"
    )  # what the browser draws by itself is the same view
    assert "frog, drawn by code" in words(app)


BAD: dict[str, dict[str, str]] = {
    "layer": {"layer": "conv99"},
    "channel": {"channel": "999"},
    "channel_text": {"channel": "x"},
    "cell": {"cell": "x"},
    "cell_outside": {"cell": "99,0"},
    "cell_three": {"cell": "1,2,3"},
    "epoch_text": {"epoch": "now"},
    "epoch_huge": {"epoch": "9" * 50},
    "panel": {"panel": "<b>"},
    "all": {"layer": "\x00", "channel": "-1", "cell": ",", "epoch": "-3", "picture": "Yours", "panel": ""},
}


@pytest.mark.parametrize("address", BAD.values(), ids=BAD)
def test_a_bad_address_shows_what_it_would_show_without(lab: Lab, address: dict[str, str]) -> None:
    app = lab.visit("inside", **address)
    assert not app.exception
    assert not app.error
    facts, time = component(app, "columns"), component(app, "stops")
    assert facts["chosen"] == ["conv1", 0]
    newest = find_model("lecture", RunStore(Path("nowhere"))).snapshots()[-1].step
    assert (time["shown"], time["note"]) == (newest, "")
    assert app.session_state["panel"] == "numbers"


def test_a_state_that_was_thinned_out_or_cut_is_a_sentence_and_the_others_work(lab: Lab) -> None:
    run = lab.put("stopped")
    app = lab.visit("inside", network=run.id, epoch="2")
    time = component(app, "stops")
    assert (time["shown"], [stop["step"] for stop in time["stops"]]) == (3, [0, 3])
    assert "No state of this network is saved at step 2." in time["note"]
    newest = run.snapshots()[-1].path
    newest.write_bytes(newest.read_bytes()[:100])
    for asked in ("3", "newest"):
        app = lab.visit("inside", network=run.id, epoch=asked)
        time = component(app, "stops")
        assert not app.exception
        assert not app.error
        assert time["shown"] == 0
        assert "cannot be read" in time["note"]
        assert "before training: random weights" in time["note"]
    newest.unlink()
    app = lab.visit("inside", network=run.id)
    assert component(app, "stops")["note"] == ""
    assert not app.exception


def test_a_run_that_trains_shows_its_newest_state_and_the_next_one(lab: Lab) -> None:
    run = lab.put("running")
    app = lab.visit("inside", network=run.id)
    time = component(app, "stops")
    assert (time["shown"], time["live"], time["newest"], time["end"]) == (3, True, True, 2)
    assert time["stops"][1]["words"] == "After epoch 1 of 2 · validation accuracy 18.8 %"
    run.save_snapshot(6, 2, run.weights())
    run.history.append(EPOCH | {"step": 6, "epoch": 2, "validation_accuracy": 0.25})
    app.run()
    assert component(app, "stops")["shown"] == 6
    app.query_params["epoch"] = "3"
    app.run()
    run.save_snapshot(9, 2.5, run.weights())
    app.run()
    assert component(app, "stops")["shown"] == 3
    assert component(app, "stops")["stops"][-1]["words"] == "After 2.5 epochs of 2"


def test_weights_written_anew_are_read_anew(lab: Lab) -> None:
    run = lab.put("stopped")
    before = component(lab.visit("inside", network=run.id), "columns")
    newest = run.snapshots()[-1]
    run.save_snapshot(3, 1, {name: array * 2 for name, array in run.weights(newest).items()})
    after = component(lab.visit("inside", network=run.id), "columns")
    assert column(after, "conv1")["high"] == pytest.approx(2 * column(before, "conv1")["high"])


def test_another_network_forgets_layer_and_state_but_not_the_picture(lab: Lab) -> None:
    run = lab.put("finished")
    step = str(find_model("lecture", RunStore(Path("nowhere"))).snapshots()[1].step)
    app = lab.visit("inside", network="lecture", layer="conv2", channel="9", epoch=step, sample_class="cat")
    app.selectbox(key="network").set_value(run.id).run()
    assert not app.exception
    assert component(app, "columns")["chosen"] == ["conv1", 0]
    assert component(app, "stops")["note"] == ""
    assert component(app, "number")["chosen"] == CLASSES.index("cat")


@pytest.mark.parametrize("panel", ["numbers", "why", "filter", "break"])
def test_every_panel_opens_from_the_address(lab: Lab, panel: str) -> None:
    app = lab.visit("inside", panel=panel)
    assert not app.exception
    assert app.session_state["panel"] == panel


def test_the_table_says_the_same_in_words(lab: Lab) -> None:
    app = lab.visit("inside", visitor=ANNA)
    assert not [item for item in app.markdown if item.value.startswith("| Layer")]
    app.session_state["layers-table"] = True  # AppTest cannot open it
    app.run()
    facts = component(app, "columns")
    (table,) = [item.value for item in app.markdown if item.value.startswith("| Layer")]
    names = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines()[2:]]
    assert names == [column["name"] for column in facts["columns"]]
    assert "16×16×24" in table


# What a time machine is asked, and what is kept


@pytest.mark.parametrize("value", [None, "oldest", 1, -3, 3.0, True, [3], {"step": 3}, "3"])
def test_a_state_that_is_not_there_is_not_chosen(query: dict[str, str], tmp_path: Path, value: Any) -> None:
    run = RunStore(tmp_path).create(TINY, "sketch10")
    run.save_snapshot(3, 1, {})
    time_machine.take(value, run)
    assert not query
    time_machine.take(3, run)
    assert query == {"epoch": "3"}
    time_machine.take("newest", run)
    assert query == {"epoch": "newest"}


def test_what_is_kept_is_bounded_and_failures_are_not_kept() -> None:
    kept, made = ArrayCache(limit=4 * 100), []

    def make(name: str, cells: int) -> Callable[[], dict[str, NDArray[np.float32]]]:
        def now() -> dict[str, NDArray[np.float32]]:
            made.append(name)
            return {"values": np.zeros(cells, np.float32)}

        return now

    for name in ("a", "b", "a", "c", "a", "b"):  # 40 cells each: two fit, and a was used last when c came
        kept.get(name, make(name, 40))
    assert made == ["a", "b", "c", "b"]
    kept.get("huge", make("huge", 1000))
    assert kept.get("huge", make("huge", 1000))["values"].size == 1000
    assert made[-1] == "huge"
    assert made.count("huge") == 1
    with pytest.raises(ZeroDivisionError):
        kept.get("bad", lambda: {"values": np.zeros(1 // 0)})
    kept.get("bad", make("bad", 1))
    assert made[-1] == "bad"


def test_every_layer_says_what_it_is(tmp_path: Path) -> None:
    facts, _ = opened(pack(view_of(tmp_path, RESNET), Arrangement(), LIGHT))
    assert "3×3×3×32 + 32 = 896" in column(facts, "conv1")["about"]
    assert "receptive field of a cell: 3×3 pixels" in column(facts, "conv1")["about"]
    assert column(facts, "relu1")["tag"] == "ReLU"
    facts, _ = opened(pack(view_of(tmp_path, PRESETS["lenet5"].setup), Arrangement(), LIGHT))
    assert column(facts, "tanh1")["tag"] == "tanh"
    rows: list[LayerShape] = list(walk(PRESETS["lenet5"].setup.network))
    assert [column["shape"] for column in facts["columns"]] == ["×".join(map(str, row.shape)) for row in rows]
