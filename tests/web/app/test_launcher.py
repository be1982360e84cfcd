"""The served app from outside: the owner's cookie, the headers, what it listens on, what it loads."""

import asyncio
import http.client
import re
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any

import psutil
import pytest

from app import VisitorMiddleware
from cnn.runs.store import RunStore
from cnn.web.app.session import COOKIE
from support.serving import ServedApp, eventually

Headers = list[tuple[str, str]]
GOOD = "k" * 32
HTML = "text/html,application/xhtml+xml"
SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "content-security-policy": "frame-ancestors 'none'",
}


def answer(
    accept: str = HTML,
    cookie: str | None = None,
    kind: str = "http",
    *,
    frame: tuple[str, ...] = (),
    folder: str = "",
    scheme: str = "http",
    forwarded: str = "",
) -> Headers:
    """Return the headers of an answer that came through the launcher's middleware alone."""
    headers = [(b"accept", accept.encode()), (b"x-forwarded-proto", forwarded.encode())]
    headers += [(b"cookie", cookie.encode("latin-1"))] if cookie is not None else []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        own = [(b"x-own", b"1"), (b"set-cookie", b"_streamlit_xsrf=2|a|b|1; Path=/; SameSite=Lax")]
        await send({"type": f"{kind}.response.start", "status": 200, "headers": own})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(
        VisitorMiddleware(app, frame, folder)(
            {"type": kind, "headers": headers, "scheme": scheme}, receive, send
        )
    )
    return [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]


def owner(headers: Headers) -> "Morsel[str] | None":
    values = [value for name, value in headers if name.lower() == "set-cookie" and value.startswith(COOKIE)]
    assert len(values) <= 1
    return SimpleCookie(values[0])[COOKIE] if values else None


# The cookie


def test_a_first_visit_gets_an_unguessable_key() -> None:
    keys = {found.value for _ in range(20) if (found := owner(answer()))}
    assert len(keys) == 20
    assert all(len(key) >= 32 and re.fullmatch(r"[\w-]+", key) for key in keys)


def test_the_key_is_out_of_reach_of_scripts_and_other_sites() -> None:
    found = owner(answer())
    assert found
    assert found["httponly"]
    assert found["samesite"] == "Lax"
    assert found["path"] == "/"
    assert int(found["max-age"]) >= 30 * 24 * 3600
    assert not found["domain"]


@pytest.mark.parametrize(
    "cookie",
    [
        f"{COOKIE}={GOOD}",
        f"other=1; {COOKIE}={GOOD}; last=2",
        f'{COOKIE}="{GOOD}"',
        # Localhost's cookies are shared by all its ports: another program's must not cost somebody's runs.
        f'prefs={{"a": 1}}; {COOKIE}={GOOD}',
        f"né={1}; {COOKIE}={GOOD}",
        f"a b; =; ;; {COOKIE}={GOOD}",
    ],
)
def test_who_has_a_key_keeps_it(cookie: str) -> None:
    assert owner(answer(cookie=cookie)) is None


@pytest.mark.parametrize(
    "cookie", ["", "other=1", f"{COOKIE}=", f"{COOKIE}=short", f"x{COOKIE}={GOOD}", ";;;=\xff", f"{COOKIE}"]
)
def test_a_malformed_key_is_replaced(cookie: str) -> None:
    found = owner(answer(cookie=cookie))
    assert found
    assert len(found.value) >= 32


def test_only_a_page_sets_the_key() -> None:
    for accept in ("*/*", "image/png", ""):
        assert owner(answer(accept)) is None


def test_every_answer_carries_the_security_headers_and_its_own() -> None:
    for accept in (HTML, "*/*"):
        headers = dict(answer(accept))
        assert headers["x-own"] == "1"
        assert SECURITY.items() <= headers.items()


def test_what_is_not_http_passes_unchanged() -> None:
    assert [name for name, _ in answer(kind="websocket")] == ["x-own", "set-cookie"]


COURSE = ("https://moodle.example.edu",)


def test_a_course_page_may_show_the_lab_in_a_frame_where_it_is_named() -> None:
    headers = dict(answer(frame=COURSE))
    assert headers["content-security-policy"] == "frame-ancestors https://moodle.example.edu"
    assert "x-frame-options" not in headers


def test_in_a_frame_cookies_come_along_by_https_only() -> None:
    for way in ({"scheme": "https"}, {"forwarded": "https"}, {"forwarded": "https, http"}):
        found = [value for name, value in answer(frame=COURSE, **way) if name == "set-cookie"]
        assert len(found) == 2
        assert all(value.endswith("; SameSite=None; Secure; Partitioned") for value in found)
        assert found[0].startswith("_streamlit_xsrf=2|a|b|1; Path=/; ")
        assert "SameSite=Lax" not in found[0]
    for value in (value for name, value in answer(frame=COURSE) if name == "set-cookie"):
        assert "SameSite=Lax" in value
        assert "Secure" not in value


def test_the_key_is_for_https_where_it_came_by_https_and_for_the_folder_of_the_lab() -> None:
    found = owner(answer(scheme="https", folder="/lab"))
    assert found
    assert (found["secure"], found["samesite"], found["path"]) == (True, "Lax", "/lab")
    plain = owner(answer())
    assert plain
    assert not plain["secure"]


# The same, served


def fetch(served_app: ServedApp, path: str, **headers: str) -> tuple[int, Headers]:
    connection = http.client.HTTPConnection("127.0.0.1", served_app.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status, [(name.lower(), value) for name, value in response.getheaders()]
    finally:
        connection.close()


@pytest.mark.workers
@pytest.mark.parametrize("path", ["/", "/build", "/train", "/inside", "/classify"])
def test_every_page_is_served_with_key_and_headers(served_app: ServedApp, path: str) -> None:
    status, headers = fetch(served_app, path, Accept=HTML)
    assert status == 200
    assert owner(headers)
    assert SECURITY.items() <= dict(headers).items()
    status, headers = fetch(served_app, path, Accept=HTML, Cookie=f"{COOKIE}={GOOD}")
    assert status == 200
    assert owner(headers) is None


@pytest.mark.workers
@pytest.mark.parametrize(
    "path",
    ["/_stcore/health", "/favicon.png", "/no/such/page.js", "/media/none.png", "/..%2f..%2fetc"],
)
def test_all_other_answers_carry_the_headers_too(served_app: ServedApp, path: str) -> None:
    status, headers = fetch(served_app, path)
    assert status < 500
    assert SECURITY.items() <= dict(headers).items()
    assert owner(headers) is None


@pytest.fixture
def family(served_app: ServedApp) -> list[psutil.Process]:
    """Return the web process and, after it, its children, once the waiting run has been trained in one."""
    (run,) = [run for run in RunStore(served_app.home / "runs").runs() if run.name == "waiting"]
    eventually("the waiting run is trained", lambda: run.status().ended, 120)
    assert run.status().state == "finished", run.status().message
    web = psutil.Process(served_app.process.pid)
    return [web, *web.children(recursive=True)]


def holds_tensorflow(process: psutil.Process) -> bool:
    return "libtensorflow" in Path(f"/proc/{process.pid}/maps").read_text()


@pytest.mark.workers
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="no /proc here")
def test_the_web_process_trains_without_tensorflow(family: list[psutil.Process]) -> None:
    web, *children = family
    assert not holds_tensorflow(web)
    assert any(holds_tensorflow(child) for child in children)  # so the look itself can tell
    assert web.memory_info().rss < 300e6


@pytest.mark.workers
def test_nothing_listens_beyond_loopback(family: list[psutil.Process]) -> None:
    places = [
        connection.laddr.ip
        for process in family
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(places) >= 2  # the pages and the scheduler
    assert set(places) <= {"127.0.0.1", "::1"}


@pytest.mark.workers
def test_the_server_prints_no_traceback(served_app: ServedApp) -> None:
    printed = served_app.log.read_text("utf-8", "replace")
    assert str(served_app.port) in printed
    assert "Traceback" not in printed
