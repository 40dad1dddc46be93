"""`--margin [HEADLINE=]VALUE`: by how much a model may be worse, headline by headline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from trustgen.core import InputError

ALL = ""
"""Stands for every headline that has no margin of its own."""


def margin(told: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option, with what it does in a command."""
    return click.option("--margin", "margins", multiple=True, metavar="[HEADLINE=]M", help=told)


def margins_of(texts: Iterable[str]) -> dict[str, float]:
    """Margins by task; `ALL` for the others. A text that is none, or a task named twice, is an `InputError`."""
    found: dict[str, float] = {}
    for text in texts:
        task, named, value = text.rpartition("=")
        try:
            size = float(value)
        except ValueError:
            raise InputError(f"--margin {text}: write 0.02, or TASK=0.02 for the headline of one task") from None
        if not 0 < size < 1:
            raise InputError(f"margin {size:g}: it is a share of the measure's range, between 0 and 1, as 0.02")
        if named and not task:
            raise InputError(f"--margin {text}: name a task before the `=`")
        if task in found:
            raise InputError(f"--margin {text}: {f'`{task}`' if task else 'every headline'} has a margin already")
        found[task] = size
    return found


def by_task(margins: Mapping[str, float], tasks: Iterable[str]) -> dict[str, float]:
    """The margin of each task that has one; a margin for a task that is not there is an `InputError`."""
    tasks = list(tasks)
    if strange := sorted(set(margins) - {ALL, *tasks}):
        raise InputError(f"--margin {strange[0]}=…: there is no such task, only {', '.join(f'`{t}`' for t in tasks)}")
    return {t: margins.get(t, margins.get(ALL, 0.0)) for t in tasks if t in margins or ALL in margins}
