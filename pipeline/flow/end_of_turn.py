"""Whether a caller who paused has finished, by the words and by what the agent waits for.

Two opinions. Cues in the words: *at*, *my name is*, *um* and half a date go on; a yes, a day, a
time where one was asked for are complete. And the language model, which says how likely it is that
there is more to come. Together they are better than either. The probabilities are for callers of
whose pauses four in five end their turn.
"""

from __future__ import annotations

import re

from pipeline.flow import mentions, prompts, spoken_people
from pipeline.flow.dates import MONTHS
from pipeline.interfaces.engines import LanguageModel
from pipeline.workers import Worker

_GOES_ON = re.compile(
    r"(?:^|\s)(?:"
    # conjunctions, prepositions, articles, possessives
    r"and|but|or|because|if|whether|than|that's when|to|at|for|from|with|of|about|around|before"
    r"|after|until|till|on|in|by|into|between|near|under|past|the|a|an|my|your|our|his|her|their"
    r"|every|next|another|half|quarter"
    # fillers
    r"|um|uh|er|erm|hmm|like|well|so|let's see|let me see|you know|i mean|actually|maybe|perhaps"
    # beginnings
    r"|i|i'm|i'd|i'll|i've|we|we're|it's|there's|that's|he's|she's|is|are|was|can|could|would|will"
    r"|do|does|did|have|has|want|need|like to|going|called|name|name's|last name|first name"
    r"|(?:can|could|would|should|do|may) (?:i|you|we)|this|what|when|where|how|which|who|why"
    r")$"
)
_COMPLETE_ANYWAY = re.compile(
    r"(?:^|\s)(?:(?:hold|hang|go|come|move) on|(?:come|check|get|fit me|put me|squeeze me|been) in"
    r"|(?:think|guess|hope|believe) so|(?:yes|sure|no|of course) i (?:do|did|was|would|can|could|am"
    r"|will|have)|(?:i|please|you|we) (?:do|did|would|can|could)|(?:it|that|he|she|who|what) "
    r"(?:is|was|does)|i am|how are you|what (?:is this|was that)|who is this|pardon|sorry what"
    r"|(?:all|anything|everything|what) i (?:need|want)|do it|sa(?:y|id) what|very well|as well"
    r"|is my name|(?:you|are) in"
    # questions
    r"|(?:when|where|what time|what day) .*(?:is|was)|wh(?:at|o)(?:'s| is| are) .*(?:name|called)"
    r")$"
)
_ANSWER = re.compile(
    r"(?:(?:oh|um|uh|well|okay|ah) )*(?:yes|yeah|yep|yup|sure|correct|right|exactly|absolutely"
    r"|definitely|okay|ok|perfect|great|fine|no|nope|nah|wrong|not really|please|no thanks"
    r"|no thank you|that's (?:right|correct|fine|it|all|wrong|everything)|sounds good|go ahead)"
    r"(?: (?:please|thanks|thank you|sir|ma'am|it is|it does|that's (?:right|correct|wrong|it|all)"
    r"|goodbye|bye))*"
)
_AFTER_SLOT = re.compile(
    r"(?:please|thanks|thank you|works?|is (?:fine|good|great|best|perfect|okay)|would be"
    r" (?:good|great|fine|best|perfect)|if possible|sounds good|sharp|or so|for me|then| )*"
)
_DIGIT = "zero|oh|one|two|three|four|five|six|seven|eight|nine"
_DIGITS = re.compile(rf"(?:(?:^|\s)(?:(?:double |triple )?(?:{_DIGIT})|\d+))+$")
_HALF_DATE = re.compile(
    rf"(?:^|\s)(?:the (?:twenty|thirty)|(?:{'|'.join(MONTHS)}) (?:the|twenty|thirty|the twenty)"
    rf"|(?<!of )(?:{'|'.join(m for m in MONTHS if m != 'may')}))$"
)
_LETTERS = re.compile(r"(?:(?<!\S)[a-z](?: |$))+$")

GOES_ON = 0.05
HALF = 0.3
COMPLETE = 0.95
_PAUSES = 4.0
"""Odds that a pause ends a turn; the model is asked, and trained, as if it were one in two."""
_PHONE_DIGITS = (7, 10, 11)


async def finished(
    model: LanguageModel,
    worker: Worker,
    asked: prompts.Asked,
    text: str,
    kind: str = "clinic",
    *,
    ask: bool = True,
) -> float:
    """Probability, 0..1, that a caller who said ``text`` after ``asked`` has nothing to add.

    ``ask``: whether the model is asked just this, which is one more prompt; else it is concluded
    from how likely the words mean nothing by themselves, of which the model is asked anyway.

    Raises:
        EngineError: the model failed.
    """
    cue = by_words(asked, text)
    words = prompts.caller_words(text)
    if cue is not None and not (ask and words):
        return cue
    if not ask:
        messages = prompts.understand(asked, words, kind)
        likely = await worker.run(model.choose, messages, prompts.INTENT_ANSWERS)
        return by_meaning(likely[prompts.INTENTS.index("unclear")])
    messages = prompts.finished(asked, words, kind)
    yes, no = await worker.run(model.choose, messages, prompts.FINISHED_ANSWERS)
    return both(cue, yes * _PAUSES / (yes * _PAUSES + no))


def both(cue: float | None, likely: float) -> float:
    """What the words tell and what the model thinks, which only slows the end that words see."""
    if cue is None:
        return likely
    return cue if cue >= COMPLETE and likely > 0.5 else (cue + likely) / 2


def by_meaning(unclear: float) -> float:
    """From the probability that the words mean nothing by themselves; never quite sure."""
    return GOES_ON + (COMPLETE - GOES_ON - 0.1) * (1 - unclear)


def answers(words: str) -> bool:
    """Whether ``words`` are a yes or a no and nothing else."""
    return _ANSWER.fullmatch(words) is not None


def by_words(asked: prompts.Asked, text: str) -> float | None:
    """What the words alone tell; None where they leave it open."""
    words = prompts.caller_words(text)
    if not words or text.rstrip().endswith(("...", "\u2026", ",", "-")):
        return GOES_ON
    if asked in ("confirm", "more") and answers(words):
        return COMPLETE
    unfinished = _unfinished(asked, words)
    return unfinished if unfinished is not None else _answered(asked, words)


def _unfinished(asked: prompts.Asked, words: str) -> float | None:
    """Low where something is missing: a word, the rest of a number, date or spelling."""
    if asked != "time" and _HALF_DATE.search(words):
        return GOES_ON * 3
    if _GOES_ON.search(words) and not _COMPLETE_ANYWAY.search(words):
        return GOES_ON
    if not re.search(r"[ap] m$", words) and (letters := _LETTERS.search(words)):
        return _spelling(words[: letters.start()], letters[0].replace(" ", ""))
    digits = _DIGITS.search(words)
    if digits and len(digits[0].split()) > 2 and asked != "time":
        return _number(digits[0])
    return None


def _spelling(before: str, letters: str) -> float | None:
    """Letters that are a word just said are complete; others may go on."""
    if letters in before.split():
        return COMPLETE
    return HALF if len(letters) > 2 else 2 * GOES_ON


def _number(digits: str) -> float:
    """A telephone number has its length."""
    count = sum(
        2 if word == "double" else 3 if word == "triple" else len(word) if word.isdigit() else 1
        for word in digits.split()
    ) - len(re.findall("double|triple", digits))
    return COMPLETE - 0.1 if count in _PHONE_DIGITS else 2 * GOES_ON


def _answered(asked: prompts.Asked, words: str) -> float | None:
    """High where what was asked for ends the words."""
    if asked == "people":
        people, rest = spoken_people.read(words, True)
        return COMPLETE - 0.2 if people and _AFTER_SLOT.fullmatch(rest) else None
    if asked not in ("day", "time"):
        return None
    found = mentions.mentions(words, asked)
    ending = [*found["day"], *found["time"]]
    if not ending or not found["day" if asked == "day" else "time"]:
        return None
    last = max(ending, key=lambda mention: mention.end)
    said = words.split()
    if not _AFTER_SLOT.fullmatch(" ".join(said[last.end :])):
        return None
    bare = asked == "time" and last.end - last.start == 1 and ":" not in said[last.start]
    return COMPLETE - 0.2 if bare else COMPLETE
