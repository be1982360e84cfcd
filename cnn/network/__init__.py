"""Networks: the spec, its layers, their shapes and costs, and the forward pass in NumPy."""
