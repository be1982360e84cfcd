"""The component that writes softmax out: a row a class, and the fraction of the class under the hand."""

from collections.abc import Sequence

from cnn.core.numbers import written
from cnn.figures.colours import Theme
from cnn.lessons.softmax import SoftmaxSteps
from cnn.web.app.component import component

_component = component("softmax_bars")


def show_steps(steps: SoftmaxSteps, names: Sequence[str], theme: Theme, key: str) -> None:
    """Show score → exp → sum → probability of every class; pointing at one writes its fraction out.

    Args:
        steps: the numbers.
        names: of the classes.
        theme: of the page.
        key: of the component.
    """
    scores = steps.scores.tolist()
    reach = max(map(abs, scores)) or 1.0
    data = {
        "names": list(names),
        "scores": [written(score) for score in scores],
        "exponents": [written(score / steps.temperature) for score in scores],
        "powers": [written(power) for power in steps.powers.tolist()],
        "total": written(steps.total),
        "shares": [written(share) for share in steps.probabilities.tolist()],
        "exact": [f"{share:.9g}" for share in steps.probabilities.tolist()],
        "whole": written(float(steps.probabilities.sum())),
        "bars": [round(score / reach, 4) for score in scores],
        "widths": [round(share, 5) for share in steps.probabilities.tolist()],
        "temperature": "" if steps.temperature == 1 else f"{steps.temperature:g}",
        "best": int(steps.probabilities.argmax()),
        "colours": {"above": theme.positive, "below": theme.negative},
    }
    _component(data=data, key=key)
