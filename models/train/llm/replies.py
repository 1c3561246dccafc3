"""What the receptionist says where the wording is free, and random clinics to say it about.

Every training batch invents a clinic, so that the model learns to read the facts in its prompt and
not to remember one clinic.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from models.train.corpus import FIRST, LAST, Utterance
from models.train.values import listed
from pipeline.flow.prompts import Situation

_STREETS = listed(
    "Oak Elm Maple Cedar Pine Park Lake Hill Mill Church High Station Bridge River "
    "Garden King Queen Market"
)
_WAYS = listed("Street Street Road Avenue Lane Square Drive Boulevard Way Place")
_PLACES = [
    "the library",
    "the park",
    "the post office",
    "the town hall",
    "the station",
    "the school",
    "the museum",
    "the bakery",
    "the river",
    "the church",
    "the hospital",
    "the bank",
    "the stadium",
    "the supermarket",
    "the old mill",
    "the fire station",
    "the theater",
    "the market hall",
]
_PLANS = listed(
    "Aetna Cigna Humana Medicare Medicaid Anthem Allianz Bupa Axa Oscar Kaiser "
    "Vitality Zenith Harbor Beacon"
)
_TREATMENTS = [
    "check-ups",
    "vaccinations",
    "blood tests",
    "flu shots",
    "physicals",
    "x rays",
    "allergy tests",
    "dental cleanings",
    "eye exams",
    "hearing tests",
    "travel vaccines",
    "minor surgery",
    "skin checks",
    "blood pressure checks",
    "pregnancy care",
    "baby check-ups",
]
_PAPERS = [
    "an ID",
    "your insurance card",
    "a list of your medicines",
    "your referral",
    "your vaccination record",
    "a photo ID",
    "your last test results",
    "some water",
    "your glasses",
]
_DIGITS = "0123456789"


def _join(items: list[str], word: str = "and") -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + f" {word} " + items[-1]


def _street(rng: random.Random) -> str:
    name = rng.choice(_STREETS) if rng.random() < 0.6 else rng.choice(LAST).title()
    return f"{name} {rng.choice(_WAYS)}"


def _address(rng: random.Random) -> str:
    place = rng.choice(_PLACES)
    where = rng.choice(
        ["next to", "opposite", "near", "behind", "across from", "beside", "two minutes from"]
    )
    return f"{rng.randint(1, 399)} {_street(rng)}" + rng.choice(["", f", {where} {place}"])


def _parking(rng: random.Random) -> str:
    place = rng.choice(
        [
            "behind the building",
            "in front of the building",
            "under the building",
            "on the street",
            f"on {_street(rng)}",
            f"in the garage on {_street(rng)}",
            f"next to {rng.choice(_PLACES)}",
            f"behind {rng.choice(_PLACES)}",
            "in the yard",
        ]
    )
    price = rng.choice(
        [
            "free",
            "free for patients",
            f"{_number(rng, 1, 9)} dollars an hour",
            "free for two hours",
            "limited",
        ]
    )
    return f"{price}, {place}"


def _number(rng: random.Random, low: int, high: int) -> str:
    return str(rng.randint(low, high))


def _doctors(rng: random.Random) -> str:
    names = [f"Doctor {rng.choice(LAST).title()}" for _ in range(rng.randint(1, 3))]
    return _join(names)


FACTS: dict[str, tuple[str, Callable[[random.Random], str], tuple[str, ...]]] = {
    # topic -> label in the prompt, value, sentences
    "address": (
        "Address",
        _address,
        ("We are at {}.", "You can find us at {}.", "The address is {}."),
    ),
    "parking": ("Parking", _parking, ("Parking is {}.", "Yes, parking is {}.")),
    "insurance": (
        "Insurance",
        lambda rng: rng.choice(
            [
                _join(rng.sample(_PLANS, rng.randint(1, 4))),
                "most plans",
                f"most plans and {rng.choice(_PLANS)}",
                "all major plans",
            ]
        ),
        ("We accept {}.", "We take {}."),
    ),
    "prices": (
        "Price of a visit",
        lambda rng: (
            rng.choice(["", "from ", "about "])
            + f"{rng.randint(3, 30) * 5} dollars"
            + rng.choice(["", ", cash or card"])
        ),
        ("A visit is {}.", "A visit costs {}."),
    ),
    "services": (
        "Services",
        lambda rng: _join(rng.sample(_TREATMENTS, rng.randint(2, 4))),
        ("We offer {}.", "We do {}."),
    ),
    "bring": (
        "Please bring",
        lambda rng: _join(rng.sample(_PAPERS, rng.randint(1, 3))),
        ("Please bring {}.",),
    ),
    "doctors": ("Doctors", _doctors, ("You can see {}.", "Here you see {}.")),
    "visit": (
        "Length of a visit",
        lambda rng: rng.choice(["about ", "", "up to "]) + f"{rng.randint(1, 12) * 5} minutes",
        ("A visit takes {}.", "It takes {}."),
    ),
    "patients": (
        "New patients",
        lambda rng: rng.choice(
            [
                "welcome",
                "very welcome",
                "welcome from March",
                "welcome, no referral needed",
                "not accepted right now",
                "welcome with a referral",
                "welcome any time",
            ]
        ),
        ("New patients are {}.",),
    ),
    "access": (
        "Access",
        lambda rng: rng.choice(
            [
                "a ramp",
                "an elevator",
                "a ramp and an elevator",
                "step-free access",
                "a lift to every floor",
                "a ramp at the back door",
                f"an elevator to floor {rng.randint(2, 9)}",
                "a ramp at the entrance and a lift",
                "no elevator, only stairs",
            ]
        ),
        ("There is {}.", "We have {}."),
    ),
    "phone": (
        "Phone",
        lambda rng: (
            "".join(rng.choice(_DIGITS) for _ in range(3))
            + " "
            + "".join(rng.choice(_DIGITS) for _ in range(4))
        ),
        ("Our number is {}.", "You can call {}."),
    ),
}
UNKNOWN = (
    "I'm sorry, I don't know that.",
    "Sorry, I don't have that information.",
    "I'm afraid I don't know that.",
)
CAN_DO = (
    "I can book, move or cancel an appointment and answer questions about the clinic.",
    "I can help you book, move or cancel an appointment.",
)
CHAT: dict[str, tuple[str, ...]] = {
    "greeting": ("Hello!", "Hello, nice to hear from you.", "Hi there!"),
    "thanks": ("You're welcome.", "My pleasure.", "You're very welcome."),
    "wellbeing": (
        "I'm doing well, thank you.",
        "Very well, thanks for asking.",
        "I'm fine, thank you for asking.",
    ),
    "praise": ("That's kind of you.", "Thank you, that's kind.", "I'm glad to hear that."),
    "identity": (
        "I'm the automated receptionist of {clinic}.",
        "This is the automated receptionist of {clinic}.",
    ),
    "mood": (
        "I'm sorry to hear that.",
        "I understand, we'll take good care of you.",
        "I understand.",
    ),
    "noise": ("No problem at all.", "That's quite all right.", "Don't worry about it."),
    "hearing": ("Yes, I can hear you.", "Yes, I'm here.", "I'm here and I can hear you."),
    "joke": ("I'm better at appointments than at jokes.", "I'm afraid I only know appointments."),
}
DECLINE: dict[str, tuple[str, ...]] = {
    "": (
        "I'm sorry, I can only help with the clinic.",
        "Sorry, I can only help with appointments and the clinic.",
        "I'm afraid that's not something I can help with.",
    ),
    "medical": (
        "I can't give medical advice, but a doctor can help you here.",
        "I'm sorry, only a doctor can help you with that.",
    ),
    "office": (
        "I'm sorry, please call the front desk about that.",
        "The front desk can help you with that.",
    ),
}
ACCEPT = (
    "Sure, I can help with that.",
    "Of course.",
    "Sure.",
    "I can help you with that.",
    "Certainly.",
    "No problem.",
)
THANK = ("Thank you.", "Thanks.", "Great.", "Got it.", "Perfect.", "All right.")
UNCLEAR = (
    "Sorry, I didn't catch that.",
    "I'm sorry, I didn't understand.",
    "Sorry, I missed that.",
)
WAIT = ("Of course, take your time.", "Sure, take your time.", "No rush, I'll wait.")


def clinic(rng: random.Random) -> tuple[str, dict[str, str]]:
    """A clinic's name and its facts, some of them missing."""
    first = rng.choice(
        [*_STREETS, *(name.title() for name in LAST), *(name.title() for name in FIRST)]
    )
    second = rng.choice(
        [
            "Clinic",
            "Clinic",
            "Health",
            "Medical Center",
            "Family Practice",
            "Dental",
            "Doctors",
            "Hill Clinic",
        ]
    )
    topics = [topic for topic in FACTS if rng.random() < 0.85]
    rng.shuffle(topics)
    return f"{first} {second}", {FACTS[topic][0]: FACTS[topic][1](rng) for topic in topics}


def situation_of(u: Utterance) -> Situation | None:
    """The situation in which the agent answers ``u`` freely; None where it never does."""
    by_intent: dict[str, Situation] = {
        "book": "accept",
        "move": "accept",
        "cancel": "accept",
        "check": "accept",
        "inform": "thank",
        "question": "answer",
        "chat": "chat",
        "other": "decline",
        "unclear": "unclear",
        "wait": "wait",
    }
    return by_intent.get(u.intent)


def answer(rng: random.Random, name: str, facts: dict[str, str], u: Utterance) -> str:
    """What a good receptionist of this clinic answers."""
    if u.intent == "question":
        if u.topic == "help":
            return rng.choice(CAN_DO)
        label, _, frames = FACTS[u.topic]
        return rng.choice(frames).format(facts[label]) if label in facts else rng.choice(UNKNOWN)
    if u.intent == "chat":
        return rng.choice(CHAT[u.topic]).format(clinic=name)
    if u.intent == "other":
        return rng.choice(DECLINE[u.topic])
    return rng.choice({"inform": THANK, "unclear": UNCLEAR, "wait": WAIT}.get(u.intent, ACCEPT))
