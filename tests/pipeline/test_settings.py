"""Settings: what a dataclass says may be set is read, and all else is named with its place."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.errors import ConfigError
from pipeline.settings import fill, read_environment, read_file


@dataclass(frozen=True)
class Ear:
    patience: Literal["eager", "patient"] = "eager"
    wait_ms: int = 100


@dataclass(frozen=True)
class Server:
    host: str = "localhost"
    port: int = 8080
    drain_s: float = 30.0
    open: bool = False
    public_url: str | None = None
    folder: Path = Path("records")
    hours: Mapping[str, tuple[time, time]] = field(default_factory=dict)
    ear: Ear = field(default_factory=Ear)

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"port must be 0 to 65535, not {self.port}")


@dataclass(frozen=True)
class Caller:
    name: str = "nobody"


@dataclass(frozen=True)
class Whole:
    server: Server = field(default_factory=Server)
    caller: Caller = field(default_factory=Caller)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_every_type_is_read_from_a_file(file: Path) -> None:
    file.write_text(
        """
        caller.name = "Sarah"
        [server]
        port = 1
        drain_s = 2
        open = true
        public_url = "https://a.example"
        folder = "beside"
        [server.hours]
        monday = ["08:30", "12:00"]
        [server.ear]
        patience = "patient"
        """
    )
    assert fill(Whole, read_file(file, Whole)) == Whole(
        Server(
            port=1,
            drain_s=2.0,
            open=True,
            public_url="https://a.example",
            folder=file.parent / "beside",
            hours={"monday": (time(8, 30), time(12))},
            ear=Ear("patient"),
        ),
        Caller("Sarah"),
    )


def test_the_environment_holds_the_same_settings_as_text() -> None:
    variables = {
        "X_SERVER_PORT": "1",
        "X_SERVER_DRAIN_S": "2",
        "X_SERVER_OPEN": "true",
        "X_SERVER_FOLDER": "here",
        "X_SERVER_EAR_WAIT_MS": "3",
        "Y_SERVER_PORT": "another's",
    }
    assert fill(Whole, read_environment(variables, "X_", Whole)) == Whole(
        Server(port=1, drain_s=2.0, open=True, folder=Path("here"), ear=Ear(wait_ms=3))
    )


def test_an_empty_variable_unsets_what_may_be_unset() -> None:
    assert fill(Whole, read_environment({"X_SERVER_PUBLIC_URL": ""}, "X_", Whole)) == Whole()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[server]\nprot = 1", ":2: prot is not a setting of [server]; did you mean port?"),
        ("[sever]\nport = 1", ":1: [sever] is not a section; did you mean server?"),
        ("port = 1", ":1: [port] is not a section; there are caller, server, server.ear"),
        ("[server]\nname = 'x'", ":2: name is not a setting of [server]; did you mean [caller]"),
        ("[server]\near.wait = 10", ":2: wait is not a setting of [server.ear]; did you mean wait"),
        ("server = 1", ":1: server must be a table, written [server]"),
        ("[server]\n\nport = 'x'", ":3: port must be a whole number"),
        ("[server]\nport = '80'", ":2: port must be a whole number"),
        ("[server]\nport = true", ":2: port must be a whole number"),
        ("[server]\nport = 8080.5", ":2: port must be a whole number"),
        ("[server]\nport = 70000", ":2: server.port must be 0 to 65535, not 70000"),
        ("server.port = -1", ":1: server.port must be 0 to 65535"),
        ("server = { port = -1 }", ":1: server.port must be 0 to 65535"),
        ("[server]\ndrain_s = nan", ":2: drain_s must be a number"),
        ("[server]\nhost = 1", ":2: host must be text in quotes"),
        ("[server]\nopen = 'true'", ":2: open must be true or false"),
        ("[server.ear]\npatience = 'x'", ":2: patience must be 'eager' or 'patient'"),
        ("[server.hours]\nmonday = ['8', '17:00']", ":1: hours must be a table; each value a list"),
        ("[server.hours]\nmonday = ['08:00']", ":1: hours must be a table; each value a list of a"),
        ("[server", ": is not valid TOML: "),
    ],
)
def test_mistakes_are_named_with_file_line_and_remedy(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        fill(Whole, read_file(file, Whole))
    assert str(refused.value).startswith(f"{file}{message}")


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("X_SERVER_PROT", "1", "X_SERVER_PROT: is not a setting; did you mean X_SERVER_PORT?"),
        ("X_SERVER_PORT", "x", "X_SERVER_PORT: port must be a whole number"),
        ("X_SERVER_PORT", "70000", "X_SERVER_PORT: server.port must be 0 to 65535"),
    ],
)
def test_mistakes_in_the_environment_are_named(variable: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        fill(Whole, read_environment({variable: value}, "X_", Whole))
    assert str(refused.value).startswith(message)


def test_secrets_under_a_wrong_key_are_not_repeated(file: Path) -> None:
    file.write_text("[server]\nport = 's3cret'\n")
    with pytest.raises(ConfigError) as refused:
        fill(Whole, read_file(file, Whole))
    assert "s3cret" not in str(refused.value)


@given(text=st.text(max_size=200))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    with contextlib.suppress(ConfigError):
        assert isinstance(fill(Whole, read_file(file, Whole)), Whole)
