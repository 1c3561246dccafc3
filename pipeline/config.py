"""One frozen :class:`Config`, read once from ``audiocore.toml`` and the environment.

Every component owns the dataclass of its options; this module only composes and parses them. A
setting is ``[section] key`` in the file and ``AUDIOCORE_SECTION_KEY`` in the environment, which
wins. Whatever is wrong is named with its file and line (or variable) and what to do, before
anything starts.
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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from audiocore.errors import ConfigError, InvalidFlow, ModelError
from audiocore.overload import OverloadOptions
from pipeline.call import CallOptions
from pipeline.engines.options import FasterWhisperOptions, LlamaCppOptions
from pipeline.flow.business import Business
from pipeline.flow.options import FlowOptions
from pipeline.server.options import ServerOptions, TwilioOptions, is_loopback
from pipeline.workers import DeadlineOptions

FILE_NAME = "audiocore.toml"
PREFIX = "AUDIOCORE_"
FILE_VARIABLE = f"{PREFIX}CONFIG"

Options = TypeVar("Options")
FindModel = Callable[[Path, str, str], Path]
"""Folder of installed models, name and kind, to where it is; raises ModelError."""


@dataclass(frozen=True, slots=True)
class ModelPaths:
    """Where the three models are; what must be in each folder is the engines' to say.

    In the file, each is a path or the name of an installed model.
    """

    stt: Path
    """A faster-whisper (CTranslate2) model folder."""
    llm: Path
    """A GGUF file, or a folder with one."""
    tts: Path
    """A Piper voice: an ``.onnx`` file with its ``.onnx.json``, or a folder with one."""
    dir: Path = field(default_factory=lambda: _data_home({}) / "models")
    """Where ``audiocore models`` installs them."""


@dataclass(frozen=True, slots=True)
class TtsOptions:
    """How the agent sounds."""

    speaker: str | None = None
    """Name or number of a speaker, for voices with several; None takes the voice's first."""
    length_scale: float | None = None
    """Pace: above 1 is slower; None takes the voice's own."""

    def __post_init__(self) -> None:
        if self.length_scale is not None and not 0.5 <= self.length_scale <= 2:
            raise ValueError("length_scale must be from 0.5 to 2")


@dataclass(frozen=True, slots=True)
class DataOptions:
    """What is kept on disk."""

    dir: Path = field(default_factory=lambda: Path.home() / ".local" / "share" / "audiocore")
    """Folder of the database; made if missing."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set."""

    models: ModelPaths
    server: ServerOptions = field(default_factory=ServerOptions)
    twilio: TwilioOptions = field(default_factory=TwilioOptions)
    tts: TtsOptions = field(default_factory=TtsOptions)
    data: DataOptions = field(default_factory=DataOptions)
    stt: FasterWhisperOptions = field(default_factory=FasterWhisperOptions)
    llm: LlamaCppOptions = field(default_factory=LlamaCppOptions)
    call: CallOptions = field(default_factory=CallOptions)
    overload: OverloadOptions = field(default_factory=OverloadOptions)
    deadlines: DeadlineOptions = field(default_factory=DeadlineOptions)
    flow: FlowOptions = field(default_factory=FlowOptions)
    business: Business = field(default_factory=Business)

    def __post_init__(self) -> None:
        if self.twilio.auth_token is None and not self.server.local_only:
            name = "public_url" if is_loopback(self.server.host) else "host"
            raise ValueError(
                f"server.{name} {getattr(self.server, name)!r} opens this server to others, and "
                "without twilio.auth_token anyone could place calls: set "
                f"{PREFIX}TWILIO_AUTH_TOKEN (Twilio console, Account Info), or leave "
                f"server.{name} out to serve this machine alone"
            )
        if not self.server.local_only and self.server.public_url is None:
            raise ValueError(
                f"server.host {self.server.host!r} needs server.public_url, the https address "
                "under which Twilio reaches this server: signatures cover that exact address"
            )


def load(
    file: Path | None,
    environment: Mapping[str, str],
    *,
    starter: Path,
    overrides: Mapping[tuple[str, str], str] = {},
    find_model: FindModel | None = None,
) -> Config:
    """Read the configuration.

    Args:
        file: the TOML file; None takes ``AUDIOCORE_CONFIG``, else ``audiocore.toml`` in the working
            folder if there is one.
        environment: ``os.environ``.
        starter: folder of the models to use where no path is set.
        overrides: ``(section, key)`` to text, from the command line; these win over everything.
        find_model: where an installed model is, for settings that name one.

    Raises:
        ConfigError: something is unknown, malformed or missing; the message says where.
    """
    settings = _settings(file, environment)
    for (section, key), text in overrides.items():
        settings[section, key] = _Setting(text, f"--{key.replace('_', '-')}")
    for kind in _MODEL_KINDS:
        settings.setdefault(("models", kind), _Setting(str(starter / kind), "starter model"))
    config = _section(Config, "", settings)
    return dataclasses.replace(config, models=_found(settings, config.models, find_model))


def model_names(file: Path | None, environment: Mapping[str, str]) -> tuple[Path, dict[str, str]]:
    """The folder of installed models, and what is configured, by kind: a name, or a path outside.

    Kinds that are left to the starter models are missing. Nothing needs to be installed for this,
    nor any other setting to be right.

    Raises:
        ConfigError: the file is malformed.
    """
    settings = _settings(file, environment)
    folder: Path = _convert(Path, "dir", settings["models", "dir"])
    names = {}
    for kind in _MODEL_KINDS:
        if setting := settings.get(("models", kind)):
            path: Path = _convert(Path, kind, setting)
            if folder.absolute() in path.absolute().parents:
                names[kind] = path.absolute().relative_to(folder.absolute()).parts[0]
            else:
                named = _is_name(setting.value) and not path.exists()
                names[kind] = setting.value if named else str(path)
    return folder, names


def _settings(file: Path | None, environment: Mapping[str, str]) -> _Settings:
    """The file, the environment over it, and where models are if neither says so."""
    if file is None and (named := environment.get(FILE_VARIABLE)):
        file = Path(named)
    if file is None and Path(FILE_NAME).is_file():
        file = Path(FILE_NAME)
    settings = _read_file(file) if file else {}
    settings |= _read_environment(environment)
    folder = _data_home(environment) / "models"
    settings.setdefault(("models", "dir"), _Setting(str(folder), "XDG_DATA_HOME"))
    return settings


def _data_home(environment: Mapping[str, str]) -> Path:
    """By the XDG Base Directory Specification, which ignores relative paths."""
    home = Path(environment.get("XDG_DATA_HOME", ""))
    return (home if home.is_absolute() else Path.home() / ".local" / "share") / "audiocore"


@dataclass(frozen=True, slots=True)
class _Setting:
    value: Any
    where: str
    """``audiocore.toml:12`` or the variable's name; what an error starts with."""
    folder: Path | None = None
    """Of the file, whose paths are relative to it; None for text from elsewhere."""


_Settings = dict[tuple[str, str], _Setting]


def _sections() -> dict[str, Any]:
    """Every table of the file by its dotted name, and the dataclass it fills."""
    found: dict[str, Any] = {}
    waiting = list(typing.get_type_hints(Config).items())
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


def _read_file(file: Path) -> _Settings:
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
    settings: _Settings = {}
    waiting = list(tables.items())
    while waiting:
        section, table = waiting.pop(0)
        where = f"{file}:{lines.get((section, ''), lines.get(('', section), 1))}"
        if section not in _sections():
            raise ConfigError(f"{where}: [{section}] is not a section{_hint(section, _sections())}")
        if not isinstance(table, dict):
            raise ConfigError(f"{where}: {section} must be a table, written [{section}]")
        for key, value in table.items():
            if f"{section}.{key}" in _sections():
                waiting.append((f"{section}.{key}", value))
                continue
            line = lines.get((section, key), lines.get((f"{section}.{key}", "")))
            setting = _Setting(value, f"{file}:{line}" if line else where, file.parent)
            _require_known(section, key, setting.where)
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


def _read_environment(environment: Mapping[str, str]) -> _Settings:
    known = {
        f"{PREFIX}{section}_{key}".replace(".", "_").upper(): (section, key)
        for section, cls in _sections().items()
        for key in _keys(cls)
    }
    settings: _Settings = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable == FILE_VARIABLE:
            continue
        if variable not in known:
            raise ConfigError(f"{variable}: is not a setting{_hint(variable, known)}")
        settings[known[variable]] = _Setting(text, variable)
    return settings


# --- checking ------------------------------------------------------------------------------------


def _require_known(section: str, key: str, where: str) -> None:
    names = _keys(_sections()[section])
    if key not in names:
        elsewhere = [f"[{s}] {key}" for s, cls in _sections().items() if key in _keys(cls)]
        hint = f"; did you mean {elsewhere[0]}?" if elsewhere else _hint(key, names)
        raise ConfigError(f"{where}: {key} is not a setting of [{section}]{hint}")


def _hint(name: str, known: Mapping[str, Any] | list[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(sorted(known))}"


def _section(cls: type[Options], section: str, settings: _Settings) -> Options:
    hints = typing.get_type_hints(cls)
    given = {key: setting for (s, key), setting in settings.items() if s == section}
    values = {key: _convert(hints[key], key, setting) for key, setting in given.items()}
    for name, hint in hints.items():
        if dataclasses.is_dataclass(hint):
            below = f"{section}.{name}" if section else name
            values[name] = _section(typing.cast(type[Any], hint), below, settings)
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


def _convert(hint: Any, key: str, setting: _Setting) -> Any:
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


def _found(settings: _Settings, models: ModelPaths, find_model: FindModel | None) -> ModelPaths:
    """The models with names replaced by paths; a path that exists wins over a name."""
    found: dict[str, Path] = {}
    for kind, what in _MODEL_KINDS.items():
        setting, path = settings["models", kind], getattr(models, kind)
        where = f"{setting.where}: models.{kind}: {path} does not exist"
        if path.exists():
            continue
        if find_model is None or not _is_name(setting.value):
            raise ConfigError(
                f"{where}; give the path of {what}, the name of an installed model (`audiocore "
                "models list`), or leave the setting out for the starter model"
            )
        try:
            found[kind] = find_model(models.dir, setting.value, kind)
        except ModelError as error:
            raise ConfigError(f"{where}, and {error}") from None
    return dataclasses.replace(models, **found)


def _is_name(value: Any) -> bool:
    """Whether a setting can be the name of an installed model rather than a path."""
    return isinstance(value, str) and Path(value).name == value and value != ".."


_MODEL_KINDS = {
    "stt": "a faster-whisper (CTranslate2) model folder",
    "llm": "a GGUF file",
    "tts": "a Piper voice (.onnx with its .onnx.json)",
}
