"""The living page in browsers, from a file, with the network switched off: what it computes and what it lets in."""

import base64
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from cnn.core.scaling import to_input
from cnn.evaluation.pretrained import shipped
from cnn.exports import formats, living_page
from cnn.exports.source import Source, read_source
from cnn.network.forward import forward
from cnn.network.presets import PRESETS
from cnn.network.spec import NetworkSpec
from support import firefox
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


@pytest.mark.browser
@pytest.mark.parametrize("name", PRESETS)
def test_every_layer_of_every_preset_is_what_python_says(name: str, offline: Page, tmp_path: Path) -> None:
    check(offline, source_of(PRESETS[name].setup.network), tmp_path)


@pytest.mark.browser
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
def test_the_sum_under_the_hand_is_the_value_of_the_cell(offline: Page, tmp_path: Path) -> None:
    opened(offline, LECTURE, tmp_path)
    offline.evaluate("pixels => living.show(Uint8Array.from(pixels), 'noise')", PIXELS.reshape(-1).tolist())
    outputs = forward(LECTURE.setup.network, LECTURE.weights, PIXELS)
    for layer, channel, products in (("conv1", 3, 27), ("conv2", 20, 108)):
        offline.locator(f"[data-layer={layer}] .map").nth(channel).click()
        maps = outputs[layer]
        row, column = maps.shape[0] // 2, maps.shape[1] // 2
        offline.locator("#map canvas").focus()
        for key, down, right in (("ArrowDown", 1, 0), ("ArrowRight", 0, 1)):
            offline.keyboard.press(key)
            row, column = row + down, column + right
            expect(offline.locator("#cell")).to_contain_text(f"Row {row}, column {column}")
            said = offline.locator("#sum").inner_text().replace("−", "-")
            assert said.startswith(f"{products} products")
            assert float(said.split("=")[1]) == pytest.approx(maps[row, column, channel], abs=1e-4)
    expect(offline.locator("#read i")).to_be_visible()
    offline.locator("[data-layer=scores] .map").click()
    assert "1536 products" in offline.locator("#sum").inner_text()


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
    expect(offline.locator("#problem")).to_contain_text("not a picture")


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


def test_weights_are_halved_only_where_nothing_is_lost() -> None:
    exactly: NDArray[np.float32] = np.array([0.5, -2.0], np.float32)
    assert living_page._smallest(exactly).dtype == np.float16
    for value in (0.1, 1e6, 1e-9):
        assert living_page._smallest(np.array([value], np.float32)).dtype == np.float32
