"""The page Compare: two to eight networks held against each other."""
