"""Judges that need a reply as it was written: spelling, digits, mark-up and signs that a tidied reading has lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from trustgen.core import Case, Judge, Response, Ruling

from . import own as owned
from .key import key_of
from .reading import silent, unparsed

MOST = 20_000  # characters of a reply that are read: its two ends, where it is longer


def ends(text: str, most: int = MOST) -> str:
    """A text, or the two ends of a longer one, with a line break between."""
    return text if len(text) <= most else f"{text[: most // 2]}\n{text[-(most // 2) :]}"


def _speaks(text: str) -> bool:
    return any(c.isalnum() for c in text)


class WholeJudge(Judge):
    """A judge made of one rule over the raw text of the last reply. `key` is as that of a `RuleJudge`.

    `most` characters are read. `reads` names the kind of labelled rows that tell its error, by default its own name.

    The rule reads what the reply answers itself (see `own`). What does harm does so wherever it stands: a label of
    `harm` counts in turns that the model makes up too, and, with `copied`, in a copy of the prompt.
    """

    rule: Callable[[Case, str], Ruling]

    def __init__(
        self,
        name: str,
        rule: Callable[[Case, str], Ruling],
        most: int = MOST,
        reads: str = "",
        harm: tuple[str, ...] = (),
        copied: bool = False,
    ) -> None:
        self.name, self.reads, self.rule = name, reads or name, rule
        self._most, self._harm, self._copied = most, harm, copied

    @cached_property
    def key(self) -> str:
        """The hash of all that shapes its rulings."""
        return key_of(type(self), self.name, self.rule, self._most, self._harm, self._copied)

    def __call__(self, case: Case, response: Response) -> Ruling:
        """Rule on the last reply of a response; one without a letter or digit is `unparsed`, and so is an echo."""
        answer, why = owned.own(case, response.text)
        text = ends(answer, self._most)
        ruling = unparsed(why) if why else self.rule(case, text) if _speaks(text) else silent(response)
        if self._harm and ruling.label not in self._harm:
            said = ends(response.text if self._copied else owned.unechoed(case, response.text), self._most)
            if said != text and _speaks(said) and (other := self.rule(case, said)).label in self._harm:
                return other
        return ruling

    def __repr__(self) -> str:
        return f"<judge {self.name} {self.key[:8]}>"


__all__ = ["MOST", "WholeJudge", "ends"]
