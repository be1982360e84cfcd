"""The page Evaluate: how good a network is, where it fails, and how far to trust it."""
