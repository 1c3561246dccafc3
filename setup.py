"""Builds the one Cython extension; everything else is in pyproject.toml."""

import sys

from Cython.Build import cythonize
from setuptools import Extension, setup

if sys.platform == "win32":
    flags = ["/O2"]
else:
    # -O3: without it GCC does not vectorise the G.711 loops. -fwrapv: int32 sums may wrap.
    flags = ["-O3", "-fwrapv", "-fno-strict-aliasing"]

setup(
    ext_modules=cythonize(
        [Extension("audiocore._kernels", ["audiocore/_kernels.pyx"], extra_compile_args=flags)],
        language_level=3,
    )
)
