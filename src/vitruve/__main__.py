"""`python -m vitruve` is the command line."""

import sys

from vitruve.cli import main

sys.exit(main())
