"""Questions of one's own: a file of rows, whose columns are found by their names.

    question,answer
    Which tower stands in Paris?,the Eiffel Tower

`question` and `answer` go by many names (`NAMES`); `aliases` and `options` are lists, or texts with `|` or `;` between
their parts. What else a prompt names is a column of that name. A row that cannot be used is named with line and reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from trustgen.core import BARE, InputError, Pool, Record

from .archives import LIMITS, opened
from .described import Described, Field
from .manifest import RowPool
from .origins import Origin, parts
from .promptfoo import tests
from .rows import read_rows

NAMES = {
    "question": ("question", "prompt", "input", "query", "instruction", "text", "problem", "user", "request", "q"),
    "answer": (
        "answer", "expected", "target", "label", "gold", "reference", "ideal", "output", "completion", "solution",
        "correct", "correct_answer", "best_answer", "__expected", "a",
    ),
    "aliases": ("aliases", "also", "also_right", "alternatives", "answers", "correct_answers"),
    "options": ("options", "choices", "candidates"),
}  # fmt: skip
"""By which names, in any case, a column is taken for a field; the first that is there."""
LISTS = ("aliases", "options")
FIRST = 200  # rows in which columns are looked for


def own(path: Path, name: str, columns: Mapping[str, str], wanted: Sequence[str]) -> Pool:
    """The pool of a file of questions: CSV, TSV, JSON, JSONL, Parquet, a dataset folder, or promptfoo's YAML.

    `columns` says which column a field is, and goes before what their names say; `wanted` are the fields that a record
    must have. Raises `InputError` where the file cannot be read, or a field has no column.
    """
    if not path.exists():
        raise InputError(f"`{path}` is not there: name a file of questions (CSV, JSON, JSONL, Parquet), or a folder")
    if path.suffix == ".toml":
        raise InputError(f'`{path}` is a manifest: ask it by a suite, with  id = "ask.NAME"  and  pool = "{path.name}"')
    if path.suffix in (".yaml", ".yml"):
        return tests(path, name)
    origin = Origin(path=path.name)
    described = Described(name=name, about=f"questions of {path.name}", licence="as its owner says", origin=origin)
    found = _columns(described, path)
    fields: dict[str, str | Field] = {}
    for field in dict.fromkeys((*NAMES, *wanted)):
        column = columns.get(field) or _named(field, found)
        if column and column.split(".")[0] not in found:
            raise InputError(f"{path.name} has no column `{column}`: it has {', '.join(found)}")
        if column:
            fields[field] = Field(column=column, default=[] if field in LISTS else UNSET)
        elif field in wanted:
            mend = f"say which one it is (--{field} COLUMN)" if field in NAMES else "take it out of the prompt"
            raise InputError(f"{path.name} has no column for `{field}`: it has {', '.join(found)}; {mend}")
    return RowPool(msgspec.structs.replace(described, fields=fields), path.parent / "own.toml")


def _named(field: str, found: Mapping[str, Any]) -> str:
    """The column that a field's names mean, or ""."""
    low = {column.strip().lower(): column for column in reversed([*found])}
    return next((low[name] for name in NAMES.get(field, (field.lower(),)) if name in low), "")


def _columns(described: Described, path: Path) -> dict[str, Any]:
    """The columns of the first rows, each with a value. Raises `InputError` for a file without a usable row."""
    found: dict[str, Any] = {}
    for part in parts(described, path.parent / "own.toml", BARE, LIMITS):
        with opened(part.content, part.name, part.member, LIMITS) as stream:
            for place, raw in enumerate(read_rows(stream, part.label, part.shape, LIMITS)):
                found |= {str(column): value for column, value in raw.values.items() if str(column) not in found}
                if place >= FIRST:
                    break
    if not found:
        raise InputError(f"{path.name} has no row that can be read: write a header, and a question a line")
    return found


def listed(record: Record, field: str) -> list[str]:
    """A field as a list of texts: a list, or a text with `|` or `;` between its parts."""
    value = record.fields.get(field) or []
    if isinstance(value, str):
        value = value.split("|" if "|" in value else ";")
    return [text for one in value if (text := str(one).strip())]


__all__ = ["LISTS", "NAMES", "listed", "own"]
