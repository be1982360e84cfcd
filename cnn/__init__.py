"""CNN Lab: build a convolutional network, train it live on CIFAR-10, look inside it."""
