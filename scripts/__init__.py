"""Tools that the Makefile calls; none is part of the app."""
