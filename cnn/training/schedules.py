"""Learning-rate schedules: the factor of the learning rate as a function of the progress of a run."""

import numpy as np
from numpy.typing import NDArray

WARM_UP = 0.2
START_FACTOR = 0.05


def rate_factor(schedule: str, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the factor of the learning rate when `share` (0 to 1) of a run is done, same shape as `share`.

    constant: always 1. cosine: from 1 to 0 along half a cosine (Loshchilov, Hutter 2016). one_cycle: linear
    warm-up over the first fifth, then linear decay to 0 (Smith, Topin 2017).

    >>> rate_factor("cosine", np.array([0.0, 0.5, 1.0])).round(3).tolist()
    [1.0, 0.5, 0.0]
    >>> rate_factor("one_cycle", np.array([0.2, 0.6, 1.0])).round(3).tolist()
    [1.0, 0.5, 0.0]
    """
    if schedule == "cosine":
        return 0.5 * (1 + np.cos(np.pi * share))
    if schedule == "one_cycle":
        return np.interp(share, [0.0, WARM_UP, 1.0], [START_FACTOR, 1.0, 0.0])
    return np.ones_like(share)
