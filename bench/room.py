"""A room of up to 200 students: each has the board open and works, thirty train, a teacher projects the board."""

import asyncio
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import psutil

from bench.measure import Below, Figure, figure, say
from bench.report import data_source
from bench.serving import Server, server
from bench.sessions import connect
from bench.training import dataset_name
from cnn.network.presets import PRESETS
from cnn.rooms.room import Room
from cnn.rooms.store import RoomStore
from cnn.runs.status import Status, write_status
from cnn.runs.store import Run, RunStore, owner_hash

CROWDS = (30, 200)
SECONDS, SMOKE_SECONDS, LESSON_SECONDS = 60.0, 8.0, 600.0
THINKING_SECONDS = 20.0  # between two things that a student does
TRAINING = 30
PAGES = ("room", "train", "room", "build")


@dataclass(frozen=True)
class Lesson:
    """What a room cost: seconds of each rerun and of each change until the projector showed it; cores; MB."""

    reruns: Sequence[float]
    behind: Sequence[float]
    cores: float
    megabytes: float
    errors: int


def lesson(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Let the largest class work for ten minutes, once whatever the rounds."""
    yield from _class(1, CROWDS[-1], SMOKE_SECONDS if smoke else LESSON_SECONDS)


def room(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Let classes of different sizes join one room and work in it."""
    for people in CROWDS[:1] if smoke else CROWDS:
        yield from _class(rounds, people, SMOKE_SECONDS if smoke else SECONDS)


def _class(rounds: int, people: int, seconds: float) -> Iterator[Figure]:
    lessons = []
    for _ in range(rounds):
        with server() as running:
            running.wait_until_quiet()
            lessons.append(_lesson(running, people, seconds))
    who = f"{people} people, {seconds:.0f} s"
    reruns = sum(len(lesson.reruns) for lesson in lessons)
    note = f"{min(people, TRAINING)} runs queued or training; {data_source()}; no browser; {reruns:,} reruns"
    slowest = [_share(lesson.reruns, 0.95) for lesson in lessons]
    yield figure(f"room: a rerun, 95th percentile, {who}", "s", slowest, Below(0.5), note=note)
    behind = [_share(lesson.behind, 0.95) for lesson in lessons]
    yield figure(f"room: the projector shows a change, 95th percentile, {who}", "s", behind, Below(2.0))
    yield figure(f"room: web process, {who}", "cores", [lesson.cores for lesson in lessons])
    yield figure(f"room: memory, {who}", "MB", [lesson.megabytes for lesson in lessons])
    yield figure(f"room: errors, {who}", "", [float(lesson.errors) for lesson in lessons], Below(0.5))


def _share(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _lesson(running: Server, people: int, seconds: float) -> Lesson:
    runs = RunStore(running.home / "runs")
    rooms = RoomStore(running.home / "rooms", runs)
    keys = [secrets.token_urlsafe(24) for _ in range(people + 1)]
    taught = rooms.create(owner_hash(keys[0]), "Class")
    setup = PRESETS["lecture"].setup
    setup = replace(setup, training=replace(setup.training, epochs=20))
    shared: list[Run] = []
    for number, key in enumerate(keys[1:]):
        rooms.join(taught.code, f"Student {number}", owner_hash(key))
        run = runs.create(setup, dataset_name(), owner_hash(key), "mine")
        if number >= TRAINING:  # the others have trained already
            write_status(run.folder, Status("finished", seconds=20.0, epoch=5.0, validation_accuracy=0.5))
        rooms.share(taught.id, owner_hash(key), run.id)
        shared.append(run)
    found = asyncio.run(_work(running, keys, taught, shared[-1], seconds))
    say(
        f"  {people} people: rerun {_share(found.reruns, 0.95):.3f} s, {found.cores:.2f} cores, {found.errors} errors"
    )
    return found


async def _work(running: Server, keys: Sequence[str], taught: Room, last: Run, seconds: float) -> Lesson:
    visitors = [Visitor(await connect(running.url, key)) for key in keys]
    process = psutil.Process(running.process.pid)
    tasks = [asyncio.create_task(visitor.read()) for visitor in visitors]
    try:
        for start in range(0, len(visitors), 10):  # a class comes in over some seconds
            await asyncio.gather(*(visitor.ask("room") for visitor in visitors[start : start + 10]))
        for visitor in visitors:
            visitor.reruns.clear()
        started, before = time.perf_counter(), process.cpu_times()
        working = [
            asyncio.create_task(_student(visitor, number, seconds))
            for number, visitor in enumerate(visitors[1:])
        ]
        behind = await _facts_change(visitors[0], last, seconds)
        await asyncio.gather(*working)
        after, lasted = process.cpu_times(), time.perf_counter() - started
        cores = (after.user + after.system - before.user - before.system) / lasted
        reruns = [answer for visitor in visitors for answer in visitor.reruns]
        errors = sum(visitor.errors for visitor in visitors)
        return Lesson(reruns, behind, cores, running.megabytes(), errors)
    finally:
        for visitor in visitors:
            visitor.session.close()
        for task in tasks:
            task.cancel()


async def _student(visitor: "Visitor", number: int, seconds: float) -> None:
    """Do something every now and then, each student at moments and with pages of their own."""
    chance = random.Random(number)
    end = time.perf_counter() + seconds
    await asyncio.sleep(chance.random() * min(THINKING_SECONDS, seconds))
    while time.perf_counter() < end:
        await visitor.ask(chance.choice(PAGES))
        await asyncio.sleep(chance.uniform(0.5, 1.5) * THINKING_SECONDS)


async def _facts_change(teacher: "Visitor", run: Run, seconds: float) -> list[float]:
    """Change a run's accuracy on the disk every five seconds; return how long the projector was behind."""
    behind = []
    end, accuracy = time.perf_counter() + seconds, 0.6
    while time.perf_counter() < end:
        accuracy += 0.001
        wanted = f"{100 * accuracy:.1f} %"
        write_status(run.folder, Status("finished", seconds=20.0, epoch=5.0, validation_accuracy=accuracy))
        started = time.perf_counter()
        while wanted not in teacher.shown and time.perf_counter() - started < 30:
            await asyncio.sleep(0.02)
        behind.append(time.perf_counter() - started)
        await asyncio.sleep(max(0.0, 5.0 - behind[-1]))
    return behind


class Visitor:
    """A browser without a screen: it asks for pages, and for fragments that run by themselves."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.reruns: list[float] = []
        self.errors = 0
        self.shown = ""
        self._page_hash = ""
        self._asked: tuple[float, asyncio.Future[None]] | None = None
        self._timers: list[asyncio.Task[None]] = []

    async def ask(self, page: str) -> None:
        """Open a page, and wait until its script has run."""
        from streamlit.proto.BackMsg_pb2 import BackMsg

        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = ""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked = (time.perf_counter(), done)
        await self.session.write_message(message.SerializeToString(), binary=True)
        await asyncio.wait_for(done, 60)

    async def _again(self, fragment: str, interval: float) -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        while True:
            await asyncio.sleep(interval)
            message = BackMsg()
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
            message.rerun_script.page_script_hash = self._page_hash
            await self.session.write_message(message.SerializeToString(), binary=True)

    async def read(self) -> None:
        """Take what the server sends, until the session ends."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        while (content := await self.session.read_message()) is not None:
            message = ForwardMsg.FromString(content)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self._page_hash = message.new_session.page_script_hash
            elif kind == "auto_rerun":
                again = self._again(message.auto_rerun.fragment_id, message.auto_rerun.interval)
                self._timers.append(asyncio.create_task(again))
            elif kind == "delta":
                element = message.delta.new_element
                self.errors += element.WhichOneof("type") == "exception"
                if element.WhichOneof("type") == "html":
                    self.shown = element.html.body
            elif kind == "script_finished" and self._asked and not self._asked[1].done():
                started, done = self._asked
                self.reruns.append(time.perf_counter() - started)
                done.set_result(None)
