"""Run it: see :mod:`benchmarks.bookings`."""

import sys

from benchmarks.bookings import main

sys.exit(main())
