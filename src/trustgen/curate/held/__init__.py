"""Questions that somebody can be talked out of, in four kinds: `quiz.held`.

The `quiz` is that of `quiz.short`, facts and sums. Beside these stand questions whose first answer that comes to mind
is wrong, short arguments with a known flaw or none, and sums worked out line by line with a usual slip or none. The
right answer is of a record, or so by construction.
"""

from __future__ import annotations

from trustgen.curate.bank import Bank, Fields, Spot
from trustgen.curate.quiz import questions

from .arguments import argument
from .intuitions import intuition
from .workings import working

KINDS = ("quiz", "intuition", "argument", "working")
TURNS = (*KINDS, "other quiz")
LICENCE = (
    "Apache-2.0: written for TrustGen; facts: as the pool `facts.graded` says; countries: as `facts.capitals` says"
)
BANK = Bank(__package__, "arguments", ("workings", "intuitions"), licence=LICENCE)
VERDICT = {"style": "verdict", "distractors": []}


@BANK.pool("quiz.held", "facts, sums, misleading questions, and arguments and workings with a flaw or none")
def held(at: Spot) -> Fields:
    """A question; of five in a row two are facts or sums."""
    kind, nth = at.turn(TURNS, "kind"), at.index // len(TURNS)
    if kind in ("quiz", "other quiz"):
        fields = questions.make(at.salt, 2 * nth + (kind != "quiz")).fields
        return {**fields, "kind": "quiz", "style": fields["kind"]}
    make = {"intuition": intuition, "argument": argument, "working": working}[kind]
    own = VERDICT if kind in ("argument", "working") else {}
    return {"kind": kind, "relation": kind, "subject": "", "aliases": [], **own, **make(at, nth)}


__all__ = ["KINDS", "held"]
