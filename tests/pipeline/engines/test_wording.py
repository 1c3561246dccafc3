import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from audiocore.errors import ModelError
from pipeline.engines.wording import LONGEST, WORDING_FILE, Wording

STARTER = Path(__file__).parents[3] / "models/starter/stt"

pytestmark = pytest.mark.skipif(
    not (STARTER / WORDING_FILE).exists(), reason="the starter recogniser is not in this checkout"
)


@pytest.fixture(scope="module")
def tokens() -> Tokenizer:
    return Tokenizer.from_file(str(STARTER / "tokenizer.json"))


@pytest.fixture(scope="module")
def end(tokens: Tokenizer) -> int:
    return tokens.token_to_id("<|endoftext|>")


@pytest.fixture(scope="module")
def starter(end: int) -> Wording:
    wording = Wording.read(STARTER / WORDING_FILE, end)
    assert wording
    return wording


@pytest.mark.parametrize(
    ("said", "misheard"),
    [
        ("could you squeeze me in for fourteen hundred", "could you squeeze me in forteen hundred"),
        ("that's precisely it", "that's preciply it"),
        ("do you treat babies", "do you treat babys"),
        ("this coming saturday suits me", "this coming saturday tuesday"),
    ],
)
def test_the_starter_prefers_words_to_their_sounds(
    said: str, misheard: str, starter: Wording, tokens: Tokenizer
) -> None:
    right, wrong = starter.log_probability([tokens.encode(f" {x}").ids for x in (said, misheard)])
    assert right > wrong + 1


@settings(deadline=None)
@given(texts=st.lists(st.lists(st.integers(0, 600), max_size=12), min_size=1, max_size=5))
def test_several_texts_are_each_as_likely_as_alone(
    starter: Wording, texts: list[list[int]]
) -> None:
    alone = [starter.log_probability([text])[0] for text in texts]
    assert starter.log_probability(texts) == pytest.approx(alone, rel=0.02, abs=0.1)


def test_beginnings_are_likelier_than_wholes_but_for_their_end(
    starter: Wording, tokens: Tokenizer
) -> None:
    """A log probability is a sum over tokens, and a text that breaks off is paid for at its end."""
    cut, whole = starter.log_probability(
        [tokens.encode(f" {said}").ids for said in ("i'd like to book an", "i'd like to book")]
    )
    assert cut < whole < 0


def test_a_text_of_any_length_has_a_probability(starter: Wording) -> None:
    tokens = [n % 600 for n in range(3 * LONGEST + 5)]
    pieces = [tokens[at : at + LONGEST] for at in range(0, len(tokens), LONGEST)]
    assert len(pieces) == 4
    apart = sum(starter.log_probability(pieces))
    assert starter.log_probability([[7], tokens])[1] == pytest.approx(apart, rel=0.02)


def test_nothing_said_has_a_probability(starter: Wording) -> None:
    assert starter.log_probability([[]])[0] < 0
    assert starter.log_probability([]) == []


def test_a_recogniser_without_one_has_none(tmp_path: Path) -> None:
    assert Wording.read(tmp_path / WORDING_FILE, 5) is None


@pytest.mark.parametrize("kind", ["text", "empty", "cut", "vocabulary", "weights"])
def test_a_file_that_is_none_is_named(kind: str, end: int, tmp_path: Path) -> None:
    path, whole = tmp_path / WORDING_FILE, STARTER / WORDING_FILE
    if kind in ("text", "cut"):
        path.write_bytes(b"words" if kind == "text" else whole.read_bytes()[:-3000])
    else:
        with ZipFile(whole) as file:
            parts = {name: file.read(name) for name in file.namelist()}
        if kind == "empty":
            parts = {}
        elif kind == "vocabulary":
            parts["vocabulary.json"] = json.dumps(["a", "b"]).encode()
        else:
            parts["model.bin"] = parts["model.bin"][:1000]
        with ZipFile(path, "w") as file:
            for name, data in parts.items():
                file.writestr(name, data)
    with pytest.raises(ModelError, match=r"wording\.zip"):
        Wording.read(path, end)
