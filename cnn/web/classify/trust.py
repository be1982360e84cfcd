"""How far to trust a prediction: the network's card, the rule for none of the ten, and what a photo loses."""

from collections.abc import Sequence

import streamlit as st
from PIL import Image

from cnn.core.errors import RunError
from cnn.core.settings import models_folder
from cnn.core.shares import percent
from cnn.data import CLASSES
from cnn.data.synthetic.others import KINDS
from cnn.evaluation.model_card import FALSE_ALARMS, Card, write_card
from cnn.evaluation.ood import FILE, Typical
from cnn.evaluation.predict import Verdict
from cnn.figures.mosaic import data_uri
from cnn.images.image import RESAMPLING, SIDE, Picture
from cnn.runs.store import Run
from cnn.web.app.answers import ask, show_waiting
from cnn.web.app.run_text import plain
from cnn.web.app.service import service
from cnn.web.app.session import session
from cnn.web.app.widgets import dataset_name
from cnn.worker import queries


def typical_of(run: Run) -> Typical | None:
    """Return the reference statistics of a network that has a card (see `cnn.evaluation.ood`), else None."""
    stamp = (run.folder / FILE).stat().st_mtime_ns if (run.folder / FILE).is_file() else 0
    return _read_typical(run, stamp)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Run: lambda run: str(run.folder)})
def _read_typical(run: Run, stamp: int) -> Typical | None:
    return Typical.read(run.folder, run.setup.network)


def opinion_note(verdict: Verdict, card: Card | None) -> str:
    """Return what stands below the bars of one network, one or two sentences."""
    several = f" Mean of {verdict.views} views." if verdict.views > 1 else ""
    if card is None:
        return f"Probabilities as softmax gives them: how far to trust them has not been measured.{several}"
    distance = ""
    if verdict.distance is not None:
        distance = (
            f" Distance from the training pictures: {verdict.distance:.2f} (1 on average; above "
            f"{card.distance_limit:.2f} it is called none of the ten)."
        )
    if several and card.averaged_accuracy is not None:
        several = f"{several[:-1]}, which gets {percent(card.averaged_accuracy)} of the test pictures right."
    return f"Probabilities calibrated with temperature {card.temperature:.2f}.{distance}{several}"


def show_none(name: str, card: Card) -> None:
    """Say that a picture looks like none of the ten classes, and how often that is wrong."""
    st.warning(
        f"**This looks like none of the ten classes** to {plain(name)}: the picture is unlike those that it was "
        "trained on, so do not rely on the bars. This rule is sometimes wrong: it also says so for "
        f"{_share(card.false_alarms)} of the test pictures ({card.source}) and for "
        f"{_share(card.drawn_called_none)} of drawings of the ten classes, and it misses {_missed(card)}.",
        icon=":material/help:",
    )


def show_cards(cards: Sequence[tuple[Run, Card | None]]) -> None:
    """Show the cards of networks, or offer to measure them; closed, it costs nothing."""
    with st.expander(
        "How far to trust it" if len(cards) == 1 else "How far to trust them",
        icon=":material/verified:",
        key="trust",
        on_change="rerun",
    ) as box:
        if box.open:
            for run, card in cards:
                _show_card(run, card)


def _show_card(run: Run, card: Card | None) -> None:
    if card is None:
        _offer_card(run)
        return
    st.markdown(
        f"**{plain(run.name or run.id)}** classifies **{percent(card.test_accuracy)}** of {card.test_pictures:,} "
        f"test pictures correctly ({card.source})."
    )
    for copy in card.other_copies:
        st.markdown(
            f"On the same pictures from *{plain(copy.source)}*: {percent(copy.test_accuracy)} correct, "
            f"{percent(copy.false_alarms)} called none of the ten."
        )
    if card.averaged_accuracy is not None:
        averaged = percent(card.averaged_accuracy)
        st.markdown(
            f"With the mean of six views: {averaged} correct; the calibration of this mean was not measured."
        )
    shares = zip(CLASSES, card.per_class, strict=True)
    st.markdown(" · ".join(f"{name} {percent(share)}" for name, share in shares))
    st.markdown(
        f"**Confidence.** Before softmax, the scores are divided by the temperature {card.temperature:.2f}, fitted on "
        f"{card.validation_pictures:,} validation pictures. On the test pictures, confidence and accuracy then "
        f"differ by {percent(card.calibration_error)} on average (expected calibration error); without the "
        f"temperature, by {percent(card.calibration_error_without)}."
    )
    st.markdown(
        "**None of the ten.** The mean of every map is compared with its mean over the training pictures; the average "
        f"distance is 1. The limit, {card.distance_limit:.2f}, is set so that {percent(FALSE_ALARMS)} of the "
        f"validation pictures lie above it. False alarms on test pictures: {percent(card.false_alarms)}. Missed: "
        f"{_missed(card)} ({card.other_pictures:,} pictures of each kind, made by code; photos of other things are "
        "harder)."
    )


def _missed(card: Card) -> str:
    return ", ".join(f"{_share(card.missed[kind])} of {words}" for kind, words in KINDS.items())


def _share(share: float) -> str:
    """Return a share in percent without a line break before the sign."""
    return percent(share).replace(" ", "\N{NO-BREAK SPACE}")


def _offer_card(run: Run) -> None:
    snapshots, name = run.snapshots(), dataset_name()
    unknown = f"How far to trust {plain(run.name or run.id)} has not been measured."
    if not snapshots or run.folder.parent == models_folder() or run.dataset != name:
        st.caption(unknown)
        return
    if not run.status().ended:
        st.caption(f"{unknown} You can measure it when its training has ended.")
        return
    newest = snapshots[-1]
    key = f"card/{run.folder}/{newest.step}"
    if session().card_asked != key:
        st.caption(f"{unknown} Measuring takes some seconds, or some minutes for a large network.")
        if st.button("Measure it", icon=":material/speed:", key=f"measure-{run.id}"):
            session().card_asked = key
            st.rerun(scope="fragment")
        return
    found = ask("Measuring", key, queries.card, str(run.folder), str(newest.path), newest.step, name)
    show_waiting([found], f"card-{run.id}")
    if found.result is None:
        return
    card, typical = found.result
    try:
        typical.write(run.folder)
        write_card(run.folder, card)
    except RunError as error:
        st.error(str(error), icon=":material/error:")
        return
    service().engine.queries.forget(key)
    st.rerun()


def show_loss(picture: Picture) -> None:
    """Show how much of the square of a photo is left in the 32×32 pixels; closed, it costs nothing."""
    with st.expander(
        "What 32×32 pixels lose", icon=":material/blur_on:", key="loss", on_change="rerun"
    ) as box:
        if box.open:
            _show_loss(picture)


def _show_loss(picture: Picture) -> None:
    side = picture.crop_as_came[2]
    if side <= SIDE:
        st.caption(
            f"The square has {side}×{side} pixels and is enlarged to {SIDE}×{SIDE}: nothing is lost, nothing is added."
        )
        return
    shown = picture.crop[2]
    averaged = (
        f"**{SIDE * SIDE:,} of {side * side:,} pixels:** each is the average of about "
        f"{(side / SIDE) ** 2:,.0f} ({RESAMPLING})."
    )
    if shown <= SIDE:
        st.caption(f"{averaged} The copy of the photo that is kept here has no more pixels than that.")
        return
    smaller = f" (measured on the copy of {shown}×{shown} pixels that is kept here)" if shown < side else ""
    st.caption(
        f"{averaged} They keep {percent(picture.detail_kept())} of the variance in brightness{smaller}; the "
        "rest is fine detail that the network never sees."
    )
    if st.toggle("Show what is lost", key="show-lost"):
        st.image(
            data_uri(Image.fromarray(picture.lost())),
            caption="The square minus its 32×32 version; mid-grey means no difference",
            alt="The fine detail that averaging removes",
            width=320,
        )
