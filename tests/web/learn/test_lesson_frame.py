"""What all lessons share: progress for each browser, the teacher's addresses, and the present mode."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import WebSocket, expect
from streamlit.testing.v1 import AppTest

from cnn.evaluation import pretrained
from cnn.exports.lesson_page import export_lesson
from cnn.lessons.progress import MAX_STEPS, Progress, ProgressStore
from cnn.runs.store import owner_hash
from cnn.web.learn.lesson import LESSONS, MENU, Lesson
from support.app_pages import ANNA, BEN, answer, opened, said

pytestmark = pytest.mark.usefixtures("only_drawn_pictures")

if TYPE_CHECKING:
    from support.serving import ServedApp
    from support.visitor import NewPage

RESTS = '[data-testid="stApp"][data-test-script-state="notRunning"]'
ONE, TWO = "0" * 32, "f" * 32


@pytest.fixture
def store(tmp_path: Path) -> ProgressStore:
    return ProgressStore(tmp_path / "progress")


# The store


def test_progress_is_kept_for_each_owner_and_can_be_reset(store: ProgressStore) -> None:
    store.mark(ONE, "relu/zeros")
    assert (
        store.mark(ONE, "relu/chain") == store.read(ONE) == Progress(frozenset({"relu/zeros", "relu/chain"}))
    )
    store.mark(TWO, "pool/size")
    assert (store.read(ONE).count("relu"), store.read(ONE).count("pool"), store.read(TWO).count("pool")) == (
        2,
        0,
        1,
    )
    assert ProgressStore(store.folder).read(ONE) == store.read(ONE)
    store.reset(ONE)
    store.reset(ONE)
    assert store.read(ONE) == Progress()
    assert store.read(TWO).count("pool") == 1


def test_a_step_is_counted_once_and_for_its_own_lesson(store: ProgressStore) -> None:
    for _ in range(3):
        store.mark(ONE, "conv/size")
    store.mark(ONE, "convolution/other")
    assert store.read(ONE).count("conv") == 1


@pytest.mark.parametrize(
    "owner", ["", "a" * 31, "a" * 33, "A" * 32, "../" + "a" * 29, "a" * 32 + "\n", "\x00" * 32]
)
def test_an_owner_is_never_a_path(store: ProgressStore, owner: str) -> None:
    assert store.read(owner) == Progress()
    with pytest.raises(ValueError, match="32 hexadecimal"):
        store.mark(owner, "relu/zeros")
    with pytest.raises(ValueError, match="32 hexadecimal"):
        store.reset(owner)
    assert not [*store.folder.parent.rglob("*.json")]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"3", b'{"a": 1}', b"\xff\xfe", b"[[]]", b'[null, "relu/a"]']
)
def test_a_broken_file_does_no_harm(store: ProgressStore, content: bytes) -> None:
    store.folder.mkdir()
    (store.folder / f"{ONE}.json").write_bytes(content)
    store.read(ONE)
    assert "relu/zeros" in store.mark(ONE, "relu/zeros").done
    assert "relu/zeros" in store.read(ONE).done


def test_the_file_cannot_grow_without_end(store: ProgressStore) -> None:
    for number in range(MAX_STEPS + 20):
        store.mark(ONE, f"relu/{number}")
    assert len(store.read(ONE).done) == MAX_STEPS


# The pages


def menu_opened(app: AppTest) -> AppTest:
    """Open the menu for teachers, whose content is made when it is opened."""
    app.session_state[MENU] = True
    return app.run()


def test_a_right_answer_counts_at_once_and_only_for_this_browser(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    app = opened(monkeypatch, "learn_softmax")
    assert "0 of 3 checks" in said(app)
    answer(app, "softmax-add", 0)
    assert "0 of 3 checks" in said(app)
    answer(app, "softmax-add", 1)
    assert "1 of 3 checks" in said(app)
    assert "0 of 3 checks" in said(opened(monkeypatch, "learn_softmax", BEN))
    assert "1 of 3 checks" in said(opened(monkeypatch, "learn_softmax", ANNA))


def test_the_end_of_a_lesson_leads_to_the_next_one(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    store = ProgressStore(home / "progress")
    for step in ("shift", "temperature"):
        store.mark(owner_hash(ANNA), f"softmax/{step}")
    app = opened(monkeypatch, "learn_softmax")
    assert "1 of 3 checks of this lesson is still open." in said(app)
    assert app.button(key="next-lesson").proto.type == "secondary"
    answer(app, "softmax-add", 1)
    assert "**Lesson done.** Next: The whole chain." in said(app)
    assert app.button(key="next-lesson").proto.type == "primary"
    store.mark(owner_hash(ANNA), "chain/1")
    assert "**Lesson done.**" not in said(opened(monkeypatch, "learn_chain"))


def test_progress_shows_in_the_list_and_is_reset_there(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    store = ProgressStore(home / "progress")
    store.mark(owner_hash(ANNA), "softmax/add")
    store.mark(owner_hash(BEN), "softmax/add")
    app = opened(monkeypatch, "learn")
    counts = [bar.proto.text for bar in app.get("progress")]
    in_order = ["1" if item.key == "softmax" else "0" for item in LESSONS]  # which a phone's one column keeps
    assert [text.split()[0] for text in counts] == in_order
    (button,) = [button for button in app.button if button.label == "Reset my progress"]
    button.click().run()
    assert not app.exception
    assert store.read(owner_hash(ANNA)) == Progress()
    assert store.read(owner_hash(BEN)).done
    assert not [button for button in app.button if button.label == "Reset my progress"]


def test_progress_that_cannot_be_saved_is_said_and_the_lesson_goes_on(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    home.mkdir()
    (home / "progress").write_text("a file where the folder should be")
    app = opened(monkeypatch, "learn_softmax")
    answer(app, "softmax-add", 1)
    assert "could not be saved" in said(app)
    assert any(box.value.startswith("Right.") for box in app.success)


@pytest.mark.parametrize("item", LESSONS, ids=[item.key for item in LESSONS])
def test_every_lesson_opens_with_its_question_and_names_its_controls(
    monkeypatch: pytest.MonkeyPatch, item: Lesson
) -> None:
    app = menu_opened(opened(monkeypatch, item.page.removesuffix(".py")))
    assert app.title[0].value == item.title
    assert app.header[0].value == item.question
    assert not app.error
    assert app.code[0].value


def test_the_teacher_sees_the_controls_of_this_lesson_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = menu_opened(opened(monkeypatch, "learn_relu"))
    assert {"map", "function", "layers", "filter", "picture", "number"} == {*app.code[0].value.split(", ")}
    menu_opened(app.switch_page("learn_softmax.py").run())
    assert {"temperature", "add", "score_cat", "truth"} < {*app.code[0].value.split(", ")}
    assert "map" not in app.code[0].value.split(", ")


def test_present_mode_makes_the_type_large_and_can_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    app = menu_opened(opened(monkeypatch, "learn_softmax", present="1"))
    assert any("zoom: 1.4" in item.value for item in app.html)
    (button,) = [button for button in app.button if button.label == "Normal type size"]
    button.click().run()
    assert "present" not in app.query_params
    assert not any("zoom: 1.4" in item.value for item in app.html)


@pytest.mark.parametrize("name", ["lock", "hide", "present"])
@pytest.mark.parametrize(
    "value", ["", ",,,", "nope", "<script>", "../..", "é" * 3000, "\x00", "check-relu-zeros"]
)
def test_odd_lists_in_the_address_change_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    app = opened(monkeypatch, "learn_softmax", **{name: value})
    assert not app.slider(key="temperature").disabled
    assert len(app.slider) == 13
    assert not any("zoom: 1.4" in item.value for item in app.html)


# In a browser

PARTS = {
    "conv": ("cat", "class cat", "What does a layer cost?"),
    "relu": ("cat", "class cat", "turns the others into 0"),
    "pool": ("cat", "class cat", "What does the next layer save?"),
    "dense": ("cat", "class cat", "What it costs"),
    "softmax": ("cat", "slope", "Why is the largest score subtracted first?"),
    "chain": ("cat", "class cat", "What overfitting looks like"),
}  # for each lesson a choice, what the part that it is in says, and what another part says


@pytest.mark.browser
@pytest.mark.parametrize("item", LESSONS, ids=[item.key for item in LESSONS])
def test_a_control_draws_its_part_alone(served_app: "ServedApp", new_page: "NewPage", item: Lesson) -> None:
    page, told = new_page(viewport={"width": 1440, "height": 1100}), list[bytes]()

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda sent: told.append(bytes(sent)))

    page.on("websocket", listen)
    choice, own, other = PARTS[item.key]
    page.goto(f"{served_app.address}/learn_{item.key}")
    page.get_by_role("link", name="in your own network").wait_for(timeout=30_000)
    expect(page.locator(RESTS)).to_have_count(1)
    assert other.encode() in b"".join(told)
    told.clear()
    page.get_by_role("radio", name=choice, exact=True).first.click()
    for _ in range(600):  # the end of a run before it may come after the click
        if own.encode() in b"".join(told):
            break
        page.wait_for_timeout(50)
    expect(page.locator(RESTS)).to_have_count(1)
    sent = b"".join(told)
    assert own.encode() in sent
    for text in (other, item.question, "in your own network", "For teachers"):
        assert text.encode() not in sent
    expect(page.get_by_role("heading", name=item.question)).to_be_visible()


@pytest.mark.browser
def test_the_menu_has_what_is_set_now(served_app: "ServedApp", new_page: "NewPage") -> None:
    page = new_page(viewport={"width": 1440, "height": 1100})
    page.goto(f"{served_app.address}/learn_conv")
    page.get_by_role("radio", name="Your own", exact=True).click()
    page.get_by_role("radio", name="cat", exact=True).click()
    page.wait_for_url("**picture=cat**")
    page.get_by_role("slider", name="Bias").press("ArrowRight")
    page.wait_for_url("**bias=0.1**")
    page.get_by_role("button", name="For teachers").click()
    expect(page.get_by_test_id("stPopoverBody").locator("code").last).to_contain_text("bias, dilation")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take this lesson home").click()
    (run,) = (run for run in pretrained.shipped() if run.id == "lecture")
    address = {"kernel": "Your own", "picture": "cat", "bias": "0.1"}
    given = download.value.path().read_bytes()
    assert given == export_lesson("conv", address, run.setup.network, run.weights()).content
    assert given != export_lesson("conv", {}, run.setup.network, run.weights()).content
