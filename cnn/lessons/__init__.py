"""What the lessons compute: plain functions over `cnn.network.ops`, without a page around them."""
