import base64
import dataclasses
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnn.core.errors import CnnLabError, SpecError
from cnn.core.validation import allowed_values
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec, Setup, TrainSpec
from support.strategies import setups

TWO_BLOCKS = Setup(
    NetworkSpec(
        blocks=(Block(), Block((Convolution(), Convolution()), batch_norm=True)),
        dense=(Dense(), Dense(64, dropout=0.25)),
    ),
    TrainSpec(epochs=5),
)

# Every number a spec holds: where it stands, the least, the most, and the next values outside.
LIMITS = [
    ("network.blocks[0].convolutions[0].filters", 1, 512, 0, 513),
    ("network.blocks[1].convolutions[1].kernel_size", 1, 7, 0, 8),
    ("network.blocks[1].convolutions[0].stride", 1, 2, 0, 3),
    ("network.blocks[1].pool_window", 2, 3, 1, 4),
    ("network.blocks[0].pool_stride", 2, 3, 1, 4),
    ("network.blocks[1].squeeze", 0, 64, -1, 65),
    ("network.blocks[1].dropout", 0.0, 0.9, -0.001, 0.901),
    ("network.dense[1].units", 1, 4096, 0, 4097),
    ("network.dense[0].dropout", 0.0, 0.9, -0.5, 1.0),
    ("training.momentum", 0.0, 0.999, -0.1, 1.0),
    ("training.learning_rate", 1e-6, 10.0, 0.0, 10.5),
    ("training.batch_size", 8, 2048, 7, 2049),
    ("training.epochs", 1, 200, 0, 201),
    ("training.weight_decay", 0.0, 1.0, -1e-9, 1.1),
    ("training.label_smoothing", 0.0, 0.5, -0.1, 0.51),
    ("training.shift", 0, 8, -1, 9),
    ("training.cutout", 0, 16, -1, 17),
    ("training.pictures", 500, 45_000, 499, 45_001),
    ("training.seed", 0, 2**31 - 1, -1, 2**31),
]
CHOICES = [
    ("network.head", ("flatten", "global_average")),
    ("network.blocks[1].activation", ("relu", "leaky_relu", "elu", "gelu", "tanh", "sigmoid", "none")),
    ("network.dense[1].activation", ("relu", "leaky_relu", "elu", "gelu", "tanh", "sigmoid", "none")),
    ("network.blocks[0].pooling", ("none", "max", "average")),
    ("network.blocks[1].convolutions[1].padding", ("same", "valid")),
    ("network.blocks[0].convolutions[0].kind", ("full", "separable")),
    ("network.blocks[1].dropout_kind", ("values", "maps")),
    ("training.optimizer", ("sgd", "adam", "adamw", "rmsprop")),
    ("training.schedule", ("constant", "cosine", "one_cycle")),
    ("training.precision", ("auto", "float32", "mixed_bfloat16")),
]
FLAGS = ["network.blocks[0].batch_norm", "network.blocks[1].residual", "training.flip"]
LISTS = [
    ("network.blocks", 1, 8),
    ("network.blocks[1].convolutions", 1, 4),
    ("network.dense", 0, 3),
]
WRONG_TYPES = [None, "12", "", [], [1], {}, {"a": 1}, True, False]


def keys(path: str) -> list[str | int]:
    """Split "network.blocks[0].stride" into its keys."""
    parts = path.replace("]", "").replace("[", ".").split(".")
    return [int(part) if part.isdigit() else part for part in parts]


def with_value(path: str, value: Any) -> dict[str, Any]:
    """Return the JSON of `TWO_BLOCKS` with one value put at `path`."""
    data = TWO_BLOCKS.to_json()
    *way, last = keys(path)
    owner: Any = data
    for key in way:
        owner = owner[key]
    owner[last] = value
    return data


def found(setup: Setup, path: str) -> Any:
    value: Any = setup
    for key in keys(path):
        value = value[key] if isinstance(key, int) else getattr(value, key)
    return value


def refused(data: Any, field: str, *words: str) -> None:
    """Hold that `data` is refused, naming exactly `field`, in words that can be shown, sent and written."""
    for build in (lambda: Setup.from_json(data), lambda: Setup.from_text(json.dumps(data))):
        with pytest.raises(SpecError) as caught:
            build()
        sentence = str(caught.value)
        assert caught.value.field == field
        assert sentence == (f"{field}: {caught.value.problem}" if field else caught.value.problem)
        assert all(word in sentence for word in words), sentence
        assert sentence.endswith(".")
        assert len(sentence) < 400
        sentence.encode()


def link(data: Any) -> str:
    """Pack anything as a link, as `to_link` packs a set-up."""
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(data).encode())).rstrip(b"=").decode()


def reads_or_refuses(text: str) -> None:
    """Hold that a link gives a set-up or a sentence, never another exception."""
    try:
        setup = Setup.from_link(text)
    except SpecError as error:
        str(error).encode()
    else:
        assert Setup.from_text(setup.to_text()) == setup


# Round trips


@given(setups())
def test_text_and_link_give_the_same_setup_back(setup: Setup) -> None:
    assert Setup.from_text(setup.to_text()) == setup
    assert Setup.from_text(setup.to_text().encode()) == setup
    assert Setup.from_json(json.loads(json.dumps(setup.to_json()))) == setup
    assert Setup.from_link(setup.to_link()) == setup


@pytest.mark.parametrize("name", PRESETS)
def test_presets_make_the_round_trip(name: str) -> None:
    setup = PRESETS[name].setup
    assert Setup.from_text(setup.to_text()) == setup
    assert Setup.from_link(setup.to_link()) == setup
    assert PRESETS[name].title
    assert PRESETS[name].about.endswith(".")


@given(setups())
def test_a_link_fits_into_a_url(setup: Setup) -> None:
    text = setup.to_link()
    assert len(text) < 2000
    assert text.replace("-", "").replace("_", "").isalnum()
    assert text.isascii()


def test_the_links_of_the_presets_are_short() -> None:
    assert max(len(preset.setup.to_link()) for preset in PRESETS.values()) < 400
    assert len(Setup().to_link()) < 20


def test_json_holds_every_field_and_the_version() -> None:
    data = Setup().to_json()
    assert data["version"] == 1
    assert set(data) == {"version", "network", "training"}
    assert data["network"] == {
        "blocks": [
            {
                "convolutions": [
                    {"filters": 12, "kernel_size": 3, "stride": 1, "padding": "same", "kind": "full"}
                ],
                "batch_norm": False,
                "activation": "relu",
                "pooling": "max",
                "pool_window": 2,
                "pool_stride": 2,
                "dropout": 0.0,
                "residual": False,
                "group_norm": 0,
                "dropout_kind": "values",
                "squeeze": 0,
            }
        ],
        "head": "flatten",
        "dense": [],
        "whiten": False,
    }
    assert set(data["training"]) == {field.name for field in dataclasses.fields(TrainSpec)}


def test_a_block_has_one_normalisation_and_groups_of_equal_size() -> None:
    assert Block((Convolution(12),), group_norm=4).group_norm == 4
    with pytest.raises(SpecError, match=r"^group_norm: 12 filters cannot be divided into 5 equal groups"):
        Block((Convolution(12),), group_norm=5)
    with pytest.raises(
        SpecError, match=r"^group_norm: is not allowed together with batch_norm; choose one of them\.$"
    ):
        Block(batch_norm=True, group_norm=4)


def test_whitening_kernels_are_not_those_of_a_separable_convolution() -> None:
    with pytest.raises(SpecError, match=r"^whiten: .*separable first convolution"):
        NetworkSpec((Block((Convolution(6, kind="separable"),)),), whiten=True)


def test_what_was_written_before_there_were_separable_convolutions_is_read() -> None:
    """A set-up and a link as they were: the new fields take their defaults, and no link got longer."""
    block = {"convolutions": [{"filters": 7, "kernel_size": 3, "stride": 1, "padding": "same"}]}
    block |= {"batch_norm": True, "dropout": 0.5}
    found = Setup.from_json({"version": 1, "network": {"blocks": [block]}}).network
    assert found == NetworkSpec((Block((Convolution(7),), batch_norm=True, dropout=0.5),))
    link = (
        "eNp9jcEKwjAQRP9lzkGKoGJ-RaSkzaqhcbds0gqG_LvR3r0Nb5h5BUz5JTrBFgxRxinBXgpG4VXikoPwBm4hZtKWT_VqMLg8PnoWfcJm"
        "XcjAq8yyZNhudzBQSsEvLm5tNf8OzwYTKVPsU3gTbJunrMG3uDeYnfeB77BYXQweX_ssEjfGwtRQNcjqAv9gQaJm8-362NX6AY-hTxo"
    )
    residual = Block((Convolution(7),), batch_norm=True, dropout=0.5, residual=True)
    blocks = (residual, Block((Convolution(9, 5, 2, "valid"),), pooling="none"))
    setup = Setup(NetworkSpec(blocks), TrainSpec(seconds=60))
    assert Setup.from_link(link) == setup
    assert setup.to_link() == link


def test_absent_fields_take_their_defaults() -> None:
    assert Setup.from_json({"version": 1}) == Setup(NetworkSpec((Block(),)), TrainSpec(epochs=5))
    short = {"version": 1, "network": {"blocks": [{}, {"convolutions": [{"filters": 7}]}]}}
    assert Setup.from_json(short).network == NetworkSpec((Block(), Block((Convolution(7),))))
    assert Setup.from_json({"version": 1, "training": {"seconds": 60}}).training == TrainSpec(seconds=60.0)


def test_whole_numbers_become_floats_where_a_float_is_meant() -> None:
    setup = Setup.from_json({"version": 1, "training": {"seconds": 60, "learning_rate": 1, "momentum": 0}})
    values = (setup.training.seconds, setup.training.learning_rate, setup.training.momentum)
    assert [type(value) for value in values] == [float] * 3
    assert values == (60.0, 1.0, 0.0)


def test_from_json_leaves_its_argument_alone() -> None:
    data = TWO_BLOCKS.to_json()
    before = json.dumps(data)
    Setup.from_json(data)
    assert json.dumps(data) == before


# What is refused


@pytest.mark.parametrize(("path", "low", "high", "below", "above"), LIMITS)
def test_numbers_have_limits(path: str, low: float, high: float, below: float, above: float) -> None:
    for value in (low, high):
        assert found(Setup.from_json(with_value(path, value)), path) == value
    for value in (below, above, -(10**30), 10**30, 10**400):
        refused(with_value(path, value), path, "number from", "to")
    for value in (float("nan"), float("inf"), -float("inf")):
        refused(with_value(path, value), path, "number from")


@pytest.mark.parametrize(("path", "low"), [(path, low) for path, low, *_ in LIMITS])
def test_numbers_are_numbers(path: str, low: float) -> None:
    for value in WRONG_TYPES:
        if path == "training.epochs" and value is None:
            continue  # nothing is a value there; that neither end is given has its own test
        refused(with_value(path, value), path, "not allowed", "number from")
    if isinstance(low, int):
        for value in (low + 0.5, float(low)):
            refused(with_value(path, value), path, "whole number")


@pytest.mark.parametrize(("path", "low", "high", "words"), [(*row[:3], "give a") for row in LIMITS[:3]])
def test_a_refusal_says_what_came_and_what_is_allowed(path: str, low: int, high: int, words: str) -> None:
    refused(with_value(path, 1234), path, "1234 is not allowed", words, f"whole number from {low} to {high}")
    refused(with_value(path, "x" * 10_000), path, "'xxxx")


@pytest.mark.parametrize(("path", "options"), CHOICES)
def test_choices(path: str, options: tuple[str, ...]) -> None:
    for option in options:
        assert found(Setup.from_json(with_value(path, option)), path) == option
    for value in (
        "",
        "Same ",
        options[0].upper(),
        "\ud800",
        1,
        0,
        None,
        True,
        1.5,
        [options[0]],
        {options[0]: 1},
    ):
        refused(with_value(path, value), path, *options)


@pytest.mark.parametrize("path", FLAGS)
def test_flags(path: str) -> None:
    for value in (True, False):
        assert found(Setup.from_json(with_value(path, value)), path) is value
    for value in (None, 0, 1, "true", "", [], {}):
        refused(with_value(path, value), path, "true or false")


@pytest.mark.parametrize(("path", "low", "high"), LISTS)
def test_lists_have_limits(path: str, low: int, high: int) -> None:
    for count in (low, high):
        assert len(found(Setup.from_json(with_value(path, [{}] * count)), path)) == count
    for value in ([{}] * (high + 1), [None] * 10_000, None, "", "ab", 3, {}, {"0": {}}, True):
        refused(with_value(path, value), path, f"a list of {low} to {high} items")
    if low:
        refused(with_value(path, []), path, f"a list of {low} to {high} items")
    for item in (None, 3, "conv", [], True):
        refused(with_value(path, [{}, item]), f"{path}[1]", "give an object")


@pytest.mark.parametrize("path", ["network", "training"])
@pytest.mark.parametrize("value", [None, 3, "lecture", [], True])
def test_parts_are_objects(path: str, value: object) -> None:
    refused(with_value(path, value), path, "give an object")


@pytest.mark.parametrize(
    "path",
    [
        "comment",
        "network.filters",
        "network.blocks[1].kernel",
        "network.blocks[1].convolutions[1].Filters",
        "network.blocks[0].dense",
        "network.dense[0].bias",
        "training.lr",
        "training.__class__",
    ],
)
def test_unknown_keys_are_refused(path: str) -> None:
    refused(with_value(path, 1), path, "is not a known field; known are ")


def test_unknown_keys_are_shown_short_and_printable() -> None:
    refused(with_value("training." + "k" * 1000, 1), "training." + "k" * 40)
    refused(with_value("training.\ud800", 1), "training.?")


@pytest.mark.parametrize("version", [None, 0, 2, -1, 10**400, "1", "", True, False, [1], {}, 1.5, "\ud800"])
def test_other_versions_are_refused(version: object) -> None:
    refused(TWO_BLOCKS.to_json() | {"version": version}, "version", "reads version 1")


def test_a_setup_without_version_is_refused() -> None:
    data = TWO_BLOCKS.to_json()
    del data["version"]
    refused(data, "version", "reads version 1")


@pytest.mark.parametrize("data", [None, 1, "x", [], [{"version": 1}], True])
def test_a_setup_is_an_object(data: object) -> None:
    refused(data, "", "JSON object")


@pytest.mark.parametrize("end", [{"epochs": None}, {"epochs": 5, "seconds": 60.0}])
def test_a_training_has_exactly_one_end(end: dict[str, Any]) -> None:
    data = TWO_BLOCKS.to_json()
    data["training"] |= end
    refused(data, "training.epochs", "either epochs or seconds", "not both")
    with pytest.raises(SpecError, match="either epochs or seconds"):
        TrainSpec(**end)


@pytest.mark.parametrize("value", [5.0, 7200.0])
def test_seconds_within_limits(value: float) -> None:
    data = with_value("training.epochs", None)
    data["training"]["seconds"] = value
    assert Setup.from_json(data).training.seconds == value


@pytest.mark.parametrize("value", [4.9, 7200.5, 0, -1, float("nan"), float("inf"), True, "60", 10**400])
def test_seconds_outside_limits(value: object) -> None:
    data = with_value("training.epochs", None)
    data["training"]["seconds"] = value
    refused(data, "training.seconds", "a number from 5 to 7200")


def test_residual_needs_padding_same() -> None:
    data = TWO_BLOCKS.to_json()
    data["network"]["blocks"][1]["residual"] = True
    assert Setup.from_json(data).network.blocks[1].residual
    data["network"]["blocks"][1]["convolutions"][0]["padding"] = "valid"
    refused(data, "network.blocks[1].residual", "valid", "padding same")
    with pytest.raises(SpecError) as caught:
        Block((Convolution(padding="valid"),), residual=True)
    assert caught.value.field == "residual"


def test_made_in_python_the_same_rules_hold() -> None:
    for make, field in [
        (lambda: Convolution(filters=0), "filters"),
        (lambda: Convolution(kernel_size=3.0), "kernel_size"),
        (lambda: Convolution(stride=True), "stride"),
        (lambda: Block([Convolution()]), "convolutions"),
        (lambda: Block((Block(),)), "convolutions"),
        (lambda: NetworkSpec(()), "blocks"),
        (lambda: NetworkSpec(dense=(Convolution(),)), "dense"),
        (lambda: TrainSpec(epochs=1, learning_rate=float("nan")), "learning_rate"),
        (lambda: TrainSpec(epochs=1, learning_rate=10**400), "learning_rate"),
        (lambda: Setup(network=Block()), "network"),
    ]:
        with pytest.raises(SpecError) as caught:
            make()
        assert caught.value.field == field


@pytest.mark.parametrize(
    "thing", [Convolution(), Block(), Dense(), NetworkSpec(), TrainSpec(epochs=1), Setup()]
)
def test_specs_are_frozen_and_can_be_keys(thing: Any) -> None:
    field = dataclasses.fields(thing)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(thing, field, None)
    assert {thing: 1}[dataclasses.replace(thing)] == 1
    with pytest.raises(SpecError):
        dataclasses.replace(thing, **{field: "nonsense"})


def test_limits_are_there_for_widgets() -> None:
    assert (
        allowed_values(Convolution, "kernel_size").low,
        allowed_values(Convolution, "kernel_size").high,
    ) == (1, 7)
    assert allowed_values(Block, "pooling").options == ("none", "max", "average")
    assert issubclass(SpecError, CnnLabError)


# Texts and links from strangers


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "null",
        "[1",
        "NaN",
        "nul",
        "{'version': 1}",
        '{"version": 1,}',
        "\ud800",
        "\x00",
        "1" * 5000,
    ],
)
def test_what_is_no_setup_text_is_refused(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        Setup.from_text(text)
    str(caught.value).encode()


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"\x00\x01\x02", b"PK\x03\x04", '{"version":1}'.encode("utf-16")[:-1]]
)
def test_what_is_no_setup_file_is_refused(data: bytes) -> None:
    with pytest.raises(SpecError) as caught:
        Setup.from_text(data)
    assert str(caught.value) == "this is not JSON; paste the text that Export or --spec wrote."
    assert caught.value.field == ""


def test_text_of_100_000_characters_is_read_and_no_more() -> None:
    text = Setup().to_text()
    assert Setup.from_text(text + " " * (100_000 - len(text))) == Setup()
    with pytest.raises(SpecError) as caught:
        Setup.from_text(text + " " * (100_001 - len(text)))
    assert str(caught.value) == "100,001 characters are too many; a set-up has at most 100,000."
    assert caught.value.field == ""
    assert text.splitlines()[1] == '  "version": 1,'  # for people, too


@pytest.mark.parametrize("depth", [10, 100, *range(900, 1000), 40_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        deep = opening * depth + "1" + closing * depth
        for text in (
            deep,
            f'{{"version":{deep}}}',
            f'{{"version":1,"network":{deep}}}',
            f'{{"version":1,"network":{{"blocks":[{{"convolutions":[{{"filters":{deep}}}]}}]}}}}',
            f'{{"version":1,"training":{{"precision":{deep}}}}}',
        ):
            with pytest.raises(SpecError):
                Setup.from_text(text)


@given(
    st.text(max_size=60) | st.text("abcdefXYZ0189-_=+/ \n%", max_size=60) | st.binary(max_size=60).map(repr)
)
@example("")
@example("=")
@example("é")
@example("\ud800")
@example("\x00")
@example("A" * 20_000)
def test_a_random_link_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        Setup.from_link(text)


@given(setups(), st.data())
def test_a_link_cut_short_is_refused(setup: Setup, data: st.DataObject) -> None:
    text = setup.to_link()
    kept = data.draw(st.integers(0, len(text) - 2))  # the last character may carry padding bits alone
    with pytest.raises(SpecError, match=r"^the link is not complete; copy it again, from .+ character\.$"):
        Setup.from_link(text[:kept])


@given(setups(), st.data())
def test_a_link_with_one_character_changed_is_no_other_setup(setup: Setup, data: st.DataObject) -> None:
    text = setup.to_link()
    place = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters(max_codepoint=0x17F) | st.sampled_from("AZaz09-_"))
    try:
        read = Setup.from_link(text[:place] + character + text[place + 1 :])
    except SpecError:
        return
    assert read == setup  # the checksum of deflate tells every other change


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "version",
                        "network",
                        "training",
                        "blocks",
                        "dense",
                        "epochs",
                        "seconds",
                        "filters",
                        "convolutions",
                        "residual",
                        "x",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_a_well_packed_link_of_anything_is_read_or_refused(data: Any) -> None:
    reads_or_refuses(link(data))
    reads_or_refuses(link({"network": data}))
    reads_or_refuses(link({"network": {"blocks": [data]}}))
    reads_or_refuses(link({"training": data}))


def test_a_link_says_which_field_is_wrong() -> None:
    with pytest.raises(SpecError) as caught:
        Setup.from_link(link({"network": {"blocks": [{}, {"pool_window": 9}]}}))
    assert caught.value.field == "network.blocks[1].pool_window"


def test_a_zip_bomb_is_refused_unopened() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 5_000_000, 9)).decode()
    assert len(bomb) < 8000
    tracemalloc.start()
    try:
        with pytest.raises(SpecError, match="the link is not complete"):
            Setup.from_link(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
