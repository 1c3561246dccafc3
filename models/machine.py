"""What this machine has for models: cores, memory, a GPU."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Machine:
    """What may be used, by a container's limits where there are any."""

    cores: float
    memory_mb: int
    """Available now, 10^6 bytes."""
    gpus: tuple[str, ...]
    """Name and memory of each, as ``nvidia-smi`` says."""

    def __str__(self) -> str:
        gpus = ", ".join(self.gpus) or "no GPU"
        return f"{self.cores:g} cores, {self.memory_mb / 1000:,.1f} GB of memory available, {gpus}"


def look(cgroup: Path = _CGROUP, meminfo: Path = Path("/proc/meminfo")) -> Machine:
    """Find out; what cannot be found out is left to the safe side."""
    return Machine(_cores(cgroup), _memory_mb(cgroup, meminfo), _gpus())


def _cores(cgroup: Path) -> float:
    # macOS has no affinity.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota, _, period = _read(cgroup / "cpu.max").partition(" ")
    limit = int(quota) / int(period) if quota.isdigit() and period.strip().isdigit() else None
    return min(cores or 1, limit) if limit else float(cores or 1)


def _memory_mb(cgroup: Path, meminfo: Path) -> int:
    lines = dict(line.split(":", 1) for line in _read(meminfo).splitlines() if ":" in line)
    if "MemAvailable" in lines:
        available = int(lines["MemAvailable"].split()[0]) * 1024
    else:
        available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    limit, used = _read(cgroup / "memory.max").strip(), _read(cgroup / "memory.current").strip()
    if limit.isdigit() and used.isdigit():
        available = min(available, int(limit) - int(used))
    return max(0, available // 1_000_000)


def _gpus() -> tuple[str, ...]:
    if not (program := shutil.which("nvidia-smi")):
        return ()
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(line.strip() for line in done.stdout.splitlines() if line.strip())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
