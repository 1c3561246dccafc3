"""What the machine has, also inside a container."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models import machine

MEMINFO = "MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n"


@pytest.fixture
def meminfo(tmp_path: Path) -> Path:
    (tmp_path / "meminfo").write_text(MEMINFO)
    return tmp_path / "meminfo"


def test_this_machine_has_something() -> None:
    here = machine.look()
    assert 0 < here.cores <= (os.cpu_count() or 1)
    assert here.memory_mb > 0


def test_memory_is_what_is_available(tmp_path: Path, meminfo: Path) -> None:
    assert machine.look(tmp_path, meminfo).memory_mb == 4096


def test_a_container_s_limits_count(tmp_path: Path, meminfo: Path) -> None:
    (tmp_path / "memory.max").write_text("3000000000\n")
    (tmp_path / "memory.current").write_text("1000000000\n")
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    here = machine.look(tmp_path, meminfo)
    assert (here.cores, here.memory_mb) == (0.5, 2000)
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert machine.look(tmp_path, meminfo).memory_mb == 4096


@pytest.mark.parametrize(
    ("script", "gpus"),
    [
        ("echo 'NVIDIA L4, 23034 MiB'", ("NVIDIA L4, 23034 MiB",)),
        ("echo 'no driver'; exit 9", ()),
    ],
)
def test_gpus_are_asked_of_the_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, gpus: tuple[str, ...]
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert machine.look().gpus == gpus
