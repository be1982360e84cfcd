"""Training: the Keras model, the training step, the loop, and how its reports are recorded."""
