"""The same server with techniques switched off, so that what each gains is a measured
difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.config import PREFIX

_NO_SPECULATION = {"call.speculation": "false"}
_FULL_WINDOW = {"stt.window": "full"}


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to run the server."""

    name: str
    does: str
    settings: Mapping[str, str]
    """``section.key`` to text, over everything that is configured."""


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("on", "everything as configured", {}),
        Variant("no-speculation", "work begins when the caller has finished", _NO_SPECULATION),
        Variant("full-window", "the recogniser sees 30 s, however short it was", _FULL_WINDOW),
        Variant("neither", "both switched off", _NO_SPECULATION | _FULL_WINDOW),
    )
}


def with_threads(variant: Variant, threads: int) -> Mapping[str, str]:
    """The variant's settings, with this many threads for each model that takes any; 0 is as
    configured. The voice has always one."""
    if not threads:
        return variant.settings
    return {**variant.settings, "stt.threads": str(threads), "llm.threads": str(threads)}


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """``section.key`` settings as the variables that set them."""
    return {f"{PREFIX}{name.replace('.', '_').upper()}": text for name, text in settings.items()}
