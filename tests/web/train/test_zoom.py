"""A chart that somebody has zoomed into stays so through every redraw, in Chromium."""

import json
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
  if (!drawn?._fullLayout?.xaxis) return JSON.stringify({points: 0, ranges: [[0, 0], [0, 0]]});  // between two charts
  const ranges = [drawn._fullLayout.xaxis.range, drawn._fullLayout.yaxis.range];
  return JSON.stringify({points: drawn.data[0].x.length, ranges});
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


def read(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.evaluate(READ))
    return found


@pytest.mark.browser
def test_zoom_survives_every_redraw_of_a_live_chart(page: Page) -> None:
    area = page.locator(".js-plotly-plot .nsewdrag").first
    area.wait_for(timeout=60_000)
    page.wait_for_timeout(500)
    whole, box = read(page)["ranges"], area.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
    page.mouse.up()
    page.wait_for_function(f"() => JSON.parse(({READ})()).ranges[0][0] > 0.1", timeout=5_000)
    zoomed = read(page)
    assert zoomed["ranges"] != whole
    page.wait_for_function(f"() => JSON.parse(({READ})()).points > {zoomed['points'] + 12}", timeout=60_000)
    assert read(page)["ranges"] == zoomed["ranges"]
