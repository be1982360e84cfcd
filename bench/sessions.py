"""Visitors without browsers: they speak Streamlit's protocol, so that many fit on the measured machine."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

ANSWER_SECONDS = 120.0


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
    sessions = await asyncio.gather(*(_connect(url) for _ in range(visitors)))
    answers: list[float] = []
    try:
        for page in pages:
            answers += await asyncio.gather(*(_open(session, page) for session in sessions))
        return Load(answers, megabytes())
    finally:
        for session in sessions:
            session.close()


async def _connect(url: str) -> Any:
    from tornado.websocket import websocket_connect

    return await websocket_connect(
        f"{url.replace('http', 'ws', 1)}/_stcore/stream", subprotocols=["streamlit"], max_message_size=2**28
    )


async def _open(session: Any, page: str) -> float:
    """Ask for a page and return the seconds until its script has run."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = ""
    started = time.perf_counter()
    await session.write_message(message.SerializeToString(), binary=True)
    await asyncio.wait_for(_script_ended(session), ANSWER_SECONDS)
    return time.perf_counter() - started


async def _script_ended(session: Any) -> None:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    while True:
        content = await session.read_message()
        if content is None:
            raise RuntimeError("The server closed a session.")
        if not isinstance(content, bytes):
            continue
        message = ForwardMsg.FromString(content)
        if message.WhichOneof("type") == "script_finished":
            return
