"""``python -m benchmarks.endpointing``."""

import sys

from benchmarks.endpointing import main

sys.exit(main())
