"""A model card: the training data of a network, its accuracy, and how far to trust it.

It is measured once (`cnn.evaluation.card_measurement`) and stored with the run as `card.json`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cnn.core.errors import RunError
from cnn.core.numbers import to_json
from cnn.data.classes import CLASSES
from cnn.data.synthetic.others import KINDS
from cnn.runs.run import Run
from cnn.runs.snapshots import write_whole

FILE = "card.json"
FALSE_ALARMS = 0.05  # share of validation pictures that the rule "none of the ten" may reject


@dataclass(frozen=True)
class OtherCopy:
    """The measurements on another copy of the test pictures, for example one through JPEG."""

    source: str
    test_accuracy: float
    false_alarms: float


@dataclass(frozen=True)
class Card:
    """The measurements; accuracies, errors and rates are shares from 0 to 1.

    `step` is the saved state that was measured. `temperature` and `distance_limit` were chosen on the
    validation pictures, everything else was measured on test pictures. A picture whose distance
    (`cnn.evaluation.ood`) exceeds the limit counts as none of the ten. `missed` is, for each kind of other pictures,
    the share that this rule accepts as one of the ten classes; `missed_by_energy` is the same for the common
    rule, a limit on log Σ exp(score) with as many false alarms on the validation pictures.
    `drawn_called_none` is the share of drawings of the ten classes (sketch10) that the rule rejects.
    `averaged_accuracy` is that of the mean prediction over six views, None if it was not measured.
    `other_copies` are the measurements on other copies of the data set, with the same limit.
    """

    step: int
    source: str
    validation_pictures: int
    test_pictures: int
    test_accuracy: float
    per_class: tuple[float, ...]
    temperature: float
    calibration_error: float
    calibration_error_without: float
    distance_limit: float
    false_alarms: float
    missed: Mapping[str, float]
    missed_by_energy: Mapping[str, float]
    other_pictures: int
    drawn_called_none: float
    averaged_accuracy: float | None = None
    other_copies: tuple[OtherCopy, ...] = ()

    def __post_init__(self) -> None:
        """Check the ranges of the numbers, since a file may be damaged.

        Raises:
            ValueError: naming the first one that is out of range.
        """
        shares = {"test_accuracy": self.test_accuracy, "false_alarms": self.false_alarms, **self.missed}
        shares["drawn_called_none"] = self.drawn_called_none
        shares |= {f"{kind}, by energy": share for kind, share in self.missed_by_energy.items()}
        shares |= dict(zip(CLASSES, self.per_class, strict=True))
        for copy in self.other_copies:
            shares |= {f"{copy.source}, accuracy": copy.test_accuracy, copy.source: copy.false_alarms}
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise ValueError(f"{name} is {share}, a share from 0 to 1 is expected")
        kinds = set(self.missed) == set(self.missed_by_energy) == set(KINDS)
        if not (self.temperature > 0 and self.distance_limit > 0 and kinds):
            raise ValueError("the temperature, the limit or the kinds of other pictures are wrong")


def read_card(folder: Path) -> Card | None:
    """Return the card of the run in `folder`, None if it has none or it cannot be read."""
    try:
        fields = json.loads((folder / FILE).read_bytes())
        copies = tuple(OtherCopy(**copy) for copy in fields.pop("other_copies", ()))
        return Card(**(fields | {"per_class": tuple(fields["per_class"]), "other_copies": copies}))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def card_of(run: Run) -> Card | None:
    """Return the card of a network in its present state; None if it has none, or only one of an earlier state."""
    card, snapshots = read_card(run.folder), run.snapshots()
    return card if card and snapshots and card.step == snapshots[-1].step else None


def write_card(folder: Path, card: Card) -> None:
    """Store a card with its run.

    Raises:
        RunError: if it cannot be written.
    """
    if not folder.is_dir():
        raise RunError(f"The run {folder.name} was deleted; its card cannot be stored.")
    write_whole(folder / FILE, (to_json(asdict(card), indent=1) + "\n").encode())
