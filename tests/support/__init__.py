"""What tests share: how to serve the app, open a page, draw a random network, stand in for training."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
