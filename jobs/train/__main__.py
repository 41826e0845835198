"""`python -m jobs.train RUN_DIR`: the child process of a training run."""

import sys

from jobs.train.child import main

sys.exit(main(sys.argv[1:]))
