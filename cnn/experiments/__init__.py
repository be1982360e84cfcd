"""Experiments: a grid of settings whose runs belong together; an experiment is a folder, as a run is."""
