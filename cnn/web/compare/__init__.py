"""The page Compare: two to eight networks side by side."""
