"""Numbers become words that read back as the same numbers."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.number_words import cardinal, digits, is_number, ordinal, year


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
