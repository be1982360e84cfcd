"""What every worker imports, imported once: in the process that the server's workers are forked from.

Nothing is computed here, since a fork has only one of the threads that TensorFlow would start. The objects are kept out
of garbage collection, which would write to them, and so copy the memory that workers share.
"""

import gc

from cnn.training import runtime

runtime.set_environment()

import tensorflow as tf  # noqa: E402, F401

from cnn.training import precision, trainer  # noqa: E402, F401

gc.collect()
gc.freeze()
