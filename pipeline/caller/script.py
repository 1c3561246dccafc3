"""What the caller does: a TOML file of turns, each a recording or a text to speak.

::

    settle_ms = 500            # the agent is finished after this much silence
    patience_ms = 10000        # speak anyway when the agent says nothing for this long

    [expect]                   # the booking that GET /appointments must show afterwards
    name = "maria jones"

    [[turn]]
    audio = "hello.flac"       # a recording, beside this file
    words = "hello"            # what is said in it, for people

    [[turn]]
    text = "tuesday please"    # spoken by flite or the starter voice
    barge_in_ms = 800          # do not wait: begin this long after the agent begins to speak

    [[turn]]
    pause_ms = 2000            # be silent this long before doing anything
    dtmf = "12#"               # press keys
    hang_up = "stop"           # or "drop": the line goes dead without a stop message
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audiocore.errors import ConfigError
from audiocore.g711 import ulaw_encode
from audiocore.units import FRAME_SAMPLES, TELEPHONE_HZ, ULAW_SILENCE
from pipeline.audiofile import read_pcm

Speak = Callable[[str], bytes]
"""Text to mono int16 at 8 kHz."""

_TURN_KEYS = {"audio", "text", "words", "barge_in_ms", "pause_ms", "dtmf", "hang_up"}
_SCRIPT_KEYS = {"settle_ms", "patience_ms", "expect", "turn", "from", "to"}
_DTMF_KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that the caller does."""

    words: str = ""
    """What is said, as far as it is known."""
    ulaw_8k: bytes = field(default=b"", repr=False)
    """Whole 20 ms frames; empty when nothing is said."""
    barge_in_ms: int | None = None
    pause_ms: int = 0
    dtmf: str = ""
    hang_up: str | None = None


Reply = Callable[[str], Turn | None]
"""What the agent said since the caller last spoke, to what the caller does; None at the end. It may
take its time: it runs in a thread of its own."""


@dataclass(frozen=True, slots=True)
class Script:
    """One call's worth of turns, or who makes them up."""

    turns: tuple[Turn, ...]
    expect: Mapping[str, str] = field(default_factory=dict)
    caller: str = "+15005550006"
    """Twilio's magic number, which no one owns."""
    called: str = "+15005550000"
    settle_ms: int = 500
    patience_ms: int = 10_000
    reply: Reply | None = None
    """Somebody who listens, in place of ``turns``."""


def load(path: Path, speak: Speak) -> Script:
    """Read a script and everything it plays.

    Raises:
        ConfigError: the file, or a recording, cannot be read or makes no sense.
    """
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from None
    _require_keys(path, "the script", tables, _SCRIPT_KEYS)
    turns = tables.get("turn", [])
    if not isinstance(turns, list) or not turns:
        raise ConfigError(f"{path}: has no [[turn]]")
    expect = tables.get("expect", {})
    if not isinstance(expect, dict):
        raise ConfigError(f"{path}: expect must be a table, written [expect]")
    defaults = Script(())
    return Script(
        turns=tuple(_turn(path, number, table, speak) for number, table in enumerate(turns, 1)),
        expect={str(name): str(value) for name, value in expect.items()},
        caller=str(tables.get("from", defaults.caller)),
        called=str(tables.get("to", defaults.called)),
        settle_ms=_milliseconds(path, "settle_ms", tables, defaults.settle_ms),
        patience_ms=_milliseconds(path, "patience_ms", tables, defaults.patience_ms),
    )


def _turn(path: Path, number: int, table: Any, speak: Speak) -> Turn:
    where = f"turn {number}"
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {where} must be a table, written [[turn]]")
    _require_keys(path, where, table, _TURN_KEYS)
    if "audio" in table and "text" in table:
        raise ConfigError(f"{path}: {where}: give audio or text, not both")
    if not table.keys() - {"words"}:
        raise ConfigError(f"{path}: {where} does nothing")
    dtmf = str(table.get("dtmf", ""))
    if not set(dtmf) <= _DTMF_KEYS:
        raise ConfigError(f"{path}: {where}: dtmf may hold 0-9 * # A-D, not {dtmf!r}")
    hang_up = table.get("hang_up")
    if hang_up not in (None, "stop", "drop"):
        raise ConfigError(f'{path}: {where}: hang_up must be "stop" or "drop"')
    text = str(table.get("text", ""))
    pcm = b""
    if "audio" in table:
        pcm = read_pcm(path.parent / str(table["audio"]), TELEPHONE_HZ)
    elif text:
        pcm = speak(text)
    return Turn(
        words=str(table.get("words", text)),
        ulaw_8k=whole_frames(ulaw_encode(pcm)),
        barge_in_ms=_milliseconds(path, "barge_in_ms", table, None),
        pause_ms=_milliseconds(path, "pause_ms", table, 0),
        dtmf=dtmf,
        hang_up=hang_up,
    )


def whole_frames(ulaw_8k: bytes) -> bytes:
    """Padded with silence to a multiple of 20 ms."""
    return ulaw_8k + ULAW_SILENCE * (-len(ulaw_8k) % FRAME_SAMPLES)


def _require_keys(path: Path, where: str, table: Mapping[str, Any], known: set[str]) -> None:
    for key in table.keys() - known:
        raise ConfigError(
            f"{path}: {key} is not a setting of {where}; there are {', '.join(sorted(known))}"
        )


def _milliseconds(path: Path, key: str, table: Mapping[str, Any], default: Any) -> Any:
    value = table.get(key, default)
    if value is not default and (type(value) is not int or value < 0):
        raise ConfigError(f"{path}: {key} must be a whole number of milliseconds")
    return value
