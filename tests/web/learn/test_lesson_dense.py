"""The lesson on the fully connected layer: its arithmetic, its page, its component in a browser."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnn import data
from cnn.core import settings
from cnn.data import CLASSES
from cnn.evaluation import pretrained
from cnn.figures.colours import LIGHT
from cnn.figures.lesson_dense import Row, bar_rows
from cnn.lessons import dense
from cnn.lessons.progress import ProgressStore
from cnn.network import ops
from cnn.network.forward import forward
from cnn.network.presets import PRESETS
from cnn.runs.store import owner_hash
from support.app_pages import ANNA, answer, check, components, opened, right_place, said

pytestmark = pytest.mark.usefixtures("only_drawn_pictures")

if TYPE_CHECKING:
    from support.serving import ServedApp
    from support.visitor import NewPage

LECTURE = PRESETS["lecture"].setup.network
SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5))


def randoms(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


# The arithmetic


def test_worked_example_of_the_lecture() -> None:
    assert dense.index_of(0, 0, 0, (8, 8, 24)) == 0
    assert dense.index_of(0, 0, 23, (8, 8, 24)) == 23
    assert dense.index_of(0, 1, 0, (8, 8, 24)) == 24
    assert dense.index_of(1, 0, 0, (8, 8, 24)) == 192
    assert dense.index_of(7, 7, 23, (8, 8, 24)) == 1535
    assert dense.place_of(1535, (8, 8, 24)) == (7, 7, 23)
    assert dense.index_formula(1535, (8, 8, 24)) == "(7 × 8 + 7) × 24 + 23 = 1,535"


def test_the_parameters_with_flatten_and_with_global_average_pooling() -> None:
    assert dense.scores_row(LECTURE, "flatten").parameters == 1536 * 10 + 10 == 15_370
    assert dense.scores_row(LECTURE, "global_average").parameters == 24 * 10 + 10 == 250


@given(SHAPES)
def test_the_index_is_where_flatten_puts_the_cell(shape: tuple[int, int, int]) -> None:
    vector = ops.flatten(np.arange(np.prod(shape), dtype=np.float32).reshape(shape))
    maps = vector.reshape(shape)
    for index in range(len(vector)):
        row, column, channel = dense.place_of(index, shape)
        assert maps[row, column, channel] == vector[index]
        assert dense.index_of(row, column, channel, shape) == index
        assert eval(dense.index_formula(index, shape).split(" = ")[0].replace("×", "*")) == index


@given(SHAPES, st.integers(1, 4), st.integers(0, 2**31), st.integers(0, 6))
def test_a_score_taken_apart_adds_up(shape: tuple[int, int, int], units: int, seed: int, count: int) -> None:
    maps, size = np.maximum(randoms(seed, *shape), 0), int(np.prod(shape))
    kernel, bias = randoms(seed + 1, size, units), randoms(seed + 2, units)
    unit = seed % units
    parts = dense.score_sum(maps, kernel, bias, unit, count)
    total = float(bias[unit])
    for row in range(shape[0]):
        for column in range(shape[1]):
            for channel in range(shape[2]):
                index = (row * shape[1] + column) * shape[2] + channel
                total += maps[row, column, channel] * kernel[index, unit]
    assert parts.score == pytest.approx(total)
    named = [*parts.favour, *parts.against]
    assert sum(part.product for part in named) + parts.rest + parts.bias == pytest.approx(total)
    assert parts.others + len(named) == size
    products = sorted(maps.reshape(-1) * kernel[:, unit])
    assert [part.product for part in parts.favour] == [p for p in products[::-1][:count] if p > 0]
    assert [part.product for part in parts.against] == [p for p in products[:count] if p < 0]
    for part in named:
        assert maps[part.place] == part.value
        assert part.value * part.weight == part.product


@given(st.integers(0, 2**31))
def test_what_the_largest_value_does(seed: int) -> None:
    maps, kernel = np.abs(randoms(seed, 2, 2, 3)), randoms(seed + 1, 12, 2)
    part, push = dense.push_of_largest(maps, kernel, 1)
    products = [value * weight for value, weight in zip(maps.reshape(-1), kernel[:, 1], strict=True)]
    assert part.value == maps.max()
    own = products[part.index]
    assert push == (2 if own <= 0 else 0 if own == max(products) else 1)


@pytest.mark.tensorflow
def test_keras_flattens_and_sums_the_same(network: Any) -> None:
    import keras

    maps, kernel, bias = randoms(1, 8, 8, 24), randoms(2, 1536, 10), randoms(3, 10)
    flat = np.asarray(keras.layers.Flatten()(maps[None]))[0]
    row, column, channel = dense.place_of(703, (8, 8, 24))
    assert flat[703] == np.float32(maps[row, column, channel])
    layer = keras.layers.Dense(10, dtype="float64")
    layer.build((None, 1536))
    layer.set_weights([kernel, bias])
    scores = np.asarray(layer(maps.reshape(1, -1)))[0]
    for unit in range(10):
        assert dense.score_sum(maps, kernel, bias, unit).score == pytest.approx(scores[unit])


def test_bars_say_their_numbers() -> None:
    svg = bar_rows([Row("a & b", "1 × 2", 2.0), Row("c", "", -0.5, strong=True)], LIGHT, "sum")
    assert "a &amp; b" in svg
    assert "+2.000" in svg
    assert "−0.500" in svg
    assert bar_rows([Row("nothing", "", 0.0)], LIGHT, "zero").count("<rect") == 1


# The page


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    return lambda **address: opened(monkeypatch, "learn_dense", **address)


def picture_outputs(name: str = "horse", number: int = 1) -> dict[str, np.ndarray]:
    (run,) = (run for run in pretrained.shipped() if run.id == "lecture")
    index = int(np.flatnonzero(data.test_labels("sketch10") == CLASSES.index(name))[number - 1])
    return forward(run.setup.network, run.weights(), data.test_pictures("sketch10", [index])[0])


def test_the_page_opens_with_the_question_and_three_checks(visit: Callable[..., AppTest]) -> None:
    app = visit()
    assert not app.exception
    assert app.title[0].value == "Fully connected"
    assert len(app.radio) == 3
    assert app.slider(key="index").value == 703
    assert "row 3, column 5 of map 7" in said(app)
    assert "15,370" not in said(app)  # held back until the answer
    assert len(components(app)) == 1


def test_an_address_presets_everything(visit: Callable[..., AppTest]) -> None:
    app = visit(picture="ship", number="2", **{"class": "dog"}, index="191", products="true")
    assert not app.exception
    assert app.slider(key="index").value == 191
    assert "row 0, column 7 of map 23" in said(app)
    assert "to the **left**" in said(app)
    assert "The score of dog" in said(app)
    assert app.toggle(key="products").value


def test_lock_disables_and_hide_removes(visit: Callable[..., AppTest]) -> None:
    app = visit(index="24", lock="index,class", hide="products,picture", picture="ship")
    assert not app.exception
    assert app.slider(key="index").disabled
    assert app.slider(key="index").value == 24
    assert not app.toggle
    assert "class ship" in said(app)


@pytest.mark.parametrize("value", ["", "x", "-1", "1e99", "nan", "1536", "<b>", "9" * 400])
@pytest.mark.parametrize("hide", ["", "index,class,picture,number,products"])
def test_hostile_values_do_no_harm(visit: Callable[..., AppTest], value: str, hide: str) -> None:
    address = dict.fromkeys(("index", "class", "picture", "number", "products"), value)
    app = visit(**address, hide=hide)
    assert not app.exception
    assert len(app.radio) == 3


@pytest.mark.parametrize(
    "address", [{}, {"index": "7"}, {"picture": "ship", "index": "1000", "class": "cat"}]
)
def test_right_answers_are_marked_and_wrong_ones_explained(
    visit: Callable[..., AppTest], address: dict[str, str]
) -> None:
    app = visit(**address)
    index = int(address.get("index", 703))
    outputs = picture_outputs(address.get("picture", "horse"))
    unit = CLASSES.index(address["class"]) if "class" in address else int(outputs["scores"].argmax())
    (run,) = (run for run in pretrained.shipped() if run.id == "lecture")
    row, column, channel = dense.place_of(index, (8, 8, 24))
    flat = np.arange(1536).reshape(8, 8, 24)
    neighbour = flat[row, column + 1, channel]
    push = dense.push_of_largest(outputs["pool2"], run.weights()["scores/kernel"], unit)[1]
    right = {"index": f"{neighbour:,}", "average": "250"}
    for question, text in right.items():
        place = right_place(app, f"dense-{question}")
        assert check(app, f"dense-{question}").options[place] == text
        answer(app, f"dense-{question}", place)
    assert right_place(app, "dense-push") == push
    score = f"{outputs['scores'][unit]:.4f}".replace("-", "−")
    assert f"{score}; this sum: {score}" in said(app)
    assert "1,536×10 + 10 = 15,370" in said(app)
    assert "24×10 + 10 = 250" in said(app)
    done = ProgressStore(settings.home_folder() / "progress").read(owner_hash(ANNA))
    assert done.count("dense") == 3


# In a browser


@pytest.mark.browser
def test_either_side_points_at_the_other(served_app: "ServedApp", new_page: "NewPage") -> None:

    page = new_page(viewport={"width": 1440, "height": 1100})
    page.goto(f"{served_app.address}/learn_dense")
    formula, product = page.locator(".unroll .formula"), page.locator(".unroll .product")
    maps, vector = page.locator(".unroll canvas").first, page.locator(".unroll canvas").last
    formula.get_by_text("7").first.wait_for(timeout=30_000)
    assert formula.inner_text() == dense.index_formula(703, (8, 8, 24))

    box = vector.bounding_box()
    assert box
    place = (0.5 + 10) / 24 * box["width"], (0.5 + 13) / 64 * box["height"]
    vector.hover(position={"x": place[0], "y": place[1]})
    index = 13 * 24 + 10
    assert formula.inner_text() == dense.index_formula(index, (8, 8, 24))
    maps.hover(position={"x": 2, "y": 2})
    assert formula.inner_text() == dense.index_formula(0, (8, 8, 24))
    maps.focus()
    for key, expected in (
        ("ArrowRight", (0, 1, 0)),
        ("ArrowDown", (1, 1, 0)),
        ("PageDown", (1, 1, 1)),
        ("ArrowLeft", (1, 0, 1)),
        ("ArrowLeft", (1, 7, 0)),
    ):
        page.keyboard.press(key)
        at = dense.index_of(*expected, (8, 8, 24))
        assert formula.inner_text() == dense.index_formula(at, (8, 8, 24))
    vector.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    at += 24 + 1
    assert formula.inner_text() == dense.index_formula(at, (8, 8, 24))

    page.get_by_text("Colour by value × weight").click()  # new data: the place stays
    page.get_by_label("Colour by value × weight").wait_for(state="attached")
    page.wait_for_function("location.search.includes('products')")
    assert formula.inner_text() == dense.index_formula(at, (8, 8, 24))
    vector.focus()
    page.keyboard.press("Enter")  # kept: the address names it
    page.wait_for_function(f"location.search.includes('index={at}')")

    source = "cifar10" if "CIFAR-10" in page.content() else "sketch10"
    wanted = int(np.flatnonzero(data.test_labels(source) == CLASSES.index("horse"))[0])
    (run,) = (run for run in pretrained.shipped() if run.id == "lecture")
    weights = run.weights()
    outputs = forward(run.setup.network, weights, data.test_pictures(source, [wanted])[0])
    value = float(outputs["flatten"][at])
    weight = float(weights["scores/kernel"][at, int(outputs["scores"].argmax())])
    shown = [float(text) for text in re.findall(r"[\d.e-]+", product.inner_text().replace("−", "-"))]
    assert shown == pytest.approx([value, weight, value * weight], rel=0.01)
    page.get_by_text(f"{at + 24:,}", exact=True).click()
    page.get_by_text("Right. Between two neighbours").wait_for()
