"""Which models a machine can hold a conversation with, from what it was measured to do.

The prediction is for one caller and a typical turn, on one thread per stage as the engines run:
recognise what was said, read the new part of the prompt, generate the first clause, and speak it.
Part of that is hidden, because work begins at a pause and the answer waits until the caller is
surely done. Among the catalogue's preferred models the largest set is proposed that answers within
the wanted time and fits into the memory.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audiocore.endpointing import EndpointingOptions
from audiocore.errors import ModelError
from models import cost
from models.catalog import ANY_LANGUAGE, KIND_NAMES, KINDS, Entry, Kind
from models.machine import Machine
from models.measure import Speed

UTTERANCE_S, WORDS_TOKENS = 3.0, 14
"""What a caller typically says, in seconds and in the recogniser's tokens."""
NEW_TOKENS, CLAUSE_TOKENS, CLAUSE_S = 30, 10, 1.5
"""New prompt tokens (the rest is cached), and the length of a reply's first clause."""
SHARE_OF_MEMORY = 0.7
SERVER_MB = 150
"""The server itself, libraries included."""
_QUIET = 0.7


@dataclass(frozen=True, slots=True)
class Proposal:
    """A set of models and what to expect of it."""

    stt: Entry
    llm: Entry
    tts: Entry
    work_ms: dict[Kind, float]
    """Milliseconds of each stage until the first sound."""
    memory_mb: int
    response_ms: float
    """From the caller's last sound to the agent's first, as the caller hears it."""

    def __iter__(self) -> Iterator[Entry]:
        yield from (self.stt, self.llm, self.tts)


def stage_ms(entry: Entry, speed: Speed) -> float:
    """What a model adds to a turn, in milliseconds."""
    if entry.shape:
        width, encoder_layers, decoder_layers = entry.shape
        encode_ms = cost.encoder_macs(width, encoder_layers, UTTERANCE_S) / speed.encoder
        return encode_ms + WORDS_TOKENS * cost.decoder_macs(width, decoder_layers) / speed.decoder
    if entry.parameters_m:
        read_ms = NEW_TOKENS * entry.parameters_m * 1e6 / speed.prefill
        return read_ms + CLAUSE_TOKENS * entry.size_mb * 1e6 / speed.decode
    assert entry.quality is not None  # of a voice, as the catalogue demands
    return CLAUSE_S * cost.VOICE_MACS_PER_S[entry.quality] / speed.float32


def respond_ms(work_ms: float) -> float:
    """The silence that a caller who sounds finished hears, if so much work follows a pause."""
    endpointing = EndpointingOptions()
    return max(endpointing.min_end_ms, endpointing.pause_ms + work_ms)


def propose(
    entries: Iterable[Entry],
    machine: Machine,
    speed: Speed,
    *,
    language: str,
    within_ms: float,
    gender: str | None = None,
) -> Proposal:
    """The largest preferred models that answer in time, or the quickest if none does.

    Args:
        language: ISO 639-1.
        within_ms: response time to keep.
        gender: of the voice; None if it does not matter.

    Raises:
        ModelError: the catalogue has nothing for this language, or nothing that fits.
    """
    choice: dict[Kind, list[Entry]] = {kind: [] for kind in KINDS}
    for entry in entries:
        wanted = gender is None or entry.kind != "tts" or entry.gender in (gender, "both")
        if entry.preferred and entry.speaks(language) and wanted and not entry.accept:
            choice[entry.kind].append(entry)
    for kind, found in choice.items():
        if not found:
            raise ModelError(
                f"the catalogue prefers no {KIND_NAMES[kind]} for {language!r}: see `audiocore "
                "models list`, or bring your own with `audiocore models add PATH`"
            )
    triples = itertools.product(choice["stt"], choice["llm"], choice["tts"])
    sets = [_proposal(stt, llm, tts, speed) for stt, llm, tts in triples]
    fitting = [s for s in sets if s.memory_mb <= machine.memory_mb * SHARE_OF_MEMORY]
    if not fitting:
        least = min(s.memory_mb for s in sets)
        raise ModelError(
            f"the smallest set needs {least} MB, and {machine.memory_mb} MB are free of which "
            f"{SHARE_OF_MEMORY:.0%} may be used: keep the starter models, or add memory"
        )
    in_time = [s for s in fitting if s.response_ms <= within_ms]
    return max(in_time, key=_merit) if in_time else min(fitting, key=lambda s: s.response_ms)


def _proposal(stt: Entry, llm: Entry, tts: Entry, speed: Speed) -> Proposal:
    work: dict[Kind, float] = {e.kind: stage_ms(e, speed) for e in (stt, llm, tts)}
    memory = SERVER_MB + stt.memory_mb + llm.memory_mb + tts.memory_mb
    return Proposal(stt, llm, tts, work, memory, respond_ms(sum(work.values())))


def _merit(proposal: Proposal) -> tuple[float, bool]:
    """Size on a log scale, twice for the language model, which gains most from it; among equals
    one for a single language beats one for all."""
    size = sum(math.log2(entry.size_mb) for entry in proposal) + math.log2(proposal.llm.size_mb)
    return size, proposal.stt.languages != (ANY_LANGUAGE,)


def certainty(speed: Speed) -> str:
    """How far to trust the prediction, in words."""
    if speed.share < _QUIET:
        return (
            f"unsure: other programs were busy, and the measurement got {speed.share:.0%} of a "
            "processor. Times may be off by a factor of three; run it again on an idle machine"
        )
    return (
        "fairly sure: within about a third for recogniser and language model, and a half for the "
        "voice, which is derived from arithmetic speed; `audiocore call` measures the real thing"
    )
