"""The browser watches a run by itself: a look costs the server one small answer and the page nothing else.

`show_watch` shows what moves and draws the page anew when more has changed. `draw_again` stands in a fragment
and draws that anew as the run gets further; it looks nowhere, it hears from the watch.
"""

from typing import Any

from cnn.runs.store import Run
from cnn.web.app.component import component
from cnn.web.train.live_route import address

_watch = component(
    "live_run",
    """
<div class="watch">
  <p class="words"></p>
  <div class="bar" role="progressbar" aria-label="Training"><i></i></div>
  <dl class="figures"></dl>
  <p class="aloud" role="status" aria-live="polite"></p>
</div>
""",
)
_pulse = component("live_listener", '<i class="pulse"></i>')


def show_watch(run: Run, seen: dict[str, Any]) -> None:
    """Show how far a run is, and draw the page anew whenever more than that has changed.

    `seen` are its facts from before anything of it was drawn, so that no change slips through between.
    """
    _watch(
        data={"run": run.id, "address": address(run.id), "facts": seen},
        key=f"watch-{run.id}",
        on_changed_change=lambda: None,
    )


def draw_again(
    run: Run, key: str, at_once: dict[str, int], in_time: dict[str, int] | None = None, every: float = 0.0
) -> None:
    """Draw the fragment this stands in anew when facts of a watched run are no longer those it shows.

    Args:
        run: the run; its watch is on the page.
        key: tells the fragments of a page apart.
        at_once: facts of `cnn.web.train.live_facts.facts` as shown, of which any change matters at once.
        in_time: those of which a change matters `every` so many seconds.
        every: at least so many seconds between two drawings of what changes all the time.
    """
    _pulse(
        data={"run": run.id, "atOnce": at_once, "inTime": in_time or {}, "every": every},
        key=f"pulse-{key}-{run.id}",
        on_again_change=lambda: None,
    )
