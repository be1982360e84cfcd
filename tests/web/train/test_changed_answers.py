"""The pictures whose answer changed last: compared with the network's own answers at two saved states."""

import re

import numpy as np

from cnn import data
from cnn.data import CLASSES
from cnn.network.forward import forward, weight_shapes
from support.app_pages import TINY, Lab


def test_what_changed_between_two_states_is_shown_with_both_answers(lab: Lab) -> None:
    run = lab.put("finished")
    rng = np.random.default_rng(5)
    for step, epoch in ((6, 2), (9, 3)):
        weights = {
            name: rng.normal(0, 0.3, shape).astype(np.float32)
            for name, shape in weight_shapes(TINY.network).items()
        }
        run.save_snapshot(step, epoch, weights)
    app = lab.visit("train", setup=TINY.to_link())
    assert not app.exception
    (shown,) = [item.value for item in app.html if 'class="changed"' in item.value]
    told = re.findall(
        r"Test picture (\d+) of class (\w+)\"><span>(\w+) → <b>(\w+)</b> (✓|✗ the class is \w+)", shown
    )
    assert told
    before, now = run.snapshots()[-2:]
    for index, truth, was, says, sign in told:
        pixels, label = data.test_picture("sketch10", int(index))
        answers = [
            CLASSES[int(forward(TINY.network, run.weights(one), pixels)["softmax"].argmax())]
            for one in (before, now)
        ]
        assert (was, says, truth) == (*answers, CLASSES[label])
        assert was != says
        assert (sign == "✓") == (says == truth)


def test_states_that_answer_alike_show_nothing(lab: Lab) -> None:
    lab.put("finished")  # its two states have the same weights
    app = lab.visit("train")
    assert not [item for item in app.html if 'class="changed"' in item.value]
