"""What a page that is being left still asks for, on its way to the server, and what the server says of it."""

import asyncio
import re
from typing import Any

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from cnn.web.app.page_turn import PageTurnMiddleware
from support.visitor import Visitor


def asks(page: str, fragment: str = "") -> bytes:
    """A browser asks for a run, of a whole page or of one of its fragments."""
    message = BackMsg()
    message.rerun_script.page_script_hash = page
    message.rerun_script.fragment_id = fragment
    return message.SerializeToString()


def starts(page: str, *fragments: str) -> bytes:
    """The server says which page a run belongs to."""
    message = ForwardMsg()
    message.new_session.page_script_hash = page
    message.metadata.run.fragment_ids.extend(fragments)
    return message.SerializeToString()


def turns(page: str) -> bytes:
    """The script has chosen its page."""
    message = ForwardMsg()
    message.navigation.page_script_hash = page
    return message.SerializeToString()


def not_found() -> bytes:
    message = ForwardMsg()
    message.page_not_found.page_name = "nowhere"
    return message.SerializeToString()


def passed(*talk: tuple[str, bytes]) -> list[tuple[str, bytes]]:
    """Return what arrives of messages "in", from the browser, and "out", from the server, in their order."""
    arrived: list[tuple[str, bytes]] = []
    rest = list(talk)

    async def receive() -> Any:
        if not rest or rest[0][0] == "out":
            return {"type": "websocket.disconnect"}
        return {"type": "websocket.receive", "bytes": rest.pop(0)[1]}

    async def send(message: Any) -> None:
        arrived.append(("out", message["bytes"]))

    async def server(scope: Any, receive: Any, send: Any) -> None:
        while rest:
            if rest[0][0] == "out":
                await send({"type": "websocket.send", "bytes": rest.pop(0)[1]})
            elif (message := await receive())["type"] == "websocket.receive":
                arrived.append(("in", message["bytes"]))

    asyncio.run(PageTurnMiddleware(server)({"type": "websocket"}, receive, send))
    return arrived


@pytest.mark.parametrize("named", [starts, turns])
def test_a_fragment_of_the_page_that_is_left_is_not_run(named: Any) -> None:
    first, next_page = ("out", named("old")), ("in", asks("new"))
    own, late = ("in", asks("old", "part")), ("in", asks("old", "part"))
    assert passed(first, own, next_page, late) == [first, own, next_page]


def test_a_page_that_the_server_turns_to_counts_as_one_that_was_asked_for() -> None:
    first, switched = ("out", starts("old")), ("out", starts("new"))
    late, own = ("in", asks("old", "part")), ("in", asks("new", "part"))
    assert passed(first, switched, late, own) == [first, switched, own]


def test_a_run_of_an_old_fragment_does_not_say_that_the_old_page_is_shown() -> None:
    first, late = ("out", starts("new")), ("out", starts("old", "part"))
    assert passed(first, late) == [first, ("out", starts("new", "part"))]


def test_a_fragment_does_not_change_which_page_is_shown() -> None:
    talk = [("out", starts("new")), ("out", starts("new", "part")), ("in", asks("new", "part"))]
    assert passed(*talk) == talk


@pytest.mark.parametrize("before", [[], [("in", asks(""))], [("out", starts("old")), ("out", not_found())]])
def test_where_the_page_is_not_known_every_fragment_is_run(before: list[tuple[str, bytes]]) -> None:
    talk = [*before, ("in", asks("any", "part"))]
    assert passed(*talk) == talk


def test_everything_else_passes() -> None:
    stop = BackMsg(stop_script=True).SerializeToString()
    delta = ForwardMsg()
    delta.delta.new_element.markdown.body = "words"
    talk = [("out", starts("old")), ("in", stop), ("in", b"\xff no message"), ("in", asks("old"))]
    talk += [("out", delta.SerializeToString()), ("in", asks("old", "part"))]
    assert passed(*talk) == talk


@pytest.mark.browser
def test_a_press_on_a_page_that_is_being_left_leaves_the_next_page_whole(visitor: Visitor) -> None:
    page = visitor.open("inside?network=lecture")
    cell = page.locator('.overview [data-layer="conv2"][data-channel="3"]')
    expect(cell).to_be_visible()
    link = page.get_by_test_id("stTopNavLinkContainer").get_by_text("Classify", exact=True)
    press_both = "([link, cell]) => { link.click(); cell.click(); }"
    page.evaluate(press_both, [link.element_handle(), cell.element_handle()])
    expect(page.get_by_role("heading", name="What does it see in your picture?")).to_be_visible()
    visitor.settle()
    page.get_by_text("At random", exact=True).click()  # runs a fragment of the new page
    expect(page.get_by_test_id("stButtonGroup").get_by_text("At random", exact=True)).to_be_visible()
    expect(page.locator(".tiles").first).to_be_visible()
    assert not visitor.problems


@pytest.mark.browser
def test_the_way_back_leads_to_the_network_that_was_seen(visitor: Visitor) -> None:
    page = visitor.open("inside?network=lecture")
    for title in ("Classify", "Train", "Build"):
        visitor.go(title)
        page.wait_for_url(re.compile(r"[?]"))  # which the page has written itself
    for path in ("train", "classify", "inside"):
        page.go_back()
        page.wait_for_url(re.compile(f"/{path}[?]"))
        visitor.settle()
    assert page.url.endswith("/inside?network=lecture")
    assert not visitor.problems
