"""What the receptionist says where the wording is free."""

from __future__ import annotations

import random

from models.train.corpus import Utterance
from models.train.llm.facts import FACTS
from pipeline.flow.prompts import Situation

UNKNOWN = (
    "I'm sorry, I don't know that.",
    "Sorry, I don't have that information.",
    "I'm afraid I don't know that.",
)
CAN_DO = (
    "I can book, move or cancel {booking} and answer questions about the {business}.",
    "I can help you book, move or cancel {booking}.",
)
_BOOKING = {"clinic": "an appointment", "restaurant": "a table"}
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
        "I'm the automated receptionist of {name}.",
        "This is the automated receptionist of {name}.",
    ),
    "mood": (
        "I'm sorry to hear that.",
        "I understand, we'll be glad to see you.",
        "I understand.",
    ),
    "noise": ("No problem at all.", "That's quite all right.", "Don't worry about it."),
    "hearing": ("Yes, I can hear you.", "Yes, I'm here.", "I'm here and I can hear you."),
    "joke": ("I'm better at bookings than at jokes.", "I'm afraid I only know bookings."),
}
DECLINE: dict[str, tuple[str, ...]] = {
    "": (
        "I'm sorry, I can only help with the {business}.",
        "Sorry, I can only help with bookings and the {business}.",
        "I only know about the {business}, but I can book {booking} for you.",
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
    """What a good receptionist answers; ``name`` is that of the clinic or restaurant."""
    booking = _BOOKING[u.business]
    if u.intent == "question":
        if u.topic == "help":
            return rng.choice(CAN_DO).format(booking=booking, business=u.business)
        label, _, frames = FACTS[u.business][u.topic]
        return rng.choice(frames).format(facts[label]) if label in facts else rng.choice(UNKNOWN)
    if u.intent == "chat":
        return rng.choice(CHAT[u.topic]).format(name=name)
    if u.intent == "other":
        return rng.choice(DECLINE[u.topic]).format(booking=booking, business=u.business)
    return rng.choice({"inform": THANK, "unclear": UNCLEAR, "wait": WAIT}.get(u.intent, ACCEPT))
