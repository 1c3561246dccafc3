"""``audiocore``: the command line. Commands import what they need, so ``--help`` is instant."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audiocore.errors import AudiocoreError, ConfigError, ModelError
from models import command as models_command

if TYPE_CHECKING:
    from pipeline.caller.command import CallReport
    from pipeline.caller.script import Speak
    from pipeline.config import Config

FAILED, MISUSED = 1, 2
LONGEST_PIECE_S = 28.0
"""Recognisers take 30 s at once."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 when it failed, 2 for usage and configuration."""
    options = _parser().parse_args(arguments)
    try:
        code: int = _COMMANDS[options.command](options)
    except (ConfigError, ModelError) as error:
        print(f"audiocore: {error}", file=sys.stderr)
        return MISUSED
    except AudiocoreError as error:
        print(f"audiocore: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has read enough. What is still held back is not for the terminal.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="audiocore", description="Voice agents that answer the phone, on this machine alone."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        if name not in ("bench", "models"):
            added.add_argument(
                "--config", type=Path, metavar="FILE", help="settings; default ./audiocore.toml"
            )
        return added

    serve = command("serve", "Answer calls.")
    serve.add_argument("--host", help="interface to bind")
    serve.add_argument("--port", help="TCP port, 0 for a free one")
    serve.add_argument("--data-dir", metavar="D", help="folder of the database")

    call = command("call", "Place a call, as Twilio would.")
    call.add_argument("--script", type=Path, metavar="FILE", help="what the caller does (TOML)")
    call.add_argument("--url", help="server to call; without it, one is started for the call")
    call.add_argument("--calls", type=_count, default=1, metavar="N", help="calls at once")
    call.add_argument("--json", action="store_true", help="print the result as JSON")
    call.add_argument(
        "--out", type=Path, default=Path("out"), metavar="D", help="folder for WAV and SVG"
    )
    call.add_argument("--data-dir", metavar="D", help="of the started server; default temporary")

    transcribe = command("transcribe", "Recognise speech in sound files.")
    transcribe.add_argument("files", nargs="+", type=Path, metavar="FILE")
    transcribe.add_argument(
        "--telephone", action="store_true", help="as heard through an 8 kHz mu-law line"
    )
    transcribe.add_argument("--json", action="store_true", help="one JSON object per file")

    say = command("say", "Speak a text into a WAV file.")
    say.add_argument("text", metavar="TEXT")
    say.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")

    command("chat", "Talk to the receptionist by typing.")

    models_command.configure(command("models", "Choose, fetch, check and carry models."))

    bench = command("bench", "Measure.")
    bench.add_argument("what", choices=["bargein", "endpointing", "kernels", "turns"])
    bench.add_argument(
        "rest", nargs=argparse.REMAINDER, metavar="...", help="its own; see `turns --help`"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 up, not {text!r}")
    return int(text)


def _config(options: argparse.Namespace) -> Config:
    from pipeline import app

    given = {
        ("server", "host"): getattr(options, "host", None),
        ("server", "port"): getattr(options, "port", None),
        ("data", "dir"): getattr(options, "data_dir", None),
    }
    return app.configuration(options.config, given)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _show(line: str) -> None:
    print(line, flush=True)


def _serve(options: argparse.Namespace) -> int:
    from pipeline import app

    app.serve(_config(options), _show)
    return 0


def _call(options: argparse.Namespace) -> int:
    from pipeline import app
    from pipeline.caller import script
    from pipeline.caller.command import DEMO_SCRIPT, CallRequest, place_calls
    from pipeline.caller.phone import CallFailed

    config = _config(options)
    show = _progress if options.json else _show
    with tempfile.TemporaryDirectory() as temporary:
        server_arguments = ["--data-dir", options.data_dir or temporary]
        if options.config is not None:
            server_arguments += ["--config", str(options.config)]
        request = CallRequest(
            script=script.load(options.script or DEMO_SCRIPT, _voice(config)),
            clock=app.SystemClock(),
            url=options.url,
            server_arguments=server_arguments,
            calls=options.calls,
            auth_token=config.twilio.auth_token,
            api_token=config.server.api_token,
            out_dir=options.out,
        )
        try:
            report = asyncio.run(place_calls(request, show))
        except CallFailed as error:
            print(f"audiocore: {error}", file=sys.stderr)
            return FAILED
    if options.json:
        print(json.dumps(report.content, indent=2))
    else:
        _print_report(report)
    return 0 if report.succeeded else FAILED


def _voice(config: Config) -> Speak:
    """flite where installed, else the starter voice, loaded when first needed."""
    from pipeline import app
    from pipeline.caller.voices import CALLER, installed_voice

    return installed_voice() or app.telephone_voice(app.starter_voice(config, CALLER))


def _print_report(report: CallReport) -> None:
    summary = report.content["summary"]
    print()
    for name in ("greeting_ms", "response_ms", "barge_in_ms", "playout_late_ms"):
        figures = ", ".join(f"{key} {value}" for key, value in summary[name].items())
        print(f"{name:<16}{figures}")
    if summary["server_peak_memory_mb"] is not None:
        print(f"{'server memory':<16}{summary['server_peak_memory_mb']} MB at its peak")
    for call in report.content["calls"]:
        print(f"{'written':<16}{call['recording']}, {call['picture']}")
    if report.content["expected"]:
        print(f"{'expected':<16}{report.content['expected']}")
        for appointment in report.content["booked"]:
            print(f"{'booked':<16}{appointment}")
        print("as the caller asked" if report.succeeded else "NOT what the caller asked")


def _transcribe(options: argparse.Namespace) -> int:
    from audiocore.g711 import ulaw_decode, ulaw_encode
    from audiocore.resample import Upsampler2
    from audiocore.units import RECOGNISER_HZ, TELEPHONE_HZ
    from pipeline import app
    from pipeline.audiofile import read_pcm, split_at_pauses

    recognizer = app.load_recognizer(_config(options), _progress)
    for file in options.files:
        if options.telephone:
            line = ulaw_decode(ulaw_encode(read_pcm(file, TELEPHONE_HZ)))
            pcm_16k = Upsampler2().process(line)
        else:
            pcm_16k = read_pcm(file, RECOGNISER_HZ)
        pieces = split_at_pauses(pcm_16k, RECOGNISER_HZ, LONGEST_PIECE_S)
        heard = [recognizer.transcribe(piece) for piece in pieces]
        text = " ".join(piece.text for piece in heard if piece.text)
        if options.json:
            confidence = round(min(piece.confidence for piece in heard), 3)
            report = json.dumps({"file": str(file), "text": text, "confidence": confidence})
        else:
            report = f"{file}: {text}" if len(options.files) > 1 else text
        print(report, flush=True)
    return 0


def _say(options: argparse.Namespace) -> int:
    from pipeline import app
    from pipeline.audiofile import write_wav

    pcm, sample_rate = app.speak(_config(options), options.text, _progress)
    write_wav(options.output, pcm, sample_rate)
    return 0


def _chat(options: argparse.Namespace) -> int:
    from pipeline import app

    app.chat(_config(options), _progress)
    return 0


def _models(options: argparse.Namespace) -> int:
    from models.store import Store
    from pipeline import app, config

    folder, in_use = config.model_names(options.config, os.environ)
    clock = app.SystemClock()
    situation = models_command.Situation(Store(folder), in_use, clock.wall, app.prepare_llama)
    return models_command.run(options, situation)


def _bench(options: argparse.Namespace) -> int:
    benchmark = importlib.import_module(f"benchmarks.{options.what}")
    return int(benchmark.main(options.rest))


_COMMANDS = {
    "serve": _serve,
    "call": _call,
    "transcribe": _transcribe,
    "say": _say,
    "chat": _chat,
    "models": _models,
    "bench": _bench,
}

if __name__ == "__main__":
    sys.exit(main())
