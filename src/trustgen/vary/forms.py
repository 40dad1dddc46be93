"""The same question worded otherwise, by rule: paraphrased, shorter, longer, in another register.

A rule applies where it is sure of its English, and else gives None. Whatever it adds holds no name, no number and no
denial, and says nothing about what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from trustgen.core import Case, Keep, Maker, Prompts, UnknownName

from .asked import asked
from .noise import contracted, expanded
from .reframe import bare, clause, echoed, request_of, thing
from .words import Words, table

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
SENSE = frozenset({Keep.ANSWER, Keep.MEANING, Keep.OPTIONS, Keep.LANGUAGE})
Wording = Callable[[str, Random], str | None]


@dataclass(frozen=True)
class Reworded:
    """A variation that words the question itself anew."""

    name: str
    wording: Wording
    by: Maker = "rule"
    keeps: frozenset[Keep] = SENSE

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The reworded case; None where the rule does not know the shape of the question."""
        found = asked(case)
        made = self.wording(found.question, draw) if found else None
        return found.reworded(made) if found and made and made != found.question else None


@dataclass(frozen=True)
class Framed:
    """A variation that puts the question, word for word, into a frame drawn from one prompt file or several."""

    name: str
    prompts: tuple[str, ...]
    by: Maker = "rule"
    keeps: frozenset[Keep] = SENSE | {Keep.WORDS}

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The framed case."""
        found = asked(case)
        prompt = self.prompts[int(draw.random() * len(self.prompts))]
        return found.framed(PROMPTS[prompt](draw, question=found.question)) if found else None


def paraphrased(question: str, draw: Random) -> str | None:
    """The question in another construction: indirect, as a command, as a request or turned round; None where unsure."""
    ways: list[str] = []
    if (indirect := clause(question)) is not None:
        ways.append(PROMPTS.indirect(draw, clause=indirect))
    if (request := request_of(question)) is not None:
        ways.append(PROMPTS.request(draw, request=request))
    elif (definite := thing(question)) is not None:
        ways.append(PROMPTS.command(draw, thing=definite))
    if (turned := echoed(question)) is not None:
        ways.append(turned)
    return ways[int(draw.random() * len(ways))] if ways else None


def shortened(question: str, _: Random) -> str | None:
    """The question without courtesy and announcements, and without a verb where a definite thing is asked for."""
    text = bare(question)
    if definite := thing(text):
        return definite.removeprefix("the ")[0].upper() + definite.removeprefix("the ")[1:] + "?"
    return text if len(text) < len(question.strip()) else None


def formal(question: str, draw: Random) -> str | None:
    """As in a letter to an office."""
    if indirect := clause(question):
        return PROMPTS.formal(draw, clause=indirect)
    if request := request_of(question):
        return f"You are kindly requested to {request}."
    return PROMPTS.formal_any(draw, question=_opened_low(expanded(question, draw)))


def casual(question: str, draw: Random) -> str:
    """As to a friend."""
    return PROMPTS.casual(draw, question=_opened_low(contracted(question, draw)))


def polite(question: str, draw: Random) -> str:
    """As to a stranger who may be busy."""
    if indirect := clause(question):
        return PROMPTS.polite(draw, clause=indirect)
    return PROMPTS.polite_any(draw, question=question)


def terse(question: str, _: Random) -> str | None:
    """As in a search box: no courtesy, no article at the start and no opening capital."""
    definite = thing(question)
    made = f"{definite.removeprefix('the ')}?" if definite else _opened_low(bare(question))
    return made if made != question else None


def hurried(question: str, draw: Random) -> str:
    """As by somebody in a hurry."""
    return PROMPTS.hurried(draw, question=_opened_low(question))


REGISTERS: Mapping[str, Wording] = {
    "formal": formal,
    "casual": casual,
    "polite": polite,
    "terse": terse,
    "hurried": hurried,
}
"""Every register by name."""


def reworded() -> Reworded:
    """The question in another construction, by rule (`paraphrase` of this room takes a writer where one is bound)."""
    return Reworded("paraphrase", paraphrased)


def shorter() -> Reworded:
    """The question without what it can do without."""
    return Reworded("shorter", shortened)


def longer() -> Framed:
    """The question in a neutral frame of one to three sentences."""
    return Framed("longer", ("longer",))


def register(name: str) -> Reworded:
    """The question in a register: `formal`, `casual`, `polite`, `terse` or `hurried`. Raises `UnknownName`."""
    if name not in REGISTERS:
        raise UnknownName("register", name, REGISTERS)
    return Reworded(f"register_{name}", REGISTERS[name])


def _opened_low(question: str) -> str:
    """A question without its opening capital, unless that is a name's or a lone "I"."""
    first = re.match(r"[A-Z][a-z'’]*", question)
    if (
        first
        and first[0].partition("'")[0].partition("’")[0].lower() in table("openers")
        and 1 in Words.of(question).free
    ):
        return question[0].lower() + question[1:]
    return question
