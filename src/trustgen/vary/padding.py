"""Context padding: everyday sentences before or after a prompt, which say nothing about what is asked.

The sentences come from own templates in `prompts/filler.md`. They hold no name, no number and no denial, so that
nothing in them can be taken for an answer or for a condition of the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal

from trustgen.core import Case, InputError, Keep, Maker, Prompts

from .asked import asked

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
Where = Literal["before", "after", "both"]


@dataclass(frozen=True)
class Padding:
    """About `words` words of filler before the prompt, after it, or half on either side."""

    words: int
    where: Where
    by: Maker = "rule"
    keeps: frozenset[Keep] = frozenset(Keep)

    @property
    def name(self) -> str:
        """Where it stands and how long it is: `padding_before_100`."""
        return f"padding_{self.where}_{self.words}"

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The padded case; the prompt itself stands in it word for word."""
        found = asked(case)
        if found is None or not self.words:
            return None
        before = filler(self.words - self.words // 2 if self.where == "both" else self.words, draw)
        after = filler(self.words // 2, draw) if self.where == "both" else before
        parts = ([] if self.where == "after" else [before], [found.text], [] if self.where == "before" else [after])
        return found.with_text("\n\n".join(text for part in parts for text in part if text))


def padding(words: int = 100, where: Where = "before") -> Padding:
    """Filler of about `words` words (0 to 100,000; whole sentences, so up to 24 more). Raises `InputError`."""
    if where not in ("before", "after", "both"):
        raise InputError(f"padding was to stand `{where}`: say before, after or both")
    if not 0 <= words <= 100_000:
        raise InputError(f"padding of {words} words: give a number from 0 to 100000")
    return Padding(words, where)


def filler(words: int, draw: Random) -> str:
    """Whole sentences, at least so many words; "" for 0. No template is used again before all were."""
    made: list[str] = []
    count, left = 0, []  # type: int, list[str]
    moments, things = _lists()
    while count < words:
        if not left:
            left = draw.sample(PROMPTS.filler.wordings, len(PROMPTS.filler.wordings))
        moment, thing = (among[int(draw.random() * len(among))] for among in (moments, things))
        sentence = left.pop().replace("{{moment}}", moment).replace("{{thing}}", thing)
        made.append(sentence[0].upper() + sentence[1:])
        count += sentence.count(" ") + 1
    return " ".join(made)


@cache
def _lists() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The moments and the things that fill the templates: one a wording of their files."""
    return PROMPTS.moments.wordings, PROMPTS.things.wordings
