"""Answers of the query worker on a page: polled without blocking, until they are there."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnn.core.shares import percent
from cnn.scheduler.query_queue import Answer
from cnn.web.app.component import component
from cnn.web.app.service import service

TICK_MILLISECONDS = 400
ON_THE_WAY = ("waiting", "working")

_component = component("answers", '<div class="answers" role="status"></div>')


@dataclass(frozen=True)
class Asked:
    """A question as a page knows it: what it is called there, its key, and how it stands."""

    title: str
    key: str
    answer: Answer

    @property
    def result(self) -> Any:
        """The result, or None as long as there is none."""
        return self.answer.result


def ask(title: str, key: str, function: Callable[..., Any], *arguments: Any) -> Asked:
    """Ask a question of `cnn.worker.queries`, or look how it stands; nothing blocks.

    Args:
        title: what it is called on the page.
        key: names the question and all it depends on.
        function: of `cnn.worker.queries`.
        arguments: what can be pickled.
    """
    return Asked(title, key, service().engine.queries.ask(key, function, *arguments))


def show_waiting(questions: Sequence[Asked], key: str) -> None:
    """Draw the questions that are not answered: a bar each, or what went wrong and *Try again*.

    While one is on its way, the fragment that this is called in runs again every 0.4 s; once all have ended,
    or while the browser does not show the page, it does not.
    """
    coming = [question for question in questions if question.answer.state in ON_THE_WAY]
    if coming:
        rows = [{"title": q.title, "words": standing(q.answer), "share": q.answer.share} for q in coming]
        data = {"rows": rows, "every": TICK_MILLISECONDS, "drawn": time.monotonic()}
        _component(data=data, key=f"{key}-waiting", on_tick_change=lambda: None)
    for question in questions:
        if question.answer.state == "failed":
            _show_failed(question)


def _show_failed(question: Asked) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.error(f"{question.title}: {question.answer.message}", icon=":material/error:")
        st.button(
            "Try again",
            key=f"again-{question.key}",
            icon=":material/refresh:",
            on_click=service().engine.queries.forget,
            args=(question.key,),
        )


def standing(answer: Answer) -> str:
    """Return how far a query is that has no answer yet, or what it waits for."""
    if answer.state == "working":
        return percent(answer.share, 0)
    engine = service().engine
    status = engine.status()
    match status.state:
        case "ready" if engine.queries.worker_starts:
            return "waiting: the query worker is starting, which takes some seconds the first time"
        case "ready":
            return "waiting for the query worker, which computes one answer at a time"
        case "starting":
            return "waiting: the workers are starting, which takes some seconds after the server starts"
        case "failed":
            return f"the workers could not be started: {status.message}"
    return "waiting: the workers of this server have not been started"
