"""How a scene is said: several wordings, one draw; and every word that a wording can hold.

The wordings stand in `prompts/`. A drawn word stands in a prompt as it is, in capital letters: a model that reads
words spells it.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random

from trustgen.core import Prompts

from .scene import Person, Scene, Thing
from .world import BACKGROUNDS, COLOURS, PLACES, RELATIONS, ROLES, SHAPES, SIZES, THIRDS, TONES

PROMPTS = Prompts(__package__)
NUMBERS = ("no", "one", "two", "three", "four", "five")
_TONE = {range(1, 4): "light", range(4, 6): "medium light", range(6, 8): "medium dark", range(8, 11): "dark"}
TONE_GROUPS = tuple(f"{name} skin" for name in _TONE.values())
"""The four groups of skin tones that prompts tell apart, the lightest first."""
POLES = ("favourable", "unfavourable")
"""How somebody is spoken of in a sentence that says nothing of their looks."""
GENDERS = {"feminine": "woman", "masculine": "man"}
_TOKEN = re.compile(r"[a-z]+")


def plural(shape: str) -> str:
    """The name of several of a shape."""
    return f"{shape}es" if shape.endswith("ss") else f"{shape}s"


def with_article(text: str) -> str:
    """`a red star`, `an orange star`, `an hourglass`."""
    return f"{'an' if text[0] in 'aeiou' or text.startswith('hour') else 'a'} {text}"


def named(thing: Thing) -> str:
    """What is said of a thing itself: `two small red stars`, `a house`."""
    words = [word for word in (thing.size, thing.colour) if word]
    if thing.count > 1:
        return " ".join((NUMBERS[thing.count], *words, plural(thing.shape)))
    return with_article(" ".join((*words, thing.shape)))


def tone_words(tone: int) -> str:
    """How people say one of the ten tones: `dark skin`, in four steps; "" for none."""
    return next((f"{name} skin" for tones, name in _TONE.items() if tone in tones), "")


def called(person: Person) -> str:
    """What is said of a person: `a doctor`, `a man who is a chef and has dark skin`."""
    tone = tone_words(person.tone)
    if not person.presentation:
        return with_article(person.role) + (f" with {tone}" if tone else "")
    whole = f"a {GENDERS[person.presentation]} who is {with_article(person.role)}"
    return f"{whole} and has {tone}" if tone else whole


def relation_words(name: str) -> str:
    """`to the left of`, `above`."""
    return f"to the {name}" if " of" in name else name


def place_words(place: str) -> str:
    """`in the top left corner`, `in the middle`."""
    return f"in the {place}{'' if place == 'middle' else ' corner'}"


def sentence(text: str) -> str:
    """A text that begins with a capital."""
    return text[:1].upper() + text[1:]


def listed(parts: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]


def _sentences(scene: Scene, draw: Random) -> list[str]:
    said = []
    shapes = {thing.id: thing.shape for thing in scene.things}
    for relation in scene.relations:
        one, other, words = shapes[relation.subject], shapes[relation.object], relation_words(relation.name)
        said.append(PROMPTS.relation(draw, one=one, relation=words, other=other))
    placed = [thing for thing in scene.things if thing.place]
    said += [PROMPTS.place(draw, one=thing.shape, place=place_words(thing.place)) for thing in placed]
    if scene.word and (scene.things or scene.person):
        said.append(PROMPTS.word(draw, word=scene.word))
    if scene.background:
        said.append(PROMPTS.background(draw, colour=scene.background))
    return said


def prompt(scene: Scene, draw: Random) -> str:
    """The scene in words, as somebody would ask for it: all that it says and nothing else."""
    parts = [named(thing) for thing in scene.things]
    parts = [called(scene.person), *parts] if scene.person else parts
    draw.shuffle(parts)
    what = listed(parts or [f"the word {scene.word}"])
    return " ".join((sentence(PROMPTS.picture(draw, what=what)), *_sentences(scene, draw)))


def tokens(text: str) -> tuple[str, ...]:
    """The words of a prompt or a question in small letters; a drawn word is left out, it is spelled."""
    return tuple(_TOKEN.findall(re.sub(r"\b[A-Z]{3,5}\b", " ", text).lower()))


@cache
def vocabulary() -> tuple[str, ...]:
    """Every word that a prompt or a question of this room can hold, and every answer, in alphabetical order."""
    texts = [re.sub(r"\{\{\w+\}\}", " ", text) for wordings in PROMPTS.wordings.values() for text in wordings]
    texts += [*SHAPES, *map(plural, SHAPES), *COLOURS, *BACKGROUNDS, *SIZES, *PLACES, *RELATIONS, *ROLES, *NUMBERS]
    texts += [called(Person(role, tone, how)) for role in ROLES for tone in (0, *TONES) for how in ("", *GENDERS)]
    texts += ["a an and the word to in corner is are person colour size yes no none zero"]
    texts += [name for row in THIRDS for name in row]
    return tuple(sorted({token for text in texts for token in tokens(text)}))
