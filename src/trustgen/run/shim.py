"""Temporary."""

from collections.abc import Callable, Iterable
from typing import Any

from trustgen.audit import Duplicates, fault
from trustgen.core import Case, Crafted, Kit


class Auditor:
    """T."""

    def __init__(self, kit: Kit | None = None) -> None:
        self.seen = Duplicates()

    def __call__(self, made: Crafted) -> str:
        return fault(made.case)

    def repeated(self, made: Crafted) -> str:
        return self.seen(made.case)


def card(cases: Callable[[], Iterable[Case]], check: Auditor) -> dict[str, Any]:
    return {}
