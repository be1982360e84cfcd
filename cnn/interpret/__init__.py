"""Interpretation of a trained network: cells, edits, attribution, and feature visualisation."""
