"""Decodes uploads in child processes: a decoder that hangs, crashes or runs out of memory fails only that upload.

A child (`cnn.images.decoder_worker`) gets the bytes of a file and answers with a header and the pixels of
`Picture.original`. A malicious file could take over the child, so the parent trusts nothing that it says: a size
must be an allowed one and decides how many pixels are read, a text must look like a sentence, nothing is unpickled.

    parent → child   length (4 bytes), the file
    child → parent   one byte when it is ready; then for each file: length (4 bytes), JSON, pixels;
                     the JSON is {"refused": sentence}, and there are no pixels,
                     or {"size": [width, height], "notes": [sentence, …]}, and the pixels are
                     uint8 (h, w, 3), where (w, h) is `display_size(width, height)`
"""

import queue
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

from cnn.core.errors import PictureError
from cnn.images.decoder_process import Slot
from cnn.images.file_checks import check_kind
from cnn.images.image import Picture

SECONDS = 6.0  # for one picture; a JPEG of 12 megapixels takes about 0.1, a progressive one of 50 about 1.5
MEMORY = 280_000_000  # bytes that a child may allocate, in addition to 15 MB for the code of libraries
PATIENCE_SECONDS = 5.0  # how long a picture waits for a decoder
MAX_WAITING = 16  # pictures

BUSY = "The server has too many pictures to decode at once: try again in a moment."
CLOSED = "The server is shutting down and accepts no more pictures: try again in a few minutes."
NO_DECODER = "The server could not start a decoder for the picture: try again in a moment."
CRASHED = (
    "The decoder broke down over this picture, so it cannot be used: "
    "save it again as an ordinary JPEG, or choose another one."
)


class Decoders:
    """A pool of decoder processes, started on first use. Thread-safe."""

    def __init__(
        self,
        processes: int = 2,
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        waiting: int = MAX_WAITING,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Create the pool without starting a process.

        Args:
            processes: number of pictures decoded at once.
            seconds: time limit for one picture; then its process is killed.
            memory: bytes that a process may allocate.
            waiting: number of pictures that may wait for a process; more are refused at once.
            patience: seconds that a picture waits before it is refused.
        """
        self._seconds, self._patience, self._closed = seconds, patience, False
        self._admission = threading.BoundedSemaphore(processes + waiting)
        self._slots = [Slot(seconds, memory) for _ in range(processes)]
        self._idle: queue.LifoQueue[Slot] = queue.LifoQueue()  # last in, first out: it has a child already
        self._give_back(self._slots)
        weakref.finalize(self, _end, self._slots)  # if nobody calls `close`

    def decode(self, data: bytes) -> Picture:
        """Decode an untrusted JPEG, PNG or WebP file.

        Raises PictureError, with one sentence to show, in all cases of `decode_picture`, and if decoding takes
        too long, the decoder crashes, or too many pictures are waiting.
        """
        kind = check_kind(data)  # first: a file of another kind should not need a process
        with self._slot() as slot:
            try:
                slot.start()
            except OSError as error:
                raise PictureError(CLOSED if self._closed else NO_DECODER) from error
            try:
                return slot.decode(data, kind)
            except TimeoutError as error:
                raise PictureError(
                    f"Decoding this picture took more than {self._seconds:g} seconds and was stopped: "
                    "make it smaller, or save it as an ordinary JPEG, and try again."
                ) from error
            except (OSError, ValueError) as error:
                raise PictureError(CLOSED if self._closed else CRASHED) from error

    def warm(self) -> None:
        """Start all processes, without waiting until they are ready."""
        slots = self._take_idle()
        for slot in slots:
            with suppress(OSError):  # the next picture tries again, and says so
                slot.launch()
        self._give_back(slots)

    def close(self) -> None:
        """End the processes; pictures being decoded, and all later ones, are refused."""
        self._closed = True
        for slot in self._slots:
            slot.close()
        slots = self._take_idle(patience=1.0)
        _end(slots)
        self._give_back(slots)

    def process_ids(self) -> list[int]:
        """Return the ids of the running processes, to measure what they use."""
        return [slot.process_id for slot in self._slots if slot.process_id]

    def __enter__(self) -> "Decoders":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _slot(self) -> Iterator["Slot"]:
        """Wait for an idle slot, and give it back at the end."""
        if not self._admission.acquire(blocking=False):
            raise PictureError(BUSY)
        try:
            slot = self._idle.get(timeout=self._patience)
        except queue.Empty:
            raise PictureError(BUSY) from None
        else:
            try:
                yield slot
            finally:
                self._idle.put(slot)
        finally:
            self._admission.release()

    def _take_idle(self, patience: float = 0.0) -> list["Slot"]:
        """Take all slots that are idle, or become idle within `patience` seconds."""
        slots: list[Slot] = []
        until = time.monotonic() + patience
        with suppress(queue.Empty):
            while len(slots) < len(self._slots):
                slots.append(self._idle.get(timeout=max(until - time.monotonic(), 1e-6)))
        return slots

    def _give_back(self, slots: list["Slot"]) -> None:
        for slot in slots:
            self._idle.put(slot)


def _end(slots: list[Slot]) -> None:
    for slot in slots:
        slot.close()
        slot.end()
