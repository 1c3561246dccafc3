"""Callers who speak, each by a call of ``audiocore call`` to a server of its own."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

from benchmarks.bookings.scenarios import Scenario


def write(scenario: Scenario, folder: Path, number: int, voice: str | None) -> Path:
    """The script, spoken by the command ``voice`` with {text} and {file}, if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    recordings = []
    for i, words in enumerate(scenario.lines() if voice else ()):
        file = folder / f"{number:03d}-{i}.wav"
        if not file.exists():
            command = [part.format(text=words, file=file) for part in shlex.split(voice or "")]
            subprocess.run(command, check=True, capture_output=True)
        recordings.append(file.name)
    script = folder / f"{number:03d}.toml"
    script.write_text(scenario.toml(recordings))
    return script


def call(script: Path) -> tuple[bool, list[str]]:
    """Whether the caller got the appointment asked for, and what was said."""
    command = [sys.executable, "-m", "pipeline.cli", "call", "--json", "--script", str(script)]
    command += ["--out", str(script.with_suffix(""))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return False, done.stderr.splitlines()[-3:]
    said = [
        line
        for one in found.get("calls", [])
        for turn in one.get("turns", [])
        for line in (f"caller  {turn.get('caller', '')}", f"agent   {turn.get('agent', '')}")
    ]
    return found["booked_as_expected"] is True, said
