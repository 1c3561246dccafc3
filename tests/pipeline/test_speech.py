"""Clauses do not depend on how text arrives; speech is whole frames with every word placed."""

import itertools
import re
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audiocore.g711 import ulaw_decode
from audiocore.playout import Playout, SpokenClause
from audiocore.units import FRAME_SAMPLES
from pipeline.interfaces.engines import SynthesizedClause, Word
from pipeline.speech import LONGEST_CLAUSE_CHARS, ClauseSplitter, Speaker


def clauses(deltas: Iterable[str]) -> list[str]:
    splitter = ClauseSplitter()
    found = [clause for delta in deltas for clause in splitter.feed(delta)]
    return found + splitter.flush()


@pytest.mark.parametrize(
    "expected",
    [
        ["I'm sorry, I didn't catch that.", "Could you say it again?"],
        ["All right, Anna,", "I have Tuesday at 3:30 p.m. with Dr. Smith."],
        ["Okay, one moment."],
        ["You are booked for May 3, 2026.", "Goodbye!"],
        ["That is $1,200.50 in all.", "Is that fine?"],
        ["We open at 9 a.m. on Monday."],
        ["We open at 9 a.m.", "Please come early."],
        ["Come at 9 a.m. Monday,", "please."],
        ["Your number is 555, 010, 7788,", "is that right?"],
        ["It is spelled J, O, N, E, S,", "so I will look for Jones."],
        ["The name is J. R. Jones.", "He called at noon."],
        ["Mrs. Lee lives at 12 Oak St. Number four."],
        ["The e.g. Example stays whole.", "So does i.e. This one."],
        ["It is No. 5 on the list."],
        ["Well...", "I think so."],
        ["He said \u201cyes.\u201d", "Then he left."],
        ["It costs 3.50 today."],
        ["Take 5 mg.", "Then rest."],
        ["Bring approx. two lbs. of it.", "Thanks."],
        ["It is for Ph.D. work.", "He can see you."],
        ["We can do 10:30 - 11:00,", "all right?"],
        ["Mail anna.lee@example.com or see www.example.com."],
        ["five five five, one two three, four five six seven"],
        [
            "Certainly, I can help,",
            "and if you would like to come on Wednesday afternoon instead,",
            "that works too.",
        ],
    ],
)
def test_cuts_where_people_breathe(expected: list[str]) -> None:
    assert clauses([" ".join(expected)]) == expected


def test_line_ends_are_pauses() -> None:
    assert clauses(["One\ntwo  three \n\n four"]) == ["One", "two three", "four"]


def test_speaks_as_soon_as_it_can() -> None:
    splitter = ClauseSplitter()
    assert splitter.feed("Good morning, An") == ["Good morning,"]
    assert splitter.feed("na. How") == ["Anna."]
    assert splitter.feed(" are you at 3 p.m.") == []
    assert splitter.feed(" t") == []  # a small letter: the sentence goes on
    assert splitter.flush() == ["How are you at 3 p.m. t"]


def test_the_next_reply_begins_anew() -> None:
    splitter = ClauseSplitter()
    first = [*splitter.feed("Certainly, Anna, let me see."), *splitter.flush()]
    assert [*splitter.feed("Certainly, Anna, let me see."), *splitter.flush()] == first


_WORDS = re.findall(
    r"\S+",
    "Dr. Smith at 3:30 p.m. a.m. , . ; ? ! 5 No. no. I J. 1. St. Monday, May 3, 2026. okay, one "
    "two, three. \u2014 - \u2026 e.g. Yes Yes. (555) 010-7788, Sat. sat. \u201cHi.\u201d",
)
_LANGUAGE_LIKE = st.lists(st.sampled_from([*_WORDS, " ", "\n", "  "]), max_size=60).map(" ".join)


@given(st.one_of(st.text(), _LANGUAGE_LIKE), st.data())
@example("Sat. Then 1. J. p.m. Monday", None)
def test_clauses_are_the_same_however_text_arrives(text: str, data: st.DataObject | None) -> None:
    whole = clauses([text])
    assert clauses(text) == whole
    if data is not None:
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
        edges = [0, *cuts, len(text)]
        assert clauses(text[a:b] for a, b in itertools.pairwise(edges)) == whole


@given(st.one_of(st.text(), _LANGUAGE_LIKE))
def test_nothing_is_lost_or_added(text: str) -> None:
    found = clauses([text])
    assert " ".join(found) == " ".join(text.split())
    assert all(found)


@given(st.lists(st.text(alphabet="abc123", min_size=1, max_size=30), max_size=200))
def test_no_clause_is_endless(words: list[str]) -> None:
    for clause in clauses([" ".join(words)]):
        assert len(clause) <= LONGEST_CLAUSE_CHARS


_WHOLE = st.one_of(
    st.from_regex(r"\A(1[0-2]|[1-9]):[0-5][0-9] ([ap]\.m\.|AM|PM)\Z"),
    st.from_regex(r"\A[1-9]:[0-5][0-9] - 1[0-2]:[0-5][0-9]\Z"),
    st.from_regex(r"\A\$[1-9][0-9]?(,[0-9]{3})?(\.[0-9]{2})?\Z"),
    st.from_regex(r"\A[0-9]{1,2}\.[0-9]{1,2}\Z"),
    st.from_regex(r"\A(\([0-9]{3}\) |[0-9]{3}, |[0-9]{3}-)[0-9]{3}(-|, )[0-9]{4}\Z"),
    st.from_regex(r"\A(Mon|Tues)day, (March|Nov\.) [1-9], 20[0-9]{2}\Z"),
    st.from_regex(r"\A(Dr|Mr|Mrs|Ms|Prof|St|Rev)\. [A-Z][a-z]{2,8}\Z"),
    st.from_regex(r"\A([A-Z]\. ){1,2}[A-Z][a-z]{2,8}\Z"),
    st.from_regex(r"\A([A-Z], ){2,7}[A-Z]\Z"),
    st.sampled_from(["the U.S. office", "Ph.D. work", "No. 5", "5 lbs. of", "12 Oak St. in"]),
    st.from_regex(r"\A[a-z]{2,8}\.[a-z]{2,8}@[a-z]{2,8}\.com\Z"),
)
_CARRIERS = st.sampled_from(
    [
        ("Certainly, Anna, I have", "for you, all right?"),
        ("", "is what I have."),
        ("All right, and so it is", "then, as you said. Goodbye."),
        ("Good. It was", ", was it not? Please tell me, Anna, what you would like me to do."),
    ]
)


@given(_WHOLE, _CARRIERS)
@example("Monday, Nov. 1, 2000", ("All right, and so it is", "then, as you said. Goodbye."))
def test_numbers_times_names_and_abbreviations_stay_whole(
    whole: str, carrier: tuple[str, str]
) -> None:
    before, after = carrier
    found = clauses([f"{before} {whole} {after}"])
    assert any(whole in clause for clause in found), found


# --- speaking ----------------------------------------------------------------------------------


class Beeps:
    """A voice without a model: every word is a beep of 100 ms, with 50 ms of silence around."""

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.asked: list[str] = []

    def synthesize(self, clause: str) -> SynthesizedClause:
        self.asked.append(clause)
        texts = clause.split()
        step = self.sample_rate // 10
        edge = np.zeros(step // 2, np.int16)
        time = np.arange(step * len(texts)) / self.sample_rate
        beep = np.round(8000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)
        words = tuple(Word(text, len(edge) + step * (i + 1)) for i, text in enumerate(texts))
        return SynthesizedClause(np.concatenate([edge, beep, edge]).tobytes(), words)

    def stream(self, clause: str) -> Iterator[SynthesizedClause]:
        yield self.synthesize(clause)


def loudness(spoken: SpokenClause) -> np.ndarray:
    return np.abs(np.frombuffer(ulaw_decode(spoken.ulaw_8k), np.int16).astype(int))


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000])
def test_any_rate_becomes_telephone_frames(rate: int) -> None:
    spoken = Speaker(Beeps(rate)).speak("Hello there you.")
    assert len(spoken.ulaw_8k) % FRAME_SAMPLES == 0
    level = loudness(spoken)
    sounding = np.flatnonzero(level > 1000)
    # Three beeps of 100 ms: the voice's own silence is cut to 10 ms, whatever its rate.
    assert abs(sounding[0] - 80) < 20
    assert abs(sounding[-1] - sounding[0] - 2400) < 20
    assert 7000 < level.max() < 9000
    assert [word.text for word in spoken.words] == ["Hello", "there", "you."]
    for word, end in zip(spoken.words, (880, 1680, 2480), strict=True):
        assert abs(word.end_samples - end) < 40


def test_pauses_are_what_the_punctuation_asks_for() -> None:
    speaker = Speaker(Beeps(8000))

    def pause(clause: str) -> int:
        level = loudness(speaker.speak(clause))
        return len(level) - int(np.flatnonzero(level > 1000)[-1])

    assert pause("So") < pause("So,") < pause("So;") < pause("So.")
    assert abs(pause("So.") - pause('So."')) < FRAME_SAMPLES
    assert 200 * 8 <= pause("So.") <= 260 * 8


def test_edges_do_not_click() -> None:
    """However a voice starts and stops, the line starts and stops at zero."""

    class Square(Beeps):
        def synthesize(self, clause: str) -> SynthesizedClause:
            return SynthesizedClause(np.full(4000, 12000, np.int16).tobytes(), ())

    level = loudness(Speaker(Square(8000)).speak("On."))
    steps = np.abs(np.diff(np.concatenate([[0], level, [0]])))
    assert steps.max() < 1500


def test_words_are_those_that_were_written() -> None:
    voice = Beeps(8000)
    spoken = Speaker(voice).speak("Dr. Lee at 3:30 p.m. \u2014 yes?")
    assert voice.asked == ["Doctor Lee at three thirty P.M., yes?"]
    assert " ".join(word.text for word in spoken.words) == "Dr. Lee at 3:30 p.m. \u2014 yes?"
    ends = {word.text: word.end_samples for word in spoken.words}
    assert abs(ends["Lee"] - 1680) < 40
    assert abs(ends["3:30 p.m."] - 4880) < 40
    assert ends["\u2014"] == ends["3:30 p.m."]


@pytest.mark.parametrize("clause", ["\u2014", "...", "\U0001f600", "**"])
def test_what_has_no_sound_is_one_frame_or_a_pause(clause: str) -> None:
    voice = Beeps(8000)
    spoken = Speaker(voice).speak(clause)
    assert len(spoken.ulaw_8k) >= FRAME_SAMPLES
    assert not loudness(spoken).any()
    assert [word.text for word in spoken.words] == [clause]


def test_a_voice_that_reports_no_words_still_speaks() -> None:
    class Mute(Beeps):
        def synthesize(self, clause: str) -> SynthesizedClause:
            return SynthesizedClause(super().synthesize(clause).pcm, ())

    spoken = Speaker(Mute(8000)).speak("Hello you.")
    end = int(np.flatnonzero(loudness(spoken) > 1000)[-1])
    assert all(0 <= word.end_samples - end <= 200 for word in spoken.words)


def test_phrases_are_spoken_once() -> None:
    voice = Beeps(8000)
    speaker = Speaker(voice, ["One moment, please."])
    before = list(voice.asked)
    assert speaker.speak("One moment, please.") is speaker.speak("One moment, please.")
    assert voice.asked == before
    speaker.speak("Another.")
    assert voice.asked != before


@given(st.text(max_size=80))
def test_playout_takes_whatever_is_spoken(text: str) -> None:
    """Any clause, whole: frames, words in order, and all heard at the end."""
    spoken = Speaker(Beeps(8000)).speak(text)
    playout = Playout()
    playout.push(spoken)
    playout.finish()
    now = 0.0
    while not playout.finished(now):
        list(playout.due(now))
        now += 1000.0
    assert playout.heard(now) == " ".join(text.split())
    ends = [word.end_samples for word in spoken.words]
    assert ends == sorted(ends)


# --- in parts -----------------------------------------------------------------------------------


class Choppy(Beeps):
    """The same audio in pieces, all words with the first."""

    def __init__(self, sample_rate: int, cuts: list[float], words: bool = True) -> None:
        super().__init__(sample_rate)
        self._cuts = sorted(cuts)
        self._words = words

    def synthesize(self, clause: str) -> SynthesizedClause:
        whole = super().synthesize(clause)
        return whole if self._words else SynthesizedClause(whole.pcm, ())

    def stream(self, clause: str) -> Iterator[SynthesizedClause]:
        whole = self.synthesize(clause)
        places = [0, *(2 * int(cut * len(whole.pcm) / 2) for cut in self._cuts), len(whole.pcm)]
        words = whole.words
        for start, stop in itertools.pairwise(places):
            yield SynthesizedClause(whole.pcm[start:stop], words)
            words = ()


def test_the_first_part_is_heard_before_the_second_is_made() -> None:
    speaker = Speaker(Choppy(8000, [0.3, 0.6]))
    clause = "One two three four five six seven."
    first = next(speaker.stream(clause))
    assert loudness(first).max() > 5000
    assert 0 < len(first.ulaw_8k) < 0.35 * len(speaker.speak(clause).ulaw_8k)


@given(
    st.text(max_size=60),
    st.sampled_from([8000, 16000, 22050]),
    st.lists(st.floats(0, 1), max_size=6),
    st.booleans(),
)
@example("Dr. Lee at 3:30 p.m. \u2014 yes?", 22050, [0.1, 0.2, 0.5], True)
@example("One two three four.", 22050, [0.5], False)
def test_parts_joined_are_what_is_spoken_whole(
    clause: str, rate: int, cuts: list[float], words: bool
) -> None:
    speaker = Speaker(Choppy(rate, cuts, words))
    whole, parts = speaker.speak(clause), list(speaker.stream(clause))
    assert b"".join(part.ulaw_8k for part in parts) == whole.ulaw_8k
    placed, before = [], 0
    for part in parts:
        assert part.ulaw_8k
        assert len(part.ulaw_8k) % FRAME_SAMPLES == 0
        placed += [(word.text, before + word.end_samples) for word in part.words]
        assert all(word.end_samples <= len(part.ulaw_8k) for word in part.words)
        before += len(part.ulaw_8k)
    assert placed == [(word.text, word.end_samples) for word in whole.words]


def test_a_phrase_that_is_ready_is_one_part() -> None:
    voice = Beeps(8000)
    speaker = Speaker(voice, ["One moment, please."])
    before = list(voice.asked)
    assert list(speaker.stream("One moment, please.")) == [speaker.ready("One moment, please.")]
    assert voice.asked == before
