"""Measure a GGUF on sentences that training never drew, through the product's own adapter::

    python -m models.train.llm.evaluate models/starter/llm/receptionist.gguf --count 500

Prints JSON. Shares are of utterances; ``name``, ``day``, ``time`` are of the utterances that have
one, ``invented`` of those that have none and got one.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from models.train.corpus import Utterance
from models.train.llm import data, replies
from pipeline.engines.llama_cpp import LlamaCpp
from pipeline.flow import intents, prompts
from pipeline.interfaces import Message

SETS: dict[str, dict[str, Any]] = {
    "known phrasings and names": {"noise": 0.0, "written": 0.0},
    "known phrasings and names, misheard": {"noise": 1.0, "written": 0.0},
    "known phrasings and names, written by stock Whisper": {"noise": 0.0, "written": 1.0},
    "new names, half of the phrasings new": {"held_out": True, "noise": 0.0, "written": 0.0},
    "new names, half of the phrasings new, misheard": {
        "held_out": True,
        "noise": 1.0,
        "written": 0.0,
    },
}


def share(good: int, of: int) -> float | None:
    """A rounded share; None of nothing."""
    return round(good / of, 3) if of else None


def understanding(model: LlamaCpp, count: int, *, grammar: bool, **how: Any) -> dict[str, Any]:
    """How often the model understands."""
    rng = random.Random(f"evaluate {how}")
    right: Counter[str] = Counter()
    had: Counter[str] = Counter()
    times: list[float] = []
    for _ in range(count):
        example, u = data.understanding(rng, **how)
        words = example.user.split("Caller: ", 1)[1]
        begin = time.perf_counter()
        answer = "".join(
            model.generate(
                prompts.understand(u.asked, words),  # type: ignore[arg-type]
                max_tokens=intents.MAX_TOKENS,
                grammar=prompts.understanding_grammar(words) if grammar else None,
            )
        )
        times.append(time.perf_counter() - begin)
        _score(u, answer, right, had)
    figures = {key: share(right[key], had[key]) for key in sorted(had)}
    return {**figures, "ms_median": round(statistics.median(times) * 1e3, 1)}


def _score(u: Utterance, answer: str, right: Counter[str], had: Counter[str]) -> None:
    try:
        said = json.loads(answer)
        malformed = not isinstance(said, dict)
    except ValueError:
        said, malformed = {}, True
    had.update(("malformed", "intent", "everything"))
    right["malformed"] += malformed
    right["intent"] += said.get("intent") == u.intent
    right["everything"] += said == {"intent": u.intent, **u.slots}
    for key in ("name", "spelled", "day", "time"):
        if key in u.slots:
            had[key] += 1
            right[key] += said.get(key) == u.slots[key]
        else:
            had[f"invented {key}"] += 1
            right[f"invented {key}"] += key in said


def answering(model: LlamaCpp, count: int) -> dict[str, Any]:
    """How often the model says what a good receptionist may say, about clinics never seen."""
    rng = random.Random("evaluate replies")
    right: Counter[str] = Counter()
    had: Counter[str] = Counter()
    first: list[float] = []
    for _ in range(count // 10):
        name, facts = replies.clinic(rng)
        for _ in range(10):
            system, example, u = data.reply_example(rng, name, facts)
            situation = replies.situation_of(u)
            assert situation is not None
            begin, said = time.perf_counter(), ""
            for piece in model.generate(
                (system, Message("user", example.user)),
                max_tokens=80,
                grammar=prompts.reply_grammar(situation, name, facts),
            ):
                if not said:
                    first.append(time.perf_counter() - begin)
                said += piece
            had[situation] += 1
            right[situation] += said in acceptable(name, facts, u)
    figures = {key: share(right[key], had[key]) for key in sorted(had)}
    return {**figures, "first_token_ms_median": round(statistics.median(first) * 1e3, 1)}


def acceptable(name: str, facts: dict[str, str], u: Utterance) -> set[str]:
    """Every answer that training would have given."""
    rng = random.Random(0)
    return {replies.answer(rng, name, facts, u) for _ in range(60)}


def main() -> None:
    """Evaluate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model", type=Path)
    parser.add_argument("--count", type=int, default=500)
    args = parser.parse_args()
    model = LlamaCpp(args.model)
    report: dict[str, Any] = {"reply": answering(model, args.count)}
    for title, how in SETS.items():
        report[title] = understanding(model, args.count, grammar=True, **how)
    new = SETS["new names, half of the phrasings new"]
    report["the same, no grammar"] = understanding(model, args.count, grammar=False, **new)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
