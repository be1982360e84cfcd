"""Changes to pictures, weights and their history, against plain loops and slices."""

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cnn.core.errors import SpecError
from cnn.interpret.edits import MAX_EDITS, Edit, Edits
from cnn.interpret.picture_edits import (
    FILLS,
    Brightness,
    Cover,
    Flip,
    Grey,
    Noise,
    PictureChange,
    PictureEdit,
    Rotate,
    Shift,
)
from cnn.interpret.preset_kernels import RECIPES
from cnn.interpret.weight_edits import (
    Mute,
    ReadyKernel,
    SetKernel,
    ZeroBias,
    apply_to_weights,
    check,
    kernel_values,
    layers_with_filters,
    silent_value,
    stage_end,
)
from cnn.network.forward import forward, weight_shapes
from cnn.network.layers import expand
from cnn.network.layers.merge import Add
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec
from support.strategies import networks

LECTURE = PRESETS["lecture"].setup.network


def random_weights(network: NetworkSpec, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = weight_shapes(network).items()
    return {name: rng.uniform(0.1, 1, shape).astype(np.float32) for name, shape in shapes}


def photo(seed: int = 0, *many: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*many, 32, 32, 3), np.uint8)


# Pictures

SHIFTS = st.builds(Shift, st.integers(-8, 8), st.integers(-8, 8))
COVERS = st.builds(
    Cover,
    top=st.integers(0, 31),
    left=st.integers(0, 31),
    height=st.integers(1, 32),
    width=st.integers(1, 32),
    fill=st.sampled_from(tuple(FILLS)),
)
PICTURE_EDITS = st.one_of(
    SHIFTS,
    COVERS,
    st.builds(Rotate, st.integers(-180, 180)),
    st.builds(Flip, st.sampled_from(("sideways", "upright"))),
    st.just(Grey()),
    st.builds(Brightness, st.integers(-200, 200)),
)


@given(SHIFTS)
def test_a_shift_moves_every_pixel_that_stays(shift: Shift) -> None:
    before = photo()
    after = shift.apply(before)
    for row in range(32):
        for column in range(32):
            y, x = row - shift.down, column - shift.right
            expected = before[y, x] if 0 <= y < 32 and 0 <= x < 32 else (128, 128, 128)
            assert (after[row, column] == expected).all()


@pytest.mark.parametrize(("degrees", "quarters"), [(90, -1), (-90, 1), (180, 2), (-180, 2), (0, 0)])
def test_quarter_turns_are_exact_and_clockwise(degrees: int, quarters: int) -> None:
    assert (Rotate(degrees).apply(photo()) == np.rot90(photo(), quarters)).all()


@given(st.integers(-180, 180))
def test_a_turn_takes_the_nearest_pixel(degrees: int) -> None:
    before, angle = photo(), math.radians(degrees)
    after = Rotate(degrees).apply(before)
    for row, column in ((0, 0), (3, 20), (15, 16), (31, 9)):
        right, up = column - 15.5, 15.5 - row
        x = right * math.cos(angle) - up * math.sin(angle) + 15.5  # turned back: anticlockwise
        y = 15.5 - (right * math.sin(angle) + up * math.cos(angle))
        if min(abs(x % 1 - 0.5), abs(y % 1 - 0.5)) < 1e-6:
            continue  # half-way between two pixels
        inside = -0.5 < x < 31.5 and -0.5 < y < 31.5
        assert (after[row, column] == (before[round(y), round(x)] if inside else 128)).all()


@given(COVERS)
def test_a_cover_changes_its_own_place_and_nothing_else(cover: Cover) -> None:
    before = photo(1)
    after = cover.apply(before)
    place = np.zeros((32, 32), bool)
    for row in range(cover.top, min(cover.top + cover.height, 32)):
        for column in range(cover.left, min(cover.left + cover.width, 32)):
            place[row, column] = True
    assert (after[~place] == before[~place]).all()
    expected: dict[str, Any] = {"grey": 128, "black": 0}
    expected["mean colour"] = before.reshape(-1, 3).astype(float).mean(axis=0).round()
    if cover.fill in expected:
        assert (after[place] == expected[cover.fill]).all()
    else:
        assert (after[place] == cover.apply(photo(2))[place]).all()


def test_the_mean_colour_is_each_pictures_own() -> None:
    pictures = np.stack([np.full((32, 32, 3), value, np.uint8) for value in (10, 200)])
    assert (Cover(fill="mean colour").apply(pictures) == pictures).all()


def test_mirrors_and_colours() -> None:
    before = photo()
    assert (Flip("sideways").apply(before) == before[:, ::-1]).all()
    assert (Flip("upright").apply(before) == before[::-1]).all()
    grey = Grey().apply(before)
    assert (grey[..., :1] == grey).all()
    assert np.abs(grey[..., 0] - before @ np.array([0.299, 0.587, 0.114])).max() <= 0.5001
    for more in (-200, -7, 0, 60):
        assert (Brightness(more).apply(before) == np.clip(before.astype(int) + more, 0, 255)).all()
    noise = Noise(20).apply(np.full((32, 32, 3), 128, np.uint8)).astype(float) - 128
    assert abs(noise.mean()) < 1.5
    assert 18 < noise.std() < 22
    assert (Noise(20).apply(before) == Noise(20).apply(before)).all()


@given(st.lists(PICTURE_EDITS, max_size=5))
def test_a_batch_is_changed_like_its_pictures_and_stays_itself(edits: list[PictureEdit]) -> None:
    before = photo(3, 3)
    kept, change = before.copy(), PictureChange(tuple(edits))
    after = change.apply(before)
    assert (before == kept).all()
    assert after.dtype == np.uint8
    for one, changed in zip(before, after, strict=True):
        assert (change.apply(one) == changed).all()


@given(st.permutations([Rotate(45), Shift(3, -2), Cover(4, 4, 6, 6), Brightness(30), Flip("upright")]))
def test_the_order_in_which_they_are_chosen_does_not_matter(edits: list[PictureEdit]) -> None:
    step = Flip("upright").apply(photo())
    for edit in (Rotate(45), Shift(3, -2), Brightness(30), Cover(4, 4, 6, 6)):
        step = edit.apply(step)
    assert (PictureChange(tuple(edits)).apply(photo()) == step).all()


def test_a_change_can_be_sent_to_a_worker() -> None:
    change = Edits().add(Rotate(30), Cover(), Mute("conv1", (1,))).picture
    again = pickle.loads(pickle.dumps(change))
    assert again == change == PictureChange((Rotate(30), Cover()))
    assert (again.apply(photo()) == change.apply(photo())).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Cover(32, 0, 4, 4),
        lambda: Cover(0, 0, 0, 4),
        lambda: Cover(0.5, 0, 4, 4),
        lambda: Cover(True, 0, 4, 4),
        lambda: Cover(0, 0, 4, 4, "purple"),
        lambda: Shift(9, 0),
        lambda: Shift("1", 0),
        lambda: Rotate(181),
        lambda: Rotate(float("nan")),
        lambda: Flip("twice"),
        lambda: Brightness(201),
        lambda: Noise(-1),
    ],
)
def test_a_change_that_cannot_be_is_refused(make: Any) -> None:
    with pytest.raises(SpecError, match="is not allowed; give"):
        make()


# Weights


@st.composite
def muted(draw: st.DrawFn) -> tuple[NetworkSpec, Mute]:
    network = draw(networks(max_blocks=2, max_filters=5, max_convolutions=2, max_units=6))
    layer, count = draw(st.sampled_from(tuple(layers_with_filters(network).items())))
    filters = draw(st.sets(st.integers(0, count - 1), min_size=1))
    return network, Mute(layer, tuple(sorted(filters)))


@settings(max_examples=60)
@given(muted())
def test_a_silent_filter_is_silent_and_its_neighbours_are_not_touched(case: tuple[NetworkSpec, Mute]) -> None:
    network, mute = case
    weights = random_weights(network)
    kept = {name: array.copy() for name, array in weights.items()}
    broken = apply_to_weights([mute], network, weights)
    end = stage_end(network, mute.layer)
    before, after = (forward(network, each, photo())[end] for each in (weights, broken))
    others = [number for number in range(before.shape[-1]) if number not in mute.filters]
    assert (after[..., list(mute.filters)] == silent_value(network, mute.layer)).all()
    assert (after[..., others] == before[..., others]).all()
    for name, array in weights.items():
        assert (array == kept[name]).all()
        norm = "norm" in name and not name.startswith(mute.layer)
        assert (broken[name] is array) or name.startswith(f"{mute.layer}/") or norm


def test_a_silent_filter_is_worth_as_much_as_nobody_listening_to_it() -> None:
    weights = random_weights(LECTURE)
    deaf = dict(weights)
    deaf["conv2/kernel"] = weights["conv2/kernel"].copy()
    deaf["conv2/kernel"][:, :, [2, 5], :] = 0
    broken = apply_to_weights([Mute("conv1", (2, 5))], LECTURE, weights)
    for name in ("conv2", "scores", "softmax"):
        answers = [forward(LECTURE, each, photo())[name] for each in (broken, deaf)]
        np.testing.assert_allclose(*answers, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "gelu", "tanh", "sigmoid", "none"])
@pytest.mark.parametrize("batch_norm", [True, False])
def test_what_a_silent_filter_gives(activation: str, batch_norm: bool) -> None:
    block = Block((Convolution(3),), batch_norm=batch_norm, activation=activation)
    network = NetworkSpec(blocks=(block,), dense=(Dense(4, activation),))
    for layer in ("conv1", "dense1"):
        broken = apply_to_weights([Mute(layer, (1,))], network, random_weights(network))
        values = forward(network, broken, photo())[stage_end(network, layer)][..., 1]
        assert (values == (0.5 if activation == "sigmoid" else 0)).all()
        assert silent_value(network, layer) == values.flat[0]


def test_in_a_residual_block_only_what_the_filter_adds_is_gone() -> None:
    block = Block((Convolution(3), Convolution(3)), residual=True, batch_norm=True)
    network = NetworkSpec(blocks=(block,))
    broken = apply_to_weights([Mute("conv1_2", (0,))], network, random_weights(network))
    outputs = forward(network, broken, photo())
    assert (outputs["norm1_2"][..., 0] == 0).all()
    shortcut = next(layer for layer in expand(network) if isinstance(layer, Add)).inputs[1]
    assert (outputs["add1"][..., 0] == outputs[shortcut][..., 0]).all()
    assert outputs["add1"][..., 0].any()


def test_a_kernel_that_is_written_is_that_kernel() -> None:
    weights = random_weights(LECTURE)
    values = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0), (7.0, 8.0, -9.5))
    kernel = apply_to_weights([SetKernel("conv2", 4, 7, values)], LECTURE, weights)["conv2/kernel"]
    assert kernel[:, :, 7, 4].tolist() == [list(row) for row in values]
    kernel[:, :, 7, 4] = weights["conv2/kernel"][:, :, 7, 4]
    assert (kernel == weights["conv2/kernel"]).all()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_ready_kernel_does_what_it_says(recipe: str, size: int) -> None:
    network = NetworkSpec(blocks=(Block((Convolution(2, size),)),))
    weights = random_weights(network)
    trained = weights["conv1/kernel"][..., 1]
    made = apply_to_weights([ReadyKernel("conv1", 1, recipe)], network, weights)["conv1/kernel"]
    assert (made[..., 0] == weights["conv1/kernel"][..., 0]).all()
    new = made[..., 1]
    if recipe == "edge":
        assert np.abs(new.sum(axis=(0, 1))).max() < 1e-4
    if recipe == "blur":
        assert np.ptp(new) == 0
    if recipe == "shuffle":
        for channel in range(3):
            assert sorted(new[..., channel].flat) == sorted(trained[..., channel].flat)
    if recipe == "negate":
        assert (new == -trained).all()
    if not (recipe == "edge" and size == 1):  # a single cell has no edge
        assert np.linalg.norm(new) == pytest.approx(np.linalg.norm(trained), rel=1e-5)
    if recipe == "identity":  # the map is the input's, summed over its channels and scaled
        outputs = forward(network, made_of(weights, made), photo())
        whole = outputs["input"].sum(axis=-1) * new.max() + weights["conv1/bias"][1]
        np.testing.assert_allclose(outputs["conv1"][..., 1], whole, atol=1e-4)


def made_of(weights: dict[str, np.ndarray], kernel: np.ndarray) -> dict[str, np.ndarray]:
    return weights | {"conv1/kernel": kernel}


def test_biases_of_zero() -> None:
    weights = random_weights(LECTURE)
    one = apply_to_weights([ZeroBias("conv1", 3)], LECTURE, weights)["conv1/bias"]
    assert one[3] == 0
    assert (np.delete(one, 3) == np.delete(weights["conv1/bias"], 3)).all()
    assert not apply_to_weights([ZeroBias("scores")], LECTURE, weights)["scores/bias"].any()


def test_what_is_silent_stays_silent_whatever_comes_later() -> None:
    weights = random_weights(LECTURE)
    edits = [
        Mute("conv1", (0,)),
        ReadyKernel("conv1", 0, "edge"),
        SetKernel("conv1", 0, 1, ((9.0,) * 3,) * 3),
    ]
    assert not forward(LECTURE, apply_to_weights(edits, LECTURE, weights), photo())["conv1"][..., 0].any()


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Mute("conv9", (0,)), "layer: 'conv9' is not allowed; give one of conv1, conv2"),
        (Mute("relu1", (0,)), "layer: 'relu1' is not allowed"),
        (Mute("conv1", (0, 12)), "filter: 12 is not allowed; give a whole number from 0 to 11"),
        (Mute("conv1", (-1,)), "filter: -1 is not allowed"),
        (Mute("conv1", (True,)), "filter: True is not allowed"),
        (Mute("conv1", (1.0,)), "filter: 1.0 is not allowed"),  # type: ignore[arg-type]
        (ZeroBias("scores", 10), "filter: 10 is not allowed; give a whole number from 0 to 9"),
        (ReadyKernel("conv1", 0, "magic"), "recipe: 'magic' is not allowed; give one of blur"),
        (ReadyKernel("scores", 0, "blur"), "layer: scores has no kernel of rows and columns"),
        (SetKernel("conv1", 0, 3, ((0.0,) * 3,) * 3), "channel: 3 is not allowed"),
        (SetKernel("conv1", 0, 0, ((0.0,) * 3,) * 2), "values: give 3 rows of 3 numbers"),
        (SetKernel("conv1", 0, 0, ((math.nan,) * 3,) * 3), "values: give 3 rows of 3 numbers"),
    ],
)
def test_a_change_that_does_not_fit_the_network_is_refused(edit: Any, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        check(edit, LECTURE, random_weights(LECTURE))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [None, 3, "123456789", [], [1, 2, 3], [[1] * 3] * 2, [[1] * 3] * 4, [[1, 2, 3], [1, 2, 3], [1, 2]],
     [["1"] * 3] * 3, [[True] * 3] * 3, [[math.inf] * 3] * 3, [[101] * 3] * 3, [[10**400] * 3] * 3,
     {"0": [1, 2, 3]}],
)  # fmt: skip
def test_a_kernel_from_a_browser_is_not_believed(value: object) -> None:
    assert kernel_values(value, 3) is None


# History

EDITS: st.SearchStrategy[Edit] = st.one_of(
    PICTURE_EDITS,
    st.builds(Mute, st.sampled_from(("conv1", "conv2")), st.sets(st.integers(0, 11)).map(tuple)),
    st.builds(ZeroBias, st.just("conv1"), st.none() | st.integers(0, 11)),
    st.builds(ReadyKernel, st.just("conv1"), st.integers(0, 3), st.sampled_from(tuple(RECIPES))),
    st.builds(SetKernel, st.just("conv1"), st.integers(0, 3), st.integers(0, 2), st.just(((1.0,) * 3,) * 3)),
)


class History(RuleBasedStateMachine):
    """Undo and redo against a plain list of states and a place in it."""

    weights = random_weights(LECTURE)

    def __init__(self) -> None:
        super().__init__()
        self.edits, self.states, self.place = Edits(), [()], 0

    def take(self, edits: Edits) -> None:
        if edits.current != self.edits.current:
            self.states = [*self.states[: self.place + 1], edits.current]
            self.place += 1
        else:
            assert edits == self.edits
        self.edits = edits

    @rule(edit=EDITS)
    def add(self, edit: Edit) -> None:
        added = self.edits.add(edit)
        assert (edit in added.current) != edit.is_nothing
        assert [one for one in added.current if edit.replaces(one)] in ([], [edit])
        self.take(added)

    @rule(place=st.integers(0, 5))
    def remove(self, place: int) -> None:
        self.take(self.edits.remove(place))

    @rule()
    def clear(self) -> None:
        self.take(self.edits.clear())

    @rule()
    def undo(self) -> None:
        self.edits, self.place = self.edits.undo(), max(self.place - 1, 0)

    @rule()
    def redo(self) -> None:
        self.edits, self.place = self.edits.redo(), min(self.place + 1, len(self.states) - 1)

    @invariant()
    def agrees(self) -> None:
        assert self.edits.current == self.states[self.place]
        assert len(self.edits.past) == self.place
        assert len(self.edits.future) == len(self.states) - 1 - self.place

    @invariant()
    def can_be_applied(self) -> None:
        self.edits.weights(LECTURE, self.weights)
        assert all(edit.words for edit in self.edits.current)


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=40, stateful_step_count=25)


def test_several_changes_are_one_step_and_replace_their_like() -> None:
    edits = Edits().add(Rotate(10), Mute("conv1", (1,))).add(Rotate(20)).add(Mute("conv1", (1, 2)))
    assert edits.current == (Rotate(20), Mute("conv1", (1, 2)))
    assert edits.silent("conv1") == (1, 2)
    assert edits.undo().undo().current == (Rotate(10), Mute("conv1", (1,)))
    assert edits.add(Mute("conv1", ())).current == (Rotate(20),)
    twice = Edits().add(ReadyKernel("conv1", 0, "negate")).add(ReadyKernel("conv1", 0, "negate"))
    weights = random_weights(LECTURE)
    assert (twice.weights(LECTURE, weights)["conv1/kernel"] == weights["conv1/kernel"]).all()
    assert len(twice.remove(0).current) == 1


def test_there_is_an_end_to_changes() -> None:
    covers = [Cover(number // 8, number % 8, 1, 1) for number in range(MAX_EDITS + 1)]
    full = Edits().add(*covers[:-1])
    with pytest.raises(SpecError, match="60 changes are in force"):
        full.add(covers[-1])
