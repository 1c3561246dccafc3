"""Which models answer: the starter models, random weights in real shapes, or what is configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audiocore.errors import ConfigError, ModelError
from pipeline.app import STARTER_MODELS

SHAPES = "shapes:"
WORDS = 6
"""That a recogniser with random weights hears in every utterance; so many fit into a short one."""


@dataclass(frozen=True, slots=True)
class ModelSet:
    """Three models by one name."""

    name: str
    settings: Mapping[str, str]
    """``section.key`` to text, as an environment would set it; empty for what is configured."""
    random: bool = False
    """Random weights: they show speed, never quality, and what they say does not follow from what
    they hear."""


def model_set(name: str, folder: Path) -> ModelSet:
    """The models of ``starter``, ``configured``, or ``shapes:STT+LLM+TTS``.

    Args:
        name: shapes are named like ``shapes:tiny.en+qwen2.5-0.5b-q4_0+piper-x_low``.
        folder: where models with random weights are kept, and made if they are not there.

    Raises:
        ConfigError: there is no such set.
        ModelError: random weights cannot be made here.
    """
    if name == "configured":
        return ModelSet(name, {})
    if name == "starter":
        return ModelSet(name, {f"models.{k}": str(STARTER_MODELS / k) for k in _KINDS})
    if not name.startswith(SHAPES):
        raise ConfigError(f"{name!r} is no set of models: starter, configured, or {_EXAMPLE}")
    return ModelSet(name, _shapes(name, folder), random=True)


_KINDS = ("stt", "llm", "tts")
_EXAMPLE = f"{SHAPES}tiny.en+qwen2.5-0.5b-q4_0+piper-x_low"


def _shapes(name: str, folder: Path) -> Mapping[str, str]:
    try:
        from benchmarks.shapes import llama, piper, whisper
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{name}: models with random weights are made with {error.name}, which is missing: "
            "pip install 'audiocore[bench]'"
        ) from None
    parts = name.removeprefix(SHAPES).split("+")
    if len(parts) != len(_KINDS):
        raise ConfigError(f"{name!r} must name recogniser, language model and voice: {_EXAMPLE}")
    stt, (llm, _, quantisation), tts = parts[0], parts[1].rpartition("-"), parts[2]
    voice = tts.removeprefix("piper-")
    formats: dict[str, llama.Quantisation] = {"q4_0": "Q4_0", "q8_0": "Q8_0"}
    for part, known, all_known in (
        (stt, stt in whisper.SHAPES, whisper.SHAPES),
        (llm, llm in llama.SHAPES, llama.SHAPES),
        (quantisation, quantisation.lower() in formats, formats),
        (voice, voice in piper.SHAPES, piper.SHAPES),
    ):
        if not known:
            raise ConfigError(f"{name!r}: {part!r} is none of {', '.join(all_known)}")
    paths = (
        whisper.model(folder, stt, words=WORDS),
        llama.model(folder, llm, formats[quantisation.lower()]),
        piper.model(folder, voice),
    )
    settings = {f"models.{kind}": str(path) for kind, path in zip(_KINDS, paths, strict=True)}
    return settings | {"flow.ask_finished": "false"}  # as is right for models of these sizes
