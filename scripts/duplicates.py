"""Find the test pictures of CIFAR-10 that are in its training set, too, and write the list of them.

`python scripts/duplicates.py` reads the official files of `CNN_LAB_DATA` and writes
`cnn/evaluation/cifar10_duplicates.json`; about three minutes on two cores. docs/find-out.md says how the
threshold was chosen.
"""

import json
import sys

import numpy as np

from cnn.data import cifar10
from cnn.data.layout import TEST_FILE, TRAIN_FILES, batches_folder, data_folder
from cnn.evaluation import duplicates


def main() -> int:
    """Write the list and say how many pairs there are."""
    batches = batches_folder(data_folder())
    train, train_labels = duplicates.training_pictures(batches, np.arange(50_000))
    test, labels = cifar10.test_pictures(range(10_000)), cifar10.test_labels()
    pairs = duplicates.find(test, train)
    rows = [[one, other, round(likeness, 4), int(flag)] for one, other, likeness, flag in pairs]
    files = {name: duplicates.md5(batches / name) for name in (*TRAIN_FILES, TEST_FILE)}
    head = json.dumps({"threshold": duplicates.THRESHOLD, "files": files}, indent=1)
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    duplicates.FILE.write_text(f'{head[:-2]},\n "pairs": [\n  {lines}\n ]\n}}\n', "utf-8")
    apart = sum(int(labels[one] != train_labels[other]) for one, other, *_ in pairs)
    print(f"{len(pairs)} pairs, {apart} of them with two labels, {sum(flag for *_, flag in pairs)} mirrored")
    return 0


if __name__ == "__main__":
    sys.exit(main())
