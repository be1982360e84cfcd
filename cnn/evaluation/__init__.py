"""How good a network is and how far to trust it; the pretrained networks and their cards."""
