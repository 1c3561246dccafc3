"""Finding out a name: what is asked next."""

from __future__ import annotations

from pipeline.flow.naming import (
    AskFor,
    GiveUp,
    Naming,
    Propose,
    Take,
    hear,
    name_like,
    nothing_heard,
    reject,
)


def test_what_is_heard_for_certain_is_taken_listed_or_not() -> None:
    assert hear(Naming(), "zorb quux", "zorb quux", 0.95)[1] == Take("zorb quux")


def test_a_likely_name_is_taken_and_an_unlikely_one_spelled() -> None:
    assert hear(Naming(), "mark carter", "mark carter", 0.6)[1] == Take("mark carter")
    naming, following = hear(Naming(), "midie nalet", "midie nalet", 0.3)
    letters = {"first": "m i r i a m", "last": "a r n o l d"}
    while letters:
        assert isinstance(following, AskFor)
        assert following.spelled
        naming, following = hear(naming, letters.pop(following.part), None, 0.6)
    assert following == Propose("miriam arnold", frozenset({"miriam", "arnold"}))
    assert naming.proposed == "miriam arnold"


def test_what_is_poorly_heard_is_asked_about_however_likely() -> None:
    assert hear(Naming(), "mark carter", "mark carter", 0.3)[1] == Propose(
        "mark carter", frozenset()
    )


def test_names_that_sound_the_same_are_spelled() -> None:
    naming, following = hear(Naming(), "katherine carter", "katherine carter", 0.7)
    assert following == AskFor("first", spelled=True)
    assert hear(naming, "c a t h e r i n e", None, 0.7)[1] == Propose(
        "catherine carter", frozenset({"catherine"})
    )


def test_first_and_last_name_apart() -> None:
    naming, following = hear(Naming(), "sarah", "sarah", 1.0)
    assert following == AskFor("last", spelled=False)
    assert hear(naming, "o'brien", "o'brien", 1.0)[1] == Take("sarah o'brien")


def test_a_rejected_name_is_followed_by_spelling_or_by_what_was_said_instead() -> None:
    naming, _ = hear(Naming(), "mark carter", "mark carter", 0.3)
    assert reject(naming, "mark carter", "", None, 1.0)[1] == AskFor("first", spelled=True)
    assert reject(naming, "mark carter", "tom green", "tom green", 0.95)[1] == Take("tom green")
    naming, following = reject(naming, "mark carter", "mark harper", "mark harper", 0.8)
    assert naming.rejected == ("mark carter",)
    assert isinstance(following, Propose | AskFor)


def test_at_last_it_is_given_up() -> None:
    naming, following = nothing_heard(Naming())
    asked = [following]
    for _ in range(12):
        if isinstance(following, Propose):
            naming, following = reject(naming, following.name, "", None, 1.0)
        else:
            naming, following = hear(naming, "k s k s k", None, 0.1)
        asked.append(following)
        if isinstance(following, GiveUp):
            break
    assert isinstance(asked[-1], GiveUp)
    proposed = [one.name for one in asked if isinstance(one, Propose)]
    assert len(set(proposed)) == len(proposed) > 1
    spelled = [one for one in asked if isinstance(one, AskFor)]
    assert spelled.count(AskFor("last", spelled=True)) == 2


def test_words_of_denial_are_no_name() -> None:
    assert name_like("that's wrong javier murray") == ["javier", "murray"]
    assert name_like("that's not right sorry") == []
