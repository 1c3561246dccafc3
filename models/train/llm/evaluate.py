"""Measure a GGUF on sentences that training never drew, as the product uses it::

    python -m models.train.llm.evaluate models/starter/llm/receptionist.gguf --count 500
    python -m models.train.llm.evaluate MODEL --mistakes    # the sentences that were misread

Prints JSON. Every sentence goes through :func:`pipeline.flow.intents.understand`: rules, model and,
if there is one beside the model, classifier together. Shares are of utterances; ``name``, ``day``, ``time``, ``people`` are of the utterances
that have one, ``invented`` of those that have none and got one, ``... by the model`` what it writes
where rules would not have been asked. The sentences of ``development.tsv`` were written by somebody
who did not see what training draws from; choices that no training makes are made on them. ``sure`` tells how good the intent's probability is: of the
sentences in each tenth of it, the share that was understood.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from models.train.corpus import BUSINESSES, Utterance, utterance
from models.train.llm import data, replies
from models.train.llm.facts import invented
from pipeline.engines.linear_classifier import CLASSIFIER_FILE, LinearClassifier
from pipeline.engines.llama_cpp import LlamaCpp
from pipeline.flow import end_of_turn, intents, prompts
from pipeline.flow.business import Business
from pipeline.interfaces.engines import Message
from pipeline.workers import Worker

CLINIC = Business()
RESTAURANT = Business(kind="restaurant", booking="reservation", most_people=12)

DEVELOPMENT = Path(__file__).with_name("development.tsv")

_PLAIN = {"noise": 0.0, "written": 0.0}
SETS: dict[str, dict[str, Any]] = {
    "known phrasings and names": _PLAIN,
    "known phrasings and names, misheard": {"noise": 1.0, "written": 0.0},
    "known phrasings and names, written by stock Whisper": {"noise": 0.0, "written": 1.0},
    "new names, half of the phrasings new": _PLAIN | {"held_out": 0.5},
    "new names, all phrasings new": _PLAIN | {"held_out": 1.0},
    "new names, all phrasings new, misheard": {"held_out": 1.0, "noise": 1.0, "written": 0.0},
    "restaurant, known phrasings and names": _PLAIN | {"business": RESTAURANT},
    "restaurant, new names, all phrasings new": _PLAIN | {"business": RESTAURANT, "held_out": 1.0},
}


def share(good: int, of: int) -> float | None:
    """A rounded share; None of nothing."""
    return round(good / of, 3) if of else None


async def understanding(
    model: LlamaCpp,
    classifier: LinearClassifier | None,
    worker: Worker,
    count: int,
    *,
    noise: float,
    written: float,
    held_out: float = 0.0,
    business: Business = CLINIC,
    mistakes: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """How often a sentence is understood, and how well the model knows when it is."""
    rng = random.Random(f"evaluate {held_out} {noise} {written} {business.kind}")
    right: Counter[str] = Counter()
    had: Counter[str] = Counter()
    sure: list[tuple[float, bool]] = []
    times: list[float] = []
    for _ in range(count):
        u = utterance(rng, held_out=held_out, business=business.kind)
        words, name = data.heard(rng, u, noise, written)
        slots = u.slots | ({"name": name} if name else {})
        asked: prompts.Asked = u.asked  # type: ignore[assignment]
        begin = time.perf_counter()
        said = await intents.understand(
            model, worker, asked, words, lambda: None, business, classifier
        )
        times.append(time.perf_counter() - begin)
        sure.append((said.confidence, said.intent == u.intent))
        _score(u.intent, slots, said, right, had)
        if said.intent != u.intent:
            mistakes(f"{asked:7} {u.intent:9} {said.intent:9} {said.confidence:.2f}  {words}")
        if "day" in u.slots or "time" in u.slots:
            _score_written(model, business, u, words, right, had)
    figures = {key: share(right[key], had[key]) for key in sorted(had)}
    return {**figures, "sure": tenths(sure), "ms_median": round(statistics.median(times) * 1e3, 1)}


def _score(
    intent: str,
    slots: dict[str, str],
    said: intents.Understanding,
    right: Counter[str],
    had: Counter[str],
) -> None:
    had["intent"] += 1
    right["intent"] += said.intent == intent
    if intent not in intents.WITH_SLOTS:
        return
    name: str | None = slots.get("name")
    if "spelled" in slots:
        name = intents.apply_spelling(name, slots["spelled"].replace(" ", ""))
    wanted_slots = {key: slots.get(key) for key in ("day", "time", "people")} | {"name": name}
    for key, wanted in wanted_slots.items():
        got = getattr(said, key)
        got = str(got) if key == "people" and got else got
        label = key if wanted else f"invented {key}"
        had[label] += 1
        right[label] += got == wanted if wanted else got is not None


def _score_written(
    model: LlamaCpp,
    business: Business,
    u: Utterance,
    words: str,
    right: Counter[str],
    had: Counter[str],
) -> None:
    """The day and time in the arguments that the model writes for the intent it should find."""
    words = prompts.caller_words(words)
    messages = prompts.understand(u.asked, words, business.kind)  # type: ignore[arg-type]
    grammar = prompts.slots_grammar(u.intent, words)
    answer = "".join(model.generate(messages, max_tokens=intents.MAX_TOKENS, grammar=grammar))
    written = intents.parse(answer)
    for key in ("day", "time"):
        if key in u.slots:
            had[f"{key} by the model"] += 1
            right[f"{key} by the model"] += written.get(key) == u.slots[key]


def tenths(sure: list[tuple[float, bool]]) -> dict[str, tuple[int, float | None]]:
    """By tenth of the confidence: how many, and the share that is right."""
    found: dict[str, tuple[int, float | None]] = {}
    for tenth in range(10):
        some = [good for p, good in sure if tenth <= min(p, 0.999) * 10 < tenth + 1]
        if some:
            found[f"{tenth / 10}-{(tenth + 1) / 10:.1f}"] = len(some), share(sum(some), len(some))
    return found


async def developed(
    model: LlamaCpp, classifier: LinearClassifier | None, worker: Worker
) -> dict[str, float | None]:
    """The share of the sentences of :data:`DEVELOPMENT` whose intent is found, by business."""
    right: Counter[str] = Counter()
    had: Counter[str] = Counter()
    for kind, asked, intent, words in development():
        business = RESTAURANT if kind == "restaurant" else CLINIC
        said = await intents.understand(
            model, worker, asked, words, lambda: None, business, classifier
        )
        had[kind] += 1
        right[kind] += said.intent == intent
    return {kind: share(right[kind], had[kind]) for kind in sorted(had)}


def development() -> Iterator[tuple[str, prompts.Asked, str, str]]:
    """Kind of business, what was asked, what is meant, and the words."""
    for line in DEVELOPMENT.read_text().splitlines():
        kind, asked, intent, words = line.split("\t")
        yield kind, asked, intent, words  # type: ignore[misc]


async def turns(model: LlamaCpp, worker: Worker, count: int, *, held_out: float) -> dict[str, Any]:
    """How well whole sentences are told from beginnings of them, cut between any two words."""
    rng = random.Random(f"turns {held_out}")
    chances: dict[bool, list[float]] = {True: [], False: []}
    while min(map(len, chances.values())) < count // 2:
        u = utterance(rng, held_out=held_out)
        words, _ = data.heard(rng, u, 0.0, 0.2)
        said = words.split()
        whole = rng.random() < 0.4
        if u.intent == "unclear" or (not whole and len(said) < 2):
            continue
        if not whole:
            words = data.cut(rng, words)
        asked: prompts.Asked = u.asked  # type: ignore[assignment]
        chances[whole].append(await end_of_turn.finished(model, worker, asked, words))
    pairs = [(a > b) + (a == b) / 2 for a in chances[True] for b in chances[False]]
    both = [(p, whole) for whole, some in chances.items() for p in some]
    return {"auc": round(statistics.mean(pairs), 3), "finished": tenths(both)}


def answering(model: LlamaCpp, count: int) -> dict[str, Any]:
    """How often the model says what a good receptionist may say, about clinics never seen."""
    rng = random.Random("evaluate replies")
    right: Counter[str] = Counter()
    had: Counter[str] = Counter()
    first: list[float] = []
    for _ in range(count // 10):
        business = rng.choice(BUSINESSES)
        name, facts = invented(rng, business)
        for _ in range(10):
            system, example, u = data.reply_example(rng, name, facts, business)
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
    parser.add_argument("--mistakes", action="store_true", help="list the sentences misread")
    args = parser.parse_args()
    classifier = LinearClassifier.read(args.model.with_name(CLASSIFIER_FILE))
    with closing(LlamaCpp(args.model)) as model, closing(Worker("llm")) as worker:
        found = asyncio.run(report(model, classifier, worker, args.count, args.mistakes))
        print(json.dumps(found, indent=1))


async def report(
    model: LlamaCpp,
    classifier: LinearClassifier | None,
    worker: Worker,
    count: int,
    mistakes: bool = False,
) -> dict[str, Any]:
    """Everything."""
    found: dict[str, Any] = {"reply": answering(model, count)}
    for title, how in SETS.items():
        misread: list[str] = []
        found[title] = await understanding(
            model, classifier, worker, count, mistakes=misread.append, **how
        )
        if mistakes:
            print(title, *misread, sep="\n    ")
    found["development, intent"] = await developed(model, classifier, worker)
    found["development, intent, by the model alone"] = await developed(model, None, worker)
    for title, held_out in (("known", 0.0), ("half new", 0.5)):
        found[f"end of turn, {title}"] = await turns(model, worker, count, held_out=held_out)
    return found


if __name__ == "__main__":
    main()
