"""Where things are on disk, as the environment says."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def home_folder() -> Path:
    """Return the folder of runs: `CNN_LAB_HOME`, by default `~/.cnn-lab`."""
    named = os.environ.get("CNN_LAB_HOME")
    return Path(named).expanduser() if named else Path.home() / ".cnn-lab"


def runs_folder() -> Path:
    """Return the folder that holds one folder a run."""
    return home_folder() / "runs"


def models_folder() -> Path:
    """Return the folder of the networks that come along."""
    return PROJECT / "models"
