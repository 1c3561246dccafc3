"""What the recogniser is trained to hear: sentences callers say, as text in the starter form.

The starter form is lowercase words with apostrophes, no punctuation, numbers and times as words,
spelled letters as single letters ("three thirty p m", "j o n e s").

`sentence` draws from the labelled corpus that the language model learns from as well
(`models.train.corpus`) and from sources of its own: further wording of the receptionist's world
(`receptionist`), names, digits and spelled words (`naming`, `reading`, `spelling`), small talk and general
English (`conversation`), and word lists without sense (`salad`), which keep the decoder from believing that
every caller wants an appointment. Names that `corpus.is_held_out` keeps for evaluation are never said. Everything
is drawn from the given `random.Random`, so a seed fixes the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from models.train import corpus

FIRST_NAMES, LAST_NAMES = (
    [name for name in names if not corpus.is_held_out(name)]
    for names in (corpus.FIRST, corpus.LAST)
)
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = (
    "january february march april may june july august september october november december".split()
)
ONES = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split()
    + [f"twenty {o}" for o in "first second third fourth fifth sixth seventh eighth ninth".split()]
    + ["thirtieth", "thirty first"]
)
HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
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
KIN = "son daughter husband wife mother father brother sister friend partner grandmother".split()
INSURERS = "blue cross|blue shield|aetna|cigna|united healthcare|humana|medicare|medicaid".split(
    "|"
)

COMMON_WORDS = """
a able about above across actually after again against ago agree air all almost alone along already also although always
am among an and animal another answer any anybody anything apple are area arm around as ask at away baby back bad bag ball
bank bathroom be beach bear beautiful because become bed been before began begin behind being believe best better between
big bird bit black blood blue board boat body book both bottle bottom box boy bread break breakfast bridge bring brother
brought brown build building burn bus business busy but buy by call came camera can can't car card care carry case cat
catch cause center certain chair chance change cheap check cheese child children choose church circle city class clean
clear climb clock close clothes cloud coat coffee cold college color come common company computer cook cool corn corner
could couldn't count country couple course cover cross cry cup cut dance dark daughter day dead deal dear decide deep
dinner direction dirty did didn't different difficult do doctor does doesn't dog dollar done don't door down draw dream
dress drink drive dry during each ear early earth east easy eat edge egg eight either electric else email empty end energy
enjoy enough enter even evening ever every everybody everyone everything exactly example except expect explain eye face
fact fall family famous far farm fast father favorite feel feet fell felt few field fight figure fill final find fine
finger finish fire first fish five fix floor flower fly follow food foot for force forest forget form forward found four
free fresh friend from front fruit full fun funny game garden gas gave get girl give glad glass go goes gold gone good got
government great green ground group grow guess had hair half hand happen happy hard has hat have haven't he head hear
heard heart heat heavy held hello help her here herself high hill him himself his hit hold hole home hope horse hospital
hot hotel hour house how however huge hundred hungry hurry hurt husband i ice i'd idea if i'll i'm important in inside
instead interest into is island isn't it it's its itself i've job join jump just keep kept key kid kill kind king kitchen
knee knew know lady lake land language large last late laugh law lay lead learn least leave led left leg less let letter
level lie life lift light like line list listen little live local long look lost lot loud love low luck lunch machine made
mail main make man many map mark market matter may maybe me mean measure meat medicine meet men mention middle might mile
milk million mind mine minute miss mistake moment money month moon more morning most mother mountain mouth move movie much
music must my myself name near neck need neighbor neither never new news next nice night nine no nobody noise none nor
north nose not note nothing notice now number object of off offer office often oh oil okay old on once one only open or
orange order other our out outside over own page paid pain paint pair paper parent park part party pass past pay people
perfect perhaps person phone pick picture piece place plan plane plant play please plenty point police poor possible power
practice prepare present president pretty price probably problem program promise public pull push put quarter question
quick quiet quite radio rain ran rather reach read ready real really reason receive red remember rent repeat reply rest
return rice rich ride right ring river road rock room round rule run sad safe said salt same sand sat save saw say school
science sea season seat second see seem seen sell send sense sent sentence serious seven several shall shape share she
ship shirt shoe shop short should shoulder shouldn't show shower shut side sign simple since sing sister sit six size skin
sky sleep slow small smell smile snow so soap soft sold some somebody someone something sometimes son song soon sorry
sound south space speak special speech spend spoke spring stand star start state station stay step still stone stood stop
store storm story straight strange street strong student study such sugar suit summer sun sure surprise sweet swim system
table take talk tall taste tax teach teacher team tell ten test than thank that that's the their them then there there's
these they they're thick thin thing think third this those though thought thousand three threw through throw tie time
tired to today together told tomorrow tonight too took top touch toward town train travel tree trip trouble truck true
trust try turn twelve twenty two type uncle under understand until up upon us use usual usually vacation very village
visit voice wait walk wall want war warm was wash wasn't watch water way we wear weather week weight well went were we're
west wet what what's wheel when where whether which while white who whole whose why wide wife wild will win wind window
winter wish with without woman women wonder won't wood word work world worry worse would wouldn't write wrong yard year
yellow yes yesterday yet you young your you're yourself
""".split()


def _pick(rng: Random, options: str) -> str:
    """One of the alternatives written `a|b|c`."""
    return rng.choice(options.split("|"))


def number(rng: Random, low: int, high: int) -> str:
    """A cardinal below 100, in words."""
    n = rng.randint(low, high)
    if n < 10:
        return ONES[n]
    if n < 20:
        return TEENS[n - 10]
    return TENS[n // 10 - 2] + (f" {ONES[n % 10]}" if n % 10 else "")


def digits(rng: Random, count: int) -> str:
    """Digits read out one by one; zero is sometimes "oh"."""
    oh = rng.random() < 0.25
    words = (rng.choice(ONES) for _ in range(count))
    return " ".join("oh" if oh and w == "zero" else w for w in words)


def time_of_day(rng: Random) -> str:
    """A clock time or a part of the day."""
    kind = rng.random()
    if kind < 0.10:
        return _pick(
            rng,
            "in the morning|in the afternoon|in the evening|after lunch|any time|noon|around noon|midday"
            "|as early as possible|first thing in the morning|late afternoon|before lunch|at lunch time",
        )
    hour = rng.choice(HOURS)
    if kind < 0.20:
        return (
            f"{_pick(rng, 'half past|quarter to|quarter past|a quarter to|a quarter past')} {hour}"
        )
    minute = rng.choice(
        ["", "", "", "thirty", "thirty", "fifteen", "forty five", "o'clock", "ten", "twenty", "forty",
         "fifty", "twenty five", "thirty five", "fifty five", "oh five", number(rng, 11, 59)]
    )  # fmt: skip
    half = "" if minute == "o'clock" and rng.random() < 0.7 else rng.choice(["", " a m", " p m"])
    if not half and rng.random() < 0.2:
        half = _pick(rng, " in the morning| in the afternoon| in the evening")
    return f"{hour} {minute}{half}"


def day(rng: Random) -> str:
    """A day as callers name it: mostly weekdays by name, else a date or a relative day."""
    kind = rng.random()
    if kind < 0.62:
        return _pick(rng, "||||next |this |on |this coming ") + rng.choice(DAYS)
    if kind < 0.80:
        return _pick(
            rng,
            "tomorrow|today|next week|the day after tomorrow|tomorrow morning|tomorrow afternoon",
        )
    if kind < 0.92:
        return f"{rng.choice(MONTHS)} {_pick(rng, '|the ')}{rng.choice(ORDINALS)}"
    return f"the {rng.choice(ORDINALS)}" + _pick(rng, f"| of {rng.choice(MONTHS)}")


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
    lead = _pick(rng, "||||it's spelled |that's |spelled |it's |last name |yes ")
    if rng.random() < 0.15:
        lead = f"{last_name(rng, names)} {_pick(rng, '|spelled |that is ')}"
    return lead + spelled(rng, names)


def reading(rng: Random, names: list[str]) -> str:
    """Digits: one alone, a few, or a telephone number; `names` are not needed."""
    count = 1 if rng.random() < 0.5 else rng.choice([2, 3, 3, 4, 4, 5, 6, 7, 7, 10, 10])
    return _pick(rng, "||||||||||my number is |it's |call me at |my phone number is ") + digits(
        rng, count
    )


def _when(rng: Random) -> str:
    at = _pick(rng, " at | at | | around | maybe ")
    return rng.choice([day(rng), f"{day(rng)}{at}{time_of_day(rng)}", f"{day(rng)}{at}{time_of_day(rng)}",
                       f"{time_of_day(rng)} on {rng.choice(DAYS)}", time_of_day(rng)])  # fmt: skip


def receptionist(rng: Random, names: list[str]) -> str:
    """One thing a caller says to a clinic's receptionist."""
    open_ = _pick(
        rng,
        "i'd like to|i want to|i need to|can i|could i|could i please|i would like to|hi i'd like to"
        "|hello i need to|i'm calling to|i was hoping to|is it possible to|yeah i want to|please",
    )
    what = rng.choice(
        ["an appointment", "an appointment", "a visit", "a time", rng.choice(SERVICES)]
    )
    mine = _pick(rng, "my appointment|my visit|it|my booking|the appointment|my checkup")
    who = rng.choice(
        ["", "", "", f" with doctor {rng.choice(LAST_NAMES)}", f" for my {rng.choice(KIN)}"]
    )
    lead = _pick(rng, "|||um |uh |well |okay |hi |yes |so ")
    intro = _pick(
        rng, "my name is|this is|it's|the name is|i'm|yeah it's|sure it's|it's for|name's|||"
    )
    cases: list[tuple[float, object]] = [
        (6, lambda: f"{open_} {_pick(rng, 'book|make|schedule|set up|get')} {what}{who}"
            + rng.choice(["", f" for {_when(rng)}", f" on {rng.choice(DAYS)} at {time_of_day(rng)}", " please"])),
        (4, lambda: f"{open_} {_pick(rng, 'cancel|move|change|reschedule|push back')} {mine}{who}"
            + rng.choice(["", " please", f" to {_when(rng)}", f" on {_when(rng)}", f" from {day(rng)} to {_when(rng)}"])),
        (4, lambda: f"{lead}{intro} {full_name(rng, names)}" + rng.choice(["", "", "", f" and i need {what}"])),
        (1, lambda: f"{full_name(rng, names)} {_pick(rng, 'spelled|that is|thats spelled')} {spelled(rng, names)}".replace("thats", "that's")),
        (1.5, lambda: f"{_pick(rng, 'my last name is|last name|surname|first name')} {last_name(rng, names)}"),
        (2, lambda: f"{_pick(rng, 'my date of birth is|i was born on|born|date of birth||birthday is')} {rng.choice(MONTHS)} "
            f"{rng.choice(ORDINALS)} {_pick(rng, 'nineteen|nineteen|two thousand|twenty')} {number(rng, 1, 99)}"),
        (5, lambda: _pick(rng,
            "yes|no|yeah|yep|nope|yes please|no thank you|no thanks|that's right|that's correct|correct|sure|okay|sounds good"
            "|that works|that's wrong|not really|i don't think so|perfect thank you|yes that works for me|great|right|fine|exactly"
            "|no that doesn't work for me|yes that's right|no that's not right|yeah that's fine|that's perfect|absolutely"
            "|no i said something else|please do|go ahead|of course|all right|yes it is|no it isn't|that's it|i guess so|yup")),
        (2.5, lambda: _pick(rng, "what are your hours|when do you open|when do you close|what are your opening hours|are you open today"
            "|how late are you open|where are you located|what is your address|do you have parking|how much does it cost|what time is it"
            "|do i need a referral|are you open on the weekend|do you accept walk ins|what time do you close|when are you open")
            + rng.choice(["", "", f" on {rng.choice(DAYS)}", " today", " tomorrow"])),
        (0.7, lambda: f"{_pick(rng, 'do you take|do you accept|i have|my insurance is')} {rng.choice(INSURERS)}{_pick(rng, '| insurance')}"),
        (6, lambda: f"{lead}{_pick(rng, 'how about|what about|can we do|do you have anything|is there anything|can you do|maybe||let us say|make it|how does')}"
            f" {_when(rng)}{_pick(rng, '|||| please| work| would be great| is good| if possible')}"),
        (7, lambda: f"{lead}{_when(rng)}{_pick(rng, '|||| works| please| is fine| would be good| sounds good')}"),
        (5, lambda: f"{lead}{_pick(rng, 'at |||around |let us do ')}{time_of_day(rng)}{_pick(rng, '||| works| please| is fine| would be better')}"),
        (4, lambda: f"{_pick(rng, 'no |sorry |no sorry |actually |no wait |i mean |oh wait |no i said |i said ')}{_pick(rng, 'not | ||make that |i meant |it is ')}"
            + rng.choice([day(rng), time_of_day(rng), full_name(rng, names), _when(rng), f"{rng.choice(DAYS)} not {rng.choice(DAYS)}"])),
        (3, lambda: _pick(rng, "can i speak to a person|let me talk to someone|i want to speak to a human|transfer me to the front desk"
            "|can you repeat that|sorry what was that|say that again please|hold on a second|one moment please|thank you goodbye|bye"
            "|that's all thank you|hello|hi there|good morning|is anyone there|goodbye|bye bye|that's everything thanks|thanks bye"
            "|thank you very much|no that's all|hi|good afternoon|thanks|are you still there|sorry|pardon|what did you say|never mind"
            "|i didn't catch that|wait|stop|can you hear me|are you a robot|who am i speaking to|thank you have a nice day")),
        (1, lambda: f"{_pick(rng, 'i have|i have got|my ' + rng.choice(KIN) + ' has|she has|he has')} {rng.choice(AILMENTS)}"),
        (1, lambda: f"my {rng.choice(KIN)} {_pick(rng, 'needs|wants|would like|is looking for')} {what}"),
    ]  # fmt: skip
    weights = [w for w, _ in cases]
    make = rng.choices([f for _, f in cases], weights)[0]
    return make()  # type: ignore[operator]


def conversation(rng: Random) -> str:
    """Everyday English outside the clinic, so that other subjects come out as themselves."""
    who = _pick(rng, "i|you|we|they|he|she|my " + rng.choice(KIN) + "|the doctor|everybody|people")
    verb = _pick(
        rng,
        "wanted to|tried to|have to|had to|might|will|would|can|should|used to|need to|could not|did not|don't|won't",
    )
    act = _pick(
        rng,
        "go to the store|drive home|call you back|find the place|eat something|read that book|watch the movie|leave early"
        "|come over|take the bus|pay the bill|send you an email|wait in the car|see the house|work late|learn to cook|buy a ticket"
        "|walk the dog|get some coffee|open the window|close the door|ask about it|talk to the manager|turn it off|write it down"
        "|bring the children|meet you there|check the weather|sit outside|move to the city|stay at home|change the password",
    )
    tail = _pick(
        rng,
        "||||because it was late|before the meeting|after work|if you don't mind|when it stops raining|every day|right now|last night"
        "|with my friends|again|as soon as possible|but it was too expensive|and then we left|in the summer|for a while|on the way home",
    )
    kind = rng.random()
    if kind < 0.45:
        return f"{who} {verb} {act} {tail}"
    if kind < 0.65:
        return (
            f"{_pick(rng, 'do you think|do you know if|i wonder if|i hope|i think|i am sure|maybe|they said|are you sure')} "
            f"{who} {verb} {act}"
        )
    if kind < 0.85:
        w1, w2 = rng.choice(COMMON_WORDS), rng.choice(COMMON_WORDS)
        return _pick(
            rng,
            f"the {w1} is on the {w2}|there is a {w1} in the {w2}|what is the {w1} of the {w2}|that {w1} was very {w2}"
            f"|i don't like the {w1}|it's about the {w1} and the {w2}|can you tell me about {w1}|where did you put the {w1}"
            f"|how many {w1} are there|i am looking for a {w1}|this {w1} is better than that {w2}",
        )
    return _pick(
        rng,
        "how are you today|i'm doing well thank you|what's the weather like|it's raining outside|nice to meet you|have a good weekend"
        "|sorry i'm late|what do you mean|that's funny|i don't know|let me think about it|i have no idea|it depends|just a minute"
        "|could you speak up please|i can't hear you|the line is bad|you're breaking up|how much is that|see you later|no problem"
        "|that would be great|i really appreciate it|happy birthday|take care|i'm in a hurry|tell me more|what else|why not",
    )


def salad(rng: Random, lexicon: list[str]) -> str:
    """Words without sense, common ones mostly, now and then one from the whole lexicon."""
    words = [
        rng.choice(lexicon) if lexicon and rng.random() < 0.25 else rng.choice(COMMON_WORDS)
        for _ in range(rng.randint(1, 8))
    ]
    return " ".join(words)


def sentence(rng: Random, lexicon: list[str]) -> str:
    """One training sentence. `lexicon` is a list of further words and names, possibly empty."""
    kinds: dict[Callable[[], str], float] = {
        lambda: corpus.utterance(rng, pseudo=0.1).text: 0.32,
        lambda: corpus.utterance(rng, business="restaurant", pseudo=0.1).text: 0.08,
        lambda: receptionist(rng, lexicon): 0.18,
        lambda: naming(rng, lexicon): 0.11,
        lambda: reading(rng, lexicon): 0.13,
        lambda: spelling(rng, lexicon): 0.04,
        lambda: conversation(rng): 0.08,
        lambda: salad(rng, lexicon): 0.06,
    }
    return normalize(rng.choices(list(kinds), list(kinds.values()))[0]())


def naming(rng: Random, names: list[str]) -> str:
    """One way of giving a name: names are the words that are heard worst and matter most."""
    intro = _pick(
        rng,
        "my name is|my name is|my name's|this is|it's|i'm|the name is|name's|the name's|hi this is|yes it's"
        "|hello my name is|sure it's|sure my name is|you can put down|it's for|book it under|under|for|it's under"
        "|they call me|call me|i said|no it's|no my name is|that would be|the appointment is for||||",
    )
    return f"{intro} {full_name(rng, names)}{_pick(rng, '|||||||| here| please| again| speaking')}"


def normalize(text: str) -> str:
    """Lowercase, only letters, apostrophes and single spaces; raises on digits.

    Raises:
        ValueError: the text holds a digit, which no spoken form is defined for here.
    """
    if re.search(r"\d", text):
        raise ValueError(f"write numbers as words in training text: {text!r}")
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("\u2019", "'")).split())
