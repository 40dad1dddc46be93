"""Multiple-choice cases, and their circular shifts (ShiftCheck, CMMU, arXiv 2401.14011).

The options of such a case stand in its prompt as one block, exactly as `listed` writes them. That is what keeps them
apart from the question: a shift writes the block anew and touches nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from msgspec.structs import replace

from trustgen.core import LETTERS, Case, Expect, InternalError, Keep, Maker, Record, Text, Vary, listed, user


def mcq(
    record: Record,
    arm: str,
    ask: str,
    options: Sequence[str],
    right: str,
    tags: Mapping[str, str] | None = None,
    question: str = "",
) -> Case:
    """A multiple-choice case. `ask` holds the block `listed(options)`; `right` is the text of the right option."""
    expect = _expect(tuple(options), right)
    return _check(Case.of(record, arm, user(ask), expect=expect, tags=tags, question=question))


@dataclass(frozen=True)
class Shift:
    """A circular shift of a multiple-choice case by `by_letters`.

    A shift by one moves every option down a letter and the last to A, so "ABCD" reads "DABC"; the gold letter moves
    along. Over all shifts each option, the right one too, has stood at every letter once.
    """

    by_letters: int
    of: int  # how many options the case must have
    by: Maker = "rule"
    keeps: frozenset[Keep] = frozenset({Keep.ANSWER, Keep.MEANING, Keep.WORDS, Keep.LANGUAGE})

    @property
    def name(self) -> str:
        """`shift_0` leaves the case as it was."""
        return f"shift_{self.by_letters}"

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case:
        """The shifted case."""
        options = _check(case).expect.options
        if len(options) != self.of:
            raise InternalError(f"option_shift({self.of}) was given {len(options)} options by `{case.arm}`")
        right = options[LETTERS.index(case.expect.answer)]
        cut = self.of - self.by_letters
        moved = options[cut:] + options[:cut]
        parts = tuple(
            Text(part.text.replace(listed(options), listed(moved))) if isinstance(part, Text) else part
            for part in case.turns[0].parts
        )
        return replace(case, turns=(replace(case.turns[0], parts=parts),), expect=_expect(moved, right))


def option_shift(n_options: int) -> Vary:
    """All circular shifts of a multiple-choice case, as arms `shift_0` (as it was) to `shift_{n-1}`."""
    return Vary(tuple(Shift(by, n_options) for by in range(n_options)), keep_original=False)


def _expect(options: tuple[str, ...], right: str) -> Expect:
    letters = LETTERS[: len(options)]
    gold = letters[options.index(right)]
    return Expect(answer=gold, options=options, wrong=tuple(letter for letter in letters if letter != gold))


def _check(case: Case) -> Case:
    """The case, if it is one multiple-choice question whose block of options stands in it exactly once."""
    options = case.expect.options
    found = case.turns[0].text.count(listed(options)) if len(case.turns) == 1 and len(options) > 1 else 0
    if found != 1 or case.expect.answer not in tuple(LETTERS[: len(options)]):
        raise InternalError(f"`{case.arm}` is no multiple-choice case: its block of options was found {found} times")
    return case
