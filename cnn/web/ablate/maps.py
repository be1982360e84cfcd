"""What a change does to a later layer: its maps before and after, on one scale."""

import numpy as np
import streamlit as st

from cnn.figures.colours import scale_of
from cnn.figures.drawing import legend_html
from cnn.figures.mosaic import data_uri, mosaic, strip
from cnn.web.ablate.ablation_state import AblationState
from cnn.web.app.session import theme

MOST_MAPS = 32
MAP_PIXELS = 64
COLUMNS = 6


def show_maps(ablation: AblationState) -> None:
    """Let the visitor choose a layer, and show it before and after."""
    names = [row.layer.name for row in ablation.view.table]
    last = max(place for place, row in enumerate(ablation.view.table) if len(row.shape) == 3)
    chosen = st.selectbox("Effect on layer", names, last, key=f"break-maps-{ablation.view.run.id}", width=260)
    _show_both(ablation, chosen)


def _show_both(ablation: AblationState, layer: str) -> None:
    sides = [ablation.view.outputs[layer], ablation.outputs[layer]]
    scale = scale_of(np.stack(sides))
    for column, values, when in zip(st.columns(2, gap="medium"), sides, ("Before", "Now"), strict=True):
        if values.ndim == 3:
            sheet = mosaic(values[..., :MOST_MAPS], theme(), scale, columns=COLUMNS, pixels=MAP_PIXELS)
        else:
            sheet = strip(values, theme(), scale)
        column.markdown(f"**{when}**")
        column.image(data_uri(sheet), alt=f"Layer {layer}, {when.lower()}")
    st.html(legend_html(scale, theme()))
    changed = float(np.abs(sides[1] - sides[0]).mean())
    left_out = f" The first {MOST_MAPS} of {sides[0].shape[-1]} maps are shown."
    st.caption(
        f"Mean absolute value in {layer}: {np.abs(sides[0]).mean():.3g} before. Mean absolute change: {changed:.3g}."
        + (left_out if sides[0].ndim == 3 and sides[0].shape[-1] > MOST_MAPS else "")
    )
