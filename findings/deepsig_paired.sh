#!/usr/bin/env bash
# deepsig 1.2.8: the permutation test pairs the runs by their order in the lists, and the "paired bootstrap test" does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    deepsig==1.2.8 numpy==2.4.6 scipy==1.17.1; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from deepsig import bootstrap_test, permutation_test
from scipy import stats

better = np.array([0.70, 0.72, 0.74, 0.76, 0.78])  # accuracies with five random seeds
orders = {"same order": better - 0.01, "reversed": better[::-1] - 0.01}  # the same five accuracies, listed differently


def difference(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
    return a.mean(axis) - b.mean(axis)


tests = {"permutation_test": permutation_test, "bootstrap_test": bootstrap_test}
seen = {
    name: [round(float(test(better, worse, num_samples=3000, seed=0)), 3) for worse in orders.values()]
    for name, test in tests.items()
}
exact = [
    round(float(stats.permutation_test((better, worse), difference, alternative="greater").pvalue), 3)
    for worse in orders.values()
]
print("version: deepsig", version("deepsig"), "SciPy", version("scipy"))
print("guess:   seeds are no pairs, so permutation_test does not depend on their order, as SciPy's:", exact, "-",
      "and bootstrap_test, the paired bootstrap test by its documentation, does")
print("seen:    p-values in the same order and with one list reversed:", seen)
print("here:    seeds_differ in cnn/evaluation/metrics.py takes all divisions into two groups, without pairs")
paired, other = seen["permutation_test"], seen["bootstrap_test"]
right = exact[0] == exact[1] > 0.2 and paired[0] < 0.05 and paired[1] > 0.3
sys.exit(0 if right and abs(other[0] - other[1]) < 0.03 else 1)
PYTHON
