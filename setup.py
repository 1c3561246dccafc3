"""Builds the one Cython extension; everything else is in pyproject.toml.

Variants, each by flag (add ``--inplace`` to build next to the sources, ``--force`` after changing
flags):

* ``python setup.py build_ext --cython-annotate`` writes ``audiocore/_kernels.html``, which shows
  where Cython calls into Python.
* ``python setup.py build_ext --cython-directives=linetrace=True --define CYTHON_TRACE=1`` lets
  coverage.py see the lines of the kernels, which become slow.
* ``CFLAGS=-march=x86-64-v3 python setup.py build_ext --define AUDIOCORE_ONE_ISA`` pins one
  instruction set instead of choosing at run time.
"""

import sys

from Cython.Distutils import build_ext
from setuptools import Extension, setup

if sys.platform == "win32":
    flags = ["/O2"]
else:
    # -O3: without it GCC does not vectorise the G.711 loops. -fwrapv: int32 sums may wrap.
    # -ffp-contract=off: filters are designed in floating point and must round alike everywhere.
    flags = ["-O3", "-fwrapv", "-fno-strict-aliasing", "-ffp-contract=off"]

PARTS = ("buffers", "g711", "taps", "resample", "jitter", "conceal", "dtmf")

kernels = Extension(
    "audiocore._kernels",
    ["audiocore/_kernels.pyx"],
    depends=[
        "audiocore/_fir.h",
        *(f"audiocore/_{part}.pxi" for part in PARTS),
    ],
    include_dirs=["audiocore"],
    extra_compile_args=flags,
)

setup(ext_modules=[kernels], cmdclass={"build_ext": build_ext})
