"""The engine: who trains next, on which worker, and what happens when one is lost."""
