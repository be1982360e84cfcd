"""The lesson on chain."""

from cnn.ui import lesson

this = lesson.start("chain")
lesson.finish(this, "conv1")
