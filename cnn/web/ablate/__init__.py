"""Break it, a panel of the page Inside."""
