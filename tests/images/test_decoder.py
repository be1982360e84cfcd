import gc
import json
import os
import re
import signal
import stat
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from cnn.core.errors import PictureError
from cnn.images import decoder_process
from cnn.images.decoder_pool import BUSY, CLOSED, CRASHED, MEMORY, NO_DECODER, Decoders
from cnn.images.decoder_process import read_header
from cnn.images.image import Picture, decode_picture
from support import PROJECT
from support.odd_pictures import Refused, largest_pictures, odd_pictures, quadrants, saved

CORPUS = odd_pictures()
LINUX = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc, which Linux has")
PLAIN = saved(quadrants(), "PNG")
MOST_MB = 300


@pytest.fixture(scope="module")
def pool() -> Iterator[Decoders]:
    """One process for all who leave it alive; in no hurry, on a machine that may be busy."""
    with Decoders(1, seconds=20) as decoders:
        yield decoders


@pytest.fixture(scope="module")
def largest() -> dict[str, bytes]:
    return largest_pictures()


def eventually(holds: Callable[[], object], seconds: float = 10.0) -> None:
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < deadline
        pause.wait(0.005)


def gone(process_id: int) -> bool:
    """Whether a process has ended, even if nobody has asked for its status yet."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def peak_mb(process_id: int) -> float:
    """The most memory that a process has had."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024 / 1e6


def refusal(decode: Callable[[], object]) -> str:
    with pytest.raises(PictureError) as caught:
        decode()
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.count(". ") == 0
    return sentence


def assert_same(ours: Picture, theirs: Picture) -> None:
    for name in ("width", "height", "format", "crop", "notes"):
        assert getattr(ours, name) == getattr(theirs, name)
    for one, other in ((ours.original, theirs.original), (ours.pixels, theirs.pixels)):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
        assert not one.flags.writeable


def assert_works(decoders: Decoders) -> None:
    assert_same(decoders.decode(PLAIN), decode_picture(PLAIN))


def stopped(decoders: Decoders, data: bytes = PLAIN) -> "tuple[int, Future[Picture]]":
    """Stop a process in the middle of a picture: its id, and what becomes of the picture."""
    assert_works(decoders)
    (process_id,) = decoders.process_ids()
    os.kill(process_id, signal.SIGSTOP)
    (slot,), sent, send = decoders._slots, threading.Event(), decoders._slots[0]._send

    def told(data: bytes, deadline: float) -> None:
        sent.set()
        send(data, deadline)

    thread = ThreadPoolExecutor(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slot, "_send", told)
        future = thread.submit(decoders.decode, data)
        assert sent.wait(10)
    thread.shutdown(wait=False)
    return process_id, future


# The same as in the same process


@pytest.mark.parametrize("name", CORPUS)
def test_every_odd_picture_ends_as_in_the_same_process(pool: Decoders, name: str) -> None:
    data, outcome = CORPUS[name]
    if isinstance(outcome, Refused):
        assert refusal(lambda: pool.decode(data)) == refusal(lambda: decode_picture(data))
    else:
        assert_same(pool.decode(data), decode_picture(data))


@LINUX
def test_no_picture_takes_more_than_its_memory(pool: Decoders, largest: dict[str, bytes]) -> None:
    assert_works(pool)
    before = pool.process_ids()
    for name, data in largest.items():
        found = pool.decode(data)
        assert (found.width, found.height, found.original.shape) == (4000, 4000, (800, 800, 3)), name
    for data, _ in CORPUS.values():
        with suppress(PictureError):
            pool.decode(data)
    assert pool.process_ids() == before
    peak = peak_mb(*before)
    print(f"peak of a process: {peak:.0f} MB")
    assert 100 < peak < MOST_MB


def test_another_kind_costs_no_process() -> None:
    with Decoders() as decoders:
        for data in (b"", b"GIF89a", bytes(21_000_000)):
            refusal(lambda data=data: decoders.decode(data))
        assert decoders.process_ids() == []


# What a bad picture may cost


def test_a_picture_that_takes_too_long_costs_itself_only() -> None:
    with Decoders(1, seconds=2) as decoders:
        process_id, future = stopped(decoders)
        started = time.monotonic()
        sentence = refusal(future.result)
        assert "took more than 2 seconds" in sentence
        assert "make it smaller" in sentence
        assert time.monotonic() - started < 3
        assert decoders.process_ids() == []
        assert_works(decoders)
        assert process_id not in decoders.process_ids()


def test_a_process_that_does_not_read_is_no_hang_either() -> None:
    with Decoders(1, seconds=0.3) as decoders:
        _, future = stopped(decoders, PLAIN + bytes(5_000_000))  # more than the way to it holds
        assert "took more than 0.3 seconds" in refusal(future.result)
        assert_works(decoders)


@LINUX
@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGSEGV])
def test_a_crash_costs_one_picture(kind: int) -> None:
    with Decoders(1, seconds=10) as decoders:
        process_id, future = stopped(decoders)
        os.kill(process_id, kind)
        with suppress(ProcessLookupError):  # a kill needs no waking up
            os.kill(process_id, signal.SIGCONT)
        assert refusal(future.result) == CRASHED
        assert gone(process_id)
        assert_works(decoders)


def test_a_process_that_died_between_two_pictures_costs_none() -> None:
    with Decoders(1) as decoders:
        assert_works(decoders)
        (process_id,) = decoders.process_ids()
        os.kill(process_id, signal.SIGKILL)
        eventually(lambda: gone(process_id))
        assert_works(decoders)


@LINUX
def test_a_process_hits_its_memory_limit_and_lives_on(largest: dict[str, bytes]) -> None:
    with Decoders(1, memory=100_000_000) as decoders:
        assert_works(decoders)
        before = decoders.process_ids()
        sentence = refusal(lambda: decoders.decode(largest["16-bit RGBA"]))
        assert "more memory than there is" in sentence
        assert_works(decoders)
        assert decoders.process_ids() == before
        assert peak_mb(*before) < 130


def test_an_exchange_that_breaks_off_leaves_nothing_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(header: bytes) -> None:
        raise KeyboardInterrupt

    with Decoders(1) as decoders:
        with monkeypatch.context() as patch:
            patch.setattr(decoder_process, "read_header", interrupted)
            with pytest.raises(KeyboardInterrupt):
                decoders.decode(saved(np.zeros((9, 9, 3), np.uint8), "PNG"))
        assert_works(decoders)


# What a process may do


@LINUX
def test_a_process_has_next_to_no_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LAB_SECRET", "hidden")
    with Decoders(1) as decoders:
        assert_works(decoders)
        folder = Path(f"/proc/{decoders.process_ids()[0]}")
        limits = (folder / "limits").read_text()
        environment = (folder / "environ").read_bytes()
        errors = (folder / "fd" / "2").readlink()
    for name, most in {"open files": 0, "file size": 0, "core file size": 0, "data size": MEMORY}.items():
        assert re.search(rf"Max {name} +{most} +{most} ", limits), limits
    assert re.search(r"Max cpu time +\d+ ", limits)
    assert b"hidden" not in environment
    assert b"HOME" not in environment
    assert str(errors) == os.devnull


def test_a_process_ends_by_itself_when_it_hangs_alone() -> None:
    code = "from cnn.images.decoder_worker import _set_alarm; _set_alarm(1)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False, timeout=30)
    assert -done.returncode in (signal.SIGALRM, signal.SIGXCPU)


@LINUX
def test_processes_end_with_the_server() -> None:
    code = (
        "import sys\nfrom cnn.images.decoder_pool import Decoders\n"
        "decoders = Decoders()\ndecoders.warm()\nprint(*decoders.process_ids(), flush=True)\nsys.stdin.read()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with server:
        assert server.stdout
        ours = [int(number) for number in server.stdout.readline().split()]
        assert len(ours) == 2
        assert not any(map(gone, ours))
        server.kill()
    eventually(lambda: all(map(gone, ours)))


# What a process may say

ANSWER = {"size": [2, 1], "notes": ["First frame of 3 taken"]}


def test_a_header_is_read() -> None:
    assert read_header(json.dumps(ANSWER).encode()) == ((2, 1), ("First frame of 3 taken",))
    assert refusal(lambda: read_header(b'{"refused": "It is (too) large: 1 \\u00d7 2, and so on."}'))


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"null",
        b"\xff\xfe",
        b"[" * 4000,
        b'{"size": [1e999, 1], "notes": []}',
        b'{"refused": "[a link](https://example.org)."}',
        b'{"refused": "www.example.org."}',
        b'{"refused": "<script>"}',
        b'{"refused": ["a"]}',
        b'{"refused": ""}',
        json.dumps({"refused": "a" * 302}).encode(),
        *(
            json.dumps(ANSWER | change).encode()
            for change in (
                {"size": [0, 0]},
                {"size": [-2, 1]},
                {"size": [2.0, 1]},
                {"size": [2]},
                {"size": [8000, 6501]},
                {"size": [21, 1]},
                {"size": "21"},
                {"notes": ["**bold**"]},
                {"notes": [7]},
                {"notes": "some"},
                {"notes": None},
            )
        ),
    ],
)
def test_nonsense_is_no_header(header: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_header(header)
    assert not isinstance(caught.value, PictureError)


def framed(header: object, pixels: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack(">I", len(text) if length is None else length) + text + pixels


def in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Have another program started as the decoder."""
    script = tmp_path / "python"
    script.write_text(f"#!{sys.executable}\nimport os, sys\n{body}")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(script))


def saying(answer: bytes) -> str:
    """A program that is ready, reads one file and says `answer`."""
    return f"os.write(1, b'!'); sys.stdin.buffer.read(4 + {len(PLAIN)}); os.write(1, {answer!r})"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        framed(ANSWER, b"abcde"),
        framed(ANSWER, length=5000),
        framed(ANSWER, length=2**32 - 1),
        framed({"size": [8000, 6501], "notes": []}, bytes(1000)),
        framed({"refused": "[a link](https://example.org)"}),
    ],
)
def test_a_process_that_lies_costs_one_picture(
    said: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_its_place(tmp_path, monkeypatch, saying(said))
    with Decoders(1) as decoders:
        assert refusal(lambda: decoders.decode(PLAIN)) == CRASHED
        assert decoders.process_ids() == []


def test_the_same_program_that_tells_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Decoders(1) as decoders:
        in_its_place(tmp_path, monkeypatch, saying(framed(ANSWER, b"abcdef")))
        found = decoders.decode(PLAIN)
        assert found.original.tolist() == [[list(b"abc"), list(b"def")]]
        assert (found.width, found.height, found.format) == (2, 1, "PNG")
        assert found.notes == ("First frame of 3 taken",)


def test_bytes_that_drip_do_not_stretch_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_its_place(
        tmp_path,
        monkeypatch,
        "import threading\nos.write(1, b'!' + bytes(3) + b'\\xff')\n"
        "while True: threading.Event().wait(0.05); os.write(1, b' ')",
    )
    with Decoders(1, seconds=0.4) as decoders:
        started = time.monotonic()
        assert "took more than" in refusal(lambda: decoders.decode(PLAIN))
        assert time.monotonic() - started < 2


def test_a_decoder_that_does_not_start_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Decoders(1) as decoders:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", str(tmp_path / "nothing"))
            decoders.warm()
            assert refusal(lambda: decoders.decode(PLAIN)) == NO_DECODER
            in_its_place(tmp_path, patch, "sys.exit(1)")
            assert refusal(lambda: decoders.decode(PLAIN)) == NO_DECODER
        assert_works(decoders)


# Many at once


def test_twenty_threads_each_get_their_own_picture() -> None:
    together = threading.Barrier(20)

    def one(number: int) -> str:
        rgb = np.full((9, 9, 3), number * 12, np.uint8)
        data = saved(rgb, "PNG")
        together.wait(10)
        try:
            found = decoders.decode(data)
        except PictureError as error:
            return str(error)
        np.testing.assert_array_equal(found.original, rgb)
        return "right"

    with Decoders(seconds=10, patience=10) as decoders, ThreadPoolExecutor(20) as threads:
        decoders.warm()
        outcomes = Counter(threads.map(one, range(20)))
        assert len(decoders.process_ids()) == 2
    assert set(outcomes) <= {"right", BUSY}
    assert outcomes["right"] >= 18  # two at once, and sixteen that wait


def test_who_would_be_one_too_many_is_refused_at_once() -> None:
    with Decoders(1, waiting=1, seconds=10) as decoders, ThreadPoolExecutor(1) as threads:
        process_id, first = stopped(decoders)
        second = threads.submit(decoders.decode, PLAIN)
        eventually(lambda: decoders._admission._value == 0)  # the second waits
        started = time.monotonic()
        assert refusal(lambda: decoders.decode(PLAIN)) == BUSY
        assert time.monotonic() - started < 0.5
        os.kill(process_id, signal.SIGCONT)
        for future in (first, second):
            assert_same(future.result(), decode_picture(PLAIN))


def test_who_waits_too_long_is_refused() -> None:
    with Decoders(1, seconds=10, patience=0.1) as decoders:
        process_id, first = stopped(decoders)
        assert refusal(lambda: decoders.decode(PLAIN)) == BUSY
        os.kill(process_id, signal.SIGCONT)
        assert_same(first.result(), decode_picture(PLAIN))
        assert_works(decoders)


# From the start to the end


def test_warm_processes_are_there_before_the_first_picture() -> None:
    with Decoders() as decoders:
        assert decoders.process_ids() == []
        decoders.warm()
        before = decoders.process_ids()
        assert len(before) == 2
        decoders.warm()
        assert_works(decoders)
        assert decoders.process_ids() == before


@LINUX
def test_no_process_is_left_when_it_is_closed() -> None:
    decoders = Decoders()
    decoders.warm()
    assert_works(decoders)
    ours = decoders.process_ids()
    for _ in range(2):
        decoders.close()
        assert all(map(gone, ours))
        assert decoders.process_ids() == []
    assert refusal(lambda: decoders.decode(PLAIN)) == CLOSED
    decoders.warm()
    assert decoders.process_ids() == []


@LINUX
def test_no_process_is_left_when_it_is_forgotten() -> None:
    decoders = Decoders()
    assert_works(decoders)
    ours = decoders.process_ids()
    del decoders
    gc.collect()
    assert all(map(gone, ours))


@LINUX
def test_closing_does_not_wait_for_a_picture() -> None:
    decoders = Decoders(1, seconds=60)
    process_id, future = stopped(decoders)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(decoders.decode, PLAIN)
        eventually(lambda: decoders._admission._value == 15)
        started = time.monotonic()
        decoders.close()
        assert refusal(future.result) == CLOSED
        assert refusal(waiting.result) == CLOSED
    assert time.monotonic() - started < 3
    assert gone(process_id)
