"""A trained network in the forms that other programs read. TensorFlow is imported inside the functions only."""
