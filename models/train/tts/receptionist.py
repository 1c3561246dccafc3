"""What a receptionist says: greetings and questions, and sentences full of names, days, times and numbers.

Everything is spelled in words, as `pipeline.speech` hands text to the voice.
"""

from functools import partial
from random import Random

from models.train.corpus import FIRST, LAST, pseudo_name
from models.train.tts.english import NOUNS
from pipeline.abbreviations import DAYS, MONTHS
from pipeline.number_words import cardinal, ordinal

DIGITS = [cardinal(n) for n in range(10)]
TEENS = [cardinal(n) for n in range(10, 20)]
ORDINALS = [ordinal(n) for n in range(1, 32)]
PRICES = [5, 10, 15, 20, 25, 30, 40, 45, 60, 75, 80, 95, 120, 150, 200, 350, 1200]
MINUTES = [10, 15, 20, 25, 30, 45, 60, 90]
WAYS = ["Street", "Avenue", "Road", "Lane"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

SERVICES = """a cleaning|a checkup|a physical|a follow-up visit|a flu shot|a blood test|an X-ray|
a consultation|a new patient visit|an eye exam|a root canal|a filling|a physical therapy session|
a skin check|a vaccination|a hearing test|a prescription refill|an ultrasound|a dental crown|
a routine examination|a sports physical|an allergy test|a tooth extraction|an annual physical"""
SERVICES = [s.strip() for s in SERVICES.replace("\n", "").split("|")]
INSURERS = """Blue Cross|Blue Shield|Aetna|Cigna|United Healthcare|Humana|Medicare|Medicaid|Kaiser|
Delta Dental|most major plans|your insurance plan|your new insurance"""
INSURERS = [s.strip() for s in INSURERS.replace("\n", "").split("|")]
STREETS = """Oak Maple Cedar Pine Elm Washington Lake Hill Walnut Spring Ridge Church Park Market
Madison Franklin River Sunset Highland Jefferson Center Union Harbor Valley Meadow Forest
Chestnut Broadway Lincoln Mill""".split()
COMPANIONS = "son daughter husband wife mother father brother sister friend child partner".split()

FIXED = """
Hello, thank you for calling.|Good morning, thank you for calling the clinic.|Good afternoon.|
How can I help you today?|How may I help you?|What can I do for you?|May I have your name, please?|
Can I have your full name, please?|What is your name?|Could you spell your last name for me?|
What day would you like to come in?|What day works best for you?|What time works best for you?|
What time would you like?|Would you prefer the morning or the afternoon?|Morning or afternoon?|
I'm sorry, I didn't catch that.|Sorry, could you repeat that?|I'm sorry, could you say that again?|
I didn't quite hear you.|Are you still there?|Hello? Are you there?|Take your time.|
One moment, please.|
Let me check that for you.|Let me see what we have.|Just a moment while I look that up.|
Is that right?|Is that correct?|Did I get that right?|Does that work for you?|Shall I book it?|
Yes.|No.|Okay.|All right.|Of course.|Certainly.|Sure.|Great.|Perfect.|Wonderful.|Thank you.|Thanks.|
You're welcome.|No problem.|No problem at all.|My pleasure.|Goodbye.|Bye now.|Take care.|
Have a nice day.|Have a great day, goodbye.|Have a good weekend.|See you then.|We'll see you then.|
Is there anything else I can help you with?|Anything else?|Anything else I can do for you today?|
You're all set.|Your appointment is booked.|Your appointment has been cancelled.|
Your appointment has been moved.|I can book, move, or cancel an appointment.|
I'm afraid that time is already taken.|Unfortunately, we're fully booked that day.|
We don't have anything open at that time.|That time is available.|I found your appointment.|
I couldn't find an appointment under that name.|Please hold while I transfer you.|
Let me transfer you to a colleague.|The office is closed on Sundays.|We're closed on weekends.|
If this is an emergency, please hang up and dial nine one one.|Please arrive ten minutes early.|
Please bring your insurance card and a photo I D.|I'm an automated assistant.|
This call may be recorded.|I understand.|I'm sorry to hear that.|That sounds good.|Good to hear.|
Please speak after the tone.|Could you speak a little louder, please?|Which one would you like?|
Who is the appointment for?|Is this your first visit?|Have you been here before?|Welcome back.|
What is your date of birth?|What is the best number to reach you?|What is the reason for the visit?
"""
FIXED = [s.strip() for s in FIXED.replace("\n", "").split("|")]


def first_name(rng: Random) -> str:
    return rng.choice(FIRST).title()


def surname(rng: Random) -> str:
    return (pseudo_name(rng) if rng.random() < 0.2 else rng.choice(LAST)).title()


def person(rng: Random) -> str:
    if rng.random() < 0.3:
        return first_name(rng)
    return f"{first_name(rng)} {surname(rng)}"


def doctor(rng: Random) -> str:
    return f"Doctor {surname(rng)}"


def time(rng: Random) -> str:
    hour = rng.choice(["one", "two", "three", "four", "five", "six", *DIGITS[7:], *TEENS[:3]])
    if rng.random() < 0.1:
        return rng.choice(
            ["noon", "half past " + hour, "quarter past " + hour, "quarter to " + hour]
        )
    if rng.random() < 0.25:
        minutes = rng.choice(["", " o'clock"])
    else:
        value = rng.choice([15, 30, 45, 30, 10, 20, 40, 50, 5, rng.randrange(1, 60)])
        minutes = " " + ("oh " + DIGITS[value] if value < 10 else cardinal(value))
    half = rng.choice(["", " A.M.", " P.M.", " P.M.", " in the morning", " in the afternoon"])
    return f"{hour}{minutes}{half}"


def date(rng: Random) -> str:
    ordinal = rng.choice(ORDINALS)
    return rng.choice(
        [
            rng.choice(DAYS),
            f"{rng.choice(DAYS)} the {ordinal}",
            f"{rng.choice(DAYS)}, {rng.choice(MONTHS)} {ordinal}",
            f"{rng.choice(MONTHS)} {ordinal}",
            f"the {ordinal} of {rng.choice(MONTHS)}",
            f"next {rng.choice(DAYS)}",
            f"this {rng.choice(DAYS)}",
            rng.choice(["today", "tomorrow", "the day after tomorrow", "next week"]),
        ]
    )


def phone_number(rng: Random) -> str:
    groups = [[rng.choice(DIGITS) for _ in range(k)] for k in rng.choice([(3, 4), (3, 3, 4)])]
    return ", ".join(" ".join(group) for group in groups)


def letters(rng: Random) -> str:
    return rng.choice([", ", " "]).join(rng.choice(LETTERS) for _ in range(rng.randint(2, 7)))


def year(rng: Random) -> str:
    if rng.random() < 0.3:
        return f"twenty {rng.choice([*TEENS[:9], 'twenty', 'twenty-five', 'twenty-six'])}"
    return f"nineteen {cardinal(rng.randrange(20, 100))}"


def price(rng: Random) -> str:
    dollars = f"{cardinal(rng.choice(PRICES))} dollars"
    return dollars + (f" and {cardinal(rng.randrange(5, 100))} cents" if rng.random() < 0.3 else "")


def count(rng: Random, low: int, high: int) -> str:
    return cardinal(rng.randrange(low, high))


def digit_string(rng: Random) -> str:
    return " ".join(rng.choice(DIGITS) for _ in range(rng.randint(4, 8)))


def fate(rng: Random) -> str:
    return rng.choice(["cancelled", f"moved to {date(rng)}", "confirmed"])


def opener(rng: Random) -> str:
    return rng.choice(
        [
            "",
            "",
            "",
            "Okay, ",
            "All right, ",
            "Great, ",
            "Sure, ",
            "So, ",
            "Thank you, ",
            "Perfect, ",
            f"Thanks, {first_name(rng)}, ",
            "Certainly, ",
        ]
    )


def sentence(rng: Random) -> str:
    """One sentence, ending in its punctuation; it may begin with a small letter."""
    d, t, n = (partial(draw, rng) for draw in (date, time, person))
    wishes = rng.choice(
        ["Would {} work for you?", "How about {}?", "Does {} suit you?", "I can offer {}."]
    )
    return opener(rng) + rng.choice(
        [
            f"your appointment is on {d()}, at {t()}.",
            f"I have {d()} at {t()}, or {rng.choice(DAYS)} at {t()}.",
            f"I booked {n()} for {d()}, at {t()}.",
            f"you are booked for {d()} at {t()}.",
            f"{n()}, you're all set for {d()} at {t()}.",
            wishes.format(f"{d()} at {t()}"),
            wishes.format(d()),
            wishes.format(t()),
            f"did you say {rng.choice([d, t, n])()}?",
            f"that's {rng.choice([d, t, n])()}, is that right?",
            f"so that's {rng.choice(SERVICES)} for {n()}, on {d()}, at {t()}.",
            f"I have you down for {rng.choice(SERVICES)} with {doctor(rng)} on {d()}.",
            f"{doctor(rng)} can see you {rng.choice(['on ', ''])}{d()} at {t()}.",
            f"{doctor(rng)} is not available on {rng.choice(DAYS)}.",
            f"your appointment with {doctor(rng)} has been {fate(rng)}.",
            f"we are open from {t()} to {t()}, {rng.choice(DAYS)} through {rng.choice(DAYS)}.",
            f"on {rng.choice(DAYS)}s we close at {t()}.",
            f"we open at {t()} on {rng.choice(DAYS)}.",
            f"your number is {phone_number(rng)}, is that right?",
            f"I have {phone_number(rng)}.",
            f"our number is {phone_number(rng)}.",
            f"that's spelled {letters(rng)}.",
            f"{surname(rng)}, {letters(rng)}.",
            f"your date of birth is {rng.choice(MONTHS)} {rng.choice(ORDINALS)}, {year(rng)}.",
            f"we're at {count(rng, 1, 2000)} {rng.choice(STREETS)} {rng.choice(WAYS)}.",
            f"that will be {price(rng)}.",
            f"we accept {rng.choice(INSURERS)} and {rng.choice(INSURERS)}.",
            f"goodbye, {n()}, have a nice day!",
            f"hello, {n()}, how can I help you?",
            f"is the appointment for you or for your {rng.choice(COMPANIONS)}?",
            f"I'm sorry, {t()} is already taken, but {t()} is free.",
            f"I'm sorry, I didn't get the {rng.choice(['day', 'time', 'name', 'number'])}.",
            f"what time on {d()} would you like?",
            f"what day would you like to see {doctor(rng)}?",
            f"would you like to keep {d()}, or choose another day?",
            f"your confirmation number is {digit_string(rng)}.",
            f"it takes about {cardinal(rng.choice(MINUTES))} minutes.",
            f"please arrive at {t()}, and bring your {rng.choice(NOUNS)}.",
            f"there are {count(rng, 2, 1000)} {rng.choice(NOUNS)}s on the list.",
        ]
    )
