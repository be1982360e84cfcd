"""The lesson on relu."""

from cnn.ui import lesson

this = lesson.start("relu")
lesson.finish(this, "conv1")
