import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from faster_whisper import WhisperModel
from threadpoolctl import threadpool_info, threadpool_limits

from audiocore.errors import EngineError, ModelError
from audiocore.g711 import ulaw_decode
from audiocore.resample import Upsampler2
from audiocore.units import ULAW_SILENCE
from benchmarks.shapes import whisper
from pipeline.engines.calibration import Calibration, Hypothesis
from pipeline.engines.faster_whisper import (
    HYPOTHESES,
    SPEEDS,
    FasterWhisper,
    FasterWhisperOptions,
    at_speed,
    loudest_dbfs,
)

TINY = whisper.WhisperShape(64, 2, 2, text_tokens=400)
STARTER = Path(__file__).parents[3] / "models/starter/stt"
SPOKEN = sorted((Path(__file__).parent / "spoken").glob("*.ulaw"))
"""Telephone audio, 8 kHz mu-law, spoken by flite; the words are the file's name."""

needs_starter = pytest.mark.skipif(
    not (STARTER / "model.bin").exists(), reason="the starter recogniser is not in this checkout"
)


@pytest.fixture(scope="module")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whisper") / "random"
    whisper.write(TINY, folder, words=5)
    return folder


@pytest.fixture(scope="module")
def starter() -> FasterWhisper:
    recognizer = FasterWhisper(STARTER)
    recognizer.warm()
    return recognizer


def heard(path: Path) -> bytes:
    """A mu-law file as a call hands it to the recogniser: int16 at 16 kHz, with some of the pauses
    around it."""
    pause = ULAW_SILENCE * 1600
    return Upsampler2().process_ulaw(pause + path.read_bytes() + pause)


def samples(path: Path) -> npt.NDArray[np.float32]:
    return np.frombuffer(heard(path), "<i2").astype(np.float32) / np.float32(32768)


def tone(seconds: float) -> bytes:
    t = np.arange(int(seconds * 16000)) / 16000
    return (np.sin(2 * np.pi * 300 * t) * 8000).astype("<i2").tobytes()


@pytest.mark.parametrize("threads", [1, 2])
def test_features_are_computed_by_as_many_threads_as_asked(
    random_folder: Path, threads: int
) -> None:
    with threadpool_limits(3, user_api="blas"):
        FasterWhisper(random_folder, FasterWhisperOptions(threads=threads))
        blas = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
        assert all(number == threads for number in blas)


class Scripted(FasterWhisper):
    """The engine with its decoder replaced by answers, one per hearing."""

    def __init__(
        self, answers: list[Hypothesis], calibration: Calibration | None = None, **options: Any
    ) -> None:
        self._calibration = calibration
        self._options = FasterWhisperOptions(**options)
        self.answers = answers
        self.windows: list[float] = []

    def decode(
        self, audio: Any, window_s: float, speeds: Sequence[float] = (1.0,)
    ) -> list[Hypothesis]:
        self.windows += [window_s / speed for speed in speeds]
        return self.answers[: len(self.windows)][-len(speeds) :]


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


UNSURE = Hypothesis("that's laura cluck", -0.5, 0.0, tokens=6)
FASTER = Hypothesis("at four o'clock", -0.2, 0.0, tokens=6)
DOUBTING = Calibration(9.0, -1.0, 1.0, 0.0, 1.0, 0.0, sure=0.3)


def test_unsure_words_are_heard_again_at_other_speeds() -> None:
    for place in range(len(SPEEDS)):
        again = [UNSURE] * len(SPEEDS)
        again[place] = FASTER
        engine = Scripted([UNSURE, *again], DOUBTING)
        assert engine.transcribe(tone(1.5)).text == FASTER.text
        assert engine.windows == [1.5, *(1.5 / speed for speed in SPEEDS)]


def test_what_is_less_likely_at_another_speed_is_not_believed() -> None:
    silent = Hypothesis("", -0.01, 0.0)
    less = Hypothesis("at four", -0.9, 0.0, tokens=6)
    again = [silent, less, silent, less]
    assert Scripted([UNSURE, *again], DOUBTING).transcribe(tone(1.5)).text == UNSURE.text


def test_what_is_likelier_as_language_is_believed_before_what_sounds_likelier() -> None:
    as_it_sounds = Hypothesis("eleven thirty six me", -0.1, 0.0, tokens=6, wording=-6.0)
    as_it_is = Hypothesis("eleven thirty suits me", -0.2, 0.0, tokens=6, wording=-4.0)
    too_far = Hypothesis("thank you", -0.9, 0.0, tokens=6, wording=-1.0)
    engine = Scripted([])
    heard = [as_it_sounds, as_it_is, too_far]
    assert engine.best(heard, np.zeros(16000, np.float32), 1.0, sure=0.5).text == as_it_is.text


def test_words_are_surer_the_less_likely_all_others_are() -> None:
    audio = np.zeros(16000, np.float32)

    def share(*other: Hypothesis) -> float:
        return Scripted([]).best([FASTER, *other], audio, 1.0, sure=0.0).share

    rival = Hypothesis("at four a clock", -0.2, 0.0, tokens=6)
    assert share() == share(FASTER, Hypothesis("", -0.1, 0.0)) == pytest.approx(1)
    assert share(rival) == pytest.approx(1 / 2)
    assert share(rival, rival, UNSURE) == pytest.approx(1 / (2 + np.exp(-1.8)))


def test_what_nobody_said_at_first_is_not_heard_again() -> None:
    engine = Scripted([Hypothesis("hm", -0.5, 1.0, tokens=6), *[FASTER] * 4], DOUBTING)
    assert engine.transcribe(tone(1.5)).text == ""
    assert engine.windows == [1.5]


@pytest.mark.parametrize(
    ("first", "calibration"),
    [(FASTER, DOUBTING), (UNSURE, None), (Hypothesis("", -0.9, 0.1, tokens=6), DOUBTING)],
)
def test_sure_words_stock_models_and_silence_are_heard_once(
    first: Hypothesis, calibration: Calibration | None
) -> None:
    engine = Scripted([first], calibration)
    assert engine.transcribe(tone(1.5)).text == first.text
    assert engine.windows == [1.5]


def test_what_would_not_fit_the_window_is_heard_at_higher_speeds_only() -> None:
    engine = Scripted([UNSURE, FASTER], DOUBTING)
    engine.transcribe(tone(29))
    assert engine.windows == [29, 29 / 1.06]


@pytest.mark.parametrize(("seconds", "times"), [(0.5, 4), (3.5, 4), (4, 3), (6, 2), (9, 1)])
def test_the_longer_the_fewer_times_it_is_heard_again(seconds: float, times: int) -> None:
    engine = Scripted([UNSURE, *[FASTER] * times], DOUBTING)
    engine.transcribe(tone(seconds))
    assert engine.windows == [seconds, *(seconds / speed for speed in SPEEDS[:times])]


@pytest.mark.parametrize("speed", [*SPEEDS, 1.0])
def test_another_speed_moves_duration_and_pitch(speed: float) -> None:
    audio = np.frombuffer(tone(1.0), "<i2").astype(np.float32)
    moved = at_speed(audio, speed)
    assert moved.dtype == np.float32
    assert len(moved) == pytest.approx(len(audio) / speed, abs=2)
    peak = np.abs(np.fft.rfft(moved)).argmax() / (len(moved) / 16000)
    assert peak == pytest.approx(300 * speed, abs=2)


def test_more_words_than_anyone_says_are_not_believed() -> None:
    many = Hypothesis(" ".join(f"word{i}" for i in range(12)), -0.1, 0.0)
    assert Scripted([many, many]).transcribe(tone(1.0)).text == ""
    assert Scripted([many]).transcribe(tone(2.0)).text == many.text


def test_no_speech_needs_unlikely_words_as_well() -> None:
    assert Scripted([Hypothesis("hm", -1.5, 0.9)]).transcribe(tone(1)).text == ""
    assert Scripted([Hypothesis("hm", -0.5, 0.9)]).transcribe(tone(1)).text == "hm"
    assert Scripted([Hypothesis("hm", -1.5, 0.1)]).transcribe(tone(1)).text == "hm"


def test_phrases_that_whisper_makes_up_need_evidence() -> None:
    assert Scripted([Hypothesis("Thanks for watching!", -0.1, 0.0)]).transcribe(tone(2)).text == ""
    assert Scripted([Hypothesis("Thank you.", -0.1, 0.5)]).transcribe(tone(1)).text == ""
    assert Scripted([Hypothesis("Thank you.", -0.1, 0.0)]).transcribe(tone(1)).text == "Thank you."


def test_a_calibrated_model_decides_silence_by_itself() -> None:
    own = Calibration(1.0, -1.0, 1.0, right=0.0, right_mean=1.0, right_total=0.0)
    assert Scripted([Hypothesis("hm", -0.1, 0.9)], own).transcribe(tone(1)).text == ""
    assert Scripted([Hypothesis("hm", -3.0, 0.5)], own).transcribe(tone(1)).text == ""
    assert Scripted([Hypothesis("hm", -0.1, 0.5)], own).transcribe(tone(1)).text == "hm"


def test_who_spoke_and_was_not_understood_spoke_all_the_same() -> None:
    own = Calibration(1.0, -1.0, 1.0, right=-9.0, right_mean=1.0, right_total=0.0)
    misheard = Scripted([Hypothesis("hm", -0.1, 0.1)], own).transcribe(tone(1))
    assert misheard.confidence < 0.01
    assert misheard.spoken > 0.9
    looping = Scripted([LOOP, LOOP], own).transcribe(tone(1))
    assert looping.text == ""
    assert looping.spoken > 0.9
    silent = Scripted([Hypothesis("", -0.1, 0.99)], own).transcribe(tone(1))
    assert silent.spoken < 0.1


def test_without_a_calibration_somebody_spoke_whose_words_are_likely() -> None:
    assert Scripted([GOOD]).transcribe(tone(1)).spoken > 0.95
    unlikely = Scripted([Hypothesis("hm", -1.0, 0.0)]).transcribe(tone(1))
    assert unlikely.spoken == pytest.approx(0.5)
    assert Scripted([Hypothesis("", -0.1, 0.9)]).transcribe(tone(1)).spoken < 0.1
    assert Scripted([]).transcribe(bytes(640)).spoken == 0.0


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
    "options",
    [{"window": "short"}, {"min_seconds": 0}, {"min_seconds": 31}, {"beam_size": 0}, {"batch": 0}],
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
    clips = [tone(0.8 + 0.2 * i) for i in range(6)]
    alone = [engine.transcribe(clip).text for clip in clips]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(engine.transcribe, clips))
    assert [transcript.text for transcript in together] == alone


def test_utterances_of_similar_length_are_decoded_in_one_batch(starter: FasterWhisper) -> None:
    """And mean what they mean alone, though the shorter ones are padded."""
    windows = [starter._window(samples(path), 0.0) for path in SPOKEN]
    alone = [starter._decode_together([window])[0][0] for window in windows]
    longest = max(windows, key=lambda window: window.frames)
    batch = [n for n, window in enumerate(windows) if window.alike(longest)]
    assert len(batch) > 1
    together = starter._decode_together([windows[n] for n in batch])
    assert [hypotheses[0].text for hypotheses in together] == [alone[n].text for n in batch]


def test_the_starters_hypotheses_are_weighed_as_language(starter: FasterWhisper) -> None:
    (first, *others) = starter.decode(samples(SPOKEN[0]), 0.0)
    assert len({hypothesis.text for hypothesis in [first, *others]}) > HYPOTHESES / 2
    assert all(first.mean_log_probability >= other.mean_log_probability for other in others)
    assert len({hypothesis.wording for hypothesis in [first, *others]}) > 2


def test_what_the_decoder_guesses_does_not_depend_on_its_company(starter: FasterWhisper) -> None:
    tokenizer = starter._model.hf_tokenizer
    usual, unusual = (tuple(tokenizer.encode(f" {w}").ids) for w in ("yes please", "please yes"))
    (alone,), together = starter._guessed([usual], 192), starter._guessed([unusual, (), usual], 192)
    assert alone == pytest.approx(together[2], abs=1e-3)
    assert together[0] < alone < 0
    assert together[1] < 0


def test_a_model_without_a_table_has_one_hypothesis_of_each_hearing(random_folder: Path) -> None:
    audio = np.frombuffer(tone(1.0), "<i2").astype(np.float32) / 32768
    heard = FasterWhisper(random_folder).decode(audio, 1.0, SPEEDS)
    assert len(heard) == len(SPEEDS)
    assert {hypothesis.wording for hypothesis in heard} == {0.0}


def test_a_stock_folder_of_tiny_en_shape_loads_unchanged(tmp_path: Path) -> None:
    """The sizes, vocabulary and files of the stock tiny.en, with random weights."""
    folder = tmp_path / "tiny.en"
    whisper.write(whisper.SHAPES["tiny.en"], folder, words=6)
    engine = FasterWhisper(folder, FasterWhisperOptions(beam_size=1))
    engine.warm()
    transcript = engine.transcribe(tone(1.0))
    assert len(transcript.text.split()) == 6
    assert transcript.confidence > 0.5


@pytest.fixture(scope="module")
def multilingual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of large-v3's structure: several languages, 128 bands."""
    folder = tmp_path_factory.mktemp("whisper") / "multilingual"
    shape = whisper.WhisperShape(
        64, 2, 2, multilingual=True, bands=128, text_tokens=whisper.SHAPES["tiny"].text_tokens
    )
    whisper.write(shape, folder, words=4)
    return folder


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_multilingual_folder_is_told_the_language(multilingual: Path, language: str) -> None:
    engine = FasterWhisper(multilingual, FasterWhisperOptions(language=language))
    control = [engine._model.hf_tokenizer.id_to_token(i) for i in engine._prompt]
    assert control == [
        "<|startoftranscript|>",
        f"<|{language}|>",
        "<|transcribe|>",
        "<|notimestamps|>",
    ]
    assert len(engine.transcribe(tone(1.0)).text.split()) == 4


def test_a_language_that_a_multilingual_folder_lacks(multilingual: Path) -> None:
    with pytest.raises(ModelError, match=r"lacks <\|tlh\|>"):
        FasterWhisper(multilingual, FasterWhisperOptions(language="tlh"))


def test_older_folders_list_their_vocabulary_as_text(random_folder: Path, tmp_path: Path) -> None:
    """Systran's folders of 2023 have vocabulary.txt, and no preprocessor_config.json."""
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((random_folder / name).read_bytes())
    vocabulary = json.loads((random_folder / "vocabulary.json").read_text())
    (tmp_path / "vocabulary.txt").write_text("".join(f"{token}\n" for token in vocabulary))
    assert len(FasterWhisper(tmp_path).transcribe(tone(1.0)).text.split()) == 5


@needs_starter
@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.stem)
def test_the_starter_hears_what_was_said(starter: FasterWhisper, path: Path) -> None:
    transcript = starter.transcribe(heard(path))
    assert transcript.text == path.stem.replace("_", " ")
    assert transcript.confidence > 0.3


@needs_starter
def test_as_many_positions_as_bands_are_not_taken_for_features(starter: FasterWhisper) -> None:
    """1.6 s of 80 bands; CTranslate2 tells features from what is encoded by their shape."""
    path = next(path for path in SPOKEN if path.stem == "i'd_like_to_book_an_appointment")
    pcm = heard(path).lstrip(b"\0\0")
    assert len(pcm) > 2 * 25_600
    cut = pcm[: 2 * 25_600]
    assert starter.transcribe(cut).text == starter.transcribe(cut + bytes(2 * 640)).text != ""


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
