"""`python -m cnn`: the command line."""

import sys

from cnn.cli import main

sys.exit(main())
