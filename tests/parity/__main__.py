"""`python -m tests.parity [FILE...]`: the largest error of every output of every golden."""

import sys

from tests.parity.runner import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
