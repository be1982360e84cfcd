"""What a page does after its server was restarted: it says what is lost, and ignores clicks until it has rerun."""

import secrets

from cnn.web.app.component import component

_SERVER = secrets.token_hex(8)
_component = component("restart", '<p class="restart" role="status"></p>')


def watch_for_restart() -> None:
    """Disable everything on the page from when the server is lost until the page has rerun.

    A server that was restarted knows of no button of a page that it has not drawn: its press would be lost.
    """
    _component(data={"server": _SERVER, "what": "", "count": 0, "words": ""}, key="restart")


def say_if_lost(what: str, count: int, words: str) -> None:
    """Say `words` where the server was restarted and what it kept for this page is gone.

    Args:
        what: names it, such as "changes to lecture".
        count: how much of it there is now; the browser remembers how much there was.
        words: one sentence.
    """
    data = {"server": _SERVER, "what": what, "count": count, "words": words}
    _component(data=data, key=f"restart-{what}")
