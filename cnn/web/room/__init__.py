"""The page Class: a room with a code, a board of shared runs, and a teacher's rules."""
