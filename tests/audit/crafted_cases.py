"""Small cases as they come from a builder or a variation, for the auditor's tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from trustgen.core import Case, Crafted, Expect, Keep, Maker, Record, Source, user

SOURCE = Source(origin="tests", revision="1", licence="own")
SENSE = frozenset({Keep.ANSWER, Keep.MEANING, Keep.LANGUAGE})
KENYA: dict[str, Any] = {
    "subject": "Kenya",
    "relation": "capital",
    "answer": "Nairobi",
    "aliases": [],
    "distractors": ["Kampala", "Dodoma", "Kigali"],
}


@dataclass(frozen=True)
class Step:
    """A variation by name only."""

    name: str = "paraphrase"
    by: Maker = "writer"
    keeps: frozenset[Keep] = field(default=SENSE)

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """Never called: the tests say what came of it."""
        return case


def record(**fields: Any) -> Record:
    """A record about Kenya, with other fields where given."""
    return Record.of("tests", SOURCE, **{**KENYA, **fields})


def case(
    question: str, expect: Expect | None = None, arm: str = "plain", about: Record | None = None, **more: Any
) -> Case:
    """One question about Kenya."""
    expect = expect or Expect(answer="Nairobi", wrong=("Kampala", "Dodoma", "Kigali"))
    return Case.of(about or record(), arm, user(question), expect=expect, question=question, **more).sealed("t")


def varied(
    before: str,
    after: str,
    about: Record | None = None,
    step: Step | None = None,
    was: Expect | None = None,
    now: Expect | None = None,
) -> Crafted:
    """A question and what a variation made of it."""
    about = about or record()
    base = case(before, was, about=about)
    step = step or Step()
    return Crafted(case(after, now or was, arm="paraphrase", about=about), about, base, step, by=step.by)


def worded(question: str, about: Record | None = None, template: str = "What is the capital of Kenya?") -> Crafted:
    """A question that a writer worded from a record."""
    about = about or record()
    return Crafted(case(question, about=about), about, by="writer", template=case(template, about=about))
