"""A class that looks into one network: everybody picks another picture every two seconds while a run trains."""

import asyncio
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import psutil

from bench.measure import Below, Figure, figure, percentile_95, say
from bench.report import data_source
from bench.serving import WARM_SECONDS, Server, server, wait_for
from bench.sessions import ask, connect, open_page
from bench.training import dataset_name
from cnn.data import CLASSES
from cnn.network.presets import PRESETS
from cnn.runs.store import RunStore
from cnn.web.inspect.picture_strip import KEY

PEOPLE = (1, 10, 50)
NETWORK = "network=lecture&layer=conv2"
PICTURES = 20  # of every class, that the class turns to
PAUSE_SECONDS = 2.0
SECONDS = 20.0
SMOKE_SECONDS = 3.0


@dataclass(frozen=True)
class Clicks:
    """What a class's clicks cost: seconds until each was answered, of the web process and bytes a click."""

    answers: Sequence[float]
    processor: float
    sent: float


def looking(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Let classes of different sizes look into the pretrained lecture."""
    sizes, seconds = (PEOPLE[:2], SMOKE_SECONDS) if smoke else (PEOPLE, SECONDS)
    with server() as running, _training(running):
        asyncio.run(_look(running, 1, 2 * PAUSE_SECONDS))  # imports what the first visit imports
        for people in sizes:
            found = [asyncio.run(_look(running, people, seconds)) for _ in range(rounds)]
            note = f"each another picture every {PAUSE_SECONDS:g} s beside a run; {data_source()}; no browser"
            answers = [answer for clicks in found for answer in clicks.answers]
            name = f"looking: another picture in Inside, {people} people, 95th percentile"
            yield figure(name, "s", answers, Below(0.4), note=note, statistic=percentile_95, rounds=rounds)
            name = f"looking: web process, {people} people"
            yield figure(name, "ms a click", [1000 * clicks.processor for clicks in found])
            name = f"looking: sent, {people} people"
            yield figure(name, "kB a click", [clicks.sent / 1000 for clicks in found])


@contextmanager
def _training(running: Server) -> Iterator[None]:
    """Let a run train as long as the class looks."""
    setup = PRESETS["lecture"].setup
    running.wait_until_quiet()
    long = replace(setup, training=replace(setup.training, epochs=200))
    run = RunStore(running.home / "runs").create(long, dataset_name(), secrets.token_hex(16))
    wait_for(lambda: run.status().state == "running", WARM_SECONDS, "the run to train")
    try:
        yield
    finally:
        run.command("stop")
        wait_for(lambda: run.status().ended, WARM_SECONDS, "the run to end")


async def _look(running: Server, people: int, seconds: float) -> Clicks:
    sessions = await asyncio.gather(*(connect(running.url, secrets.token_urlsafe(24)) for _ in range(people)))
    try:
        opened = await asyncio.gather(*(open_page(session, "inside", NETWORK) for session in sessions))
        process = psutil.Process(running.process.pid)
        await asyncio.sleep(PAUSE_SECONDS)
        before = process.cpu_times()
        visitors = zip(sessions, opened, range(people), strict=True)
        found = await asyncio.gather(
            *(
                _clicks(session, sent, random.Random(number), PAUSE_SECONDS * number / people, seconds)
                for session, (_, sent), number in visitors
            )
        )
        after = process.cpu_times()
    finally:
        for session in sessions:
            session.close()
    clicks = [click for of_one in found for click in of_one]
    used = after.user + after.system - before.user - before.system
    answers = [answer for answer, _ in clicks]
    result = Clicks(answers, used / len(clicks), sum(size for _, size in clicks) / len(clicks))
    say(
        f"  {people} people: {percentile_95(answers):.3f} s, {1000 * result.processor:.1f} ms and "
        f"{result.sent / 1000:.0f} kB a click"
    )
    return result


async def _clicks(
    session: Any, page: Sequence[Any], chance: random.Random, wait: float, seconds: float
) -> list[tuple[float, int]]:
    """Pick pictures as the strip's component does; return the seconds and bytes of each answer."""
    strip = _strip(page)
    shown = next(message.navigation for message in page if message.WhichOneof("type") == "navigation")
    query = NETWORK
    found: list[tuple[float, int]] = []
    await asyncio.sleep(wait)
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        picked = [{"event": "chosen", "value": [chance.randrange(len(CLASSES)), chance.randrange(PICTURES)]}]
        answer, sent = await ask(
            session,
            page_script_hash=shown.page_script_hash,
            query_string=query,
            fragment_id=strip.delta.fragment_id,
            trigger=(strip.delta.new_element.bidi_component.id, picked),
        )
        if not any(KEY in message.delta.new_element.bidi_component.id for message in sent):
            raise RuntimeError("A click was not answered with pictures.")
        for message in sent:
            if message.WhichOneof("type") == "page_info_changed":
                query = message.page_info_changed.query_string
        found.append((answer, sum(message.ByteSize() for message in sent)))
        await asyncio.sleep(max(PAUSE_SECONDS - answer, 0.0))
    return found


def _strip(page: Sequence[Any]) -> Any:
    for message in page:
        if KEY in message.delta.new_element.bidi_component.id:
            return message
    raise RuntimeError("The page Inside shows no pictures to pick.")
