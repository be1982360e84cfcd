"""The lesson on pool."""

from cnn.ui import lesson

this = lesson.start("pool")
lesson.finish(this, "conv1")
