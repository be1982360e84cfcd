"""The component that writes softmax out: a row a class, and the fraction of the class under the hand."""

from collections.abc import Sequence

from cnn.figures.colours import Theme
from cnn.figures.lesson_curves import written
from cnn.lessons.softmax import Steps
from cnn.web.app.component import component

_component = component(
    "softmax_bars",
    """
<div class="softmax">
  <div class="fraction" role="status"></div>
  <div class="table"><table>
    <thead><tr><th scope="col">class</th><th scope="col">score</th><td></td>
      <th scope="col" class="scaled"></th><th scope="col">e<sup class="of"></sup></th>
      <th scope="col">÷ sum</th><th scope="col" class="name">= probability</th></tr></thead>
    <tbody></tbody>
    <tfoot><tr><th scope="row">sum</th><td></td><td></td><td class="scaled"></td><td class="total"></td>
      <td class="whole"></td><td></td></tr></tfoot>
  </table></div>
</div>
""",
)


def show_steps(steps: Steps, names: Sequence[str], theme: Theme, key: str) -> None:
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
