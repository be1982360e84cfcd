"""A model card as a text for people: every number comes from the card, the run, or the spec."""

from cnn.core.numbers import to_json
from cnn.core.shares import percent, setting
from cnn.data.classes import CLASSES
from cnn.data.synthetic.others import KINDS
from cnn.evaluation.model_card import FALSE_ALARMS, Card, OtherCopy
from cnn.evaluation.tta import COUNT
from cnn.network.summary import total_multiply_adds, total_parameters, walk
from cnn.runs.store import Run


def card_text(run: Run, card: Card, command: str, size: int) -> str:
    """Return the card in Markdown.

    Args:
        run: the network and how it was trained.
        card: what was measured.
        command: that trains it again.
        size: bytes of its weights.
    """
    return (
        "\n\n".join([*_what(run, size), *_how(run, command), *_good(card), *_trust(card), *_limits(card)])
        + "\n"
    )


def _what(run: Run, size: int) -> list[str]:
    table = walk(run.setup.network)
    return [
        f"# {run.name}",
        f"{total_parameters(table):,} parameters, {total_multiply_adds(table):,} multiply-adds a picture; "
        f"its weights take {size / 1e6:.2f} MB.",
    ]


def _how(run: Run, command: str) -> list[str]:
    status, training = run.status(), run.setup.training
    recipe = {name: value for name, value in training.to_json().items() if value not in (None, 0, 0.0, False)}
    return [
        "## How it was trained",
        f"On {training.pictures:,} training pictures of {status.source}, for {status.epoch:.4g} epochs "
        f"({status.step:,} steps, {status.seconds / 60:.1f} minutes of training steps in "
        f"{status.precision}), from seed {training.seed}. Recipe: `{to_json(recipe)}`.",
        f"This trains it again:\n\n```sh\n{command}\n```",
        "The same seed gives the same order of pictures; the speed of a machine and its rounding change "
        "the last digits, and how many steps fit where the length is given in seconds.",
    ]


def _good(card: Card) -> list[str]:
    rows = "\n".join(
        f"| {name} | {percent(share)} |" for name, share in zip(CLASSES, card.per_class, strict=True)
    )
    averaged = ""
    if card.averaged_accuracy is not None:
        averaged = f" The mean prediction over {COUNT} views of each names {percent(card.averaged_accuracy)}."
    return [
        "## How good it is",
        f"It names {percent(card.test_accuracy)} of the {card.test_pictures:,} test pictures correctly "
        f"({card.source}).{averaged}",
        *(_on_copy(copy) for copy in card.other_copies),
        f"| class | right |\n| --- | --- |\n{rows}",
    ]


def _on_copy(copy: OtherCopy) -> str:
    return (
        f"Of the same pictures as in *{copy.source}* it names {percent(copy.test_accuracy)} correctly, and "
        f"{percent(copy.false_alarms)} are said to be none of the ten (see below)."
    )


def _trust(card: Card) -> list[str]:
    missed = "\n".join(
        f"| {KINDS[kind]} | {percent(share)} | {percent(card.missed_by_energy[kind])} |"
        for kind, share in card.missed.items()
    )
    return [
        "## How far to trust it",
        f"Its scores are divided by the temperature {card.temperature:.3f}, chosen on "
        f"{card.validation_pictures:,} validation pictures. That brings the expected calibration error on "
        f"the test pictures from {percent(card.calibration_error_without)} to {percent(card.calibration_error)}.",
        "*None of the ten* is said of a picture that is far from what the training pictures are usually "
        "like: the means of its maps are compared with theirs (`cnn/evaluation/ood.py`), so that the usual "
        f"distance is 1. The limit, {card.distance_limit:.2f}, is where the farthest {setting(FALSE_ALARMS)} of "
        f"the validation pictures lie. Of the test pictures, {percent(card.false_alarms)} are beyond it: false "
        f"alarms. Of pictures of other things, made by code ({card.other_pictures:,} of each kind), these "
        "shares are missed, that is, taken for one of the ten; beside them those that the common rule "
        "misses, a limit on the energy log Σ exp(score):",
        f"| kind | missed | by energy |\n| --- | --- | --- |\n{missed}",
        f"Of drawings of the ten classes themselves (sketch10), {percent(card.drawn_called_none)} are called "
        "none of the ten: the rule knows photos, not meanings.",
    ]


def _limits(card: Card) -> list[str]:
    worst = min(zip(card.per_class, CLASSES, strict=True))
    return [
        "## Limits",
        "It knows ten classes and pictures of 32×32 pixels; a photo is cut square and averaged down before "
        f"it sees it. Its weakest class is *{worst[1]}* ({percent(worst[0])}). The other things above are made "
        "by code, because no second set of photos is at hand; photos of other things look more like "
        "photos, and may be missed far more often. Do not use it where a wrong answer does harm.",
    ]
