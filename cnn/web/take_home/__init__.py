"""The page Take home: a network is downloaded or uploaded."""
