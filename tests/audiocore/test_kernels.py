"""The extension as built: every instruction set gives the same bits, and the typed face is true."""

import hashlib
import importlib.util
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from audiocore import _kernels

ROOT = Path(__file__).parents[2]
# What each x86-64 level adds, as /proc/cpuinfo calls it (x86-64 psABI, 3.1.1).
LEVELS = {
    "x86-64": set(),
    "x86-64-v3": {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"},
    "x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


def here() -> set[str]:
    """The levels that this machine can run."""
    cpuinfo = Path("/proc/cpuinfo")
    if platform.machine() != "x86_64" or not cpuinfo.is_file():
        return set()
    flags = set(cpuinfo.read_text().partition("flags")[2].partition("\n")[0].split())
    runnable = set()
    for level, needed in LEVELS.items():
        if not needed <= flags:
            break
        runnable.add(level)
    return runnable


def digests(kernels: Any) -> dict[str, str]:
    """What a build makes of everything that is arithmetic."""
    random = np.random.default_rng(711)
    codes = bytes(range(256)) + random.bytes(4001)
    every = np.arange(-32768, 32768, dtype="<i2").tobytes()
    loud = random.choice(np.array([-32768, 32767], "<i2"), 3001).tobytes()
    speech = random.normal(0, 6000, 3001).clip(-32768, 32767).astype("<i2").tobytes()

    outputs = {
        "ulaw_decode": kernels.ulaw_decode(codes),
        "ulaw_encode": kernels.ulaw_encode(every),
        "alaw_decode": kernels.alaw_decode(codes),
        "alaw_encode": kernels.alaw_encode(every),
    }
    streams = {
        f"{kind.__name__} {phase}": kind(phase)
        for kind in (kernels.Upsampler2, kernels.Downsampler2)
        for phase in ("minimum", "linear")
    }
    for rate in (11025, 16000, 22050, 24000, 32000, 44100, 48000):
        streams[f"{rate} to 8000"] = kernels.Resampler(rate, 8000)
        streams[f"8000 to {rate}"] = kernels.Resampler(8000, rate)
    for name, stream in streams.items():
        outputs[name] = stream.process(loud) + stream.process(speech) + stream.flush()
    return {name: hashlib.sha256(output).hexdigest() for name, output in outputs.items()}


@pytest.fixture(scope="session")
def build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("isa")


@pytest.mark.parametrize("level", LEVELS)
def test_every_instruction_set_gives_the_same_bits(level: str, build_dir: Path) -> None:
    """Build for one level only, and compare with what is installed (which picks its own)."""
    if not (ROOT / "setup.py").is_file():
        pytest.skip("not a source checkout")
    if level not in here():
        pytest.skip(f"this machine cannot run {level}")
    build = subprocess.run(
        [
            *(sys.executable, "setup.py", "-q", "build_ext", "--define", "AUDIOCORE_ONE_ISA"),
            *("--build-lib", str(build_dir / level), "--build-temp", str(build_dir / "objects")),
            *("--force", "--cython-c-in-temp"),
        ],
        cwd=ROOT,
        env={**os.environ, "CFLAGS": f"-march={level}"},
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stderr
    (library,) = (build_dir / level / "audiocore").glob("_kernels.*")
    assert digests(load(library)) == digests(_kernels)


def load(library: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("_kernels", library)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_typed_face_is_true() -> None:
    pytest.importorskip("mypy")
    check = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "audiocore._kernels"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert check.returncode == 0, check.stdout + check.stderr
