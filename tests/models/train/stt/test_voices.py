from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("soundfile", reason="training dependencies are not installed")

import soundfile

from models.train.stt import foreign, voices
from models.train.stt.voices import (
    FESTIVAL,
    FLITE,
    HELD_OUT,
    RATE,
    Festival,
    between,
    finish,
    share,
)


def test_shares_of_all_voices_make_one() -> None:
    names = [f"flite:{v}" for v in FLITE] + ["espeak"]
    names += [f"festival:{v}" for v in [*FESTIVAL, *foreign.SPEAKERS]]
    assert sum(map(share, names)) == pytest.approx(1.0)
    assert not set(names) & set(HELD_OUT)


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 1.0), st.floats(1.0, 10.0))
def test_factors_stay_within_their_bounds(seed: int, low: float, high: float) -> None:
    assert low * 0.999 <= between(Random(seed), low, high) <= high * 1.001


@pytest.mark.parametrize("tract", [0.8, 1.0, 1.2])
def test_a_shorter_tract_is_higher_and_faster(tmp_path: Path, tract: float) -> None:
    t = np.arange(2 * RATE) / RATE
    soundfile.write(tmp_path / "x.wav", 0.2 * np.sin(2 * np.pi * 500 * t), RATE)
    utterance = finish("a", "flite:rms", tmp_path / "x.wav", [("pau", 1.0), ("ey", 2.0)], tract)
    assert utterance is not None
    assert len(utterance.pcm) == pytest.approx(2 * RATE / tract, abs=2)
    assert utterance.phones[1] == ("ey", pytest.approx(2 / tract, abs=1e-3))
    spectrum = np.abs(np.fft.rfft(utterance.pcm))
    hertz = spectrum.argmax() * RATE / len(utterance.pcm)
    assert hertz == pytest.approx(500 * tract, abs=1.5)


def test_silence_and_too_long_speech_are_refused(tmp_path: Path) -> None:
    for samples in (np.zeros(RATE), np.ones(int(RATE * (voices.MAX_SECONDS + 1)))):
        soundfile.write(tmp_path / "x.wav", samples, RATE)
        assert finish("a", "flite:rms", tmp_path / "x.wav") is None


def test_one_festival_speaks_sentence_after_sentence(festival: Festival, tmp_path: Path) -> None:
    voice = "kal_diphone"
    slow, fast = (
        festival.speak("yes please", voice, tmp_path / "x.wav", stretch=stretch)
        for stretch in (1.4, 0.7)
    )
    assert slow is not None
    assert fast is not None
    assert len(slow.pcm) > 1.4 * len(fast.pcm)
    assert {"y", "eh", "s"} <= {phone for phone, _ in slow.phones}
    with pytest.raises(ValueError, match="words only"):
        festival.speak('") (quit)', voice, tmp_path / "x.wav")


def test_a_speaker_from_elsewhere_says_other_phones(festival: Festival, tmp_path: Path) -> None:
    said = {"th": "t", "dh": "d"}
    plain, accented, again = (
        festival.speak("this is the seventh", "kal_diphone", tmp_path / "x.wav", accent=accent)
        for accent in (None, said, None)
    )
    assert plain is not None
    assert accented is not None
    assert again is not None
    assert {"th", "dh"} <= {phone for phone, _ in plain.phones}
    assert [p for p, _ in accented.phones] == [said.get(p, p) for p, _ in plain.phones]
    assert again.phones == plain.phones
