#!/usr/bin/env bash
# datasets 5.2.0: of a folder of pictures, save_to_disk writes the pictures and to_parquet only their paths on this machine.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    datasets==5.2.0 pyarrow==26.0.1 pillow==13.0.0 numpy==2.4.6; } || exit 2
cd "$folder"
HF_HOME="$folder/cache" HF_HUB_OFFLINE=1 HF_DATASETS_DISABLE_PROGRESS_BARS=1 "$folder/venv/bin/python" - <<'PYTHON'
import shutil
import sys
from pathlib import Path

import datasets
import numpy as np
import pyarrow
import pyarrow.parquet
from PIL import Image

rng = np.random.default_rng(0)
for name in ("cat", "dog"):
    Path("pictures", "train", name).mkdir(parents=True)
    for number in range(100):
        pixels = rng.integers(0, 256, (32, 32, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(Path("pictures", "train", name, f"{number}.png"))
data = datasets.load_dataset("imagefolder", data_dir="pictures", split="train")
data.to_parquet("train.parquet")
data.save_to_disk("saved")


def held(rows: list[dict]) -> int:
    return sum(row["image"]["bytes"] is not None for row in rows)


parquet = pyarrow.parquet.read_table("train.parquet").to_pylist()
with pyarrow.memory_map(str(next(Path("saved").glob("*.arrow")))) as file:
    saved = pyarrow.ipc.open_stream(file).read_all().to_pylist()
size = Path("train.parquet").stat().st_size
shutil.rmtree("pictures")  # as on another machine
copy = datasets.load_dataset("parquet", data_files="train.parquet", split="train")
try:
    opened = f"opens {copy[0]['image'].size}"
except FileNotFoundError as error:
    opened = f"raises {type(error).__name__}"
print("version: datasets", datasets.__version__)
print(f"guess:   the Parquet file of {len(parquet)} pictures holds them (600 kB), as what save_to_disk wrote does")
print(f"seen:    {held(parquet)} of {len(parquet)} are in the Parquet file ({size / 1000:.0f} kB), {held(saved)} in the",
      f"folder of save_to_disk; without the pictures' folder, the first row of the Parquet file {opened}")
print("here:    cnn/data/containers.py, _rows: a table of paths is refused, with a sentence that says why")
sys.exit(0 if held(parquet) == 0 and held(saved) == len(saved) == 200 else 1)
PYTHON
