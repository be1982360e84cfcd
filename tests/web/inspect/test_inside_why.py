"""The panels *Why this class?* and *What does it look for?*, with answers that are there, late or failed."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from cnn import data
from cnn.data import CLASSES
from cnn.evaluation import pretrained
from cnn.interpret.receptive_field import Grid
from cnn.interpret.results import Climb, GradCam, Occlusion, Winners
from cnn.scheduler.engine import EngineStatus
from cnn.scheduler.query_queue import Answer
from cnn.web.app.service import service
from cnn.web.inspect import overlay
from cnn.worker import queries

if TYPE_CHECKING:
    from support.visitor import NewPage
from support.serving import ServedApp

LECTURE = pretrained.shipped()[0]
FRAMES = (0, 1, 2, 4, 7, 11, 17, 26, 38, 54, 74, 96)


def found_winners(channels: int = 24) -> Winners:
    numbers = np.arange(9 * channels).reshape(channels, 9)
    values = np.tile(np.linspace(3.5, 0.5, 9, dtype=np.float32), (channels, 1))
    places = np.full(numbers.shape, 4)
    active, lowest = np.full(channels, 1234), np.zeros(channels, np.float32)
    return Winners(numbers, values, places, places, lowest, active, "sketch10", "the made-up ones", 2000)


ANSWERS: dict[Callable[..., Any], Any] = {
    queries.grad_cam: GradCam(np.eye(16, dtype=np.float32), np.ones(24, np.float32)),
    queries.saliency: np.full((32, 32), 0.25, np.float32),
    queries.occlusion: Occlusion(0.75, np.full((16, 16), 0.5, np.float32), 8, 2),
    queries.winners: found_winners(),
    queries.climb: Climb(
        np.zeros((12, 32, 32, 3), np.uint8),
        FRAMES,
        np.linspace(-1, 2, 97, dtype=np.float32),
        2.5,
        "conv2",
        False,
    ),
}


class Desk:
    """Answers at once with what it was told to."""

    worker_starts = False

    def __init__(self) -> None:
        self.answers = {function: Answer("done", 1.0, result) for function, result in ANSWERS.items()}
        self.asked: dict[str, tuple[Any, ...]] = {}
        self.forgotten: list[str] = []

    def ask(self, key: str, function: Callable[..., Any], *arguments: Any) -> Answer:
        """Answer, and note what was asked: one key is one question."""
        question = (function, *(getattr(part, "tobytes", lambda part=part: part)() for part in arguments))
        assert self.asked.setdefault(key, question) == question, key
        return self.answers[function]

    def forget(self, key: str) -> None:
        self.forgotten.append(key)

    def arguments(self, function: Callable[..., Any]) -> list[tuple[Any, ...]]:
        return [arguments for found, *arguments in self.asked.values() if found is function]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Desk]:
    monkeypatch.setenv("CNN_LAB_DATA", str(tmp_path / "nothing"))
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {}))  # AppTest itself has none
    service.clear()
    found = Desk()
    monkeypatch.setattr(service().engine, "queries", found)
    monkeypatch.setattr(service().engine, "status", lambda: EngineStatus("starting", 1))
    yield found
    service.clear()


def page(panel: str) -> None:
    """Run one panel as a page of its own."""
    import streamlit as st

    from cnn.evaluation import pretrained
    from cnn.web.app import view
    from cnn.web.inspect.feature_panel import show_looks_for
    from cnn.web.inspect.why import show_why

    found = view.read_view(pretrained.shipped()[0])
    assert found is not None
    {"why": show_why, "filter": show_looks_for}[panel](found)
    st.caption(f"shown: {found.layer} {found.channel}")


def visit(panel: str, **address: str) -> AppTest:
    app = AppTest.from_function(page, kwargs={"panel": panel}, default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    kinds = ("header", "markdown", "caption", "info", "error")
    return "\n".join(str(item.value) for kind in kinds for item in getattr(app, kind))


def component(app: AppTest, name: str) -> Any:
    found = [item.proto for item in app.get("bidi_component") if item.proto.component_name.endswith(name)]
    assert len(found) == 1, name
    return found[0]


def waits(app: AppTest) -> bool:
    return any(item.proto.component_name.endswith("answers") for item in app.get("bidi_component"))


def blob(app: AppTest, name: str) -> tuple[dict[str, Any], bytes]:
    content = bytes(component(app, name).bytes)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    return json.loads(header["__metadata__"]["facts"]), content


# Why this class?


def test_the_three_maps_are_drawn_with_their_scales_and_limits(desk: Desk) -> None:
    app = visit("why")
    facts, _ = blob(app, "overlay")
    cam, gradient, cover = facts["maps"]
    assert (cam["title"], cam["high"], cam["step"], cam["start"]) == ("Grad-CAM of relu2", 1, 2, 0)
    assert (gradient["low"], gradient["high"], gradient["step"]) == (0, 0.25, 1)
    assert (cover["high"], cover["step"]) == (0.25, 2)
    for item in facts["maps"]:
        assert item["note"].count("It does not show") == 1
        assert item["empty"] == ""
    assert "receptive field of 8×8 pixels" in cam["note"]
    assert not waits(app)


def test_the_class_is_the_predicted_one_until_another_is_chosen(desk: Desk) -> None:
    app = visit("why", why_class="ship")
    assert {arguments[3] for arguments in desk.arguments(queries.saliency)} == {CLASSES.index("ship")}
    assert "Why **ship**?" in words(app)
    other = visit("why")
    predicted = {arguments[3] for arguments in desk.arguments(queries.saliency)} - {CLASSES.index("ship")}
    assert f"Why **{CLASSES[predicted.pop()]}**?" in words(other)


def test_other_settings_are_other_questions(desk: Desk) -> None:
    """The desk holds that one key is never two questions."""
    app = visit("why")
    for label, value in (
        ("Grey square (pixels)", 16),
        ("Step (pixels)", 4),
        ("Maps of layer (Grad-CAM)", "conv1"),
    ):
        next(box for box in app.selectbox if box.label == label).set_value(value)
        app.run()
        assert not app.exception
    assert [tuple(found[4:]) for found in desk.arguments(queries.occlusion)] == [(8, 2), (16, 2), (16, 4)]
    assert [found[3] for found in desk.arguments(queries.grad_cam)] == ["relu2", "conv1"]
    visit("why", sample_class="frog")
    visit("why", epoch="0")
    assert len(desk.arguments(queries.saliency)) >= 3


def test_zeros_are_said_in_words(desk: Desk) -> None:
    dead = GradCam(np.zeros((16, 16), np.float32), np.zeros(24, np.float32))
    still = Occlusion(0.5, np.full((16, 16), 0.5, np.float32), 8, 2)
    flat = np.zeros((32, 32), np.float32)
    for function, result in zip(list(ANSWERS)[:3], (dead, flat, still), strict=True):
        desk.answers[function] = Answer("done", 1.0, result)
    empty = [item["empty"] for item in blob(visit("why"), "overlay")[0]["maps"]]
    assert "back to" in empty[0]
    assert "Every gradient is zero" in empty[1]
    assert "stays at 0.5" in empty[2]
    against = GradCam(np.full((16, 16), -1, np.float32), np.ones(24, np.float32))
    desk.answers[queries.grad_cam] = Answer("done", 1.0, against)
    assert "Nothing in relu2 raises the score of" in blob(visit("why"), "overlay")[0]["maps"][0]["empty"]


def test_what_is_on_its_way_is_looked_for_again(desk: Desk) -> None:
    desk.answers[queries.occlusion] = Answer("working", 0.4)
    desk.answers[queries.grad_cam] = Answer("waiting")
    app = visit("why")
    rows = json.loads(component(app, "answers").json)["rows"]
    assert [row["title"] for row in rows] == ["Grad-CAM", "Occlusion"]
    assert "the workers are starting" in rows[0]["words"]
    assert (rows[1]["words"], rows[1]["share"]) == ("40 %", 0.4)
    assert [item["there"] for item in blob(app, "overlay")[0]["maps"]] == [False, True, False]


def test_a_failed_question_can_be_asked_again(desk: Desk) -> None:
    desk.answers[queries.saliency] = Answer("failed", message="The worker ended.")
    app = visit("why")
    assert "Gradient: The worker ended." in words(app)
    assert not waits(app)
    next(button for button in app.button if button.label == "Try again").click()
    desk.answers[queries.saliency] = Answer("done", 1.0, ANSWERS[queries.saliency])
    app.run()
    assert len(desk.forgotten) == 1
    assert "The worker ended." not in words(app)


def test_a_blob_holds_the_maps_as_they_are() -> None:
    from cnn.figures.colours import LIGHT

    values = np.arange(6, dtype=np.float32).reshape(2, 3) - 2
    layovers = [overlay.Layover("a", "b", "c", values, Grid(1.5, 2.0)), overlay.Layover("late", "", "")]
    content = overlay.pack(np.zeros((32, 32, 3), np.uint8), layovers, LIGHT)
    from safetensors.numpy import load

    arrays = load(content)
    assert set(arrays) == {"picture", "map0"}
    np.testing.assert_array_equal(arrays["map0"], values)


# What does it look for?


def test_the_nine_are_shown_with_value_class_and_field(desk: Desk) -> None:
    app = visit("filter", layer="relu2", channel="3")
    facts, content = blob(app, "top_images")
    assert len(facts["winners"]) == 9
    labels = data.test_labels("sketch10")[27:36]
    for place, winner in enumerate(facts["winners"]):
        assert winner["title"] == CLASSES[labels[place]]
        assert winner["cell"] == "row 4, column 4"
        assert winner["field"] == [5, 5, 13, 13]
        assert f"class={CLASSES[labels[place]]}" in winner["link"]
    assert facts["winners"][0]["value"] == "3.50"
    assert "number=3&" in facts["winners"][0]["link"] + "&"
    assert content[-9 * 3072 :] == data.test_pictures("sketch10", range(27, 36)).tobytes()
    assert "Channel 3 is above zero somewhere for 1,234 of 2,000 pictures." in words(app)
    assert "the made-up ones" in words(app)


def test_one_question_answers_all_channels_of_a_layer(desk: Desk) -> None:
    app = visit("filter", layer="relu2", channel="3")
    app.number_input[0].set_value(7).run()
    assert not app.exception
    assert "shown: relu2 7" in words(app)
    assert app.query_params["channel"] in ("7", ["7"])
    assert len(desk.arguments(queries.winners)) == 1


@pytest.mark.parametrize(
    ("value", "lowest", "said"),
    [(0.0, 0.0, "Dead on these pictures"), (-0.5, -2.0, "above zero for none of the 2,000")],
)
def test_a_channel_that_never_speaks_is_named(desk: Desk, value: float, lowest: float, said: str) -> None:
    found = found_winners()
    silent = replace(found, values=np.full_like(found.values, value), lowest=np.full(24, lowest, np.float32))
    desk.answers[queries.winners] = Answer("done", 1.0, silent)
    app = visit("filter", layer="relu2")
    assert said in words(app)
    drawn = [item for item in app.get("bidi_component") if item.proto.component_name.endswith("top_images")]
    assert len(drawn) == (0 if value == 0 else 1)


def test_a_layer_without_channels_says_so(desk: Desk) -> None:
    assert "flatten has no filters of its own" in words(visit("filter", layer="flatten"))
    assert not desk.asked
    desk.answers[queries.winners] = Answer("done", 1.0, found_winners(10))
    app = visit("filter", layer="scores", channel="2")
    assert blob(app, "top_images")[0]["winners"][0]["cell"] == "no position"


def test_a_picture_is_made_when_it_is_asked_for(desk: Desk) -> None:
    app = visit("filter", layer="relu2", channel="3")
    assert not desk.arguments(queries.climb)
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert desk.arguments(queries.climb)[0][2:] == ["relu2", 3, "mean", 0]
    assert "The mean of the map of channel 3 in conv2 rises from −1.00 on noise to 2.00." in words(app)
    desk.answers[queries.climb] = Answer("done", 1.0, replace(ANSWERS[queries.climb], highest=0.0))
    app.run()
    assert "**Cannot be excited:** channel 3 of relu2 is still zero everywhere." in words(app)
    desk.answers[queries.climb] = Answer("done", 1.0, replace(ANSWERS[queries.climb], stuck=True))
    app.run()
    assert "the gradient of channel 3 is zero" in words(app)


# In a browser, with a real query worker

ANSWER_MILLISECONDS = 300_000


def canvas(item: Any) -> str:
    """Return what a canvas shows, to be compared."""
    return str(item.evaluate("canvas => canvas.toDataURL()"))


def opened(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


@pytest.mark.browser
def test_maps_are_blended_and_pictures_opened_in_a_browser(
    served_app: "ServedApp", new_page: "NewPage"
) -> None:
    from playwright.sync_api import Error

    from support.serving import eventually

    page, troubles = new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"{served_app.address}/inside?network=lecture&panel=why")
    numbers = page.locator(".overlay .numbers span")
    eventually("three scales", lambda: numbers.count() == 7, ANSWER_MILLISECONDS / 1000)
    eventually("nobody is asked any more", lambda: page.locator(".answers").count() == 0)

    occlusion = page.locator(".overlay canvas").nth(3)
    strong = canvas(occlusion)
    page.locator(".overlay input[type=range]").fill("0")
    eventually("a strength of 0", lambda: canvas(occlusion) != strong)
    assert canvas(occlusion) == canvas(page.locator(".overlay canvas").nth(0))

    page.locator(".overlay .plate").nth(1).press("ArrowDown")
    assert page.locator(".overlay .says").nth(0).inner_text().startswith("row 17, column 16:")
    assert page.locator(".overlay .says").nth(2).inner_text() not in ("", "0")

    page.goto(f"{served_app.address}/inside?network=lecture&panel=filter&layer=relu2&channel=3")
    again = page.get_by_role("button", name="Try again")  # an answer may be lost on a busy machine
    pictures = page.locator(".nine li")

    def nine() -> bool:
        if again.count():
            with contextlib.suppress(Error):
                again.first.click(timeout=1000)
        return pictures.count() == 9

    eventually("nine pictures", nine, ANSWER_MILLISECONDS / 1000)
    link = page.locator(".nine a").nth(2)
    wanted = opened(str(link.get_attribute("href")))
    picture = {name: wanted[name] for name in ("class", "number")}
    link.click()
    page.wait_for_url(lambda url: opened(url) | picture == opened(url))
    assert not troubles
