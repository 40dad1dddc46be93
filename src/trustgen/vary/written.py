"""The same by a bound writer, where a rule would be stiff: paraphrase, shorten, lengthen.

The writer sees the bare question and nothing else of the case: not the answer, not the options, not the record. Why an
earlier attempt was rejected is told to it with the answers blotted out. Each operation that has a rule form takes that
where no writer is bound; `by` says which it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

import msgspec

from trustgen.core import (
    LETTERS,
    Bound,
    Case,
    Expect,
    Keep,
    Maker,
    Prompts,
    Sampling,
    Variation,
    structured,
)

from .asked import asked
from .forms import SENSE, longer, reworded, shorter

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
BLOT = "…"


class Rewording(msgspec.Struct):
    """What a writer replies: the question in its new wording."""

    question: str


@dataclass(frozen=True)
class Written:
    """A variation by a writer. `prompt` is one of this room's prompt files."""

    name: str
    writer: Bound
    prompt: str
    keeps: frozenset[Keep] = SENSE
    temperature: float = 0.7
    max_tokens: int = 512
    by: Maker = "writer"

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The case in the writer's words; None where the writer changed nothing. Raises `Unusable` as `structured`."""
        found = asked(case)
        if found is None:
            return None
        seed = draw.getrandbits(31)
        again = PROMPTS.mend(reason=blotted(mend, case.expect, found.question)) if mend else ""
        ask = PROMPTS[self.prompt](draw, question=found.question, again=again)
        sampling = Sampling(temperature=self.temperature, max_tokens=self.max_tokens, seed=seed)
        made = structured(self.writer, ask, Rewording, sampling=sampling).question.strip()
        return found.reworded(made) if made and made != found.question else None


def paraphrase(writer: Bound | None = None) -> Variation:
    """The question in other words: by the writer, or by rule (another construction) where none is bound."""
    return Written("paraphrase", writer, "write_paraphrase") if writer else reworded()


def shorten(writer: Bound | None = None) -> Variation:
    """The question in fewer words: by the writer, or by rule where none is bound."""
    return Written("shorter", writer, "write_shorter") if writer else shorter()


def lengthen(writer: Bound | None = None) -> Variation:
    """The question in more words, with nothing added to it: by the writer, or by rule (a frame) where none is bound."""
    return Written("longer", writer, "write_longer") if writer else longer()


def blotted(text: str, expect: Expect, question: str) -> str:
    """A text without the answers of a case, longest first; what the question says itself may stay."""
    answers = {expect.answer, *expect.aliases, expect.best}
    if expect.options and expect.answer in LETTERS[: len(expect.options)]:
        answers = {expect.options[LETTERS.index(expect.answer)]}
    for answer in sorted((a for a in answers if a), key=len, reverse=True):
        word = re.compile(rf"(?<!\w){re.escape(answer)}(?!\w)", re.IGNORECASE)
        if not word.search(question):
            text = word.sub(BLOT, text)
    return text
