"""Written words become spoken ones, and none is lost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.speech_text import (
    cardinal,
    digits,
    is_number,
    ordinal,
    spoken_pieces,
    spoken_text,
    year,
)


def said(clause: str) -> str:
    return spoken_text(spoken_pieces(clause))


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        # times
        ("at 3:30 p.m.", "at three thirty P.M."),
        ("at 3:30 p.m., please", "at three thirty P.M., please"),
        ("10:00 am?", "ten A.M.?"),
        ("4:05PM", "four oh five P.M."),
        ("at 9:00.", "at nine o'clock."),
        ("15:45", "fifteen forty-five"),
        ("5 pm", "five P.M."),
        ("five P.M., or six A.M.?", "five P.M., or six A.M.?"),
        ("three thirty p m", "three thirty P.M."),
        ("ten a m", "ten A.M."),
        ("9am-5pm", "nine A.M. to five P.M."),
        ("9-5", "nine to five"),
        ("I am here", "I am here"),
        ("25:99", "25:99"),
        # dates
        ("May 3, 2026", "May third, twenty twenty-six"),
        ("on 3/14/2026.", "on March fourteenth, twenty twenty-six."),
        ("2026-03-04", "March fourth, twenty twenty-six"),
        ("the 22nd", "the twenty-second"),
        ("Mon. Jan. 5", "Monday January fifth"),
        ("He sat.", "He sat."),
        # numbers
        ("555-0107", "five five five, zero one zero seven"),
        ("(555) 010-7788.", "five five five, zero one zero, seven seven eight eight."),
        ("call 911", "call nine one one"),
        ("$12.50", "twelve dollars and fifty cents"),
        ("$1", "one dollar"),
        ("$1,200,", "one thousand two hundred dollars,"),
        ("$5 million", "five million dollars"),
        ("98.6 degrees", "ninety-eight point six degrees"),
        ("50%", "fifty percent"),
        ("1,984 items", "one thousand nine hundred eighty-four items"),
        ("in 1984", "in nineteen eighty-four"),
        ("code 0107", "code zero one zero seven"),
        ("No. 5", "number five"),
        ("no. I mean", "no. I mean"),
        # names and letters
        ("Dr. Smith", "Doctor Smith"),
        ("Dr Smith", "Doctor Smith"),
        ("Mrs. J. R. Jones", "Missus J R Jones"),
        ("12 Oak St.", "twelve Oak Street"),
        ("on St. Mary's", "on Saint Mary's"),
        ("j o a n", "J, O, A, N"),
        ("J-O-A-N.", "J, O, A, N."),
        # marks
        ("*Bold* & more", "Bold and more"),
        ("and/or", "and or"),
        ("we open \u2014 and close", "we open, and close"),
        ("Wait\u2026", "Wait,"),
        ("\u201cYes,\u201d he said", "Yes, he said"),
        ("great \U0001f600", "great"),
    ],
)
def test_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written) == spoken


@given(st.text())
@example("3:30 p.m. (555) 010-7788 \u2014 - $5 million J. R. ... \u0663")
@example("\u00b2 \u2460")
def test_no_written_word_is_lost(text: str) -> None:
    pieces = spoken_pieces(text)
    assert " ".join(piece.written for piece in pieces) == " ".join(text.split())


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_what_is_said_needs_no_reading(text: str) -> None:
    """Nothing that voices read in their own ways is left, but for what is no number at all."""
    for piece in spoken_pieces(text):
        assert not set(piece.spoken) & set('*_`#$%&@/()[]{}<>|~^"')


@given(st.integers(0, 10**15 - 1))
def test_cardinals_and_ordinals_read_back(n: int) -> None:
    assert _value(cardinal(n)) == n
    if n:
        assert ordinal(n).split()[:-1] == cardinal(n).split()[:-1]


@given(st.integers(1000, 2999))
def test_years_name_their_century(n: int) -> None:
    assert year(n).split()[0] in (cardinal(n // 100), cardinal(n // 1000))


def test_years() -> None:
    expected = {
        1984: "nineteen eighty-four",
        1905: "nineteen oh five",
        1900: "nineteen hundred",
        2000: "two thousand",
        2007: "two thousand seven",
        2026: "twenty twenty-six",
    }
    assert {n: year(n) for n in expected} == expected


def test_ordinals() -> None:
    expected = {
        1: "first",
        12: "twelfth",
        20: "twentieth",
        31: "thirty-first",
        100: "one hundredth",
    }
    assert {n: ordinal(n) for n in expected} == expected


def test_numbers_are_known_in_any_form() -> None:
    for word in ("3:30", "twenty-five", "oh", "hundred", "4th", "$5", "Nine"):
        assert is_number(word), word
    for word in ("one-way", "often", "", "May"):
        assert not is_number(word), word


def test_digits_skip_what_is_none() -> None:
    assert digits("+1 (5)") == "one five"


_WORDS = {cardinal(n): n for n in range(100)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def _value(words: str) -> int:
    """The number that a cardinal names, by a grammar of its own."""
    total = group = 0
    for word in words.split():
        if word == "hundred":
            group *= 100
        elif word in _SCALES:
            total, group = total + group * _SCALES[word], 0
        else:
            group += _WORDS[word]
    return total + group
