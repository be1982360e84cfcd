"""The ten classes of CIFAR-10, in the order of their label numbers."""

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
