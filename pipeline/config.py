"""One frozen :class:`Config`, read once from ``audiocore.toml`` and the environment.

Every component owns the dataclass of its options; this module only composes them, and finds the
models. A setting is ``[section] key`` in the file and ``AUDIOCORE_SECTION_KEY`` in the environment,
which wins. Whatever is wrong is named (:mod:`pipeline.settings`) before anything starts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audiocore.errors import ConfigError, ModelError
from audiocore.overload import OverloadOptions
from pipeline.call import CallOptions
from pipeline.engines.options import FasterWhisperOptions, LlamaCppOptions
from pipeline.flow.business import Business
from pipeline.flow.options import FlowOptions
from pipeline.server.options import ServerOptions, TwilioOptions, is_loopback
from pipeline.settings import Setting, Settings, convert, fill, read_environment, read_file
from pipeline.workers import DeadlineOptions

FILE_NAME = "audiocore.toml"
PREFIX = "AUDIOCORE_"
FILE_VARIABLE = f"{PREFIX}CONFIG"

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
    stream: bool = True
    """Make long clauses in parts, of which the first is heard soon, if the voice's graph allows it.
    Switch it off for a voice that takes over a quarter of the time it speaks for."""

    def __post_init__(self) -> None:
        if self.length_scale is not None and not 0.5 <= self.length_scale <= 2:
            raise ValueError("length_scale must be from 0.5 to 2")


@dataclass(frozen=True, slots=True)
class DataOptions:
    """What is kept on disk."""

    dir: Path = field(default_factory=lambda: _data_home({}))
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
        settings[section, key] = Setting(text, f"--{key.replace('_', '-')}")
    for kind in _MODEL_KINDS:
        settings.setdefault(("models", kind), Setting(str(starter / kind), "starter model"))
    config = fill(Config, settings)
    return dataclasses.replace(config, models=_found(settings, config.models, find_model))


def model_names(file: Path | None, environment: Mapping[str, str]) -> tuple[Path, dict[str, str]]:
    """The folder of installed models, and what is configured, by kind: a name, or a path outside.

    Kinds that are left to the starter models are missing. Nothing needs to be installed for this,
    nor any other setting to be right.

    Raises:
        ConfigError: the file is malformed.
    """
    settings = _settings(file, environment)
    folder: Path = convert(Path, "dir", settings["models", "dir"])
    names = {}
    for kind in _MODEL_KINDS:
        if setting := settings.get(("models", kind)):
            path: Path = convert(Path, kind, setting)
            if folder.absolute() in path.absolute().parents:
                names[kind] = path.absolute().relative_to(folder.absolute()).parts[0]
            else:
                named = _is_name(setting.value) and not path.exists()
                names[kind] = setting.value if named else str(path)
    return folder, names


def _settings(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """The file, the environment over it, and where models and records are if neither says so."""
    if file is None and (named := environment.get(FILE_VARIABLE)):
        file = Path(named)
    if file is None and Path(FILE_NAME).is_file():
        file = Path(FILE_NAME)
    settings = read_file(file, Config) if file else {}
    variables = {name: text for name, text in environment.items() if name != FILE_VARIABLE}
    settings |= read_environment(variables, PREFIX, Config)
    home = _data_home(environment)
    settings.setdefault(("data", "dir"), Setting(str(home), "XDG_DATA_HOME"))
    settings.setdefault(("models", "dir"), Setting(str(home / "models"), "XDG_DATA_HOME"))
    return settings


def _data_home(environment: Mapping[str, str]) -> Path:
    """By the XDG Base Directory Specification, which ignores relative paths."""
    home = Path(environment.get("XDG_DATA_HOME", ""))
    return (home if home.is_absolute() else Path.home() / ".local" / "share") / "audiocore"


def _found(settings: Settings, models: ModelPaths, find_model: FindModel | None) -> ModelPaths:
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
