"""What the lessons compute: plain functions over `cnn.ops`, without a page around them."""
