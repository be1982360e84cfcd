"""A chart that somebody has zoomed into stays so through every redraw, in Chromium."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from support import PROJECT
from support.serving import answers, eventually, free_port

SCRIPT = """
import sys
sys.path.insert(0, {project!r})
import streamlit as st
from cnn.figures.charts import curves
from cnn.figures.colours import LIGHT
from cnn.web.train.steady_chart import show_steady_charts

st.session_state.setdefault("drawn", 10)

@st.fragment(run_every=0.5)
def draw():
    st.session_state.drawn += 5
    count = st.session_state.drawn
    rows = [{{"kind": "progress", "epoch": i / 50, "loss": 3 - 2 / i, "accuracy": 0.5}} for i in range(1, count)]
    show_steady_charts([(st, curves(rows, "loss", LIGHT, 5, 0.6), "loss", "Loss")], "zoom")
    st.markdown(f"points: {{count - 1}}")

draw()
"""
READ = """() => {
  const drawn = document.querySelector(".js-plotly-plot");
  if (!drawn?._fullLayout?.xaxis || !drawn.data?.[0]) return null;  // between two charts
  const {xaxis, yaxis} = drawn._fullLayout;
  const area = drawn.querySelector(".nsewdrag")?.getBoundingClientRect();
  if (!area?.width) return null;
  return {points: drawn.data[0].x.length, ranges: [[...xaxis.range], [...yaxis.range]], box: area.toJSON()};
}"""


@pytest.fixture
def page(tmp_path: Path, browser: Browser) -> Iterator[Page]:
    script, port = tmp_path / "chart.py", free_port()
    script.write_text(SCRIPT.format(project=str(PROJECT)))
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    server = subprocess.Popen([*command, "--server.headless", "true"], cwd=PROJECT)
    try:
        eventually("the server answers", lambda: answers(port))
        context = browser.new_context(viewport={"width": 1200, "height": 800})
        found = context.new_page()
        found.goto(f"http://127.0.0.1:{port}")
        yield found
        context.close()
    finally:
        server.kill()
        server.wait()


def read(page: Page, condition: str = "true") -> dict[str, Any]:
    """Return points and ranges of the chart, once one is there that meets a condition on `chart`."""
    look = f"() => {{ const chart = ({READ})(); return chart && {condition} ? chart : null; }}"
    found: dict[str, Any] = page.wait_for_function(look, timeout=60_000).json_value()
    return found


@pytest.mark.browser
def test_zoom_survives_every_redraw_of_a_live_chart(page: Page) -> None:
    """Dragged as by a slow hand: the chart is redrawn under the drag, and again and again after it."""
    whole = read(page)
    box = whole["box"]

    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    press_on_chart(page)
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"], steps=3)
    read(page, f"chart.points > {whole['points'] + 11}")  # at least two redraws
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=3)
    page.mouse.up()

    (x0, x1), (y0, y1) = whole["ranges"]
    zoomed = read(page, "chart.ranges[0][0] > 0.1")
    assert zoomed["ranges"][0] == pytest.approx(
        [x0 + 0.2 * (x1 - x0), x0 + 0.5 * (x1 - x0)], abs=0.02 * (x1 - x0)
    )
    assert zoomed["ranges"][1] == pytest.approx(
        [y1 - 0.8 * (y1 - y0), y1 - 0.2 * (y1 - y0)], abs=0.02 * (y1 - y0)
    )
    assert read(page, f"chart.points > {zoomed['points'] + 12}")["ranges"] == zoomed["ranges"]


def press_on_chart(page: Page) -> None:
    """Hold the mouse down on a chart, and not in the moment between two of them."""
    page.evaluate(
        "() => addEventListener('pointerdown', (e) => { window.hit = e.target.matches('.nsewdrag'); }, true)"
    )
    for _ in range(20):
        page.mouse.down()
        if page.evaluate("() => window.hit"):
            return
        page.mouse.up()
    pytest.fail("no press fell on a chart")
