"""Whether a variation kept what it promised of the wording: every word, the options, the instructions around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from trustgen.core import LETTERS, Case

from .answers import is_choice
from .reading import NEGATIONS

_WORD = re.compile(r"\w+(?:['’]\w+)*", re.UNICODE)
SLACK = 0.15  # share of the words that may be beyond recognition, since noise may hit a word twice


def options_kept(case: Case, base: Case) -> str:
    """The block of options stands word for word, in its order."""
    if not is_choice(base.expect):
        return ""
    if case.expect.options != base.expect.options:
        return "the options were changed"
    if case.expect.answer != base.expect.answer:
        return "the letter of the answer was changed"
    block = "\n".join(f"{a}) {o}" for a, o in zip(LETTERS, base.expect.options, strict=False))
    before, after = _all(base), _all(case)
    return "the options were changed" if block in before and block not in after else ""


def words_kept(before: str, after: str, least: float = 1 - SLACK) -> str:
    """Every word is still there, in whatever order, though it may be spelt otherwise or stand among others.

    A word is found again where one of the new text's other words is within a third of its letters; a negation and a
    number must be found letter for letter.
    """
    wanted, there = _words(before), Counter(_words(after))
    lost = list((Counter(wanted) - there).elements())
    if not lost:
        return _negated(wanted, there)
    spare = list((there - Counter(wanted)).elements())
    glued = "".join(_words(after))
    firm = [w for w in lost if (w in _SHORT_NO or w[0].isdigit()) and w not in glued]
    if firm:
        return f"the word `{firm[0]}` was lost"
    gone = [w for w in lost if w not in glued and not any(_edits(w, x, _allowed(w)) <= _allowed(w) for x in spare)]
    if len(gone) > len(wanted) * (1 - least) + 0.5:
        return f"the word `{gone[0]}` was lost"
    return _negated(wanted, there)


def _negated(wanted: Sequence[str], there: Counter[str]) -> str:
    """A negation that was added where hardly a word was."""
    fresh = [w for w in there if w in NEGATIONS and w not in wanted and not any(_edits(w, x, 1) <= 1 for x in wanted)]
    return f"the word `{fresh[0]}` was added" if fresh and there.total() <= len(wanted) + 2 else ""


def _allowed(word: str) -> int:
    return max(1, -(-len(word) // 3))


def figures_kept(before: str, after: str) -> str:
    """Figures, quoted text and names in the middle of a sentence still stand, blanks and case apart."""
    glued = "".join(after.split()).casefold()
    for pattern in (_FIGURE, _QUOTE, _NAME):
        for found in pattern.findall(before):
            if "".join(found.split()).casefold() not in glued:
                return f"`{found}` was lost"
    return ""


_SHORT_NO = frozenset(["not", "no", "never", "none", "nor"])  # one letter off, these are other words
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_QUOTE = re.compile(r"\"([^\"\n]{2,200})\"")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][^\W\d_]+")


def _words(text: str) -> list[str]:
    text = re.sub(r"\b(?:\w[ -]{1,3}){2,}\w\b", lambda m: re.sub(r"[ -]", "", m[0]), text)  # spaced-out capitals
    return [w.lower().replace("’", "'") for w in _WORD.findall(text)]


def _edits(one: str, other: str, most: int) -> int:
    """The edit distance of two words, a swap of neighbours counting one; `most + 1` for any beyond `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row = row, [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (a != b))
            if before and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = last
    return row[-1]


def surroundings_kept(case: Case, base: Case) -> str:
    """The other turns, the images and the system text stand as they did; only where both mark their question."""
    if not case.question or not base.question or is_choice(case.expect) != is_choice(base.expect):
        return ""
    if len(case.turns) != len(base.turns):
        return ""
    for turn, old in zip(case.turns, base.turns, strict=True):
        if turn.role != old.role:
            return "the turns were changed"
        if turn != old and base.question not in old.text:
            return "another turn was changed"
    return ""


def _all(case: Case) -> str:
    return "\n".join(turn.text for turn in case.turns)
