"""Days and clock times in the words and digits that people use, with their labels.

Every value is ``(label, spoken, written)``; the labels are those of the understanding grammar.
"""

from __future__ import annotations

import random


def listed(text: str) -> list[str]:
    """A list, written as a sentence."""
    return text.split()


_ONES = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = ["", "", "twenty", "thirty", "forty", "fifty"]
_ORDINALS = listed(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
WEEKDAYS = listed("monday tuesday wednesday thursday friday saturday sunday")
MONTHS = listed(
    "january february march april may june july august september october november december"
)

Value = tuple[str, str, str]


def cardinal(n: int) -> str:
    """0..59 in words."""
    if n < 20:
        return _ONES[n]
    return _TENS[n // 10] + (f" {_ONES[n % 10]}" if n % 10 else "")


def ordinal(n: int) -> str:
    """1..31 in words."""
    if n <= 20:
        return _ORDINALS[n]
    return "thirtieth" if n == 30 else f"{_TENS[n // 10]} {_ORDINALS[n % 10]}"


def ordinal_digits(n: int) -> str:
    """1st, 2nd, 3rd, 4th ... 31st."""
    suffix = "th" if n in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


def day_value(rng: random.Random) -> tuple[Value, str]:
    """A day as label, spoken, written; and the preposition it takes."""
    kind = rng.random()
    if kind < 0.5:
        day = rng.choice(WEEKDAYS)
        lead = rng.choice(["", "", "", "", "this ", "this coming "])
        return (day, lead + day, lead + day.title()), "" if lead and rng.random() < 0.5 else "on"
    if kind < 0.62:
        day = rng.choice(WEEKDAYS)
        return (f"next {day}", f"next {day}", f"next {day.title()}"), rng.choice(["", "on"])
    if kind < 0.72:
        return ("tomorrow", "tomorrow", "tomorrow"), ""
    if kind < 0.77:
        return ("today", "today", "today"), ""
    if kind < 0.80:
        lead = rng.choice(["", "the "])
        return ("day after tomorrow", f"{lead}day after tomorrow", f"{lead}day after tomorrow"), ""
    if kind < 0.82:
        n = rng.randint(2, 9)
        return (f"in {n} days", f"in {cardinal(n)} days", f"in {n} days"), ""
    if kind < 0.94:
        month, n = rng.choice(MONTHS), rng.randint(1, 31)
        label, big = f"{month} {n}", month.title()
        spoken, written = rng.choice(
            [
                (f"{month} {ordinal(n)}", f"{big} {ordinal_digits(n)}"),
                (f"{month} the {ordinal(n)}", f"{big} the {ordinal_digits(n)}"),
                (f"the {ordinal(n)} of {month}", f"the {ordinal_digits(n)} of {big}"),
                (f"{month} {cardinal(n)}", f"{big} {n}"),
            ]
        )
        return (label, spoken, written), "on"
    n = rng.randint(1, 31)
    return (f"the {ordinal_digits(n)}", f"the {ordinal(n)}", f"the {ordinal_digits(n)}"), "on"


_VAGUE_DAYS = {
    "next week": "next week|sometime next week|next week sometime",
    "any": "any day|any day is fine|any day works|whenever|whenever you have|as soon as possible"
    "|the earliest you have|the first available|the next available day|whatever you've got"
    "|i don't mind which day|the soonest possible|any day this week",
}


def vague_day(rng: random.Random) -> Value:
    """No particular day."""
    label = "next week" if rng.random() < 0.3 else "any"
    text = rng.choice(_VAGUE_DAYS[label].split("|"))
    return label, text, text


def time_value(rng: random.Random) -> tuple[Value, str]:
    """A clock time as label, spoken, written; and the preposition it takes."""
    hour = rng.choice(
        [1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 12, 1, 2, 2, 3, 3, 4, 4]
    )
    minute = rng.choice([0, 0, 0, 0, 30, 30, 30, 15, 15, 45, 45, 10, 20, 40, 50, 5, 25, 35, 55])
    if minute == 0 and rng.random() < 0.05:
        word = rng.choice(["noon", "midday", "twelve noon"])
        return ("12:00 pm", word, word.replace("twelve", "12")), "at"
    half = rng.choice(["", "", "", "am", "pm", "pm"])
    if rng.random() < 0.03 and hour < 12:
        hour += 12
        spoken = cardinal(hour) + (f" {cardinal(minute)}" if minute > 9 else " hundred")
        minute = minute if minute > 9 else 0
        return (f"{hour}:{minute:02d}", spoken, f"{hour}:{minute:02d}"), "at"
    label = f"{hour}:{minute:02d}" + (f" {half}" if half else "")
    words, digits = _clock_words(rng, hour, minute, half)
    if half:
        day_part = {
            "am": rng.choice(["in the morning", "in the morning", "a m"]),
            "pm": rng.choice(
                ["in the afternoon", "p m", "in the evening" if 5 <= hour < 9 else "p m"]
            ),
        }[half]
        if (
            rng.random() < 0.6
            and "o'clock" not in words
            and "past" not in words
            and "to" not in words
        ):
            day_part = f"{half[0]} m"
        written_part = day_part
        if day_part.endswith(" m"):
            written_part = rng.choice([f"{half[0]}.m.", half.upper(), half])
        return (label, f"{words} {day_part}", f"{digits} {written_part}"), "at"
    return (label, words, digits), "at"


def _clock_words(rng: random.Random, hour: int, minute: int, half: str) -> tuple[str, str]:
    """A clock time said one of the usual ways, and in digits."""
    this, then = cardinal(hour), cardinal(hour % 12 + 1)
    digits = f"{hour}:{minute:02d}" if minute or half or rng.random() < 0.4 else str(hour)
    if minute == 0:
        plain = rng.random()
        return (this, digits) if plain < 0.6 else (f"{this} o'clock", f"{hour} o'clock")
    if minute == 30 and rng.random() < 0.3:
        text = rng.choice([f"half past {this}", f"half past {this}", f"half {this}"])
        return text, rng.choice([digits, text])
    if minute == 15 and rng.random() < 0.4:
        text = f"{rng.choice(['', 'a '])}quarter {rng.choice(['past', 'past', 'after'])} {this}"
        return text, rng.choice([digits, text])
    if minute == 45 and rng.random() < 0.4:
        text = f"{rng.choice(['', 'a '])}quarter {rng.choice(['to', 'to', 'of', 'till'])} {then}"
        return text, rng.choice([digits, text])
    if minute not in (15, 30, 45) and rng.random() < 0.3:
        if minute < 30:
            return f"{cardinal(minute)} {rng.choice(['past', 'after'])} {this}", digits
        return f"{cardinal(60 - minute)} to {then}", digits
    return f"{this} {'oh ' if minute < 10 else ''}{cardinal(minute)}", digits


_VAGUE_TIMES = {
    "morning": "in the morning|the morning|morning|a morning|first thing in the morning"
    "|early morning|sometime in the morning|mornings are best|before lunch|morning would be best",
    "afternoon": "in the afternoon|the afternoon|afternoon|after lunch|late afternoon|an afternoon"
    "|sometime in the afternoon|afternoons are best|early afternoon",
    "evening": "in the evening|the evening|evening|after work|late in the day"
    "|sometime in the evening",
    "any": "any time|anytime|any time is fine|any time works|whenever|the earliest you have"
    "|whatever time you have|i don't mind what time|the first slot you have|any time that day",
}


def vague_time(rng: random.Random) -> Value:
    """A part of the day, or any."""
    label, texts = rng.choice(list(_VAGUE_TIMES.items()))
    text = rng.choice(texts.split("|"))
    return label, text, text


def number_value(rng: random.Random, most: int = 12) -> Value:
    """A number of people, by itself; small ones are likelier."""
    n = min(rng.randint(1, most), rng.randint(2, most))
    return str(n), cardinal(n), rng.choice([str(n), cardinal(n)])


def guests_value(rng: random.Random) -> Value:
    """A number of people, said as one."""
    label, spoken, written = number_value(rng)
    noun = " person" if label == "1" else rng.choice([" people", " persons", " guests", " of us"])
    return label, spoken + noun, written + noun


def people_value(rng: random.Random) -> Value:
    """A number of people, as an answer or behind "for"."""
    return rng.choice((number_value, guests_value, guests_value))(rng)


def others_value(rng: random.Random) -> Value:
    """How many come with the caller, who is one more."""
    label, spoken, written = number_value(rng, most=8)
    return str(int(label) + 1), spoken, written
