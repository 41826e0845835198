"""`python -m studio.cli` is `reprise`."""

import sys

from studio.cli import main

sys.exit(main())
