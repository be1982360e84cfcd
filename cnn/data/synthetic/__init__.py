"""Pictures drawn by code: sketch10, and pictures of none of the ten classes."""
