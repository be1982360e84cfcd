"""The benchmark: what this project promises, measured on this machine. Run it with `python -m bench`."""
