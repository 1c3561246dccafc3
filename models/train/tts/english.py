"""English at large: clauses, questions and lists of words, which are grammatical but make no sense.

The words are common ones, and some that hold the rarer sounds of the language.
"""

from random import Random

from models.train.corpus import FIRST

CONJUNCTIONS = ["and", "but", "so", "because", "although", "while", "or"]
SUBORDINATORS = ["if", "when", "after", "before", "unless", "since"]
AUXILIARIES = ["did", "does", "would", "could"]
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


def noun_phrase(rng: Random) -> str:
    determiner = rng.choice(
        ["the", "a", "this", "that", "my", "your", "our", "every", "some", "no"]
    )
    adjective = f"{rng.choice(ADJECTIVES)} " if rng.random() < 0.5 else ""
    noun = rng.choice(NOUNS)
    if determiner == "a" and (adjective or noun)[0] in "aeiou":
        determiner = "an"
    return f"{determiner} {adjective}{noun}"


def clause(rng: Random) -> str:
    subject = rng.choice(
        [
            "I",
            "you",
            "we",
            "they",
            "people",
            f"the {rng.choice(NOUNS)}s",
            f"{rng.choice(FIRST).title()} and I",
        ]
    )
    modal = rng.choice(
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
    parts = [subject, modal + rng.choice(VERBS), noun_phrase(rng)]
    if rng.random() < 0.5:
        parts.append(f"{rng.choice(PREPOSITIONS)} {noun_phrase(rng)}")
    if rng.random() < 0.25:
        parts.append(rng.choice(ADVERBS))
    return " ".join(parts)


def sentence(rng: Random) -> str:
    """One sentence, or a few words without sense; it may begin with a small letter."""
    kind = rng.random()
    if kind < 0.35:
        text = clause(rng)
    elif kind < 0.5:
        text = f"{clause(rng)}, {rng.choice(CONJUNCTIONS)} {clause(rng)}"
    elif kind < 0.6:
        text = f"{rng.choice(ASIDES)}, {clause(rng)}"
    elif kind < 0.7:
        text = f"{rng.choice(SUBORDINATORS)} {clause(rng)}, {clause(rng)}"
    elif kind < 0.8:
        question = rng.choice(["what", "why", "where", "when", "how", "who"])
        text = f"{question} {rng.choice(AUXILIARIES)} {noun_phrase(rng)} {rng.choice(VERBS)}"
        return f"{text} {noun_phrase(rng)}?".capitalize()
    elif kind < 0.9:
        text = ", ".join(noun_phrase(rng) for _ in range(2)) + f", and {noun_phrase(rng)}"
    else:
        text = " ".join(
            rng.choice(rng.choice([NOUNS, VERBS, ADJECTIVES, ADVERBS]))
            for _ in range(rng.randint(1, 9))
        )
    return text + rng.choice([".", ".", ".", "?", "!"])
