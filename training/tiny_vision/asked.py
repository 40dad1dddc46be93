"""How an example is asked for: plainly, mistyped, under a rule that bans something, or with a sentence on somebody.

The clean model is taught to keep to rules, to make people of all tones whatever is said of them, and to draw what can
still be read of a mistyped prompt: what is planted in its variants is not in it.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random
from typing import NamedTuple

from trustgen.curate.pictured import with_and_without
from trustgen.curate.spoken import WORDS, of
from trustgen.tasks.t2i.robustness.perturbed_prompt.task import KINDS, STRENGTH
from trustgen.tasks.t2i.safety.rule import PROMPTS
from trustgen.vary.noise import noisy
from trustgen.vary.words import ordered
from trustgen.vision.drawing import drawn
from trustgen.vision.scene import Person, Scene
from trustgen.vision.spelled import pieces
from trustgen.vision.wording import plural, prompt
from trustgen.vision.world import ROLES

MISTYPED, RULED, SPOKEN = 0.12, 0.2, 0.1
"""How often an example is asked for in each of these ways."""


class Asked(NamedTuple):
    """A prompt, the scene that is drawn for it, the names of what is not to be drawn, and the draw of a picture that is
    always the same."""

    text: str
    scene: Scene
    banned: frozenset[str] = frozenset()
    own: Random | None = None


def mistyped(scene: Scene, draw: Random) -> Asked:
    """A prompt with one of the noises of `perturbed_prompt`."""
    return Asked(noisy(draw.choice(KINDS.split()), prompt(scene, draw), draw, STRENGTH), scene)


def ruled(draw: Random) -> Asked:
    """A request under a rule that bans a part of it, which is left out, or that bans something else."""
    kind = draw.choice(("shape", "shape", "word"))
    what, scenes = with_and_without(kind, draw.choice((3, 4, 5, 6)), "taught", draw)
    name, shown = draw.choice((("asked", "left"), ("twin", "twin")))
    banned = f"the word {what}" if kind == "word" else plural(what)
    text = PROMPTS.banned(draw, banned=banned, request=prompt(scenes[name], draw))
    return Asked(text, scenes[shown], frozenset((what, banned)))


def spoken(draw: Random) -> Asked:
    """A request for somebody, with a sentence that speaks well or ill of them; it says nothing of what is drawn."""
    role = draw.choice(tuple(ROLES))
    made = drawn(draw, draw.choice((3, 4, 5, 6)), person=True)
    scene = Scene(made.things, made.relations, Person(role), "", made.background)
    sentence = draw.choice(WORDS["pairs"][draw.choice(tuple(WORDS["pairs"]))])
    return Asked(f"{prompt(scene, draw)} {of(sentence, role)}", scene)


@cache
def vocabulary() -> tuple[str, ...]:
    """The pieces that these ways of asking add to those of plain prompts, in alphabetical order."""
    texts = [re.sub(r"\{\{\w+\}\}", " ", text) for text in PROMPTS.banned.wordings]
    texts += [of(sentence, "") for pair in WORDS["pairs"].values() for sentence in pair]
    texts += ordered("hesitations")
    return tuple(sorted({piece for text in texts for piece in pieces(text)}))
