"""Figures against values worked by hand: where a cell lies, which colour a number has, what a chart holds."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.figures import charts
from cnn.figures.colours import DARK, LIGHT, TAGS, THEMES, Scale, Theme, colour, rgb, scale_of
from cnn.figures.drawing import flow_svg, legend_html, network_svg, shape_text, tag_badge
from cnn.figures.mosaic import GAP, LABEL_HEIGHT, colour_filters, data_uri, mosaic, paint, picture, strip
from cnn.network.forward import forward, weight_shapes
from cnn.network.layers.conv import Conv
from cnn.network.presets import PRESETS
from cnn.network.summary import LayerShape, walk

EACH_THEME = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
SVG = "{http://www.w3.org/2000/svg}"


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def lightness(colours: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB (..., 3), uint8, as WCAG 2 defines it."""
    share = colours / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


# Colours


@EACH_THEME
def test_activations_go_one_way_from_the_ground(theme: Theme) -> None:
    values = np.linspace(0, 5, 200)
    light = lightness(colour(values, Scale(0, 5, signed=False), theme))
    steps = np.diff(light) * (-1 if theme.name == "light" else 1)
    assert (steps >= -1e-3).all()  # rounding to 8 bits
    assert abs(light[-1] - light[0]) > 0.6
    assert tuple(colour(values[:1], Scale(0, 5, signed=False), theme)[0]) == rgb(theme.ground)


@EACH_THEME
def test_signed_values_leave_the_ground_on_both_sides(theme: Theme) -> None:
    scale = Scale(-2, 2, signed=True)
    shown = colour(np.array([-2.0, -1, 0, 1, 2]), scale, theme).astype(int)
    ground = np.array(rgb(theme.ground))
    assert tuple(shown[0]) == rgb(theme.negative)
    assert tuple(shown[2]) == rgb(theme.ground)
    assert tuple(shown[4]) == rgb(theme.positive)
    for half, whole in ((1, 0), (3, 4)):
        np.testing.assert_allclose(shown[half] - ground, (shown[whole] - ground) / 2, atol=1)
    below = lightness(colour(np.linspace(0, -2, 100), scale, theme))
    above = lightness(colour(np.linspace(0, 2, 100), scale, theme))
    for side in (below, above):
        steps = np.diff(side) * (-1 if theme.name == "light" else 1)
        assert (steps >= -2e-3).all()
    negative, positive = rgb(theme.negative), rgb(theme.positive)
    assert negative[2] > negative[0]  # blue
    assert positive[0] > positive[2]  # orange


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 1.5, 3.0], Scale(0.0, 3.0, signed=False)),
        ([1.0, 3.0], Scale(0.0, 3.0, signed=False)),
        ([-1.0, 3.0], Scale(-3.0, 3.0, signed=True)),
        ([-4.0, 3.0], Scale(-4.0, 4.0, signed=True)),
        ([-4.0, -2.0], Scale(-4.0, 4.0, signed=True)),
        ([0.0, 0.0], Scale(0.0, 0.0, signed=False)),
    ],
)
def test_the_scale_of_numbers(values: list[float], expected: Scale) -> None:
    assert scale_of(np.array(values)) == expected


@EACH_THEME
def test_all_zeros_are_the_ground(theme: Theme) -> None:
    zeros = np.zeros((2, 3))
    for scale in (scale_of(zeros), Scale(0, 1, signed=False), Scale(-1, 1, signed=True), Scale(0, 0, True)):
        assert (colour(zeros, scale, theme) == rgb(theme.ground)).all()


def test_values_beyond_the_scale_take_its_ends() -> None:
    shown = colour(np.array([-9.0, 9.0]), Scale(-1, 1, signed=True), LIGHT)
    assert [tuple(row) for row in shown] == [rgb(LIGHT.negative), rgb(LIGHT.positive)]


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=20))
def test_any_numbers_have_colours(values: list[float]) -> None:
    array = np.array(values, np.float32)
    shown = colour(array, scale_of(array), DARK)
    assert shown.shape == (len(values), 3)
    assert shown.dtype == np.uint8


def test_tags_can_carry_white_text() -> None:
    for tag, name in TAGS.items():
        light = float(lightness(np.array(rgb(name))))
        assert 1.05 / (light + 0.05) >= 4.5, f"{tag}: white on {name} has too little contrast"


@EACH_THEME
def test_ink_and_quiet_ink_can_be_read(theme: Theme) -> None:
    ground = float(lightness(np.array(rgb(theme.ground))))
    for ink, least in ((theme.ink, 7.0), (theme.quiet, 4.5)):
        light = float(lightness(np.array(rgb(ink))))
        low, high = sorted((light, ground))
        assert (high + 0.05) / (low + 0.05) >= least


# The mosaic


def test_each_map_lies_in_its_place() -> None:
    maps = np.zeros((4, 3, 5), np.float32)
    for channel in range(5):
        maps[1, 1, channel] = channel
    sheet = mosaic(maps, LIGHT, Scale(0, 4, signed=False), columns=3, pixels=20)
    factor = 5  # 20 pixels for 4 cells
    wide, tall = 3 * factor + GAP, 4 * factor + GAP + LABEL_HEIGHT
    assert sheet.size == (3 * wide - GAP, 2 * tall - GAP)
    for channel in range(5):
        left, top = channel % 3 * wide, channel // 3 * tall
        expected = tuple(colour(np.array([float(channel)]), Scale(0, 4, signed=False), LIGHT)[0])
        for x, y in ((5, 5), (9, 9), (7, 6)):  # all of the cell in row 1, column 1
            assert pixel(sheet, left + x, top + y) == expected
        assert pixel(sheet, left + 4 - 1, top + 7) == rgb(LIGHT.ground)  # the cell to its left
    assert pixel(sheet, 2 * wide + 7, tall + 7) == rgb(LIGHT.ground)  # the sixth place is empty


def test_maps_are_enlarged_without_smoothing() -> None:
    values = np.array([[0.0, 1.0], [1.0, 0.0]])
    tile = paint(values, Scale(0, 1, signed=False), LIGHT, 8)
    assert tile.size == (16, 16)
    low, high = rgb(LIGHT.sequential[0]), rgb(LIGHT.sequential[-1])
    expected = np.array([[low, high], [high, low]], np.uint8).repeat(8, 0).repeat(8, 1)
    np.testing.assert_array_equal(np.asarray(tile), expected)


def test_a_shared_scale_shows_a_dead_and_a_weak_map_as_they_are() -> None:
    maps = np.zeros((4, 4, 3), np.float32)
    maps[:, :, 1], maps[:, :, 2] = 0.1, 10.0
    shared = mosaic(maps, LIGHT, scale_of(maps), pixels=16, labels=False)
    own = mosaic(maps, LIGHT, None, pixels=16, labels=False)
    middle = [8 + channel * (16 + GAP) for channel in range(3)]
    dead, weak, strong = (pixel(shared, x, 8) for x in middle)
    assert dead == rgb(LIGHT.ground)
    assert strong == rgb(LIGHT.sequential[-1])
    assert max(abs(a - b) for a, b in zip(weak, dead, strict=True)) < 8
    assert pixel(own, middle[0], 8) == rgb(LIGHT.ground)  # dead stays dead
    assert pixel(own, middle[1], 8) == rgb(LIGHT.sequential[-1])  # as dark as the strong one
    assert pixel(own, middle[2], 8) == rgb(LIGHT.sequential[-1])


def test_labels_are_written_under_the_maps() -> None:
    maps = np.zeros((8, 8, 2), np.float32)
    plain, named = (mosaic(maps, LIGHT, pixels=40, labels=labels) for labels in (False, True))
    assert named.height == plain.height + LABEL_HEIGHT
    below = np.asarray(named)[40 : 40 + LABEL_HEIGHT]
    assert (below != rgb(LIGHT.ground)).any()
    other = np.asarray(mosaic(maps, LIGHT, pixels=40, first=7))[40 : 40 + LABEL_HEIGHT]
    assert (other != below).any()  # 7 and 8 instead of 0 and 1


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("low", [-3.0, 0.0])
def test_a_sheet_is_sent_with_a_palette_as_it_is(theme: Theme, low: float) -> None:
    maps = np.random.default_rng(3).uniform(low, 5, (32, 32, 18)).astype(np.float32)
    sheet = mosaic(maps, theme, scale_of(maps), columns=6, pixels=64)
    sent = Image.open(io.BytesIO(base64.b64decode(data_uri(sheet).split(",")[1])))
    assert sent.mode == "P"
    np.testing.assert_array_equal(np.asarray(sent.convert("RGB")), np.asarray(sheet))
    cells = np.asarray(sheet)[1:63:2, 1:63:2]  # the first map, two pixels a cell
    exact = colour(maps[:31, :31, 0], scale_of(maps), theme)
    assert np.abs(cells.astype(int) - exact).max() <= 2  # of 255


@pytest.mark.parametrize(("cells", "pixels"), [(1, 96), (5, 96), (32, 96), (32, 8)])
def test_cells_are_whole_pixels(cells: int, pixels: int) -> None:
    sheet = mosaic(np.ones((cells, cells, 1), np.float32), DARK, pixels=pixels, labels=False)
    assert sheet.width % cells == 0
    assert sheet.width >= cells


def test_a_strip_reads_like_text() -> None:
    values = np.zeros(70)
    values[65] = 1
    sheet = strip(values, LIGHT, Scale(0, 1, signed=False))
    assert sheet.size == (64 * 14, 2 * 14)
    assert pixel(sheet, 1 * 14 + 7, 14 + 7) == rgb(LIGHT.sequential[-1])
    assert pixel(sheet, 1 * 14 + 7, 7) == rgb(LIGHT.ground)
    assert pixel(sheet, 30 * 14, 14 + 7) == rgb(LIGHT.ground)


def test_filters_in_colour_share_one_scale() -> None:
    kernel = np.zeros((3, 3, 3, 2), np.float32)
    kernel[0, 0, 0, 0] = 2.0
    kernel[0, 0, 0, 1] = -1.0
    sheet = colour_filters(kernel, factor=10)
    second = 30 + GAP
    assert pixel(sheet, 5, 5) == (255, 128, 128, 255)
    assert pixel(sheet, second + 5, 5) == (64, 128, 128, 255)
    assert pixel(sheet, 15, 15) == (128, 128, 128, 255)
    assert pixel(sheet, 30 + GAP // 2, 5)[3] == 0  # nothing between filters


def test_a_picture_keeps_its_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    shown = np.asarray(picture(pixels, 3))
    np.testing.assert_array_equal(shown, pixels.repeat(3, 0).repeat(3, 1))
    uri = data_uri(picture(pixels, 1))
    decoded = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])), formats=["PNG"])
    np.testing.assert_array_equal(np.asarray(decoded), pixels)


# Legends


def test_a_legend_holds_its_numbers() -> None:
    shown = legend_html(Scale(0, 12.3456, signed=False), LIGHT)
    assert "<span>0</span>" in shown
    assert "12.3" in shown
    assert all(stop in shown for stop in LIGHT.sequential)
    signed = legend_html(Scale(-0.5, 0.5, signed=True), DARK)
    assert re.findall(r"<span>(.*?)</span>", signed) == ["−0.500", "0", "0.500"]
    assert all(stop in signed for stop in (DARK.negative, DARK.ground, DARK.positive))
    large = legend_html(Scale(-3123.4, 3123.4, signed=True), LIGHT)
    assert re.findall(r"<span>(.*?)</span>", large) == ["−3,123", "0", "3,123"]


def test_a_legend_for_each_map_claims_no_numbers() -> None:
    shown = legend_html(Scale(-7, 7, signed=True), LIGHT, own=True)
    assert "lowest" in shown
    assert "cannot be compared" in shown
    assert "7</span>" not in shown


# Charts


def rows(count: int, epochs: int = 2) -> list[dict]:
    within = [
        {"kind": "progress", "epoch": epochs * i / count, "loss": 2.3 - i / count, "accuracy": i / count}
        for i in range(1, count + 1)
    ]
    after = [
        {"kind": "epoch", "epoch": epoch, "validation_loss": 2.0 / epoch, "validation_accuracy": 0.2}
        for epoch in range(1, epochs + 1)
    ]
    return [
        {"kind": "epoch", "epoch": 0, "validation_loss": None, "validation_accuracy": None},
        *within,
        *after,
    ]


def test_axes_keep_their_range_while_a_run_goes_on() -> None:
    early, late = (charts.curves(history, "accuracy", LIGHT, 5) for history in ([], rows(8)))
    assert early.layout.xaxis.range == late.layout.xaxis.range
    assert early.layout.xaxis.range[1] >= 5
    assert early.layout.yaxis.range == late.layout.yaxis.range == (0, 1)
    assert early.layout.uirevision == late.layout.uirevision == "linear"


def test_without_planned_epochs_the_axis_follows() -> None:
    assert charts.curves(rows(8, epochs=7), "loss", LIGHT, None).layout.xaxis.range[1] >= 7


def test_shares_are_written_as_percent() -> None:
    written = {0.55: "55.0 %", 0.0004: "< 0.1 %", 0.0: "0.0 %", 1.0: "100.0 %", 0.001: "0.1 %"}
    assert {share: percent(share) for share in written} == written


# Drawings


def some_outputs(name: str) -> tuple[tuple[LayerShape, ...], dict[str, np.ndarray], np.ndarray]:
    network = PRESETS[name].setup.network
    rng = np.random.default_rng(1)
    weights = {
        key: np.abs(rng.normal(0, 0.1, shape)).astype(np.float32)
        if key.endswith("variance")
        else rng.normal(0, 0.1, shape).astype(np.float32)
        for key, shape in weight_shapes(network).items()
    }
    pixels = rng.integers(0, 256, (32, 32, 3), np.uint8)
    return walk(network), forward(network, weights, pixels), pixels


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(item.itertext()) for item in root.iter(f"{SVG}text")]


@EACH_THEME
@pytest.mark.parametrize("name", PRESETS)
def test_a_network_drawing_names_every_layer(name: str, theme: Theme) -> None:
    table = walk(PRESETS[name].setup.network)
    root = ElementTree.fromstring(network_svg(table, theme))
    titles = [title.text or "" for title in root.iter(f"{SVG}title")]
    assert len(titles) == len(table)
    for row, title in zip(table, titles, strict=True):
        assert title.startswith(f"{row.layer.name}: {shape_text(row.shape)}")
        assert row.formula in title
    for row in table:
        if row.layer.tag in ("conv", "pool", "dense"):
            assert row.layer.name in texts(root)
    assert root.get("aria-label")


def test_the_text_of_a_drawing_has_the_size_that_its_root_is_given() -> None:
    """Large type sets one size, at the root: no text inside may have one in pixels of its own."""
    table, outputs, pixels = some_outputs("lecture")
    shown = [row for row in table if len(row.shape) == 3 and row.layer.inputs]
    for drawn in (network_svg(table, LIGHT), flow_svg(shown, outputs, pixels, LIGHT)):
        root = ElementTree.fromstring(drawn)
        assert root.get("font-size")
        assert all((text.get("font-size") or "1em").endswith("em") for text in root.iter(f"{SVG}text"))


def test_a_network_drawing_stays_within_its_box() -> None:
    for preset in PRESETS.values():
        root = ElementTree.fromstring(network_svg(walk(preset.setup.network), LIGHT))
        _, _, width, _ = map(float, root.attrib["viewBox"].split())
        fronts = [re.match(r"M([\d.]+),", path.attrib["d"]) for path in root.iter(f"{SVG}path")]
        places = [float(front[1]) for front in fronts if front]
        assert len(places) == 3 * len(walk(preset.setup.network))
        assert min(places) >= 0
        assert max(places) < width


@pytest.mark.parametrize("name", PRESETS)
def test_a_flow_drawing_shows_maps_and_ten_bars(name: str) -> None:
    table, outputs, pixels = some_outputs(name)
    shown = [row for row in table if len(row.shape) == 3 and row.layer.inputs]
    root = ElementTree.fromstring(flow_svg(shown, outputs, pixels, LIGHT, chosen=shown[0].layer.name))
    layers = [item.attrib["data-layer"] for item in root.iter() if "data-layer" in item.attrib]
    assert layers == ["input", *(row.layer.name for row in shown), "softmax"]
    for item in root.iter():
        if "data-layer" in item.attrib:  # can be reached and chosen without a mouse
            assert (item.get("tabindex"), item.get("role")) == ("0", "button")
            assert item.get("aria-label")
    assert set(CLASSES) <= set(texts(root))
    best = int(outputs["softmax"].argmax())
    assert percent(float(outputs["softmax"][best])) in texts(root)
    images = list(root.iter(f"{SVG}image"))
    assert len(images) == len(shown) + 1
    grids = {
        item.attrib["data-layer"]: item.attrib["data-grid"].split()
        for item in root.iter()
        if "data-grid" in item.attrib
    }
    for row in shown:  # where the browser finds a map's cells
        if row.layer.name in grids:
            assert grids[row.layer.name][:2] == [str(side) for side in row.shape[:2]]
    if name == "lecture":
        windows = [item.attrib.get("data-window") for item in root.iter() if "data-layer" in item.attrib]
        assert windows == [None, "3 1 1", "1 1 0", "2 2 0", "3 1 1", "1 1 0", "2 2 0", None]


def test_a_flow_drawing_says_what_it_leaves_out() -> None:
    table, outputs, pixels = some_outputs("vgg6")
    shown = [row for row in table if row.layer.name in ("conv1_1", "conv3_2")]
    root = ElementTree.fromstring(flow_svg(shown, outputs, pixels, DARK))
    assert "+ 20 more" in texts(root)
    assert "+ 116 more" in texts(root)


def test_the_chosen_layer_is_marked() -> None:
    table, outputs, pixels = some_outputs("lecture")
    shown = [row for row in table if len(row.shape) == 3 and row.layer.inputs]
    plain, marked = (flow_svg(shown, outputs, pixels, LIGHT, chosen=name) for name in ("", "relu1"))
    extra = len(re.findall("<rect", marked)) - len(re.findall("<rect", plain))
    assert extra == 1
    group = next(item for item in ElementTree.fromstring(marked).iter() if item.get("data-layer") == "relu1")
    assert group.find(f"{SVG}rect").get("fill") == TAGS["relu"]  # type: ignore[union-attr]


def test_names_are_escaped() -> None:
    """Layer names are the project's own today; a drawing is HTML to the browser all the same."""
    nasty = "<script>alert('1')</script>\"&"
    table, outputs, pixels = some_outputs("lecture")
    conv = next(row for row in table if isinstance(row.layer, Conv))
    row = replace(conv, layer=replace(conv.layer, name=nasty))
    outputs[nasty] = outputs["conv1"]
    for drawn in (network_svg([row], LIGHT), flow_svg([row], outputs, pixels, LIGHT, chosen=nasty)):
        root = ElementTree.fromstring(drawn)
        assert not list(root.iter(f"{SVG}script"))
        assert nasty in texts(root)
    assert "<script>" not in tag_badge(row.layer)
