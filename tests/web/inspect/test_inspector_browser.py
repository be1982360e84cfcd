"""The inspector, in Chromium: hover, click, keys, play; the sum on screen is that of Python and of Keras."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cnn.data import CLASSES
from cnn.data import test_labels as labels_of
from cnn.data import test_pictures as pictures_of
from cnn.evaluation import pretrained
from cnn.interpret.cell_steps import ForwardPass, steps
from cnn.network.arithmetic import written
from cnn.network.forward import forward
from cnn.network.layers import expand
from support.serving import ServedApp, eventually

RUN = next(run for run in pretrained.shipped() if run.id == "lecture")
WORKER_MILLISECONDS = 300_000  # TensorFlow is imported twice before it answers


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield a page; at its end no script may have failed."""
    context = browser.new_context(viewport={"width": 1440, "height": 2400}, reduced_motion="reduce")
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert not problems


def opened(page: Page, served_app: ServedApp, **address: str) -> ForwardPass:
    """Open Inside at a place; return the same network at work on the same picture, in Python."""
    query = "&".join(f"{name}={value}" for name, value in address.items())
    page.goto(f"{served_app.address}/inside?network=lecture&panel=numbers&{query}")
    expect(page.locator(".inspector")).to_have_attribute("data-layer", address["layer"], timeout=60_000)
    comes_to_rest(page)
    name = "cifar10" if "CIFAR-10 test picture" in page.content() else "sketch10"
    index = int(np.flatnonzero(labels_of(name) == CLASSES.index("horse"))[0])
    network, weights = RUN.setup.network, RUN.weights()
    return ForwardPass(expand(network), weights, forward(network, weights, pictures_of(name, [index])[0]))


def comes_to_rest(page: Page) -> None:
    """Wait until the inspector moves no more: parts of the page above it are loaded late and push it down."""
    page.get_by_role("combobox", name="Network").wait_for()
    before = None
    for _ in range(50):
        box = page.locator(".inspector").bounding_box()
        if box and box == before:
            return
        before = box
        page.wait_for_timeout(500)
    raise AssertionError("The inspector never comes to rest.")


def part(page: Page, name: str) -> Locator:
    return page.locator(f'.inspector .board [data-name="{name}"]')


def over(page: Page, name: str, row: int, column: int, *, click: bool = False) -> None:
    """Move to a cell of a plate."""
    box = part(page, name).bounding_box()
    assert box
    tall, wide = part(page, name).locator("canvas").evaluate("canvas => [canvas.height, canvas.width]")
    x = box["x"] + (column + 0.5) / wide * box["width"]
    y = box["y"] + (row + 0.5) / tall * box["height"]
    if click:
        page.mouse.click(x, y)
    else:
        page.mouse.move(x, y)


def stands_at(page: Page, row: int, column: int) -> None:
    expect(page.locator(".inspector")).to_have_attribute("data-row", str(row))
    expect(page.locator(".inspector")).to_have_attribute("data-column", str(column))


def asked(page: Page, **wanted: str) -> None:
    """Wait until the address says this; an empty text means that it says nothing of it."""

    def says(url: str) -> bool:
        query = parse_qs(urlsplit(url).query)
        return all(query.get(name, [""]) == [value] for name, value in wanted.items())

    page.wait_for_url(says)


def compare(page: Page, look: ForwardPass, name: str, channel: int, cell: tuple[int, int] | None) -> None:
    """Hold that every step on the screen has the result that Python works out."""
    expected = steps(look, name, channel, cell)
    shown = page.locator(".inspector .step .result")
    expect(shown).to_have_count(len(expected))
    for place, step in enumerate(expected):
        title = shown.nth(place).get_attribute("title") or "nan"
        assert float(title.replace("−", "-")) == pytest.approx(step.result, abs=1e-4), step
    ours = float(page.locator(".inspector .verdict").get_attribute("data-ours") or "nan")
    assert ours == pytest.approx(expected[0].result, abs=1e-4)


def agrees_with_keras(page: Page) -> None:
    verdict = page.locator(".inspector .verdict")
    expect(verdict).to_contain_text("✓", timeout=WORKER_MILLISECONDS)
    ours, theirs = (float(verdict.get_attribute(f"data-{name}") or "nan") for name in ("ours", "keras"))
    assert ours == pytest.approx(theirs, abs=1e-4 * max(1, abs(theirs)))
    expect(verdict).to_contain_text(f"Our value {written(ours)} = Keras’s value {written(theirs)}")


@pytest.mark.browser
def test_a_pin_is_in_the_address_and_keys_move_it(page: Page, served_app: ServedApp) -> None:
    look = opened(page, served_app, layer="conv1", channel="3")
    over(page, "output", 4, 6, click=True)
    asked(page, cell="4,6")
    over(page, "output", 20, 20)
    stands_at(page, 4, 6)
    part(page, "output").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    stands_at(page, 5, 5)
    asked(page, cell="5,5")
    compare(page, look, "conv1", 3, (5, 5))
    expect(page.locator(".inspector .words")).to_contain_text("Row 5, column 5: ")
    page.keyboard.press("Escape")
    asked(page, cell="", channel="3")
    page.keyboard.press("Enter")
    asked(page, cell="5,5")
    page.get_by_text("The same sum as a table").click()
    row = page.get_by_role("spinbutton", name="Row", exact=True)
    expect(row).to_have_value("5")
    row.fill("9")
    row.press("Enter")
    stands_at(page, 9, 5)
    result = written(steps(look, "conv1", 3, (9, 5))[0].result)
    expect(page.get_by_role("cell", name=result, exact=True).first).to_be_visible()

    page.get_by_role("button", name="Next layer").click()
    asked(page, layer="relu1", channel="3", cell="9,5")
    stands_at(page, 9, 5)
    compare(page, look, "relu1", 3, (9, 5))
    page.get_by_role("button", name="Previous map").click()
    asked(page, layer="relu1", channel="2", cell="9,5")

    opened(page, served_app, layer="pool1", channel="7", cell="3,2")
    stands_at(page, 3, 2)
    expect(page.locator(".inspector.pinned")).to_have_count(1)
    compare(page, look, "pool1", 7, (3, 2))


@pytest.mark.browser
def test_play_walks_until_anything_is_touched(page: Page, served_app: ServedApp) -> None:
    look = opened(page, served_app, layer="conv2", channel="1", cell="0,14")
    place = page.locator(".inspector")
    play = page.locator(".inspector .play")
    expect(play).to_have_text(re.compile("Play"))  # nothing moves by itself
    play.click()
    expect(play).to_have_text(re.compile("Stop"))
    expect(place).to_have_attribute("data-row", "1")  # on from the end of the first row
    page.keyboard.press("Shift")
    expect(play).to_have_text(re.compile("Play"))
    cell = (int(place.get_attribute("data-row") or -1), int(place.get_attribute("data-column") or -1))
    compare(page, look, "conv2", 1, cell)
    play.click()
    eventually("the window walks", lambda: place.get_attribute("data-column") != str(cell[1]))
    play.click()
    expect(play).to_have_text(re.compile("Play"))
    play.click()
    over(page, "output", 12, 3)
    expect(play).to_have_text(re.compile("Play"))
    stands_at(page, 12, 3)


@pytest.mark.browser
def test_a_score_is_traced_back_and_softmax_is_written_out(page: Page, served_app: ServedApp) -> None:
    look = opened(page, served_app, layer="scores", channel="7")
    agrees_with_keras(page)
    compare(page, look, "scores", 7, None)
    products = look.outputs["flatten"] * look.weights["scores/kernel"][:, 7]
    best = int(np.abs(products).argmax())
    row, column, channel = (int(i) for i in np.unravel_index(best, (8, 8, 24)))
    first = page.locator(".inspector .ranked button[data-index]").first
    expect(first).to_contain_text(f"map {channel}, row {row}, column {column}")
    numbers = page.locator(".inspector .sum .ranked b").all()
    total = sum(float((number.get_attribute("title") or "nan").replace("−", "-")) for number in numbers)
    assert total == pytest.approx(float(look.outputs["scores"][7]), abs=1e-3)
    first.click()
    asked(page, layer="pool2", channel=str(channel), cell=f"{row},{column}")
    stands_at(page, row, column)

    opened(page, served_app, layer="scores", channel="7")
    page.locator(".inspector .to").get_by_role("button", name="cat").click()
    asked(page, layer="scores", channel="3")
    expect(page.locator(".inspector")).to_have_attribute("data-channel", "3")
    compare(page, look, "scores", 3, None)

    opened(page, served_app, layer="softmax", channel="0")
    expect(page.locator(".inspector .verdict")).to_contain_text("✓", timeout=WORKER_MILLISECONDS)
    apart = float(page.locator(".inspector .verdict").get_attribute("data-apart") or "nan")
    assert apart < 1e-5
    page.locator(".softmax tbody tr").nth(4).hover()
    expect(page.locator(".softmax tr.chosen")).to_contain_text("deer")


@pytest.mark.browser
def test_one_map_of_a_convolution(page: Page, served_app: ServedApp) -> None:
    look = opened(page, served_app, layer="conv2", channel="5")
    strongest = np.unravel_index(np.abs(look.outputs["conv2"][:, :, 5]).argmax(), (16, 16))
    stands_at(page, *map(int, strongest))

    over(page, "output", 0, 15)  # a corner, where the padding is
    stands_at(page, 0, 15)
    compare(page, look, "conv2", 5, (0, 15))
    expect(page.locator(".inspector .cell.padding")).to_have_count(5)
    over(page, "input", 9, 4)  # the middle of the window, in an input with one row and column of zeros around
    stands_at(page, 8, 3)
    compare(page, look, "conv2", 5, (8, 3))
    expect(page.locator('.inspector [data-under="input"]')).to_contain_text("(8, 3): ")
    over(page, "stage1", 2, 2)
    stands_at(page, 4, 4)

    shares = page.locator(".inspector .card .share b")
    expect(shares).to_have_count(12)
    total = sum(float((share.get_attribute("title") or "nan").replace("−", "-")) for share in shares.all())
    bias = float(look.weights["conv2/bias"][5])
    assert total + bias == pytest.approx(float(look.outputs["conv2"][4, 4, 5]), abs=1e-4)
    page.locator(".inspector .card .who").nth(3).click()
    products = page.locator(".inspector .grid-of-terms .cell span:last-child")
    written_out = sum(float(text.replace("−", "-")) for text in products.all_inner_texts())
    share = page.locator(".inspector .card.chosen .share b").get_attribute("title") or "nan"
    assert written_out == pytest.approx(float(share.replace("−", "-")), abs=6e-3)

    agrees_with_keras(page)
    for row, column in ((0, 0), (15, 15), (7, 9)):
        over(page, "output", row, column)
        compare(page, look, "conv2", 5, (row, column))
        agrees_with_keras(page)
    expect(page.locator(".inspector .step .keras", has_text="Keras ✓")).to_have_count(3)
