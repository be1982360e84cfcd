"""Lessons taken home: what their pages compute is what the lessons in the app compute, offline, from a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from cnn.core.errors import CnnLabError
from cnn.core.scaling import to_input
from cnn.data.classes import CLASSES
from cnn.data.subset import of_each_class
from cnn.evaluation.pretrained import shipped
from cnn.exports import lesson_page
from cnn.exports.lesson_page import LESSONS, export_lesson
from cnn.lessons import chain, conv, pool, softmax
from cnn.network.forward import forward
from cnn.network.ops import ACTIVATION_FUNCTIONS
from cnn.web.learn.lesson import LESSONS as PAGES
from support.axe import AXE, findings

LECTURE = shipped()[0]
NETWORK, WEIGHTS = LECTURE.setup.network, LECTURE.weights()
PIXELS = np.random.default_rng(5).integers(0, 256, (32, 32, 3)).astype(np.uint8)


def conv_map(address: dict[str, str]) -> np.ndarray:
    """Return what the lesson on convolution shows for an address."""
    name, bias = address.get("kernel", "Edge right"), 0.0
    if name == conv.TRAINED:
        number = int(address["filter"])
        kernel, bias = WEIGHTS["conv1/kernel"][..., [number]], float(WEIGHTS["conv1/bias"][number])
    elif name == conv.OWN:
        kernel = conv.spread(np.reshape([float(part) for part in address["weights"].split(",")], (5, 5)))
        bias = float(address["bias"])
    else:
        kernel = conv.spread(conv.KERNELS[name])
    side, stride, dilation = (
        int(address.get(key, first)) for key, first in (("side", 32), ("stride", 1), ("dilation", 1))
    )
    padding = conv.padding_of(address.get("padding", "same"))
    slide = conv.Slide(side, len(kernel), stride, padding, dilation)
    return conv.slide_over(to_input(conv.centre(PIXELS, side)), kernel, bias, slide)


def pool_maps(address: dict[str, str]) -> np.ndarray:
    window = int(address.get("window", 2))
    stride = window if address.get("pool_stride", "= window") == "= window" else int(address["pool_stride"])
    shifted = pool.shift_right(PIXELS, int(address.get("shift", 0)))
    return pool.pool_both(pool.first_maps(WEIGHTS, shifted)[:, :, int(address.get("map", 8))], window, stride)


def relu_map(address: dict[str, str]) -> np.ndarray:
    before = forward(NETWORK, WEIGHTS, PIXELS)["conv1"][:, :, int(address.get("map", 0))]
    return ACTIVATION_FUNCTIONS[lesson_page.FUNCTIONS[address.get("function", "ReLU")]](before)


def ten_scores(address: dict[str, str]) -> np.ndarray:
    return forward(NETWORK, WEIGHTS, PIXELS)["scores"]


def hand_step(layer: str, place: chain.Index, rate: float, target: int) -> chain.TrainingStep:
    """Return one training step on the picture as the lesson in the app does it."""
    exact = chain.exact(WEIGHTS)
    _, gradients = chain.backward(NETWORK, exact, dict(forward(NETWORK, exact, PIXELS)), target)
    return chain.training_step(NETWORK, exact, gradients, PIXELS, target, f"{layer}/kernel", place, rate)


SHOWN: list[tuple[str, dict[str, str], Callable[[dict[str, str]], np.ndarray]]] = [
    ("conv", {}, conv_map),
    ("conv", {"kernel": "Sobel down", "stride": "2", "side": "31", "dilation": "2"}, conv_map),
    ("conv", {"kernel": conv.TRAINED, "filter": "7", "padding": "valid"}, conv_map),
    (
        "conv",
        {"kernel": conv.OWN, "weights": ",".join(map(str, range(25))), "bias": "0.5", "padding": "3"},
        conv_map,
    ),
    ("pool", {}, pool_maps),
    ("relu", {}, relu_map),
    ("relu", {"map": "5", "function": "GELU"}, relu_map),
    ("relu", {"map": "5", "function": "Leaky ReLU"}, relu_map),
    ("dense", {"class": "ship", "products": "true"}, ten_scores),
    ("pool", {"map": "3", "window": "3", "pool_stride": "2", "shift": "4"}, pool_maps),
]


@pytest.mark.browser
def test_a_lesson_shows_offline_what_it_shows_in_the_app(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_offline(True)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    def opened(key: str, address: dict[str, str]) -> None:
        path = tmp_path / "lesson.html"
        path.write_bytes(export_lesson(key, address, NETWORK, WEIGHTS).content)
        page.goto(path.as_uri())

    for key, address, computed in SHOWN:
        opened(key, address)
        page.evaluate("pixels => lesson.show(Uint8Array.from(pixels), 'noise')", PIXELS.reshape(-1).tolist())
        shown = page.evaluate("lesson.outputs()")
        np.testing.assert_allclose(
            shown, computed(address).reshape(-1), atol=1e-4, err_msg=f"{key} {address}"
        )
    # A student moves a control; what a teacher locked cannot be moved, what she hid is not there.
    opened("conv", {"lock": "stride", "hide": "dilation", "stride": "2", "picture": "frog"})
    expect(page.locator("#shown")).to_have_text("a drawing of a frog")
    expect(page.get_by_label("Stride")).to_be_disabled()
    expect(page.locator("[data-control=dilation]")).to_have_count(0)
    cost = conv.first_layer(12)
    expect(page.locator(".cost")).to_contain_text(
        f"{cost.parameters:,} parameters, {cost.multiply_adds:,} multiply"
    )
    page.get_by_label("Padding").select_option("valid")
    assert len(page.evaluate("lesson.outputs()")) == 15 * 15
    page.get_by_label("Side of the input").fill("2")
    expect(page.locator("#problem")).to_contain_text("Impossible: the window spans 3 cells")
    page.get_by_label("Kernel").select_option(conv.OWN)
    page.get_by_label("Weights, row by row").fill("1, 2")
    expect(page.locator("#problem")).to_contain_text("Give 1, 9 or 25 numbers")
    opened("softmax", {"temperature": "2", "score_cat": "4.5"})
    scores = np.array(softmax.FIRST_SCORES, np.float32)
    scores[CLASSES.index("cat")] = 4.5
    titles = page.locator(".softmax .share").evaluate_all("all => all.map(one => one.title)")
    np.testing.assert_allclose(
        [float(title) for title in titles], softmax.steps(scores, 2.0).probabilities, atol=1e-6
    )
    # One training step by hand, in double precision: forward, backward, and the losses after it.
    address = {
        "weight": "conv2",
        "conv2_row": "2",
        "conv2_input_map": "7",
        "conv2_filter": "4",
        "rate": "0.01",
    }
    opened("chain", address | {"step": "pool1", "way": "Backward: gradients"})
    expect(page.locator(".told")).to_contain_text("the largest value gets the whole gradient")
    page.evaluate("pixels => lesson.show(Uint8Array.from(pixels), 'noise')", PIXELS.reshape(-1).tolist())
    page.get_by_label("What the picture shows").select_option("horse")
    step, shown = (
        hand_step("conv2", (2, 1, 7, 4), 0.01, CLASSES.index("horse")),
        page.evaluate("lesson.step()"),
    )
    names = {"newWeight": "new_weight", "lossOne": "loss_one", "lossAll": "loss_all"}
    for name, value in shown.items():
        # A finite difference divides what rounding has left by a tiny step.
        tolerance = 1e-6 if name == "checked" else 1e-9
        assert value == pytest.approx(getattr(step, names.get(name, name)), abs=tolerance), name
    page.get_by_role("button", name="largest gradient").click()
    assert abs(page.evaluate("lesson.step().gradient")) > abs(step.gradient)
    # The checks are those of the app, and hold back what they ask for.
    for key in LESSONS:
        opened(key, {})
        assert page.locator(".veiled, [data-number=new]:text-is('?')").count() == (key in ("relu", "chain"))
        for check in page.evaluate("lesson.checks"):
            page.locator(f"[data-check={check['key']}] input").nth(check["right"]).check()
        expect(page.locator("#done")).to_have_text("3 of 3 answered rightly.")
        assert page.locator(".veiled, [data-number=new]:text-is('?'), .side-table[hidden]").count() == 0
        if key == "pool":  # the last of these answers shows how little a shift matters
            frog = of_each_class("sketch10", 10).pixels[0]
            rows = pool.change_rows(pool.shift_changes(WEIGHTS, frog, 8, 2, 2))
            cells = page.locator(".shifts tr:not(:first-child)").all_inner_texts()
            assert [cell.split("\t") for cell in cells] == [list(row.values()) for row in rows]
        if key == "softmax":
            powers, shares = softmax.naive(softmax.raised(np.array(softmax.FIRST_SCORES, np.float32), 100))
            cells = page.locator(".overflow tr:nth-child(5) td").all_inner_texts()
            assert cells[:3] == [f"{100:,.0f}", "inf", "nan"]
            assert not np.isfinite(powers[3])
            assert np.isnan(shares[3])
    if AXE.exists():
        found: dict[str, list[str]] = {}
        for key in LESSONS:
            opened(key, {})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                found[f"{key}, {theme}"] = findings(page, {"resultTypes": ["violations"]})
        assert {where: lines for where, lines in found.items() if lines} == {}
    context.close()
    assert problems == []


def test_settings_are_kept_where_they_are_allowed() -> None:
    controls = {control.key: control for control in LESSONS["conv"].controls}
    for key, given, kept in (
        ("stride", "3", "3"),
        ("stride", "99", "3"),
        ("stride", "nan", "1"),
        ("stride", "x", "1"),
        ("padding", "2", "2"),
        ("padding", "<script>", "same"),
        ("weights", "1,2", "1,2"),
        ("weights", "1" * 501, controls["weights"].first),
    ):
        assert controls[key].value(given) == kept, key
    winners = next(control for control in LESSONS["pool"].controls if control.key == "winners")
    assert winners.value("false") == "off"


def test_the_page_lets_nothing_in_and_is_named_like_the_lesson() -> None:
    evil: dict[str, Any] = {"weights": "</script><script>alert(1)</script>", "lock": "</script>"}
    for key, lesson in LESSONS.items():
        page = export_lesson(key, evil, NETWORK, WEIGHTS).content.decode()
        assert "default-src 'none'" in page
        assert page.count("<script") == 2
        in_app = next(one for one in PAGES if one.key == key)
        assert (in_app.title, in_app.question) == (lesson.title, lesson.question)
    assert {lesson.key: lesson.checks for lesson in PAGES} == dict.fromkeys(LESSONS, 3)
    with pytest.raises(
        CnnLabError, match="no lesson 'chai'; there are conv, relu, pool, dense, softmax, chain"
    ):
        export_lesson("chai", {}, NETWORK, WEIGHTS)


@pytest.mark.parametrize(
    ("key", "address", "place", "right"),
    [
        ("conv", {"stride": "2", "padding": "valid"}, 0, "10"),  # (32 - 3) / 3, rounded down, + 1
        ("conv", {"kernel": conv.OWN, "weights": "1,2"}, 1, "Zero, whatever the colour"),  # no kernel at all
        ("relu", {"layers": "2"}, 1, "0.0625 of it"),
        ("pool", {"window": "2"}, 0, "10"),  # of windows of 3
        ("dense", {"index": "0"}, 0, "24"),
        ("softmax", {"truth": "cat"}, 2, "Only that of cat"),
        ("chain", {"rate": "0"}, 1, "rises"),  # nothing falls with a rate of 0
    ],
)
def test_the_checks_are_about_the_settings_that_the_page_was_made_with(
    key: str, address: dict[str, str], place: int, right: str
) -> None:
    values = {control.key: control.value(address.get(control.key)) for control in LESSONS[key].controls}
    check = lesson_page.CHECKS[key](values, NETWORK, WEIGHTS, PIXELS)[place]
    assert check.answers[check.right].text == right
