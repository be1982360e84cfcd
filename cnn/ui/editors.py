"""Widgets that edit a set-up: blocks as cards, dense layers, training settings."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from cnn.checked import Checked, Choice, Number, Whole, allowed_values
from cnn.errors import SpecError
from cnn.spec import (
    ACTIVATIONS,
    HEADS,
    OPTIMIZERS,
    PADDINGS,
    POOLINGS,
    PRECISIONS,
    SCHEDULES,
    Block,
    Convolution,
    Dense,
    NetworkSpec,
    TrainSpec,
)
from cnn.ui.session import session

MAX_BLOCKS = allowed_values(NetworkSpec, "blocks").high
MAX_DENSE = allowed_values(NetworkSpec, "dense").high
MAX_CONVOLUTIONS = allowed_values(Block, "convolutions").high


def _key(*parts: object) -> str:
    """Return a widget key that changes whenever the set-up comes from elsewhere than the widgets."""
    return "-".join(["edit", str(session().revision), *map(str, parts)])


def _whole(spec: Checked, name: str, label: str, key: str, help_text: str = "") -> int:
    allowed: Whole = allowed_values(type(spec), name)
    value = getattr(spec, name)
    return int(
        st.number_input(
            label, allowed.low, allowed.high, value, step=1, key=_key(key, name), help=help_text or None
        )
    )


def _number(
    spec: Checked, name: str, label: str, key: str, step: float, form: str, help_text: str = ""
) -> float:
    allowed: Number = allowed_values(type(spec), name)
    value = float(getattr(spec, name))
    return float(
        st.number_input(
            label,
            allowed.low,
            allowed.high,
            value,
            step=step,
            format=form,
            key=_key(key, name),
            help=help_text or None,
        )
    )


def _choice(
    spec: Checked, name: str, label: str, key: str, titles: Mapping[str, str], help_text: str = ""
) -> str:
    allowed: Choice = allowed_values(type(spec), name)
    options = list(allowed.options)
    chosen = st.selectbox(
        label,
        options,
        options.index(getattr(spec, name)),
        format_func=lambda option: titles[option],
        key=_key(key, name),
        help=help_text or None,
    )
    return str(chosen)


def _flag(spec: Checked, name: str, label: str, key: str, help_text: str) -> bool:
    return st.toggle(label, getattr(spec, name), key=_key(key, name), help=help_text)


def network_editor(network: NetworkSpec) -> NetworkSpec:
    """Show the network as cards and return it as the widgets have it.

    A block that is not allowed keeps its last good value and says what is wrong.
    """
    blocks = tuple(_block_card(network, place) for place in range(len(network.blocks)))
    _add_button("Add a block", len(network.blocks) < MAX_BLOCKS, "add-block", _add_block)
    head, dense = _head_card(network)
    return NetworkSpec(blocks, head, dense)


def _block_card(network: NetworkSpec, place: int) -> Block:
    block, key = network.blocks[place], f"b{place}"
    with st.container(border=True):
        _card_header(network, place)
        convolutions = tuple(_convolution_row(block, i, key) for i in range(len(block.convolutions)))
        left, middle, right = st.columns(3)
        with left:
            activation = _choice(
                block, "activation", "Activation", key, ACTIVATIONS, "After each convolution."
            )
        with middle:
            pooling = _choice(block, "pooling", "Pooling", key, POOLINGS, "At the end of the block.")
        with right, st.container(vertical_alignment="bottom", height="stretch"):
            options = _block_options(block, key, len(block.convolutions))
        try:
            return replace(
                block, convolutions=convolutions, activation=activation, pooling=pooling, **options
            )
        except SpecError as error:
            st.error(error.problem, icon=":material/block:")
            return block


def _block_options(block: Block, key: str, count: int) -> dict[str, Any]:
    with st.popover("More", icon=":material/tune:", width="stretch", key=_key(key, "more")):
        found = {
            "batch_norm": _flag(
                block,
                "batch_norm",
                "Batch normalisation",
                key,
                "Keeps each channel centred; faster training.",
            ),
            "residual": _flag(
                block, "residual", "Residual connection", key, "Adds the block's input to its output."
            ),
            "pool_window": _whole(block, "pool_window", "Pooling window", key, "Cells on a side."),
            "pool_stride": _whole(
                block, "pool_stride", "Pooling stride", key, "Cells from window to window."
            ),
            "dropout": _number(
                block, "dropout", "Dropout", key, 0.05, "%.2f", "Share of values set to 0 while training."
            ),
        }
        _add_button(
            "Add a convolution", count < MAX_CONVOLUTIONS, f"{key}-add-conv", _add_convolution, int(key[1:])
        )
        if count > 1:
            st.button(
                "Remove the last convolution",
                key=_key(key, "drop-conv"),
                on_click=_remove_convolution,
                args=(int(key[1:]),),
                icon=":material/remove:",
                width="stretch",
            )
    return found


def _convolution_row(block: Block, place: int, block_key: str) -> Convolution:
    convolution, key = block.convolutions[place], f"{block_key}-c{place}"
    columns = st.columns([3, 3, 2, 3])
    with columns[0]:
        filters = _whole(convolution, "filters", "Filters", key, "One feature map each.")
    with columns[1]:
        size = _whole(convolution, "kernel_size", "Kernel size", key, "Cells on a side.")
    with columns[2]:
        stride = st.segmented_control(
            "Stride",
            [1, 2],
            default=convolution.stride,
            required=True,
            key=_key(key, "stride"),
            width="stretch",
        )
    with columns[3]:
        padding = _choice(
            convolution, "padding", "Padding", key, PADDINGS, "Same: zeros around, size kept. Valid: none."
        )
    return Convolution(filters, size, int(stride or 1), padding)


def _card_header(network: NetworkSpec, place: int) -> None:
    count = len(network.blocks)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**Block {place + 1}**", width="stretch")
        _icon_button("Move up", "arrow_upward", place > 0, f"up{place}", _move_block, place, -1)
        _icon_button("Move down", "arrow_downward", place < count - 1, f"down{place}", _move_block, place, 1)
        _icon_button("Copy", "content_copy", count < MAX_BLOCKS, f"copy{place}", _copy_block, place)
        _icon_button("Remove", "delete", count > 1, f"remove{place}", _remove_block, place)


def _icon_button(
    label: str, icon: str, enabled: bool, key: str, call: Callable[..., None], *args: int
) -> None:
    st.button(
        "",
        icon=f":material/{icon}:",
        help=label,
        key=_key(key),
        on_click=call,
        args=args,
        disabled=not enabled,
        type="tertiary",
    )


def _add_button(label: str, enabled: bool, key: str, call: Callable[..., None], *args: int) -> None:
    st.button(
        label,
        icon=":material/add:",
        key=_key(key),
        on_click=call,
        args=args,
        disabled=not enabled,
        width="stretch",
    )


def _head_card(network: NetworkSpec) -> tuple[str, tuple[Dense, ...]]:
    with st.container(border=True):
        st.markdown("**Classifier**")
        head = _choice(
            network,
            "head",
            "Maps to vector",
            "head",
            HEADS,
            "Flatten keeps every cell; global average pooling keeps one number a map.",
        )
        dense = tuple(_dense_row(layer, place) for place, layer in enumerate(network.dense))
        with st.container(horizontal=True):
            _add_button("Add a dense layer", len(dense) < MAX_DENSE, "add-dense", _add_dense)
            if dense:
                st.button(
                    "Remove the last",
                    icon=":material/remove:",
                    key=_key("drop-dense"),
                    on_click=_remove_dense,
                    width="stretch",
                )
        st.caption("Always last: a dense layer of 10 scores, one a class, and softmax.")
    return head, dense


def _dense_row(layer: Dense, place: int) -> Dense:
    key, columns = f"d{place}", st.columns(3)
    with columns[0]:
        units = _whole(layer, "units", "Neurons", key)
    with columns[1]:
        activation = _choice(layer, "activation", "Activation", key, ACTIVATIONS)
    with columns[2]:
        dropout = _number(layer, "dropout", "Dropout", key, 0.05, "%.2f")
    return Dense(units, activation, dropout)


def _change_network(**changes: Any) -> None:
    found = session()
    found.replace(replace(found.setup, network=replace(found.setup.network, **changes)))


def _blocks() -> list[Block]:
    return list(session().setup.network.blocks)


def _add_block() -> None:
    """Add a copy of the last block with twice its filters, which is how such networks usually grow."""
    last = _blocks()[-1]
    most = allowed_values(Convolution, "filters").high
    wider = tuple(replace(c, filters=min(most, c.filters * 2)) for c in last.convolutions)
    _change_network(blocks=(*_blocks(), replace(last, convolutions=wider)))


def _copy_block(place: int) -> None:
    blocks = _blocks()
    _change_network(blocks=tuple(blocks[: place + 1] + blocks[place:]))


def _remove_block(place: int) -> None:
    blocks = _blocks()
    _change_network(blocks=tuple(blocks[:place] + blocks[place + 1 :]))


def _move_block(place: int, by: int) -> None:
    blocks = _blocks()
    blocks[place], blocks[place + by] = blocks[place + by], blocks[place]
    _change_network(blocks=tuple(blocks))


def _add_convolution(place: int) -> None:
    _change_convolutions(place, lambda row: (*row, row[-1]))


def _remove_convolution(place: int) -> None:
    _change_convolutions(place, lambda row: row[:-1])


def _change_convolutions(place: int, change: Callable[[tuple], tuple]) -> None:
    blocks = _blocks()
    blocks[place] = replace(blocks[place], convolutions=change(blocks[place].convolutions))
    _change_network(blocks=tuple(blocks))


def _add_dense() -> None:
    _change_network(dense=(*session().setup.network.dense, Dense()))


def _remove_dense() -> None:
    _change_network(dense=session().setup.network.dense[:-1])


def training_editor(training: TrainSpec) -> TrainSpec:
    """Show the training settings and return them as the widgets have them."""
    changes: dict[str, Any] = _length(training)
    left, right = st.columns(2)
    with left:
        changes["optimizer"] = _choice(training, "optimizer", "Optimiser", "t", OPTIMIZERS)
        changes["batch_size"] = _whole(training, "batch_size", "Batch size", "t", "Pictures a step.")
    with right:
        changes["learning_rate"] = _number(
            training, "learning_rate", "Learning rate", "t", 0.001, "%.5f", "How far each step goes."
        )
        changes["schedule"] = _choice(
            training, "schedule", "Schedule", "t", SCHEDULES, "How the learning rate changes over the run."
        )
    with st.expander("More settings"):
        changes |= _more_training(training)
    return replace(training, **changes)


def _length(training: TrainSpec) -> dict[str, Any]:
    ways = {"epochs": "Epochs", "seconds": "Seconds"}
    chosen = "epochs" if training.epochs is not None else "seconds"
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        way = st.segmented_control(
            "Train for",
            list(ways),
            default=chosen,
            required=True,
            format_func=ways.__getitem__,
            key=_key("t", "way"),
            help="An epoch shows every training picture once. Seconds count training steps only.",
            width="stretch",
        )
    with right:
        allowed = allowed_values(TrainSpec, str(way))
        if way == "epochs":
            value = training.epochs or 5
            count = st.number_input("Epochs", allowed.low, allowed.high, value, key=_key("t", "epochs"))
            return {"epochs": int(count), "seconds": None}
        value = int(training.seconds or 60)
        count = st.number_input(
            "Seconds", int(allowed.low), int(allowed.high), value, step=10, key=_key("t", "seconds")
        )
        return {"seconds": float(count), "epochs": None}


def _more_training(training: TrainSpec) -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        found: dict[str, Any] = {
            "pictures": _whole(
                training, "pictures", "Training pictures", "t", "Fewer trains faster and over-fits."
            ),
            "weight_decay": _number(training, "weight_decay", "Weight decay", "t", 0.005, "%.4f"),
            "shift": _whole(training, "shift", "Random shift", "t", "Pixels, at most."),
            "seed": _whole(training, "seed", "Seed", "t", "The same seed starts from the same weights."),
            "flip": _flag(training, "flip", "Random flip", "t", "Mirrors every second picture."),
        }
    with right:
        found |= {
            "momentum": _number(training, "momentum", "Momentum", "t", 0.05, "%.3f", "Used by SGD only."),
            "label_smoothing": _number(training, "label_smoothing", "Label smoothing", "t", 0.05, "%.2f"),
            "cutout": _whole(training, "cutout", "Cutout", "t", "Side of a grey square, in pixels."),
            "precision": _choice(
                training, "precision", "Precision", "t", PRECISIONS, "Automatic takes the faster one here."
            ),
        }
    return found
