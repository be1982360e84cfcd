"""The lesson on conv."""

from cnn.ui import lesson

this = lesson.start("conv")
lesson.finish(this, "conv1")
