"""The engine: which run trains next, on which worker, and recovery when a worker is lost."""
