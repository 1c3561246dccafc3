"""How well the voice is understood: word error rate of an independent recogniser, pocketsphinx,
over telephone-rate audio of the voice and of its teacher, on sentences neither was tuned on.

The recogniser is old and knows general English only, so read the two figures against each other.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path

import jiwer
import numpy as np
import soundfile
import soxr
from piper import PiperVoice
from piper.config import SynthesisConfig
from pocketsphinx import Decoder

from models.train.tts.teacher import SAMPLE_RATE, Teacher
from models.train.tts.text import Writer

SEED = 20_000  # not a seed that prepare uses


def test_sentences(count: int) -> dict[str, list[str]]:
    writer = Writer(SEED)
    return {
        "receptionist": [_capital(writer.receptionist()) for _ in range(count)],
        "general": [_capital(writer.general()) for _ in range(count)],
    }


def _capital(text: str) -> str:
    return (text[0].upper() + text[1:]).replace("..", ".")


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voice", type=Path, required=True, help="folder of voice.onnx")
    parser.add_argument("--count", type=int, default=100, help="sentences of each kind")
    parser.add_argument("--no-teacher", action="store_true", help="judge the voice alone")
    parser.add_argument("--wav", type=Path, help="folder for some samples to listen to")
    args = parser.parse_args()

    voice = PiperVoice.load(args.voice / "voice.onnx")
    options = SynthesisConfig(normalize_audio=False)
    rate = voice.config.sample_rate
    spent = spoken = 0.0

    def student(text: str) -> tuple[np.ndarray, int]:
        nonlocal spent, spoken
        begin = time.process_time()
        samples = np.concatenate([c.audio_float_array for c in voice.synthesize(text, options)])
        spent += time.process_time() - begin
        spoken += len(samples) / rate
        return samples, rate

    speakers = {"student": student}
    if not args.no_teacher:
        teacher = Teacher()

        def taught(text: str) -> tuple[np.ndarray, int]:
            written = text.replace("A.M.", "A M").replace("P.M.", "P M")
            return teacher.speak(written).wave / 32768, SAMPLE_RATE

        speakers["teacher"] = taught

    judge = Judge()
    result: dict[str, dict[str, float]] = {}
    for kind, texts in test_sentences(args.count).items():
        for name, speak in speakers.items():
            heard, levels = [], []
            for number, text in enumerate(texts):
                samples, sample_rate = speak(text)
                heard.append(judge.hear(samples, sample_rate))
                levels.append(_active_level(samples, sample_rate))
                print(f"\r{kind} {name} {number + 1}/{len(texts)}", end="", file=sys.stderr)
                if args.wav and number < 5:
                    args.wav.mkdir(parents=True, exist_ok=True)
                    path = args.wav / f"{kind}-{number}-{name}.wav"
                    soundfile.write(path, samples, sample_rate, subtype="PCM_16")
            print(file=sys.stderr)
            result.setdefault(name, {})[f"{kind}_wer"] = round(
                jiwer.wer([plain(t) for t in texts], heard), 3
            )
            result[name][f"{kind}_level_dbfs"] = round(float(np.mean(levels)), 1)
            result[name][f"{kind}_level_spread_db"] = round(float(np.std(levels)), 1)
            print(f"{kind}, {name}: {result[name]}", file=sys.stderr)
    result["student"]["real_time_factor"] = round(spent / spoken, 4)
    print(json.dumps(result, indent=1))


def _active_level(samples: np.ndarray, rate: int) -> float:
    """dB below full scale, over the 20 ms frames within 30 dB of the loudest."""
    size = rate // 50
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    power = (frames**2).mean(1)
    return float(10 * np.log10(power[power > power.max() * 1e-3].mean()))


if __name__ == "__main__":
    main()
