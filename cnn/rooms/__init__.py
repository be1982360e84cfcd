"""Rooms for classes: students join with a code and share runs; a teacher sets the rules."""
