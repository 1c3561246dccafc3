"""What the recogniser is trained to hear: sentences callers say, as text in the starter form.

The starter form is lowercase words with apostrophes, no punctuation, numbers and times as words,
spelled letters as single letters ("three thirty p m", "j o n e s").

`sentence` draws from the labelled corpus that the language model learns from as well
(`models.train.corpus`) and from sources of its own: further wording of the receptionist's world
(`receptionist`), names, digits and spelled words (`naming`, `reading`, `spelling`), and everyday English
(`general`) with a few word lists without sense (`salad`), which keep the decoder from believing that
every caller wants an appointment. Names that `corpus.is_held_out` keeps for evaluation are never said as
names; a few are everyday words too (hill, rice). Everything is drawn from the given `random.Random`, so a seed fixes the whole text.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from random import Random

from models.train import corpus, patterns
from models.train.stt import english, wordlists
from models.train.stt.noun_phrases import pick
from models.train.values import MONTHS, ordinal
from models.train.values import WEEKDAYS as DAYS
from pipeline.number_words import cardinal

FIRST_NAMES, LAST_NAMES = (
    [name for name in names if not corpus.is_held_out(name)]
    for names in (corpus.FIRST, corpus.LAST)
)
ORDINALS = [ordinal(n) for n in range(1, 32)]
SERVICES = (
    """
a cleaning|a checkup|a check up|a physical|a follow up|a flu shot|a vaccine|a blood test|an x ray|a consultation|a new patient
visit|an eye exam|a root canal|a filling|a therapy session|a skin check|a hearing test|a prescription refill|a second
opinion|an annual exam
""".replace("\n", " ")
    .strip()
    .split("|")
)
AILMENTS = (
    """
a toothache|a headache|a fever|a cough|a sore throat|back pain|a rash|a bad cold|an ear infection|a stomach ache|chest pain|
some swelling|a sore knee|trouble sleeping|an allergy
""".replace("\n", " ")
    .strip()
    .split("|")
)
COMMON, EVERYDAY = (sorted(wordlists.surface_forms(common=common)) for common in (True, False))
KIN = "son daughter husband wife mother father brother sister friend partner grandmother".split()
INSURERS = "blue cross|blue shield|aetna|cigna|united healthcare|humana|medicare|medicaid".split(
    "|"
)

_HELD_OUT = re.compile(
    "|".join(
        patterns.spelled_out(patterns.parse(pattern))
        for business in corpus.BUSINESSES
        for pattern in patterns.held_out(business)
        if "{" not in pattern
    )
)
"""Wordings that are for evaluation, those without slots."""


def number(rng: Random, low: int, high: int) -> str:
    """A cardinal below 100, in words."""
    return cardinal(rng.randint(low, high)).replace("-", " ")


def digits(rng: Random, count: int) -> str:
    """Digits read out one by one; zero is sometimes "oh"."""
    oh = rng.random() < 0.25
    words = (cardinal(rng.randrange(10)) for _ in range(count))
    return " ".join("oh" if oh and w == "zero" else w for w in words)


def time_of_day(rng: Random) -> str:
    """A clock time or a part of the day."""
    kind = rng.random()
    if kind < 0.10:
        return pick(
            rng,
            "in the morning|in the afternoon|in the evening|after lunch|any time|noon|around noon|midday"
            "|as early as possible|first thing in the morning|late afternoon|before lunch|at lunch time",
        )
    hour = cardinal(rng.randint(1, 12))
    if kind < 0.20:
        return (
            f"{pick(rng, 'half past|quarter to|quarter past|a quarter to|a quarter past')} {hour}"
        )
    minute = rng.choice(
        ["", "", "", "thirty", "thirty", "fifteen", "forty five", "o'clock", "ten", "twenty", "forty",
         "fifty", "twenty five", "thirty five", "fifty five", "oh five", number(rng, 11, 59)]
    )  # fmt: skip
    half = "" if minute == "o'clock" and rng.random() < 0.7 else rng.choice(["", " a m", " p m"])
    if not half and rng.random() < 0.2:
        half = pick(rng, " in the morning| in the afternoon| in the evening")
    return f"{hour} {minute}{half}"


def day(rng: Random) -> str:
    """A day as callers name it: mostly weekdays by name, else a date or a relative day."""
    kind = rng.random()
    if kind < 0.62:
        return pick(rng, "||||next |this |on |this coming ") + rng.choice(DAYS)
    if kind < 0.80:
        return pick(
            rng,
            "tomorrow|today|next week|the day after tomorrow|tomorrow morning|tomorrow afternoon",
        )
    if kind < 0.92:
        return f"{rng.choice(MONTHS)} {pick(rng, '|the ')}{rng.choice(ORDINALS)}"
    return f"the {rng.choice(ORDINALS)}" + pick(rng, f"| of {rng.choice(MONTHS)}")


def last_name(rng: Random, extra_names: list[str]) -> str:
    """A last name: of the lists mostly, else of the long pronunciation lexicon or of random syllables."""
    kind = rng.random()
    if kind < 0.25 and extra_names:
        return rng.choice(extra_names)
    return corpus.name_word(rng, LAST_NAMES, False, 1.0 if kind > 0.9 else 0.0)


def full_name(rng: Random, extra_names: list[str]) -> str:
    """First and last name; now and then one of them alone."""
    first = corpus.name_word(rng, FIRST_NAMES, False, 0.05)
    last = last_name(rng, extra_names)
    kind = rng.random()
    return first if kind < 0.05 else last if kind < 0.1 else f"{first} {last}"


def spelled(rng: Random, extra_names: list[str]) -> str:
    """A word spelled out, or letters at random."""
    kind = rng.random()
    if kind < 0.5:
        letters = last_name(rng, extra_names)
    elif kind < 0.65:
        letters = rng.choice(FIRST_NAMES)
    else:
        letters = "".join(
            rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(1, 7))
        )
    return " ".join(letters.replace("'", "")[:10])


def spelling(rng: Random, names: list[str]) -> str:
    """A spelled word as callers say it."""
    lead = pick(rng, "||||it's spelled |that's |spelled |it's |last name |yes ")
    if rng.random() < 0.15:
        lead = f"{last_name(rng, names)} {pick(rng, '|spelled |that is ')}"
    return lead + spelled(rng, names)


def reading(rng: Random, names: list[str]) -> str:
    """Digits: one alone, a few, or a telephone number; `names` are not needed."""
    count = 1 if rng.random() < 0.5 else rng.choice([2, 3, 3, 4, 4, 5, 6, 7, 7, 10, 10])
    return pick(rng, "||||||||||my number is |it's |call me at |my phone number is ") + digits(
        rng, count
    )


def _when(rng: Random) -> str:
    at = pick(rng, " at | at | | around | maybe ")
    return rng.choice([day(rng), f"{day(rng)}{at}{time_of_day(rng)}", f"{day(rng)}{at}{time_of_day(rng)}",
                       f"{time_of_day(rng)} on {rng.choice(DAYS)}", time_of_day(rng)])  # fmt: skip


def receptionist(rng: Random, names: list[str]) -> str:
    """One thing a caller says to a clinic's receptionist."""
    open_ = pick(
        rng,
        "i'd like to|i want to|i need to|can i|could i|could i please|i would like to|hi i'd like to"
        "|hello i need to|i'm calling to|i was hoping to|is it possible to|yeah i want to|please",
    )
    what = rng.choice(
        ["an appointment", "an appointment", "a visit", "a time", rng.choice(SERVICES)]
    )
    mine = pick(rng, "my appointment|my visit|it|my booking|the appointment|my checkup")
    who = rng.choice(
        ["", "", "", f" with doctor {rng.choice(LAST_NAMES)}", f" for my {rng.choice(KIN)}"]
    )
    lead = pick(rng, "|||um |uh |well |okay |hi |yes |so ")
    intro = pick(
        rng, "my name is|this is|it's|the name is|i'm|yeah it's|sure it's|it's for|name's|||"
    )
    cases: list[tuple[float, object]] = [
        (6, lambda: f"{open_} {pick(rng, 'book|make|schedule|set up|get')} {what}{who}"
            + rng.choice(["", f" for {_when(rng)}", f" on {rng.choice(DAYS)} at {time_of_day(rng)}", " please"])),
        (4, lambda: f"{open_} {pick(rng, 'cancel|move|change|reschedule|push back')} {mine}{who}"
            + rng.choice(["", " please", f" to {_when(rng)}", f" on {_when(rng)}", f" from {day(rng)} to {_when(rng)}"])),
        (4, lambda: f"{lead}{intro} {full_name(rng, names)}" + rng.choice(["", "", "", f" and i need {what}"])),
        (1, lambda: f"{full_name(rng, names)} {pick(rng, 'spelled|that is|thats spelled')} {spelled(rng, names)}".replace("thats", "that's")),
        (1.5, lambda: f"{pick(rng, 'my last name is|last name|surname|first name')} {last_name(rng, names)}"),
        (2, lambda: f"{pick(rng, 'my date of birth is|i was born on|born|date of birth||birthday is')} {rng.choice(MONTHS)} "
            f"{rng.choice(ORDINALS)} {pick(rng, 'nineteen|nineteen|two thousand|twenty')} {number(rng, 1, 99)}"),
        (5, lambda: pick(rng,
            "yes|no|yeah|yep|nope|yes please|no thank you|no thanks|that's right|that's correct|correct|sure|okay|sounds good"
            "|that works|that's wrong|not really|i don't think so|perfect thank you|yes that works for me|great|right|fine|exactly"
            "|no that doesn't work for me|yes that's right|no that's not right|yeah that's fine|that's perfect|absolutely"
            "|no i said something else|please do|go ahead|of course|all right|yes it is|no it isn't|that's it|i guess so|yup")),
        (2.5, lambda: pick(rng, "what are your hours|when do you open|when do you close|what are your opening hours|are you open today"
            "|how late are you open|where are you located|what is your address|do you have parking|how much does it cost|what time is it"
            "|do i need a referral|are you open on the weekend|do you accept walk ins|what time do you close|when are you open")
            + rng.choice(["", "", f" on {rng.choice(DAYS)}", " today", " tomorrow"])),
        (0.7, lambda: f"{pick(rng, 'do you take|do you accept|i have|my insurance is')} {rng.choice(INSURERS)}{pick(rng, '| insurance')}"),
        (6, lambda: f"{lead}{pick(rng, 'how about|what about|can we do|do you have anything|is there anything|can you do|maybe||let us say|make it|how does')}"
            f" {_when(rng)}{pick(rng, '|||| please| work| would be great| is good| if possible')}"),
        (7, lambda: f"{lead}{_when(rng)}{pick(rng, '|||| works| please| is fine| would be good| sounds good')}"),
        (5, lambda: f"{lead}{pick(rng, 'at |||around |let us do ')}{time_of_day(rng)}{pick(rng, '||| works| please| is fine| would be better')}"),
        (4, lambda: f"{pick(rng, 'no |sorry |no sorry |actually |no wait |i mean |oh wait |no i said |i said ')}{pick(rng, 'not | ||make that |i meant |it is ')}"
            + rng.choice([day(rng), time_of_day(rng), full_name(rng, names), _when(rng), f"{rng.choice(DAYS)} not {rng.choice(DAYS)}"])),
        (3, lambda: pick(rng, "can i speak to a person|let me talk to someone|i want to speak to a human|transfer me to the front desk"
            "|can you repeat that|sorry what was that|say that again please|hold on a second|one moment please|thank you goodbye|bye"
            "|that's all thank you|hello|hi there|good morning|is anyone there|goodbye|bye bye|that's everything thanks|thanks bye"
            "|thank you very much|no that's all|hi|good afternoon|thanks|are you still there|sorry|pardon|what did you say|never mind"
            "|i didn't catch that|wait|stop|can you hear me|are you a robot|who am i speaking to|thank you have a nice day")),
        (1, lambda: f"{pick(rng, 'i have|i have got|my ' + rng.choice(KIN) + ' has|she has|he has')} {rng.choice(AILMENTS)}"),
        (1, lambda: f"my {rng.choice(KIN)} {pick(rng, 'needs|wants|would like|is looking for')} {what}"),
    ]  # fmt: skip
    weights = [w for w, _ in cases]
    make = rng.choices([f for _, f in cases], weights)[0]
    return make()  # type: ignore[operator]


def salad(rng: Random, lexicon: list[str]) -> str:
    """Words without sense, common ones mostly, now and then one from the whole lexicon."""
    kinds = rng.choices([COMMON, EVERYDAY, lexicon or EVERYDAY], [8, 1, 1], k=rng.randint(1, 9))
    return " ".join(map(rng.choice, kinds))


def general(rng: Random, lexicon: list[str]) -> str:
    """Everyday English, with a salad now and then; `lexicon` as for `sentence`."""
    while True:
        said = normalize(salad(rng, lexicon) if rng.random() < 0.16 else english.sentence(rng))
        if not held_out_wording(said):
            return said


def sentence(rng: Random, lexicon: list[str]) -> str:
    """One training sentence. `lexicon` is a list of further words and names, possibly empty."""
    kinds: dict[Callable[[], str], float] = {
        lambda: corpus.utterance(rng, pseudo=0.1).text: 0.28,
        lambda: corpus.utterance(rng, business="restaurant", pseudo=0.1).text: 0.07,
        lambda: receptionist(rng, lexicon): 0.12,
        lambda: naming(rng, lexicon): 0.10,
        lambda: reading(rng, lexicon): 0.12,
        lambda: spelling(rng, lexicon): 0.08,
        lambda: general(rng, lexicon): 0.23,
    }
    return normalize(rng.choices(list(kinds), list(kinds.values()))[0]())


def naming(rng: Random, names: list[str]) -> str:
    """One way of giving a name: names are the words that are heard worst and matter most."""
    intro = pick(
        rng,
        "my name is|my name is|my name's|this is|it's|i'm|the name is|name's|the name's|hi this is|yes it's"
        "|hello my name is|sure it's|sure my name is|you can put down|it's for|book it under|under|for|it's under"
        "|they call me|call me|i said|no it's|no my name is|that would be|the appointment is for||||",
    )
    return f"{intro} {full_name(rng, names)}{pick(rng, '|||||||| here| please| again| speaking')}"


def held_out_wording(sentence: str) -> bool:
    """True for the wordings that only evaluation may use, whoever hits upon them."""
    return bool(_HELD_OUT.fullmatch(f"{sentence} "))


def held_out(sentence: str) -> bool:
    """True for the twentieth of all longer sentences that only evaluation may use."""
    return len(sentence.split()) > 2 and zlib.crc32(sentence.encode()) % 20 == 0


def for_training(sentence: str) -> bool:
    """True for what is held out neither as a sentence nor as a wording."""
    return not held_out(sentence) and not held_out_wording(sentence)


def drawn(rng: Random, lexicon: list[str]) -> Iterator[str]:
    """Training sentences without end; `lexicon` as for `sentence`."""
    while True:
        said = sentence(rng, lexicon)
        if for_training(said):
            yield said


def normalize(text: str) -> str:
    """Lowercase, only letters, apostrophes and single spaces; raises on digits.

    Raises:
        ValueError: the text holds a digit, which no spoken form is defined for here.
    """
    if re.search(r"\d", text):
        raise ValueError(f"write numbers as words in training text: {text!r}")
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("\u2019", "'")).split())
