"""Questions of one's own: rows or a file, and the suite of one form that asks them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from trustgen.core import InputError
from trustgen.store import Edition
from trustgen.tasks.suites import Entry, Suite, rubric_text

SHOWN = 5
"""Rows that cannot be used which are named; the others are counted."""
Question = Mapping[str, Any]


def suite_of(file: Path, judge: str, prompt: str, name: str, columns: dict[str, str]) -> Suite:
    """The suite of one form over a file. Raises `InputError` for a rubric that cannot be read."""
    settings = {"rubric": rubric_text(Path(judge))} if judge.endswith(".md") else {"judge": judge}
    if prompt:
        settings["prompt"] = prompt
    called = re.sub(r"[^\w-]+", "_", name or file.stem).strip("_") or "questions"
    entry = Entry(id=f"ask.{called}", pool=str(file), settings=settings, columns=columns)
    return Suite(called, f"Questions of {file.name}", (entry,))


@contextmanager
def written(questions: str | Path | Sequence[Question]) -> Iterator[Path]:
    """The file of questions; rows lie in one for as long as it is read."""
    if isinstance(questions, str | Path):
        yield Path(questions)
        return
    if strange := next((row for row in questions if not isinstance(row, Mapping)), None):
        raise InputError(f'a row is {type(strange).__name__}: write {{"question": …, "answer": …}}')
    if not questions:
        raise InputError('there is no row: write [{"question": …, "answer": …}, …]')
    try:
        lines = b"\n".join(msgspec.json.encode(dict(row)) for row in questions)
    except TypeError as error:
        raise InputError(f"a row holds what no JSON can: {error}") from None
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "questions.jsonl"
        file.write_bytes(lines + b"\n")
        yield file


def refused(edition: Edition) -> Iterator[str]:
    """The rows that could not be used, in words."""
    lost = [f"{line.where or line.record[:8]}: {line.reason}" for line in edition.rejects()]
    if lost:
        yield f"{len(lost)} row{'s' * (len(lost) > 1)} cannot be used:"
        yield from (f"  {one}" for one in lost[:SHOWN])
        if len(lost) > SHOWN:
            yield f"  and {len(lost) - SHOWN} more; the edition's rejects have them"
