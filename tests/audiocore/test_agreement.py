"""Words that stay, and words that may change."""

from hypothesis import given
from hypothesis import strategies as st

from audiocore.agreement import Agreement, Caption


def hear(*hypotheses: str) -> list[Caption]:
    agreement = Agreement()
    return [agreement.hear(text) for text in hypotheses]


def test_a_word_is_stable_once_two_hypotheses_in_a_row_agree() -> None:
    assert hear("i'd like", "i'd like to bow", "i'd like to book") == [
        Caption("", "i'd like"),
        Caption("i'd like", "to bow"),
        Caption("i'd like to", "book"),
    ]


def test_agreement_is_from_the_beginning_on() -> None:
    assert hear("a table please", "the table please")[-1] == Caption("", "the table please")


def test_case_and_punctuation_are_no_disagreement() -> None:
    assert hear("Hello.", "hello, I'd like") == [
        Caption("", "Hello."),
        Caption("hello,", "I'd like"),
    ]
    assert hear("3:30 p.m", "3:30 P.M.")[-1] == Caption("3:30 P.M.", "")


def test_what_was_stable_stays() -> None:
    captions = hear("one two", "one two", "won too three", "won too three", "one two three four")
    assert [caption.stable for caption in captions] == ["", *["one two"] * 4]
    assert captions[-1].unstable == "three four"


def test_nothing_heard_is_nothing() -> None:
    assert hear("", "uh", "") == [Caption(), Caption("", "uh"), Caption()]


WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=6)


@given(st.lists(WORDS, max_size=12))
def test_stable_words_only_ever_grow_and_were_heard_twice(hypotheses: list[list[str]]) -> None:
    before: list[str] = []
    captions = hear(*(" ".join(words) for words in hypotheses))
    for number, caption in enumerate(captions):
        stable = caption.stable.split()
        assert stable[: len(before)] == before
        if len(stable) > len(before):
            assert number > 0
            for heard in hypotheses[number - 1 : number + 1]:
                assert heard[: len(stable)] == stable
        before = stable


@given(WORDS)
def test_the_same_twice_is_stable(words: list[str]) -> None:
    text = " ".join(words)
    assert hear(text, text)[-1] == Caption(text, "")
