"""Decodes uploads in processes of their own: one that hangs, bursts or crashes costs that upload only.

A child (`cnn.images.decoder_worker`) gets the bytes of a file and answers with a header and the pixels of
`Picture.original`. It is the part that a file may take over, so the parent believes nothing: a size must be
an allowed one, it says how many pixels are read, a text must look like a sentence, and nothing is unpickled.

    parent → child   length (4 bytes), the file
    child → parent   one byte, once, when it is ready; then for each file: length (4 bytes), JSON, pixels;
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
from cnn.images.decoder_process import Place
from cnn.images.file_checks import check_kind
from cnn.images.image import Picture

SECONDS = 6.0  # for one picture; a JPEG of 12 megapixels takes about 0.1, a progressive one of 50 about 1.5
MEMORY = 280_000_000  # bytes that a child may allocate; the libraries' code, 15 MB, comes on top
PATIENCE_SECONDS = 5.0  # for a picture to wait
MAX_WAITING = 16  # pictures

BUSY = "The server has too many pictures to decode at once: try again in a moment."
CLOSED = "The server is going down and takes no more pictures: try again in a few minutes."
NO_DECODER = "The server could not start a decoder for the picture: try again in a moment."
CRASHED = (
    "The decoder broke down over this picture, so it cannot be used: "
    "save it again as an ordinary JPEG, or choose another one."
)


class Decoders:
    """A few processes that decode pictures, started when they are first needed. Any thread may use them."""

    def __init__(
        self,
        processes: int = 2,
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        waiting: int = MAX_WAITING,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Start nothing yet.

        Args:
            processes: how many pictures are decoded at once.
            seconds: how long one may take; then its process is ended.
            memory: bytes that a process may allocate.
            waiting: how many pictures may wait for a process; one more is refused at once.
            patience: how many seconds a picture waits before it is refused.
        """
        self._seconds, self._patience, self._closed = seconds, patience, False
        self._admission = threading.BoundedSemaphore(processes + waiting)
        self._places = [Place(seconds, memory) for _ in range(processes)]
        self._idle: queue.LifoQueue[Place] = queue.LifoQueue()  # the place used last has a child already
        self._give_back(self._places)
        weakref.finalize(self, _end, self._places)  # where nobody calls `close`

    def decode(self, data: bytes) -> Picture:
        """Decode a JPEG, PNG or WebP picture that nobody vouches for.

        Raises PictureError, with one sentence to show, for everything else: what `decode_picture` says, and a
        picture that takes too long, a decoder that broke down, a server with too many pictures.
        """
        kind = check_kind(data)  # first: a file of another kind shall cost no process
        with self._place() as place:
            try:
                place.start()
            except OSError as error:
                raise PictureError(CLOSED if self._closed else NO_DECODER) from error
            try:
                return place.decode(data, kind)
            except TimeoutError as error:
                raise PictureError(
                    f"Decoding this picture took more than {self._seconds:g} seconds and was stopped: "
                    "make it smaller, or save it as an ordinary JPEG, and try again."
                ) from error
            except (OSError, ValueError) as error:
                raise PictureError(CLOSED if self._closed else CRASHED) from error

    def warm(self) -> None:
        """Start the processes that are not there yet, without waiting until they are ready."""
        places = self._take_idle()
        for place in places:
            with suppress(OSError):  # the next picture tries again, and says so
                place.launch()
        self._give_back(places)

    def close(self) -> None:
        """End the processes; pictures that are being decoded are refused, and so is every later one."""
        self._closed = True
        for place in self._places:
            place.close()
        places = self._take_idle(patience=1.0)
        _end(places)
        self._give_back(places)

    def process_ids(self) -> list[int]:
        """Return the ids of the processes that are there, for a look at what they use."""
        return [place.process_id for place in self._places if place.process_id]

    def __enter__(self) -> "Decoders":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _place(self) -> Iterator["Place"]:
        """Wait for a place and lend it."""
        if not self._admission.acquire(blocking=False):
            raise PictureError(BUSY)
        try:
            place = self._idle.get(timeout=self._patience)
        except queue.Empty:
            raise PictureError(BUSY) from None
        else:
            try:
                yield place
            finally:
                self._idle.put(place)
        finally:
            self._admission.release()

    def _take_idle(self, patience: float = 0.0) -> list["Place"]:
        """Return the places that are idle, or become so within `patience` seconds."""
        places: list[Place] = []
        until = time.monotonic() + patience
        with suppress(queue.Empty):
            while len(places) < len(self._places):
                places.append(self._idle.get(timeout=max(until - time.monotonic(), 1e-6)))
        return places

    def _give_back(self, places: list["Place"]) -> None:
        for place in places:
            self._idle.put(place)


def _end(places: list[Place]) -> None:
    for place in places:
        place.close()
        place.end()
