"""What the page on a trained network keeps in its address, held against requests that were on their way.

Every request of a browser brings the address as the browser knows it, and Streamlit takes it. One that was
sent just before the browser heard of a new address (by a timer, or a second click) brings an old one, which
would undo what was chosen last. Here such an address is known again and put right. Going back in the
browser's history is no such request.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

NAMES = ("picture", "class", "number", "epoch", "layer", "channel", "cell", "panel")
LATE_SECONDS = 10.0

_KEY = "address"

Parameters = dict[str, str]


@dataclass
class _Written:
    """The parameters of a page, and what they were before, with the second at which they were replaced."""

    page: str = ""
    now: Parameters = field(default_factory=dict)
    replaced: list[tuple[float, Parameters]] = field(default_factory=list)

    def replace(self, parameters: Parameters) -> None:
        since = time.monotonic()
        if parameters != self.now:
            self.replaced.append((since, self.now))
        self.now = parameters
        self.replaced = [
            (at, old) for at, old in self.replaced if old != self.now and at > since - LATE_SECONDS
        ]

    def is_late(self, parameters: Parameters) -> bool:
        since = time.monotonic() - LATE_SECONDS
        return any(old == parameters and at > since for at, old in self.replaced)


def enter(page: str) -> bool:
    """Begin anew where the visitor has come from another page, and return whether: its address is no late one."""
    entered = _written().page != page
    if entered:
        st.session_state[_KEY] = _Written(page)
    return entered


def went_back() -> bool:
    """Whether the visitor went back or forward in the browser's history."""
    context = get_script_run_ctx(suppress_warning=True)
    return bool(context and context.is_history_navigation)


def get(name: str, default: str = "") -> str:
    """Return a parameter of `NAMES`."""
    _settle()
    return str(st.query_params.get(name, default))


def put(changes: Mapping[str, str | None]) -> None:
    """Put parameters into the address; None takes one out. Those of `NAMES` are held."""
    _settle()
    _send(changes)
    _written().replace(_parameters())


def _settle() -> None:
    """Put the address right where the request brought one that has been replaced meanwhile."""
    written, here = _written(), _parameters()
    if here == written.now:
        return
    if written.is_late(here) and not went_back():
        _send({name: written.now.get(name) for name in NAMES})
    else:
        written.replace(here)


def _written() -> _Written:
    found: _Written = st.session_state.setdefault(_KEY, _Written())
    return found


def _parameters() -> Parameters:
    return {name: value for name, value in st.query_params.to_dict().items() if name in NAMES}


def _send(changes: Mapping[str, str | None]) -> None:
    given = {name: value for name, value in changes.items() if value is not None}
    if given:
        st.query_params.update(given)  # at once: the browser gets one new address
    for name, value in changes.items():
        if value is None:
            st.query_params.pop(name, None)
