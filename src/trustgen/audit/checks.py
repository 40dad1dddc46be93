"""Checks that every crafted case must pass before money is spent on it."""

from __future__ import annotations

from hashlib import blake2b

from trustgen.core import Case, Text


def fault(case: Case) -> str:
    """Why a case cannot be used, in a few words; "" when it can."""
    texts = [part.text for turn in case.turns for part in turn.parts if isinstance(part, Text)]
    expect = case.expect
    known = {expect.answer, *expect.aliases} - {""}
    faults = (
        (not case.calls, "asks nothing"),
        (any(not text.strip() for text in texts), "empty turn"),
        (any("{{" in text for text in texts), "unfilled slot"),
        (not (expect.answer or expect.best), "no expected answer"),
        (bool(known & set(expect.wrong)), "an answer is both right and wrong"),
        (len(set(expect.options)) < len(expect.options), "two options are the same"),
    )
    return next((reason for failed, reason in faults if failed), "")


class Duplicates:
    """Remembers what was asked, by 8 bytes a case."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def __call__(self, case: Case) -> str:
        """Why a case repeats an earlier one of its task and arm; "" the first time."""
        key = repr((case.task, case.arm, case.turns)).encode()
        mark = blake2b(key, digest_size=8).digest()
        if mark in self._seen:
            return "asked already"
        self._seen.add(mark)
        return ""
