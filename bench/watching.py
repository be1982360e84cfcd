"""A class that looks on: everybody has a run in the queue and the page *Train* open while one trains."""

import asyncio
import re
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import psutil

from bench.measure import Below, Figure, figure, say
from bench.report import data_source
from bench.serving import Server, server
from bench.sessions import connect, open_page
from bench.training import dataset_name
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.runs.store import RunStore, owner_hash
from cnn.web.train.live_watch import WAITING_SECONDS

CROWDS = (1, 30, 100, 200)
SECONDS = 20.0
SMOKE_SECONDS = 3.0
ADDRESS = re.compile(r"live/[^\"]+")


@dataclass(frozen=True)
class Look:
    """What a crowd cost: seconds until the page stood and until a look was answered, cores, and MB."""

    opened: Sequence[float]
    answers: Sequence[float]
    cores: float
    megabytes: float


def watching(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Let crowds of different sizes watch their runs on one server."""
    sizes, seconds = (CROWDS[:2], SMOKE_SECONDS) if smoke else (CROWDS, SECONDS)
    for people, looks in crowds(sizes, rounds, seconds):
        note = f"each with a run in the queue, one trains; {data_source()}; no browser"
        opened = [seconds for look in looks for seconds in look.opened]
        name = f"watching: Train opened by all at once, {people} people"
        yield figure(name, "s", opened, note=note, rounds=rounds)
        answers = [seconds for look in looks for seconds in look.answers]
        name = f"watching: a look is answered, {people} people"
        yield figure(name, "s", answers, Below(0.5), rounds=rounds)
        yield figure(f"watching: web process, {people} people", "cores", [look.cores for look in looks])
        yield figure(f"watching: memory, {people} people", "MB", [look.megabytes for look in looks])


def crowds(sizes: Sequence[int], rounds: int, seconds: float) -> Iterator[tuple[int, list[Look]]]:
    """Yield what crowds of these sizes cost, each on a server of its own; they look for some seconds."""
    for people in sizes:
        with server() as running:
            running.wait_until_quiet()
            looks = [_crowd(running, people, seconds) for _ in range(rounds)]
        yield people, looks


def _crowd(running: Server, people: int, seconds: float) -> Look:
    store = RunStore(running.home / "runs")
    keys = [secrets.token_urlsafe(24) for _ in range(people)]
    runs = [store.create(_long(), dataset_name(), owner_hash(key)) for key in keys]
    try:
        look = asyncio.run(_watch(running, keys, seconds))
    finally:
        for run in runs:
            run.command("stop")
        while any(not run.status().ended for run in runs):
            time.sleep(0.2)
        for run in runs:
            run.remove()
    say(f"  {people} people: {max(look.opened):.2f} s, {max(look.answers):.3f} s, {look.cores:.2f} cores")
    return look


def _long() -> Setup:
    setup = PRESETS["lecture"].setup
    return replace(setup, training=replace(setup.training, epochs=200))


async def _watch(running: Server, keys: Sequence[str], seconds: float) -> Look:
    sessions = await asyncio.gather(*(connect(running.url, key) for key in keys))
    try:
        answers = await asyncio.gather(*(open_page(session, "train") for session in sessions))
        addresses = [_address(content) for _, content in answers]
        process = psutil.Process(running.process.pid)
        await asyncio.sleep(2.0)  # what the crowd's arrival began is done
        started, before = time.perf_counter(), process.cpu_times()
        waits = [WAITING_SECONDS * place / len(keys) for place in range(len(keys))]
        looks = await asyncio.gather(
            *(_looks(running.url, *where, seconds) for where in zip(addresses, waits, strict=True))
        )
        after, lasted = process.cpu_times(), time.perf_counter() - started
        cores = (after.user + after.system - before.user - before.system) / lasted
        opened = [answer for answer, _ in answers]
        return Look(opened, [answer for found in looks for answer in found], cores, running.megabytes())
    finally:
        for session in sessions:
            session.close()


def _address(messages: Sequence[Any]) -> str:
    """Return where a browser would look, from what the page sent it."""
    for message in messages:
        component = message.delta.new_element.bidi_component
        if found := ADDRESS.search(component.json):
            return found[0]
    raise RuntimeError("The page Train did not tell where to look.")


async def _looks(url: str, address: str, wait: float, seconds: float) -> list[float]:
    """Look again and again over one connection, as a browser does; return how long each answer took."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    request = f"GET /{address} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    answers: list[float] = []
    await asyncio.sleep(wait)
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not head.startswith(b"HTTP/1.1 200 ") or not length:
            raise RuntimeError(f"A look was answered with {head[:60]!r}.")
        await reader.readexactly(int(length[1]))
        answers.append(time.perf_counter() - started)
        await asyncio.sleep(max(WAITING_SECONDS - answers[-1], 0.0))
    writer.close()
    return answers
