"""The desk: questions that need TensorFlow but train nothing, put to a worker of their own, and their answers.

A page asks again and again, with the same key, until the answer is there; nothing blocks. A question that
nobody asks any more is dropped before it costs anything, so that a class that clicks about does not fill
the queue with what nobody looks at.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cnn import jobs

MAX_ANSWERS = 200
FORGET_SECONDS = 10.0
LOST = "The worker that was at it ended. Ask once more."


@dataclass(frozen=True)
class Answer:
    """How a question stands: `state` is waiting, working, done or failed; `share` is from 0 to 1."""

    state: str = "waiting"
    share: float = 0.0
    result: Any = None
    message: str = ""


@dataclass
class _Question:
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    asked: float
    answer: Answer = field(default_factory=Answer)
    future: Any = None


class Desk:
    """Questions by key, oldest first; one at a time is with the worker."""

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        self._wake = wake
        self._questions: OrderedDict[str, _Question] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, key: str, function: Callable[..., Any], *arguments: Any) -> Answer:
        """Return how the question `key` stands; the first call puts it at the end of the queue.

        Args:
            key: names the question and all it depends on: the same key is the same answer.
            function: of `cnn.questions`; it is called in a worker with `report` and the arguments.
            arguments: what can be pickled.
        """
        with self._lock:
            question = self._questions.get(key)
            if question is None:
                question = self._questions[key] = _Question(function, arguments, time.monotonic())
                self._thin()
            question.asked = time.monotonic()
            answer = question.answer
        if answer.state == "waiting":
            self._wake()
        return answer

    def forget(self, key: str) -> None:
        """Drop a question, so that asking it again starts anew."""
        with self._lock:
            question = self._questions.pop(key, None)
        if question and question.future is not None:
            question.future.cancel()

    def hear(self, key: str, share: float) -> None:
        """Take in how far the worker is."""
        with self._lock:
            question = self._questions.get(key)
            if question and question.answer.state == "working":
                question.answer = replace(question.answer, share=min(max(share, 0.0), 1.0))

    # The engine's thread calls the rest.

    def dispatch(self, client: Any, address: str | None, topic: str) -> None:
        """Take in what is done, and give the worker at `address` the next question."""
        with self._lock:
            self._collect()
            self._drop_forgotten()
            if any(question.future is not None for question in self._questions.values()) or not address:
                return
            waiting = ((k, q) for k, q in self._questions.items() if q.answer.state == "waiting")
            key, question = next(waiting, (None, None))
            if key is None or question is None:
                return
            question.answer = Answer("working")
            question.future = client.submit(
                jobs.answer_in_worker,
                topic,
                key,
                question.function,
                question.arguments,
                workers=[address],
                pure=False,
                retries=0,
            )
            future = question.future
        future.add_done_callback(lambda _: self._wake())

    def _collect(self) -> None:
        for question in self._questions.values():
            if question.future is not None and question.future.done():
                question.answer = _answer(question.future)
                question.future = None

    def _drop_forgotten(self) -> None:
        late = time.monotonic() - FORGET_SECONDS
        dropped = [k for k, q in self._questions.items() if q.answer.state == "waiting" and q.asked < late]
        for key in dropped:
            del self._questions[key]

    def _thin(self) -> None:
        ended = [k for k, q in self._questions.items() if q.answer.state in ("done", "failed")]
        for key in sorted(ended, key=lambda k: self._questions[k].asked)[: len(self._questions) - MAX_ANSWERS]:
            del self._questions[key]


def _answer(future: Any) -> Answer:
    if future.status != "finished":
        return Answer("failed", message=LOST)
    result, problem = future.result()
    return Answer("failed", message=problem) if problem else Answer("done", 1.0, result)
