from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("soundfile", reason="training dependencies are not installed")

from models.train.stt import foreign
from models.train.stt.data import PHONES
from models.train.stt.foreign import (
    GAP_S,
    SPEAKERS,
    VOICES,
    habits,
    phones_of,
    pronunciations,
    recorded,
    with_sounds,
)
from models.train.stt.voices import Festival, share

INSTALLED = [v for v, s in SPEAKERS.items() if (VOICES / s.folder / v).exists()]
DIPHONES = [v for v in INSTALLED if not SPEAKERS[v].phoneset]
needs_voices = pytest.mark.skipif(not DIPHONES, reason="no festvox voice of another language")


@needs_voices
@given(st.sampled_from(DIPHONES or ["none"]), st.lists(st.sampled_from(list(PHONES)), min_size=1),
       st.integers(0, 2**32 - 1))  # fmt: skip
def test_every_phone_of_english_has_sounds_that_were_recorded(
    voice: str, phones: list[str], seed: int
) -> None:
    said = habits(voice, Random(seed))
    spoken = with_sounds(voice, [(p, 0.1, 120.0) for p in phones], said)
    names = {name for pair in recorded(voice) for name in pair.split("-")}
    assert {sound for part in spoken for sound, _, _ in part} <= names
    for phone, part in zip(phones, spoken, strict=True):
        wanted = said.get(phone, (phone,))
        assert sum(seconds for _, seconds, _ in part) == pytest.approx(0.1 if wanted else 0.0)


@pytest.fixture
def two_sounds(monkeypatch: pytest.MonkeyPatch) -> str:
    """A voice that can say "as", "sa" and "a" with a vowel mark, but nothing after "z"."""
    pairs = {"#-#", "#-a1", "#-a", "a1-s", "a-s", "s-a", "s-#", "#-z", "a1-z"}
    monkeypatch.setattr(foreign, "recorded", lambda voice: frozenset(pairs))
    return "lp_diphone"


def test_what_was_never_recorded_is_said_with_the_nearest_sounds(two_sounds: str) -> None:
    phones = [("pau", 0.1, 100.0), ("aa", 0.1, 100.0), ("z", 0.1, 100.0), ("pau", 0.1, 100.0)]
    spoken = with_sounds(two_sounds, phones, {"aa": ("a1",)})
    assert [sound for part in spoken for sound, _, _ in part] == ["#", "a1", "s", "#"]


def test_a_vowel_loses_its_stress_where_only_that_was_recorded(two_sounds: str) -> None:
    spoken = with_sounds(two_sounds, [("s", 0.1, 100.0), ("aa", 0.1, 100.0)], {"aa": ("a1",)})
    assert [sound for part in spoken for sound, _, _ in part][-1] == "a"


def test_between_sounds_that_never_meet_the_speaker_stops(two_sounds: str) -> None:
    spoken = with_sounds(two_sounds, [("s", 0.1, 100.0), ("m", 0.1, 100.0)], {})
    assert spoken[-1] == [("#", GAP_S, 100.0), ("m", pytest.approx(0.1 - GAP_S), 100.0)]


@pytest.mark.parametrize("voice", INSTALLED)
def test_a_foreigner_speaks_english_and_tells_its_phones(
    voice: str, festival: Festival, tmp_path: Path
) -> None:
    text, path = "this is the seventh", tmp_path / "x.wav"
    american = festival.speak(text, "kal_diphone", path)
    utterance = festival.speak_foreign(text, voice, path, said=habits(voice, Random(1)))
    assert utterance is not None
    assert american is not None
    assert [p for p, _ in utterance.phones] == [p for p, _ in american.phones]
    assert utterance.phones[-1][1] == pytest.approx(len(utterance.pcm) / 16_000, abs=0.1)
    assert share(utterance.voice) > 0


HECTOR = [[("1", ["hh", "eh", "k"]), ("0", ["t", "er"])]]
CATALAN = {"hh": (), "eh": ("E1",), "er": ("ax", "r")}


def test_words_are_written_with_the_sounds_of_the_speaker() -> None:
    assert pronunciations(HECTOR, CATALAN) == ["((E1 k) 1) ((t ax r) 0)"]


def test_phones_end_with_the_last_of_their_sounds() -> None:
    sounds = list(zip(["pau", "E1", "k", "t", "ax", "r", "pau"], range(1, 8), strict=True))
    assert phones_of(HECTOR, CATALAN, sounds) == [
        ("hh", 0.0), ("pau", 1), ("eh", 2), ("k", 3), ("t", 4), ("er", 6), ("pau", 7)
    ]  # fmt: skip


@pytest.mark.parametrize("spoken", ["E1 k t ax", "E1 g t ax r", ""])
def test_other_sounds_than_were_asked_tell_no_phones(spoken: str) -> None:
    assert phones_of(HECTOR, CATALAN, [(s, 1.0) for s in spoken.split()]) == []
