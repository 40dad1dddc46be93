"""Whose words may harm their reader: one rule for the page, the terminal, Python, and people who label.

Such words stay folded until somebody asks for them, and a page that is redacted is without them. A kind that nobody
knows is folded.
"""

from __future__ import annotations

from collections.abc import Mapping

from .task import Card

OPEN = ("truthfulness", "robustness", "ethics", "risk", "own")
"""Dimensions whose words stand open; those of any other may harm."""
ABSENT, UNNAMED = "of a task that is not installed", "of no dimension"


def task_harm(task: str, card: Card | None, settings: Mapping[str, str] | None = None) -> str:
    """The class of a task's words where they may harm; "" where they stand open.

    `card` is None where the task is not installed in the version that was asked: nobody knows what it asks. `settings`
    are those of a form, which are questions of one's own: they stand open, but for those that are to be declined.
    """
    if settings is not None:
        return "to be declined" if settings.get("judge") == "refuses" else ""
    if card is None:
        return ABSENT
    room = "safety" if ".safety." in task else card.dimension
    return "" if room in OPEN else room or UNNAMED


def case_harm(of_task: str, tags: Mapping[str, str]) -> str:
    """The class of a case's words, of a task of this class: a case that names a hazard may harm wherever it stands."""
    hazard = tags.get("hazard", "")
    return f"{of_task or 'hazard'}, {hazard}" if hazard else of_task


__all__ = ["ABSENT", "OPEN", "UNNAMED", "case_harm", "task_harm"]
