"""``python -m benchmarks.kernels``."""

import sys

from benchmarks.kernels import main

sys.exit(main())
