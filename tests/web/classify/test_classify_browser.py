"""Classify, in Chromium: upload, move the square, paste, take photos, compare networks, follow a link."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.data import test_labels as labels_of
from cnn.data import test_pictures as pictures_of
from cnn.evaluation import pretrained
from cnn.evaluation.model_card import read_card
from cnn.evaluation.ood import Typical
from cnn.evaluation.predict import classify
from cnn.images.image import decode_picture
from support.odd_pictures import FOUR, quadrants, saved
from support.serving import ServedApp, eventually, launched

pytestmark = pytest.mark.browser
RUNS = {run.id: run for run in pretrained.shipped()}
PIXELS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, 32, 32).data]"


@pytest.fixture(scope="module")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start Chromium with a camera that always sees four colours."""
    film = tmp_path_factory.mktemp("camera") / "four.mjpeg"
    film.write_bytes(saved(quadrants(640, 480), "JPEG", quality=95))
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    with launched(playwright, "--use-fake-ui-for-media-stream", *camera) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, served_app: ServedApp) -> Iterator[Page]:
    """Yield Classify, for uploads, on the lecture's network; at its end no script may have failed."""
    context = browser.new_context(viewport={"width": 1440, "height": 1100})
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{served_app.address}/classify?network=lecture&from=Upload")
    expect(page.locator(".paste")).to_contain_text("paste")
    yield page
    context.close()
    assert not problems


def four(width: int = 320, height: int = 240) -> bytes:
    return saved(quadrants(width, height), "PNG")


def bring(page: Page, data: bytes, name: str = "four.png") -> None:
    page.locator('input[type="file"]').set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": data}
    )
    expect(page.locator(".crop .plate img")).to_be_visible()


def pixels_of(page: Page) -> np.ndarray:
    """Return what the network gets; for a moment after a change of source the picture before is there too."""
    found: list[list[int]] = []

    def there_is_one() -> bool:
        found[:] = page.locator(".seen canvas").evaluate_all(f"all => all.map({PIXELS})")
        return len(found) == 1

    eventually("there is one picture", there_is_one, 30)
    return np.array(found[0], np.uint8).reshape(32, 32, 4)[..., :3]


def crop_of(page: Page) -> tuple[int, ...]:
    return tuple(int(part) for part in (page.locator(".crop").get_attribute("data-crop") or "").split())


def values(section: Locator) -> dict[str, str]:
    """Return the text beside each bar, by class."""
    rows = section.locator("li")
    expect(rows).to_have_count(len(CLASSES))
    return {row.get_attribute("data-class") or "": row.locator(".value").inner_text() for row in rows.all()}


def expected(name: str, pixels: np.ndarray) -> dict[str, str]:
    run = RUNS[name]
    network = run.setup.network
    card, typical = read_card(run.folder), Typical.read(run.folder, network)
    shares = classify(network, run.weights(), pixels, card, typical).probabilities
    return {label: percent(float(share)) for label, share in zip(CLASSES, shares, strict=True)}


def says(page: Page, pixels: np.ndarray, name: str = "lecture") -> None:
    """Wait until the page shows these pixels and the bars that follow from them."""
    eventually("the pixels are there", lambda: np.array_equal(pixels_of(page), pixels), 30)
    eventually("and the bars", lambda: values(page.locator(".opinion").first) == expected(name, pixels), 10)


def test_an_upload_is_shown_as_the_network_gets_it_and_the_square_moves(page: Page) -> None:
    bring(page, four())
    picture = decode_picture(four())
    says(page, picture.pixels)
    assert crop_of(page) == (40, 0, 240)

    plate = page.locator(".crop .plate")
    box = plate.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 300, box["y"] + box["height"] / 2, steps=6)
    page.mouse.up()
    assert crop_of(page) == (0, 0, 240)  # held at the edge
    says(page, picture.with_crop(0, 0, 240).pixels)

    plate.focus()
    for _ in range(6):
        page.keyboard.press("-")
    left, top, side = crop_of(page)
    assert side < 240
    says(page, picture.with_crop(left, top, side).pixels)
    page.keyboard.press("ArrowRight")
    assert crop_of(page)[0] > left
    says(page, picture.with_crop(*crop_of(page)).pixels)

    page.get_by_role("button", name="Centre").click()
    says(page, picture.pixels)
    assert crop_of(page) == (40, 0, 240)
    for _ in range(2):  # the same move after "Centre" is a move again
        page.get_by_label("Size of the square").press("Home")
        assert crop_of(page)[2] == picture.least_side
        says(page, picture.with_crop(*crop_of(page)).pixels)
        page.get_by_role("button", name="Centre").click()
        says(page, picture.pixels)

    page.locator(".seen canvas").hover(position={"x": 5, "y": 5})
    red, green, blue = picture.pixels[0, 0].tolist()
    expect(page.locator(".words")).to_contain_text(
        f"Row 0, column 0: red, green, blue {red}, {green}, {blue}"
    )
    expect(page.locator(".words")).to_contain_text(f"{red / 127.5 - 1:.2f}".replace("-", "−"))

    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".crop")).to_have_count(0)
    expect(page.get_by_text("Your picture will appear here")).to_be_visible()


def test_a_moved_square_is_still_there_after_a_visit_to_inside(page: Page) -> None:
    bring(page, four())
    picture = decode_picture(four())
    page.locator(".crop .plate").focus()
    page.keyboard.press("ArrowLeft")
    crop = crop_of(page)
    says(page, picture.with_crop(*crop).pixels)
    page.get_by_role("link", name="See its maps for this picture").click()
    page.wait_for_url("**/inside**")
    expect(page.get_by_text("Your picture: a square of 240×240").first).to_be_visible()
    page.go_back()
    page.wait_for_url("**/classify**")
    page.get_by_test_id("stButtonGroup").get_by_text("Upload", exact=True).click()
    says(page, picture.with_crop(*crop).pixels)
    assert crop_of(page) == crop


def test_a_broken_picture_moves_nothing(page: Page) -> None:
    bring(page, four())
    picture = decode_picture(four())
    page.locator(".crop .plate").focus()
    page.keyboard.press("ArrowLeft")
    crop = crop_of(page)
    assert crop != picture.crop
    says(page, picture.with_crop(*crop).pixels)
    page.locator(".crop").evaluate("crop => crop.dataset.same = 'yes'")
    page.locator('input[type="file"]').set_input_files(
        [{"name": "b.png", "mimeType": "image/png", "buffer": b"nothing"}]
    )
    expect(page.get_by_test_id("stAlert").filter(has_text="b.png: This is not a picture")).to_have_count(1)
    says(page, picture.with_crop(*crop).pixels)
    assert crop_of(page) == crop
    assert page.locator(".crop").get_attribute("data-same") == "yes"  # it was not made anew


def test_several_pictures_a_broken_one_and_the_way_back(page: Page) -> None:
    chooser = page.locator('input[type="file"]')
    files = [("a.png", four()), ("b.png", b"nothing"), ("c.png", four(64, 64))]
    chooser.set_input_files([{"name": n, "mimeType": "image/png", "buffer": data} for n, data in files])
    expect(page.get_by_test_id("stAlert").filter(has_text="b.png: This is not a picture")).to_have_count(1)
    expect(page.locator(".shelf .tile")).to_have_count(2)
    says(page, decode_picture(four(64, 64)).pixels)
    page.locator(".shelf .tile").first.click()
    says(page, decode_picture(four()).pixels)
    expect(page.get_by_test_id("stAlert").filter(has_text="b.png")).to_have_count(0)
    page.get_by_text("All your pictures as a table").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the table").click()
    text = download.value.path().read_text()
    assert [line.split(",")[0] for line in text.splitlines()] == ["picture", "a.png", "c.png"]
    page.locator(".shelf .cross").first.click()
    expect(page.locator(".shelf .tile")).to_have_count(0)  # one is left, and needs no shelf
    says(page, decode_picture(four(64, 64)).pixels)


PASTE = """bytes => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], 'x.png', { type: 'image/png' }));
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
}"""


def test_pictures_are_pasted_each_once(page: Page) -> None:
    page.evaluate(PASTE, list(four()))
    says(page, decode_picture(four()).pixels)
    page.get_by_text("Most likely first").click()  # the script runs again, and nothing listens twice
    page.wait_for_url("**ordered=true**")
    page.get_by_text("Most likely first").click()
    page.evaluate(PASTE, list(four(64, 64)))
    says(page, decode_picture(four(64, 64)).pixels)
    expect(page.locator(".shelf .tile")).to_have_count(2)


# At first a camera shows black; of the film, opposite corners differ.
SHOWS_THE_FILM = """() => {
    const video = document.querySelector("video");
    if (!video?.videoWidth) return false;
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0);
    const at = (x, y) => context.getImageData(x, y, 1, 1).data;
    const [first, last] = [at(8, 8), at(canvas.width - 9, canvas.height - 9)];
    return first.some((value, i) => Math.abs(value - last[i]) > 60);
}"""


def test_photos_are_taken_with_the_camera(page: Page) -> None:
    page.context.grant_permissions(["camera"])
    page.get_by_test_id("stButtonGroup").get_by_text("Camera", exact=True).click()
    page.wait_for_function(SHOWS_THE_FILM, timeout=60_000)
    page.get_by_role("button", name="Take Photo").click()
    corners = [(4, 4), (4, 27), (27, 4), (27, 27)]

    def sees_four_colours() -> bool:
        seen = pixels_of(page).astype(int)
        return all(np.abs(seen[at] - colour).max() < 40 for at, colour in zip(corners, FOUR, strict=True))

    eventually("the photo is there", sees_four_colours, 30)
    eventually(
        "and its bars",
        lambda: values(page.locator(".opinion").first) == expected("lecture", pixels_of(page)),
        10,
    )
    page.get_by_role("button", name="Clear photo").click()
    page.get_by_role("button", name="Take Photo").click()
    expect(page.locator(".shelf .tile")).to_have_count(2)  # the first one stays


def test_the_browser_gets_a_picture_encoded_anew(page: Page) -> None:
    hidden = four() + b"<script>alert(1)</script>"
    bring(page, hidden)
    source = page.locator(".crop .plate img").get_attribute("src")
    bytes_ = page.evaluate("async url => [...new Uint8Array(await (await fetch(url)).arrayBuffer())]", source)
    assert b"script" not in bytes(bytes_)
    assert Image.open(io.BytesIO(bytes(bytes_))).size == (320, 240)


def test_two_networks_on_one_sample_and_a_link_that_opens_the_same_view(
    page: Page, browser: Browser, served_app: ServedApp
) -> None:
    page.goto(
        f"{served_app.address}/classify?network=lecture&second=minute&sample_class=frog&sample_number=4"
    )
    expect(page.locator(".opinion")).to_have_count(2)
    expect(page.locator('.shelf .tile[aria-checked="true"]')).to_contain_text("4")
    page.locator(".shelf .tile").nth(6).click()
    page.wait_for_url("**sample_number=7**")
    expect(page.locator('.shelf .tile[aria-checked="true"]')).to_contain_text("7")
    name = "cifar10" if "CIFAR-10 test picture" in page.locator(".words").inner_text() else "sketch10"
    index = int(np.flatnonzero(labels_of(name) == CLASSES.index("frog"))[6])
    pixels = pictures_of(name, [index])[0]
    eventually("the picture is there", lambda: np.array_equal(pixels_of(page), pixels), 30)
    for place, name in enumerate(("lecture", "minute")):
        assert values(page.locator(".opinion").nth(place)) == expected(name, pixels)
    page.get_by_text("Most likely first").click()
    first = page.locator(".opinion").first.locator("li").first
    best = max(expected("lecture", pixels).items(), key=lambda item: float(item[1].strip("< %")))
    expect(first).to_have_attribute("data-class", best[0])
    page.wait_for_url("**ordered=true**")

    other = browser.new_context(viewport={"width": 820, "height": 1100}, color_scheme="dark").new_page()
    other.goto(page.url)
    expect(other.locator(".opinion")).to_have_count(2)
    np.testing.assert_array_equal(pixels_of(other), pixels)
    expect(other.locator(".opinion").first.locator("li").first).to_have_attribute("data-class", best[0])
    other.context.close()
