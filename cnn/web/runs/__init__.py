"""The page Runs: all networks in one table, with names, notes, tags, and deletion that can be undone."""
