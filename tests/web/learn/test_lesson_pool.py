"""The lesson on pooling: its numbers against plain loops, its page, and a browser that does it."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from cnn.evaluation import pretrained
from cnn.figures.colours import LIGHT
from cnn.figures.lesson_conv import shift_svg
from cnn.lessons import pool
from cnn.lessons.progress import ProgressStore
from cnn.network.forward import Weights, forward
from cnn.network.presets import PRESETS
from cnn.network.summary import walk
from cnn.runs.store import owner_hash
from support.app_pages import ANNA, components, visited, walk_of
from support.serving import ServedApp

pytestmark = pytest.mark.usefixtures("only_drawn_pictures")

seeds = st.integers(0, 2**32 - 1)
sizes = st.tuples(st.integers(2, 4), st.integers(1, 4))


@pytest.fixture(scope="module")
def weights() -> Weights:
    return next(run for run in pretrained.shipped() if run.id == "lecture").weights()


def some_map(seed: int, side: int = 11) -> Any:
    values = np.random.default_rng(seed).normal(size=(side, side)).astype(np.float32)
    return np.maximum(values, 0)


# Arithmetic, against plain loops


@given(seeds, sizes)
def test_both_kinds_and_the_winners(seed: int, size: tuple[int, int]) -> None:
    window, stride = size
    values = some_map(seed)
    pooled, won = pool.pool_both(values, window, stride), pool.winners(values, window, stride)
    places = [start for start in range(0, 11, stride) if start + window <= 11]
    assert pooled.shape == (len(places), len(places), 2)
    for row, top in enumerate(places):
        for column, left in enumerate(places):
            cells = [
                (float(values[top + i, left + j]), (top + i, left + j))
                for i in range(window)
                for j in range(window)
            ]
            numbers = [value for value, _ in cells]
            assert pooled[row, column, 0] == max(numbers)
            assert pooled[row, column, 1] == pytest.approx(sum(numbers) / len(numbers), abs=1e-5)
            first = next(place for value, place in cells if value == max(numbers))
            assert tuple(won[row, column]) == first
            table = pool.window_rows(values, window, stride, (row, column))
            assert [line["Value"] for line in table] == numbers


@pytest.mark.tensorflow
def test_both_kinds_are_those_of_keras() -> None:
    import keras

    values = some_map(5)[None, :, :, None]
    for window, stride in ((2, 2), (3, 3), (4, 4), (3, 1), (2, 3)):
        ours = pool.pool_both(values[0, :, :, 0], window, stride)
        for which, kind in enumerate((keras.ops.max_pool, keras.ops.average_pool)):
            theirs = np.asarray(kind(values, window, stride, "valid"))
            np.testing.assert_allclose(ours[:, :, which], theirs[0, :, :, 0], atol=1e-5)


def test_the_worked_example() -> None:
    values = np.array([[1, 3, 0, 2], [4, 2, 5, 1], [0, 0, 1, 1], [8, 0, 1, 1]], np.float32)
    pooled = pool.pool_both(values, 2, 2)
    assert pooled[..., 0].tolist() == [[4, 5], [8, 1]]
    assert pooled[..., 1].tolist() == [[2.5, 2], [2, 1]]
    assert pool.pool_both(np.zeros((32, 32), np.float32), 2, 2).shape[:2] == (16, 16)
    assert pool.size_answers(2)[0] == 16


def test_what_the_next_layer_saves_is_what_the_shapes_say() -> None:
    row = next(row for row in walk(PRESETS["lecture"].setup.network) if row.layer.name == "conv2")
    without, with_pool = pool.saved()
    assert with_pool == row.multiply_adds == 16 * 16 * 24 * 9 * 12
    assert without == 32 * 32 * 24 * 9 * 12 == pool.next_layer(32)
    assert pool.next_layer(10) == 10 * 10 * 24 * 9 * 12


@pytest.mark.parametrize("window", [2, 3, 4])
def test_the_answers_on_size_differ(window: int) -> None:
    right, unfit, dense = pool.size_answers(window)
    assert len({right, unfit, dense}) == 3
    assert right == len(range(0, 32 - window + 1, window))
    assert dense == len(range(0, 32 - window + 1))


# Shifts


@given(seeds, st.integers(0, 4))
def test_a_shift_moves_every_pixel_and_repeats_the_edge(seed: int, cells: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), np.uint8)
    shifted = pool.shift_right(pixels, cells)
    for x in range(6):
        np.testing.assert_array_equal(shifted[:, x], pixels[:, max(x - cells, 0)])


def test_the_maps_are_those_of_the_network(weights: Weights) -> None:
    pixels = np.random.default_rng(7).integers(0, 256, (32, 32, 3), np.uint8)
    outputs = forward(PRESETS["lecture"].setup.network, weights, pixels)
    np.testing.assert_allclose(pool.first_maps(weights, pixels), outputs["relu1"], atol=1e-5)


def test_changes_by_hand(weights: Weights) -> None:
    pixels = np.random.default_rng(8).integers(0, 256, (32, 32, 3), np.uint8)
    changes = pool.shift_changes(weights, pixels, 8, 2, 2)
    assert changes.shape == (3, 5)
    assert (changes[:, 0] == 0).all()
    before = pool.first_maps(weights, pixels)[:, :, 8]
    after = pool.first_maps(weights, pool.shift_right(pixels, 3))[:, :, 8]
    assert changes[0, 3] == pytest.approx(np.abs(after - before).sum() / before.sum(), rel=1e-4)
    pooled = [pool.pool_both(values, 2, 2) for values in (before, after)]
    for which in (0, 1):
        by_hand = np.abs(pooled[1] - pooled[0])[..., which].sum() / pooled[0][..., which].sum()
        assert changes[1 + which, 3] == pytest.approx(by_hand, rel=1e-4)


def test_a_plain_picture_and_a_dead_map_do_not_change(weights: Weights) -> None:
    plain = np.full((32, 32, 3), 90, np.uint8)
    changes = pool.shift_changes(weights, plain, 8, 2, 2)
    assert np.isfinite(changes).all()
    assert pool.change(np.zeros(4), np.zeros(4)) == 0
    assert "<svg" in shift_svg(changes, pool.KINDS, LIGHT, 0)


@given(seeds, sizes)
def test_mirroring_a_window_changes_neither_of_its_results(seed: int, size: tuple[int, int]) -> None:
    assert pool.swap_answer(some_map(seed), *size) == "neither"


# The page


visit = partial(visited, "learn_pool")


def words(app: AppTest) -> str:
    kinds = ("markdown", "caption", "success", "warning")
    return "\n".join(str(item.value) for kind in kinds for item in getattr(app, kind))


def test_the_page_as_it_opens() -> None:
    app = visit()
    assert not app.exception
    facts, arrays = walk_of(app)
    assert facts["rules"] == ["max", "mean"]
    assert arrays["outputs"].shape == (16, 16, 2)
    assert "663,552" in words(app)
    assert "2,654,208" in words(app)
    assert len(components(app)) == 1  # the plot waits for the answer


def test_a_preset_by_address() -> None:
    app = visit(map="3", window="3", pool_stride="2", shift="2", winners="false")
    assert not app.exception
    facts, arrays = walk_of(app)
    assert (facts["window"], facts["stride"], facts["winners"]) == (3, 2, False)
    expected = pool.pool_both(arrays["input"][:, :, 0], 3, 2)
    np.testing.assert_allclose(arrays["outputs"], expected, atol=1e-6)
    assert "Map 3" in facts["input_title"]


def test_lock_disables_and_hide_removes() -> None:
    app = visit(lock="window,map", hide="shift", shift="4", window="4")
    assert app.slider(key="window").disabled
    assert app.slider(key="map").disabled
    assert not [slider for slider in app.slider if slider.key == "shift"]
    facts, _ = walk_of(app)
    assert "shifted by 4" in facts["input_title"]
    assert facts["stride"] == 4


@pytest.mark.parametrize(
    "address",
    [
        {"map": "99", "window": "0", "pool_stride": "<b>", "shift": "-3", "winners": "perhaps"},
        {"hide": "map,window,pool_stride,shift,winners", "map": "1e9", "window": "nan", "pool_stride": "9"},
        {"picture": "../../etc", "number": "1000000", "lock": "," * 2000},
    ],
)
def test_a_hostile_address_does_no_harm(address: dict[str, str]) -> None:
    app = visit(**address)
    assert not app.exception
    assert np.isfinite(walk_of(app)[1]["outputs"]).all()


def test_right_answers_mark_progress_and_wrong_ones_explain(home: Path) -> None:
    app = visit(window="2")  # the question is about windows of 3: floor(32 / 3) = 10
    reasons = set()
    for option in app.radio[0].options:
        app.radio[0].set_value(option).run()
        assert bool(app.success) == (option == "10")
        reasons |= {item.value for item in (*app.success, *app.warning)}
    assert len(reasons) == 3
    app.radio[0].set_value("10").run()
    app.radio[1].set_value("Neither").run()
    app.radio[2].set_value("No pooling").run()
    assert not app.exception
    done = ProgressStore(home / "progress").read(owner_hash(ANNA)).done
    assert {"pool/size", "pool/swap"} <= done
    assert len(components(app)) == 2  # the plot has come


def test_the_answer_on_shifts_is_what_was_measured(weights: Weights) -> None:
    app = visit()
    changes = None
    for kind in pool.KINDS:
        app.radio[2].set_value(kind.capitalize()).run()
        shown = [item.value for item in (*app.success, *app.warning)][-1]
        assert "Measured here" in shown
        shares = {name: float(part.split()[-2]) for name, part in zip(pool.KINDS, _parts(shown), strict=True)}
        changes = changes or shares
        assert shares == changes
        assert bool(app.success) == (shares[kind] == max(shares.values()))


def _parts(shown: str) -> list[str]:
    return shown.split("Measured here: ")[1].rstrip(".").split(", ")


# The browser


@pytest.mark.browser
def test_the_lesson_in_the_browser(browser: Browser, served_app: ServedApp) -> None:
    page = browser.new_context(reduced_motion="reduce", viewport={"width": 1440, "height": 1100}).new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{served_app.address}/learn_pool?window=4")
    expect(page.locator(".walk canvas")).to_have_count(3, timeout=30_000)

    plate = page.locator('[data-name="output1"]')
    box = plate.bounding_box()
    assert box
    plate.click(position={"x": 2.5 * box["width"] / 8, "y": 3.5 * box["height"] / 8})  # once it stands still
    expect(page.locator(".walk")).to_have_attribute("data-row", "3")
    expect(page.locator(".walk")).to_have_attribute("data-column", "2")
    totals = page.locator(".total")
    expect(totals).to_have_count(2)
    for place in (0, 1):
        shown, cell = (
            float(totals.nth(place).get_attribute(name) or "nan") for name in ("data-sum", "data-output")
        )
        assert shown == pytest.approx(cell, abs=1e-5)
        expect(totals.nth(place)).to_contain_text("✓")
    expect(page.locator(".cell.value")).to_have_count(16)
    page.locator('[data-name="input"]').focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".walk")).to_have_attribute("data-row", "2")

    largest, average = (float(totals.nth(place).get_attribute("data-output") or "nan") for place in (0, 1))
    page.get_by_text("The same window as a table").click()
    for label, value in (("Row", "2"), ("Column", "2")):
        field = page.get_by_role("spinbutton", name=label, exact=True)
        field.fill(value)
        field.press("Enter")
    table = page.get_by_text(f"Largest {largest:.4f}")
    expect(table).to_contain_text(f"average {average:.4f}")

    page.get_by_text("No pooling", exact=True).click()
    plot = page.get_by_role("img", name="How much the map changes")
    expect(plot).to_be_visible()
    assert not problems
