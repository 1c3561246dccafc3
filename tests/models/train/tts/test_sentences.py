"""The sentences a voice is trained on are those that the pipeline will ask it to speak."""

from itertools import islice

from models.train.tts.receptionist import LETTERS
from models.train.tts.sentences import sentences
from pipeline.speech_text import spoken_pieces, spoken_text

MANY = 1_000
"""What one voice is taught by."""


def test_a_seed_always_gives_the_same_sentences() -> None:
    assert list(islice(sentences(1), MANY)) == list(islice(sentences(1), MANY))
    assert list(islice(sentences(1), MANY)) != list(islice(sentences(2), MANY))


def test_no_sentence_comes_twice() -> None:
    found = list(islice(sentences(1), MANY))
    assert len(set(found)) == MANY


def test_sentences_are_spoken_as_they_are_written() -> None:
    """Nothing is left for the normaliser to do but to put commas between spelled letters."""
    for text in islice(sentences(1), MANY):
        spoken = spoken_text(spoken_pieces(text))
        if spoken != text:
            assert spoken.replace(",", "") == text.replace(",", "")
            assert any(f" {letter}," in spoken for letter in LETTERS)


def test_every_letter_and_number_word_is_heard() -> None:
    words = {word.strip(".,?!") for text in islice(sentences(1), MANY) for word in text.split()}
    assert set(LETTERS) <= words
    assert {"oh", "hundred", "thousand", "dollars", "o'clock", "A.M", "thirty-first"} <= words
