"""The desk: questions that need TensorFlow but train nothing, put to a worker, and their answers.

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

from cnn.scheduler.cluster import Cluster, Member
from cnn.worker import jobs

MAX_ANSWERS = 200
FORGET_SECONDS = 10.0
ANSWER_SECONDS = 10.0
ENDED = ("done", "failed")
LOST = "The worker that was at it ended. Ask once more."
GONE = "The network is no longer there; choose another one."


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
    member: Member | None = None


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
            function: of `cnn.worker.queries`; it is called in a worker with `report` and the arguments.
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
        """Drop an answer, so that asking again starts anew; a question without one stays, for all who ask."""
        with self._lock:
            question = self._questions.get(key)
            if question and question.answer.state in ENDED:
                del self._questions[key]

    def hear(self, key: str, share: float) -> None:
        """Take in how far the worker is."""
        with self._lock:
            question = self._questions.get(key)
            if question and question.answer.state == "working":
                question.answer = replace(question.answer, share=min(max(share, 0.0), 1.0))

    # The engine's thread calls the rest.

    def collect(self, present: Callable[[Member], bool]) -> None:
        """Take in what is done, and give up what was with a worker that is gone."""
        with self._lock:
            for question in self._questions.values():
                if question.member and (question.future.done() or not present(question.member)):
                    question.answer = _answer(question.future)
                    question.future.cancel()
                    question.future = question.member = None
                    question.arguments = ()  # the pixels of a visitor's picture, say
            self._drop_forgotten()

    def busy(self) -> Member | None:
        """Return the worker that is at a question, if one is."""
        with self._lock:
            return next((q.member for q in self._questions.values() if q.member), None)

    def waits(self) -> bool:
        """Whether a question waits for a worker."""
        with self._lock:
            return any(question.answer.state == "waiting" for question in self._questions.values())

    def dispatch(self, cluster: Cluster, member: Member, topic: str) -> None:
        """Give a worker the next question, if one waits and none is being answered."""
        with self._lock:
            waiting = ((k, q) for k, q in self._questions.items() if q.answer.state == "waiting")
            key, question = next(waiting, ("", None))
            if question is None or any(other.member for other in self._questions.values()):
                return
            try:
                future = self._submit(cluster, member, topic, key)
            except OSError:
                question.answer = Answer("failed", message=GONE)
                return
            question.answer, question.future, question.member = Answer("working"), future, member
        future.add_done_callback(lambda _: self._wake())

    def _submit(self, cluster: Cluster, member: Member, topic: str, key: str) -> Any:
        question = self._questions[key]
        work = (jobs.answer_in_worker, topic, key, question.function, question.arguments)
        return cluster.submit(member, *work)

    def _drop_forgotten(self) -> None:
        late = time.monotonic() - FORGET_SECONDS
        dropped = [k for k, q in self._questions.items() if q.answer.state == "waiting" and q.asked < late]
        for key in dropped:
            del self._questions[key]

    def _thin(self) -> None:
        ended = [k for k, q in self._questions.items() if q.answer.state in ENDED]
        ended.sort(key=lambda k: self._questions[k].asked)
        for key in ended[: max(0, len(self._questions) - MAX_ANSWERS)]:
            del self._questions[key]


def _answer(future: Any) -> Answer:
    try:
        result, problem = future.result(ANSWER_SECONDS) if future.status == "finished" else (None, LOST)
    except Exception:  # the worker ended with the result still on it
        return Answer("failed", message=LOST)
    return Answer("failed", message=problem) if problem else Answer("done", 1.0, result)
