"""The synthesisers that speak training and test sentences: flite, festival and espeak-ng.

`speaker` draws one of endlessly many callers from the voices that are trained on. A caller's vocal tract is
changed by speaking `tract` times slower and playing that faster: formants move by `tract`, tempo and pitch are
chosen apart from it. Held out, for evaluation only, are the voices of `HELD_OUT`.
"""

from __future__ import annotations

import math
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from models.train.stt import foreign

RATE = 16_000
MAX_SECONDS = 10.0

HELD_OUT = ("flite:awb", "festival:ked_diphone")

FLITE = {"rms": 0.40, "slt": 0.29, "kal16": 0.26, "kal": 0.05}
FESTIVAL = {"cmu_us_slt_arctic_hts": 0.5, "kal_diphone": 0.5}
FLITE_SHARE, FESTIVAL_SHARE, FOREIGN_SHARE = 0.46, 0.16, 0.26
"""Of all callers; espeak-ng speaks for the rest."""
WOMEN = ("slt", "cmu_us_slt_arctic_hts", *(v for v, s in foreign.SPEAKERS.items() if s.woman))
ESPEAK_ACCENTS = [
    *["en-us"] * 6,
    *"en-gb en-gb-x-rp en-029 en-gb-scotland en-gb-x-gbclan en-gb-x-gbcwmd en-us-nyc".split(),
]
ESPEAK_VARIANTS = """
adam Alex Alicia Andrea Andy Annie aunty belinda benjamin boris caleb david ed edward edward2 Gene Gene2 hugo iven
john lee linda Mario max michael michel mike paul pedro quincy rob robert steph steph2 steph3 travis victor zac
anika f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 norbert shelby klatt klatt2 klatt4 klatt4 klatt4 klatt4 klatt4 klatt4
""".split()

ACCENT = [
    rule.split(">")
    for rule in """
ae>eh ae>aa aa>ao ao>aa ah>aa ah>uh ax>ah ax>eh ih>iy iy>ih uh>uw uw>uh eh>ae eh>ih ey>eh ow>ao ay>aa aw>ow er>ax
th>t th>f th>s dh>d dh>z v>w w>v v>f z>s zh>sh jh>zh ch>sh ng>n t>d d>t
""".split()
]
"""What speakers from elsewhere say for a phone of American English, Scots to learners; one speaker does few of these."""

Phones = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One spoken sentence."""

    text: str
    voice: str
    pcm: npt.NDArray[np.int16]
    """16 kHz, peak at half of full scale."""
    phones: Phones = field(default_factory=list)
    """(phone, end in seconds); empty where the synthesiser does not tell."""


Speak = Callable[[str, Path], Utterance | None]


def finish(
    sentence: str, voice: str, path: Path, phones: Phones | None = None, tract: float = 1.0
) -> Utterance | None:
    """Read what a synthesiser wrote and play it `tract` times faster.

    Returns None if it is silent, or shorter or longer than training takes.
    """
    x, rate = soundfile.read(path, dtype="float32")
    x = soxr.resample(x, rate * tract, RATE)
    peak = float(np.abs(x).max(initial=0.0))
    if peak < 1e-3 or not 0.15 * RATE < len(x) < MAX_SECONDS * RATE:
        return None
    scaled = [(phone, round(end / tract, 3)) for phone, end in phones or []]
    return Utterance(sentence, voice, (x / peak * 16384).astype(np.int16), scaled)


def flite(
    sentence: str, voice: str, path: Path, *settings: str, tract: float = 1.0
) -> Utterance | None:
    """Speak with flite, which prints where each phone ends; `settings` are `name=value`."""
    flags = [part for setting in settings for part in ("--setf", setting)]
    done = subprocess.run(
        ["flite", "-voice", voice, *flags, "-psdur", "-t", sentence, "-o", str(path)],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    pairs = (token.split(":") for token in done.stdout.split())
    return finish(sentence, f"flite:{voice}", path, [(p, float(end)) for p, end in pairs], tract)


def espeak(
    sentence: str, voice: str, path: Path, *flags: str, tract: float = 1.0
) -> Utterance | None:
    """Speak with espeak-ng, which does not tell its phones."""
    subprocess.run(
        ["espeak-ng", "-v", voice, *flags, "-w", str(path), sentence],
        capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    return finish(sentence, f"espeak:{voice}", path, tract=tract)


def words_only(sentence: str) -> None:
    """Refuse what festival might take for a command.

    Raises:
        ValueError: the sentence holds anything but letters, apostrophes and spaces.
    """
    if not sentence.replace("'", "").replace(" ", "").isalpha():
        raise ValueError(f"festival is given words only, not {sentence!r}")


def prosody(stretch: float, pitch_hz: float) -> str:
    """Commands by which festival speaks slower and higher; the spread of the pitch follows its height."""
    return (
        f"(Parameter.set 'Duration_Stretch {stretch:.3f}) "
        f"(set! int_lr_params '((target_f0_mean {pitch_hz:.0f}) (target_f0_std {pitch_hz * 0.13:.0f}) "
        "(model_f0_mean 170) (model_f0_std 34)))"
    )


def hts_rate(stretch: float) -> str:
    """Commands by which a voice of HTS speaks slower; no others know `hts_engine_params`."""
    return (
        "(if (boundp 'hts_engine_params) (set! hts_engine_params "
        f'(append hts_engine_params \'(("-r" {1 / stretch:.3f}))))) '
    )


class Festival:
    """One festival process that speaks sentence after sentence."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["festival", "--pipe"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def speak(
        self,
        sentence: str,
        voice: str,
        path: Path,
        *,
        stretch: float = 1.0,
        pitch_hz: float = 105.0,
        tract: float = 1.0,
        accent: Mapping[str, str] | None = None,
    ) -> Utterance | None:
        """Speak; the pitch is obeyed by the diphone voices alone.

        `accent` maps phones to what the speaker says instead.
        """
        words_only(sentence)
        path.unlink(missing_ok=True)
        segments = path.with_suffix(".segments")
        accented = " ".join(f'("{phone}" "{said}")' for phone, said in (accent or {}).items())
        self._do(
            f"(voice_{voice}) {prosody(stretch, pitch_hz)} {hts_rate(stretch)}"
            f"(set! postlex_rules_hooks (list postlex_apos_s_check (lambda (utt) (mapcar (lambda (s) "
            f"(let ((a (assoc_string (item.name s) '({accented})))) (if a (item.set_name s (cadr a))))) "
            "(utt.relation.items utt 'Segment)) utt))) "
            f'(set! u (utt.synth (Utterance Text "{sentence}"))) '
            f'(utt.save.wave u "{path}" \'riff) (utt.save.segs u "{segments}")'
        )
        if not path.exists():
            return None
        rows = (line.split() for line in segments.read_text().splitlines()[1:])
        phones = [(phone, float(end)) for end, _, phone in rows]
        return finish(sentence, f"festival:{voice}", path, phones, tract)

    def speak_foreign(
        self,
        sentence: str,
        voice: str,
        path: Path,
        *,
        said: Mapping[str, tuple[str, ...]],
        stretch: float = 1.0,
        pitch_hz: float = 105.0,
        tract: float = 1.0,
    ) -> Utterance | None:
        """Speak English with a voice of `foreign.SPEAKERS`, `said` instead of the phones it lacks.

        Those that plan their prosody themselves obey neither pitch nor, but for `upc_ca_ona_hts`, stretch.
        """
        words_only(sentence)
        path.unlink(missing_ok=True)
        if foreign.SPEAKERS[voice].phoneset:
            ends = self._speak_words(sentence, voice, path, said, stretch)
        else:
            phones = self._phones(sentence, stretch, pitch_hz)
            ends = self._speak_sounds(phones, voice, path, said)
        return finish(sentence, f"festival:{voice}", path, ends, tract) if path.exists() else None

    def _speak_sounds(
        self,
        phones: list[foreign.Sound],
        voice: str,
        path: Path,
        said: Mapping[str, tuple[str, ...]],
    ) -> Phones:
        """Have a voice speak its own sounds for `phones`; returns where these end."""
        spoken = foreign.with_sounds(voice, phones, said)
        sounds = " ".join(
            f'("{sound}" {seconds:.4f} ({seconds / 2:.4f} {pitch:.0f}))'
            for part in spoken
            for sound, seconds, pitch in part
        )
        self._do(
            f"(voice_{voice}) (set! u (utt.synth (Utterance Segments ({sounds})))) "
            f'(utt.save.wave u "{path}" \'riff)'
        )
        lasting = [sum(seconds for _, seconds, _ in part) for part in spoken]
        return [(phone, end) for (phone, *_), end in zip(phones, accumulate(lasting), strict=True)]

    def _speak_words(
        self,
        sentence: str,
        voice: str,
        path: Path,
        said: Mapping[str, tuple[str, ...]],
        stretch: float,
    ) -> Phones:
        """Have a voice speak words of its own phones, under made-up names; returns the phones of `sentence`."""
        words = self._words(sentence)
        names = [f"w{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(len(words))]
        entries = zip(names, foreign.pronunciations(words, said), strict=True)
        printed = self._do(
            f'(voice_{voice}) (lex.create "foreign") (lex.select "foreign") '
            f'(lex.set.phoneset "{foreign.SPEAKERS[voice].phoneset}") '
            + "".join(f'(lex.add.entry \'("{name}" nil ({entry}))) ' for name, entry in entries)
            + f"(set! postlex_rules_hooks nil) {hts_rate(stretch)}"
            f'(set! u (utt.synth (Utterance Text "{" ".join(names)}"))) '
            f'(utt.save.wave u "{path}" \'riff) '
            '(mapcar (lambda (s) (format t "sound %s %f\\n" (item.name s) (item.feat s \'end))) '
            "(utt.relation.items u 'Segment))"
        )
        rows = [line.split() for line in printed]
        sounds = [(r[1], float(r[2])) for r in rows if r[:1] == ["sound"]]
        return foreign.phones_of(words, said, sounds)

    def _words(self, sentence: str) -> list[foreign.Word]:
        """The words that `kal_diphone` would say."""
        printed = self._do(
            f'(voice_kal_diphone) (set! u (Utterance Text "{sentence}")) '
            "(mapcar (lambda (module) (eval (list module 'u))) "
            "'(Initialize Text Token_POS Token POS Phrasify Word Pauses Intonation PostLex)) "
            '(mapcar (lambda (w) (format t "\\nword") (mapcar (lambda (y) '
            '(format t " %s" (item.feat y \'stress)) (mapcar (lambda (p) (format t ",%s" (item.name p))) '
            "(item.daughters y))) (item.daughters (item.relation w 'SylStructure)))) "
            "(utt.relation.items u 'Word))"
        )
        rows = [line.split() for line in printed]
        syllables = [[y.split(",") for y in row[1:]] for row in rows if row[:1] == ["word"]]
        return [[(stress, phones) for stress, *phones in word] for word in syllables]

    def _phones(self, sentence: str, stretch: float, pitch_hz: float) -> list[foreign.Sound]:
        """What `kal_diphone` would say, with the pitch in the middle of each phone."""
        printed = self._do(
            f"(voice_kal_diphone) {prosody(stretch, pitch_hz)}"
            f'(set! u (Utterance Text "{sentence}")) '
            "(mapcar (lambda (module) (eval (list module 'u))) '(Initialize Text Token_POS Token POS "
            "Phrasify Word Pauses Intonation PostLex Duration Int_Targets)) "
            '(mapcar (lambda (s) (format t "phone %s %f\\n" (item.name s) (item.feat s \'end))) '
            "(utt.relation.items u 'Segment)) "
            '(mapcar (lambda (x) (if (item.parent x) (format t "pitch %f %f\\n" '
            "(item.feat x 'pos) (item.feat x 'f0)))) (utt.relation.items u 'Target))"
        )
        rows = [line.split() for line in printed]
        ends = [(row[1], float(row[2])) for row in rows if row[:1] == ["phone"]]
        when, hertz = zip(
            *((float(r[1]), float(r[2])) for r in rows if r[:1] == ["pitch"]), strict=True
        )
        starts = [0.0, *(end for _, end in ends)]
        return [
            (phone, end - start, float(np.interp((start + end) / 2, when, hertz)))
            for (phone, end), start in zip(ends, starts, strict=False)
        ]

    def _do(self, commands: str) -> list[str]:
        """Have it carried out; returns the lines that it printed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f'{commands}\n(format t "\\ndone\\n") (fflush nil)\n')
        self._process.stdin.flush()
        printed = []
        for line in self._process.stdout:
            if line.strip() == "done":
                return printed
            printed.append(line)
        raise RuntimeError(f"festival ended at {commands}")

    def close(self) -> None:
        """End the process."""
        self._process.communicate("(quit)\n", timeout=10)


def share(voice: str) -> float:
    """The share of all callers that a voice of `Utterance.voice`, or `espeak` altogether, speaks for."""
    engine, _, name = voice.partition(":")
    if engine == "flite":
        return FLITE_SHARE * FLITE[name]
    if name in foreign.SPEAKERS:
        return FOREIGN_SHARE / len(foreign.SPEAKERS)
    if engine == "festival":
        return FESTIVAL_SHARE * FESTIVAL[name]
    return 1 - FLITE_SHARE - FESTIVAL_SHARE - FOREIGN_SHARE


def between(rng: Random, low: float, high: float) -> float:
    """A factor, uniform on a logarithmic scale."""
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def speaker(rng: Random, festival: Festival) -> Speak:
    """A caller who never called before."""
    kind = rng.random()
    if kind < FOREIGN_SHARE:
        return foreign_speaker(rng, festival)
    kind -= FOREIGN_SHARE
    if kind < FLITE_SHARE:
        voice = rng.choices(list(FLITE), list(FLITE.values()))[0]
    elif kind < FLITE_SHARE + FESTIVAL_SHARE:
        voice = rng.choices(list(FESTIVAL), list(FESTIVAL.values()))[0]
    else:
        voice = f"{rng.choice(ESPEAK_ACCENTS)}+{rng.choice(ESPEAK_VARIANTS)}"
    tract = vocal_tract(rng, voice)
    stretch = between(rng, 0.75, 1.25) * tract
    if kind >= FLITE_SHARE + FESTIVAL_SHARE:
        words_per_minute, pitch = rng.randint(125, 190), rng.randint(20, 80)
        flags = ["-s", str(max(80, round(words_per_minute / tract))), "-p", str(pitch)]
        return lambda s, path: espeak(s, voice, path, *flags, tract=tract)
    # 85 to 260 Hz: a man's to a child's pitch.
    pitch_hz = between(rng, 85, 260) / tract
    if kind >= FLITE_SHARE:
        accent = dict(rng.sample(ACCENT, rng.choice([0, 0, 1, 2, 3, 4])))
        return lambda s, path: festival.speak(
            s, voice, path, stretch=stretch, pitch_hz=pitch_hz, tract=tract, accent=accent
        )
    settings = [f"duration_stretch={stretch:.3f}"]
    if voice.startswith("kal"):
        settings.append(f"int_f0_target_mean={pitch_hz:.0f}")
    elif rng.random() < 0.7:
        settings.append(f"f0_shift={between(rng, 0.75, 1.7) / tract:.3f}")
    return lambda s, path: flite(s, voice, path, *settings, tract=tract)


def foreign_speaker(rng: Random, festival: Festival) -> Speak:
    """A caller whose own language is another."""
    voice = rng.choice(list(foreign.SPEAKERS))
    tract = vocal_tract(rng, voice)
    stretch = between(rng, 0.85, 1.35) * tract
    pitch_hz = foreign.SPEAKERS[voice].pitch_hz * between(rng, 0.75, 1.35) / tract
    said = foreign.habits(voice, rng)
    return lambda s, path: festival.speak_foreign(
        s, voice, path, said=said, stretch=stretch, pitch_hz=pitch_hz, tract=tract
    )


def vocal_tract(rng: Random, voice: str) -> float:
    """How much shorter than the voice's own: one caller in five is the voice as it is.

    The channel changes the speed of all a little more.
    """
    low, high = (0.78, 1.12) if voice in WOMEN else (0.86, 1.24)
    return 1.0 if rng.random() < 0.2 else between(rng, low, high)
