"""Break it: change the network or the picture, and see how the answer changes."""

import streamlit as st

from cnn.core.errors import SpecError
from cnn.figures.compare import answers_html, verdict
from cnn.figures.mosaic import data_uri, picture
from cnn.interpret.edits import Edits
from cnn.interpret.picture_edits import Cover, Rotate
from cnn.interpret.weight_edits import Mute
from cnn.web.ablate.ablation_state import AblationState, ablation_state, most_active
from cnn.web.ablate.accuracy import show_accuracy
from cnn.web.ablate.maps import show_maps
from cnn.web.ablate.network_tools import show_tools
from cnn.web.ablate.patch import show_patch
from cnn.web.ablate.picture_tools import FILL
from cnn.web.app.restart import say_if_lost
from cnn.web.app.session import session, theme
from cnn.web.app.view import View

PICTURE_FACTOR = 8
PICTURES_WIDTH, ANSWERS_WIDTH = 430, 800


@st.fragment
def show_break_it(view: View) -> None:
    """Let the visitor change a copy of the network and the picture of `view`; the run itself does not change."""
    st.markdown(
        "Silence filters, rewrite a kernel, cover or rotate the picture: does the network still recognise it? "
        "**Your run does not change:** you work on a copy, and your changes stay when you choose another "
        "picture, layer or epoch of this network."
    )
    changes = session().edits.get(view.run.id, Edits())
    say_if_lost(
        f"changes to {view.run.id}",
        len(changes.current),
        "The server was restarted, so your changes to this network are gone.",
    )
    try:
        ablation = ablation_state(view)
    except SpecError as error:
        st.error(f"The changes do not fit this network and were removed. {error}", icon=":material/block:")
        session().edits[view.run.id] = Edits()
        return
    if not ablation.is_finite:
        st.warning("Some numbers are too large for float32. Undo the last change.", icon=":material/block:")
        _show_edits(ablation)
        return
    _show_experiments(ablation)
    _show_answer(ablation)
    _show_edits(ablation)
    show_accuracy(ablation)
    show_tools(ablation)
    show_maps(ablation)


def _show_experiments(ablation: AblationState) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Silence the most active filter of the first layer",
            icon=":material/volume_off:",
            on_click=_silence_most_active,
            args=(ablation,),
        )
        st.button(
            "Cover the middle", icon=":material/crop_square:", on_click=ablation.change, args=(Cover(),)
        )
        st.button(
            "Turn it upside down",
            icon=":material/rotate_right:",
            on_click=ablation.change,
            args=(Rotate(180),),
        )


def _silence_most_active(ablation: AblationState) -> None:
    layer = next(iter(ablation.filters))
    found = most_active(ablation.view.outputs[ablation.end_of(layer)])
    ablation.change(Mute(layer, tuple(sorted({*ablation.edits.silent(layer), found}))))


def _show_answer(ablation: AblationState) -> None:
    view = ablation.view
    sides = [(outputs["scores"], outputs["softmax"]) for outputs in (view.outputs, ablation.outputs)]
    row = st.container(horizontal=True, gap="medium")
    pictures, answers = row.container(width=PICTURES_WIDTH), row.container(width=ANSWERS_WIDTH)
    with pictures:
        before, after = st.columns(2)
        before.markdown("**Before**")
        before.image(
            data_uri(picture(view.sample.pixels, PICTURE_FACTOR)), alt=view.sample.caption, width="stretch"
        )
        before.caption(view.sample.caption)
        with after:
            st.markdown("**Now**")
            fill = st.session_state.get(FILL, "grey")
            show_patch(
                ablation.pixels,
                "The picture as the network gets it now",
                "break-patch",
                fill,
                ablation.change,
            )
    with answers:
        text = verdict(sides[0][1], sides[1][1]) if ablation.edits.current else "Nothing is broken yet."
        st.markdown(f"### {text}")
        st.html(answers_html(sides[0], sides[1], theme(), view.sample.true_class))


def _show_edits(ablation: AblationState) -> None:
    """List the changes, each with a button that removes it; undo, redo and reset stand beside them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Your changes**", width="content")
        if not ablation.edits.current:
            st.caption(
                "none yet: press a button above, or drag over the picture below **Now**", width="content"
            )
        st.space("stretch")
        _show_history(ablation)
    with st.container(horizontal=True, gap="small"):
        for place, edit in enumerate(ablation.edits.current):
            st.button(
                edit.words,
                icon=":material/close:",
                key=f"remove-edit-{place}",
                help="Remove this change",
                on_click=ablation.become,
                args=(ablation.edits.remove(place),),
            )


def _show_history(ablation: AblationState) -> None:
    edits = ablation.edits
    for label, icon, after, possible in (
        ("Undo", "undo", edits.undo(), edits.past),
        ("Redo", "redo", edits.redo(), edits.future),
        ("Reset all", "restart_alt", edits.clear(), edits.current),
    ):
        st.button(
            label,
            icon=f":material/{icon}:",
            key=f"break-{icon}",
            disabled=not possible,
            on_click=ablation.become,
            args=(after,),
            type="tertiary",
        )
