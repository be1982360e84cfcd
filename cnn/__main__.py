"""`python -m cnn`: the command line."""

import sys

from cnn.cli.main import main

sys.exit(main())
