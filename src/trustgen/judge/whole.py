"""Judges that need a reply as it was written: spelling, digits, mark-up and signs that a tidied reading has lost."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from trustgen.core import Case, Response, Ruling, digest

from . import own as owned
from . import reading
from .reading import made_of, silent, unparsed

MOST = 20_000  # characters of a reply that are read: its two ends, where it is longer


def ends(text: str, most: int = MOST) -> str:
    """A text, or the two ends of a longer one, with a line break between."""
    return text if len(text) <= most else f"{text[: most // 2]}\n{text[-(most // 2) :]}"


def _speaks(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _told(value: Any) -> Any:
    """A constant in a form that can be hashed, patterns and sets inside others too."""
    match value:
        case re.Pattern():
            return value.pattern
        case frozenset():
            return sorted(value)
        case dict():
            return {str(key): _told(item) for key, item in value.items()}
        case tuple():
            return [_told(item) for item in value]
    return value


def _constants(held: Mapping[str, Any]) -> dict[str, Any]:
    floats = {name: value for name, value in held.items() if isinstance(value, float)}
    return {name: _told(value) for name, value in (made_of(held) | floats).items()}


class WholeJudge:
    """A judge made of one rule over the raw text of the last reply; its key is made as that of a `RuleJudge`.

    `also` names modules, beside the rule's own, whose constants shape the ruling; `most` characters are read. `reads`
    names the kind of labelled rows that tell its error, by default its own name.

    The rule reads what the reply answers itself (see `own`). What does harm does so wherever it stands: a label of
    `harm` counts in turns that the model makes up too, and, with `copied`, in a copy of the prompt.
    """

    __slots__ = ("_copied", "_harm", "_most", "_rule", "key", "name", "reads")

    def __init__(
        self,
        name: str,
        version: int,
        rule: Callable[[Case, str], Ruling],
        also: tuple[str, ...] = (),
        most: int = MOST,
        reads: str = "",
        harm: tuple[str, ...] = (),
        copied: bool = False,
    ) -> None:
        modules = (__name__, reading.__name__, owned.__name__, rule.__module__, *also)
        lists = [_constants(vars(sys.modules[module])) for module in modules]
        self.name = name
        self.reads = reads or name
        self.key = digest(name, version, most, lists, _constants(getattr(rule, "__dict__", {})), harm, copied)
        self._rule, self._most, self._harm, self._copied = rule, most, harm, copied

    def __call__(self, case: Case, response: Response) -> Ruling:
        """Rule on the last reply of a response; one without a letter or digit is `unparsed`, and so is an echo."""
        answer, why = owned.own(case, response.text)
        text = ends(answer, self._most)
        ruling = unparsed(why) if why else self._rule(case, text) if _speaks(text) else silent(response)
        if self._harm and ruling.label not in self._harm:
            said = ends(response.text if self._copied else owned.unechoed(case, response.text), self._most)
            if said != text and _speaks(said) and (other := self._rule(case, said)).label in self._harm:
                return other
        return ruling

    def __repr__(self) -> str:
        return f"<judge {self.name} {self.key[:8]}>"


__all__ = ["MOST", "WholeJudge", "ends"]
