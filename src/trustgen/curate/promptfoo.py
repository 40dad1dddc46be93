"""Tests that were written for promptfoo: its YAML, and the expectations of its CSV.

Read are prompts, variables and the asserts that say what the answer is (`equals`, `contains` and their like). Code is
never run: an assert by JavaScript, Python or a regular expression is named with its test, and that test is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from trustgen.core import BadRow, InputError, MissingExtra, Record, Source, plain

from .origins import hash_of
from .pool import Table

TEXTS = ("equals", "contains", "icontains", "starts-with", "contains-any", "icontains-any")
"""Asserts that name the answer; of a list the first is the answer, and the others are right too."""
_NAMED = re.compile(r"(equals|contains|icontains|starts-with)\s*:\s*")
_UNREAD = re.compile(
    r"(javascript|python|fn|eval|regex|not-\w+|is-json|contains-json|llm-rubric|similar\S*|webhook|levenshtein\S*)\s*:"
)
_SLOT = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def expected(text: str) -> str | None:
    """The answer in a cell `__expected` of a CSV; None where it is an assert that is not read."""
    text = text.strip()
    return None if _UNREAD.match(text) else _NAMED.sub("", text, count=1) if _NAMED.match(text) else text


def tests(path: Path, name: str) -> Table:
    """The pool of the tests of a promptfoo YAML file, each with each of its prompts.

    Raises `InputError` for a file that has none, `MissingExtra` where `pyyaml` is absent.
    """
    told = _read(path)
    prompts = [one if isinstance(one, str) else "" for one in told.get("prompts") or ["{{question}}"]]
    for prompt in prompts:
        if not prompt or prompt.startswith("file:"):
            raise InputError(f"{path.name}: a prompt is no text ({prompt or 'something else'}): write it into the file")
    usual = told.get("defaultTest") or {}
    rows = told.get("tests")
    if not isinstance(rows, list):
        raise InputError(f"{path.name} has no list of tests: what another file holds is asked with that file")
    digest, _ = hash_of(path)
    source = Source(origin=path.name, revision=digest[:12], licence="as its owner says", sha256=digest)
    bad: list[BadRow] = []
    made = [*_records(name, source, path, prompts, usual, rows, bad)]
    if not made:
        why = f"the first: {bad[0].where}: {bad[0].reason}" if bad else "there are none"
        raise InputError(f"{path.name} has no test that can be asked ({why})")
    return _Tests(name, f"tests of {path.name}", lambda: source, lambda: tuple(made), tuple(bad))


class _Tests(Table):
    """A table that tells which tests were left out."""

    def __init__(self, name: str, about: str, source: Any, read: Any, bad: tuple[BadRow, ...]) -> None:
        super().__init__(name, about, source, read)
        object.__setattr__(self, "_bad", bad)

    def bad_rows(self) -> tuple[BadRow, ...]:
        """The tests that are not asked, with the reason."""
        return self._bad  # type: ignore[attr-defined,no-any-return]


def _read(path: Path) -> dict[str, Any]:
    try:
        import yaml  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtra("reading YAML", "pyyaml", "pip install pyyaml") from error
    try:
        told = yaml.safe_load(plain.read_text(path))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InputError(f"{path.name} is no YAML that can be read: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(told, dict):
        raise InputError(f"{path.name} holds no table of prompts and tests")
    return told


def _records(
    name: str,
    source: Source,
    path: Path,
    prompts: list[str],
    usual: dict[str, Any],
    rows: list[Any],
    bad: list[BadRow],
) -> Iterator[Record]:
    for number, row in enumerate(rows, 1):
        where = f"{path.name}, test {number}"
        asserts = [*(usual.get("assert") or []), *((row.get("assert") or []) if isinstance(row, dict) else [])]
        held = {**(usual.get("vars") or {}), **((row.get("vars") or {}) if isinstance(row, dict) else {})}
        answers, fault = _answers(asserts)
        for prompt in prompts:
            lacking = [slot for slot in _SLOT.findall(prompt) if slot not in held]
            if why := fault or (f"no variable `{lacking[0]}` for its prompt" if lacking else ""):
                bad.append(BadRow(name, where, "", why))
                break
            asked = _SLOT.sub(partial(_filled, held), prompt)
            first, *more = answers or [""]
            yield Record.of(name, source, question=asked, answer=first, aliases=more, options=[])


def _filled(held: dict[str, Any], slot: re.Match[str]) -> str:
    return str(held[slot[1]])


def _answers(asserts: list[Any]) -> tuple[list[str], str]:
    """The right answers that asserts name, and the one that cannot be read."""
    found: list[str] = []
    for one in asserts:
        kind = str(one.get("type", "")) if isinstance(one, dict) else ""
        if kind not in TEXTS:
            what = "it would run code" if kind in ("javascript", "python", "webhook") else "only texts are read"
            return [], f"its assert `{kind or one}` is not read: {what} ({', '.join(TEXTS[:3])} …)"
        value = one.get("value")
        found += [str(each) for each in value] if isinstance(value, list) else [str(value)]
    return found, ""


__all__ = ["TEXTS", "expected", "tests"]
