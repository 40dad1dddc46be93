"""Questions along a path of a knowledge graph, of one step or several; what lies between is never named.

A record carries its `path`: triples such as ["France", "has the capital", "Paris"], each read the way it holds, which
lead from the subject to the answer, some of them backwards. A record without a path is a path of one step. Two records
of which one starts where the other ends are `joined` into one of two steps. The label comes from the path alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from trustgen.core import Case, Maker, Record, Unusable, user

from .asking import PROMPTS, aliases, known, noun, rivals, tags, text_of

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


def joined(first: Record, second: Record) -> Record | None:
    """The record of two paths, one after the other; None where the second does not start at the end of the first.

    None as well where the walk comes back to a place where it has been: then the answer would be in the question.
    """
    met = {name.casefold() for name in (text_of(first, "answer"), *aliases(first))}
    if text_of(second, "subject").casefold() not in met:
        return None
    steps = (*path_of(first), *path_of(second))
    places = [place.casefold() for place in (text_of(first, "subject"), *(step.end for step in steps))]
    ends, between = {places[0], places[-1]}, met | {second["subject"].casefold()}
    if len(set(places)) < len(places) or ends & between:
        return None
    path = [[step.subject, step.words, step.object] for step in path_of(first)]
    renamed = {text_of(second, "subject"): text_of(first, "answer")}  # one name for the place where they meet
    path += [[renamed.get(s.subject, s.subject), s.words, renamed.get(s.object, s.object)] for s in path_of(second)]
    return Record.of(
        f"{first.pool}+{second.pool}" if first.pool != second.pool else first.pool,
        second.source,
        subject=first["subject"],
        relation=f"{second['relation']}_of_{first['relation']}",
        answer=second["answer"],
        aliases=list(aliases(second)),
        distractors=[other for other in rivals(second) if other.casefold() not in between | ends],
        hops=len(path),
        path=path,
        between=sorted({first["answer"], second["subject"], *aliases(first)}),
        made_of=[first.id, second.id],
    )


def joins(records: Iterable[Record]) -> Iterator[Record]:
    """Every record of two steps that these records make, in their order."""
    records = tuple(records)
    starts: dict[str, list[Record]] = {}
    for record in records:
        starts.setdefault(text_of(record, "subject").casefold(), []).append(record)
    for first in records:
        for name in dict.fromkeys(n.casefold() for n in (text_of(first, "answer"), *aliases(first))):
            for second in starts.get(name, ()):
                if made := joined(first, second):
                    yield made


@dataclass(frozen=True)
class Walk:
    """One question along the path of a record: arm `plain`, tag `hops`."""

    by: Maker = "rule"

    def __call__(self, record: Record, draw: Random, mend: str = "") -> Iterator[Case]:
        """One case. Raises `Unusable` where the question would name what lies between, or the answer."""
        steps = path_of(record)
        question = asked_along(steps, text_of(record, "subject"), draw)
        expect = known(record, draw)
        between = {step.end for step in steps[:-1]} | set(map(str, record.fields.get("between") or ()))
        for name in (*between, expect.answer, *expect.aliases):
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question):
                raise Unusable(f"record {record.id}: `{name}` would stand in its question")
        text = f"{question} {PROMPTS.brief(draw)}"
        marked = tags(record, hops=str(len(steps)))
        yield Case.of(record, "plain", user(text), expect=expect, tags=marked, question=question)


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
