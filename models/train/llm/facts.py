"""Random clinics and restaurants, and what there is to know about them.

Every training batch invents one, so that the model learns to read the facts in its prompt and not
to remember them.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from models.train.corpus import FIRST, LAST
from models.train.values import listed

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
_DISHES = (
    "pasta|fish from the harbor|steaks|oven pizza|seafood|burgers|Italian dishes|French dishes"
    "|Indian curries|fresh salads|roast chicken|homemade noodles|soups|tapas|oysters|ribs|sushi"
    "|breakfast all day|Greek dishes|a tasting menu|homemade cakes"
).split("|")
_MEATLESS = (
    "vegetable curry|mushroom pasta|a vegan burger|stuffed peppers|risotto|salads|lentil soup"
    "|grilled cheese|falafel|vegetable pizza|pumpkin stew"
).split("|")
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
            "free for guests",
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


Fact = tuple[str, Callable[[random.Random], str], tuple[str, ...]]
"""Label in the prompt, value, sentences that say it."""

_ANYWHERE: dict[str, Fact] = {
    "address": (
        "Address",
        _address,
        ("We are at {}.", "You can find us at {}.", "The address is {}."),
    ),
    "parking": ("Parking", _parking, ("Parking is {}.", "Yes, parking is {}.")),
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
_CLINIC: dict[str, Fact] = {
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
}
_RESTAURANT: dict[str, Fact] = {
    "menu": (
        "Kitchen",
        lambda rng: _join(rng.sample(_DISHES, rng.randint(1, 4))),
        ("We serve {}.", "We have {}."),
    ),
    "vegetarian": (
        "Vegetarian",
        lambda rng: rng.choice(
            [
                f"{_join(rng.sample(_MEATLESS, rng.randint(1, 2)))}",
                f"{rng.randint(2, 12)} dishes, marked on the menu",
                "several dishes every day",
                f"{_join(rng.sample(_MEATLESS, 2))}, please ask about allergies",
                "whatever you like, please ask the waiter",
            ]
        ),
        ("For vegetarians we have {}.", "There is {}."),
    ),
    "prices": (
        "Price of a meal",
        lambda rng: (
            rng.choice(["", "from ", "about "])
            + f"{rng.randint(3, 24) * 5} dollars"
            + rng.choice(["", ", cash or card", " per person", ", cards only"])
        ),
        ("A meal is {}.", "A meal costs {}."),
    ),
    "children": (
        "Children",
        lambda rng: rng.choice(
            [
                "welcome",
                "very welcome",
                "welcome, we have high chairs",
                "welcome, with a menu of their own",
                f"welcome until {rng.randint(6, 9)} PM",
                f"half price up to age {rng.randint(6, 12)}",
                "welcome, there is a play corner",
            ]
        ),
        ("Children are {}.", "Yes, children are {}."),
    ),
    "dogs": (
        "Dogs",
        lambda rng: rng.choice(
            [
                "welcome",
                "welcome outside",
                "welcome on a leash",
                "not allowed",
                "not allowed, except guide dogs",
                "welcome if they are small",
                "allowed in the garden only",
            ]
        ),
        ("Dogs are {}.",),
    ),
    "terrace": (
        "Tables outside",
        lambda rng: rng.choice(
            [
                "on the terrace",
                "in the garden",
                f"{rng.randint(3, 20)} on the terrace",
                "on the roof, from May to September",
                "in the garden, when the weather is fine",
                "none, but tables by the window",
                f"in front of the house and behind {rng.choice(_PLACES)}",
            ]
        ),
        ("Tables outside are {}.", "We have tables outside, {}."),
    ),
    "delivery": (
        "Takeout",
        lambda rng: rng.choice(
            [
                "every day",
                f"from {rng.randint(11, 17) % 12 + 1} PM",
                "yes, but no delivery",
                "not offered",
                f"yes, and delivery up to {rng.randint(2, 9)} miles",
                "by phone order",
                "at lunch only",
            ]
        ),
        ("Takeout is {}.", "For takeout the answer is {}."),
    ),
    "groups": (
        "Groups",
        lambda rng: rng.choice(
            [
                f"up to {rng.randint(8, 80)} people",
                f"up to {rng.randint(8, 80)} people in a room of their own",
                "welcome, please call ahead",
                "in the private room upstairs",
                f"from {rng.randint(8, 20)} people with a set menu",
            ]
        ),
        ("For groups we offer {}.", "Groups are {}."),
    ),
    "dress": (
        "Dress code",
        lambda rng: rng.choice(
            ["none", "casual", "smart casual", "jacket required", "come as you are", "no shorts"]
        ),
        ("The dress code is {}.",),
    ),
    "cancelling": (
        "Late or not coming",
        lambda rng: rng.choice(
            [
                f"we hold a table for {rng.randint(2, 6) * 5} minutes",
                f"please call {rng.randint(1, 24)} hours ahead",
                "no fee, but please call",
                f"{rng.randint(1, 6) * 5} dollars per person",
            ]
        ),
        ("If you are late or not coming, {}.", "Then it is {}."),
    ),
}
FACTS = {"clinic": _ANYWHERE | _CLINIC, "restaurant": _ANYWHERE | _RESTAURANT}
"""Business -> topic -> fact."""
_SECOND = {
    "clinic": (
        "Clinic|Clinic|Health|Medical Center|Family Practice|Dental|Doctors|Hill Clinic"
    ).split("|"),
    "restaurant": (
        "Grill|Kitchen|Restaurant|Bistro|House|Table|Tavern|Garden|Trattoria|Diner|Oven|Inn"
    ).split("|"),
}


def invented(rng: random.Random, business: str) -> tuple[str, dict[str, str]]:
    """The name of a clinic or restaurant and its facts, some of them missing."""
    first = rng.choice(
        [*_STREETS, *(name.title() for name in LAST), *(name.title() for name in FIRST)]
    )
    facts = FACTS[business]
    topics = [topic for topic in facts if rng.random() < 0.85]
    rng.shuffle(topics)
    name = f"{first} {rng.choice(_SECOND[business])}"
    return name, {facts[topic][0]: facts[topic][1](rng) for topic in topics}
