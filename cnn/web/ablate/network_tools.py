"""The tools that change a network: silence filters, rewrite kernels, set biases to zero."""

import numpy as np
import streamlit as st

from cnn.figures.drawing import legend_html
from cnn.figures.mosaic import data_uri, paint
from cnn.interpret.preset_kernels import RECIPES
from cnn.interpret.weight_edits import Mute, ReadyKernel, SetKernel, ZeroBias, kernel_of, silent_value
from cnn.web.ablate.ablation_state import AblationState
from cnn.web.ablate.kernel_editor import kernel_editor
from cnn.web.ablate.picture_tools import show_picture_tools
from cnn.web.app.session import theme
from cnn.web.app.tiles import Tiles, show_tiles

PAGE = 48
MAP_SIDE = 200


def show_tools(ablation: AblationState) -> None:
    """Let the visitor choose a tool, and show it."""
    tools = {
        "Silence filters": (":material/volume_off:", _show_filters),
        "Rewrite a kernel or a bias": (":material/grid_on:", _show_kernel),
        "Change the picture": (":material/image:", show_picture_tools),
    }
    with st.container(border=True):
        chosen = st.segmented_control(
            "What to break",
            list(tools),
            default=next(iter(tools)),
            required=True,
            format_func=lambda name: f"{tools[name][0]} {name}",
            key="break-tool",
            label_visibility="collapsed",
        )
        tools[chosen or next(iter(tools))][1](ablation)


def _layer_and_filter(ablation: AblationState) -> tuple[str, int]:
    """Let the visitor choose a layer and one of its filters; at first it is the one shown on the page."""
    counts, view = ablation.filters, ablation.view
    names, around = list(counts), [row.layer.name for row in view.table]
    before = around[: around.index(view.layer) + 1]
    first = next((name for name in reversed(names) if name in before), names[0])
    key = f"{view.run.id}-{view.layer}"
    layer = st.selectbox("Layer", names, names.index(first), key=f"break-layer-{key}", width=160)
    is_looked_at = layer == first and view.channel < counts[layer]
    number = st.number_input(
        "Filter",
        0,
        counts[layer] - 1,
        view.channel if is_looked_at else 0,
        key=f"break-filter-{key}-{layer}-{view.channel}",
        width=130,
    )
    return layer, int(number)


def _show_filters(ablation: AblationState) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, number = _layer_and_filter(ablation)
        count, silent = ablation.filters[layer], ablation.edits.silent(layer)
        everyone = range(count)
        half = np.random.default_rng(len(ablation.edits.past)).permutation(count)[: count // 2]
        for label, filters in (
            (f"All but filter {number}", tuple(n for n in everyone if n != number)),
            ("A random half", tuple(sorted(map(int, half)))),
            ("None", ()),
        ):
            st.button(
                label, on_click=ablation.change, args=(Mute(layer, filters),), disabled=filters == silent
            )
    end = ablation.end_of(layer)
    page = _page(count, layer)
    before, after = (values[:, :, page : page + PAGE] for values in ablation.maps(end))
    tiles = Tiles(before, after, silent, page)
    silence = silent_value(ablation.view.run.setup.network, layer)
    st.caption(
        f"Click a filter to silence it, or to turn it on again. Each tile shows {end} before (left) and now (right), "
        f"with the mean absolute values. A silent filter gives {silence:g} everywhere. {len(silent)} of {count} silent."
    )
    show_tiles(
        tiles, tiles.scale, theme(), f"break-tiles-{layer}-{page}", lambda n: _toggle(ablation, layer, n)
    )
    st.html(legend_html(tiles.scale, theme()))


def _page(count: int, layer: str) -> int:
    """Return the first filter of the page that is shown; a wide layer has several."""
    if count <= PAGE:
        return 0
    starts = list(range(0, count, PAGE))
    chosen = st.selectbox(
        "Filters shown",
        starts,
        format_func=lambda start: f"{start} to {min(start + PAGE, count) - 1} of {count}",
        key=f"break-page-{layer}",
        width=200,
    )
    return int(chosen)


def _toggle(ablation: AblationState, layer: str, number: int) -> None:
    ablation.change(Mute(layer, tuple(sorted({*ablation.edits.silent(layer)} ^ {number}))))


def _show_kernel(ablation: AblationState) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        layer, number = _layer_and_filter(ablation)
    network = ablation.view.run.setup.network
    kernel = kernel_of(network, ablation.weights, layer, number)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if kernel.ndim == 3:
            with row:
                channel = st.number_input(
                    "Input channel", 0, kernel.shape[2] - 1, 0, key=f"break-channel-{layer}", width=130
                )
            _show_numbers(ablation, layer, number, int(channel))
        else:
            st.markdown("A dense layer has one weight per input and no grid; its biases can be set to zero.")
        if f"{layer}/bias" in ablation.weights:
            _show_bias(ablation, layer, number)
    with right:
        _show_map(ablation, layer, number)


def _show_numbers(ablation: AblationState, layer: str, number: int, channel: int) -> None:
    now, trained = (
        kernel_of(ablation.view.run.setup.network, weights, layer, number)[:, :, channel]
        for weights in (ablation.weights, ablation.view.weights)
    )
    label = f"Kernel of filter {number} of {layer} over input channel {channel}"
    st.markdown(f"**{label}**")
    kernel_editor(
        now,
        np.asarray(trained),
        label,
        theme(),
        f"break-kernel-{layer}",
        lambda values: ablation.change(SetKernel(layer, number, channel, values)),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("All input channels:", width="content")
        for recipe in RECIPES:
            st.button(
                recipe.capitalize(), on_click=ablation.change, args=(ReadyKernel(layer, number, recipe),)
            )
    st.caption(
        "Blur, edge and identity get the norm of the filter that they replace (root of the sum of squares)."
    )


def _show_bias(ablation: AblationState, layer: str, number: int) -> None:
    now, trained = (
        float(weights[f"{layer}/bias"][number]) for weights in (ablation.weights, ablation.view.weights)
    )
    was = "" if now == trained else f", trained: {trained:.4g}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"Bias of filter {number}: **{now:.4g}**{was}", width="content")
        st.button("Set to zero", on_click=ablation.change, args=(ZeroBias(layer, number),), disabled=now == 0)
        st.button(f"Set all biases of {layer} to zero", on_click=ablation.change, args=(ZeroBias(layer),))


def _show_map(ablation: AblationState, layer: str, number: int) -> None:
    """Show the map of a filter before and after."""
    end = ablation.end_of(layer)
    before, after = (values[:, :, number] for values in ablation.maps(end))
    scale = Tiles(before[..., None], after[..., None], ()).scale
    st.markdown(f"**Map of filter {number}, in {end}**")
    for column, values, when in zip(st.columns(2), (before, after), ("Before", "Now"), strict=True):
        image = paint(values, scale, theme(), max(1, MAP_SIDE // len(values)))
        column.image(
            data_uri(image), caption=when, alt=f"Map {number} of {end}, {when.lower()}", width="stretch"
        )
    st.html(legend_html(scale, theme()))
