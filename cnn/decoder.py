"""Decodes uploads in processes of their own: one that hangs, bursts or crashes costs that upload only.

A child (`cnn.decoder_child`) gets the bytes of a file and answers with a header and the pixels of
`Picture.original`. It is the part that a file may take over, so the parent believes nothing: a size must be
an allowed one, it says how many pixels are read, a text must look like a sentence, and nothing is unpickled.

    parent → child   length (4 bytes), the file
    child → parent   one byte, once, when it is ready; then for each file: length (4 bytes), JSON, pixels;
                     the JSON is {"refused": sentence}, and there are no pixels,
                     or {"size": [width, height], "notes": [sentence, …]}, and the pixels are
                     uint8 (h, w, 3), where (w, h) is `display_size(width, height)`
"""

import json
import os
import queue
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

import numpy as np

from cnn.errors import PictureError
from cnn.images import Picture, check_size, display_size, picture_of
from cnn.paths import PROJECT
from cnn.picture_files import check_kind

SECONDS = 2.0  # for one picture; a JPEG of 12 megapixels takes about 0.1
MEMORY = 280_000_000  # bytes that a child may allocate; the libraries' code, 15 MB, comes on top
START_SECONDS = 20.0  # for a child to import NumPy and Pillow: 0.3 usually, much more on a crowded machine
PATIENCE_SECONDS = 5.0  # for a picture to wait
MAX_WAITING = 16  # pictures
MAX_HEADER = 4096  # bytes
PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG")  # of the environment
SENTENCE = re.compile(r"[A-Za-z0-9 ,;:×()'-]{1,300}\.?")  # no markup, no address

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
        self._places = [_Place(seconds, memory) for _ in range(processes)]
        self._idle: queue.LifoQueue[_Place] = queue.LifoQueue()  # the place used last has a child already
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
    def _place(self) -> Iterator["_Place"]:
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

    def _take_idle(self, patience: float = 0.0) -> list["_Place"]:
        """Return the places that are idle, or become so within `patience` seconds."""
        places: list[_Place] = []
        until = time.monotonic() + patience
        with suppress(queue.Empty):
            while len(places) < len(self._places):
                places.append(self._idle.get(timeout=max(until - time.monotonic(), 1e-6)))
        return places

    def _give_back(self, places: list["_Place"]) -> None:
        for place in places:
            self._idle.put(place)


class _Place:
    """Room for one child: started when it is needed, and again when it has ended.

    One thread at a time uses a place; only `close` may come from another.
    """

    def __init__(self, seconds: float, memory: int) -> None:
        self._seconds, self._memory = seconds, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._ready = self._closed = False
        self._lock = threading.Lock()  # no child may start once the place is closed

    @property
    def process_id(self) -> int:
        """Return the id of the child, 0 where there is none."""
        process = self._process
        return process.pid if process and process.poll() is None else 0

    def launch(self) -> None:
        """Have a living child; raises OSError where none can be had."""
        if self.process_id:
            return
        self.end()
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError("closed")
            self._channel, theirs = socket.socketpair()
            command = [sys.executable, "-m", "cnn.decoder_child", str(self._seconds), str(self._memory)]
            with theirs:
                self._process = subprocess.Popen(
                    command,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    cwd=PROJECT,
                    env=_environment(),
                    start_new_session=True,  # Ctrl-C is for the server, which ends its children in order
                )

    def start(self) -> None:
        """Have a child that is ready; raises OSError where none can be had in time."""
        self.launch()
        if not self._ready:
            with self._ended_unless_sound():
                self._receive(1, time.monotonic() + START_SECONDS)
            self._ready = True

    def decode(self, data: bytes, kind: str) -> Picture:
        """Have the child, which is ready, decode a file of `kind`.

        Raises:
            PictureError: what the child says against the file.
            TimeoutError, OSError, ValueError: it was too slow, has died, or talked nonsense, and was ended.
        """
        deadline = time.monotonic() + self._seconds
        with self._ended_unless_sound():
            self._send(struct.pack(">I", len(data)) + data, deadline)
            (length,) = struct.unpack(">I", self._receive(4, deadline))
            if length > MAX_HEADER:
                raise ValueError(f"a header of {length:,} bytes")
            size, notes = read_header(self._receive(length, deadline))
            width, height = display_size(*size)
            pixels = self._receive(width * height * 3, deadline)
        original = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
        return picture_of(original, size, kind, notes)

    def end(self) -> None:
        """End the child, if there is one, whatever it does."""
        if self._process:
            self._process.kill()
            self._process.wait()
        if self._channel:
            self._channel.close()
        self._process, self._channel, self._ready = None, None, False

    def close(self) -> None:
        """Kill the child and let no other start; whoever waits for its answer hears that it has died."""
        with self._lock:
            self._closed = True
            if self._process:
                self._process.kill()

    @contextmanager
    def _ended_unless_sound(self) -> Iterator[None]:
        """End the child where an exchange breaks off, for whatever reason.

        Otherwise the next upload, perhaps another visitor's, would get the rest of this answer.
        """
        try:
            yield
        except PictureError:  # an answer like any other
            raise
        except BaseException:
            self.end()
            raise

    def _send(self, data: bytes, deadline: float) -> None:
        self._connected(deadline).sendall(data)

    def _receive(self, count: int, deadline: float) -> bytes:
        """Return `count` bytes; raises TimeoutError after `deadline`, OSError when the child is gone."""
        pieces = []
        while count:
            piece = self._connected(deadline).recv(min(count, 2**20))
            if not piece:
                raise ConnectionResetError("the child has died")
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)

    def _connected(self, deadline: float) -> socket.socket:
        """Return the way to the child, which gives up at `deadline`, in seconds of the monotonic clock."""
        if self._channel is None:
            raise ConnectionResetError("no child")
        self._channel.settimeout(max(deadline - time.monotonic(), 1e-6))  # 0 would mean: do not wait at all
        return self._channel


def _end(places: list[_Place]) -> None:
    for place in places:
        place.close()
        place.end()


def read_header(header: bytes) -> tuple[tuple[int, int], tuple[str, ...]]:
    """Return (width, height) and the notes of a picture out of a child's header.

    Raises:
        PictureError: the sentence, if the child refuses the file.
        ValueError: if no decoder that is sound would say this.
    """
    try:
        answer = json.loads(header)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    match answer:
        case {"refused": str(sentence)} if SENTENCE.fullmatch(sentence):
            raise PictureError(sentence)
        case {"size": [int(width), int(height)], "notes": [*notes]} if _allowed(width, height):
            if all(isinstance(note, str) and SENTENCE.fullmatch(note) for note in notes):
                return (width, height), tuple(notes)
    raise ValueError("no header")


def _allowed(width: int, height: int) -> bool:
    try:
        check_size(width, height)
    except PictureError:
        return False
    return True


def _environment() -> dict[str, str]:
    """Return what a child needs of the environment, and none of the server's secrets."""
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return passed_on | {
        "OPENBLAS_NUM_THREADS": "1",  # each thread of it reserves 32 MB
        "MALLOC_MMAP_THRESHOLD_": "1000000",  # glibc keeps less of a large picture for itself afterwards
    }
