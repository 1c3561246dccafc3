"""DTMF: the tolerances of ITU-T Q.24, Annex A, and silence about everything else."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore import g711
from audiocore.dtmf import DtmfDetector
from pipeline.audiofile import read_pcm

SPEECH = Path(__file__).parents[3] / "shared" / "speech"
KEYS = "123A456B789C*0#D"
ROWS = (697, 770, 852, 941)
COLUMNS = (1209, 1336, 1477, 1633)
FULL_SCALE = 22651  # peak of a sine at 0 dBm0
Samples = npt.NDArray[np.float64]


def silence(ms: float) -> Samples:
    return np.zeros(round(8 * ms))


def digit(
    key: str,
    ms: float = 40,
    off: tuple[float, float] = (0, 0),
    dbm0: tuple[float, float] = (-10, -10),
    phase: tuple[float, float] = (0, 1),
) -> Samples:
    """One digit: `off` is the relative frequency error, `dbm0` the level, of row and column."""
    index = KEYS.index(key)
    t = np.arange(round(8 * ms)) / 8000
    pair = ROWS[index // 4], COLUMNS[index % 4]
    tones = zip(pair, off, dbm0, phase, strict=True)
    return sum(
        (FULL_SCALE * 10 ** (db / 20) * np.sin(2 * np.pi * hz * (1 + error) * t + start))
        for hz, error, db, start in tones
    )


def hear(*parts: Samples) -> str:
    """Through mu-law, as on a line."""
    pcm = np.rint(np.concatenate([*parts, silence(50)])).clip(-32768, 32767).astype("<i2")
    return DtmfDetector().process(g711.ulaw_decode(g711.ulaw_encode(pcm)))


every_key = pytest.mark.parametrize("key", KEYS)
alignment = st.integers(0, 160).map(lambda n: np.zeros(n))
phases = st.tuples(st.floats(0, 6.3), st.floats(0, 6.3))


@every_key
@given(before=alignment, phase=phases)
def test_forty_milliseconds_are_enough(
    key: str, before: Samples, phase: tuple[float, float]
) -> None:
    assert hear(before, digit(key, phase=phase)) == key


@every_key
@given(before=alignment, phase=phases)
def test_twenty_milliseconds_are_not(key: str, before: Samples, phase: tuple[float, float]) -> None:
    assert hear(before, digit(key, ms=20, phase=phase)) == ""


@every_key
@given(before=alignment, row=st.floats(-0.015, 0.015), column=st.floats(-0.015, 0.015))
def test_tones_up_to_1_5_percent_off_are_taken(
    key: str, before: Samples, row: float, column: float
) -> None:
    assert hear(before, digit(key, off=(row, column))) == key


@every_key
@given(
    before=alignment, off=st.floats(0.035, 0.05), sign=st.sampled_from([-1, 1]), which=st.booleans()
)
def test_tones_3_5_percent_off_are_refused(
    key: str, before: Samples, off: float, sign: int, which: bool
) -> None:
    both = (sign * off, 0.0) if which else (0.0, sign * off)
    assert hear(before, digit(key, ms=100, off=both)) == ""


@every_key
@pytest.mark.parametrize("dbm0", [(-10, -18), (-10, -6), (-3, -3), (-25, -25), (-17, -25)])
def test_levels_and_twist_that_must_be_taken(key: str, dbm0: tuple[float, float]) -> None:
    for before in range(0, 80, 7):
        assert hear(np.zeros(before), digit(key, dbm0=dbm0)) == key


@every_key
@pytest.mark.parametrize("dbm0", [(-10, -21), (-10, -4), (-30, -30), (-99, -10), (-10, -99)])
def test_levels_and_twist_that_must_not(key: str, dbm0: tuple[float, float]) -> None:
    assert hear(digit(key, ms=100, dbm0=dbm0)) == ""


@every_key
def test_noise_15_db_below_does_not_matter(key: str) -> None:
    random = np.random.default_rng(15)
    for before in range(0, 80, 7):
        tones = np.concatenate([np.zeros(before), digit(key)])
        noise = random.normal(0, np.std(digit(key)) * 10 ** (-15 / 20), len(tones))
        assert hear(tones + noise) == key


def test_pauses_of_40_ms_separate_digits() -> None:
    for keys in (KEYS, "5555", "1121"):
        assert hear(*(part for key in keys for part in (digit(key), silence(40)))) == keys


@every_key
def test_an_interruption_of_10_ms_does_not_split(key: str) -> None:
    for at in range(400, 480, 7):
        tones = digit(key, ms=120)
        tones[at : at + 80] = 0
        assert hear(tones) == key


def test_a_digit_is_held_while_it_sounds() -> None:
    detector = DtmfDetector()
    assert detector.held == ""
    assert detector.process(digit("8", ms=200).astype("<i2")) == "8"
    assert detector.held == "8"
    assert detector.process(np.zeros(320, "<i2")) == ""
    assert detector.held == ""


def test_reset_forgets() -> None:
    detector = DtmfDetector()
    detector.process(digit("8", ms=200).astype("<i2"))
    detector.reset()
    assert detector.held == ""
    assert detector.process(digit("8").astype("<i2")) == "8"


@given(st.lists(st.integers(0, 2000), max_size=6))
def test_chunking_changes_nothing(cuts: list[int]) -> None:
    pcm = np.concatenate([digit("4"), silence(40), digit("2"), silence(60)]).astype("<i2")
    detector = DtmfDetector()
    assert "".join(detector.process(part) for part in np.split(pcm, sorted(cuts))) == "42"


@given(st.binary(max_size=4000).map(lambda b: b[: len(b) // 2 * 2]))
def test_noise_of_any_kind_is_no_digit(pcm: bytes) -> None:
    assert DtmfDetector().process(pcm) == ""


@pytest.mark.parametrize("pcm", [b"odd", np.zeros(4, np.float32), "text", None])
def test_bad_pcm_is_refused(pcm: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        DtmfDetector().process(pcm)  # type: ignore[arg-type]


@pytest.mark.skipif(not SPEECH.is_dir(), reason="the recordings are not here")
def test_recorded_digits() -> None:
    names = {"star": "*", "pound": "#"}
    found = {
        path.stem: DtmfDetector().process(read_pcm(path, 8000)) for path in SPEECH.glob("dtmf/*")
    }
    assert found
    assert found == {stem: names.get(stem[5:], stem[5:]) for stem in found}


@pytest.mark.skipif(not SPEECH.is_dir(), reason="the recordings are not here")
def test_speech_is_no_digit() -> None:
    """Talk-off: more than half an hour of many speakers gives no digit."""
    samples, digits = 0, ""
    for kind in ("sentences", "speech_untranscribed", "noise", "long"):
        for path in sorted((SPEECH / kind).glob("*.flac")):
            pcm = read_pcm(path, 8000)
            samples += len(pcm) // 2
            digits += DtmfDetector().process(pcm)
    assert samples > 20 * 60 * 8000
    assert digits == ""
