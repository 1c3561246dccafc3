"""The ways to wait that are compared, and what each does to the clips."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from audiocore.endpointing import Endpointer, EndpointingOptions, Patience, wait_ms
from audiocore.events import SpeechEnded, SpeechPaused
from audiocore.units import FRAME_MS
from benchmarks.endpointing.tracks import Track

TOLD_FRAMES = 2
"""After a pause, until the words and what they mean for the wait are known."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A fixed wait, or one that follows the words."""

    name: str
    fixed_ms: int | None = None
    patience: Patience = "balanced"

    @property
    def options(self) -> EndpointingOptions:
        if self.fixed_ms is None:
            return EndpointingOptions(patience=self.patience)
        return EndpointingOptions(min_end_ms=self.fixed_ms, max_end_ms=self.fixed_ms)


FIXED = [Wait(f"{ms} ms", ms) for ms in (*range(200, 1_000, 100), 1_000, 1_200, 1_500)]
ADAPTIVE = [Wait("eager", None, "eager"), Wait("balanced"), Wait("patient", None, "patient")]
ALL = [*FIXED, *ADAPTIVE]


@dataclass(frozen=True, slots=True)
class Result:
    """What one way to wait does to clips of one kind."""

    kind: str
    wait: Wait
    cut: Sequence[bool]
    """Per clip: taken to be finished before its end."""
    pauses: int
    """Inner pauses of all clips."""
    cut_pauses: int
    """Of these, how many were taken for the end."""
    delays_ms: Sequence[int]
    """From the true end to the end that was noticed; clips in which nobody was heard are left
    out."""

    @property
    def cut_share(self) -> float:
        """Of clips, 0..1."""
        return sum(self.cut) / len(self.cut)

    @property
    def pause_share(self) -> float:
        """Of inner pauses, 0..1."""
        return self.cut_pauses / self.pauses if self.pauses else 0.0

    @property
    def mean_ms(self) -> float:
        return statistics.fmean(self.delays_ms) if self.delays_ms else 0.0

    @property
    def median_ms(self) -> float:
        return statistics.median(self.delays_ms) if self.delays_ms else 0.0


def measure(kind: str, wait: Wait, tracks: Sequence[Track]) -> Result:
    """Listen to every track, waiting like this."""
    ends = [_ends(wait, track) for track in tracks]
    early = [sum(end < track.end for end in e) for e, track in zip(ends, tracks, strict=True)]
    delays = [
        (e[-1] + 1 - track.end) * FRAME_MS
        for e, track in zip(ends, tracks, strict=True)
        if e and e[-1] >= track.end
    ]
    pauses = sum(track.pauses for track in tracks)
    return Result(kind, wait, [n > 0 for n in early], pauses, min(sum(early), pauses), delays)


def _ends(wait: Wait, track: Track) -> list[int]:
    """Frames in which the speaker was taken to be finished."""
    options = wait.options
    endpointer = Endpointer(options)
    ends, told = [], {}
    for number, (speech, quiet) in enumerate(track.decisions):
        for event in endpointer.step(speech, quiet):
            match event:
                case SpeechPaused() if number in track.finished:
                    told[number + TOLD_FRAMES] = track.finished[number]
                case SpeechEnded():
                    ends.append(number)
        if number in told and wait.fixed_ms is None:
            endpointer.expect(wait_ms(told[number], wait.patience, options))
    return ends


def pooled(results: Sequence[Result], kinds: Sequence[str]) -> list[Result]:
    """The results of several kinds as one; nothing if there is none."""
    together = []
    for wait in ALL if kinds else []:
        parts = [r for r in results if r.wait == wait and r.kind in kinds]
        together.append(
            Result(
                "recordings",
                wait,
                [cut for r in parts for cut in r.cut],
                sum(r.pauses for r in parts),
                sum(r.cut_pauses for r in parts),
                [delay for r in parts for delay in r.delays_ms],
            )
        )
    return together
