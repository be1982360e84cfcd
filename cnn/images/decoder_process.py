"""One slot of the decoder pool: starts, uses and ends its child process (see `cnn.images.decoder_pool`)."""

import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from cnn.core.errors import PictureError
from cnn.core.settings import PROJECT
from cnn.images.image import Picture, check_size, display_size, picture_of

START_SECONDS = 20.0  # for a child to import NumPy and Pillow: usually 0.3, much more on a busy machine
MAX_HEADER = 4096  # bytes
PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG")  # environment variables
SENTENCE = re.compile(r"[A-Za-z0-9 ,;:×()'-]{1,300}\.?")  # no markup, no URL


class Slot:
    """A slot for one child process, which is started when needed, and again after it has ended.

    Only one thread at a time uses a slot; `close` may be called from any thread.
    """

    def __init__(self, seconds: float, memory: int) -> None:
        self._seconds, self._memory = seconds, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._ready = self._closed = False
        self._lock = threading.Lock()  # no child may start after `close`

    @property
    def process_id(self) -> int:
        """Return the process id of the child, 0 if there is none."""
        process = self._process
        return process.pid if process and process.poll() is None else 0

    def launch(self) -> None:
        """Start the child unless it is running; raises OSError if that fails."""
        if self.process_id:
            return
        self.end()
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError("closed")
            self._channel, theirs = socket.socketpair()
            command = [
                sys.executable,
                "-m",
                "cnn.images.decoder_worker",
                str(self._seconds),
                str(self._memory),
            ]
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
        """Start the child and wait until it is ready; raises OSError if that fails or takes too long."""
        self.launch()
        if not self._ready:
            with self._ended_unless_sound():
                self._receive(1, time.monotonic() + START_SECONDS)
            self._ready = True

    def decode(self, data: bytes, kind: str) -> Picture:
        """Decode a file of `kind` in the child, which must be ready.

        Raises:
            PictureError: the child refused the file.
            TimeoutError, OSError, ValueError: the child was too slow, died, or sent an invalid answer; it was ended.
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
        """Kill the child, if there is one."""
        if self._process:
            self._process.kill()
            self._process.wait()
        if self._channel:
            self._channel.close()
        self._process, self._channel, self._ready = None, None, False

    def close(self) -> None:
        """Kill the child and prevent another start; a thread waiting for an answer gets an error."""
        with self._lock:
            self._closed = True
            if self._process:
                self._process.kill()

    @contextmanager
    def _ended_unless_sound(self) -> Iterator[None]:
        """Kill the child if an exchange fails for any reason.

        Otherwise the next upload, perhaps another visitor's, would get the rest of this answer.
        """
        try:
            yield
        except PictureError:  # a complete answer
            raise
        except BaseException:
            self.end()
            raise

    def _send(self, data: bytes, deadline: float) -> None:
        self._connected(deadline).sendall(data)

    def _receive(self, count: int, deadline: float) -> bytes:
        """Return `count` bytes; raises TimeoutError after `deadline`, OSError if the child has died."""
        pieces = []
        while count:
            piece = self._connected(deadline).recv(min(count, 2**20))
            if not piece:
                raise ConnectionResetError("the child has died")
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)

    def _connected(self, deadline: float) -> socket.socket:
        """Return the socket to the child, with a timeout at `deadline`, in seconds of the monotonic clock."""
        if self._channel is None:
            raise ConnectionResetError("no child")
        self._channel.settimeout(max(deadline - time.monotonic(), 1e-6))  # 0 would mean non-blocking
        return self._channel


def read_header(header: bytes) -> tuple[tuple[int, int], tuple[str, ...]]:
    """Parse a child's header: (width, height) and the notes of a picture.

    Raises:
        PictureError: with the child's sentence, if it refuses the file.
        ValueError: if the header is invalid.
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
    """Return the environment of a child, without the server's secrets."""
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return passed_on | {
        "OPENBLAS_NUM_THREADS": "1",  # each thread of it reserves 32 MB
        "MALLOC_MMAP_THRESHOLD_": "1000000",  # glibc returns the memory of large pictures at once
    }
