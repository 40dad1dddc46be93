"""Which case a model is asked first, alone: a model that cannot work should cost one case, not the plan."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trustgen.core import Case, Reply, Response, Sampling

NEAR = 256  # cases that are passed over, at most, to find one of another task


class Work(NamedTuple):
    """One case to ask, or, with the `answer` that is stored, only to judge; `failed`: it was asked in vain.

    `begun` are the replies of its game that an earlier session bought.
    """

    case: Case
    sampling: Sampling
    key: str
    answer: Response | None = None
    failed: bool = False
    begun: tuple[Reply, ...] = ()


def probes(work: Iterator[Work], held: deque[Work]) -> Iterator[Work]:
    """Cases to ask alone, one after the other: each of another task, then of another record, as far as some are near.

    What failed before, and its record, come last: a fault that lies in the case says little of the model. Cases passed
    over wait in `held`.
    """
    tasks: set[str] = set()
    records: set[str] = set()
    for item in work:
        if item.failed:
            records.add(item.case.cluster)
        if item.answer or item.case.cluster in records or item.case.task in tasks:
            held.append(item)
            if len(held) >= NEAR:
                break
        else:
            tasks.add(item.case.task)
            records.add(item.case.cluster)
            yield item
    while left := [item for item in held if not item.answer]:
        best = min(left, key=lambda item: (item.failed, item.case.cluster in records))
        held.remove(best)
        records.add(best.case.cluster)
        yield best


def first(held: deque[Work], rest: Iterable[Work]) -> Iterator[Work]:
    """What is held, then the rest."""
    while held:
        yield held.popleft()
    yield from rest
