"""English with the sounds of another language, by festival's voices of six other languages.

Few voices of Debian speak English, and nobody recognises speakers after having heard four. Each of these eleven
people recorded the sounds of their own language, and says with them what `kal_diphone` would say. The accent is
strong, the throat is real. Of nine every pair of sounds was recorded, and they are told how long each phone
lasts and how high it is; those that have a `phoneset` are given words of these phones, and know the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

VOICES = Path("/usr/share/festival/voices")
GAP_S = 0.012
"""Of silence, between two phones that nobody recorded one after the other."""

ITALIAN = """
aa>a1,O1 ae>E1,a1 ah>a1 ax>a,e,o ao>O1 aw>a1+u ay>a1+i eh>E1 er>E1+r,O1+r axr>e+r ey>e1+i ih>i1,i iy>i1 ow>o1+u
oy>O1+i uh>u1 uw>u1 ch>tS dh>d jh>dZ hh> ng>ng+g,n sh>S th>t,f,ts zh>Z,S y>j dx>d,r el>o+l em>e+m en>e+n nx>n
"""
CZECH = """
aa>a: ae>e,a ah>a ax>e,a,o ao>o: aw>a+u ay>a+j eh>e er>e+r axr>e+r ey>e+j ih>i iy>i: ow>o+u oy>o+j uh>u uw>u:
ch>c~ dh>d,z jh>dz~ hh>h,ch ng>n*+k,n sh>s~ th>t,s,f w>v,u y>j zh>z~ dx>d,r el>e+l em>e+m en>e+n nx>n
"""
FINNISH = """
aa>a: ae>@ ah>a ax>7,e,a ao>o: aw>a+u ay>a+i eh>e er>7+r,7: axr>7+r ey>e+i ih>i iy>i: ow>o+u oy>o+i uh>u uw>u:
ch>t+S,t+s dh>d jh>d+S,t+S hh>h ng>N sh>S,s th>T,t w>w,v y>j z>s zh>S dx>d,r el>7+l em>e+m en>e+n nx>n
"""
INDIAN = """
aa>aa ae>eh ah>a ax>a ao>oo,aa aw>aw ay>ay eh>eh er>a+r axr>a+r ey>ee ih>ih iy>iy ow>oo oy>oh+ih uh>uh uw>uw
t>T,td d>D hh>h jh>j ng>n+g,n sh>sh w>v,w zh>sh z>j,s dx>D el>a+l em>a+m en>a+n nx>n
"""
CATALAN = """
aa>a1,O1 ae>E1,a1 ah>a1,ax ax>ax ao>O1 aw>a1+w ay>a1+j eh>E1 er>E1+r,ax+r axr>ax+r ey>e1+j ih>i1,e1 iy>i1 ow>o1+w
oy>O1+j uh>u1 uw>u1 ch>t+S dh>d hh> jh>d+Z ng>n+g,n sh>S th>t,f,s v>f,b y>j zh>Z dx>d,r el>ax+l em>ax+m en>ax+n
nx>n
"""
RUSSIAN = """
aa>aa ae>ee,aa ah>aa,a ax>ae,ay,a ao>oo aw>aa+u ay>aa+j eh>ee er>ee+r,oo+r axr>ae+r ey>ee+j ih>i,y iy>ii ow>oo+u
oy>oo+j uh>u uw>uu dh>d,z hh>h jh>d+zh ng>n+g,n th>t,s,f w>v,u y>j dx>d,r el>ae+l em>ae+m en>ae+n nx>n
"""
NEIGHBOUR = dict(
    rule.split(">")
    for rule in "z>s d>t v>f b>p g>k z~>s~ dz~>c~ dZ>tS Z>S T>t td>T w>v S>s N>n ng>n".split()
)
"""Said instead where the next sound allows it, as at the ends of words."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice of another language."""

    folder: str
    sounds: str
    """English phone > what is said for it, alternatives after commas, two sounds joined by a plus."""
    pitch_hz: float
    """At which the diphones were recorded, roughly."""
    silence: str = "#"
    phoneset: str = ""
    """Of a voice that takes words and plans their prosody itself."""

    @property
    def woman(self) -> bool:
        return self.pitch_hz > 150


SPEAKERS = {
    "lp_diphone": Speaker("italian", ITALIAN, 190),
    "pc_diphone": Speaker("italian", ITALIAN, 110),
    "czech_dita": Speaker("czech", CZECH, 190),
    "czech_krb": Speaker("czech", CZECH, 220),
    "czech_machac": Speaker("czech", CZECH, 110),
    "czech_ph": Speaker("czech", CZECH, 110),
    "suo_fi_lj_diphone": Speaker("finnish", FINNISH, 190),
    "hy_fi_mv_diphone": Speaker("finnish", FINNISH, 105),
    "hindi_NSK_diphone": Speaker("hindi", INDIAN, 125, silence="pau"),
    "upc_ca_ona_hts": Speaker("catalan", CATALAN, 190, phoneset="upc_catalan-central"),
    "msu_ru_nsh_clunits": Speaker("russian", RUSSIAN, 110, phoneset="msu_ru"),
}

Sound = tuple[str, float, float]
"""Phone, seconds, hertz."""
Word = list[tuple[str, list[str]]]
"""Syllables: the stress, `0` or `1`, and the phones."""


@cache
def recorded(voice: str) -> frozenset[str]:
    """The diphones of a voice, as `left-right`."""
    (group,) = (VOICES / SPEAKERS[voice].folder / voice / "group").glob("*.group")
    _, _, index = group.read_bytes().partition(b"\nEST_Header_End\n")
    names = set()
    for line in index.split(b"\n"):
        fields = line.split()
        if len(fields) != 4 or not all(field.isdigit() for field in fields[1:]):
            break
        names.add(fields[0].decode("ascii"))
    return frozenset(names)


def habits(voice: str, rng: Random) -> dict[str, tuple[str, ...]]:
    """What one caller with this voice says for each phone that the language lacks."""
    rules = (rule.split(">") for rule in SPEAKERS[voice].sounds.split())
    return {
        phone: tuple(filter(None, rng.choice(said.split(",")).split("+"))) for phone, said in rules
    }


def nearest(sound: str) -> list[str]:
    """What else will do, best first: the sound itself, then without length or stress, or a neighbour of it."""
    others = (sound.rstrip("1:"), NEIGHBOUR.get(sound, sound))
    return list(dict.fromkeys((sound, *others)))


def recorded_path(voice: str, wanted: Sequence[str]) -> list[str]:
    """The sounds nearest to those wanted with the fewest pairs that `voice` never recorded."""
    diphones = recorded(voice)
    paths = {sound: (rank, [sound]) for rank, sound in enumerate(nearest(wanted[0]))}
    for want in wanted[1:]:
        paths = {
            sound: min(
                (cost + rank + 3 * (f"{last}-{sound}" not in diphones), [*path, sound])
                for last, (cost, path) in paths.items()
            )
            for rank, sound in enumerate(nearest(want))
        }
    return min(paths.values())[1]


def with_sounds(
    voice: str, phones: Sequence[Sound], said: Mapping[str, tuple[str, ...]]
) -> list[list[Sound]]:
    """For each English phone the sounds of `voice` that say it, none where `said` leaves it out.

    Where two sounds never meet in its language the speaker stops for a moment.
    """
    silence = SPEAKERS[voice].silence
    wanted = [(silence,) if p == "pau" else said.get(p, (p,)) for p, _, _ in phones]
    path = iter(recorded_path(voice, [sound for sounds in wanted for sound in sounds]))
    spoken: list[list[Sound]] = []
    last = silence
    for (_, seconds, pitch), sounds in zip(phones, wanted, strict=True):
        part: list[Sound] = []
        for _ in sounds:
            sound, share = next(path), seconds / len(sounds)
            if f"{last}-{sound}" not in recorded(voice) and share > 2 * GAP_S:
                part.append((silence, GAP_S, pitch))
                share -= GAP_S
            part.append((sound, share, pitch))
            last = sound
        spoken.append(part)
    return spoken


def pronunciations(words: Sequence[Word], said: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Each word as festival's lexicons have it, with what is `said` instead of its phones."""
    return [
        " ".join(
            f"(({' '.join(sound for phone in phones for sound in said.get(phone, (phone,)))}) {stress})"
            for stress, phones in word
        )
        for word in words
    ]


def phones_of(
    words: Sequence[Word],
    said: Mapping[str, tuple[str, ...]],
    sounds: Sequence[tuple[str, float]],
) -> list[tuple[str, float]]:
    """The English phones, and where each ends, of the `sounds` spoken; nothing if others were spoken than asked."""
    spoken = iter(sounds)
    ends: list[tuple[str, float]] = []
    end = 0.0
    for phone in (phone for word in words for _, phones in word for phone in phones):
        for wanted in said.get(phone, (phone,)):
            sound, end = next(spoken, ("", end))
            while sound == "pau":
                ends.append((sound, end))
                sound, end = next(spoken, ("", end))
            if sound != wanted:
                return []
        ends.append((phone, end))
    return ends + list(spoken)
