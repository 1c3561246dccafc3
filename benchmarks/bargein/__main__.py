"""``python -m benchmarks.bargein``."""

import sys

from benchmarks.bargein import main

sys.exit(main())
