"""Turns of pages: how many scripts run at the same time, and in which order the others follow.

Python runs one thread at a time. When two hundred people open a page at once, two hundred scripts that take turns of
five milliseconds all end at the end, and what sends the pages waits behind each of them. With a few at a time, first
come first served, half of the people have their page in half of the time, and the last one no later.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

AT_ONCE = 2
LONGEST_SECONDS = 1.0


class Turns:
    """Lets a few threads work at a time, in the order in which they came.

    Args:
        at_once: how many work at the same time.
        longest: seconds after which a turn counts no more, so that a script that waits for something, such as the
            decoding of an upload, keeps nobody from theirs.
    """

    def __init__(self, at_once: int = AT_ONCE, longest: float = LONGEST_SECONDS) -> None:
        self.at_once, self.longest = at_once, longest
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._ends: dict[threading.Event, float] = {}
        self._mine = threading.local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and have it until the block ends; a thread that has one goes on."""
        if getattr(self._mine, "taken", False):
            yield
            return
        begins = threading.Event()
        with self._lock:
            self._waiting.append(begins)
            self._let_in()
        while not begins.wait(self.longest):
            with self._lock:
                self._let_in()
        self._mine.taken = True
        try:
            yield
        finally:
            self._mine.taken = False
            with self._lock:
                self._ends.pop(begins, None)
                self._let_in()

    def _let_in(self) -> None:
        """Give turns to those who have waited longest, as far as there are any left."""
        now = time.monotonic()
        self._ends = {turn: end for turn, end in self._ends.items() if end > now}
        while self._waiting and len(self._ends) < self.at_once:
            begins = self._waiting.popleft()
            self._ends[begins] = now + self.longest
            begins.set()


@cache
def page_turns() -> Turns:
    """Return the turns of this server's pages."""
    return Turns()
