"""Training: the Keras model, its step, the loop, and what becomes of its reports."""
