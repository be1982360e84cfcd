"""The ReLU lesson: its arithmetic against other ways to get it, its page, and a way through it by hand."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.core.scaling import to_input
from cnn.evaluation import pretrained
from cnn.lessons import relu
from cnn.lessons.progress import ProgressStore
from cnn.network import ops
from cnn.network.ops import ELU_ALPHA, LEAKY_SLOPE
from cnn.runs.store import owner_hash
from support.app_pages import ANNA, answer, check, component, opened, right_place, said
from support.serving import ServedApp, eventually
from support.visitor import NewPage

pytestmark = pytest.mark.usefixtures("only_drawn_pictures")

NAMES = tuple(ops.ACTIVATION_FUNCTIONS)
AWAY_FROM_CORNER = st.floats(-8, 8).filter(lambda x: abs(x) > 1e-3)


# The arithmetic


def test_relu_by_hand() -> None:
    assert ops.relu(np.array([-2.0, -0.1, 0.0, 0.5, 3.0])).tolist() == [0, 0, 0, 0.5, 3]
    assert relu.relu_slope(np.array([-2.0, -0.1, 0.0, 0.5, 3.0])).tolist() == [0, 0, 0, 1, 1]
    assert relu.zeros(ops.relu(np.array([[-2.0, 3.0], [0.0, -1.0]]))) == 3


def test_every_function_has_its_slope_and_its_formula() -> None:
    assert set(relu.SLOPES) == set(relu.FORMULAS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@given(x=AWAY_FROM_CORNER)
def test_a_slope_is_the_finite_difference(name: str, x: float) -> None:
    step = 1e-5
    ends = ops.ACTIVATION_FUNCTIONS[name](np.array([x - step, x + step], np.float64))
    expected = (ends[1] - ends[0]) / (2 * step)
    assert relu.SLOPES[name](np.array([x]))[0] == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("name", NAMES)
@given(x=st.floats(-30, 30))
def test_a_function_is_what_plain_python_says(name: str, x: float) -> None:
    plain = {
        "relu": max(0.0, x),
        "leaky_relu": x if x > 0 else LEAKY_SLOPE * x,
        "elu": x if x > 0 else ELU_ALPHA * (math.exp(x) - 1),
        "gelu": 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
        "tanh": math.tanh(x),
        "sigmoid": 1 / (1 + math.exp(-x)),
    }
    assert ops.ACTIVATION_FUNCTIONS[name](np.array([x]))[0] == pytest.approx(plain[name], rel=1e-6, abs=1e-7)


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", NAMES)
def test_a_slope_is_the_gradient_of_keras(name: str, network: object) -> None:
    import keras
    import tensorflow as tf

    x = np.random.default_rng(1).normal(0, 3, 200).astype(np.float32)
    functions = {
        "leaky_relu": lambda v: keras.activations.leaky_relu(v, negative_slope=LEAKY_SLOPE),
        "gelu": lambda v: keras.activations.gelu(v, approximate=True),
    }
    with tf.GradientTape() as tape:
        tape.watch(values := tf.constant(x))
        out = functions.get(name, getattr(keras.activations, name))(values)
    np.testing.assert_allclose(relu.SLOPES[name](x), tape.gradient(out, values).numpy(), atol=1e-5)


def test_slopes_multiply() -> None:
    assert relu.steepest("sigmoid", 1) == 0.25
    assert relu.steepest("sigmoid", 10) == pytest.approx(9.5367431640625e-07)
    assert relu.steepest("relu", 20) == relu.steepest("tanh", 20) == 1


def test_two_kernels_composed_by_hand() -> None:
    kernel = np.zeros((3, 3, 1, 1))
    kernel[1, 0, 0, 0], kernel[1, 2, 0, 0] = -1.0, 1.0  # right less left
    whole, bias = relu.compose((kernel, np.array([3.0])), (kernel, np.array([0.5])))
    assert whole[2, :, 0, 0].tolist() == [1, 0, -2, 0, 1]
    assert np.count_nonzero(whole) == 3
    assert bias.tolist() == [0.5]  # 0.5 + 3 × (1 - 1)


@given(
    seed=st.integers(0, 999),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    channels=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 3)),
)
def test_two_layers_are_one_whatever_their_numbers(
    seed: int, sizes: tuple[int, int], channels: tuple[int, int, int]
) -> None:
    rng = np.random.default_rng(seed)
    pairs = [
        (rng.normal(size=(size, size, before, after)), rng.normal(size=after))
        for size, before, after in zip(sizes, channels, channels[1:], strict=False)
    ]
    maps = rng.normal(size=(9, 10, channels[0]))
    one = ops.conv2d(maps, *relu.compose(*pairs), padding="valid")
    two = ops.conv2d(ops.conv2d(maps, *pairs[0], padding="valid"), *pairs[1], padding="valid")
    np.testing.assert_allclose(one, two, atol=1e-9)


def test_the_shipped_network_without_relu_is_one_layer_and_with_it_is_not() -> None:
    weights = next(run for run in pretrained.shipped() if run.id == "lecture").weights()
    pixels = np.random.default_rng(4).integers(0, 256, (32, 32, 3), np.uint8)
    first, second = ((weights[f"{name}/kernel"], weights[f"{name}/bias"]) for name in ("conv1", "conv2"))
    for number in (0, 7, 23):
        found = relu.chain(to_input(pixels), first, second, number)
        assert found.kernel.shape == (5, 5, 3)
        assert found.two.shape == found.one.shape == found.bent.shape == (28, 28)
        assert found.difference == np.abs(found.two - found.one).max() < 1e-4
        assert found.bent_difference == np.abs(found.bent - found.one).max() > 0.1


# The page


def test_the_page_holds_the_map_back_until_it_is_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, "learn_relu")
    data = component(app, "before")
    assert data["veiled"]
    assert "are now 0" not in said(app)
    answer(app, "relu-zeros", 0)
    data = component(app, "before")
    assert not data["veiled"]
    after = np.array(data["after"])
    assert np.allclose(after, np.maximum(data["before"], 0))
    assert f"{np.count_nonzero(after == 0):,} of 1,024 cells" in said(app)


def test_each_check_has_one_right_answer_and_is_kept(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    app = opened(monkeypatch, "learn_relu", map="6", layers="4")
    data = component(app, "before")
    share = np.mean(np.array(data["before"]) <= 0)
    assert right_place(app, "relu-zeros") == min(int(4 * share), 3)
    texts = check(app, "relu-slopes").options
    assert texts[right_place(app, "relu-slopes")] == "0.00391 of it"  # 0.25 to the power of 4
    texts = check(app, "relu-chain").options
    assert texts[right_place(app, "relu-chain")] == "Yes, with a 5×5 kernel"
    done = ProgressStore(home / "progress").read(owner_hash(ANNA)).done
    assert done == {"relu/zeros", "relu/slopes", "relu/chain"}
    assert "3 of 3 checks" in said(app)


def test_an_address_sets_the_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    address = {"picture": "frog", "number": "2", "map": "11", "function": "GELU", "filter": "5"}
    app = opened(monkeypatch, "learn_relu", **address)
    data = component(app, "before")
    assert data["captions"] == ["Map 11 before", "Map 11 after GELU"]
    assert np.allclose(data["after"], ops.gelu(np.array(data["before"])), atol=2e-4)
    assert np.allclose(data["slope"], relu.gelu_slope(np.array(data["before"])), atol=2e-4)
    assert app.slider(key="filter").value == 5


def test_controls_can_be_fixed_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, "learn_relu", function="tanh", map="3", lock="map", hide="function,layers")
    assert app.slider(key="map").disabled
    assert app.slider(key="map").value == 3
    assert not [item for item in app.button_group if item.key == "function"]
    assert not [item for item in app.slider if item.key == "layers"]
    assert component(app, "before")["name"] == "tanh"


@pytest.mark.parametrize("hidden", ["", "map,function,layers,filter,picture,number"])
def test_a_hostile_address_does_no_harm(monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    address = {"map": "99", "function": "<script>", "layers": "1e99", "filter": "nan", "picture": "../etc"}
    app = opened(monkeypatch, "learn_relu", **address, number="-7", hide=hidden, lock="x" * 5000)
    assert not app.error
    assert component(app, "before")["name"] == "ReLU"
    assert "<script>" not in said(app)


# In the browser


@pytest.mark.browser
def test_a_way_through_the_lesson(served_app: ServedApp, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{served_app.address}/learn_relu?map=2")
    grid, says = page.locator(".cells .before .grid"), page.locator(".cells .says")
    says.wait_for()
    assert page.locator(".cells .veiled").count() == 1
    page.get_by_text("Half to three quarters").click()
    page.locator(".cells .after canvas").wait_for(state="visible")

    box = grid.bounding_box()
    assert box
    grid.hover(position={"x": box["width"] * 10.5 / 32, "y": box["height"] * 20.5 / 32})
    eventually("the cell is named", lambda: "Row 20, column 10:" in says.inner_text())
    page.mouse.move(5, 5)
    grid.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    eventually("keys move it", lambda: "Row 19, column 9:" in says.inner_text())
    x, y = _numbers(says.inner_text())
    assert y == pytest.approx(max(0.0, x), abs=0.006)
    page.locator("button", has_text="Sigmoid").first.click()
    eventually("the function changes", lambda: "Sigmoid(x)" in says.inner_text())
    assert "Row 19, column 9:" in says.inner_text()  # the place is kept
    again, y = _numbers(says.inner_text())
    assert (again, y) == (x, pytest.approx(1 / (1 + math.exp(-x)), abs=0.006))


def _numbers(text: str) -> tuple[float, float]:
    """Return x and f(x) of the line below the maps."""
    x, y = (part.split()[0].strip(",").replace("−", "-") for part in text.split("= ")[1:3])
    return float(x), float(y)
