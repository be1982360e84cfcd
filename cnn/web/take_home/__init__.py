"""The page on which a network leaves the lab, or comes into it."""
