"""Questions along a path of a knowledge graph, of one step or several; what lies between is never named.

A record carries its `path`: triples such as ["France", "has the capital", "Paris"], each read the way it holds, which
lead from the subject to the answer, some of them backwards. A record without a path is a path of one step. The label
comes from the path alone.
"""

from __future__ import annotations

import re
from random import Random
from typing import NamedTuple

from trustgen.core import Record, Unusable

from .asking import PROMPTS, noun, text_of

UNKNOWNS = "XYZUVW"
_HAS = re.compile(r"has (?:the |a |an |as its )(?P<noun>.+)")


class Step(NamedTuple):
    """One triple of a path; `back` where the walk goes from its object to its subject."""

    subject: str
    words: str
    object: str
    back: bool

    @property
    def end(self) -> str:
        """Where the walk is after this step."""
        return self.subject if self.back else self.object


def path_of(record: Record) -> tuple[Step, ...]:
    """The steps from the subject to the answer. Raises `Unusable` where they do not lead there."""
    subject, answer = text_of(record, "subject"), text_of(record, "answer")
    path = record.fields.get("path") or [[subject, f"has the {noun(record)}", answer]]
    steps: list[Step] = []
    here = subject
    for one, words, other in path:
        if here not in (one, other):
            raise Unusable(f"record {record.id}: its path breaks off at `{here}`")
        steps.append(Step(one, words, other, back=here != one))
        here = steps[-1].end
    if here != answer:
        raise Unusable(f"record {record.id}: its path ends at `{here}`, not at its answer `{answer}`")
    return tuple(steps)


def asked_along(steps: tuple[Step, ...], subject: str, draw: Random) -> str:
    """A question for the end of a path: as a chain of nouns where all its steps allow it, else with letters."""
    nouns = [_HAS.fullmatch(step.words) for step in steps]
    if all(nouns) and not any(step.back for step in steps):
        *inner, last = [match["noun"] for match in nouns if match]
        whole = subject
        for word in inner:
            whole = f"the {word} of {whole}"
        return PROMPTS.ask(draw, relation=last, subject=whole)
    letters = dict(zip((step.end for step in steps), UNKNOWNS, strict=False))
    facts = [f"{letters.get(s.subject, s.subject)} {s.words} {letters.get(s.object, s.object)}" for s in steps]
    return PROMPTS.walk(draw, facts=", and ".join(facts), unknown=letters[steps[-1].end])
