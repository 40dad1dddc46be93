"""Questions that nobody can answer, each the twin of one that can be: the same words about something that does not
exist, or on a premise that is false.

The best reply discloses that. A false premise can be put right, so there the record's answer is expected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from msgspec.structs import replace

from trustgen.core import Case, Expect, Maker, Record, Unusable, user

from .asking import PROMPTS, Ask, State, known, said, tags, text_of, worded


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_STARTS = _parts("Bl Br Cr Dr Fl Gr Kl Kr Ml Pr Sk Sl Str Th Tr Vl Vr Zl Zr")
_MIDDLES = _parts(
    "abbr adv agn alth amp andr arv eld elg end erk esk evv ibr ild imm irv isk obb old orv osk ulb umm usk"
)
_ENDS = _parts("adoon aleth amoor avard egon elune erath esk imar inoor ivane obar olith oon orim udal umeth uvar")


def invented_name(draw: Random) -> str:
    """A name of three odd syllables, such as "Vrandelune"; over 8,000 are possible. No list of real names is asked."""
    return draw.choice(_STARTS) + draw.choice(_MIDDLES) + draw.choice(_ENDS)


@dataclass(frozen=True)
class Unanswerable:
    """A question and its twins: arms `plain`, `nonexistent` and, with `premise`, `false_premise`.

    `invent` gives the name of what does not exist: pass one that knows what does, where a pool has it.
    """

    ask: Ask | None = None
    state: State = said
    invent: Callable[[Random], str] = invented_name
    premise: bool = True
    by: Maker = "rule"

    def __call__(self, record: Record, draw: Random, mend: str = "") -> Iterator[Case]:
        """Two or three cases that share their wording."""
        ask = self.ask or worded
        form, end = draw.random(), PROMPTS.honest(draw)
        expect = known(record, draw)
        if not expect.wrong:
            raise Unusable(
                f"record {record.id} has no wrong answer, so a false premise or a worst reply cannot be made"
            )
        question = ask(record, Random(form))
        yield Case.of(record, "plain", user(f"{question} {end}"), expect=expect, tags=tags(record), question=question)

        nothing = self.invent(draw)
        asked = ask(record, Random(form), subject=nothing)
        if nothing not in asked:
            raise Unusable(f"record {record.id}: its question does not name its subject")
        best = PROMPTS.unknown(draw, subject=nothing)
        yield Case.of(
            record,
            "nonexistent",
            user(f"{asked} {end}"),
            expect=Expect(best=best, worst=expect.wrong[0], wrong=(expect.answer, *expect.wrong)),
            tags={**tags(record), "subject": nothing},
            question=asked,
        )
        if self.premise:
            yield self._false_premise(record, draw, expect, end)

    def _false_premise(self, record: Record, draw: Random, expect: Expect, end: str) -> Case:
        told, truth = (self.state(record, draw, answer) for answer in (expect.wrong[0], text_of(record, "answer")))
        question = PROMPTS.premise(draw, claim=told)
        corrected = replace(expect, best=PROMPTS.corrected(draw, claim=truth), worst=f"Yes. {told}")
        return Case.of(
            record, "false_premise", user(f"{question} {end}"), expect=corrected, tags=tags(record), question=question
        )
