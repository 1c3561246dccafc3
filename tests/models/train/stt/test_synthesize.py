import json
import shutil
from pathlib import Path
from random import Random

import numpy as np
import pytest

pytest.importorskip("soundfile", reason="training dependencies are not installed")

from models.train.stt import synthesize, text


@pytest.mark.parametrize("kind", synthesize.TEXTS)
def test_texts_are_drawn_from_the_given_random(kind: str) -> None:
    draw = synthesize.TEXTS[kind]
    assert [draw(Random(5), []) for _ in range(3)] == [draw(Random(5), [])] * 3


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
def test_a_shard_never_holds_a_sentence_held_out(tmp_path: Path) -> None:
    lines = iter(["one two three", "yes please", "are you open on sunday"] * 20)
    held_out = next(filter(text.held_out, (f"one {word} two" for word in text.EVERYDAY)))
    given = iter([held_out, *lines])
    synthesize.write_shard(tmp_path, 7, 2, lambda rng: next(given))
    rows = [json.loads(row) for row in (tmp_path / "007.jsonl").read_text().splitlines()]
    assert len(rows) == 2
    assert held_out not in {row["text"] for row in rows}
    assert rows[-1]["stop"] == len(np.load(tmp_path / "007.audio.npy"))
