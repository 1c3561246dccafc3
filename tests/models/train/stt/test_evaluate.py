import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

from models.train.stt.evaluate import CLOCK, Heard, edits, score, spoken_digits
from models.train.stt.sentences import Line


def heard(said: str, words: str, name: str = "", time: bool = False) -> Heard:
    return Heard(Line(said, name=name, time=time), words, 1.0)


@pytest.mark.parametrize(
    ("said", "words", "count"),
    [("a b", "a b", 0), ("a b c", "a c", 1), ("a b", "a x b", 1), ("a b", "c d", 2), ("", "a", 1)],
)
def test_edits_are_words_exchanged_added_and_left_out(said: str, words: str, count: int) -> None:
    assert edits(said.split(), words.split()) == count


def test_a_score_counts_words_sentences_names_weekdays_and_times() -> None:
    scores = score(
        [
            heard("this is ann lee", "this is ann leigh", name="ann lee"),
            heard("on monday", "on monday"),
            heard("at three fifteen p m", "at three fifty p m", time=True),
        ]
    )
    assert scores["wer"] == pytest.approx(2 / 11)
    assert scores["exact"] == pytest.approx(1 / 3)
    assert (scores["names"], scores["weekdays"], scores["times"]) == (0.0, 1.0, 0.0)


def test_times_are_told_in_words() -> None:
    assert {"zero", "twelve", "nineteen", "fifty", "nine", "half", "m"} <= CLOCK


def test_digits_are_read_out_one_by_one() -> None:
    assert spoken_digits("20 7").split() == ["two", "zero", "seven"]
