"""Configuration: what may be set, and how everything else is refused before anything starts."""

from __future__ import annotations

import dataclasses
import tomllib
from datetime import time
from pathlib import Path

import pytest

from audiocore.errors import ConfigError, ModelError
from pipeline.config import load, model_names

EXAMPLE = Path(__file__).parents[2] / "audiocore.example.toml"


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A folder that looks like the starter models'."""
    for name in ("stt", "llm", "tts"):
        (tmp_path / "starter" / name).mkdir(parents=True)
    return tmp_path / "starter"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "audiocore.toml"


def test_the_defaults_serve_loopback_with_the_starter_models(starter: Path) -> None:
    config = load(None, {}, starter=starter)
    assert config.server.host == "127.0.0.1"
    assert config.server.max_calls == 500
    assert config.models.stt == starter / "stt"
    assert config.twilio.auth_tokens == ()
    assert config.server.local_only


def test_command_line_beats_environment_beats_file(starter: Path, file: Path) -> None:
    file.write_text(
        """
        [server]
        port = 1000
        max_calls = 7
        drain_s = 2
        [call.endpointing]
        max_end_ms = 700
        patience = "patient"
        [data]
        dir = "records"
        """
    )
    config = load(
        file,
        {"AUDIOCORE_SERVER_PORT": "2000", "AUDIOCORE_SERVER_MAX_CALLS": "8", "PATH": "x"},
        starter=starter,
        overrides={("server", "port"): "3000"},
    )
    assert (config.server.port, config.server.max_calls) == (3000, 8)
    assert config.server.drain_s == 2.0
    assert config.call.endpointing.max_end_ms == 700
    assert config.call.endpointing.patience == "patient"
    assert config.data.dir == file.parent / "records"


def test_opening_hours_and_facts_are_tables(starter: Path, file: Path) -> None:
    file.write_text(
        """
        [business]
        timezone = "Europe/Paris"
        [business.hours]
        monday = ["08:30", "12:00"]
        [business.facts]
        "Price of a visit" = "free"
        """
    )
    business = load(file, {}, starter=starter).business
    assert business.hours == {"monday": (time(8, 30), time(12))}
    assert business.facts == {"Price of a visit": "free"}


def test_the_file_is_found_by_variable_and_in_the_working_folder(
    starter: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("[server]\nport = 1000\n")
    assert load(None, {"AUDIOCORE_CONFIG": str(file)}, starter=starter).server.port == 1000
    monkeypatch.chdir(file.parent)
    assert load(None, {}, starter=starter).server.port == 1000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[server]\nport = 70000", ":2: server.port must be 0 to 65535, not 70000"),
        ("[server]\nmax_calls = 0", ":2: server.max_calls must be at least 1"),
        (
            "[server]\nauth_token = 'x'",
            ":2: auth_token is not a setting of [server]; did you mean [twilio]",
        ),
        ("[twilio]\nauth_token = ''", ":2: twilio.auth_token is empty"),
        ("[server]\nhost = '0.0.0.0'", ":2: server.host '0.0.0.0' opens this server to others"),
        ("[server]\npublic_url = 'https://a.example'", ":2: server.public_url 'https://a.example'"),
        (
            "[twilio]\nauth_token = 'x'\n[server]\nhost = '::'",
            ":4: server.host '::' needs server.public_url",
        ),
        ("[server]\npublic_url = 'http://a.example'", ":2: server.public_url must be https"),
        ("[server]\npublic_url = 'a.example'", ":2: server.public_url must look like"),
        ("[models]\nstt = 'nowhere'", ":2: models.stt: "),
        ("[call.endpointing]\nmin_end_ms = 9", ":2: call.endpointing.pause_ms must be positive"),
        ("[call.endpointing]\npatience = 'x'", ":2: patience must be 'eager' or"),
        ("[overload]\npartials_ms = 300.0", ":2: overload.partials_ms"),
        ("[clinic]\nname = 'x'", ":1: [clinic] is not a section; there are business, call, "),
        ("[business.hours]", ":1: business: the business is never open: give hours"),
        ("[business]\nslot_minutes = 1", ":2: business.slot_minutes is 1: use 5 to 1440"),
        (
            "[business.hours]\nmon = ['08:00', '17:00']",
            ":1: business.hours: 'mon' is not a weekday",
        ),
        ("[business.facts]\nPhone = 5", ":1: facts must be a table; each value text in quotes"),
    ],
)
def test_mistakes_are_named_with_file_line_and_remedy(
    starter: Path, file: Path, text: str, message: str
) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(file, {}, starter=starter)
    assert message in str(refused.value)
    assert str(refused.value).startswith(str(file))


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("AUDIOCORE_SERVER_PORT", "70000", "AUDIOCORE_SERVER_PORT: server.port must be 0 to"),
        (
            "AUDIOCORE_MODELS_LLM",
            "/nowhere.gguf",
            "AUDIOCORE_MODELS_LLM: models.llm: /nowhere.gguf",
        ),
        ("AUDIOCORE_CONFIG", "/nowhere.toml", "/nowhere.toml: cannot be read: No such file"),
    ],
)
def test_mistakes_in_the_environment_are_named(
    starter: Path, variable: str, value: str, message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(None, {variable: value}, starter=starter)
    assert message in str(refused.value)


def test_a_missing_starter_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"starter model: models\.stt: .* does not exist"):
        load(None, {}, starter=tmp_path)


def test_a_model_is_named_by_path_or_by_the_name_it_was_installed_under(
    starter: Path, file: Path
) -> None:
    asked: list[tuple[Path, str, str]] = []

    def find(folder: Path, name: str, kind: str) -> Path:
        asked.append((folder, name, kind))
        if name != "known":
            raise ModelError(f"{name} is not installed: `audiocore models pull {name}`")
        return folder / name

    (file.parent / "here").mkdir()
    file.write_text("[models]\nstt = 'known'\nllm = 'here'\ndir = 'store'\n")
    models = load(file, {}, starter=starter, find_model=find).models
    assert models.stt == file.parent / "store" / "known"
    assert models.llm == file.parent / "here"
    assert asked == [(file.parent / "store", "known", "stt")]

    file.write_text("[models]\nstt = 'unknown'\n")
    with pytest.raises(ConfigError) as refused:
        load(file, {}, starter=starter, find_model=find)
    assert str(refused.value).startswith(f"{file}:2: models.stt: ")
    assert str(refused.value).endswith("`audiocore models pull unknown`")

    file.write_text("[models]\nstt = 'some/path'\n")
    with pytest.raises(ConfigError, match="or leave the setting out"):
        load(file, {}, starter=starter, find_model=find)


def test_models_and_records_are_in_the_data_folder_of_the_user(starter: Path) -> None:
    def folders(environment: dict[str, str]) -> tuple[Path, Path]:
        config = load(None, environment, starter=starter)
        return config.data.dir, config.models.dir

    home = Path("/data/audiocore")
    assert folders({"XDG_DATA_HOME": "/data"}) == (home, home / "models")
    assert folders({"XDG_DATA_HOME": "relative"}) == folders({})
    given = {"AUDIOCORE_MODELS_DIR": "/models", "AUDIOCORE_DATA_DIR": "/records"}
    assert folders(given) == (Path("/records"), Path("/models"))


def test_the_names_in_use_are_known_even_where_nothing_can_start(file: Path) -> None:
    folder = file.parent / "store"
    file.write_text(
        f"""
        [server]
        port = "wrong"
        [models]
        dir = "store"
        stt = "missing"
        llm = "{folder}/mine/model.gguf"
        """
    )
    assert model_names(file, {}) == (folder, {"stt": "missing", "llm": "mine"})
    assert model_names(None, {"AUDIOCORE_MODELS_TTS": "a/path"})[1] == {"tts": "a/path"}


def test_a_public_server_with_a_token_is_accepted(starter: Path) -> None:
    config = load(
        None,
        {
            "AUDIOCORE_TWILIO_AUTH_TOKEN": "s3cret",
            "AUDIOCORE_SERVER_HOST": "0.0.0.0",
            "AUDIOCORE_SERVER_PUBLIC_URL": "https://voice.example.com",
            "AUDIOCORE_SERVER_API_TOKEN": "s3cret",
        },
        starter=starter,
    )
    assert not config.server.local_only
    assert config.twilio.auth_tokens == ("s3cret",)
    assert "s3cret" not in repr(config)


def test_the_example_parses_shows_every_setting_and_its_default(
    starter: Path, tmp_path: Path
) -> None:
    default = load(None, {}, starter=starter)
    # Uncommented, every line is a setting with its default value.
    lines = EXAMPLE.read_text().splitlines()
    text = "\n".join(
        line.removeprefix("#")
        if line.startswith("#[") or (line.startswith("#") and "=" in line)
        else line
        for line in lines
    )
    tables = tomllib.loads(text)
    shown = dict(_flat("", tables))
    expected = dict(_flat("", dataclasses.asdict(default)))
    assert set(shown) == set(expected)
    for name, value in shown.items():
        wanted = expected[name]
        if isinstance(wanted, tuple):  # opening hours
            wanted = [f"{moment:%H:%M}" for moment in wanted]
        if wanted is not None and not isinstance(wanted, Path):
            assert value == wanted, name
    (tmp_path / "example.toml").write_text(EXAMPLE.read_text())
    assert load(tmp_path / "example.toml", {}, starter=starter) == default


def _flat(prefix: str, table: dict[str, object]) -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            flat += _flat(f"{prefix}{name}.", value)
        else:
            flat.append((prefix + name, value))
    return flat
