"""The lesson on the whole chain: backpropagation against TensorFlow, the recorded runs, the page."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from cnn import data
from cnn.core import settings
from cnn.core.scaling import to_input
from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.evaluation import pretrained
from cnn.figures.colours import DARK
from cnn.figures.lesson_chain import accuracy_curves
from cnn.images.image import decode_picture
from cnn.lessons import chain
from cnn.lessons.progress import ProgressStore
from cnn.network import ops
from cnn.network.forward import forward, weight_shapes
from cnn.network.presets import PRESETS
from cnn.network.spec import NetworkSpec, Setup
from cnn.network.summary import walk
from cnn.runs.store import owner_hash
from support import PROJECT
from support.app_pages import ANNA, answer, check, opened, right_place, said
from support.odd_pictures import saved

pytestmark = pytest.mark.usefixtures("only_drawn_pictures")

if TYPE_CHECKING:
    from support.serving import ServedApp
    from support.visitor import NewPage

LECTURE = PRESETS["lecture"].setup.network
SEEDS = st.integers(0, 2**31)


def shipped() -> tuple[NetworkSpec, chain.Arrays]:
    (run,) = (run for run in pretrained.shipped() if run.id == "lecture")
    return run.setup.network, chain.exact(run.weights())


def drawn_picture(name: str = "horse", number: int = 1) -> np.ndarray:
    index = int(np.flatnonzero(data.test_labels("sketch10") == CLASSES.index(name))[number - 1])
    return data.test_pictures("sketch10", [index])[0]


def random_weights(seed: int) -> chain.Arrays:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, 0.15, shape) for name, shape in weight_shapes(LECTURE).items()}


def random_picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (32, 32, 3), np.uint8)


# Backpropagation


def test_cross_entropy_by_hand() -> None:
    assert chain.cross_entropy(np.array([0.25, 0.75]), 0) == pytest.approx(math.log(4))
    assert chain.cross_entropy(np.array([1.0, 0.0]), 0) == 0
    assert math.isfinite(chain.cross_entropy(np.array([1.0, 0.0]), 1))


@given(SEEDS, st.integers(1, 5), st.integers(1, 5), st.sampled_from([1, 3]))
def test_the_gradients_of_a_convolution_by_loops(seed: int, height: int, width: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    x, kernel = rng.normal(size=(height, width, 2)), rng.normal(size=(size, size, 2, 3))
    gradient, reach = rng.normal(size=(height, width, 3)), size // 2
    by_kernel, by_input = np.zeros_like(kernel), np.zeros_like(x)
    for row, column, f, i, j, c in np.ndindex(height, width, 3, size, size, 2):
        y, z = row + i - reach, column + j - reach
        if 0 <= y < height and 0 <= z < width:
            by_kernel[i, j, c, f] += x[y, z, c] * gradient[row, column, f]
            by_input[y, z, c] += kernel[i, j, c, f] * gradient[row, column, f]
    assert np.allclose(chain.kernel_gradient(x, gradient, size), by_kernel)
    assert np.allclose(chain.back_through_conv(kernel, gradient), by_input)


@given(SEEDS, st.integers(2, 7), st.integers(2, 7), st.integers(2, 3))
def test_the_winner_gets_the_gradient(seed: int, height: int, width: int, window: int) -> None:
    rng = np.random.default_rng(seed)
    window = min(window, height, width)
    x = rng.permutation(height * width * 2).reshape(height, width, 2).astype(float)
    gradient = rng.normal(size=ops.max_pool(x, window, window).shape)
    expected = np.zeros_like(x)
    for row, column, c in np.ndindex(*gradient.shape):
        part = x[row * window : (row + 1) * window, column * window : (column + 1) * window, c]
        i, j = np.argwhere(part == part.max())[0]
        expected[row * window + i, column * window + j, c] = gradient[row, column, c]
    assert np.array_equal(chain.back_through_max_pool(x, gradient, window), expected)


@pytest.mark.parametrize("place", [("conv1/kernel", (0, 2, 1, 7)), ("conv2/kernel", (1, 1, 11, 23))])
@pytest.mark.parametrize("weights", ["shipped", "random"])
def test_the_finite_difference_agrees(place: tuple[str, tuple[int, ...]], weights: str) -> None:
    values = shipped()[1] if weights == "shipped" else random_weights(3)
    pixels = random_picture(4)
    _, gradients = chain.backward(LECTURE, values, dict(forward(LECTURE, values, pixels)), 2)
    checked = chain.finite_difference(LECTURE, values, pixels, 2, *place)
    assert checked == pytest.approx(gradients[place[0]][place[1]], rel=1e-5, abs=1e-7)


def test_the_gradient_at_the_scores_is_p_minus_y_and_every_layer_has_its_shape() -> None:
    network, weights = shipped()
    outputs = dict(forward(network, weights, random_picture(0)))
    by_layer, gradients = chain.backward(network, weights, outputs, 4)
    assert np.allclose(by_layer["scores"] - outputs["softmax"], -np.eye(10)[4])
    assert {name: values.shape for name, values in gradients.items()} == weight_shapes(network)
    shapes = {row.layer.name: row.shape for row in walk(network)}
    assert {name: values.shape for name, values in by_layer.items()} == {
        name: shape for name, shape in shapes.items() if name not in ("input", "softmax")
    }


def test_one_training_step() -> None:
    network, weights = shipped()
    pixels, before = random_picture(1), {name: values.copy() for name, values in weights.items()}
    _, gradients = chain.backward(network, weights, dict(forward(network, weights, pixels)), 3)
    name, place = "scores/kernel", chain.strongest(gradients["scores/kernel"])
    step = chain.training_step(network, weights, gradients, pixels, 3, name, place, 1e-4)
    assert step.new_weight == pytest.approx(step.weight - 1e-4 * step.gradient)
    assert step.loss_all < step.loss_one < step.loss
    slope = sum(float((values**2).sum()) for values in gradients.values())
    tiny = chain.training_step(network, weights, gradients, pixels, 3, name, place, 1e-9)
    assert (tiny.loss - tiny.loss_all) / 1e-9 == pytest.approx(slope, rel=1e-3)
    still = chain.training_step(network, weights, gradients, pixels, 3, name, place, 0.0)
    assert still.loss == still.loss_one == still.loss_all
    assert all(np.array_equal(weights[name], before[name]) for name in weights)


@pytest.mark.tensorflow
@pytest.mark.parametrize("case", ["shipped on a drawn horse", "random on noise"])
def test_all_gradients_are_those_of_gradient_tape(network: Any, case: str) -> None:
    import tensorflow as tf

    known = case.startswith("shipped")
    weights = shipped()[1] if known else random_weights(7)
    pixels, target = (drawn_picture(), 7) if known else (random_picture(8), 0)
    variables = {name: tf.Variable(values) for name, values in weights.items()}
    with tf.GradientTape() as tape:
        x = tf.constant(to_input(pixels)[None], tf.float64)
        for name in ("conv1", "conv2"):
            x = tf.nn.conv2d(x, variables[f"{name}/kernel"], 1, "SAME") + variables[f"{name}/bias"]
            x = tf.nn.max_pool2d(tf.nn.relu(x), 2, 2, "VALID")
        scores = tf.reshape(x, [1, -1]) @ variables["scores/kernel"] + variables["scores/bias"]
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits([target], scores)[0]
    expected = tape.gradient(loss, variables)
    outputs = dict(forward(LECTURE, weights, pixels))
    assert chain.cross_entropy(outputs["softmax"], target) == pytest.approx(float(loss))
    _, found = chain.backward(LECTURE, weights, outputs, target)
    assert found.keys() == expected.keys()
    for name, values in found.items():
        assert np.abs(values).max() > 0
        assert np.allclose(values, expected[name].numpy(), rtol=1e-6, atol=1e-9), name


# The recorded runs


def test_the_recorded_runs_are_whole_and_can_be_repeated() -> None:
    few, many = chain.recorded("few_pictures"), chain.recorded("all_pictures")
    for run, name in ((few, "few_pictures"), (many, "all_pictures")):
        setup = Setup.from_text((chain.RECORDED / f"{name}.setup.json").read_text())
        assert [row["epoch"] for row in run.epochs] == list(range(1, (setup.training.epochs or 0) + 1))
        assert run.data == "CIFAR-10, JPEG copy"
        assert (run.seed, run.pictures) == (setup.training.seed, setup.training.pictures)
        spec = run.command.split("--spec ")[1]
        assert (PROJECT / spec).is_file()
    networks = [
        Setup.from_text((chain.RECORDED / f"{name}.setup.json").read_text()).network
        for name in ("few_pictures", "all_pictures")
    ]
    assert networks[0] == networks[1]
    assert few.last["training_accuracy"] > 0.99
    assert few.last["validation_loss"] > 2 * few.best_loss["validation_loss"]
    assert few.gap > 0.4 > 0.1 > abs(many.gap)


def test_the_curves_show_validation_only_when_asked() -> None:
    run = chain.recorded("few_pictures")
    panels = [(run.title, run.epochs)]
    assert "validation" not in accuracy_curves(panels, DARK, validation=False)
    shown = accuracy_curves(panels, DARK, validation=True)
    assert f"validation {100 * run.last['validation_accuracy']:.1f} %" in shown
    assert f"training {100 * run.last['training_accuracy']:.1f} %" in shown


def test_what_a_step_does() -> None:
    assert [chain.effect(1.0, 0.9, after) for after in (0.5, 0.9, 0.95, 1.0, 2.0)] == [0, 1, 1, 2, 2]


# The page


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    return lambda **address: opened(monkeypatch, "learn_chain", **address)


def expected_step(
    picture: str, name: str, place: tuple[int, ...], rate: float, pixels: np.ndarray | None = None
) -> chain.TrainingStep:
    network, weights = shipped()
    pixels, target = drawn_picture(picture) if pixels is None else pixels, CLASSES.index(picture)
    _, gradients = chain.backward(network, weights, dict(forward(network, weights, pixels)), target)
    return chain.training_step(network, weights, gradients, pixels, target, name, place, rate)


def minus(text: str) -> str:
    return text.replace("-", "−")


def test_the_page_opens_at_the_picture(visit: Callable[..., AppTest]) -> None:
    app = visit()
    step = expected_step("horse", "conv1/kernel", (1, 1, 1, 1), 0.001)
    assert app.title[0].value == "The whole chain"
    values = [metric.value for metric in app.metric]
    assert values == [f"{step.loss:.5f}", minus(f"{step.gradient:.6f}"), "?"]
    assert minus(f"{step.checked:.6f}") in said(app)
    assert len(app.radio) == 2
    assert "points" not in said(app)


def test_next_and_previous_walk_over_all_layers(visit: Callable[..., AppTest]) -> None:
    app = visit()
    names = [row.layer.name for row in walk(LECTURE)]
    for name in [*names[1:], names[0]]:
        next(button for button in app.button if button.label == "Next").click().run()
        assert not app.exception
        assert app.query_params.get("step", [names[0]]) in ([name], name)
        assert f">{name}</span>" in "".join(str(item.value) for item in app.html)
    next(button for button in app.button if button.label == "Previous").click().run()
    assert app.query_params["step"] in (["softmax"], "softmax")


def test_an_address_presets_everything(visit: Callable[..., AppTest]) -> None:
    app = visit(
        picture="cat", step="pool2", way="Backward: gradients", weight="scores", scores_value="700",
        scores_class="3", rate="0.005",
    )  # fmt: skip
    step = expected_step("cat", "scores/kernel", (700, 3), 0.005)
    assert app.metric[1].value == minus(f"{step.gradient:.6f}")
    assert "In each window, the largest value" in said(app)
    assert app.slider(key="rate").value == 0.005


def test_the_strongest_gradient_is_one_press_away(visit: Callable[..., AppTest]) -> None:
    app = visit(weight="conv2")
    next(button for button in app.button if "largest gradient" in button.label).click().run()
    assert not app.exception
    network, weights = shipped()
    pixels = drawn_picture()
    _, gradients = chain.backward(network, weights, dict(forward(network, weights, pixels)), 7)
    gradient = gradients["conv2/kernel"]
    assert app.metric[1].value == minus(f"{gradient[chain.strongest(gradient)]:.6f}")


def test_lock_disables_and_hide_removes(visit: Callable[..., AppTest]) -> None:
    app = visit(lock="rate,step,conv1_row", hide="way,picture", step="relu1", rate="0.002", picture="ship")
    assert app.slider(key="rate").disabled
    assert app.slider(key="conv1_row").disabled
    assert not [
        button for button in app.button if button.label in ("Next", "Previous") or "str" in button.label
    ]
    assert "class ship" in said(app)
    assert "ReLU turns what is below zero" in said(app)


def test_your_own_picture_is_taught_the_class_you_say(visit: Callable[..., AppTest]) -> None:
    app, pixels = visit(), random_picture(5)
    app.session_state["cnn_lab"].tray.add(decode_picture(saved(Image.fromarray(pixels), "PNG")), "mine.png")
    app.run()
    labelled = next(group for group in app.button_group if group.label == "Picture")
    labelled.set_value("yours").run()
    next(group for group in app.button_group if group.label == "What it shows").set_value("truck").run()
    assert not app.exception
    step = expected_step("truck", "conv1/kernel", (1, 1, 1, 1), 0.001, pixels)
    assert app.metric[0].value == f"{step.loss:.5f}"


@pytest.mark.parametrize("value", ["", "x", "-1", "1e99", "nan", "inf", "<b>", "9" * 400])
@pytest.mark.parametrize("hide", [False, True])
def test_hostile_values_do_no_harm(visit: Callable[..., AppTest], value: str, hide: bool) -> None:
    keys = ("picture", "number", "step", "way", "weight", "rate", "conv1_row", "conv1_filter", "answer")
    app = visit(**dict.fromkeys(keys, value), hide=",".join(keys) if hide else "")
    assert len(app.metric) == 3


@pytest.mark.parametrize("address", [{}, {"picture": "frog", "weight": "conv2"}])
def test_right_answers_are_marked_and_wrong_ones_explained(
    visit: Callable[..., AppTest], address: dict[str, str]
) -> None:
    app = visit(**address)
    place = (1, 1, 1, 1)
    name = f"{address.get('weight', 'conv1')}/kernel"
    step = expected_step(address.get("picture", "horse"), name, place, 0.001)
    right = 2 if step.gradient == 0 else int(step.gradient > 0)
    assert right_place(app, "chain-sign") == right
    answer(app, "chain-sign", right)
    assert app.metric[2].value == minus(f"{step.new_weight:.6f}")
    assert f"{step.loss:.5f} → {step.loss_one:.5f}" in said(app)
    expected = 2 if step.loss_all >= step.loss else 0 if step.loss_all < step.loss_one else 1
    assert right_place(app, "chain-all") == expected
    assert f"{step.loss:.5f} → {step.loss_all:.5f}" in said(app)
    place_of_best = right_place(app, "chain-generalises")
    assert "45,000" in check(app, "chain-generalises").options[place_of_best]
    assert f"{100 * chain.recorded('few_pictures').gap:.1f}" in said(app)
    assert ProgressStore(settings.home_folder() / "progress").read(owner_hash(ANNA)).count("chain") == 3


# In a browser


@pytest.mark.browser
def test_a_student_goes_through_the_lesson(served_app: "ServedApp", new_page: "NewPage") -> None:

    page = new_page(viewport={"width": 1440, "height": 1100})
    page.goto(f"{served_app.address}/learn_chain")
    flow = page.locator(".drawing").first
    flow.locator('[data-layer="conv2"]').wait_for(timeout=30_000)
    page.get_by_role("button", name="Next").click()
    page.wait_for_function("location.search.includes('step=conv1')")
    flow.locator('[data-layer="scores"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('step=scores')")
    page.get_by_text("15,370").first.wait_for()
    expect(
        flow.locator('[data-layer="scores"]')
    ).to_be_focused()  # also in the drawing that has replaced the first
    page.get_by_text("Backward: gradients").click()
    page.get_by_text("At the scores the gradient is p − y.").wait_for()

    source = "cifar10" if "CIFAR-10 test" in page.content() else "sketch10"
    index = int(np.flatnonzero(data.test_labels(source) == CLASSES.index("horse"))[0])
    pixels = data.test_pictures(source, [index])[0]
    page.get_by_role("slider", name="Filter").press("ArrowRight")
    page.wait_for_function("location.search.includes('conv1_filter=2')")
    step = expected_step("horse", "conv1/kernel", (1, 1, 1, 2), 0.001, pixels)
    page.get_by_text(minus(f"{step.gradient:.6f}"), exact=True).first.wait_for()
    right = ("Up", "Down", "Either way is the same")[chain.direction(step.gradient)]
    page.get_by_text(right, exact=True).click()
    page.get_by_text(minus(f"{step.new_weight:.6f}"), exact=True).first.wait_for()
    page.get_by_text(f"{step.loss:.5f} → {step.loss_one:.5f}").wait_for()
    page.get_by_text("The one with 1,000 pictures").click()
    page.get_by_text("Not quite. It knows its own pictures by heart").wait_for()
    last = chain.recorded("all_pictures").last
    page.locator(".drawing").last.get_by_text(f"validation {percent(last['validation_accuracy'])}").wait_for()
