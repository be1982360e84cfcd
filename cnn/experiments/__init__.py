"""Experiments: a grid of settings, trained as one, whose facts are a folder like those of a run."""
