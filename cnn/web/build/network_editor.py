"""Widgets that edit a network: blocks as cards that can be added, removed and moved; dense layers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from cnn.core.errors import SpecError
from cnn.core.validation import allowed_values
from cnn.network.spec import (
    ACTIVATIONS,
    CONVOLUTIONS,
    DROPOUTS,
    HEADS,
    PADDINGS,
    POOLINGS,
    Block,
    Convolution,
    Dense,
    NetworkSpec,
    Setup,
)
from cnn.web.app.fields import choice_field, flag_field, number_field, whole_field, widget_key
from cnn.web.app.session import session

MAX_BLOCKS = allowed_values(NetworkSpec, "blocks").high
MAX_DENSE = allowed_values(NetworkSpec, "dense").high
MAX_CONVOLUTIONS = allowed_values(Block, "convolutions").high


def network_editor(network: NetworkSpec) -> NetworkSpec:
    """Show the network as cards and return it as the visitor has set it.

    A block that is not allowed keeps its last good value and says what is wrong.
    """
    blocks = tuple(_block_card(network, place) for place in range(len(network.blocks)))
    _add_button("Add a block", len(network.blocks) < MAX_BLOCKS, "add-block", _add_block)
    head, dense = _head_card(network)
    whiten = flag_field(
        network,
        "whiten",
        "Whitening in the first layer",
        "whiten",
        "The first convolution gets its kernels from small patches of the training pictures: it makes their "
        "values uncorrelated and of the same size. These kernels are not trained, which makes training faster.",
    )
    try:
        return NetworkSpec(blocks, head, dense, whiten)
    except SpecError as error:
        st.error(error.problem, icon=":material/block:")
        session().refused.append("Whitened first layer")
        return NetworkSpec(blocks, head, dense)


def _block_card(network: NetworkSpec, place: int) -> Block:
    block, key = network.blocks[place], f"b{place}"
    with st.container(border=True):
        _card_header(network, place)
        convolutions = tuple(_convolution_row(block, i, key) for i in range(len(block.convolutions)))
        left, middle, right = st.columns(3)
        with left:
            activation = choice_field(
                block, "activation", "Activation", key, ACTIVATIONS, "After each convolution."
            )
        with middle:
            pooling = choice_field(block, "pooling", "Pooling", key, POOLINGS, "At the end of the block.")
        with right, st.container(vertical_alignment="bottom", height="stretch"):
            options = _block_options(block, key, convolutions)
        try:
            return replace(block, activation=activation, pooling=pooling, **options)
        except SpecError as error:
            st.error(error.problem, icon=":material/block:")
            session().refused.append(f"Block {place + 1}")
            return block


def _block_options(block: Block, key: str, convolutions: tuple[Convolution, ...]) -> dict[str, Any]:
    count = len(convolutions)
    with st.popover("More", icon=":material/tune:", width="stretch", key=widget_key(key, "more")):
        found = {
            "convolutions": tuple(
                replace(convolution, kind=_kind_field(convolution, f"{key}-c{place}", place, count))
                for place, convolution in enumerate(convolutions)
            ),
            "batch_norm": flag_field(
                block,
                "batch_norm",
                "Batch normalisation",
                key,
                "Keeps each channel around 0, with spread 1; training is faster.",
            ),
            "group_norm": whole_field(
                block,
                "group_norm",
                "Group normalisation",
                key,
                "Number of groups of maps; each group is normalised by itself for every picture. 0 for none.",
            ),
            "residual": flag_field(
                block, "residual", "Residual connection", key, "Adds the block's input to its output."
            ),
            "pool_window": whole_field(
                block, "pool_window", "Pooling window", key, "Width and height, in cells."
            ),
            "pool_stride": whole_field(
                block, "pool_stride", "Pooling stride", key, "Cells from one window to the next."
            ),
            "dropout": number_field(
                block, "dropout", "Dropout", key, 0.05, "%.2f", "Share of values set to 0 during training."
            ),
            "dropout_kind": choice_field(
                block,
                "dropout_kind",
                "Dropout of",
                key,
                DROPOUTS,
                "Whole maps: neighbouring cells of a map are similar, so dropping single cells hides little.",
            ),
            "squeeze": whole_field(
                block,
                "squeeze",
                "Squeeze-and-excitation",
                key,
                "A gate multiplies each map by a number from 0 to 1 that depends on the means of all maps. The number "
                "here is the reduction ratio: maps per neuron of the gate's inner layer. 0 for no gate.",
            ),
        }
        _add_button(
            "Add a convolution", count < MAX_CONVOLUTIONS, f"{key}-add-conv", _add_convolution, int(key[1:])
        )
        if count > 1:
            st.button(
                "Remove the last convolution",
                key=widget_key(key, "drop-conv"),
                on_click=_remove_convolution,
                args=(int(key[1:]),),
                icon=":material/remove:",
                width="stretch",
            )
    return found


def _kind_field(convolution: Convolution, key: str, place: int, count: int) -> str:
    label = "Convolution" if count == 1 else f"Convolution {place + 1} of {count}"
    about = "Separable: first one filter per map, then a 1×1 convolution; far fewer parameters."
    return choice_field(convolution, "kind", label, key, CONVOLUTIONS, about)


def _convolution_row(block: Block, place: int, block_key: str) -> Convolution:
    convolution, key = block.convolutions[place], f"{block_key}-c{place}"
    columns = st.columns([4, 4, 4, 5])
    with columns[0]:
        filters = whole_field(convolution, "filters", "Filters", key, "Each gives one feature map.")
    with columns[1]:
        size = whole_field(convolution, "kernel_size", "Kernel", key, "Width and height, in cells.")
    with columns[2]:
        stride = whole_field(convolution, "stride", "Stride", key, "Cells from one position to the next.")
    with columns[3]:
        padding = choice_field(
            convolution,
            "padding",
            "Padding",
            key,
            PADDINGS,
            "Same: zeros around the input, so the size stays. Valid: no zeros.",
        )
    return Convolution(filters, size, stride, padding, convolution.kind)


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
        label.removeprefix("Move ").capitalize(),
        icon=f":material/{icon}:",
        help=label,
        key=widget_key(key),
        on_click=call,
        args=args,
        disabled=not enabled,
        type="tertiary",
    )


def _add_button(label: str, enabled: bool, key: str, call: Callable[..., None], *args: int) -> None:
    st.button(
        label,
        icon=":material/add:",
        key=widget_key(key),
        on_click=call,
        args=args,
        disabled=not enabled,
        width="stretch",
    )


def _head_card(network: NetworkSpec) -> tuple[str, tuple[Dense, ...]]:
    with st.container(border=True):
        st.markdown("**Classifier**")
        head = choice_field(
            network,
            "head",
            "From maps to a vector",
            "head",
            HEADS,
            "Flatten keeps every cell; global average pooling keeps one number per map.",
        )
        dense = tuple(_dense_row(layer, place) for place, layer in enumerate(network.dense))
        with st.container(horizontal=True):
            _add_button("Add a dense layer", len(dense) < MAX_DENSE, "add-dense", _add_dense)
            if dense:
                st.button(
                    "Remove the last",
                    icon=":material/remove:",
                    key=widget_key("drop-dense"),
                    on_click=_remove_dense,
                    width="stretch",
                )
        st.caption("Always last: a dense layer with 10 scores, one per class, and softmax.")
    return head, dense


def _dense_row(layer: Dense, place: int) -> Dense:
    key, columns = f"d{place}", st.columns(3)
    with columns[0]:
        units = whole_field(layer, "units", "Neurons", key)
    with columns[1]:
        activation = choice_field(layer, "activation", "Activation", key, ACTIVATIONS)
    with columns[2]:
        dropout = number_field(layer, "dropout", "Dropout", key, 0.05, "%.2f")
    return Dense(units, activation, dropout)


def _change_network(**changes: Any) -> None:
    found = session()
    try:
        network = replace(found.setup.network, **changes)
    except SpecError:  # the block that comes first now has more filters than there are whitening kernels
        network = replace(found.setup.network, **changes, whiten=False)
    found.replace(replace(found.setup, network=network))


def _blocks() -> list[Block]:
    return list(session().setup.network.blocks)


def _add_block() -> None:
    """Add a copy of the last block with twice its filters, which is how such networks usually grow."""
    last = _blocks()[-1]
    most = allowed_values(Convolution, "filters").high
    most -= most % max(last.group_norm, 1)  # groups are of one size
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


def _change_convolutions(place: int, change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> None:
    blocks = _blocks()
    blocks[place] = replace(blocks[place], convolutions=change(blocks[place].convolutions))
    _change_network(blocks=tuple(blocks))


def _add_dense() -> None:
    _change_network(dense=(*session().setup.network.dense, Dense()))


def _remove_dense() -> None:
    _change_network(dense=session().setup.network.dense[:-1])


def save_and_load() -> None:
    """Offer the settings as a JSON file, and load one; the command line reads the same file by --spec."""
    state = session()
    with st.popover("File", icon=":material/folder_open:", help="Save or load settings"):
        st.download_button(
            "Save these settings",
            state.setup.to_text(),
            "cnn-lab-setup.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )
        given = st.file_uploader("Load settings (JSON)", type=["json"], key=widget_key("load"))
        if given is None:
            return
        try:
            state.replace(Setup.from_text(given.getvalue()))
        except SpecError as error:
            st.error(f"These settings cannot be used: {error}", icon=":material/block:")
            return
    st.rerun()
