"""The lesson on dense."""

from cnn.ui import lesson

this = lesson.start("dense")
lesson.finish(this, "conv1")
