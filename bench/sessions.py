"""Visitors without browsers: they speak Streamlit's protocol, so that many fit on the measured machine."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cnn.web.app.session import COOKIE

ANSWER_SECONDS = 120.0
TRIGGER = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # the id that Streamlit 1.67 gives to a component's events


@dataclass(frozen=True)
class Load:
    """What a number of visitors cost: seconds until a page stood, one a visit, and MB of the web process."""

    answers: Sequence[float]
    megabytes: float


def visit(url: str, visitors: int, pages: Sequence[str], megabytes: Callable[[], float]) -> Load:
    """Let visitors open one page after the other, all at the same moments; return what that cost.

    Args:
        url: of the server, such as http://127.0.0.1:8501.
        visitors: how many sessions are open at a time.
        pages: names of pages as in the address; "" is the first one.
        megabytes: is called while the sessions are open, and returns the memory of the web process.
    """
    return asyncio.run(_visit(url, visitors, pages, megabytes))


async def _visit(url: str, visitors: int, pages: Sequence[str], megabytes: Callable[[], float]) -> Load:
    sessions = await asyncio.gather(*(connect(url) for _ in range(visitors)))
    answers: list[float] = []
    try:
        for page in pages:
            opened = await asyncio.gather(*(open_page(session, page) for session in sessions))
            answers += [seconds for seconds, _ in opened]
        return Load(answers, megabytes())
    finally:
        for session in sessions:
            session.close()


async def connect(url: str, owner: str = "") -> Any:
    """Open a session; `owner` is what its browser's cookie holds."""
    from tornado.httpclient import HTTPRequest
    from tornado.websocket import websocket_connect

    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    request = HTTPRequest(address, headers={"Cookie": f"{COOKIE}={owner}"} if owner else None)
    return await websocket_connect(request, subprotocols=["streamlit"], max_message_size=2**28)


async def open_page(session: Any, page: str, query: str = "") -> tuple[float, list[Any]]:
    """Ask for a page; return the seconds until its script has run, and what was sent until then."""
    return await ask(session, page_name=page, query_string=query)


async def ask(
    session: Any, trigger: tuple[str, Sequence[Any]] | None = None, **wanted: str
) -> tuple[float, list[Any]]:
    """Ask for a script run; return the seconds until it has ended, and what was sent until then.

    Args:
        session: as `connect` returns it.
        trigger: a component, by its id, and the events that it reports.
        wanted: fields of Streamlit's ClientState.
    """
    from streamlit.proto.BackMsg_pb2 import BackMsg

    message = BackMsg()
    for name, value in wanted.items():
        setattr(message.rerun_script, name, value)
    if trigger:
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.json_trigger_value = TRIGGER.format(trigger[0]), json.dumps(trigger[1])
    started = time.perf_counter()
    await session.write_message(message.SerializeToString(), binary=True)
    sent = await asyncio.wait_for(_until_the_script_ended(session), ANSWER_SECONDS)
    return time.perf_counter() - started, sent


async def _until_the_script_ended(session: Any) -> list[Any]:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    sent: list[Any] = []
    while True:
        content = await session.read_message()
        if content is None:
            raise RuntimeError("The server closed a session.")
        if not isinstance(content, bytes):
            continue
        sent.append(ForwardMsg.FromString(content))
        if sent[-1].WhichOneof("type") == "script_finished":
            return sent
