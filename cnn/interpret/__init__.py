"""What is asked of a trained network: cells, edits, reasons, and what its filters look for."""
