"""The living page in browsers, from a file, with the network switched off: what it computes and what it lets in."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from safetensors.numpy import load

from cnn.core.errors import CnnLabError
from cnn.core.scaling import to_input
from cnn.data.classes import CLASSES
from cnn.data.synthetic import sketch10
from cnn.evaluation.pretrained import shipped
from cnn.exports import browser_network, formats, living_page
from cnn.exports.source import Samples, Source, read_source
from cnn.network.forward import forward
from cnn.network.presets import PRESETS
from cnn.network.spec import NetworkSpec
from support import firefox
from support.axe import AXE, findings
from support.exported import source_of
from support.strategies import networks

LECTURE = read_source(shipped()[0])
PIXELS = np.random.default_rng(8).integers(0, 256, (32, 32, 3)).astype(np.uint8)
FEW = ["lenet5", "minute", "resnet"]


@pytest.fixture(name="offline", scope="module")
def fixture_offline(browser: Browser) -> Iterator[Page]:
    """Yield a page without a network; what it asks for or complains about fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_offline(True)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "blob:")) else problems.append(request.url),
    )
    yield page
    context.close()
    assert problems == []


def opened(page: Page, source: Source, folder: Path) -> None:
    path = folder / "page.html"
    path.write_bytes(formats.export("living-page", source).content)
    page.goto(path.as_uri())
    # Not wait_for_function: it makes code of a text, which the page's policy forbids. Modules run before the load ends.
    assert page.evaluate("'living' in globalThis")


# A layer's values as bytes: a list of a hundred thousand numbers takes a second on its way out of the browser.
READ = """names => names.map(name => {
  const bytes = new Uint8Array(Float32Array.from(living.values(name)).buffer);
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
})"""


def values_of(page: Page, names: Iterable[str]) -> Iterator[NDArray[np.float32]]:
    for text in page.evaluate(READ, list(names)):
        yield np.frombuffer(base64.b64decode(text), "<f4")


# What the inspector makes of a value of each layer: the last channel, the cell farthest from zero.
EXPLAIN = """layers => layers.map(([layer, channel]) => {
  living.open({ layer, channel });
  const { row, column } = document.querySelector(".inspector").dataset;
  return [Number(row), Number(column), Number(document.querySelector(".verdict").dataset.ours)];
})"""


def check(page: Page, source: Source, folder: Path) -> None:
    """Hold every value of every layer in the page to what NumPy, which tests hold to Keras, says."""
    opened(page, source, folder)
    wanted = forward(source.setup.network, source.weights, PIXELS)
    page.evaluate("pixels => living.show(Uint8Array.from(pixels), 'noise')", PIXELS.reshape(-1).tolist())
    for plain in (False, True):  # by WebAssembly, and by the plain loops where a browser has none
        assert page.evaluate("plain => living.plain(plain)", plain) is not plain
        for name, found in zip(wanted, values_of(page, wanted), strict=True):
            np.testing.assert_allclose(
                found, wanted[name].reshape(-1), rtol=1e-4, atol=1e-4, err_msg=f"{name}, {plain=}"
            )
    places = [(name, values.shape[-1] - 1) for name, values in wanted.items() if name != "softmax"]
    for (name, channel), (row, column, said) in zip(places, page.evaluate(EXPLAIN, places), strict=True):
        values = wanted[name]
        value = values[row, column, channel] if values.ndim == 3 else values[channel]
        assert said == pytest.approx(value, rel=1e-4, abs=1e-4), name


@pytest.mark.browser
@pytest.mark.parametrize("name", PRESETS)
def test_every_layer_of_every_preset_is_what_python_says(name: str, offline: Page, tmp_path: Path) -> None:
    check(offline, source_of(PRESETS[name].setup.network), tmp_path)


@pytest.mark.browser
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks())
def test_every_layer_of_random_networks_is_what_python_says(
    offline: Page, tmp_path: Path, spec: NetworkSpec
) -> None:
    check(offline, source_of(spec), tmp_path)


@pytest.mark.browser
@pytest.mark.tensorflow
@pytest.mark.parametrize("run", shipped(), ids=lambda run: run.id)
def test_the_networks_that_come_along_say_what_keras_says(
    run: object, offline: Page, network: ModuleType, tmp_path: Path
) -> None:
    source = read_source(run)  # type: ignore[arg-type]
    model = network.build_network(source.setup.network)
    network.set_weights(model, dict(source.weights))
    opened(offline, source, tmp_path)
    offline.evaluate("pixels => living.show(Uint8Array.from(pixels), 'noise')", PIXELS.reshape(-1).tolist())
    outputs = network.all_outputs(model)(to_input(PIXELS[None]), training=False)
    for found, (name, wanted) in zip(values_of(offline, outputs), outputs.items(), strict=True):
        np.testing.assert_allclose(found, np.asarray(wanted).reshape(-1), rtol=1e-4, atol=1e-4, err_msg=name)


@pytest.mark.browser
def test_firefox_says_the_same(tmp_path: Path) -> None:
    if firefox.firefox() is None:
        pytest.skip("skipped: there is no Firefox")
    profile = tmp_path / "profile"
    profile.mkdir()
    with firefox.running(profile) as session:
        for source in (LECTURE, *(source_of(PRESETS[name].setup.network) for name in FEW)):
            path = tmp_path / "page.html"
            path.write_bytes(formats.export("living-page", source).content)
            session.open(path)
            shown = "window.wrappedJSObject.living.show(Uint8Array.from(arguments[0]), 'noise')"
            plain = shown.replace("window.wrappedJSObject.", "")
            session.run(f"return {plain}", PIXELS.reshape(-1).tolist())
            wanted = forward(source.setup.network, source.weights, PIXELS)
            assert session.run("return living.plain(false)")
            for name, text in zip(
                wanted, session.run(f"return ({READ})(arguments[0])", list(wanted)), strict=True
            ):
                found = np.frombuffer(base64.b64decode(text), "<f4")
                np.testing.assert_allclose(
                    found, wanted[name].reshape(-1), rtol=1e-4, atol=1e-4, err_msg=name
                )


@pytest.mark.browser
def test_the_products_under_the_hand_add_up_to_the_cell(offline: Page, tmp_path: Path) -> None:
    opened(offline, LECTURE, tmp_path)
    offline.evaluate("pixels => living.show(Uint8Array.from(pixels), 'noise')", PIXELS.reshape(-1).tolist())
    outputs = forward(LECTURE.setup.network, LECTURE.weights, PIXELS)
    inspector = offline.locator(".inspector")
    for layer, channel, read in (("conv1", 3, "input"), ("conv2", 20, "pool1")):
        offline.locator(f"[data-layer={layer}] .tile").nth(channel).click()
        place = [int(inspector.get_attribute(f"data-{side}") or -1) for side in ("row", "column")]
        offline.locator("[data-name=output]").focus()
        offline.keyboard.press("ArrowDown" if place[0] < 5 else "ArrowUp")
        row = place[0] + (1 if place[0] < 5 else -1)
        expect(inspector).to_have_attribute("data-row", str(row))
        column = place[1]
        cards = inspector.locator(".card:not(.rest) .who")
        assert cards.count() == outputs[read].shape[2]
        total = float(LECTURE.weights[f"{layer}/bias"][channel])
        for number in range(cards.count()):
            cards.nth(number).click()
            titles = inspector.locator(".grid-of-terms .cell").evaluate_all(
                "all => all.map(one => one.title)"
            )
            assert len(titles) == 9
            total += sum(float(title.split("=")[1].replace("−", "-")) for title in titles)
        assert total == pytest.approx(outputs[layer][row, column, channel], abs=1e-4)
        shown = inspector.locator(".step .result").first.inner_text().replace("−", "-")
        assert float(shown) == pytest.approx(outputs[layer][row, column, channel], abs=1e-4)
    offline.locator("[data-layer=softmax] .tile").click()
    shares = offline.locator(".softmax .share").evaluate_all(
        "all => all.map(one => Number(one.title.replace('−', '-')))"
    )
    np.testing.assert_allclose(shares, outputs["softmax"], atol=1e-4)


@pytest.mark.browser
def test_the_time_machine_shows_the_saved_epochs_that_fit(offline: Page, tmp_path: Path) -> None:
    opened(offline, LECTURE, tmp_path)
    offline.evaluate("pixels => living.show(Uint8Array.from(pixels), 'noise')", PIXELS.reshape(-1).tolist())
    most = int(offline.locator("#epochs").get_attribute("max") or 0)
    assert most >= 5
    offline.locator("#epochs").fill("0")
    expect(offline.locator("#epoch")).to_have_text("after epoch 0")
    first = forward(LECTURE.setup.network, shipped()[0].weights(shipped()[0].snapshots()[0]), PIXELS)
    np.testing.assert_allclose(offline.evaluate("living.values('scores')"), first["scores"], atol=1e-4)


@pytest.mark.browser
def test_a_photo_goes_through_the_network_in_the_browser(offline: Page, tmp_path: Path) -> None:
    opened(offline, LECTURE, tmp_path)
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "PNG")
    offline.locator("#file").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    )
    expect(offline.locator("#verdict")).to_contain_text("your photo")
    wanted = forward(LECTURE.setup.network, LECTURE.weights, PIXELS)["softmax"]
    np.testing.assert_allclose(offline.evaluate("living.values('softmax')"), wanted, atol=1e-4)
    offline.get_by_role("button", name="a sample of frog").click()
    expect(offline.locator("#verdict")).to_contain_text("a sample of frog")
    large = io.BytesIO()
    Image.new("RGB", (1500, 900), (200, 30, 60)).save(large, "JPEG", quality=95)
    offline.locator("#file").set_input_files(
        {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": large.getvalue()}
    )
    expect(offline.locator("#verdict")).to_contain_text("your photo")
    first = np.array(offline.evaluate("living.values('input').slice(0, 3)"))
    np.testing.assert_allclose(first, np.array([200, 30, 60]) / 127.5 - 1, atol=0.03)
    offline.locator("#file").set_input_files(
        {"name": "text.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(offline.locator("#problem")).to_contain_text("cannot read this file")


# How a picture gets in besides the file button; each is given a red square as PNG.
WAYS = {
    "pasted": """data => document.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true }))""",
    "dropped": """data => document.body.dispatchEvent(
        new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }))""",
}
TRANSFER = """(([text, way]) => {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "a.png", { type: "image/png" }));
  (%s)(data);
})"""
CAMERA = """() => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [64, 48];
  const context = canvas.getContext("2d");
  context.fillStyle = "#C81E3C";
  context.fillRect(0, 0, 64, 48);
  globalThis.tracks = [];
  navigator.mediaDevices.getUserMedia = async () => {
    const stream = canvas.captureStream(10);
    tracks.push(...stream.getTracks());
    setTimeout(() => context.fillRect(0, 0, 64, 48)); // a frame is sent when something is drawn
    return stream;
  };
}"""
RED = np.array([200, 30, 60]) / 127.5 - 1


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.browser
def test_a_picture_is_pasted_dropped_and_taken_by_the_camera(offline: Page, tmp_path: Path) -> None:
    opened(offline, LECTURE, tmp_path)
    verdict = offline.locator("#verdict")
    red = base64.b64encode(png(Image.new("RGB", (90, 50), (200, 30, 60)))).decode()
    for way, code in WAYS.items():
        offline.get_by_role("button", name="a sample of frog").click()
        expect(verdict).to_contain_text("a sample of frog")
        offline.evaluate(TRANSFER % code, [red, way])
        expect(verdict).to_contain_text("your picture")
        np.testing.assert_allclose(offline.evaluate("living.values('input').slice(0, 3)"), RED, atol=0.01)
    offline.get_by_role("button", name="a sample of frog").click()
    offline.evaluate(CAMERA)
    offline.get_by_role("button", name="Camera").click()
    expect(offline.get_by_role("button", name="Take the photo")).to_be_focused()
    offline.get_by_role("button", name="Take the photo").click()
    expect(verdict).to_contain_text("your photo")
    np.testing.assert_allclose(offline.evaluate("living.values('input').slice(0, 3)"), RED, atol=0.05)
    expect(offline.locator("#camera")).to_be_hidden()
    assert offline.evaluate("tracks.map(track => track.readyState)") == ["ended"]
    offline.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => { throw new Error('no'); }; }"
    )
    offline.get_by_role("button", name="Camera").click()
    expect(offline.locator("#problem")).to_contain_text("Choose a photo instead")


@pytest.mark.browser
def test_what_is_too_large_is_a_sentence_and_the_picture_stays(offline: Page, tmp_path: Path) -> None:
    opened(offline, LECTURE, tmp_path)
    before = offline.locator("#verdict").inner_text()
    huge = bytearray(png(Image.new("RGB", (8, 8))))
    huge[16:24] = (60_000).to_bytes(
        4, "big"
    ) * 2  # a PNG of a hundred bytes that says it has 3.6 billion pixels
    offline.locator("#file").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": bytes(huge)}
    )
    expect(offline.locator("#problem")).to_contain_text("60000 × 60000 pixels")
    offline.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(31e6)], "a.png"));
          document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
        }"""
    )
    expect(offline.locator("#problem")).to_contain_text("31 MB")
    assert offline.locator("#verdict").inner_text() == before


@pytest.mark.browser
@pytest.mark.skipif(
    not AXE.exists(), reason="skipped: axe-core is not there (make test installs it where npm is)"
)
def test_axe_finds_nothing_in_either_theme_nor_on_a_phone(offline: Page, tmp_path: Path) -> None:
    opened(offline, LECTURE, tmp_path)
    found: dict[str, list[str]] = {}
    for theme, width in (("light", 1280), ("dark", 390)):
        offline.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        offline.set_viewport_size({"width": width, "height": 900})
        for layer in ("conv2", "scores", "softmax"):
            offline.locator(f"[data-layer={layer}] .tile").first.click()
            found[f"{theme}, {layer}"] = findings(offline, {"resultTypes": ["violations"]})
        assert offline.evaluate("document.documentElement.scrollWidth <= innerWidth"), theme
    offline.emulate_media(color_scheme="light")
    offline.set_viewport_size({"width": 1280, "height": 900})
    assert {where: lines for where, lines in found.items() if lines} == {}


@pytest.mark.browser
def test_printed_it_has_no_controls(offline: Page, tmp_path: Path) -> None:
    opened(offline, LECTURE, tmp_path)
    offline.emulate_media(media="print")
    for hidden in ("#file", "#use-camera", "#epochs", ".play"):
        expect(offline.locator(hidden)).to_be_hidden()
    for shown in ("#bars", "[data-layer=conv2]", "[data-name=output]"):
        expect(offline.locator(shown).first).to_be_visible()
    offline.emulate_media(media="screen")


def test_the_policy_allows_this_code_and_nothing_else() -> None:
    page = formats.export("living-page", LECTURE).content.decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'")
    assert "unsafe" not in policy[1].replace("'wasm-unsafe-eval'", "")  # WebAssembly, no code made of text
    for tag in ('<script type="module">', "<style>"):
        text = (
            page.split(tag)[1].split("</")[0]
            if tag == "<style>"
            else page.split(tag)[1].split("</script>")[0]
        )
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1]
    assert not re.search(r"\s(src|href|style|on\w+)=", page.split("<body>")[1].split('<script type="text')[0])


def test_a_name_from_somebody_stays_text() -> None:
    page = formats.export("living-page", replace(LECTURE, name="</title><script>x</script>")).content.decode()
    assert page.count("<script") == 2


def test_pages_are_small() -> None:
    sizes = {run.id: len(formats.export("living-page", read_source(run)).content) for run in shipped()}
    assert sizes["lecture"] < 500_000
    assert sizes["airbench"] < 7_000_000


def test_pictures_of_cifar10_are_in_it_only_by_choice(real_data: Path) -> None:
    drawn = formats.export("living-page", LECTURE)
    chosen = formats.export("living-page-cifar10", LECTURE)
    assert "drawn by code" in drawn.note
    assert "Krizhevsky" in chosen.note
    assert "Krizhevsky" in chosen.content.decode()
    assert "Krizhevsky" not in drawn.content.decode()


def test_chosen_pictures_are_the_samples_and_their_source_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Samples(PIXELS[None], ("my cat",))
    page = formats.export("living-page", replace(LECTURE, samples=mine)).content.decode()
    facts, arrays = facts_of(page)
    assert [sample["label"] for sample in facts["samples"]] == ["my cat"]
    np.testing.assert_array_equal(arrays["sample/0"], PIXELS)
    assert "Sample pictures: 1 of whoever made this page." in page
    # As if the drawings were CIFAR-10: which pictures are read is what counts.
    monkeypatch.setattr(living_page.data, "test_labels", lambda name: sketch10.test_labels())
    monkeypatch.setattr(living_page.data, "test_pictures", lambda name, few: sketch10.test_pictures(few))
    both = replace(mine, numbers=(17, 3))
    page = formats.export("living-page-cifar10", replace(LECTURE, samples=both)).content.decode()
    facts, arrays = facts_of(page)
    named = CLASSES[sketch10.test_labels()[17]]
    assert [sample["label"] for sample in facts["samples"]][:2] == [
        "my cat",
        f"test picture 17 of CIFAR-10: {named}",
    ]
    np.testing.assert_array_equal(arrays["sample/2"], sketch10.test_pictures([3])[0])
    assert "2 test pictures of CIFAR-10 (Krizhevsky" in page
    # Without that choice, nothing of CIFAR-10 is in the file, whatever the numbers say.
    page = formats.export("living-page", replace(LECTURE, samples=both)).content.decode()
    assert len(facts_of(page)[0]["samples"]) == 1
    with pytest.raises(CnnLabError, match="at most 20"):
        Samples(numbers=tuple(range(21)))
    with pytest.raises(CnnLabError, match="32×32"):
        Samples(PIXELS[None, :16], ("half",))


def facts_of(page: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    blob = base64.b64decode(page.split('id="network">')[1].split("</script>")[0])
    size = int.from_bytes(blob[:8], "little")
    return json.loads(json.loads(blob[8 : 8 + size])["__metadata__"]["facts"]), load(blob)


def test_weights_are_halved_only_where_nothing_is_lost() -> None:
    exactly: NDArray[np.float32] = np.array([0.5, -2.0], np.float32)
    assert browser_network.smallest(exactly).dtype == np.float16
    for value in (0.1, 1e6, 1e-9):
        assert browser_network.smallest(np.array([value], np.float32)).dtype == np.float32
