"""Settings from a TOML file and the environment, read into dataclasses.

A dataclass whose fields are dataclasses says what may be set: each field is a section, each field
of that a key, and sections may hold sections. A setting is ``[section] key`` in the file and
``PREFIX_SECTION_KEY`` in the environment. Whatever is wrong is named with its file and line (or
variable) and what to do.
"""

from __future__ import annotations

import builtins
import collections.abc
import dataclasses
import datetime
import difflib
import math
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from audiocore.errors import ConfigError, InvalidFlow

Options = TypeVar("Options")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value as it was written, and where."""

    value: Any
    where: str
    """``audiocore.toml:12`` or the variable's name; what an error starts with."""
    folder: Path | None = None
    """Of the file, whose paths are relative to it; None for text from elsewhere."""


Settings = dict[tuple[str, str], Setting]
"""By section and key."""


def _sections(root: type[Any]) -> dict[str, Any]:
    """Every table of the file by its dotted name, and the dataclass it fills."""
    found: dict[str, Any] = {}
    waiting = list(typing.get_type_hints(root).items())
    while waiting:
        section, cls = waiting.pop(0)
        found[section] = cls
        hints = typing.get_type_hints(cls)
        waiting += [(f"{section}.{n}", h) for n, h in hints.items() if dataclasses.is_dataclass(h)]
    return found


def _keys(cls: Any) -> list[str]:
    """The settings that a table holds itself, without the tables below it."""
    hints = typing.get_type_hints(cls)
    return [o.name for o in dataclasses.fields(cls) if not dataclasses.is_dataclass(hints[o.name])]


# --- reading -------------------------------------------------------------------------------------


def read_file(file: Path, root: type[Any]) -> Settings:
    """Everything that a TOML file sets.

    Raises:
        ConfigError: it cannot be read, is no TOML, or sets what ``root`` does not have.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 text: {error.reason}") from None
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: is not valid TOML: {error}") from None
    lines = _line_numbers(text)
    sections = _sections(root)
    settings: Settings = {}
    waiting = list(tables.items())
    while waiting:
        section, table = waiting.pop(0)
        where = f"{file}:{lines.get((section, ''), lines.get(('', section), 1))}"
        if section not in sections:
            raise ConfigError(f"{where}: [{section}] is not a section{_hint(section, sections)}")
        if not isinstance(table, dict):
            raise ConfigError(f"{where}: {section} must be a table, written [{section}]")
        for key, value in table.items():
            if f"{section}.{key}" in sections:
                waiting.append((f"{section}.{key}", value))
                continue
            line = lines.get((section, key), lines.get((f"{section}.{key}", "")))
            setting = Setting(value, f"{file}:{line}" if line else where, file.parent)
            _require_known(section, key, setting.where, sections)
            settings[section, key] = setting
    return settings


def _line_numbers(text: str) -> dict[tuple[str, str], int]:
    """Line of every ``[section]`` (under key ``""``) and every ``key =``; tomllib keeps none."""
    found: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.split("#", 1)[0].strip()
        if line.startswith("["):
            section = line.strip("[] ")
            found.setdefault((section, ""), number)
        elif "=" in line:
            *parents, key = line.split("=", 1)[0].split(".")
            names = [name.strip(" \t\"'") for name in (section, *parents, key)]
            found.setdefault((".".join(filter(None, names[:-1])), names[-1]), number)
    return found


def read_environment(environment: Mapping[str, str], prefix: str, root: type[Any]) -> Settings:
    """Everything that variables starting with ``prefix`` set.

    Raises:
        ConfigError: one of them sets what ``root`` does not have.
    """
    known = {
        f"{prefix}{section}_{key}".replace(".", "_").upper(): (section, key)
        for section, cls in _sections(root).items()
        for key in _keys(cls)
    }
    settings: Settings = {}
    for variable, text in environment.items():
        if not variable.startswith(prefix):
            continue
        if variable not in known:
            raise ConfigError(f"{variable}: is not a setting{_hint(variable, known)}")
        settings[known[variable]] = Setting(text, variable)
    return settings


# --- checking ------------------------------------------------------------------------------------


def _require_known(section: str, key: str, where: str, sections: Mapping[str, Any]) -> None:
    names = _keys(sections[section])
    if key not in names:
        elsewhere = [f"[{s}] {key}" for s, cls in sections.items() if key in _keys(cls)]
        hint = f"; did you mean {elsewhere[0]}?" if elsewhere else _hint(key, names)
        raise ConfigError(f"{where}: {key} is not a setting of [{section}]{hint}")


def _hint(name: str, known: Mapping[str, Any] | list[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(sorted(known))}"


def fill(cls: type[Options], settings: Settings, section: str = "") -> Options:
    """The dataclass that ``settings`` make; ``section`` is its dotted name, none for the whole.

    Raises:
        ConfigError: a value is of the wrong type, or the dataclass refuses it.
    """
    hints = typing.get_type_hints(cls)
    given = {key: setting for (s, key), setting in settings.items() if s == section}
    values = {key: convert(hints[key], key, setting) for key, setting in given.items()}
    for name, hint in hints.items():
        if dataclasses.is_dataclass(hint):
            below = f"{section}.{name}" if section else name
            values[name] = fill(typing.cast(type[Any], hint), settings, below)
    try:
        return cls(**values)
    except (ValueError, InvalidFlow) as error:
        # Options say "name must be ...": the first word tells which setting to point at. If that
        # one has its default, it is another one of this table that does not go with it.
        parent, _, name = str(error).split(" ", 1)[0].rstrip(":").rpartition(".")
        at_fault = settings.get((parent or section, name), next(iter(given.values()), None))
        where = f"{at_fault.where}: " if at_fault else ""
        within = "." if name in hints else ": "
        raise ConfigError(f"{where}{section}{within if section else ''}{error}") from None


def convert(hint: Any, key: str, setting: Setting) -> Any:
    """A setting's value as ``hint``; ``key`` is its name.

    Raises:
        ConfigError: it is none.
    """
    text = setting.folder is None
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (arm for arm in get_args(hint) if arm is not NoneType)
        if text and setting.value == "":
            return None  # how an environment unsets what a file sets
    if hint is Path and isinstance(setting.value, str) and setting.value:
        return (setting.folder or Path()) / Path(setting.value).expanduser()
    try:
        return _value(hint, setting.value, text)
    except (ValueError, TypeError):
        # The value is not repeated: it may be a secret that landed under the wrong key.
        raise ConfigError(f"{setting.where}: {key} must be {_wanted(hint)}") from None


def _value(hint: Any, value: Any, text: bool) -> Any:
    """``value`` as ``hint``; ``text`` if all there is are letters, as in the environment.

    Raises:
        ValueError, TypeError: it is none.
    """
    match get_origin(hint) or hint:
        case collections.abc.Mapping if isinstance(value, dict):
            return {name: _value(get_args(hint)[1], item, text) for name, item in value.items()}
        case builtins.tuple if isinstance(value, list):
            pairs = zip(get_args(hint), value, strict=True)
            return tuple(_value(arm, item, text) for arm, item in pairs)
        case typing.Literal if value in get_args(hint):
            return value
        case datetime.time if isinstance(value, str):
            return datetime.time.fromisoformat(value)
        case builtins.bool if text and value in ("true", "false"):
            return value == "true"
        case builtins.int | builtins.float if text or type(value) in (int, hint):
            if math.isfinite(number := hint(value)):
                return number
        case builtins.str | builtins.bool | datetime.time if isinstance(value, hint):
            return value
    raise TypeError


def _wanted(hint: Any) -> str:
    match get_origin(hint) or hint:
        case collections.abc.Mapping:
            return f"a table; each value {_wanted(get_args(hint)[1])}"
        case builtins.tuple:
            return f"a list of {' and '.join(_wanted(arm) for arm in get_args(hint))}"
        case typing.Literal:
            return " or ".join(repr(choice) for choice in get_args(hint))
    return {
        Path: "a path",
        str: "text in quotes",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        datetime.time: 'a time such as "08:30"',
    }[hint]
