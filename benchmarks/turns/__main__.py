"""``python -m benchmarks.turns``."""

import sys

from benchmarks.turns import main

sys.exit(main())
