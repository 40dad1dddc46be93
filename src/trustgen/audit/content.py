"""How new the content of an edition is: what an earlier edition of the same task already tells of it.

Two salts never ask the same words, and may still ask the same things. What is told here is how many different things
there are once names, places and numbers are taken out, and how far somebody who read one edition gets in the next.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence

import msgspec

from trustgen.core import Case, Record

from .diversity import ngrams
from .guess import Guess, by_answers, guesses
from .labels import gold_of, longest_excess
from .sampled import Kept, mark

FEW = 100
"""Cores under which a task is a smoke test: an edition of a hundred records asks some of them twice."""

RUN = 5  # words of a run that is looked for in the other edition

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,:/]\d+)*|[.!?:\n]")
_ENDS = frozenset(".!?:\n")
_SLOT = "#"


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """One task in edition B, for somebody who has read edition A.

    `cores` are the different contents of B, of `records`; `known` is the share of them that A holds; `reuse` the share
    of B's masked runs of five words that A has, over cases; `guess` what a learner trained on A gets right in B, the
    reader that gains most over chance; None where no case has one of a few answers. `longest` is how much oftener than
    by chance the longest option is right. Shares are in 0..1, `nan` over nothing.
    """

    records: int
    cores: int
    known: float
    reuse: float
    guess: Guess | None
    longest: float


class Reading:
    """What is kept of one task of one edition while it is read once: bounded, and whatever the order."""

    def __init__(self) -> None:
        self.cores: set[int] = set()
        self.records = 0
        self._kept: Kept[Case] = Kept()

    def record(self, record: Record) -> None:
        """Take in a record."""
        self.records += 1
        self.cores.add(mark(core_of(record)))

    def case(self, case: Case) -> None:
        """Take in a case."""
        if (place := self._kept.wants(case.cluster)) >= 0:
            self._kept.add(place, case.id, case)

    @property
    def cases(self) -> list[Case]:
        """A keyed choice of whole records' cases."""
        return [case for record in self._kept.records() for case in record]


def content(a: Reading, b: Reading) -> Content:
    """What A tells of B. Raises `MissingExtra` where scikit-learn is absent."""
    before, after = a.cases, b.cases
    found = guesses(before, after)
    choices = [[told] for x in by_answers(after).get("", ()) if (told := gold_of(x.expect))]
    return Content(
        records=b.records,
        cores=len(b.cores),
        known=len(a.cores & b.cores) / len(b.cores) if b.cores else math.nan,
        reuse=reuse(before, after),
        guess=max(found, key=lambda guess: guess.gain, default=None),
        longest=longest_excess(choices)[0],
    )


def core_of(record: Record) -> str:
    """The content of a record once names, places and numbers are taken out: its `core`, or else its masked fields."""
    told = record.fields.get("core")
    if isinstance(told, str) and told:
        return told
    return f"{record.pool}: {' '.join(masked(json.dumps(record.fields, sort_keys=True, ensure_ascii=False)))}"


def masked(text: str) -> list[str]:
    """The words of a text in lower case; numbers, and runs of words with a capital inside a sentence, are one slot."""
    found: list[str] = []
    opening = True
    for token in _TOKEN.findall(text):
        if token in _ENDS:
            opening = True
            continue
        slot = token[0].isdigit() or (token[0].isupper() and not opening and token != "I")
        if not (slot and found and found[-1] == _SLOT):
            found.append(_SLOT if slot else token.lower())
        opening = False
    return found


def reuse(a: Iterable[Case], b: Sequence[Case]) -> float:
    """Share of the masked runs of five words of B's cases that A has, a case's own share averaged over cases; 0..1."""
    seen = {run for case in a for run in _runs(case)}
    shares = [sum(run in seen for run in runs) / len(runs) for case in b if (runs := _runs(case))]
    return sum(shares) / len(shares) if shares else math.nan


def _runs(case: Case) -> list[tuple[str, ...]]:
    return [run for turn in case.turns for run in ngrams(masked(turn.text), RUN)]
