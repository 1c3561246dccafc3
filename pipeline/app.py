"""The composition root: the only module that knows concrete engines, stores and carriers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, astuple, replace
from datetime import UTC, datetime
from pathlib import Path

import uvloop

import models
from audiocore.errors import ConfigError, ModelError
from audiocore.overload import Effort, effort
from audiocore.resample import Resampler
from audiocore.transports.twilio import TwilioMediaStream
from audiocore.units import TELEPHONE_HZ
from models.store import Store
from pipeline.attempt import Stages
from pipeline.call import CallOrchestrator
from pipeline.chat import chat as hold_chat
from pipeline.config import Config, TtsOptions, load
from pipeline.engines.linear_classifier import CLASSIFIER_FILE, LinearClassifier
from pipeline.engines.silero import GatedVad, SileroModel
from pipeline.engines.webrtc_vad import WebrtcVad
from pipeline.flow import lines
from pipeline.flow.business import Business
from pipeline.flow.orchestrator import FlowOrchestrator
from pipeline.flow.prompts import INTENTS
from pipeline.interfaces.conversation import CallInfo
from pipeline.interfaces.engines import Classifier, LanguageModel, Recognizer, Synthesizer
from pipeline.server.edge import Edge, Send
from pipeline.server.listen import EdgeServer, bind
from pipeline.server.records import Records
from pipeline.server.sessions import SessionRegistry
from pipeline.server.signature import SignatureCheck
from pipeline.speech import ClauseSplitter, Speaker
from pipeline.speech_text import spoken_pieces, spoken_text
from pipeline.stores.database import Database
from pipeline.telemetry import Meters
from pipeline.workers import Worker

STARTER_MODELS = Path(models.__file__).parent / "starter"

Show = Callable[[str], None]


class SystemClock:
    """The machine's time."""

    def now_ms(self) -> float:
        """Monotonic milliseconds."""
        return time.monotonic() * 1000

    def wall(self) -> str:
        """ISO 8601 UTC."""
        return datetime.now(UTC).isoformat(timespec="milliseconds")

    async def wait(self, event: asyncio.Event, until_ms: float | None) -> None:
        """Return when ``event`` is set or the time has come, whichever is first."""
        if until_ms is None:
            await event.wait()
            return
        delay_s = (until_ms - self.now_ms()) / 1000
        if delay_s <= 0:
            await asyncio.sleep(0)  # others get their turn, however late we are
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await event.wait()


# --- configuration -------------------------------------------------------------------------------


def configuration(
    file: Path | None = None, given: Mapping[tuple[str, str], str | None] = {}
) -> Config:
    """What this process is to do, by ``file``, the environment and the command line.

    Args:
        file: the settings; None takes what :func:`pipeline.config.load` finds.
        given: ``(section, key)`` to text, from the command line; None where nothing was given.

    Raises:
        ConfigError: something is unknown, malformed or missing; the message says where.
    """
    overrides = {key: text for key, text in given.items() if text is not None}
    return load(
        file, os.environ, starter=STARTER_MODELS, find_model=find_model, overrides=overrides
    )


def find_model(folder: Path, name: str, kind: str) -> Path:
    """Where an installed model is.

    Raises:
        ModelError: it is not installed, of another kind, or damaged.
    """
    return Store(folder).find(name, kind)


# --- models --------------------------------------------------------------------------------------
# Vendor libraries take a second to import, so they are imported where a model is loaded.


def load_recognizer(config: Config, show: Show) -> Recognizer:
    """Load and warm the recogniser.

    Raises:
        ModelError: it is no faster-whisper model.
    """
    from pipeline.engines.faster_whisper import FasterWhisper

    with _timed(show, "recogniser", config.models.stt):
        recognizer = FasterWhisper(config.models.stt, config.stt)
        recognizer.warm()
    return recognizer


def load_language_model(config: Config, show: Show) -> LanguageModel:
    """Load and warm the language model.

    Raises:
        ModelError: it is no GGUF with a chat template.
    """
    from pipeline.engines.llama_cpp import LlamaCpp

    path = _gguf(config.models.llm)
    with _timed(show, "language model", path):
        return LlamaCpp(path, config.llm)


def load_classifier(config: Config) -> Classifier | None:
    """The second opinion on intents that lies beside the language model; a stock one has none.

    Raises:
        ModelError: what lies there is damaged, or of other intents.
    """
    path = _gguf(config.models.llm).with_name(CLASSIFIER_FILE)
    classifier = LinearClassifier.read(path)
    if classifier and set(classifier.labels) != set(INTENTS):
        raise ModelError(f"{path}: is of other intents; remove it, or learn it again")
    return classifier


def _gguf(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted(path.glob("*.gguf"))
    if len(found) != 1:
        raise ModelError(f"{path}: {len(found)} .gguf files; name the one to use")
    return found[0]


def prepare_llama() -> None:
    """Set llama.cpp up as :func:`load_language_model` does."""
    from pipeline.engines.llama_cpp.model import prepare

    prepare()


def load_synthesizer(config: Config, show: Show) -> Synthesizer:
    """Load and warm the voice.

    Raises:
        ModelError: it is no Piper voice, or has no such speaker.
    """
    from pipeline.engines.piper import PiperSynthesizer

    with _timed(show, "voice", config.models.tts):
        return PiperSynthesizer(config.models.tts, **asdict(config.tts))


@contextlib.contextmanager
def _timed(show: Show, what: str, path: Path) -> Iterator[None]:
    began = time.monotonic()
    yield
    show(f"{what:<15}{path}, {time.monotonic() - began:.1f} s")


# --- the server ----------------------------------------------------------------------------------


def serve(config: Config, show: Show, flow: type[FlowOrchestrator] = FlowOrchestrator) -> None:
    """Load and warm everything, then answer calls until told to stop.

    Args:
        config: everything that can be set.
        show: told of what is loaded, and last of the address.
        flow: the receptionist, or another in its place.

    Raises:
        ConfigError: the port is taken, or the data folder cannot be made.
        ModelError: a model is broken or of the wrong kind.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with (
        contextlib.closing(bind(config.server)) as listener,
        contextlib.ExitStack() as cleanup,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(config, show, flow, listener, cleanup))


async def _serve(
    config: Config,
    show: Show,
    flow: type[FlowOrchestrator],
    listener: socket.socket,
    cleanup: contextlib.ExitStack,
) -> None:
    clock = SystemClock()
    database = cleanup.enter_context(contextlib.closing(_database(config.data.dir)))
    meters = Meters()
    store_worker = _worker("store", cleanup, meters)
    silero = SileroModel()
    stages = await _stages(config, show, flow, database, store_worker, clock, meters, cleanup)

    def open_call(info: CallInfo, send: Send) -> CallOrchestrator:
        return CallOrchestrator(
            info,
            send=send,
            vad=GatedVad(WebrtcVad(), silero),
            stages=stages,
            store=database,
            store_worker=store_worker,
            clock=clock,
            options=config.call,
        )

    # What is loaded stays: the collector need not walk it again and again while calls run.
    gc.collect()
    gc.freeze()
    edge = Edge(
        options=config.server,
        signature=SignatureCheck(config.twilio.auth_tokens),
        sessions=SessionRegistry(config.server.max_calls),
        records=Records(database, store_worker),
        appointments=lambda: [asdict(a) for a in database.appointments()],
        clock=clock,
        open_codec=TwilioMediaStream,
        open_call=open_call,
        overloaded=lambda: stages.effort() is Effort.CALLS_ONLY,
        meters=meters,
    )
    meters.watch("calls", lambda: len(edge.sessions.live()))
    await EdgeServer(edge, lambda: _announce(config, listener, show)).serve(sockets=[listener])


async def _stages(
    config: Config,
    show: Show,
    flow: type[FlowOrchestrator],
    database: Database,
    store_worker: Worker,
    clock: SystemClock,
    meters: Meters,
    cleanup: contextlib.ExitStack,
) -> Stages:
    """The models behind their workers, loaded and warm, and the flow."""
    recognizer = load_recognizer(config, show)
    model_worker = _worker("llm", cleanup, meters, config.llm.sequences)
    handler = await _flow(flow, config, show, database, store_worker, clock, model_worker)
    recognizer_worker = _worker("stt", cleanup, meters, config.stt.batch)
    speaker_worker = _worker("tts", cleanup, meters)
    workers = (recognizer_worker, model_worker, speaker_worker)
    stages = Stages(
        recognizer=recognizer,
        recognizer_worker=recognizer_worker,
        handler=handler,
        speaker=Speaker(load_synthesizer(config, show), phrases(config.business)),
        speaker_worker=speaker_worker,
        meters=meters,
        effort=lambda: effort(max(worker.delay_ms for worker in workers), config.overload),
    )
    # Only now: warming up may take as long as it must.
    for worker, deadline_ms in zip(workers, astuple(config.deadlines), strict=True):
        worker.deadline_ms = deadline_ms
    return stages


def _announce(config: Config, listener: socket.socket, show: Show) -> None:
    """Say where we are, and who may come in. The last line is read by whoever started us."""
    if not config.twilio.auth_tokens:
        show("no Twilio auth token: serving this machine only, and checking no signatures")
    if config.server.public_url:
        show(f"voice webhook  {config.server.public_url.rstrip('/')}/telephony/inbound")
    host, port = listener.getsockname()[:2]
    show(f"ready: http://{f'[{host}]' if ':' in host else host}:{port}")


def _worker(name: str, cleanup: contextlib.ExitStack, meters: Meters, threads: int = 1) -> Worker:
    """``threads`` of a worker whose engine does several calls together; all but one wait there."""
    worker = cleanup.enter_context(contextlib.closing(Worker(name, threads=threads)))
    meters.watch(f"{name}_waiting", lambda: worker.waiting)
    meters.watch(f"{name}_delay_ms", lambda: worker.delay_ms)
    return worker


def _database(folder: Path) -> Database:
    file = folder / "audiocore.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # what callers said is for whoever runs the server alone
    except OSError as error:
        raise ConfigError(
            f"data.dir: {file} cannot be made: {error.strerror}; choose another folder"
        ) from None
    return Database(f"sqlite:///{file}")


async def _flow(
    kind: type[FlowOrchestrator],
    config: Config,
    show: Show,
    database: Database,
    store_worker: Worker,
    clock: SystemClock,
    model_worker: Worker,
) -> FlowOrchestrator:
    """The receptionist, warm."""
    flow = kind(
        config.business,
        model=load_language_model(config, show),
        model_worker=model_worker,
        store=database,
        store_worker=store_worker,
        clock=clock,
        classifier=load_classifier(config),
        options=config.flow,
    )
    await flow.warm()
    return flow


def phrases(business: Business) -> list[str]:
    """Clauses that are said in every call, and so are spoken ahead of time."""
    splitter = ClauseSplitter()
    asked = (lines.ASK_NAME, *lines.SPELL.values(), lines.ASK_DAY, lines.ASK_TIME, lines.ASK_MORE)
    whole = (lines.greeting(business), *asked, lines.SORRY, *lines.FILLERS)
    return [clause for text in whole for clause in splitter.feed(text) + splitter.flush()]


# --- each stage by itself ------------------------------------------------------------------------


def speak(config: Config, text: str, show: Show) -> tuple[bytes, int]:
    """A text in the configured voice: int16 mono, and its sample rate in hertz."""
    synthesizer = load_synthesizer(config, show)
    splitter = ClauseSplitter()
    clauses = splitter.feed(text) + splitter.flush()
    spoken = [spoken_text(spoken_pieces(clause)) for clause in clauses]
    pcm = b"".join(synthesizer.synthesize(clause).pcm for clause in spoken)
    return pcm, synthesizer.sample_rate


def starter_voice(config: Config, speaker: str) -> Config:
    """The same with the starter voice, speaking as ``speaker``."""
    paths = replace(config.models, tts=STARTER_MODELS / "tts")
    return replace(config, models=paths, tts=TtsOptions(speaker))


def telephone_voice(config: Config) -> Callable[[str], bytes]:
    """Text to int16 at 8 kHz in the configured voice, which is loaded when first used."""

    def say(text: str) -> bytes:
        pcm, sample_rate = speak(config, text, lambda _: None)
        if sample_rate == TELEPHONE_HZ:
            return pcm
        resampler = Resampler(sample_rate, TELEPHONE_HZ)
        return resampler.process(pcm) + resampler.flush()

    return say


def chat(config: Config, show: Show) -> None:
    """The receptionist by typing, on a database of its own that is thrown away afterwards."""

    async def converse(folder: Path, cleanup: contextlib.ExitStack) -> None:
        database = cleanup.enter_context(contextlib.closing(_database(folder)))
        clock = SystemClock()
        meters = Meters()
        store_worker = _worker("store", cleanup, meters)
        model_worker = _worker("llm", cleanup, meters, config.llm.sequences)
        flow = await _flow(
            FlowOrchestrator, config, show, database, store_worker, clock, model_worker
        )
        keyboard = _worker("keyboard", cleanup, meters)

        async def ask() -> str | None:
            with contextlib.suppress(EOFError):
                return await keyboard.run(input, "you     ")
            return None

        await hold_chat(flow, CallInfo("chat", "keyboard", ""), ask, print)

    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as cleanup:
        asyncio.run(converse(Path(folder), cleanup))
