"""Written words become spoken ones, and none is lost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.speech_text import spoken_pieces, spoken_text


def said(clause: str) -> str:
    return spoken_text(spoken_pieces(clause))


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        # times
        ("at 3:30 p.m.", "at three thirty P.M."),
        ("at 3:30 p.m., please", "at three thirty P.M., please"),
        ("10:00 am?", "ten A.M.?"),
        ("4:05PM", "four oh five P.M."),
        ("at 9:00.", "at nine o'clock."),
        ("15:45", "fifteen forty-five"),
        ("5 pm", "five P.M."),
        ("five P.M., or six A.M.?", "five P.M., or six A.M.?"),
        ("three thirty p m", "three thirty P.M."),
        ("ten a m", "ten A.M."),
        ("9am-5pm", "nine A.M. to five P.M."),
        ("9-5", "nine to five"),
        ("I am here", "I am here"),
        ("10:30 - 11:00 am", "ten thirty to eleven A.M."),
        ("10-11 am", "ten to eleven A.M."),
        ("24/7", "twenty-four seven"),
        ("25:99", "25:99"),
        # dates
        ("May 3, 2026", "May third, twenty twenty-six"),
        ("on 3/14/2026.", "on March fourteenth, twenty twenty-six."),
        ("2026-03-04", "March fourth, twenty twenty-six"),
        ("the 22nd", "the twenty-second"),
        ("the 3rd of May", "the third of May"),
        ("24 November 2026", "the twenty-fourth of November twenty twenty-six"),
        ("May 3-5", "May third to fifth"),
        ("Nov 24", "November twenty-fourth"),
        ("Mon-Fri", "Monday to Friday"),
        ("Mon. Jan. 5", "Monday January fifth"),
        ("He sat.", "He sat."),
        # numbers
        ("555-0107", "five five five, zero one zero seven"),
        ("(555) 010-7788.", "five five five, zero one zero, seven seven eight eight."),
        ("555, 010, 7788", "five five five, zero one zero, seven seven eight eight"),
        ("5550107788", "five five five, zero one zero, seven seven eight eight"),
        ("+44 20 7946", "plus four four, two zero, seven nine four six"),
        ("call 911", "call nine one one"),
        ("$12.50", "twelve dollars and fifty cents"),
        ("$1", "one dollar"),
        ("$1,200,", "one thousand two hundred dollars,"),
        ("$5 million", "five million dollars"),
        ("$5-$10", "five to ten dollars"),
        ("98.6 degrees", "ninety-eight point six degrees"),
        ("-5 or .5", "minus five or point five"),
        ("2 1/2 hours", "two and a half hours"),
        ("3\u00bd", "three and a half"),
        # units
        ("10mg", "ten milligrams"),
        ("5 lbs. of it", "five pounds of it"),
        ("in 5 min.", "in five minutes."),
        ("1 ft, 6 ft", "one foot, six feet"),
        ("60 mph", "sixty miles per hour"),
        ("72\u00b0F", "seventy-two degrees Fahrenheit"),
        ("50%", "fifty percent"),
        ("1,984 items", "one thousand nine hundred eighty-four items"),
        ("in 1984", "in nineteen eighty-four"),
        ("code 0107", "code zero one zero seven"),
        ("No. 5", "number five"),
        ("no. I mean", "no. I mean"),
        # names and letters
        ("Dr. Smith", "Doctor Smith"),
        ("Dr Smith", "Doctor Smith"),
        ("Mrs. J. R. Jones", "Missus J R Jones"),
        ("Lee, Ph.D.,", "Lee, P, H, D,"),
        ("12 Oak St.", "twelve Oak Street"),
        ("on St. Mary's", "on Saint Mary's"),
        ("j o a n", "J, O, A, N"),
        ("J-O-A-N.", "J, O, A, N."),
        # addresses
        ("anna.lee2@example.com,", "anna dot lee two at example dot com,"),
        ("https://www.example.com/help?x=1&y", "example dot com slash help"),
        ("on my-clinic.co.uk.", "on my dash clinic dot co dot U, K."),
        # marks
        ("*Bold* & more", "Bold and more"),
        ("and/or", "and or"),
        ("we open \u2014 and close", "we open, and close"),
        ("Wait\u2026", "Wait,"),
        ("\u201cYes,\u201d he said", "Yes, he said"),
        ("great \U0001f600", "great"),
    ],
)
def test_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written) == spoken


@given(st.text())
@example("3:30 p.m. (555) 010-7788 \u2014 - $5 million J. R. ... \u0663")
@example("\u00b2 \u2460")
def test_no_written_word_is_lost(text: str) -> None:
    pieces = spoken_pieces(text)
    assert " ".join(piece.written for piece in pieces) == " ".join(text.split())


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_what_is_said_needs_no_reading(text: str) -> None:
    """Nothing that voices read in their own ways is left, but for what is no number at all."""
    for piece in spoken_pieces(text):
        assert not set(piece.spoken) & set('*_`#$%&@/()[]{}<>|~^"')
