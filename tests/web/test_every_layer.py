"""Random networks of all layers: what the pages make of them, payload by payload, can be made and is true.

A new kind of layer that `support.strategies` draws is held by these tests without a line here.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn.core.scaling import to_input
from cnn.figures.colours import DARK, LIGHT
from cnn.figures.drawing import flow_svg, network_svg, tag_badge
from cnn.interpret.cell_steps import ForwardPass, steps
from cnn.interpret.receptive_field import cell_grid, receptive_rectangle
from cnn.interpret.weight_edits import (
    RECIPES,
    Mute,
    ReadyKernel,
    SetKernel,
    ZeroBias,
    apply_to_weights,
    kernel_of,
    layers_with_filters,
    silent_value,
    stage,
)
from cnn.network.forward import forward
from cnn.network.layers.base import all_layers
from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from cnn.network.summary import unseen_text, walk
from cnn.runs.run import Run
from cnn.runs.snapshots import Snapshot
from cnn.runs.store import RunStore
from cnn.web.app.layer_notes import main_layers
from cnn.web.app.view import View
from cnn.web.app.widgets import Sample
from cnn.web.inspect import inspector_data, overview_columns
from cnn.web.inspect.inspector_table import cell_table, term_rows
from cnn.web.train import live_run
from support.cells import look_at, some_cell
from support.random_weights import random_pictures
from support.strategies import networks

CLOSE = {"rel": 1e-4, "abs": 1e-4}
SMALL = networks(max_blocks=2, max_convolutions=2)
ONE_FOLDER = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Shown(NamedTuple):
    """A network at work on a picture, as the pages have it."""

    run: Run
    view: View
    look: ForwardPass


def shown(folder: Path, spec: NetworkSpec) -> Shown:
    look = look_at(spec)
    run = RunStore(folder).create(Setup(spec, TrainSpec(epochs=1)), "sketch10")
    pixels = random_pictures(1)[0]
    table = walk(spec)
    outputs = dict(look.outputs)
    sample = Sample(pixels, 3, "noise")
    view = View(run, Snapshot(folder, 7, 1.0), look.weights, table, sample, outputs, "input", 0, None)
    return Shown(run, view, look)


def weighted(look: ForwardPass) -> Iterator[str]:
    return (name for name in look.outputs if f"{name}/kernel" in look.weights)


def test_the_strategy_draws_every_layer_there_is() -> None:
    found: set[str] = set()

    @settings(max_examples=200, database=None, derandomize=True)
    @given(networks())
    def draw(spec: NetworkSpec) -> None:
        found.update(type(row.layer).__name__ for row in walk(spec))

    draw()
    assert {kind.__name__ for kind in all_layers()} - {"PooledConv"} <= found


@ONE_FOLDER
@given(SMALL)
def test_every_figure_of_it_is_drawn(tmp_path: Path, spec: NetworkSpec) -> None:
    run, view, _ = shown(tmp_path, spec)
    unseen_text(view.table)
    for theme in (LIGHT, DARK):
        plates = ElementTree.fromstring(network_svg(view.table, theme))
        assert len([*plates.iter("{http://www.w3.org/2000/svg}title")]) == len(view.table)
        rows = main_layers(view.table)
        assert rows
        ElementTree.fromstring(flow_svg(rows, view.outputs, view.sample.pixels, theme))
        sheet = live_run.draw(run, view.weights, view.sample.pixels, theme)
        assert sheet.maps
        assert sheet.filters.startswith("data:image/png")
    for row in view.table:
        assert row.layer.name in tag_badge(row.layer)
        assert row.layer.phrase
        assert row.layer.badge


@ONE_FOLDER
@given(SMALL, st.booleans())
def test_the_overview_holds_every_layer_and_each_of_its_channels_can_be_chosen(
    tmp_path: Path, spec: NetworkSpec, by_activity: bool
) -> None:
    _, view, _ = shown(tmp_path, spec)
    arrangement = overview_columns.Arrangement(by_activity)
    blob = overview_columns.pack(view, arrangement, LIGHT)
    assert all(row.layer.name.encode() in blob for row in view.table)
    roots = overview_columns.chains(view.table)
    shapes = {row.layer.name: row.shape for row in view.table}
    assert all(shapes[name][-1] == shapes[root][-1] for name, root in roots.items())


@settings(max_examples=20)
@given(SMALL, st.data())
def test_the_sum_of_a_cell_of_every_layer_is_its_value(spec: NetworkSpec, data: st.DataObject) -> None:
    look = look_at(spec)
    table = walk(spec)
    for row in table:
        name = row.layer.name
        where, channel = some_cell(data, row.shape)
        expected = float(look.outputs[name][channel if where is None else (*where, channel)])
        first, *_ = steps(look, name, channel, where)
        assert first.result == pytest.approx(expected, **CLOSE), name
        lines = cell_table(look, name, channel, where)
        assert lines["Layer"][0] == name
        term_rows(look, name, channel, where)
        inspector_data.pack(look, name, channel, LIGHT, {})
        rectangle = receptive_rectangle(table, name, *(where or (0, 0)))
        assert 0 <= rectangle.top < rectangle.bottom <= 32
        assert 0 <= rectangle.left < rectangle.right <= 32
        if len(row.shape) == 3:
            assert cell_grid(table, name).step == row.step


@settings(max_examples=20)
@given(SMALL, st.data())
def test_every_filter_can_be_silenced_and_every_kernel_rewritten(
    spec: NetworkSpec, data: st.DataObject
) -> None:
    look = look_at(spec)
    counts = layers_with_filters(spec)
    assert list(counts) == list(weighted(look))
    for layer, count in counts.items():
        number = data.draw(st.integers(0, count - 1))
        weights = apply_to_weights([Mute(layer, (number,))], spec, look.weights)
        outputs = forward(spec, weights, random_pictures(1)[0])
        end = stage(spec, layer)[-1].name
        assert (outputs[end][..., number] == silent_value(spec, layer)).all()
        kernel = kernel_of(spec, look.weights, layer, number)
        if kernel.ndim == 3:
            for recipe in RECIPES:
                apply_to_weights([ReadyKernel(layer, number, recipe)], spec, look.weights)
            ones = tuple((1.0,) * len(kernel) for _ in kernel)
            changed = apply_to_weights([SetKernel(layer, number, 0, ones)], spec, look.weights)
            assert (kernel_of(spec, changed, layer, number)[:, :, 0] == 1).all()
            different = changed[f"{layer}/kernel"] != look.weights[f"{layer}/kernel"]
            assert different.sum() <= len(kernel) ** 2
        if f"{layer}/bias" in look.weights:
            found = apply_to_weights([ZeroBias(layer, number)], spec, look.weights)
            assert found[f"{layer}/bias"][number] == 0


@pytest.mark.tensorflow
@settings(max_examples=6)
@given(SMALL)
def test_keras_says_the_same_of_every_layer_and_cell(network: ModuleType, spec: NetworkSpec) -> None:
    look = look_at(spec)
    model = network.build_network(spec)
    network.set_weights(model, dict(look.weights))
    keras = network.all_outputs(model)(to_input(random_pictures(1)), training=False)
    for name, values in look.outputs.items():
        expected = np.asarray(keras[name])[0]
        np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-4, err_msg=name)
        place = np.unravel_index(int(np.abs(expected).argmax()), expected.shape)
        *cell, channel = (int(i) for i in place)
        where = (cell[0], cell[1]) if cell else None
        assert look.cell(name, channel, where).total == pytest.approx(float(expected[place]), **CLOSE)
