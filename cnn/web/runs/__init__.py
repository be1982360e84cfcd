"""The page Runs: all networks in one table, named, noted, tagged, deleted and had back."""
