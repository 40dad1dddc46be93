"""A dose of typing slips: a share of all words of a question or passage, names too, each with one slip of the hand.

What the answer hangs on stays as it is: words of the options (where these are short), numbers, and the words on which a
meaning turns. A slip never makes one of these words out of another one. First letters stay, so a reader follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from trustgen.core import Case, InputError, Keep, Maker

from . import spelling
from .asked import asked
from .words import WORD, held, table

SLIPS = (
    spelling.missing_letter,
    spelling.wrong_letter,
    spelling.repeated_letter,
    spelling.swapped_letters,
    spelling.capital_letters,
)
SHORTEST = 3  # letters of a word that can take a slip


def typed(text: str, draw: Random, dose: float, kept: frozenset[str] = frozenset()) -> str:
    """The text with slips in `dose` of its words, 0 to 1, rounded; "" where too few words can take one.

    `kept` are words, in lower case, that stay. The words struck at a small dose are struck at a larger one too, where
    both are given a draw of the same seed.
    """
    pieces = WORD.split(text)
    among = [i for i in range(1, len(pieces), 2) if _open(pieces[i], kept)]
    wanted = max(1, round(dose * (len(pieces) // 2)))
    draw.shuffle(among)
    for i in among:
        if made := _slipped(pieces[i], Random(draw.random()), kept):
            pieces[i] = made
            wanted -= 1
        if not wanted:
            return "".join(pieces)
    return ""


def _open(word: str, kept: frozenset[str]) -> bool:
    return len(word) >= SHORTEST and word.isalpha() and word.lower() not in kept | table("critical")


def _slipped(word: str, draw: Random, kept: frozenset[str]) -> str:
    """The word with one slip, of a kind that is drawn; "" where none of them changes it."""
    for slip in draw.sample(SLIPS, len(SLIPS)):
        made = slip(word, draw)
        if made != word and (made.lower() == word.lower() or made.lower() not in kept | table("critical")):
            return made
    return ""


@dataclass(frozen=True)
class Typed:
    """The variation that strikes a dose of a question's words."""

    dose: float
    by: Maker = "rule"
    keeps: frozenset[Keep] = frozenset({Keep.ANSWER, Keep.OPTIONS})

    @property
    def name(self) -> str:
        """The dose in percent of all words."""
        return f"typed_{round(100 * self.dose)}"

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The case with slips; None where too few of its words can take one."""
        found = asked(case)
        made = typed(found.question, draw, self.dose, held(case)) if found else ""
        return found.reworded(made) if found and made else None


def typing(dose: float) -> Typed:
    """Slips in a dose of all words: `typing(0.15)`. Raises `InputError` where it is no share above 0."""
    if not 0 < dose <= 1:
        raise InputError(f"slips in {dose} of all words: give a share above 0, up to 1")
    return Typed(dose)


__all__ = ["SLIPS", "Typed", "typed", "typing"]
