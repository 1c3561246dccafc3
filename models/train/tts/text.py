"""Sentences for the voice to learn from: what a receptionist says, and English at large.

Everything is spelled in words, as pipeline.speech hands text to the voice. `sentences(seed)`
yields without end and without repeating itself; the same seed gives the same sentences.
"""

import random
from collections.abc import Iterator

from pipeline.abbreviations import MONTHS
from pipeline.number_words import cardinal, ordinal

FIRST_NAMES = """james mary robert patricia john jennifer michael linda david elizabeth william
barbara richard susan joseph jessica thomas sarah charles karen daniel nancy lisa matthew betty
anthony margaret mark sandra donald ashley steven kimberly paul emily andrew donna joshua michelle
kenneth carol kevin amanda brian dorothy george melissa edward deborah ronald stephanie timothy
rebecca jason laura jeffrey sharon ryan cynthia jacob kathleen gary amy nicholas angela eric
shirley jonathan anna stephen brenda larry pamela justin emma scott nicole brandon helen benjamin
samantha samuel katherine gregory christine frank debra alexander rachel raymond carolyn patrick
janet jack maria dennis olivia jerry heather tyler diane aaron julie jose joyce adam victoria
nathan ruth henry virginia douglas lauren zachary kelly peter christina kyle joan noah evelyn
ethan judith jeremy andrea walter hannah christian megan keith cheryl roger jacqueline terry
martha austin madison sean teresa gerald gloria carl sara dylan janice harold ann jordan kathryn
jesse abigail bryan sophia lawrence frances arthur jean gabriel alice bruce judy logan isabella
billy julia joe grace alan amber juan denise elijah danielle willie marilyn albert beverly wayne
charlotte randy natalie mason theresa vincent diana liam brittany roy doris bobby kayla caleb
alexis bradley lori russell marie lucas ravi priya ahmed fatima wei ling omar leila diego lucia
ivan olga hiro yuki sven ingrid tomas elena marco giulia andre chloe oscar nora felix clara hugo
ida leo maya theo zoe max ruby finn stella jasper violet miles hazel owen iris silas ivy""".split()

SURNAMES = """smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez
lopez gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris
sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill
flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans
turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez
ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks
chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long
ross foster jimenez powell jenkins perry russell sullivan bell coleman butler henderson barnes
fisher vasquez simmons romero jordan patterson alexander hamilton graham reynolds griffin wallace
moreno west cole hayes bryant herrera gibson ellis tran medina aguilar stevens murray ford castro
marshall owens harrison fernandez woods washington kennedy wells vargas henry chen freeman webb
tucker guzman burns crawford olson simpson porter hunter gordon mendez silva shaw snyder mason
dixon munoz hunt hicks holmes palmer wagner black robertson boyd rose stone salazar fox warren
mills meyer rice schmidt garza daniels ferguson nichols stephens soto weaver ryan gardner payne
grant dunn kelley spencer hawkins arnold pierce hansen peters santos hart bradley knight elliott
cunningham duncan armstrong hudson carroll lane riley andrews ray berry perkins hoffman johnston
matthews richards willis carpenter lawrence sandoval guerrero chapman rios estrada ortega watkins
greene wheeler valdez harper burke larson santiago maldonado morrison franklin carlson austin
dominguez carr lawson jacobs obrien lynch singh vega bishop montgomery oliver jensen harvey
williamson gilbert dean sims espinoza howell wong reid hanson mccoy garrett burton fuller wang
weber welch rojas lucas marquez fields park yang little banks day walsh bowman schultz luna fowler
mejia cohen goldberg kowalski novak petrov ivanov yamamoto tanaka suzuki sato kaur khan hassan
okafor mensah dubois laurent rossi ferrari romano costa almeida lindgren nilsson haas
becker""".split()

_SURNAME_STEMS = """hart black win ash hol brad thorn stan whit blen cran dal ever fair gold hath
kings lock mar nor oak pem rad shel tem under wal west wood brook cald dan eld far gran hal
lang mill north red sand stock tan wald""".split()
_SURNAME_ENDINGS = (
    "well ford son man ton field wood er ley berg worth by ham land ridge more".split()
)

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
DIGITS = [cardinal(n) for n in range(10)]
TEENS = [cardinal(n) for n in range(10, 20)]
ORDINALS = [ordinal(n) for n in range(1, 32)]
PRICES = [5, 10, 15, 20, 25, 30, 40, 45, 60, 75, 80, 95, 120, 150, 200, 350, 1200]
MINUTES = [10, 15, 20, 25, 30, 45, 60, 90]
WAYS = ["Street", "Avenue", "Road", "Lane"]
CONJUNCTIONS = ["and", "but", "so", "because", "although", "while", "or"]
SUBORDINATORS = ["if", "when", "after", "before", "unless", "since"]
AUXILIARIES = ["did", "does", "would", "could"]
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

NOUNS = """time person year way day thing man world life hand part child eye woman place work week
case point company number group problem fact water room mother area money story month lot right
study book job word business issue side kind head house service friend father power hour game line
end member law car city community name president team minute idea body information back parent face
level office door health art war history party result change morning reason research girl guy
moment air teacher force education foot boy age policy music process market sense nation plan
college interest death experience effect use class control field development role effort rate heart
drug show leader light voice wife mind price report decision view relation town road arm
difference value building action season society tax director position player record paper space
ground form event matter center couple site project activity star table need court oil situation
cost industry figure street image phone data picture practice piece land product doctor wall
patient worker news test movie north love support technology step baby computer type attention film
tree source hair window culture chance brother energy period course summer plant opportunity term
letter condition choice rule south floor campaign material population call economy hospital church
risk fire future bank west sport board subject officer rest behavior performance top goal second
bed order author blood agency nature color store sound movement page race concern series language
response animal factor decade article east artist scene stock career treatment approach size dog
fund media sign thought list individual quality pressure answer resource meeting disease success
cup amount ability staff character growth loss degree attack region television box training trade
deal election feeling standard bill message analysis benefit lawyer section glass skill sister
professor operation stage authority design knowledge station strategy truth song example
environment leg dark beautiful yesterday garden kitchen bridge castle forest mountain river ocean
island desert village bottle basket ladder pencil finger shoulder stomach kidney knee elbow ankle
throat tongue breath cough fever headache allergy vaccine bandage needle clinic nurse dentist
surgeon pharmacy receptionist parking elevator entrance corridor lobby schedule calendar reminder
appointment insurance payment receipt balance invoice signature document envelope keyboard engine
wheel bicycle airplane railway ticket luggage passport blanket pillow mirror candle lantern
thunder lightning rainbow snow breeze shadow echo whisper laughter measure treasure pleasure
garage beige vision leisure azure judge bridge gym church chocolate cheese chair jungle giant
yellow onion union unit view few cube music huge human humor thirty birthday bath cloth mouth
teeth breath feather weather leather mother father rhythm boy toy coin voice noise choice
oyster royal loyal joy cow town brown mouse loud cloud flower tower power hour""".split()
VERBS = """see take find give tell call try ask need feel become leave put mean keep let begin help
show hear play run move like live believe bring write sit stand lose pay meet include continue set
learn change lead understand watch follow stop create speak read spend grow open walk win teach
offer remember consider appear buy serve send build stay fall cut reach raise pass sell
decide return explain hope develop carry break receive agree support hit produce eat cover catch
draw choose cause point listen realize place close involve increase reduce measure judge shake
catch push pull wash brush breathe swallow stretch examine prescribe schedule cancel confirm check
book reserve transfer repeat spell verify update remind arrange arrive depart rest sleep wake enjoy
choose join boil point avoid destroy employ annoy""".split()
ADJECTIVES = """good new first last long great little own other old right big high different small
large next early young important few public bad same able free sure low late hard major better
economic strong possible whole real certain clear recent personal open red difficult available
likely short single medical current wrong private past foreign fine common poor natural significant
similar hot central happy serious ready simple left physical general environmental financial
blue democratic dark various entire close legal religious cold final main green nice huge popular
traditional cultural usual unusual pleasant gentle quiet loud sharp thick thin smooth rough bright
yellow orange purple gray careful curious cheerful anxious patient gorgeous joyful noisy royal
annual regular urgent precious vague fresh warm cool dry wet heavy empty full""".split()
ADVERBS = """always never often sometimes usually quickly slowly carefully quietly really probably
certainly finally suddenly recently already almost nearly together again soon later today tomorrow
yesterday here there everywhere outside upstairs exactly perfectly gently barely rather quite
very""".split()
PREPOSITIONS = """in on at by for with about against between into through during before after above
below from under over near behind beside across along around without within toward beyond""".split()
ASIDES = """by the way|in the meantime|as I said|of course|I believe|if you like|to be honest|
for example|on the other hand|as usual|after all|in any case|at least|once again"""
ASIDES = [s.strip() for s in ASIDES.replace("\n", "").split("|")]

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


class Writer:
    """Draws sentences from one random generator."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def first_name(self) -> str:
        return self.pick(FIRST_NAMES).capitalize()

    def surname(self) -> str:
        if self.chance(0.2):
            return (self.pick(_SURNAME_STEMS) + self.pick(_SURNAME_ENDINGS)).capitalize()
        return self.pick(SURNAMES).capitalize()

    def person(self) -> str:
        if self.chance(0.3):
            return self.first_name()
        return f"{self.first_name()} {self.surname()}"

    def doctor(self) -> str:
        return f"Doctor {self.surname()}"

    def time(self) -> str:
        hour = self.pick(["one", "two", "three", "four", "five", "six", *DIGITS[7:], *TEENS[:3]])
        if self.chance(0.1):
            return self.pick(
                ["noon", "half past " + hour, "quarter past " + hour, "quarter to " + hour]
            )
        if self.chance(0.25):
            minutes = self.pick(["", " o'clock"])
        else:
            value = self.pick([15, 30, 45, 30, 10, 20, 40, 50, 5, self.random.randrange(1, 60)])
            minutes = " " + ("oh " + DIGITS[value] if value < 10 else cardinal(value))
        half = self.pick(["", " A.M.", " P.M.", " P.M.", " in the morning", " in the afternoon"])
        return f"{hour}{minutes}{half}"

    def date(self) -> str:
        ordinal = self.pick(ORDINALS)
        return self.pick(
            [
                self.pick(DAYS),
                f"{self.pick(DAYS)} the {ordinal}",
                f"{self.pick(DAYS)}, {self.pick(MONTHS)} {ordinal}",
                f"{self.pick(MONTHS)} {ordinal}",
                f"the {ordinal} of {self.pick(MONTHS)}",
                f"next {self.pick(DAYS)}",
                f"this {self.pick(DAYS)}",
                self.pick(["today", "tomorrow", "the day after tomorrow", "next week"]),
            ]
        )

    def phone_number(self) -> str:
        groups = [[self.pick(DIGITS) for _ in range(k)] for k in self.pick([(3, 4), (3, 3, 4)])]
        return ", ".join(" ".join(group) for group in groups)

    def letters(self) -> str:
        return self.pick([", ", " "]).join(
            self.pick(LETTERS) for _ in range(self.random.randint(2, 7))
        )

    def year(self) -> str:
        if self.chance(0.3):
            return f"twenty {self.pick([*TEENS[:9], 'twenty', 'twenty-five', 'twenty-six'])}"
        return f"nineteen {cardinal(self.random.randrange(20, 100))}"

    def price(self) -> str:
        dollars = f"{cardinal(self.pick(PRICES))} dollars"
        return dollars + (
            f" and {cardinal(self.random.randrange(5, 100))} cents" if self.chance(0.3) else ""
        )

    def count(self, low: int, high: int) -> str:
        return cardinal(self.random.randrange(low, high))

    def digit_string(self) -> str:
        return " ".join(self.pick(DIGITS) for _ in range(self.random.randint(4, 8)))

    def fate(self) -> str:
        return self.pick(["cancelled", f"moved to {self.date()}", "confirmed"])

    def opener(self) -> str:
        return self.pick(
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
                f"Thanks, {self.first_name()}, ",
                "Certainly, ",
            ]
        )

    def receptionist(self) -> str:
        d, t, n = self.date, self.time, self.person
        wishes = self.pick(
            ["Would {} work for you?", "How about {}?", "Does {} suit you?", "I can offer {}."]
        )
        return self.opener() + self.pick(
            [
                f"your appointment is on {d()}, at {t()}.",
                f"I have {d()} at {t()}, or {self.pick(DAYS)} at {t()}.",
                f"I booked {n()} for {d()}, at {t()}.",
                f"you are booked for {d()} at {t()}.",
                f"{n()}, you're all set for {d()} at {t()}.",
                wishes.format(f"{d()} at {t()}"),
                wishes.format(d()),
                wishes.format(t()),
                f"did you say {self.pick([d, t, n])()}?",
                f"that's {self.pick([d, t, n])()}, is that right?",
                f"so that's {self.pick(SERVICES)} for {n()}, on {d()}, at {t()}.",
                f"I have you down for {self.pick(SERVICES)} with {self.doctor()} on {d()}.",
                f"{self.doctor()} can see you {self.pick(['on ', ''])}{d()} at {t()}.",
                f"{self.doctor()} is not available on {self.pick(DAYS)}.",
                f"your appointment with {self.doctor()} has been {self.fate()}.",
                f"we are open from {t()} to {t()}, {self.pick(DAYS)} through {self.pick(DAYS)}.",
                f"on {self.pick(DAYS)}s we close at {t()}.",
                f"we open at {t()} on {self.pick(DAYS)}.",
                f"your number is {self.phone_number()}, is that right?",
                f"I have {self.phone_number()}.",
                f"our number is {self.phone_number()}.",
                f"that's spelled {self.letters()}.",
                f"{self.surname()}, {self.letters()}.",
                f"your date of birth is {self.pick(MONTHS)} {self.pick(ORDINALS)}, {self.year()}.",
                f"we're at {self.count(1, 2000)} {self.pick(STREETS)} {self.pick(WAYS)}.",
                f"that will be {self.price()}.",
                f"we accept {self.pick(INSURERS)} and {self.pick(INSURERS)}.",
                f"goodbye, {n()}, have a nice day!",
                f"hello, {n()}, how can I help you?",
                f"is the appointment for you or for your {self.pick(COMPANIONS)}?",
                f"I'm sorry, {t()} is already taken, but {t()} is free.",
                f"I'm sorry, I didn't get the {self.pick(['day', 'time', 'name', 'number'])}.",
                f"what time on {d()} would you like?",
                f"what day would you like to see {self.doctor()}?",
                f"would you like to keep {d()}, or choose another day?",
                f"your confirmation number is {self.digit_string()}.",
                f"it takes about {cardinal(self.pick(MINUTES))} minutes.",
                f"please arrive at {t()}, and bring your {self.pick(NOUNS)}.",
                f"there are {self.count(2, 1000)} {self.pick(NOUNS)}s on the list.",
            ]
        )

    def noun_phrase(self) -> str:
        determiner = self.pick(
            ["the", "a", "this", "that", "my", "your", "our", "every", "some", "no"]
        )
        adjective = f"{self.pick(ADJECTIVES)} " if self.chance(0.5) else ""
        noun = self.pick(NOUNS)
        if determiner == "a" and (adjective or noun)[0] in "aeiou":
            determiner = "an"
        return f"{determiner} {adjective}{noun}"

    def clause(self) -> str:
        subject = self.pick(
            [
                "I",
                "you",
                "we",
                "they",
                "people",
                f"the {self.pick(NOUNS)}s",
                f"{self.first_name()} and I",
            ]
        )
        modal = self.pick(
            [
                "",
                "",
                "can ",
                "will ",
                "should ",
                "might ",
                "don't ",
                "couldn't ",
                "would ",
                "used to ",
            ]
        )
        parts = [subject, modal + self.pick(VERBS), self.noun_phrase()]
        if self.chance(0.5):
            parts.append(f"{self.pick(PREPOSITIONS)} {self.noun_phrase()}")
        if self.chance(0.25):
            parts.append(self.pick(ADVERBS))
        return " ".join(parts)

    def general(self) -> str:
        kind = self.random.random()
        if kind < 0.35:
            text = self.clause()
        elif kind < 0.5:
            text = f"{self.clause()}, {self.pick(CONJUNCTIONS)} {self.clause()}"
        elif kind < 0.6:
            text = f"{self.pick(ASIDES)}, {self.clause()}"
        elif kind < 0.7:
            text = f"{self.pick(SUBORDINATORS)} {self.clause()}, {self.clause()}"
        elif kind < 0.8:
            question = self.pick(["what", "why", "where", "when", "how", "who"])
            text = f"{question} {self.pick(AUXILIARIES)} {self.noun_phrase()} {self.pick(VERBS)}"
            return f"{text} {self.noun_phrase()}?".capitalize()
        elif kind < 0.9:
            text = ", ".join(self.noun_phrase() for _ in range(2)) + f", and {self.noun_phrase()}"
        else:
            text = " ".join(
                self.pick(self.pick([NOUNS, VERBS, ADJECTIVES, ADVERBS]))
                for _ in range(self.random.randint(1, 9))
            )
        return text + self.pick([".", ".", ".", "?", "!"])


def sentences(seed: int) -> Iterator[str]:
    """Sentences in ASCII without end: three of a receptionist's to two of English at large."""
    yield from FIXED
    seen = set(FIXED)
    writer = Writer(seed)
    while True:
        text = writer.receptionist() if writer.chance(0.6) else writer.general()
        text = (text[0].upper() + text[1:]).replace("..", ".")
        if text not in seen:
            seen.add(text)
            yield text
