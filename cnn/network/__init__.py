"""What a network is: its spec, its layers, shapes and costs, and a picture's way through it in NumPy."""
