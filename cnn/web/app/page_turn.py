"""Keeps what the page that was left still asks for away from the page that is turned to."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]


class PageTurnMiddleware:
    """Drops what a browser asks of a fragment of a page that it is leaving.

    Until the first message of the next page is there, a browser names the page that it leaves. Streamlit 1.67 runs such
    a fragment after the next page and tells the browser that the old page is shown, whereupon the browser empties
    the new one; a fragment of it that is drawn later finds no place, and the window stays blank.

    Args:
        app: what answers.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass everything on but such requests; only WebSockets are looked at."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        page = ""  # hash of the page that the browser asked for or was sent last; "" where it is not known

        async def receive_current() -> Message:
            nonlocal page
            while True:
                message = await receive()
                asked = _asked(message.get("bytes"))
                if asked and asked.fragment_id and page and asked.page_script_hash != page:
                    continue
                if asked and not asked.fragment_id:
                    page = asked.page_script_hash
                return message

        async def send_current(message: Message) -> None:
            nonlocal page
            told = ForwardMsg.FromString(message["bytes"]) if message.get("bytes") else ForwardMsg()
            match told.WhichOneof("type"):
                case "new_session" if not told.metadata.run.fragment_ids:
                    page = told.new_session.page_script_hash
                case "new_session" if page and told.new_session.page_script_hash != page:
                    # A request that came while the server itself turned to another page, before it said so
                    told.new_session.page_script_hash = page
                    message = {**message, "bytes": told.SerializeToString()}
                case "navigation":
                    page = told.navigation.page_script_hash
                case "page_not_found":
                    page = ""
            await send(message)

        await self.app(scope, receive_current, send_current)


def _asked(received: bytes | None) -> ClientState | None:
    """Return which run a message from a browser asks for, if it asks for one."""
    try:
        message = BackMsg.FromString(received or b"")
    except DecodeError:
        return None  # Streamlit refuses it
    return message.rerun_script if message.HasField("rerun_script") else None
