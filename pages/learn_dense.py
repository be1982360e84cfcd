"""The lesson on the fully connected layer: maps unrolled, a weighted sum for each class, its parameters."""

import streamlit as st

from cnn.core.numbers import fixed, minus
from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.figures.lesson_dense import Row, bar_rows
from cnn.figures.mosaic import data_uri, picture
from cnn.lessons import checks, dense
from cnn.network.forward import forward
from cnn.network.ops import Array
from cnn.network.summary import total_parameters, walk
from cnn.web.app import widgets
from cnn.web.app.drawing import show_drawing
from cnn.web.app.session import theme
from cnn.web.learn import lesson
from cnn.web.learn.unroll import show_unrolled

HIGHEST = "highest score"

this = lesson.start("dense")
st.markdown(
    "The last maps still know *where* something was. **Point at a cell on either side**; click to keep it selected."
)
network, weights = lesson.shipped_network()
height, width, channels = next(item.shape for item in walk(network) if item.layer.name == "pool2")
shape = (height, width, channels)


def keep(index: int) -> None:
    if lesson.free("index"):
        st.session_state["index"] = index


@lesson.part
def scores_of_a_picture() -> None:
    """Let the student choose a picture and a class; show the maps as a vector, and what adds up to the score."""
    thumbnail, pickers = st.columns([1, 7], vertical_alignment="center")
    with pickers:
        sample = lesson.picture()
        wanted = lesson.choice("class", "Weights of the class", [HIGHEST, *CLASSES], HIGHEST, pills=True)
    thumbnail.image(data_uri(picture(sample.pixels, 4)), alt=sample.caption)
    outputs = forward(network, weights, sample.pixels)
    maps, scores = outputs["pool2"], outputs["scores"]
    kernel, bias = weights["scores/kernel"], weights["scores/bias"]
    unit = int(scores.argmax()) if wanted == HIGHEST else CLASSES.index(wanted)
    name = CLASSES[unit]
    unrolled(maps, kernel[:, unit], name, sample.caption)

    st.header(f"The score of {name} is a weighted sum")
    parts = dense.score_sum(maps, kernel, bias, unit)
    if lesson.predict(this, checks.dense_push(maps, kernel, bias, unit, name)):
        named = [*parts.favour, *reversed(parts.against)]
        places = [f"map {part.place[2]}, row {part.place[0]}, column {part.place[1]}" for part in named]
        rows = [
            Row(place, minus(f"{part.value:#.3g} × {part.weight:#.3g}"), part.product)
            for place, part in zip(places, named, strict=True)
        ]
        rows += [
            Row(f"{parts.others:,} other values", "", parts.rest),
            Row("bias", "", parts.bias),
            Row(f"score of {name}", "sum of all above", parts.score, strong=True),
        ]
        side_by_side = st.container(horizontal=True, gap="large")
        with side_by_side.container(width=580):
            st.markdown("**Strongest for and against**")
            show_drawing(bar_rows(rows, theme(), f"What adds up to the score of {name}"), "sum")
            st.caption(f"The network's own answer: {fixed(scores[unit])}; this sum: {fixed(parts.score)}.")
        with side_by_side.container(width=580):
            st.markdown("**All ten scores**")
            ten = [Row(label, "", float(scores[i]), strong=i == unit) for i, label in enumerate(CLASSES)]
            show_drawing(bar_rows(ten, theme(), "The ten scores"), "ten")
            st.caption("Ten neurons, each with its own weight for every value. Softmax comes next.")
        with widgets.opened("The same numbers as a table", "scores-table") as is_open:
            if is_open:
                st.dataframe([{"part": item.name, "how": item.detail, "adds": item.value} for item in rows])


@lesson.part
def unrolled(maps: Array, weights: Array, name: str, caption: str) -> None:
    """Show the maps beside the vector that they are unrolled to, and ask where a cell of it comes from."""
    with st.container(border=True):
        component = st.container()
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            products = lesson.switch("products", f"Colour by value × weight, for and against {name}")
        with right:
            index = lesson.whole("index", "Index in the vector", 0, maps.size - 1, min(703, maps.size - 1))
        with component:
            show_unrolled(
                maps, weights, name, theme(), index, products=products, key="unroll", on_choose=keep
            )
    st.caption(
        f"{caption}. The maps are {height}×{width}×{channels}, after pool2: "
        f"{maps.size:,} values, unrolled row by row; the {channels} values of one position stand side by side. "
        "Orange is above zero, blue below zero."
    )

    lesson.predict(this, checks.dense_index(index, shape))


@lesson.part
def costs() -> None:
    """Compare the parameters of this layer with those after global average pooling."""
    st.header("What it costs")
    now, average = (dense.scores_row(network, head) for head in ("flatten", "global_average"))
    total = total_parameters(walk(network))
    if lesson.predict(this, checks.dense_average(shape, len(CLASSES), now, average)):
        st.markdown(
            f"| before the scores | parameters |\n|:--|:--|\n| flatten | {now.formula} |\n"
            f"| global average pooling | {average.formula} |"
        )
        st.markdown(
            f"Flattened, this layer holds {percent(now.parameters / total)} of the network's {total:,} parameters: a "
            "weight for each map *at each position*. Averages need far fewer, but forget where something was."
        )


scores_of_a_picture()
costs()
lesson.finish(this, "scores")
