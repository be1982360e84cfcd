"""The lesson on convolution: its numbers against plain loops, its page, and a browser that does it."""

import json
import struct
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest

from cnn.evaluation import pretrained
from cnn.figures.colours import DARK, LIGHT
from cnn.lessons import conv
from cnn.lessons.progress import ProgressStore
from cnn.network import ops
from cnn.runs.store import owner_hash
from cnn.web.learn.window import Walk, pack
from support.app_pages import ANNA, components, visited, walk_of
from support.serving import ServedApp

pytestmark = pytest.mark.usefixtures("only_drawn_pictures")

NAN_WEIGHTS = ("nan,0,0,0,0,0,0,0,0", "1,2", "inf," * 9, "x", "", "1e999" + ",0" * 8)


# Arithmetic, against plain loops


def starts(slide: conv.Slide) -> list[int]:
    """Return where the window may begin on the padded side, found by trying every place."""
    before, after = slide.around
    return [
        start
        for start in range(0, slide.size + before + after, slide.stride)
        if start + (slide.window - 1) * slide.dilation < slide.size + before + after
    ]


slides = st.builds(
    conv.Slide,
    size=st.integers(1, 12),
    window=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.sampled_from(["same", "valid", 0, 1, 2, 3]),
    dilation=st.integers(1, 3),
)


@given(slides)
def test_the_output_size_is_the_number_of_places(slide: conv.Slide) -> None:
    assert slide.outputs == len(starts(slide))
    assert bool(slide.problem) == (not starts(slide))
    assert f"= {slide.outputs}" in slide.formula or (slide.problem and "nothing" in slide.formula)
    if slide.padding == "same":
        assert slide.outputs == -(-slide.size // slide.stride)


@given(slides)
def test_what_is_unseen_is_what_no_window_spans(slide: conv.Slide) -> None:
    if slide.outputs:
        end = starts(slide)[-1] + slide.span  # one past the last padded cell that is spanned
        assert slide.unseen == max(slide.around[0] + slide.size - end, 0)


@given(slides, st.integers(0, 2**32 - 1))
def test_a_map_is_the_sum_in_its_table(slide: conv.Slide, seed: int) -> None:
    if slide.problem:
        return
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (slide.size, slide.size, 3)).astype(np.float32)
    kernel = rng.normal(size=(slide.window, slide.window, 3, 1)).astype(np.float32)
    output = conv.slide_over(values, kernel, 0.5, slide)
    assert output.shape == (slide.outputs, slide.outputs)
    row, column = rng.integers(0, slide.outputs, 2)
    total = 0.5
    for i in range(slide.window):
        for j in range(slide.window):
            y = row * slide.stride + i * slide.dilation - slide.around[0]
            x = column * slide.stride + j * slide.dilation - slide.around[0]
            if 0 <= y < slide.size and 0 <= x < slide.size:
                total += sum(float(values[y, x, c] * kernel[i, j, c, 0]) for c in range(3))
    assert output[row, column] == pytest.approx(total, abs=1e-4)
    rows = conv.sum_rows(conv.window_at(values, slide, row, column), kernel[..., 0])
    assert len(rows) == 3 * slide.window**2
    assert sum(float(line["Product"]) for line in rows) + 0.5 == pytest.approx(total, abs=1e-4)


@given(slides)
def test_the_answers_on_size_hold_the_right_one_once(slide: conv.Slide) -> None:
    answers = conv.size_answers(slide)
    assert [width for width, slip in answers.items() if slip == "right"] == [slide.outputs]
    assert 2 <= len(answers) <= 4
    if answers.get(slide.outputs + 1) == "padding":
        pytest.fail("padding cannot make a map smaller")


def test_the_worked_example() -> None:
    row = conv.first_layer(12)
    assert (row.shape, row.parameters) == ((32, 32, 12), 336)
    assert row.multiply_adds == 32 * 32 * 12 * 27
    assert conv.dense_multiply_adds((32, 32, 3), row.shape) == 3072 * 12288
    maps = ops.conv2d(np.zeros((32, 32, 3)), np.zeros((3, 3, 3, 12)), np.zeros(12))
    assert maps.shape == (32, 32, 12)


@pytest.mark.parametrize("name", conv.KERNELS)
def test_a_kernel_does_what_its_name_says(name: str) -> None:
    kernel = conv.spread(conv.KERNELS[name])
    down, right = np.mgrid[0:9, 0:9].astype(np.float32)
    ramps = {"right": right, "down": down, "down-right": down + right, "up-right": right - down}
    direction = name.partition(" ")[2]

    def middle(ramp: Any) -> float:
        picture = np.repeat(ramp[:, :, None], 3, axis=2)
        return float(conv.slide_over(picture, kernel, 0, conv.Slide(9, 3, padding="valid"))[3, 3])

    if direction:  # an edge: strongest along its own direction, nothing on a plain colour
        assert middle(ramps[direction]) == max(middle(ramp) for ramp in ramps.values()) > 0
        assert middle(-ramps[direction]) < 0
        assert middle(np.ones((9, 9))) == pytest.approx(0, abs=1e-6)
        assert conv.flat_kind(kernel, 0) == "zero"
    else:  # the others leave a plain colour as it is
        assert middle(np.ones((9, 9))) == pytest.approx(1, abs=1e-6)
        assert conv.flat_kind(kernel, 0) == "mean"
    if name == "Identity":
        assert middle(right) == pytest.approx(4)


def test_what_a_kernel_gives_on_a_plain_colour_is_right_on_random_colours() -> None:
    rng = np.random.default_rng(1)
    for kernel, bias in [(conv.spread(k), 0.0) for k in conv.KERNELS.values()] + [
        (rng.normal(size=(3, 3, 3, 1)).astype(np.float32), 0.2)
    ]:
        colour = rng.uniform(-1, 1, 3).astype(np.float32)
        plain = np.broadcast_to(colour, (5, 5, 3)).astype(np.float32)
        given_ = float(conv.slide_over(plain, kernel, bias, conv.Slide(5, 3, padding="valid"))[0, 0])
        kind = conv.flat_kind(kernel, bias)
        assert (abs(given_) < 1e-5) == (kind == "zero")
        assert (abs(given_ - float(colour.mean())) < 1e-5) == (kind == "mean")


@pytest.mark.parametrize("text", NAN_WEIGHTS)
def test_weights_that_are_none_are_refused(text: str) -> None:
    assert conv.parse_weights(text, 3) is None


def test_typed_weights_are_bounded() -> None:
    kernel = conv.parse_weights("1e9,-1e9" + ",0" * 7, 3)
    assert kernel is not None
    assert kernel.ravel().tolist()[:2] == [100, -100]


@pytest.mark.tensorflow
def test_sizes_and_maps_are_those_of_keras() -> None:
    import keras

    rng = np.random.default_rng(2)
    values = rng.uniform(-1, 1, (13, 13, 3)).astype(np.float32)
    kernel = rng.normal(size=(3, 3, 3, 1)).astype(np.float32)
    for padding in ("same", "valid"):
        for stride, dilation in ((1, 1), (2, 1), (3, 1), (1, 2), (1, 3)):
            slide = conv.Slide(13, 3, stride, padding, dilation)
            ours = conv.slide_over(values, kernel, 0.1, slide)
            theirs = keras.ops.conv(values[None], kernel, stride, padding, dilation_rate=dilation)
            np.testing.assert_allclose(ours, np.asarray(theirs)[0, :, :, 0] + 0.1, atol=1e-4)
    with pytest.raises(ValueError, match="dilation_rate"):  # the page says that Keras refuses this
        keras.layers.Conv2D(1, 3, strides=2, dilation_rate=2)


# The component's data


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_browser_gets_arrays_and_settings_in_one_blob(theme: Any) -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(5, 5, 3)).astype(np.float32)
    kernel = rng.normal(size=(3, 3, 3)).astype(np.float32)
    output = rng.normal(size=(3, 3, 1)).astype(np.float32)
    blob = pack(values, output, Walk(3, 1, ("dot",), ("map",), "in", bias=0.5), theme, kernel)
    arrays = load(blob)
    np.testing.assert_array_equal(arrays["input"], values)
    np.testing.assert_array_equal(arrays["kernel"], kernel)
    np.testing.assert_array_equal(arrays["outputs"], output)
    (length,) = struct.unpack("<Q", blob[:8])
    facts = json.loads(json.loads(blob[8 : 8 + length])["__metadata__"]["facts"])
    assert facts["bias"] == 0.5
    assert facts["scales"]["output"]["stops"][1] == theme.ground


# The page


visit = partial(visited, "learn_conv")


def words(app: AppTest) -> str:
    kinds = ("markdown", "caption", "latex", "error", "success", "warning")
    return "\n".join(str(item.value) for kind in kinds for item in getattr(app, kind))


def test_the_page_as_it_opens() -> None:
    app = visit()
    assert not app.exception
    facts, arrays = walk_of(app)
    assert (facts["window"], facts["before"], facts["after"]) == (3, 1, 1)
    assert arrays["outputs"].shape == (32, 32, 1)
    expected = ops.conv2d(arrays["input"], conv.spread(conv.KERNELS["Edge right"]), np.zeros(1, np.float32))
    np.testing.assert_allclose(arrays["outputs"], expected, atol=1e-5)
    assert "3×3×3×12 + 12 = 336" in words(app)
    assert "114 times" in words(app)
    assert "= 32" in words(app)


def test_a_preset_by_address() -> None:
    app = visit(kernel="Trained filter", filter="5", stride="2", padding="2", dilation="2", side="20")
    assert not app.exception
    facts, arrays = walk_of(app)
    assert (facts["stride"], facts["before"], facts["dilation"]) == (2, 2, 2)
    weights = next(run for run in pretrained.shipped() if run.id == "lecture").weights()
    np.testing.assert_array_equal(arrays["kernel"], weights["conv1/kernel"][..., 5])
    assert facts["bias"] == pytest.approx(float(weights["conv1/bias"][5]))
    assert arrays["outputs"].shape[0] == (20 + 4 - 5) // 2 + 1
    assert "Keras refuses" in words(app)


def test_a_typed_kernel_by_address() -> None:
    app = visit(kernel="Your own", size="3", weights="0,0,0,0,2,0,0,0,1", bias="0.5")
    assert not app.exception
    facts, arrays = walk_of(app)
    assert facts["bias"] == 0.5
    np.testing.assert_allclose(arrays["kernel"][1, 1], 2 / 3)
    np.testing.assert_allclose(arrays["kernel"][2, 2], 1 / 3)
    assert app.query_params["weights"] == "0,0,0,0,2,0,0,0,1" or app.query_params["weights"] == [
        "0,0,0,0,2,0,0,0,1"
    ]


def test_impossible_settings_are_red_with_the_reason() -> None:
    app = visit(kernel="Your own", size="5", padding="valid", dilation="3", side="8")
    assert not app.exception
    assert "spans 13 cells" in app.error[0].value
    assert not components(app)
    assert "red" in words(app)
    app.slider(key="side").set_value(13).run()
    assert not app.error
    assert walk_of(app)[1]["outputs"].shape == (1, 1, 1)


def test_lock_disables_and_hide_removes() -> None:
    app = visit(lock="stride,kernel", hide="dilation", dilation="2", stride="3")
    assert app.slider(key="stride").disabled
    assert app.button_group(key="kernel").disabled
    assert not [slider for slider in app.slider if slider.key == "dilation"]
    facts, _ = walk_of(app)
    assert (facts["dilation"], facts["stride"]) == (2, 3)
    hidden = visit(kernel="Your own", weights="1,2,3,4,5,6,7,8,9", hide="weights")
    np.testing.assert_allclose(walk_of(hidden)[1]["kernel"][0, 2], 1)


@pytest.mark.parametrize(
    "address",
    [
        {"kernel": "<script>", "stride": "99", "padding": "-1", "dilation": "0", "side": "1e9"},
        {"kernel": "Your own", "size": "7", "weights": "nan," * 9, "bias": "inf"},
        {"kernel": "Trained filter", "filter": "9999", "hide": "filter"},
        {"hide": "stride,side,padding,dilation,filters", "stride": "nan", "side": "-4", "filters": "x"},
        {
            "kernel": "Your own",
            "hide": "weights,size,bias",
            "weights": "1" * 5000,
            "size": "nine",
            "bias": "nan",
        },
    ],
)
def test_a_hostile_address_does_no_harm(address: dict[str, str]) -> None:
    app = visit(**address)
    assert not app.exception
    _, arrays = walk_of(app)
    assert np.isfinite(arrays["outputs"]).all()


def test_right_answers_mark_progress_and_wrong_ones_explain(home: Path) -> None:
    app = visit(stride="2", padding="valid")  # the question is about stride 3: floor(29 / 3) + 1 = 10
    store = ProgressStore(home / "progress")
    reasons = set()
    for option in app.radio[0].options:
        app.radio[0].set_value(option).run()
        shown = [item.value for item in (*app.success, *app.warning)]
        assert len(shown) == 1
        assert bool(app.success) == (option == "10")
        reasons.add(shown[0])
    assert len(reasons) == len(app.radio[0].options) >= 3
    app.radio[1].set_value("Zero, whatever the colour").run()
    app.radio[2].set_value("336").run()
    done = store.read(owner_hash(ANNA)).done
    assert {"conv/size", "conv/flat", "conv/parameters"} <= done


def test_another_kernel_has_another_right_answer() -> None:
    app = visit(kernel="Blur")
    app.radio[1].set_value("The mean of its red, green and blue").run()
    assert app.success
    app.button_group(key="kernel").set_value("Trained filter").run()
    assert not app.exception
    assert app.warning


# The browser


def move_to(page: Page, name: str, row: float, column: float, cells: int) -> None:
    map_ = page.locator(f'[data-name="{name}"]')
    box = map_.bounding_box()
    assert box
    # It waits until the map stands still, and the place is within the map wherever that is.
    map_.hover(
        position={"x": (column + 0.5) * box["width"] / cells, "y": (row + 0.5) * box["height"] / cells},
    )


def at(page: Page, row: int, column: int) -> None:
    expect(page.locator(".walk")).to_have_attribute("data-row", str(row))
    expect(page.locator(".walk")).to_have_attribute("data-column", str(column))


@pytest.mark.browser
def test_the_lesson_in_the_browser(browser: Browser, served_app: ServedApp) -> None:
    page = browser.new_context(reduced_motion="reduce", viewport={"width": 1440, "height": 1100}).new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{served_app.address}/learn_conv?stride=2")
    expect(page.locator(".walk canvas")).to_have_count(2, timeout=30_000)
    # What stands above the maps is complete, so they stay where they are.
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_have_count(1)
    page.evaluate("document.fonts.ready.then(() => true)")
    expect(
        page.get_by_role("button", name="Play: the window moves by itself")
    ).to_be_visible()  # it does not by itself

    move_to(page, "output0", 7, 5, 16)
    at(page, 7, 5)
    move_to(page, "input", 2 * 4 + 1, 2 * 9 + 1, 33)  # same with stride 2 pads one row, at the end
    at(page, 4, 9)
    page.mouse.down()
    page.mouse.up()
    move_to(page, "output0", 1, 1, 16)
    at(page, 4, 9)  # pinned
    page.locator('[data-name="output0"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    at(page, 5, 10)

    shown = float(page.locator(".total").get_attribute("data-sum") or "nan")
    cell = float(page.locator(".total").get_attribute("data-output") or "nan")
    assert shown == pytest.approx(cell, abs=1e-5)
    expect(page.locator(".total")).to_contain_text("✓ row 5, column 10")
    expect(page.locator(".words")).to_contain_text("Row 5, column 10")

    page.get_by_text("The same sum as a table").click()  # the same cell, as Python computes it
    for label, value in (("Row", "5"), ("Column", "10")):
        box = page.get_by_role("spinbutton", name=label, exact=True)
        box.fill(value)
        box.press("Enter")
    expect(page.get_by_text(f"{cell:.4f}")).to_be_visible()

    page.get_by_text("Blur", exact=True).click()
    expect(page.locator(".cells").first).to_contain_text("×0.04")  # 1/9 on a third: new data,
    at(page, 5, 10)  # and the same place
    page.get_by_role("button", name="Play: the window moves by itself").click()
    expect(page.locator(".walk")).not_to_have_attribute("data-column", "10")
    page.get_by_role("button", name="Pause the window").click()
    assert not problems
