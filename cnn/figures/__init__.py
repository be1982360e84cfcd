"""Arrays to pictures: mosaics of maps, charts, drawings. Figures are returned, never shown."""
