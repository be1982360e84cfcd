"""Ground for all other packages: errors, checked dataclasses, paths and settings, the scaling of pixels."""
