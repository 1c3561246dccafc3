"""How often a caller is cut off, against how long they wait for an answer.

``python -m benchmarks.endpointing`` or ``audiocore bench endpointing`` plays recordings through a
telephone channel to the detector, the recogniser and the endpointer of a call, and counts for fixed
waits and for every patience: utterances that were taken to be finished before their end, inner
pauses that were, and the delay after the true end. ``--output DIR`` (default ``out``) gets
``endpointing.json``, ``endpointing.md`` and ``endpointing.svg``.

Recordings are FLAC or WAV files below ``--speech`` (default ``../shared/speech``), in folders named
by what they hold. Without them, sentences with pauses and hesitations in a synthetic voice are all
there is; they are measured in any case, because their words are the receptionist's.

``--split`` takes every other recording of a kind: settings are chosen on ``development`` (the level
cue of ``audiocore/level.py`` was), and figures are published of ``test``. Some readers are in both.

How the method differs from livekit/eot-bench, whose published figures stand beside ours: its data
are turns of real conversations with an agent, with a person's mark of every pause, and the words
come from a server; ours are read sentences and strings of digits, their pauses are those of a
reader, and the words are what the configured recogniser makes of them. It gives every model the
best of all thresholds and waits for a given budget; ours are the shipped settings. Its delay begins
at the end of speech that an offline detector found; ours at the last frame within 30 dB of the
utterance's level. So figures here compare with each other, and only roughly with those.
"""

import argparse
import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.endpointing import clips, report, waits
from benchmarks.endpointing.tracks import Ear

__all__ = ["main"]

SPEECH = Path(__file__).parents[3] / "shared" / "speech"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="audiocore bench endpointing", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--speech", type=Path, default=SPEECH, metavar="DIR")
    parser.add_argument("--kinds", nargs="+", default=clips.KINDS, metavar="FOLDER")
    parser.add_argument("--split", choices=clips.SPLITS, default="all", help="default: all")
    parser.add_argument("--limit", type=int, metavar="N", help="files of each kind")
    parser.add_argument("--output", type=Path, default=Path("out"), metavar="DIR")
    options = parser.parse_args(argv)

    sources = clips.recordings(options.speech, options.kinds, options.limit, options.split)
    if not sources:
        print(f"no recordings below {options.speech}: synthetic speech only")
    sources["synthetic"] = clips.synthetic()[: options.limit]
    results = []
    with contextlib.closing(Ear()) as ear:
        for kind, audio in sources.items():
            tracks = [ear.hear(ulaw_8k) for ulaw_8k in audio]
            results += [waits.measure(kind, wait, tracks) for wait in waits.ALL]
            print(report.table([result for result in results if result.kind == kind]), flush=True)
    together = waits.pooled(results, [kind for kind in sources if kind != "synthetic"])
    options.output.mkdir(parents=True, exist_ok=True)
    everything = [*together, *results]
    texts = {
        "json": json.dumps(report.as_json(everything), indent=1),
        "md": report.markdown(everything),
        "svg": report.picture(together or results),
    }
    for kind, text in texts.items():
        file = options.output / f"endpointing.{kind}"
        file.write_text(text + "\n")
        print(f"written: {file}")
    return 0
