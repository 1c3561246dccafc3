"""The command line: quick to help, and one clear line for every mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.audiofile import write_wav


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pipeline import cli\n"
        "try: cli.main(['--help'])\n"
        "finally: print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0
    for command in ("serve", "call", "transcribe", "say", "chat", "models", "bench"):
        assert command in done.stdout
    loaded = set(done.stderr.split())
    assert not loaded & {
        *("numpy", "uvicorn", "starlette", "sqlalchemy", "llama_cpp", "av", "huggingface_hub")
    }


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["serve", "extra"],
        ["call", "--calls", "0"],
        ["call", "--calls", "x"],
        ["transcribe"],
        ["say", "hello"],
        ["bench", "nothing"],
    ],
)
def test_misuse_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        cli.main(arguments)
    assert exited.value.code == 2
    assert "usage: audiocore" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("[server]\nport = 'x'", "audiocore.toml:2: port must be a whole number"),
        ("[models]\nstt = 'nowhere'", "audiocore.toml:2: models.stt: "),
        ("[server]\nhost = '0.0.0.0'", "without twilio.auth_token anyone could place calls"),
    ],
)
def test_a_wrong_configuration_is_one_line_and_exit_2(
    tmp_path: Path, setting: str, complaint: str
) -> None:
    file = tmp_path / "audiocore.toml"
    file.write_text(setting)
    for command in (["serve"], ["call"], ["chat"], ["say", "x", "-o", str(tmp_path / "x.wav")]):
        done = run(*command, "--config", str(file))
        assert done.returncode == 2
        assert complaint in done.stderr
        assert done.stderr.count("\n") == 1
        assert "Traceback" not in done.stderr


def folders(tmp_path: Path) -> str:
    """A configuration whose models exist, as empty folders."""
    for name in ("stt", "llm", "tts"):
        (tmp_path / name).mkdir(exist_ok=True)
    file = tmp_path / "audiocore.toml"
    file.write_text("[models]\nstt = 'stt'\nllm = 'llm'\ntts = 'tts'\n")
    return str(file)


def test_a_broken_model_is_one_line_and_exit_2(tmp_path: Path) -> None:
    config = folders(tmp_path)
    write_wav(tmp_path / "a.wav", b"\0\0" * 800, 8000)
    for command in (
        ["transcribe", str(tmp_path / "a.wav")],
        ["say", "x", "-o", str(tmp_path / "x.wav")],
        ["chat"],
        ["serve", "--port", "0", "--data-dir", str(tmp_path / "data")],
    ):
        done = run(*command, "--config", config)
        assert done.returncode == 2, done.stderr
        assert str(tmp_path) in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_taken_port_is_named_before_any_model_is_loaded(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("serve", "--config", folders(tmp_path), "--port", port)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_call_to_nobody_fails_with_1(tmp_path: Path) -> None:
    script = tmp_path / "script.toml"
    script.write_text("[[turn]]\ndtmf = '1'\n")
    done = run(
        *("call", "--config", folders(tmp_path), "--script", str(script)),
        *("--url", "http://127.0.0.1:1", "--out", str(tmp_path)),
    )
    assert done.returncode == 1
    assert "http://127.0.0.1:1/telephony/inbound cannot be reached" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_reader_who_has_read_enough_ends_it_quietly() -> None:
    listing = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "models", "list"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert listing.stdout is not None
    listing.stdout.close()
    assert listing.stderr is not None
    with listing.stderr:
        assert listing.stderr.read() == ""
    assert listing.wait(timeout=60) == 1


def test_bench_passes_its_arguments_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import kernels

    given: list[str] = []
    monkeypatch.setattr(kernels, "main", lambda rest: given.extend(rest) or 3)
    assert cli.main(["bench", "kernels", "--json", "out.json"]) == 3
    assert given == ["--json", "out.json"]


def test_every_benchmark_tells_its_own_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        cli.main(["bench", "turns", "--help"])
    assert exited.value.code == 0
    assert "--at-once" in capsys.readouterr().out
