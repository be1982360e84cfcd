"""The softmax lesson: its arithmetic against other ways to get it, its page, and a way through it by hand."""

import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.core.numbers import written
from cnn.data import CLASSES
from cnn.lessons import softmax
from cnn.lessons.progress import ProgressStore
from cnn.network import ops
from cnn.runs.store import owner_hash
from support.app_pages import ANNA, answer, check, component, opened, right_place, said
from support.serving import ServedApp, eventually
from support.visitor import NewPage

pytestmark = pytest.mark.usefixtures("only_drawn_pictures")

SCORES = st.lists(st.floats(-30, 30), min_size=2, max_size=12)


def plain_softmax(scores: list[float]) -> list[float]:
    powers = [math.exp(score) for score in scores]
    return [power / math.fsum(powers) for power in powers]


# The arithmetic


def test_softmax_by_hand() -> None:
    found = softmax.steps(np.log(np.array([1.0, 2.0, 5.0])))
    assert found.powers == pytest.approx([1, 2, 5])
    assert found.total == pytest.approx(8)
    assert found.probabilities == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert found.probabilities.argmax() == 2


@given(scores=SCORES, temperature=st.floats(0.1, 10))
def test_the_steps_are_what_plain_python_says(scores: list[float], temperature: float) -> None:
    found = softmax.steps(np.array(scores), temperature)
    divided = [score / temperature for score in scores]
    assert found.powers == pytest.approx([math.exp(score) for score in divided])
    assert found.total == pytest.approx(math.fsum(math.exp(score) for score in divided))
    assert found.probabilities == pytest.approx(plain_softmax(divided), abs=1e-12)
    assert found.probabilities == pytest.approx(found.powers / found.total, abs=1e-12)
    assert found.probabilities.sum() == pytest.approx(1)


@pytest.mark.tensorflow
def test_softmax_and_loss_are_those_of_keras(network: object) -> None:
    import keras
    import tensorflow as tf

    scores = np.random.default_rng(2).normal(0, 6, (40, 10)).astype(np.float32)
    truth = np.random.default_rng(3).integers(0, 10, 40)
    with tf.GradientTape() as tape:
        tape.watch(values := tf.constant(scores))
        losses = keras.losses.sparse_categorical_crossentropy(truth, values, from_logits=True)
    slopes = tape.gradient(losses, values).numpy()
    shares = keras.ops.convert_to_numpy(keras.ops.softmax(scores))
    for row, label, loss, slope, share in zip(scores, truth, losses.numpy(), slopes, shares, strict=True):
        np.testing.assert_allclose(softmax.steps(row).probabilities, share, atol=2e-6)
        assert softmax.cross_entropy(row, label) == pytest.approx(float(loss), rel=1e-4, abs=1e-5)
        np.testing.assert_allclose(softmax.gradient(row, label), slope, atol=2e-6)


@given(scores=SCORES, number=st.floats(-20, 20))
def test_adding_a_number_changes_nothing(scores: list[float], number: float) -> None:
    assert softmax.change_by_adding(np.array(scores), number) < 1e-12
    assert softmax.change_by_adding(np.array(scores, np.float32), number) < 1e-5


def test_temperature_by_hand() -> None:
    scores = np.array([0.0, math.log(3)])
    assert softmax.with_temperature(scores, 1) == pytest.approx([1 / 4, 3 / 4])
    assert softmax.with_temperature(scores, 0.5) == pytest.approx([1 / 10, 9 / 10])  # 3 squared is 9
    assert softmax.with_temperature(scores, 1e9) == pytest.approx([1 / 2, 1 / 2])


@pytest.mark.parametrize(
    ("largest", "fits"), [(50, True), (88, True), (89, False), (100, False), (200, False)]
)
def test_large_scores_overflow_where_the_formula_is_taken_at_its_word(largest: float, fits: bool) -> None:
    scores = softmax.raised(np.array([1.0, 3.0, 2.5]), largest)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        powers, shares = softmax.naive(scores)
    assert powers.dtype == shares.dtype == np.float32
    assert bool(np.isfinite(shares).all()) == fits
    safe = ops.softmax(scores)
    assert safe == pytest.approx(plain_softmax([1.0, 3.0, 2.5]), abs=1e-5)
    if fits:
        assert shares == pytest.approx(safe, abs=1e-5)
    else:
        assert powers[1] == np.inf
        assert np.isnan(shares[1])


@given(scores=SCORES, place=st.integers(0, 11))
def test_the_loss_is_minus_the_logarithm_of_the_true_class(scores: list[float], place: int) -> None:
    truth = place % len(scores)
    loss = -math.log(plain_softmax(scores)[truth])
    assert softmax.cross_entropy(np.array(scores), truth) == pytest.approx(loss, abs=1e-9)


def test_the_loss_of_an_impossible_class_is_finite() -> None:
    assert softmax.cross_entropy(np.array([0.0, 2000.0], np.float32), 0) == 2000


@given(scores=SCORES, place=st.integers(0, 11))
def test_the_gradient_is_the_finite_difference(scores: list[float], place: int) -> None:
    values, truth, step = np.array(scores), place % len(scores), 1e-5
    found = softmax.gradient(values, truth)
    for i in range(len(values)):
        nudge = step * (np.arange(len(values)) == i)
        ends = [softmax.cross_entropy(values + sign * nudge, truth) for sign in (1, -1)]
        assert found[i] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-6)
    assert found.sum() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1.0, "1.00"), (-8.0, "−8.00"), (99.95, "100.0"), (1e5, "1.00·10⁵"), (1e-4, "1.00·10⁻⁴")],
)
def test_numbers_as_one_writes_them(value: float, text: str) -> None:
    assert written(value) == text
    assert (written(math.inf), written(math.nan)) == ("> 1.79·10³⁰⁸", "–")


# The page


def test_the_sliders_are_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, "learn_softmax", score_cat="9.5", score_dog="-3.2")
    scores = np.array([app.slider(key=f"score_{name}").value for name in CLASSES])
    assert (scores[3], scores[5]) == (9.5, -3.2)
    data = component(app, "shares")
    assert data["names"] == list(CLASSES)
    assert data["powers"] == [written(math.exp(score)) for score in scores]
    assert data["total"] == written(math.fsum(map(math.exp, scores)))
    assert [float(share) for share in data["exact"]] == pytest.approx(plain_softmax([*scores]), abs=1e-6)
    app.slider(key="temperature").set_value(2.0).run()
    app.slider(key="add").set_value(-7).run()
    data = component(app, "shares")
    assert data["temperature"] == "2"
    assert [float(share) for share in data["exact"]] == pytest.approx(plain_softmax([*scores / 2]), abs=1e-6)
    assert data["powers"][3] == written(math.exp(2.5 / 2))


def test_the_scores_of_a_real_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, "learn_softmax", real="true", picture="truck")
    assert not [slider for slider in app.slider if str(slider.key).startswith("score_")]
    assert app.get("imgs") or app.image
    data = component(app, "shares")
    assert sum(map(float, data["exact"])) == pytest.approx(1, abs=1e-6)
    answer(app, "softmax-gradient", 0)
    assert "Slope for truck" in said(app)


def test_the_overflow_comes_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, "learn_softmax")
    assert "inf / inf is nan" in said(app)
    assert ":red[**nan**]" in app.table[0].value.to_numpy()
    app.slider(key="largest").set_value(80.0).run()
    assert "inf / inf" not in said(app)
    assert "both ways agree" in said(app)


def test_each_check_has_one_right_answer_and_is_kept(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    app = opened(monkeypatch, "learn_softmax", truth="bird")
    assert check(app, "softmax-add").options[right_place(app, "softmax-add")] == "It stays the same"
    assert "Largest change of any probability" in said(app)
    assert check(app, "softmax-temperature").options[right_place(app, "softmax-temperature")] == "It shrinks"
    assert check(app, "softmax-gradient").options[right_place(app, "softmax-gradient")] == "Only that of bird"
    done = ProgressStore(home / "progress").read(owner_hash(ANNA)).done
    assert done == {"softmax/add", "softmax/temperature", "softmax/gradient"}
    assert "3 of 3 checks" in said(app)


def test_the_right_answer_depends_on_the_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    equal = {f"score_{name}": "1" for name in CLASSES}
    app = opened(monkeypatch, "learn_softmax", **equal)
    place = right_place(app, "softmax-temperature")
    assert check(app, "softmax-temperature").options[place] == "It stays the same"


def test_controls_can_be_fixed_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    address = {"temperature": "0.5", "add": "4", "lock": "temperature,score_cat", "hide": "add,truth"}
    app = opened(monkeypatch, "learn_softmax", **address)
    assert app.slider(key="temperature").disabled
    assert app.slider(key="score_cat").disabled
    assert not app.slider(key="score_dog").disabled
    assert not [slider for slider in app.slider if slider.key == "add"]
    data = component(app, "shares")
    assert data["scores"][0] == "4.00"  # airplane: 0 + 4
    assert data["exponents"][0] == "8.00"


def test_a_hostile_address_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    address = {
        "score_cat": "inf",
        "score_dog": "nan",
        "score_bird": "-1e400",
        "temperature": "0",
        "add": "9e9",
    }
    app = opened(monkeypatch, "learn_softmax", **address, truth="<script>", real="perhaps", largest="x")
    for hidden in ("", ",".join([*address, "truth", "real", "largest"])):
        app.query_params["hide"] = hidden
        app.run()
        assert not app.exception
        shares = [float(share) for share in component(app, "shares")["exact"]]
        assert sum(shares) == pytest.approx(1, abs=1e-5)
        assert "<script>" not in said(app)


# In the browser


@pytest.mark.browser
def test_a_way_through_the_lesson(served_app: ServedApp, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{served_app.address}/learn_softmax?score_horse=2.5")
    fraction, rows = page.locator(".softmax .fraction"), page.locator(".softmax tbody tr")
    fraction.wait_for()
    scores = [0.0, -1.0, 1.0, 3.0, 0.5, 2.0, 0.0, 2.5, -2.0, -1.0]
    shares = plain_softmax(scores)
    rows.nth(7).hover()
    eventually("horse is written out", lambda: "p(horse)" in fraction.inner_text())
    assert fraction.locator(".result").inner_text() == written(shares[7])
    assert fraction.locator(".term.on").count() == 4
    rows.nth(7).focus()
    page.keyboard.press("ArrowDown")
    eventually("the next class by key", lambda: "p(ship)" in fraction.inner_text())
    assert fraction.locator(".result").inner_text() == written(shares[8])

    thumb = page.get_by_role("slider", name="ship")
    thumb.focus()
    thumb.press("ArrowRight")
    shares = plain_softmax([*scores[:8], -1.9, -1.0])
    shown = fraction.locator(".result")
    eventually("the slider moves it", lambda: shown.inner_text() == written(shares[8]))
    page.get_by_text("Only that of dog").click()
    page.locator("svg[aria-label^='p − y']").wait_for()
    assert written(plain_softmax([*scores[:8], -1.9, -1.0])[5] - 1) in page.locator("body").inner_text()

    def tops() -> list[int]:
        names = ("airplane", "automobile", "bird", "cat", "deer", "dog")
        boxes = [page.get_by_role("slider", name=name).bounding_box() for name in names]
        return [round(box["y"]) if box else -1 for box in boxes]

    assert len(set(tops())) == 2  # five in a row
    page.set_viewport_size({"width": 390, "height": 844})
    eventually("two in a row on a phone", lambda: len(set(tops())) == 3)
