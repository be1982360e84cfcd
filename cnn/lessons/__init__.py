"""The computations of the lessons: plain functions over `cnn.network.ops`, independent of the pages."""
