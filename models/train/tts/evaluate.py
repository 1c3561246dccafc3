"""How well each speaker of the voice is understood: word error rate of an independent recogniser,
pocketsphinx, over telephone-rate audio of the speaker and of its teacher, on sentences neither was
tuned on. Levels and speed besides.

The recogniser is old and knows general English only, so read the two figures against each other.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path
from random import Random

import jiwer
import numpy as np
import soundfile
import soxr
from piper import PiperVoice
from piper.config import SynthesisConfig
from pocketsphinx import Decoder

from models.train.tts.level import active_level
from models.train.tts.sentences import KINDS, sentence
from models.train.tts.teacher import SAMPLE_RATE, Teacher, written_for_teacher

SEED = 20_000  # not a seed that prepare uses


def test_sentences(count: int) -> dict[str, list[str]]:
    rng = Random(SEED)
    return {kind: [sentence(rng, kind) for _ in range(count)] for kind in KINDS}


def plain(text: str) -> str:
    """Lower-case words only, as the recogniser writes them."""
    text = text.lower().replace("a.m.", "a m").replace("p.m.", "p m")
    return " ".join(re.sub(r"[^a-z' ]", " ", text).split())


class Judge:
    def __init__(self) -> None:
        self._decoder = Decoder(samprate=16000, loglevel="FATAL")

    def hear(self, samples: np.ndarray, rate: int) -> str:
        """Telephone band: to 8 kHz and mu-law, then up to the judge's 16 kHz."""
        x = _through_ulaw(soxr.resample(samples.astype(np.float64), rate, 8000))
        x = soxr.resample(x, 8000, 16000)
        x = np.pad(x, (4000, 6000)) / np.abs(x).max() * 0.5
        x += np.random.default_rng(0).normal(0, 1e-4, len(x))
        self._decoder.start_utt()
        self._decoder.process_raw((x * 32767).astype(np.int16).tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return plain(found.hypstr) if found else ""


def _through_ulaw(x: np.ndarray) -> np.ndarray:
    """The mu-law curve in floating point: ample for a listening test."""
    y = np.sign(x) * np.log1p(255 * np.minimum(np.abs(x), 1)) / np.log(256)
    y = np.round(y * 127) / 127
    return np.sign(y) * np.expm1(np.abs(y) * np.log(256)) / 255


class Tally:
    """What was measured of one speaker."""

    def __init__(self) -> None:
        self.wanted: list[str] = []
        self.heard: list[str] = []
        self.levels: list[float] = []

    def add(self, text: str, heard: str, level: float) -> None:
        self.wanted.append(plain(text))
        self.heard.append(heard)
        self.levels.append(level)

    def report(self) -> dict[str, float]:
        return {
            "wer": round(jiwer.wer(self.wanted, self.heard), 3),
            "level_dbfs": round(float(np.mean(self.levels)), 1),
            "level_spread_db": round(float(np.std(self.levels)), 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voice", type=Path, required=True, help="folder of voice.onnx")
    parser.add_argument("--count", type=int, default=50, help="sentences of each kind")
    parser.add_argument("--no-teacher", action="store_true", help="judge the voice alone")
    parser.add_argument("--wav", type=Path, help="folder for some samples to listen to")
    args = parser.parse_args()

    voice = PiperVoice.load(args.voice / "voice.onnx")
    rate = voice.config.sample_rate
    spent = spoken = 0.0
    judge = Judge()
    result: dict[str, dict[str, dict[str, float]]] = {}
    for speaker, number in voice.config.speaker_id_map.items():
        options = SynthesisConfig(speaker_id=number, normalize_audio=False)
        teacher = None if args.no_teacher else Teacher(speaker)
        for kind, texts in test_sentences(args.count).items():
            student_tally, teacher_tally = Tally(), Tally()
            for i, text in enumerate(texts):
                begin = time.process_time()
                chunks = list(voice.synthesize(text, options))
                samples = np.concatenate([c.audio_float_array for c in chunks])
                spent += time.process_time() - begin
                spoken += len(samples) / rate
                student_tally.add(text, judge.hear(samples, rate), active_level(samples, rate))
                if args.wav and i < 5:
                    args.wav.mkdir(parents=True, exist_ok=True)
                    path = args.wav / f"{speaker}-{kind}-{i}.wav"
                    soundfile.write(path, samples, rate, subtype="PCM_16")
                if teacher:
                    wave = teacher.speak(written_for_teacher(text)).wave / 32768
                    heard = judge.hear(wave, SAMPLE_RATE)
                    teacher_tally.add(text, heard, active_level(wave, SAMPLE_RATE))
                print(f"\r{speaker} {kind} {i + 1}/{len(texts)}", end="", file=sys.stderr)
            found = result.setdefault(speaker, {})
            found[kind] = student_tally.report()
            if teacher:
                found[f"{kind}, teacher"] = teacher_tally.report()
            print(f": {found}", file=sys.stderr)
    print(json.dumps(result | {"real_time_factor": round(spent / spoken, 4)}, indent=1))


if __name__ == "__main__":
    main()
