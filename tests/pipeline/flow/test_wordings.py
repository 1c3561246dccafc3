from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow.wordings import pieces

WORDS = st.lists(st.text("abc'", min_size=1, max_size=5), min_size=1, max_size=8).map(" ".join)


def test_pieces_of_a_short_answer() -> None:
    assert list(pieces("day", "no", "clinic")) == [
        "day=< no >",
        *("<", "day:<", "clinic:<", "no", "day:no", "clinic:no", ">", "day:>", "clinic:>"),
        *("< no", "day:< no", "clinic:< no", "no >", "day:no >", "clinic:no >"),
        "< no >",
        *("#< no", "# no ", "#no >"),
    ]


@given(WORDS)
def test_the_same_words_elsewhere_share_what_was_not_asked(words: str) -> None:
    at_a_clinic = set(pieces("day", words, "clinic"))
    elsewhere = set(pieces("time", words, "restaurant"))
    assert {piece for piece in at_a_clinic if ":" not in piece and "=" not in piece} <= elsewhere
    assert not {piece for piece in at_a_clinic if ":" in piece or "=" in piece} & elsewhere


@given(WORDS)
def test_every_word_is_a_piece(words: str) -> None:
    assert set(words.split()) <= set(pieces("help", words, "clinic"))
