"""``audiocore models``: what each subcommand takes, and what it prints."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from audiocore.errors import ModelError
from models import catalog, listing, lock
from models.catalog import KIND_NAMES, KINDS, Entry, Kind
from models.store import Store

FAILED = 1
STARTER = Path(__file__).with_name("starter")
_CARDS = ("README.md", "MODEL_CARD", "CARD.md")


@dataclass(frozen=True, slots=True)
class Situation:
    """What the commands need to know from outside."""

    store: Store
    in_use: Mapping[str, str]
    """What the configuration names, by kind: a model, or a path outside the store."""
    now: Callable[[], str]
    """ISO 8601, for the record of accepted licences."""
    prepare_llama: Callable[[], None]
    """What the engine does to llama.cpp before it loads a model, so that speed is measured so."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands and their options."""
    commands = parser.add_subparsers(dest="models_command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument(
            "--config", type=Path, metavar="FILE", help="settings; default ./audiocore.toml"
        )
        return added

    listing = command("list", "Show the catalogue, what is installed and what is in use.")
    listing.add_argument("--kind", choices=KINDS, help="only these")
    listing.add_argument("--json", action="store_true")

    recommend = command("recommend", "Measure this machine and propose models for it.")
    recommend.add_argument("--language", default="en", metavar="XX", help="ISO 639-1; default en")
    recommend.add_argument("--gender", choices=("female", "male"), help="of the voice")
    recommend.add_argument(
        "--within-ms", type=int, default=1000, metavar="N", help="response time to keep"
    )
    recommend.add_argument("--json", action="store_true")

    pull = command("pull", "Fetch models from the hub, verify and install them.")
    pull.add_argument("names", nargs="*", metavar="NAME", help="default: those configured")
    pull.add_argument("--accept-licence", action="store_true", help="you read it and accept it")

    verify = command("verify", "Read installed models again and compare every checksum.")
    verify.add_argument("names", nargs="*", metavar="NAME", help="default: all")

    add = command("add", "Install a model from this machine's disk.")
    add.add_argument("path", type=Path, metavar="PATH", help="folder, .gguf or .onnx")
    add.add_argument("--name", help="default: the name of the folder or file")
    add.add_argument("--link", action="store_true", help="link to the files, do not copy them")
    add.add_argument("--licence", default="unknown", metavar="TEXT", help="for your records")

    remove = command("remove", "Delete installed models; their checksums stay locked.")
    remove.add_argument("names", nargs="+", metavar="NAME")
    remove.add_argument("--force", action="store_true", help="even those in use")

    bundle = command("bundle", "Write installed models into one file for another machine.")
    bundle.add_argument("names", nargs="*", metavar="NAME", help="default: all installed")
    bundle.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")

    unbundle = command("unbundle", "Verify such a file and install its models.")
    unbundle.add_argument("file", type=Path, metavar="FILE")
    unbundle.add_argument("--sha256", metavar="HEX", help="what `bundle` printed")

    card = command("card", "Show what is known of a model, and its card.")
    card.add_argument("name", metavar="NAME", help="or starter/stt, starter/llm, starter/tts")

    for changing in (pull, add, unbundle):
        changing.add_argument(
            "--update", action="store_true", help="take other bytes than were locked"
        )


def run(options: argparse.Namespace, situation: Situation) -> int:
    """Run the subcommand; the exit code is 0, or 1 if something is wrong with a model."""
    try:
        code: int = _COMMANDS[options.models_command](options, situation)
    except ModelError as error:
        print(f"audiocore: {error}", file=sys.stderr)
        return FAILED
    return code


def _show(line: str) -> None:
    print(line, flush=True)


# --- list, card ----------------------------------------------------------------------------------


def _list(options: argparse.Namespace, situation: Situation) -> int:
    entries, installed = catalog.load(), situation.store.installed()
    kinds: list[Kind] = [options.kind] if options.kind else list(KINDS)
    tables = {
        kind: listing.rows(kind, STARTER / kind, entries, installed, situation.in_use.get(kind))
        for kind in kinds
    }
    if options.json:
        _show(json.dumps([asdict(row) for rows in tables.values() for row in rows], indent=2))
        return 0
    for kind, rows in tables.items():
        _show(f"{KIND_NAMES[kind]} (models.{kind})")
        for row in rows:
            _show(f"  {row}")
        _show("")
    _show(f"installed in {situation.store.folder}; `audiocore models card NAME` says more")
    return 0


def _card(options: argparse.Namespace, situation: Situation) -> int:
    name: str = options.name
    if name.startswith("starter/"):
        folder = STARTER / name.removeprefix("starter/")
        if folder.name not in KINDS:
            raise ModelError(f"{name}: there are {', '.join(f'starter/{k}' for k in KINDS)}")
    else:
        installed, folder = situation.store.installed().get(name), situation.store.path(name)
        if installed is None:
            for key, value in asdict(catalog.find(name, catalog.load())).items():
                if value not in (None, False):
                    _show(
                        f"{key:<14}{', '.join(map(str, value)) if type(value) is tuple else value}"
                    )
            _show(f"not installed; its own card comes with `audiocore models pull {name}`")
            return 0
        _show(f"{KIND_NAMES[installed.kind]} {name}, {installed.size / 1e6:,.1f} MB, in {folder}")
        _show(f"from {installed.source} {installed.revision}".rstrip())
        accepted = f", accepted {installed.accepted}" if installed.accepted else ""
        _show(f"licence {installed.licence}{accepted}\n")
    for card in _CARDS:
        if (folder / card).is_file():
            _show((folder / card).read_text(encoding="utf-8", errors="replace").rstrip())
            return 0
    _show("it came without a card")
    return 0


# --- changing the store --------------------------------------------------------------------------


def _pull(options: argparse.Namespace, situation: Situation) -> int:
    used = situation.in_use.values()
    names = options.names or [name for name in used if Path(name).name == name]
    if not names:
        raise ModelError("name the models to pull; the configuration names none")
    entries = [catalog.find(name, catalog.load()) for name in names]

    def accept(entry: Entry) -> str | None:
        if options.accept_licence:
            return situation.now()
        if not sys.stdin.isatty():
            return None
        print(f"{entry.name} comes under {entry.licence}: {entry.accept}")
        answer = input("Type yes if you have read and accept it: ")
        return situation.now() if answer.strip().lower() == "yes" else None

    from models.pull import pull

    with situation.store.changing():
        for entry in entries:
            pull(entry, situation.store, accept, _show, update=options.update)
    return 0


def _verify(options: argparse.Namespace, situation: Situation) -> int:
    store = situation.store
    installed = store.installed()
    absent = [name for name in options.names if name not in installed]
    if absent:
        raise ModelError(f"not installed: {', '.join(absent)}")
    bad = 0
    for name in options.names or installed:
        wrong = store.verify(name)
        bad += bool(wrong)
        _show(f"{name}: {'; '.join(wrong) if wrong else 'every checksum is right'}")
        if wrong:
            pulled = catalog.load().get(name)
            again = (
                f"audiocore models pull {name}" if pulled else "audiocore models add ... --update"
            )
            _show(f"  `{again}` replaces it")
    for name in store.strangers() if not options.names else ():
        bad += 1
        _show(f"{store.path(name)}: not installed by audiocore; move it away, or `models add` it")
    return FAILED if bad else 0


def _add(options: argparse.Namespace, situation: Situation) -> int:
    from models.add import add

    with situation.store.changing():
        name, model = add(
            situation.store,
            options.path,
            name=options.name,
            link=options.link,
            licence=options.licence,
            update=options.update,
        )
    _show(f"{name}: installed; use it with models.{model.kind} = {json.dumps(name)}")
    return 0


def _remove(options: argparse.Namespace, situation: Situation) -> int:
    store, installed = situation.store, situation.store.installed()
    for name in options.names:
        if name not in installed:
            near = catalog.did_you_mean(name, installed)
            raise ModelError(f"{name} is not installed{near}")
        if name in situation.in_use.values() and not options.force:
            raise ModelError(
                f"{name} is in use by the configuration: change that first, or say --force"
            )
    with store.changing():
        for name in options.names:
            store.remove(name)
            _show(f"{name}: removed; its checksums stay in {lock.FILE_NAME}")
    return 0


def _bundle(options: argparse.Namespace, situation: Situation) -> int:
    from models import bundle

    names = options.names or list(situation.store.installed())
    checksum = bundle.pack(situation.store, names, options.output)
    _show(f"{options.output}: {options.output.stat().st_size / 1e6:,.1f} MB, {', '.join(names)}")
    _show(f"on the other machine: audiocore models unbundle FILE --sha256 {checksum}")
    return 0


def _unbundle(options: argparse.Namespace, situation: Situation) -> int:
    from models import bundle

    with situation.store.changing():
        models, checksum = bundle.unpack(
            situation.store, options.file, expected=options.sha256, update=options.update
        )
    for name, model in models.items():
        _show(f"{name}: installed; use it with models.{model.kind} = {json.dumps(name)}")
    if not options.sha256:
        _show(f"whole, but from whom? compare with what `bundle` printed: {checksum}")
    return 0


# --- recommend -----------------------------------------------------------------------------------


def _recommend(options: argparse.Namespace, situation: Situation) -> int:
    from models import machine, recommend
    from models.measure import measure

    here = machine.look()
    print(f"{here}; measuring ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        speed = measure(Path(folder), situation.prepare_llama)
    proposal = recommend.propose(
        catalog.load().values(),
        here,
        speed,
        language=options.language,
        within_ms=options.within_ms,
        gender=options.gender,
    )
    certainty = recommend.certainty(speed)
    if options.json:
        content: dict[str, object] = {
            "machine": asdict(here),
            "speed": asdict(speed),
            **{str(entry.kind): entry.name for entry in proposal},
            "work_ms": {kind: round(ms) for kind, ms in proposal.work_ms.items()},
            "response_ms": round(proposal.response_ms),
            "memory_mb": proposal.memory_mb,
            "certainty": certainty,
        }
        _show(json.dumps(content, indent=2))
        return 0
    for entry in proposal:
        _show(
            f"models.{entry.kind} = {json.dumps(entry.name):<28} {entry.licence:<14}"
            f"{proposal.work_ms[entry.kind]:5,.0f} ms  {entry.memory_mb:5,} MB"
        )
        if entry.note:
            _show(f"    {entry.note}")
    _show(
        f"A caller would hear an answer after about {proposal.response_ms:,.0f} ms. "
        f"Memory: {proposal.memory_mb:,} MB."
    )
    if proposal.response_ms > options.within_ms:
        _show(f"Nothing answers within {options.within_ms} ms here; this set is the quickest.")
    _show(certainty[0].upper() + certainty[1:] + ".")
    if here.gpus:
        _show("The engines run on the CPU in this version: the GPU is not counted.")
    _show(f"audiocore models pull {' '.join(entry.name for entry in proposal)}")
    return 0


_COMMANDS: Mapping[str, Callable[[argparse.Namespace, Situation], int]] = {
    "list": _list,
    "recommend": _recommend,
    "pull": _pull,
    "verify": _verify,
    "add": _add,
    "remove": _remove,
    "bundle": _bundle,
    "unbundle": _unbundle,
    "card": _card,
}
