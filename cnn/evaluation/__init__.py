"""Evaluation of networks: accuracy, calibration, out-of-distribution detection; pretrained networks and their cards."""
