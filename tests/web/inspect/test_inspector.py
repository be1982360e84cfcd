"""The inspector: what the browser gets, what it may ask for, its tables, and its page."""

import json
import struct
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load

from cnn.core.numbers import number
from cnn.figures.colours import DARK, LIGHT
from cnn.interpret.cell_steps import ForwardPass
from cnn.network.layers.conv import Conv
from cnn.network.layers.dense import FullyConnected
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec
from cnn.scheduler.query_queue import Answer, QueryQueue
from cnn.web.inspect import inspector
from cnn.web.inspect.inspector_data import MAX_BYTES, keras_layers, pack, strip
from cnn.web.inspect.inspector_table import MAX_TERMS, cell_table, term_rows
from support.app_pages import visited
from support.cells import look_at, some_cell
from support.strategies import networks

LECTURE = look_at(PRESETS["lecture"].setup.network)
WIDE = NetworkSpec((Block((Convolution(512), Convolution(4))),), dense=(Dense(8),))


def read(blob: bytes, key: str = "facts") -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    (length,) = struct.unpack("<Q", blob[:8])
    return json.loads(json.loads(blob[8 : 8 + length])["__metadata__"][key]), load(blob)


def packed(look: ForwardPass, name: str, channel: int = 0) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    return read(pack(look, name, channel, LIGHT, {"question": "q", "cell": None}))


# What the browser gets


@settings(max_examples=30)
@given(networks(max_blocks=3), st.data())
def test_every_layer_of_random_networks_can_be_packed(spec: NetworkSpec, data: st.DataObject) -> None:
    look = look_at(spec)
    for layer in look.network:
        _, channel = some_cell(data, look.outputs[layer.name].shape)
        facts, arrays = packed(look, layer.name, channel)
        values = look.outputs[layer.name]
        expected = strip(values) if values.ndim == 1 else values[:, :, channel]
        np.testing.assert_array_equal(arrays["output"], expected)
        assert [stage["layer"] for stage in facts["stages"]] == list(keras_layers(look, layer.name)[1:])
        assert all(array.dtype == np.float32 for array in arrays.values())


@settings(max_examples=30)
@given(networks(max_blocks=2), st.data())
def test_the_sum_can_be_worked_out_from_what_is_sent(spec: NetworkSpec, data: st.DataObject) -> None:
    look = look_at(spec)
    for layer in look.network:
        if isinstance(layer, Conv):
            (row, column), channel = some_cell(data, look.outputs[layer.name].shape)
            facts, arrays = packed(look, layer.name, channel)
            total = (facts["bias"] or 0) + arrays["rest"][row, column]
            for i, j in np.ndindex(facts["window"], facts["window"]):
                y = row * facts["stride"] - facts["zeros"][0] + i
                x = column * facts["stride"] - facts["zeros"][1] + j
                if 0 <= y < arrays["input"].shape[0] and 0 <= x < arrays["input"].shape[1]:
                    total += float(arrays["input"][y, x] @ arrays["kernel"][i, j])
            assert total == pytest.approx(float(arrays["output"][row, column]), rel=1e-4, abs=1e-4)
        elif isinstance(layer, FullyConnected):
            _, unit = some_cell(data, look.outputs[layer.name].shape)
            facts, arrays = packed(look, layer.name, unit)
            total = (
                float((arrays["input"].astype(float) * arrays["weights"]).sum())
                + facts["rest"]
                + facts["bias"]
            )
            assert total == pytest.approx(float(look.outputs[layer.name][unit]), rel=1e-4, abs=1e-4)


def test_a_wide_layer_sends_the_channels_that_give_most_and_the_sum_of_the_rest() -> None:
    look = look_at(WIDE)
    blob = pack(look, "conv1_2", 2, LIGHT, {})
    facts, arrays = read(blob)
    assert len(blob) < 1.2 * MAX_BYTES
    sent = facts["sent"]
    assert sent == sorted(set(sent))
    assert len(sent) < facts["total"] == 512
    shares = np.abs(arrays["input"]).sum(axis=(0, 1))
    assert shares.shape == (len(sent),)
    assert np.abs(arrays["rest"]).max() > 0
    assert sorted(facts["order"]) == list(range(len(sent)))
    whole = look.source(look.layer("conv1_2"))
    np.testing.assert_array_equal(arrays["input"], whole[:, :, sent])


def test_a_dense_layer_over_many_values_stays_small() -> None:
    look = look_at(NetworkSpec((Block((Convolution(512),), pooling="none"),), dense=(Dense(4),)))
    blob = pack(look, "dense1", 1, DARK, {})
    facts, arrays = read(blob)
    assert len(blob) < 1.2 * MAX_BYTES
    assert facts["values_shape"] == [32, 32, 512]
    assert arrays["input"].shape == arrays["weights"].shape == (32, 32, len(facts["sent"]))
    assert len(pack(look, "flatten", 1, LIGHT, {})) < 3.3 * MAX_BYTES  # all values once, and one MB of maps


def test_the_statistics_that_batch_normalisation_uses_are_told() -> None:
    look = look_at(NetworkSpec((Block((Convolution(3),), batch_norm=True),)))
    mean, variance = (float(look.weights[f"norm1/moving_{name}"][2]) for name in ("mean", "variance"))
    facts, _ = packed(look, "norm1", 2)
    assert f"map 2: mean {number(mean)} and variance {number(variance)}" in facts["about"]


def test_dead_maps_and_the_most_active_are_told_after_the_activation() -> None:
    facts, _ = packed(LECTURE, "conv2", 3)
    assert facts["activity"]["layer"] == "relu2"
    sizes = np.abs(LECTURE.outputs["relu2"]).mean(axis=(0, 1))
    np.testing.assert_allclose(facts["activity"]["sizes"], sizes, rtol=1e-3)
    assert packed(LECTURE, "scores")[0]["activity"] == {}


def test_names_and_places() -> None:
    assert packed(LECTURE, "conv1")[0]["source_names"] == ["red", "green", "blue"]
    facts, _ = packed(LECTURE, "scores", 3)
    assert (facts["source"], facts["values_shape"], facts["maps"]) == ("pool2", [8, 8, 24], True)
    assert facts["names"][3] == "cat"
    resnet = look_at(PRESETS["resnet"].setup.network)
    facts, _ = packed(resnet, "scores")
    assert (facts["source"], facts["noun"], facts["placed"]) == ("relu4_2", "mean of map", False)
    stages = packed(resnet, "shortcut_norm3", 1)[0]["stages"]
    assert stages[0]["source"] == "norm3_2"


def test_a_strip_is_filled_up_with_what_is_no_number() -> None:
    lines = strip(np.arange(40, dtype=np.float32))
    assert lines.shape == (2, 32)
    assert np.isnan(lines[1, 8:]).all()
    assert strip(np.arange(10, dtype=np.float32)).tolist() == [list(range(10))]


# What the browser may ask for


@pytest.mark.parametrize(
    "value", [None, "", "-1", "1.0", "1e3", " 1", "٣", "99", 99, True, [1], {"a": 1}, "9" * 99]
)
def test_what_is_no_number_of_a_map_is_refused(value: object) -> None:
    assert inspector._whole(value, 99) is None


@pytest.mark.parametrize(
    "value", ["", "1", "1,2,3", "a,b", "1,-1", "16,0", "0,16", "1;2", None, [1, 2], "1," * 99]
)
def test_what_is_no_cell_is_refused(value: object) -> None:
    assert inspector._cell(value, (16, 16, 24)) is None


def test_cells_and_numbers() -> None:
    assert inspector._whole("7", 8) == inspector._whole(7, 8) == 7
    assert inspector._cell("3,15", (16, 16, 24)) == (3, 15)
    assert inspector._cell("3,5", (1536,)) is None


# Keras's answers


def test_answers_are_packed_as_plates_and_what_fails_is_told() -> None:
    maps = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    answers = {"conv1": Answer("done", 1.0, maps), "relu1": Answer("failed", message="It broke.")}
    facts, arrays = read(inspector._packed(answers, 1, {"question": "q", "cell": (1, 2)}))
    np.testing.assert_array_equal(arrays["keras0"], maps[:, :, 1])
    assert list(arrays) == ["keras0"]
    assert facts["cell"] == [1, 2]
    assert facts["message"].endswith("It broke.")
    assert not facts["again"]


@pytest.mark.usefixtures("only_drawn_pictures")
def test_keras_is_asked_when_the_browser_asks_and_not_for_a_page_that_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = QueryQueue()
    engine = SimpleNamespace(queries=asked, status=lambda: SimpleNamespace(state="ready"))
    monkeypatch.setattr(inspector, "service", lambda: SimpleNamespace(engine=engine))
    app = visited("inside", network="lecture", panel="numbers", layer="conv2", channel="2")
    assert not asked.waits()
    (found,) = [item.proto.bytes for item in app.get("bidi_component") if b"again" in item.proto.bytes]
    facts, _ = read(found)
    assert facts["again"]  # the browser is to ask for them
    app.session_state[inspector._ASKED] = facts["question"]
    app.run()
    assert not app.exception
    assert asked.waits()
    assert asked.look(facts["question"].rsplit("/", 1)[0]).state == "waiting"


# The tables


@settings(max_examples=30)
@given(networks(max_blocks=2), st.data())
def test_the_terms_of_the_table_add_up_to_the_result(spec: NetworkSpec, data: st.DataObject) -> None:
    look = look_at(spec)
    for layer in look.network:
        where, channel = some_cell(data, look.outputs[layer.name].shape)
        lines, terms = (
            cell_table(look, layer.name, channel, where),
            term_rows(look, layer.name, channel, where),
        )
        assert len({len(column) for column in lines.values()}) == 1
        if "Product" not in terms:
            continue
        assert len({len(column) for column in terms.values()}) == 1
        assert terms["From"][-1] == "sum"
        assert ("bias" in terms["From"]) == (f"{layer.name}/bias" in look.weights)
        *numbers, total = [float(text.replace("−", "-")) for text in terms["Product"]]
        assert len(numbers) <= MAX_TERMS + 2
        assert sum(numbers) == pytest.approx(total, abs=1e-2)
        assert terms["Product"][-1] == lines["Result"][0]


# The page


@pytest.mark.usefixtures("only_drawn_pictures")
@pytest.mark.parametrize("layer", ["input", "conv2", "relu1", "pool2", "flatten", "scores", "softmax"])
def test_every_kind_of_layer_can_be_opened(layer: str) -> None:
    app = visited("inside", network="lecture", panel="numbers", layer=layer, channel="2", cell="1,1")
    assert not app.exception
    blobs = [item.proto.bytes for item in app.get("bidi_component") if b"stages" in item.proto.bytes]
    (blob,) = blobs
    facts, _ = read(blob)
    assert (facts["layer"], facts["channel"]) == (layer, 2)
    assert facts["cell"] == ([1, 1] if len(facts["shape"]) == 3 else None)


@pytest.mark.usefixtures("only_drawn_pictures")
def test_a_row_and_a_column_can_be_typed() -> None:
    app = visited("inside", network="lecture", panel="numbers", layer="conv2", channel="3", cell="2,7")
    app.session_state["inspector-table"] = True
    app.run()
    row, column = "inspector-row-conv2-16", "inspector-column-conv2-16"
    assert (app.number_input(key=row).value, app.number_input(key=column).value) == (2, 7)
    app.run()  # as it does twice a second while Keras computes
    sent = app.number_input(key=row).proto
    assert not sent.set_value, "it would take back what is being typed"
    app.number_input(key=row).set_value(9).run()
    assert not app.exception
    assert app.query_params["cell"] == "9,7"
    app.query_params["cell"] = "4,5"  # the arrow keys
    app.run()
    assert (app.number_input(key=row).value, app.number_input(key=column).value) == (4, 5)
