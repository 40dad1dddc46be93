"""What records a writer is asked for: their fields, the shape of its reply, and what repeats itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from keyword import iskeyword
from typing import Any, Literal

import msgspec

from trustgen.core import InputError
from trustgen.curate.rows import Fault, as_type, unclean
from trustgen.text.visible import one_line
from trustgen.text.words import singular

Kind = Literal["text", "integer", "number", "date", "boolean"]

_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}([,\u00a0\u202f ]\d{3})+(\.\d+)?")
_SMALL = frozenset(("a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"))


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of the records asked for. `about` tells the writer what it is; `most` is in characters."""

    about: str
    type: Kind = "text"
    required: bool = True
    most: int = 600


class Cited(msgspec.Struct, frozen=True):
    """A value, and the words of the page that say it. Either may be left out, and the value is then not used."""

    value: str | int | float | None = None
    quote: str = ""


def check_fields(what: str, fields: Mapping[str, Wanted], reserved: Iterable[str] = ()) -> None:
    """Raise `InputError` where a name cannot be a field's or nothing is asked for."""
    if not any(wanted.required for wanted in fields.values()):
        raise InputError(f"{what} asks for no field: give at least one that is required")
    for name in fields:
        if not name.isidentifier() or iskeyword(name) or name.startswith("_"):
            raise InputError(f"{what}: field {name[:40]!r} is no name: write letters, digits and underscores")
        if name in reserved:
            raise InputError(f"{what}: field `{name}` is not the writer's to give: name it otherwise")


def reply_shape(fields: Mapping[str, Wanted], *, cited: bool) -> type[msgspec.Struct]:
    """The shape `{records: [{field: …}]}` of a reply; each value with its quote where `cited`."""
    asked: list[Any] = []
    for name, wanted in sorted(fields.items(), key=lambda item: not item[1].required):  # defaults come last
        kind: Any = Cited if cited else bool if wanted.type == "boolean" else str | int | float
        asked.append((name, kind) if wanted.required and not cited else (name, kind | None, None))
    row = msgspec.defstruct("Row", asked)
    return msgspec.defstruct("Rows", [("records", list[row])])  # type: ignore[valid-type]


def listed_fields(fields: Mapping[str, Wanted]) -> str:
    """The fields as lines for a prompt."""
    lines = []
    for name, wanted in fields.items():
        kind = {"date": "a date as YYYY-MM-DD", "boolean": "true or false"}.get(wanted.type, wanted.type)
        lines.append(f"- {name} ({kind}{'' if wanted.required else ', optional'}): {wanted.about}")
    return "\n".join(lines)


def typed(wanted: Wanted, value: str | int | float | bool) -> Any:
    """A value as its field's type; raises `Fault` (of `trustgen.curate.rows`) where it is none."""
    if isinstance(value, str):
        if len(value) > 8 * wanted.most:
            raise Fault(f"has {len(value):,} characters, over {wanted.most:,}")
        value = one_line(value, len(value))
        if not value:
            raise Fault("is empty")
    if wanted.type == "date":
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError:
            raise Fault(f"is not a date: {str(value)[:40]!r}") from None
    if wanted.type in ("integer", "number") and isinstance(value, str) and _GROUPED.fullmatch(value):
        value = re.sub(r"[^\d.+-]", "", value)
    if wanted.type == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    made = as_type(value, wanted.type)
    if isinstance(made, str) and len(made) > wanted.most:
        raise Fault(f"has {len(made):,} characters, over {wanted.most:,}")
    if why := unclean(made):
        raise Fault(why)
    return made


class Novel:
    """Tells what is new from what says the same again: by the Jaccard overlap of the words' three-letter shingles.

    Texts with different figures in them are never the same. Each text is compared with all before it: for thousands.
    """

    def __init__(self, near: float) -> None:
        self._near = near
        self._kept: list[tuple[frozenset[str], frozenset[str]]] = []

    def like(self, text: str) -> bool:
        """Whether a text nearly repeats one that was added."""
        shingles, figures = self._read(text)
        return any(figures == f and _overlap(shingles, s) >= self._near for s, f in self._kept)

    def add(self, text: str) -> bool:
        """Keep a text if it is new; whether it was."""
        if self.like(text):
            return False
        self._kept.append(self._read(text))
        return True

    @staticmethod
    def _read(text: str) -> tuple[frozenset[str], frozenset[str]]:
        return shingles(text), frozenset(_FIGURE.findall(text))


def shingles(text: str) -> frozenset[str]:
    """Three-letter pieces of the words of a text, with their edges; small words and plural endings are left out."""
    pieces: set[str] = set()
    words = [word.casefold() for word in _WORD.findall(text)]
    for word in [w for w in words if w not in _SMALL] or words:
        edged = f"<{singular(word)}>"
        pieces.update(edged[i : i + 3] for i in range(len(edged) - 2))
    return frozenset(pieces)


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    if not a and not b:
        return 1.0
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared)


__all__ = ["Cited", "Novel", "Wanted", "check_fields", "listed_fields", "reply_shape", "shingles", "typed"]
