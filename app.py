"""The launcher: serves the pages, starts the engine, and gives every browser its owner cookie.

Run it with `streamlit run app.py`, or with `make run`, which sets everything up first.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import cookie_parser
from starlette.routing import Route

from cnn.web.app import service
from cnn.web.app.session import COOKIE
from cnn.web.train import live_route

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

OWNER_SECONDS = 365 * 24 * 3600
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
)


class VisitorMiddleware:
    """Adds security headers to every answer, and an unguessable owner cookie to a page without one."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on; only HTTP answers are changed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = [*HEADERS, *self._cookie(scope)]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, send_with_headers)

    @staticmethod
    def _cookie(scope: Message) -> list[tuple[bytes, bytes]]:
        headers = dict(scope["headers"])
        wants_page = b"text/html" in headers.get(b"accept", b"")
        if not wants_page or _has_owner(headers.get(b"cookie", b"").decode("latin-1")):
            return []
        value = (
            f"{COOKIE}={secrets.token_urlsafe(24)}; Max-Age={OWNER_SECONDS}; Path=/; HttpOnly; SameSite=Lax"
        )
        return [(b"set-cookie", value.encode())]


def _has_owner(header: str) -> bool:
    # Not http.cookies: it drops all cookies when one, perhaps of another program on localhost, is odd.
    return len(cookie_parser(header).get(COOKIE, "")) >= 32


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Start the engine with the server, and stop it with the server."""
    service.start()
    yield
    service.stop()


def show_error(_: BaseException) -> bool:
    """Show one sentence instead of a traceback; the traceback is in the server's log."""
    st.error(
        "Something went wrong on this page. Your runs are safe; reload the page to go on.",
        icon=":material/error:",
    )
    return False


app = st.App(
    "pages/index.py",
    lifespan=lifespan,
    routes=[Route(live_route.ROUTE, live_route.answer)],
    middleware=[Middleware(VisitorMiddleware)],
    on_script_error=show_error,
)
