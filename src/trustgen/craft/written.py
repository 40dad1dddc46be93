"""The writer's builder: a template builder makes the case and its label, a bound writer words the bare question.

The writer is shown the template's question and those fields of the record that do not hold the answer. The label stays
with the record. Where several cases of a record ask the same, they are worded once, so that arms remain matched; where
they differ in nothing but the subject, so do their wordings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec
from msgspec.structs import replace

from trustgen.core import Bound, Case, Drafted, Kit, Maker, Record, Sampling, Text, Turn, Unusable, structured

from .asking import PROMPTS

_FIELDS = "answer aliases distractors path triples edited false_answer between made_of question options gold label"
WITHHELD = frozenset(_FIELDS.split())
BLOT = "…"


Template = Callable[[Record, Random], Iterator[Case]]
"""What makes the cases by rule: a builder, or a plain function."""


def in_writers_words(template: Template, kit: Kit) -> Template | Written:
    """The template, worded by the writer where one is bound; without one, the template itself."""
    writer = kit.role("writer")
    return Written(writer, template) if writer else template


class Worded(msgspec.Struct):
    """What a writer replies: a question."""

    question: str


@dataclass(frozen=True)
class Written:
    """A builder like the template it is given, but for the wording of the question."""

    writer: Bound
    template: Template
    temperature: float = 0.7
    max_tokens: int = 384
    by: Maker = "writer"

    def __call__(self, record: Record, draw: Random, mend: str = "") -> Iterator[Case | Drafted]:
        """The template's cases in the writer's words; those that mark no question as they are. Raises `Unusable`."""
        seed, wording = draw.getrandbits(31), draw.random()
        cases = list(self.template(record, Random(draw.random())))
        answers = answers_of(record, cases)
        made: dict[tuple[str, str], str] = {}
        for case in cases:
            if not case.question:
                yield case
                continue
            key = case.question, case.tags.get("subject", "")
            if key not in made:
                made[key] = _twin(*key, made) or self._ask(record, case, answers, Random(wording), seed, mend)
            yield Drafted(_reworded(case, made[key]), case)

    def _ask(self, record: Record, case: Case, answers: tuple[str, ...], draw: Random, seed: int, mend: str) -> str:
        fields = shown(record, answers)
        told = "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in fields.items())
        again = PROMPTS.mend(reason=_blotted(mend, answers)) if mend else ""
        prompt = PROMPTS.write(draw, question=case.question, fields=told or "- nothing", again=again)
        sampling = Sampling(temperature=self.temperature, max_tokens=self.max_tokens, seed=seed)
        text = structured(self.writer, prompt, Worded, sampling=sampling).question.strip()
        if not text:
            raise Unusable(f"`{self.writer.role}` ({self.writer.uri}) gave an empty question for record {record.id}")
        return text


def shown(record: Record, answers: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a record that a writer may see: short ones that do not hold the answer in any spelling."""
    return {
        name: value
        for name, value in record.fields.items()
        if name not in WITHHELD
        and isinstance(value, str | int | float)
        and len(str(value)) <= 300
        and _blotted(str(value), answers) == str(value)
    }


def answers_of(record: Record, cases: list[Case]) -> tuple[str, ...]:
    """Every spelling of the right answer that a record and its cases know; letters and true or false are none."""
    fields = record.fields
    told = [fields.get("answer", ""), *(fields.get("aliases") or ()), *(fields.get("between") or ())]
    for case in cases:
        told += () if case.expect.options else (case.expect.answer, *case.expect.aliases)
    return tuple(sorted({str(text) for text in told if str(text).strip()}, key=len, reverse=True))


def _twin(question: str, subject: str, made: dict[tuple[str, str], str]) -> str:
    """The wording of the same question about another subject, with this one in its place; "" where there is none."""
    for (asked, other), worded in made.items():
        if other and subject and other in worded and asked.replace(other, subject) == question:
            return worded.replace(other, subject)
    return ""


def _reworded(case: Case, question: str) -> Case:
    """The case with another bare question, in the one turn where it stands."""
    turns = list(case.turns)
    for i in reversed(range(len(turns))):
        parts = turns[i].parts
        for j, part in enumerate(parts):
            if turns[i].role == "user" and isinstance(part, Text) and case.question in part.text:
                text = Text(part.text.replace(case.question, question, 1))
                turns[i] = Turn(turns[i].role, (*parts[:j], text, *parts[j + 1 :]))
                return replace(case, turns=tuple(turns), question=question)
    raise Unusable(f"`{case.arm}` marks a question that stands in none of its user turns")


def _blotted(text: str, answers: tuple[str, ...]) -> str:
    for answer in answers:
        text = re.sub(rf"(?<!\w){re.escape(answer)}(?!\w)", BLOT, text, flags=re.IGNORECASE)
    return text
