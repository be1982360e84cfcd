"""What all other packages build on: errors, checked dataclasses, paths and settings, the scaling of pixels."""
