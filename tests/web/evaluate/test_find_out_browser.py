"""From an evaluation to a cell, a picture and Inside; from the table of runs to a comparison: in Chromium."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cnn import data
from cnn.evaluation import evaluations, pretrained
from cnn.evaluation.evaluations import Evaluation
from cnn.runs.store import Run
from support.serving import ServedApp
from support.visitor import PATIENCE, Visitor

pytestmark = pytest.mark.browser
RUNS = {run.id: run for run in pretrained.shipped()}


def keep(monkeypatch: pytest.MonkeyPatch, served_app: ServedApp, run: Run, wrong: int) -> Evaluation:
    """Keep an evaluation for the served app, in which `wrong` cats are taken for dogs."""
    monkeypatch.setenv("CNN_LAB_HOME", str(served_app.home))
    labels = data.test_labels("sketch10")[:500]
    said = labels.copy()
    cats = np.flatnonzero(labels == 3)[:wrong]
    said[cats] = 5
    scores = np.eye(10, dtype=np.float32)[said] * 4
    scores[cats, 5] += np.arange(wrong) / 10
    for part in ("validation", "test"):
        found = Evaluation("sketch10", part, "sketch10, drawn by code", scores, labels)
        evaluations.write_evaluation(run, evaluations.newest_snapshot(run), found)
    return found


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, served_app: ServedApp) -> None:
    """Leave out where the served app has other pictures than the drawn ones."""
    if (served_app.home / "data").exists() or data.cifar10.check().present:
        pytest.skip("the served app has CIFAR-10; this test is about the drawn pictures")


def test_a_cell_leads_to_a_picture_and_on_to_inside(
    visitor: Visitor, served_app: ServedApp, monkeypatch: pytest.MonkeyPatch, drawn: None
) -> None:
    found = keep(monkeypatch, served_app, RUNS["lecture"], wrong=7)
    page = visitor.open("evaluate?network=lecture")
    expect(page.get_by_text("493 of 500 test pictures")).to_be_visible(timeout=PATIENCE)
    cell = page.get_by_label(re.compile("^7 pictures of class cat classified as dog"))
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("cat classified as dog: 7, most confident first")).to_be_visible(timeout=PATIENCE)
    most = int(np.flatnonzero((found.labels == 3) & (found.said == 5))[-1])  # the surest is the last
    expect(page.get_by_text(f"cat, test picture {most:,}")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Look inside").click()
    page.wait_for_url(re.compile("/inside"))
    expect(
        page.get_by_text(f"A picture of class cat, drawn by code (sketch10), picture {most}")
    ).to_be_visible(timeout=PATIENCE)
    assert not visitor.problems


def test_the_arrow_keys_go_from_cell_to_cell(
    visitor: Visitor, served_app: ServedApp, monkeypatch: pytest.MonkeyPatch, drawn: None
) -> None:
    keep(monkeypatch, served_app, RUNS["lecture"], wrong=7)
    page = visitor.open("evaluate?network=lecture")
    page.get_by_label(re.compile("^7 pictures of class cat classified as dog")).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_text("bird classified as deer: 0")).to_be_visible(timeout=PATIENCE)


def test_a_comparison_says_whether_it_is_real(
    visitor: Visitor, served_app: ServedApp, monkeypatch: pytest.MonkeyPatch, drawn: None
) -> None:
    keep(monkeypatch, served_app, RUNS["lecture"], wrong=0)
    keep(monkeypatch, served_app, RUNS["tinyvgg"], wrong=30)
    page = visitor.open("compare?runs=lecture,tinyvgg,gone&view=Is it real?")
    expect(page.get_by_text("1 network of this link cannot be shown")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("is right on 30 of 500 pictures more than")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("radio", name="Confusion").or_(page.get_by_text("Confusion", exact=True)).first.click()
    expect(page.get_by_label("cat classified as dog: 0 before, 30 now")).to_be_visible(timeout=PATIENCE)
    assert not visitor.problems
