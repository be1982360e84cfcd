"""The parts that all lessons share: question, controls that a teacher can preset, checks, end.

A control's value is in the page's address under its key. `?lock=a,b` shows controls without letting them be
changed, `?hide=a,b` hides them and uses the value in the address, `?present=1` makes the type large.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

import numpy as np
import streamlit as st

from cnn import data
from cnn.core import settings
from cnn.core.errors import CnnLabError, RunError
from cnn.core.numbers import fixed
from cnn.evaluation import pretrained
from cnn.exports import lesson_page
from cnn.lessons.checks import Check
from cnn.lessons.progress import Progress, ProgressStore
from cnn.network.forward import Weights
from cnn.network.spec import NetworkSpec
from cnn.web.app.session import session
from cnn.web.app.widgets import FIRST_CLASS, Sample, class_sample, dataset_name, weights_of


@dataclass(frozen=True)
class Lesson:
    """One lesson: its key in addresses and progress, its page, its title and the question it starts with."""

    key: str
    page: str
    title: str
    question: str
    icon: str
    checks: int


LESSONS = (
    Lesson(
        "conv", "learn_conv.py", "Convolution", "How does a network find an edge?", "filter_center_focus", 3
    ),
    Lesson("relu", "learn_relu.py", "ReLU", "Why throw away half of the numbers?", "show_chart", 3),
    Lesson("pool", "learn_pool.py", "Pooling", "What is left when a map shrinks?", "grid_on", 3),
    Lesson("dense", "learn_dense.py", "Fully connected", "How do maps become ten scores?", "hub", 3),
    Lesson("softmax", "learn_softmax.py", "Softmax", "How do scores become probabilities?", "equalizer", 3),
    Lesson(
        "chain", "learn_chain.py", "The whole chain", "How does a network learn from one mistake?", "link", 3
    ),
)


P = ParamSpec("P")

MENU, _CONTROLS = "for-teachers", "lesson-controls"


def part(draw: Callable[P, None]) -> Callable[P, None]:
    """Let a function draw a part of a lesson's page: a control in it draws this part again, and nothing else.

    Parts may be nested. What a control changes has to be in the part that the control is in.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except CnnLabError as error:  # the frame of the page sees none that a part meets by itself
            st.error(str(error), icon=":material/error:")

    return st.fragment(drawn)


def progress() -> Progress:
    """Return what this browser has done."""
    return _store().read(session().owner)


def reset_progress() -> None:
    """Forget what this browser has done."""
    _store().reset(session().owner)
    for key in [key for key in st.session_state if str(key).startswith("check-")]:
        del st.session_state[key]


def _store() -> ProgressStore:
    return ProgressStore(settings.home_folder() / "progress")


def start(key: str) -> Lesson:
    """Show a lesson's title, its question and how far this browser is; return the lesson."""
    lesson = next(lesson for lesson in LESSONS if lesson.key == key)
    if st.session_state.get(_CONTROLS, ("",))[0] != key:
        st.session_state[_CONTROLS] = (key, set())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(lesson.title, width="stretch")
        done = min(progress().count(key), lesson.checks)
        st.badge(
            f"{done} of {lesson.checks} checks", icon=":material/task_alt:", color="green" if done else "gray"
        )
        # A part is as wide as there is room, and the menu stands at the right
        with st.container(width="content"):
            _teacher_menu(lesson)
    st.header(lesson.question, anchor=False)
    return lesson


@part
def _teacher_menu(lesson: Lesson) -> None:
    """Show the menu; what is in it is made when it is opened, from the controls and the address as they are then."""
    presenting = session().presenting or st.query_params.get("present") == "1"
    menu = st.popover("For teachers", icon=":material/school:", key=MENU, on_change="rerun")
    if not menu.open:
        return
    with menu:
        st.write(
            "Set the controls as you want them, then copy the address of this page. To fix or hide controls, "
            "add `lock=` or `hide=` with names from the list below, separated by commas."
        )
        st.code(", ".join(sorted(_seen_controls())), language=None, wrap_lines=True)
        if st.button(
            "Normal type size" if presenting else "Large type for presenting",
            icon=":material/present_to_all:",
        ):
            if presenting:
                session().presenting = False
                st.query_params.pop("present", None)
            else:
                st.query_params["present"] = "1"
            st.rerun()
        st.page_link(
            "worksheet.py",
            label="Worksheet to print",
            icon=":material/print:",
            query_params={"lesson": lesson.title},
        )
        _offer_file(lesson)


def _offer_file(lesson: Lesson) -> None:
    """Offer the lesson as one HTML file with the controls as they are set."""
    try:
        network, weights = shipped_network()
    except CnnLabError as error:
        st.caption(str(error))
        return
    address = st.query_params.to_dict()

    def content() -> bytes:
        """Return the page; it is made when somebody asks for it, not each time a control moves."""
        return lesson_page.export_lesson(lesson.key, address, network, weights).content

    st.download_button(
        "Take this lesson home",
        content,
        lesson_page.file_name(lesson.key),
        "text/html",
        icon=":material/download:",
        on_click="ignore",
        help="One file that opens in any browser, offline, with these settings and the questions; lock= and hide= hold "
        "there, too.",
    )


def _seen_controls() -> set[str]:
    found: set[str] = st.session_state[_CONTROLS][1]
    return found


def _listed(name: str, key: str) -> bool:
    return key in st.query_params.get(name, "")[:500].split(",")


def _hidden(key: str) -> bool:
    _seen_controls().add(key)
    return _listed("hide", key)


def free(key: str) -> bool:
    """Return whether a teacher's link leaves a control to the student: neither locked nor hidden."""
    return not (_listed("lock", key) or _listed("hide", key))


def hidden(key: str) -> bool:
    """Return whether the address takes away a control of a lesson's own making; names it to teachers."""
    return _hidden(key)


def locked(key: str) -> bool:
    """Return whether the address fixes a control of a lesson's own making."""
    return _listed("lock", key)


def choice(key: str, label: str, options: Sequence[str], default: str, *, pills: bool = False) -> str:
    """Let the student choose one of some names; as buttons in a row, or in a list."""
    if _hidden(key):
        value = st.query_params.get(key, default)
        return value if value in options else default
    widget = st.pills if pills else st.segmented_control
    chosen = widget(
        label,
        list(options),
        default=default,
        required=True,
        key=key,
        bind="query-params",
        disabled=_listed("lock", key),
        wrap=True,
    )
    return str(chosen) if chosen in options else default


def whole(key: str, label: str, low: int, high: int, default: int) -> int:
    """Let the student set a whole number with a slider."""
    if _hidden(key):
        return int(_number_in_address(key, low, high, default))
    return int(
        st.slider(label, low, high, default, key=key, bind="query-params", disabled=_listed("lock", key))
    )


def number(
    key: str, label: str, low: float, high: float, default: float, step: float, form: str | None = None
) -> float:
    """Let the student set a number with a slider; `form` is how it is written, such as "%.4f"."""
    if _hidden(key):
        return _number_in_address(key, low, high, default)
    locked = _listed("lock", key)
    return float(
        st.slider(label, low, high, default, step, form, key=key, bind="query-params", disabled=locked)
    )


def number_table(rows: Sequence[Mapping[str, str | int | float]]) -> None:
    """Show rows of numbers as a table, with four decimals and true minus signs."""
    st.table(
        [
            {name: fixed(value) if isinstance(value, float) else str(value) for name, value in row.items()}
            for row in rows
        ]
    )


def switch(key: str, label: str, default: bool = False) -> bool:
    """Let the student turn something on or off."""
    if _hidden(key):
        return st.query_params.get(key, str(default)).lower() == "true"
    return bool(st.toggle(label, default, key=key, bind="query-params", disabled=_listed("lock", key)))


def _number_in_address(key: str, low: float, high: float, default: float) -> float:
    try:
        value = float(st.query_params.get(key, default))
    except ValueError:
        return default
    return min(max(value, low), high) if value == value else default


def picture() -> Sample:
    """Let the student choose a picture: a test picture by class and number, or the one they uploaded."""
    upload = session().upload
    names = [*data.CLASSES, "yours"] if upload is not None else list(data.CLASSES)
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    with left:
        name = choice("picture", "Picture", names, FIRST_CLASS, pills=True)
    with right:
        place = whole("number", "Number", 1, 20, 1)
    if name == "yours" and upload is not None:
        return Sample(upload.pixels, None, "Your picture, reduced to 32×32")
    return class_sample(dataset_name(), data.CLASSES.index(name), place - 1) or _grey()


def _grey() -> Sample:
    return Sample(
        np.full((32, 32, 3), 127, np.uint8),
        None,
        "A grey picture, because the test picture could not be read",
    )


def predict(lesson: Lesson, check: Check) -> bool:
    """Ask before showing: the student chooses an answer, then sees whether it is right and why.

    Returns whether an answer was given, so that the page can hold the result back until then.
    """
    name = f"check-{lesson.key}-{check.key}"
    with st.container(border=True):
        st.markdown(f":material/psychology_alt: **Predict.** {check.question}")
        chosen = st.radio(
            "Your answer",
            [answer.text for answer in check.answers],
            index=None,
            key=f"{name}-{check.question}",
            label_visibility="collapsed",
        )
        if chosen is None:
            st.caption("Choose an answer; then you see whether it is right, and why.")
            return False
        place = [answer.text for answer in check.answers].index(chosen)
        if place == check.right:
            st.success(f"Right. {check.answers[place].because}", icon=":material/check_circle:")
            _mark(f"{lesson.key}/{check.key}")
        else:
            st.warning(f"Not quite. {check.answers[place].because}", icon=":material/lightbulb:")
        return True


def _mark(step: str) -> None:
    """Note that a check is done; the first time, the page is drawn again so that its count is right."""
    if step in progress().done:
        return
    try:
        _store().mark(session().owner, step)
    except (CnnLabError, OSError) as error:
        st.caption(f"Your progress could not be saved: {error}")
    else:
        if step in progress().done:
            st.rerun()


def finish(lesson: Lesson, layer: str) -> None:
    """End a lesson with links to this layer in the student's own network, and to the next lesson."""
    st.divider()
    place, left = LESSONS.index(lesson) + 1, lesson.checks - progress().count(lesson.key)
    page, words = "build.py", "Build your own network"
    if place < len(LESSONS):
        page, words = LESSONS[place].page, f"Next: {LESSONS[place].title}"
    if left <= 0:
        st.markdown(f":material/task_alt: **Lesson done.** {words}.")
    else:
        st.markdown(
            f"{left} of {lesson.checks} checks of this lesson {'are' if left > 1 else 'is'} still open."
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            words,
            type="primary" if left <= 0 else "secondary",
            icon=":material/arrow_forward:",
            key="next-lesson",
        ):
            st.switch_page(page)
        st.page_link(
            "inside.py",
            label=f"See {layer} in your own network",
            icon=":material/grid_view:",
            query_params={"layer": layer},
        )
        st.page_link(
            "worksheet.py",
            label="Worksheet to print",
            icon=":material/print:",
            query_params={"lesson": lesson.title},
        )


def shipped_network() -> tuple[NetworkSpec, Weights]:
    """Return the shipped `lecture` network: its spec and its weights.

    Raises:
        RunError: if it is not there.
    """
    run = next((run for run in pretrained.shipped() if run.id == "lecture"), None)
    weights = weights_of(run) if run else None
    if run is None or weights is None:
        raise RunError(
            "The pretrained network lecture is missing. Train it again: python -m cnn models lecture"
        )
    return run.setup.network, weights
