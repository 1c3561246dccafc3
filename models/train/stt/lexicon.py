"""Further words and names from the CMU pronouncing dictionary that pocketsphinx installs.

The dictionary (Carnegie Mellon University, BSD 2-clause) holds some 130,000 words, among them
very many surnames. Only its spellings are used, and only to widen the training text.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from models.train import corpus

DICTIONARY = Path("model/en-us/cmudict-en-us.dict")


def words() -> list[str]:
    """Spellings of 3 to 10 letters, in the dictionary's order, without those held out as names.

    Empty without pocketsphinx.
    """
    spec = importlib.util.find_spec("pocketsphinx")
    if spec is None or spec.origin is None:
        return []
    lines = (Path(spec.origin).parent / DICTIONARY).read_text(encoding="utf-8").splitlines()
    spellings = (line.split(maxsplit=1)[0] for line in lines if line)
    return [w for w in spellings if re.fullmatch(r"[a-z]{3,10}", w) and not corpus.is_held_out(w)]
