"""`python -m jobs.rewarding RUN_DIR`: the child process that trains a reward model."""

import sys
from pathlib import Path

from jobs.rewarding.training import train
from loop.errors import RepriseError

try:
    train(Path(sys.argv[1]))
except RepriseError as error:
    sys.exit(str(error))
