"""``audiocore models`` as an operator types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audiocore.errors import ConfigError
from models import catalog
from models import command as models_command
from models.catalog import Entry
from models.measure import Speed
from pipeline import cli
from tests.models import samples
from tests.models.local_hub import LocalHub


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder and a home of its own."""
    for name in [name for name in os.environ if name.startswith("AUDIOCORE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch, llm: Entry, voice: Entry) -> None:
    """A catalogue of two models."""
    monkeypatch.setattr(catalog, "load", lambda: {e.name: e for e in (llm, voice)})


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["models", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_list_shows_catalogue_starter_and_what_is_in_use(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples.write_language_model(place / "mine")
    (place / "audiocore.toml").write_text("[models]\nllm = 'mine-llm'\nstt = 'whisper-base.en'\n")
    assert run(capsys, "add", "mine", "--name", "mine-llm", "--licence", "ours")[0] == 0
    code, out, _ = run(capsys, "list")
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert code == 0
    assert lines["mine-llm"].split()[-3:] == ["ours", "in", "use"]
    assert lines["whisper-base.en"].endswith("in use, not installed")
    assert lines["gemma-3-1b-it"].endswith("gated")
    assert "terms to accept" in lines["llama-3.2-1b-instruct"]
    assert lines["starter/tts"].endswith("in use")
    assert not lines["starter/stt"].endswith("in use")
    rows = json.loads(run(capsys, "list", "--json", "--kind", "llm")[1])
    assert {row["kind"] for row in rows} == {"llm"}


@pytest.mark.usefixtures("listed")
def test_from_the_hub_over_a_bundle_to_another_machine(
    place: Path,
    hub: LocalHub,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = place / "audiocore.toml"
    config.write_text("[models]\nllm = 'tiny-llm'\ntts = 'tiny-voice'\n")
    code, _, err = run(capsys, "pull")
    assert code == 1
    assert "--accept-licence" in err
    assert run(capsys, "pull", "--accept-licence")[0] == 0
    assert run(capsys, "verify") == (
        0,
        "tiny-llm: every checksum is right\ntiny-voice: every checksum is right\n",
        "",
    )
    code, out, _ = run(capsys, "bundle", "-o", "models.tar")
    assert code == 0
    checksum = out.split()[-1]
    monkeypatch.setenv("XDG_DATA_HOME", str(place / "other"))
    assert run(capsys, "unbundle", "models.tar", "--sha256", "0" * 64)[0] == 1
    code, out, _ = run(capsys, "unbundle", "models.tar", "--sha256", checksum)
    assert code == 0
    assert 'models.llm = "tiny-llm"' in out
    assert run(capsys, "verify")[0] == 0
    code, out, _ = run(capsys, "card", "tiny-llm")
    assert "# A card" in out
    assert "licence Research-only, accepted 20" in run(capsys, "card", "tiny-voice")[1]


@pytest.mark.usefixtures("listed")
def test_a_configured_name_is_found_where_it_was_installed(
    place: Path, hub: LocalHub, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipeline import app, config

    file = place / "audiocore.toml"
    file.write_text("[models]\nllm = 'tiny-llm'\ndir = 'here'\n")

    def load() -> Path:
        loaded = config.load(file, {}, starter=models_command.STARTER, find_model=app.find_model)
        return loaded.models.llm

    code = cli.main(["say", "x", "-o", "x.wav"])
    assert code == 2
    message = capsys.readouterr().err
    assert "audiocore.toml:2: models.llm: " in message
    assert "`audiocore models pull tiny-llm`" in message
    assert run(capsys, "pull")[0] == 0
    assert load() == place / "here" / "tiny-llm"
    file.write_text("[models]\ntts = 'tiny-llm'\ndir = 'here'\n")
    with pytest.raises(ConfigError, match="tiny-llm is a language model, and a voice is needed"):
        load()


def test_what_is_in_use_is_removed_only_by_force(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples.write_language_model(place / "elsewhere")
    assert run(capsys, "add", "elsewhere", "--name", "mine")[0] == 0
    installed = place / "data" / "audiocore" / "models" / "mine"
    for value in ("mine", str(installed), str(installed / "tiny.gguf")):
        (place / "audiocore.toml").write_text(f"[models]\nllm = '{value}'\n")
        code, _, err = run(capsys, "remove", "mine")
        assert code == 1
        assert "in use" in err
    assert run(capsys, "remove", "mien") == (
        1,
        "",
        "audiocore: mien is not installed; did you mean mine?\n",
    )
    assert run(capsys, "remove", "mine", "--force")[0] == 0
    assert not installed.exists()


def test_verify_tells_of_damage_and_strangers(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples.write_language_model(place / "mine")
    run(capsys, "add", "mine")
    folder = place / "data" / "audiocore" / "models"
    (folder / "mine" / "tiny.gguf").write_bytes(b"x")
    (folder / "stranger").mkdir()
    code, out, _ = run(capsys, "verify")
    assert code == 1
    assert "mine: tiny.gguf has 1 bytes instead of" in out
    assert "stranger: not installed by audiocore" in out
    assert run(capsys, "verify", "nothing")[0] == 1


@pytest.mark.parametrize("name", ["starter/stt", "starter/llm", "starter/tts"])
def test_starter_cards_are_shown(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, _ = run(capsys, "card", name)
    assert code == 0
    assert out.startswith("# Starter")


def test_the_card_of_what_is_not_installed_is_the_catalogue_s(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = run(capsys, "card", "llama-3.2-1b-instruct")[1]
    assert "https://www.llama.com/llama3_2/license/" in out
    assert "audiocore models pull llama-3.2-1b-instruct" in out
    assert "did you mean" in run(capsys, "card", "lama-3.2-1b-instruct")[2]
    assert run(capsys, "card", "starter/x")[0] == 1


def test_a_recommendation_names_models_time_memory_and_doubt(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from models import machine, measure

    speed = Speed(2e8, 2e7, 2e8, 2e7, 6e7, share=1.0)
    monkeypatch.setattr(measure, "measure", lambda folder, prepare_llama: speed)
    monkeypatch.setattr(machine, "look", lambda: machine.Machine(2, 8000, ("NVIDIA L4, 1 MiB",)))
    code, out, err = run(capsys, "recommend")
    assert code == 0
    assert "2 cores, 8.0 GB" in err
    assert 'models.stt = "whisper-' in out
    assert "A caller would hear an answer after about" in out
    assert "Fairly sure" in out
    assert "GPU is not counted" in out
    assert out.splitlines()[-1].startswith("audiocore models pull whisper-")
    assert "Nothing answers within 100 ms" in run(capsys, "recommend", "--within-ms", "100")[1]
    content = json.loads(run(capsys, "recommend", "--json")[1])
    assert content["response_ms"] > 500
    assert content["llm"] in catalog.load()


def test_the_environment_s_hub_is_used_by_the_installed_command(place: Path, hub: LocalHub) -> None:
    """Through a process of its own, since the hub's variables are read once."""
    hub.files = {
        ("Systran/faster-whisper-tiny.en", "model.bin"): samples.ctranslate2(100_000),
        **{
            ("Systran/faster-whisper-tiny.en", name): b"{}"
            for name in ("config.json", "tokenizer.json", "vocabulary.txt", "LICENSE")
        },
    }
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "pipeline.cli", "models", "pull", "whisper-tiny.en"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (place / "data" / "audiocore" / "models" / "whisper-tiny.en" / "LICENSE").is_file()
    offline = {**environment, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [*command[:-1], "whisper-base.en"], env=offline, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "HF_HUB_OFFLINE forbids downloads" in done.stderr
    assert "Traceback" not in done.stderr
