"""A room for a class: students share runs with each other under a code, and a teacher sets the rules."""
