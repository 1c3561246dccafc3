from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faster_whisper import WhisperModel

from audiocore.errors import EngineError, ModelError
from audiocore.g711 import ulaw_decode
from audiocore.resample import Upsampler2
from pipeline.engines.faster_whisper import (
    Calibration,
    FasterWhisper,
    FasterWhisperOptions,
    Hypothesis,
    loudest_dbfs,
)
from tests.pipeline.engines.whisper_folder import write_random_model

STARTER = Path(__file__).parents[3] / "models/starter/stt"
SPOKEN = sorted((Path(__file__).parent / "spoken").glob("*.ulaw"))
"""Telephone audio, 8 kHz mu-law, spoken by flite; the words are the file's name."""

needs_starter = pytest.mark.skipif(
    not (STARTER / "model.bin").exists(), reason="the starter recogniser is not in this checkout"
)


@pytest.fixture(scope="module")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whisper") / "random"
    write_random_model(folder, width=64, layers=2, heads=2, words=300)
    return folder


@pytest.fixture(scope="module")
def starter() -> FasterWhisper:
    recognizer = FasterWhisper(STARTER)
    recognizer.warm()
    return recognizer


def heard(path: Path) -> bytes:
    """A mu-law file as the recogniser gets it: int16 at 16 kHz."""
    return Upsampler2().process_ulaw(path.read_bytes())


def tone(seconds: float) -> bytes:
    t = np.arange(int(seconds * 16000)) / 16000
    return (np.sin(2 * np.pi * 300 * t) * 8000).astype("<i2").tobytes()


class Scripted(FasterWhisper):
    """The engine with its decoder replaced by answers, one per window asked for."""

    def __init__(
        self, answers: list[Hypothesis], calibration: Calibration | None = None, **options: Any
    ) -> None:
        self._calibration = calibration
        self._options = FasterWhisperOptions(**options)
        self.answers = answers
        self.windows: list[float] = []

    def decode(self, audio: Any, window_s: float) -> Hypothesis:
        self.windows.append(window_s)
        return self.answers[len(self.windows) - 1]


GOOD = Hypothesis("yes please", -0.1, 0.0)
LOOP = Hypothesis("no " * 40, -0.2, 0.0)


def test_a_plausible_answer_needs_one_window() -> None:
    engine = Scripted([GOOD])
    transcript = engine.transcribe(tone(1.5))
    assert transcript.text == "yes please"
    assert transcript.confidence == pytest.approx(np.exp(-0.1))
    assert engine.windows == [1.5]


@pytest.mark.parametrize(
    ("window", "windows"),
    [("exact", [1.5, 5.0]), ("min_seconds", [5.0, 30]), ("full", [30])],
)
def test_repetition_is_tried_again_on_a_longer_window(window: str, windows: list[float]) -> None:
    engine = Scripted([LOOP, LOOP, LOOP], window=window)
    assert engine.transcribe(tone(1.5)).text == ""
    assert engine.windows == windows


def test_the_longer_window_is_believed() -> None:
    assert Scripted([LOOP, GOOD]).transcribe(tone(1.5)).text == "yes please"


def test_more_words_than_anyone_says_are_not_believed() -> None:
    many = Hypothesis(" ".join(f"word{i}" for i in range(12)), -0.1, 0.0)
    assert Scripted([many, many]).transcribe(tone(1.0)).text == ""
    assert Scripted([many]).transcribe(tone(2.0)).text == many.text


def test_no_speech_needs_unlikely_words_as_well() -> None:
    assert Scripted([Hypothesis("hm", -1.5, 0.9)]).transcribe(tone(1)).text == ""
    assert Scripted([Hypothesis("hm", -0.5, 0.9)]).transcribe(tone(1)).text == "hm"
    assert Scripted([Hypothesis("hm", -1.5, 0.1)]).transcribe(tone(1)).text == "hm"


def test_a_calibrated_model_decides_silence_by_itself() -> None:
    own = Calibration(no_speech=0.3, bias=0.0, mean=1.0, total=0.0)
    assert Scripted([Hypothesis("hm", -0.1, 0.4)], own).transcribe(tone(1)).text == ""
    assert Scripted([Hypothesis("hm", -3.0, 0.2)], own).transcribe(tone(1)).text == "hm"


def test_a_calibrated_confidence_counts_every_token() -> None:
    own = Calibration(no_speech=0.5, bias=2.0, mean=1.0, total=0.5)
    short = Scripted([Hypothesis("hm", -0.4, 0.0, tokens=2)], own).transcribe(tone(1))
    long = Scripted([Hypothesis("hm", -0.4, 0.0, tokens=9)], own).transcribe(tone(1))
    assert short.confidence == pytest.approx(1 / (1 + np.exp(-(2.0 - 0.4 - 0.4))))
    assert long.confidence < short.confidence


def test_calibration_is_read_from_beside_the_model(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    assert Calibration.read(file) is None
    file.write_text('{"no_speech": 0.3, "bias": 1, "mean": 2, "total": 0.5}')
    assert Calibration.read(file) == Calibration(0.3, 1.0, 2.0, 0.5)


@pytest.mark.parametrize("text", ["", "[1]", '{"bias": 1}', '{"bias": "x"}'])
def test_a_broken_calibration_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "calibration.json"
    file.write_text(text)
    with pytest.raises(ModelError, match=r"calibration\.json"):
        Calibration.read(file)


@pytest.mark.parametrize("pcm", [b"", bytes(2), bytes(640), bytes(64000)])
def test_silence_asks_no_model(pcm: bytes) -> None:
    engine = Scripted([])
    assert engine.transcribe(pcm).text == ""
    assert engine.windows == []


def test_audio_of_half_a_sample_is_refused() -> None:
    with pytest.raises(EngineError, match="odd number of bytes"):
        Scripted([]).transcribe(bytes(641))


def test_audio_of_more_than_30_s_is_refused() -> None:
    with pytest.raises(EngineError, match=r"30\.5 s is longer than the 30 s"):
        Scripted([]).transcribe(tone(30.5))


def test_level_of_a_full_scale_square_is_0_dbfs() -> None:
    assert loudest_dbfs(np.ones(400, np.float32)) == pytest.approx(0.0)
    assert loudest_dbfs(np.full(400, 0.1, np.float32)) == pytest.approx(-20.0, abs=1e-4)


@pytest.mark.parametrize(
    "options", [{"window": "short"}, {"min_seconds": 0}, {"min_seconds": 31}, {"beam_size": 0}]
)
def test_senseless_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        FasterWhisperOptions(**options)


def test_a_missing_folder_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere: model\.bin, .* missing\. Give the folder"):
        FasterWhisper(tmp_path / "nowhere")


def test_a_folder_without_a_tokenizer_is_not_completed_from_the_network(
    random_folder: Path, tmp_path: Path
) -> None:
    for name in ("model.bin", "config.json", "vocabulary.json"):
        (tmp_path / name).write_bytes((random_folder / name).read_bytes())
    with pytest.raises(ModelError, match=r"tokenizer\.json missing"):
        FasterWhisper(tmp_path)


def test_a_broken_file_is_named(random_folder: Path, tmp_path: Path) -> None:
    for file in random_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.bin").write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"cannot be loaded .*: convert it again"):
        FasterWhisper(tmp_path)


@pytest.mark.parametrize("window", ["exact", "min_seconds", "full"])
@pytest.mark.parametrize("seconds", [0.05, 0.99, 3.0])
def test_a_model_that_learned_nothing_still_answers(
    random_folder: Path, window: Any, seconds: float
) -> None:
    engine = FasterWhisper(random_folder, FasterWhisperOptions(window=window))
    transcript = engine.transcribe(tone(seconds))
    assert 0.0 <= transcript.confidence <= 1.0


def test_threads_share_a_model(random_folder: Path) -> None:
    engine = FasterWhisper(random_folder)
    clips = [tone(0.3 + 0.2 * i) for i in range(6)]
    alone = [engine.transcribe(clip) for clip in clips]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(engine.transcribe, clips)) == alone


def test_a_stock_folder_of_tiny_en_shape_loads_unchanged(tmp_path: Path) -> None:
    """The sizes, vocabulary and files of the stock tiny.en, with random weights."""
    folder = tmp_path / "tiny.en"
    write_random_model(folder, width=384, layers=4, heads=6, words=50257)
    engine = FasterWhisper(folder, FasterWhisperOptions(beam_size=1))
    engine.warm()
    assert isinstance(engine.transcribe(tone(1.0)).text, str)


@needs_starter
@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.stem)
def test_the_starter_hears_what_was_said(starter: FasterWhisper, path: Path) -> None:
    transcript = starter.transcribe(heard(path))
    assert transcript.text == path.stem.replace("_", " ")
    assert transcript.confidence > 0.3


@needs_starter
def test_the_starter_hears_nothing_in_noise(starter: FasterWhisper) -> None:
    rng = np.random.default_rng(2)
    for level in (30, 300, 3000):
        noise = rng.normal(0, level, 32000).astype("<i2").tobytes()
        assert starter.transcribe(noise).text == ""


@needs_starter
def test_the_starter_serves_stock_transcribe() -> None:
    """faster-whisper's own front door, which pads to 30 s."""
    assert SPOKEN
    model = WhisperModel(str(STARTER), device="cpu", compute_type="int8", cpu_threads=1)
    pcm = np.frombuffer(ulaw_decode(SPOKEN[0].read_bytes()), "<i2")
    audio = np.repeat(pcm.astype(np.float32) / 32768, 2)
    segments, _ = model.transcribe(audio, beam_size=1, without_timestamps=True, suppress_tokens=[])
    text = " ".join(segment.text.strip() for segment in segments)
    assert text
