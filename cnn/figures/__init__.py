"""Figures made from arrays: mosaics of maps, charts, drawings. They are returned, never shown."""
