"""The sentences that must be exact: questions, read-backs, refusals, all that names a slot."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta

from pipeline.flow.business import WEEKDAYS, Business
from pipeline.flow.dates import say_date, say_list, say_time
from pipeline.flow.state import ASK_HELP as ASK_HELP
from pipeline.flow.state import Slot

ASK_NAME = "May I have your first and last name?"
ASK_LAST_NAME = "And your last name?"
ASK_NAME_AGAIN = "Please say your name again, or spell it."
SPELL = {
    "first": "How do you spell your first name?",
    "last": "How do you spell your last name?",
}
ASK_PEOPLE = "For how many people?"
ASK_DAY = "What day would you like?"
ASK_TIME = "What time would you like?"
ASK_MORE = "Is there anything else I can do for you?"
ASK_CHANGE = "All right. What day would you like instead?"
ASK_WHAT = "What should I change, the name, the day or the time?"
SORRY = "I'm sorry, I didn't catch that."
STILL_THERE = "Are you still there?"
OR_PRESS = "You can also press 1 for yes or 2 for no."
PRESS = "Please press 1 for yes or 2 for no."
JUST_DAY = "Please say only the day, such as Tuesday."
JUST_TIME = "Please say only the time, such as ten thirty."
KEY_DAY = "Please press 1 for Monday, 2 for Tuesday, and so on, up to 7 for Sunday."
KEY_TIME = "Please enter the time on your keypad, such as 1 0 3 0."
NO_BOOK = "I'm sorry, I can't reach our bookings right now."
NOT_SURE = "I'm sorry, this takes too long, so I can't promise that it is done."
FILLERS = ("One moment, please.", "Let me check that.", "Just a second.", "I'm looking it up.")
NO_SUCH_DAY = "I don't know that date."
PAST_DAY = "That day has already passed."
TOO_FAR = "That is too far ahead."
BEFORE_YOU_GO = "Before you go."
FAREWELL = "Thank you for calling. Goodbye!"
NOBODY_THERE = "I can't hear anyone, so I'll hang up now. Goodbye!"


def greeting(business: Business) -> str:
    """The first words of every call."""
    return f"Hello, this is {business.name}. {ASK_HELP}"


def at(slot: Slot) -> str:
    """``Tuesday, November 24 at 3:30 PM``."""
    return f"{say_date(slot.day)} at {say_time(slot.time)}"


def confirm_booking(
    name: str, slot: Slot, booking: str = "appointment", people: int | None = None
) -> str:
    """Read back before booking."""
    article = "An" if booking[0] in "aeiou" else "A"
    party = f", {people} {'person' if people == 1 else 'people'}," if people else ""
    return f"{article} {booking} for {name}{party} on {at(slot)}. Is that right?"


def is_name(name: str, spelled: Container[str]) -> str:
    """Ask about a name alone; words that are in ``spelled`` (in lower case) are spelled."""
    said = [
        f"{word}, spelled {' '.join(word.upper())}," if word.lower() in spelled else word
        for word in name.split()
    ]
    return f"Is your name {' '.join(said).removesuffix(',')}?"


def confirm_move(old: Slot, new: Slot, booking: str = "appointment") -> str:
    """Read back before moving."""
    return f"Your {booking} on {at(old)} moves to {at(new)}. Is that right?"


def confirm_cancel(name: str, slot: Slot, booking: str = "appointment") -> str:
    """Read back before cancelling."""
    return f"{name}, your {booking} is on {at(slot)}. Shall I cancel it?"


def booked(name: str, slot: Slot) -> str:
    """It is done."""
    return f"You are booked, {name}, on {at(slot)}."


def moved(slot: Slot, booking: str = "appointment") -> str:
    """It is done."""
    return f"Your {booking} is now on {at(slot)}."


def cancelled(slot: Slot, booking: str = "appointment") -> str:
    """It is done."""
    return f"Your {booking} on {at(slot)} is cancelled."


def found(name: str, slot: Slot, booking: str = "appointment") -> str:
    """What was looked up."""
    return f"{name}, your {booking} is on {at(slot)}."


def not_found(name: str, booking: str = "appointment") -> str:
    """Nothing is booked under that name."""
    article = "an" if booking[0] in "aeiou" else "a"
    return f"I can't find {article} {booking} for {name}."


def too_many(business: Business) -> str:
    """More people than a booking may be for."""
    return (
        f"For more than {business.most_people} people, please call the front desk "
        f"at {business.front_desk}."
    )


def offer(reason: str, slot: Slot) -> str:
    """Why not, and the nearest free slot."""
    why = {
        "taken": "That time is taken.",
        "closed": "We are closed at that time.",
        "past": "That time has passed.",
        "full": "There is nothing free then.",
        "between": "We don't start at that time.",
    }[reason]
    return f"{why} Would {at(slot)} work?"


def nothing_free() -> str:
    """Not even an alternative."""
    return "I'm sorry, there is nothing free around that day."


def closed(day: date) -> str:
    """No opening hours on that day."""
    return f"We are closed on {WEEKDAYS[day.weekday()].title()}."


def hours(business: Business) -> str:
    """``We are open Monday to Friday from 8 AM to 5 PM.``, days with the same hours together."""
    groups: list[tuple[list[str], str]] = []
    for index, day in enumerate(WEEKDAYS):
        opening = business.opening(date(2024, 1, 1) + timedelta(days=index))  # a Monday
        if opening is None:
            continue
        span = f"from {say_time(opening[0])} to {say_time(opening[1])}"
        previous = groups[-1] if groups else None
        adjacent = previous and WEEKDAYS.index(previous[0][-1].lower()) == index - 1
        if previous and adjacent and previous[1] == span:
            previous[0].append(day.title())
        else:
            groups.append(([day.title()], span))
    spoken = [
        f"{days[0] if len(days) == 1 else f'{days[0]} to {days[-1]}'} {span}"
        for days, span in groups
    ]
    return f"We are open {say_list(spoken)}."


def front_desk(business: Business) -> str:
    """We cannot put through."""
    return f"I can't put you through, but people answer at {business.front_desk}."


def emergency(business: Business) -> str:
    """Said before anything else."""
    return f"If this is an emergency, please hang up and call {business.emergency} now."
