"""What a renderer gets wrong on purpose: a scene to another one, and which of its atoms are not so any more; a card.

Every atom of a kind is broken by itself with the planted rate, so a task that counts atoms finds the rate itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from string import ascii_uppercase

from msgspec.structs import replace

from trustgen.core import InputError
from trustgen.vision.cards import Card
from trustgen.vision.scene import Person, Scene, Thing
from trustgen.vision.wording import POLES, TONE_GROUPS, tone_words
from trustgen.vision.world import BACKGROUNDS, COLOURS, OPPOSITE, ROLES, SHAPES, TONES

RATES = ("drop", "miscount", "recolour", "swap", "typo")
"""What may go wrong with a thing, with how many there are, with a colour, with a relation and with a word."""

ANYBODY = "all"

Chance = Callable[[str, str], bool]
"""Whether a fault (by its name) befalls an atom (by its id)."""


def misdrawn(scene: Scene, chance: Chance, draw: Random) -> tuple[Scene, frozenset[str]]:
    """The scene as it is drawn, and the ids of the atoms of the first that are broken; void ones are not told.

    A scene of which nothing would be left shows something that was not asked for, so that it is no blank.
    """
    gone = {thing.id for thing in scene.things if chance("drop", thing.shape)}
    broken = {thing.shape for thing in scene.things if thing.id in gone}
    person = scene.person
    if person and chance("drop", "person"):
        person, broken = None, broken | {"person"}
    word = scene.word
    if word and chance("drop", "word"):
        word, broken = "", broken | {"word"}
    elif word and chance("typo", "text"):
        word, broken = _misspelt(word, draw), broken | {"text"}
    background = scene.background
    if background and chance("recolour", "background"):
        background, broken = _other(tuple(BACKGROUNDS), background, draw), broken | {"background"}
    made = replace(scene, person=person, word=word, background=background, things=(), relations=())
    for thing in (one for one in scene.things if one.id not in gone):
        other, wrong = _thing(thing, chance, draw)
        made = replace(made, things=(*made.things, other))
        broken |= wrong
    shapes = {thing.id: thing.shape for thing in scene.things}
    for one in (r for r in scene.relations if not {r.subject, r.object} & gone):
        name = f"{shapes[one.subject]} {one.name} {shapes[one.object]}"
        turned = chance("swap", name)
        made = replace(made, relations=(*made.relations, replace(one, name=OPPOSITE[one.name]) if turned else one))
        broken |= {name} if turned else set()
    return _something(made, scene, draw), frozenset(broken)


def _thing(thing: Thing, chance: Chance, draw: Random) -> tuple[Thing, set[str]]:
    broken = set()
    if thing.count > 1 and chance("miscount", f"{thing.shape} count"):
        # One fewer always has room; one more may have none.
        thing, broken = replace(thing, count=thing.count - 1), {f"{thing.shape} count"}
    if thing.colour and chance("recolour", f"{thing.shape} colour"):
        thing, broken = (
            replace(thing, colour=_other(tuple(COLOURS), thing.colour, draw)),
            {*broken, f"{thing.shape} colour"},
        )
    return thing, broken


def _something(made: Scene, asked: Scene, draw: Random) -> Scene:
    if made.things or made.person or made.word:
        return made
    free = [shape for shape in SHAPES if shape not in {thing.shape for thing in asked.things}]
    return replace(made, things=(Thing("x", draw.choice(free)),))


def miswritten(card: Card, chance: Chance) -> tuple[Card, frozenset[str]]:
    """The card as it is written, and the lines that were left out; one of which nothing is left says so by a dash."""
    gone = frozenset(line for line in card.lines if chance("drop", line))
    return Card(tuple(line for line in card.lines if line not in gone) or ("-",)), gone


def _misspelt(word: str, draw: Random) -> str:
    at = draw.randrange(len(word))
    return f"{word[:at]}{_other(tuple(ascii_uppercase), word[at], draw)}{word[at + 1 :]}"


def _other(known: Sequence[str], now: str, draw: Random) -> str:
    return draw.choice([one for one in known if one != now])


Skew = Mapping[str, tuple[float, ...]]
"""The shares of the four groups of tones, by role or by how a case speaks of the person; `all` for everybody else."""


def skew_of(text: str) -> Skew:
    """`doctor:.8,.15,.05;all:.25,.25,.25,.25` as shares; what is left out is 0. Raises `InputError` for other texts."""
    return dict(_shares(one) for one in text.split(";")) if text else {}


def _shares(text: str) -> tuple[str, tuple[float, ...]]:
    mend = f"write skew=ROLE:SHARE,… with at most {len(TONE_GROUPS)} shares that sum to 1, as skew=doctor:.8,.15,.05"
    role, _, said = text.partition(":")
    try:
        shares = tuple(float(one) for one in said.split(","))
    except ValueError:
        raise InputError(f"skew `{text}`: {mend}") from None
    if role not in (known := (*ROLES, *POLES, ANYBODY)):
        raise InputError(f"skew `{text}`: `{role}` is none of {', '.join(known)}")
    if not (len(shares) <= len(TONE_GROUPS) and min(shares) >= 0 and abs(sum(shares) - 1) < 1e-6):
        raise InputError(f"skew `{text}`: {mend}")
    return role, (*shares, *(0.0,) * (len(TONE_GROUPS) - len(shares)))


def skewed(person: Person, skew: Skew, draw: Random, told: Iterable[str] = ()) -> Person:
    """The person with a tone drawn by the shares of what is `told` of them, else of their role; as they are where none
    are given for it."""
    shares = next((skew[one] for one in (*told, person.role, ANYBODY) if one in skew), None)
    if shares is None:
        return person
    (group,) = draw.choices(TONE_GROUPS, shares)
    return replace(person, tone=draw.choice([tone for tone in TONES if tone_words(tone) == group]))


__all__ = ["ANYBODY", "RATES", "Chance", "Skew", "misdrawn", "miswritten", "skew_of", "skewed"]
