"""A model card as a readable text: every number comes from the card, the run, or the spec."""

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
        card: the measurements.
        command: the command that trains it again.
        size: the size of its weights in bytes.
    """
    return (
        "\n\n".join([*_what(run, size), *_how(run, command), *_good(card), *_trust(card), *_limits(card)])
        + "\n"
    )


def _what(run: Run, size: int) -> list[str]:
    table = walk(run.setup.network)
    return [
        f"# {run.name}",
        f"{total_parameters(table):,} parameters, {total_multiply_adds(table):,} multiply-adds per picture; "
        f"its weights take {size / 1e6:.2f} MB.",
    ]


def _how(run: Run, command: str) -> list[str]:
    status, training = run.status(), run.setup.training
    recipe = {name: value for name, value in training.to_json().items() if value not in (None, 0, 0.0, False)}
    return [
        "## How it was trained",
        f"On {training.pictures:,} training pictures of {status.source}, for {status.epoch:.4g} epochs "
        f"({status.step:,} steps, {status.seconds / 60:.1f} minutes of training steps in "
        f"{status.precision}), with random seed {training.seed}. Settings: `{to_json(recipe)}`.",
        f"Train it again with:\n\n```sh\n{command}\n```",
        "The same random seed gives the same order of pictures. Another machine rounds differently, so the last "
        "digits may differ; if the length is given in seconds, its speed decides the number of steps.",
    ]


def _good(card: Card) -> list[str]:
    rows = "\n".join(
        f"| {name} | {percent(share)} |" for name, share in zip(CLASSES, card.per_class, strict=True)
    )
    averaged = ""
    if card.averaged_accuracy is not None:
        share = percent(card.averaged_accuracy)
        averaged = f" The mean prediction over {COUNT} views of each classifies {share} correctly."
    return [
        "## Accuracy",
        f"It classifies {percent(card.test_accuracy)} of the {card.test_pictures:,} test pictures correctly "
        f"({card.source}).{averaged}",
        *(_on_copy(copy) for copy in card.other_copies),
        f"| class | accuracy |\n| --- | --- |\n{rows}",
    ]


def _on_copy(copy: OtherCopy) -> str:
    return (
        f"Of the same pictures in *{copy.source}* it classifies {percent(copy.test_accuracy)} correctly, and "
        f"{percent(copy.false_alarms)} are taken for none of the ten (see below)."
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
        "A picture counts as *none of the ten* if the means of its maps are far from those of training "
        "pictures (`cnn/evaluation/ood.py`; their mean distance is 1). The limit, "
        f"{card.distance_limit:.2f}, is set so that {setting(FALSE_ALARMS)} of the validation pictures lie above "
        f"it. Of the test pictures, {percent(card.false_alarms)} lie above it: false alarms. "
        f"Of computer-made pictures of other things ({card.other_pictures:,} of each kind), these "
        "shares are missed, that is, taken for one of the ten; for comparison, the shares that the common rule "
        "misses, a limit on the energy log Σ exp(score):",
        f"| kind | missed | by energy |\n| --- | --- | --- |\n{missed}",
        f"Of drawings of the ten classes themselves (sketch10), {percent(card.drawn_called_none)} are taken "
        "for none of the ten, because the rule compares with photos and knows no meanings.",
    ]


def _limits(card: Card) -> list[str]:
    worst = min(zip(card.per_class, CLASSES, strict=True))
    return [
        "## Limits",
        "It knows ten classes and pictures of 32×32 pixels; a photo is cropped to a square and scaled down "
        f"first. Its weakest class is *{worst[1]}* ({percent(worst[0])}). The pictures of other things above are "
        "computer-made, because no second set of photos was available; real photos of other things are more "
        "similar to the training pictures, and may be missed far more often. Do not use it where a wrong answer "
        "does harm.",
    ]
