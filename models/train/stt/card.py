"""The starter recogniser's model card, rendered from what `evaluate` measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

HEAD = """# Starter recogniser

A Whisper-shaped speech recogniser for telephone English in a clinic's appointment line, small enough to
ship with the code: 8 encoder and 2 decoder layers of width 192, 5.4 million parameters, int8 for
CTranslate2. It exists so that a fresh checkout can answer a call. **It is a demonstration, not a product:**
it has heard synthetic voices only. For real callers configure a stock faster-whisper model by path.

## What it takes and gives

Mono audio at 16 kHz (telephone audio brought up from 8 kHz), up to 30 s; 1500 encoder positions, so stock
`faster_whisper.WhisperModel.transcribe` works too, with `suppress_tokens=[]`. Text is lowercase words with
apostrophes and no punctuation, numbers and times as words, spelled letters one by one ("three thirty p m",
"j o n e s"). Where nobody speaks the text is empty. What it is not sure of (`sure` in `calibration.json`) the
engine plays to it four times more, 3, 6 and 10 % slower and 6 % faster, and takes the words that are likeliest as sound and as
language (`wording.zip`, a small transformer that has read the text of training).

## How it was made

`models/train/stt`: `synthesize`, `train`, `mean`, `export`, `wording`, `calibrate`, `evaluate`, one command each, seeded. {made}

| voices | licence |
|---|---|
| flite 2.2: rms, slt, kal16, kal (half of what it heard, more in earlier runs) | CMU Flite, BSD-like; the speech they make is free |
| festival: us_slt_hts, kal_diphone, with accents (a sixth) | festvox, BSD-like |
| festival, speaking English with the sounds of another language (a quarter, last four runs only): lp, pc (Italian), dita, krb, machac, ph (Czech), lj, mv (Finnish), NSK (Hindi), ona (Catalan), nsh (Russian) | GPL-2+ (Italian, Hindi), GPL-3+ (Czech), LGPL (Finnish, Catalan), BSD-like (Russian); run as programs, nothing of them is shipped |
| espeak-ng 1.51, accents and variants (the rest) | GPL-3.0-or-later program; its output is not covered |
| held out for evaluation: flite awb, festival ked | CMU Flite and festvox, BSD-like |

Four callers in five are one of these voices with another vocal tract, tempo and pitch; two in three of festival's
replace up to four phones by what somebody from elsewhere says. In the last three runs six or seven in ten became
another speaker again, in whom the formants and the colour of each phone differ a little on their own; in the last two
most said it otherwise each time, too: in another rhythm, more or less clearly, each sound a little off.

Text: what callers say (`models/train/corpus.py`, `models/train/stt/text.py`), and everyday English from word lists
and a grammar (`models/train/stt/english.py`); further words and names are of the CMU pronouncing dictionary
(BSD 2-clause). No recording of a person,
and no text that a person wrote to somebody, was used. Every utterance passes a new random line each time it is seen:
speed and pitch, room, noise at 0 to 40 dB, handset, level, clipping, frame loss, mu-law. One in fifteen is a line on
which nobody speaks: noise, music, tones, breath.

Features are Whisper's with a hop of 20 ms and a window of 32 ms (`preprocessor_config.json`), so an encoder frame
is 40 ms: half the work of Whisper's 20 ms.

Of the demo call's sentences the short ones ("three thirty p m", "yes that's right") occur in the training text word
for word, spoken by random voices.

The weights are under the licence of this repository (Apache-2.0).

## Measured

Through `pipeline/engines/faster_whisper.py`, on sentences whose wording, or which as a whole, training never said.
WER is the share of words wrong; "exact" the share of sentences without any error; "names", "weekdays" and
"times" the share of sentences with such a word in which it came through whole. "Known names" are of the lists that
training drew from, "unknown names" were never trained on, save that
ten of the 108 are everyday words too (hill, rice). Babble is made of voices that training never heard; people talking,
the office and the cafe were recorded.
"""

TAIL = """
## What it cannot do

- Understand people reliably: see the recordings above. Synthetic speech is far easier than any caller.
- Understand all of everyday English: it has heard some eight thousand words often, and makes of others the nearest
  thing it knows. Names it never met are spelled by ear and often wrong.
- Any language but English; punctuation, capitals or digits; who is speaking.
- Children's voices and accents: one woman and a few men spoke most of what it heard, four fifths of it American;
  the other accents are made by rule.
"""


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def render(report: dict[str, Any], made: str) -> str:
    """The card; `report` is what `evaluate` printed, `made` a sentence on how long it trained."""
    keys = ("wer", "exact", "names", "weekdays", "times")
    parts = [HEAD.format(made=made)]
    parts.append(
        _table(
            ["in-domain sentences", "WER %"],
            ([label, _percent(wer)] for label, wer in report["summary"].items()),
        )
    )
    parts.append(
        _table(
            ["voice", "line", *(f"{k.upper() if k == 'wer' else k} %" for k in keys)],
            (
                [row["voice"], row["condition"], *(_percent(row.get(k)) for k in keys)]
                for row in report["synthetic"]
            ),
        )
    )
    if "recordings" in report:
        parts.append(
            "\nReal people (Free Spoken Digit Dataset and others; never trained on), and noise clips, in which every "
            "word is one too many:\n"
        )
        rows = [
            [
                kind.replace("_", " "),
                str(int(s["sentences"])),
                _percent(s["wer"]),
                _percent(s["exact"]),
            ]
            for kind, s in report["recordings"].items()
        ]
        parts.append(_table(["recordings", "clips", "WER %", "exact %"], rows))
        noise = report["noise"]
        parts.append(
            f"\nNoise: not a word on {noise['silent_clips']} of {noise['clips']} clips, heard in pieces of 3 s; words in "
            f"{noise['with_words']} of {noise['pieces']} pieces ({noise['words']} words; {noise['confident']} pieces with a "
            "confidence of 0.5 or more). A call asks voice activity detection first.\n"
        )
    parts.append(
        "\nConfidence (`calibration.json`) against how often the whole sentence was right:\n"
    )
    rows = [[label, str(n), _percent(right)] for label, n, right in report["calibration"]]
    parts.append(_table(["confidence", "sentences", "exact %"], rows))
    once, again = (report["cpu_ms"][kind] for kind in ("once", "again"))
    parts.append(
        f"\nTime: {once:.0f} ms of one thread for 2 s of speech, {again:.0f} where it is heard again (medians).\n"
    )
    return "\n".join(parts) + TAIL
