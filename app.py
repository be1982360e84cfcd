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

from cnn.core.settings import read_settings
from cnn.web.app import service
from cnn.web.app.page_turn import PageTurnMiddleware
from cnn.web.app.session import COOKIE
from cnn.web.train import live_watch

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

OWNER_SECONDS = 365 * 24 * 3600
HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))
XSRF = b"_streamlit_xsrf="
FRAMED = "; SameSite=None; Secure; Partitioned"  # kept apart for each site that shows the lab in a frame


class VisitorMiddleware:
    """Adds security headers to every answer, and an unguessable owner cookie to a page without one.

    Args:
        app: what answers.
        frame: origins whose pages may show the lab in a frame; without one, nobody's may.
        folder: the path below which the lab is served, such as "/lab", or "".
    """

    def __init__(self, app: Any, frame: tuple[str, ...] = (), folder: str = "") -> None:
        self.app, self.frame, self.folder = app, frame, folder
        who = " ".join(frame) or "'none'"
        self.headers = [*HEADERS, (b"content-security-policy", f"frame-ancestors {who}".encode())]
        if not frame:  # the older header knows no origins, and would forbid them all
            self.headers.append((b"x-frame-options", b"DENY"))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on; only HTTP answers are changed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = [*self.headers, *self._cookie(scope)]
        framed = bool(self.frame) and _is_https(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [
                    (name, _for_frames(name, value) if framed else value)
                    for name, value in message["headers"]
                ]
                message["headers"] = [*own, *added]
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _cookie(self, scope: Message) -> list[tuple[bytes, bytes]]:
        headers = dict(scope["headers"])
        wants_page = b"text/html" in headers.get(b"accept", b"")
        if not wants_page or _has_owner(headers.get(b"cookie", b"").decode("latin-1")):
            return []
        secure = _is_https(scope)
        kind = FRAMED if secure and self.frame else "; SameSite=Lax" + "; Secure" * secure
        key = f"{COOKIE}={secrets.token_urlsafe(24)}"
        value = f"{key}; Max-Age={OWNER_SECONDS}; Path={self.folder or '/'}; HttpOnly{kind}"
        return [(b"set-cookie", value.encode())]


def _is_https(scope: Message) -> bool:
    """Whether the browser came by https, here or to a proxy; who lies about it gets a cookie that does not hold."""
    forwarded = dict(scope["headers"]).get(b"x-forwarded-proto", b"")
    return scope.get("scheme") == "https" or forwarded.split(b",")[0].strip() == b"https"


def _for_frames(name: bytes, value: bytes) -> bytes:
    """Have Streamlit's own cookie, without which it takes no upload, sent in a frame as well."""
    if name.lower() != b"set-cookie" or not value.startswith(XSRF):
        return value
    kept = [part for part in value.split(b"; ") if not part.lower().startswith((b"samesite", b"secure"))]
    return b"; ".join(kept) + FRAMED.encode()


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


def _folder() -> str:
    """Return the path below which the lab is served, "/lab" for `server.baseUrlPath` lab, or ""."""
    named = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{named}" if named else ""


app = st.App(
    "pages/index.py",
    lifespan=lifespan,
    # Streamlit puts its own routes below the base path, not these; a proxy may take the path away.
    routes=[
        Route(path + live_watch.ROUTE, live_watch.answer) for path in sorted({_folder(), ""}, reverse=True)
    ],
    middleware=[
        Middleware(VisitorMiddleware, frame=read_settings().frame, folder=_folder()),
        Middleware(PageTurnMiddleware),
    ],
    on_script_error=show_error,
)
