"""The lesson on convolution: a window slides over a picture, and each position gives one number."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn.core.numbers import fixed
from cnn.core.scaling import to_input
from cnn.figures.drawing import shape_text
from cnn.lessons import checks, conv
from cnn.network.ops import Array
from cnn.web.app import widgets
from cnn.web.app.session import theme
from cnn.web.learn import lesson
from cnn.web.learn.kernel_grid import kernel_grid
from cnn.web.learn.window import Walk, show_window

this = lesson.start("conv")
st.markdown(
    "It slides a small **kernel** of weights over the picture. At every position, each pixel is multiplied by its "
    "weight and all products are added. The sum is one cell of the map. **Choose a kernel, then point at a cell.**"
)


@lesson.part
def sliding() -> None:
    """Let the student choose a kernel and how it slides; show the map, and ask about its size and its values."""
    above = st.container()
    name = lesson.choice("kernel", "Kernel", conv.KERNEL_NAMES, "Edge right", pills=True)

    bias, note = (
        0.0,
        "Red, green and blue each get a third of this kernel, so that a grey picture gives the same result as "
        "one channel with this kernel.",
    )
    if name == conv.TRAINED:
        number = lesson.whole("filter", "Filter of the trained network", 0, 11, 0)
        _, weights = lesson.shipped_network()
        kernel, bias = weights["conv1/kernel"][..., number : number + 1], float(weights["conv1/bias"][number])
        note = "A learned filter has different weights for each colour, and a learned bias."
    elif name == conv.OWN:
        left, right = st.columns([1, 2])
        with right:
            size = int(lesson.choice("size", "Size of the kernel", ["1", "3", "5"], "3"))
            bias = lesson.number("bias", "Bias", -2.0, 2.0, 0.0, 0.1)
        with left:
            kernel = conv.spread(kernel_grid(size))
    else:
        kernel = conv.spread(conv.KERNELS[name])
        note = f"The kernel, row by row: {conv.kernel_text(conv.KERNELS[name])}. {note}"

    columns = st.columns([3, 5, 3, 3])
    with columns[0]:
        stride = lesson.whole("stride", "Stride", 1, 3, 1)
    with columns[1]:
        padding = conv.padding_of(
            lesson.choice("padding", "Padding", ["same", "valid", "1", "2", "3"], "same")
        )
    with columns[2]:
        dilation = lesson.whole("dilation", "Dilation", 1, 3, 1)
    with columns[3]:
        side = lesson.whole("side", "Size of the input", 2, 32, 32)

    slide = conv.Slide(side, len(kernel), stride, padding, dilation)
    one_map(above, slide, kernel, bias, note)

    st.header("How large is the map?", anchor=False)
    formula, meaning = st.columns([3, 4], vertical_alignment="center")
    with formula:
        st.latex(rf"\textcolor{{red}}{{{slide.formula}}}" if slide.problem else slide.formula)
    with meaning:
        st.markdown(
            "(input + zeros before + zeros after − span of the window) divided by the stride, rounded down, plus 1. "
            f"A kernel of {slide.window} with dilation {dilation} spans {slide.span}."
        )
        if slide.unseen:
            st.caption(f"At the right and at the bottom, {slide.unseen} of the input's cells are never used.")
        if stride > 1 and dilation > 1:
            st.caption("Stride and dilation above 1 together: PyTorch computes this, Keras refuses it.")

    first, second = st.columns(2)
    with first:
        lesson.predict(this, checks.conv_size(side, slide.window, stride, padding, dilation))
    with second:
        lesson.predict(this, checks.conv_flat(kernel, bias))


@lesson.part
def one_map(above: DeltaGenerator, slide: conv.Slide, kernel: Array, bias: float, note: str) -> None:
    """Show the window on the picture, which is chosen `above` the kernel and changes only this."""
    with above:
        sample = lesson.picture()
    values = to_input(conv.centre(sample.pixels, slide.size))
    if slide.problem:
        st.error(slide.problem, icon=":material/block:")
    else:
        output = conv.slide_over(values, kernel, bias, slide)
        walk = Walk(
            window=slide.window,
            stride=slide.stride,
            rules=("dot",),
            titles=("One map",),
            input_title="The picture",
            before=slide.around[0],
            after=slide.around[1],
            dilation=slide.dilation,
            bias=bias,
            picture=True,
            channel_names=conv.CHANNELS,
        )
        show_window(values, output[:, :, None], walk, theme(), "walk", kernel[..., 0])
    st.caption(
        f"{note} Pixels are scaled to −1…1, so a padding zero is mid-grey. Orange is above zero, blue below. "
        f"{sample.caption}."
    )
    if not slide.problem:
        with widgets.opened("The same sum as a table", "sum-table") as is_open:
            if is_open:
                where = st.columns(2)
                row = where[0].number_input("Row", 0, slide.outputs - 1, 0, key=f"row-{slide.outputs}")
                column = where[1].number_input(
                    "Column", 0, slide.outputs - 1, 0, key=f"column-{slide.outputs}"
                )
                st.markdown(
                    f"All products, plus the bias {fixed(bias)}, give **{fixed(output[int(row), int(column)])}**."
                )
                lesson.number_table(
                    conv.sum_rows(conv.window_at(values, slide, int(row), int(column)), kernel[..., 0])
                )


@lesson.part
def cost() -> None:
    """Show what a layer with some number of filters costs."""
    st.header("What does a layer cost?", anchor=False)
    filters = lesson.whole("filters", "Filters of 3×3 on a picture of 32×32×3, padding same", 1, 64, 12)
    layer = conv.first_layer(filters)
    dense = conv.dense_multiply_adds((32, 32, 3), layer.shape)
    boxes = st.columns(3)
    boxes[0].metric("Maps", shape_text(layer.shape))
    boxes[1].metric("Parameters", f"{layer.parameters:,}", help=layer.formula)
    boxes[2].metric("Multiply-adds", f"{layer.multiply_adds:,}")
    st.markdown(
        f"Parameters: {layer.formula}, one bias per filter. A dense layer with as many outputs connects each of 3,072 "
        f"inputs to each output: {dense:,} multiply-adds, **{dense / layer.multiply_adds:.0f} times** as many."
    )
    lesson.predict(this, checks.conv_parameters(filters))


sliding()
cost()
lesson.finish(this, "conv1")
