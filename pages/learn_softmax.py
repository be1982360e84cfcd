"""The lesson on softmax."""

from cnn.ui import lesson

this = lesson.start("softmax")
lesson.finish(this, "conv1")
