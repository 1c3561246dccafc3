"""Builds of the kernels that are pinned to one instruction set, to test and race them."""

import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]

# What each x86-64 level adds that we use, as /proc/cpuinfo calls it (x86-64 psABI, 3.1.1).
LEVELS = {
    "x86-64": set[str](),
    "x86-64-v3": {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"},
    "x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


def runnable() -> list[str]:
    """The levels that this machine can run and that can be built here, lowest first."""
    cpuinfo = Path("/proc/cpuinfo")
    if platform.machine() != "x86_64" or not cpuinfo.is_file() or not (ROOT / "setup.py").is_file():
        return []
    flags = set(cpuinfo.read_text().partition("flags")[2].partition("\n")[0].split())
    levels = []
    for level, needed in LEVELS.items():
        if not needed <= flags:
            break
        levels.append(level)
    return levels


def build(level: str) -> Path:
    """Build for `level` alone in a temporary folder; returns the library, or RuntimeError."""
    folder = Path(tempfile.mkdtemp(prefix=f"audiocore-{level}-"))
    done = subprocess.run(
        [
            *(sys.executable, "setup.py", "-q", "build_ext", "--define", "AUDIOCORE_ONE_ISA"),
            *("--build-lib", str(folder), "--build-temp", str(folder / "objects")),
            *("--force", "--cython-c-in-temp"),
        ],
        cwd=ROOT,
        env={**os.environ, "CFLAGS": f"-march={level}"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"building the kernels for {level} failed:\n{done.stderr}")
    (library,) = (folder / "audiocore").glob("_kernels.*")
    return library


def load(library: Path) -> ModuleType:
    """Import a build beside the installed one."""
    spec = importlib.util.spec_from_file_location("_kernels", library)
    if spec is None or spec.loader is None:
        raise ImportError(f"not an extension module: {library}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
