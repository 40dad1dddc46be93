"""What is not installed is named all at once, and before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

import pytest

from trustgen.core import (
    Case,
    Expect,
    InputError,
    Judge,
    MissingExtra,
    MissingExtras,
    Pool,
    Record,
    Response,
    Ruling,
    Source,
    Task,
    user,
)
from trustgen.curate.pool import Selection, together
from trustgen.judge import matches
from trustgen.run.ready import all_there, judges_there, lacking
from trustgen.stats import accuracy

SOURCE = Source(origin="here", revision="1", licence="CC0", sha256="")


class Held(Pool):
    """One record; or none, for want of a package."""

    name, about, size = "held", "for tests", 1

    def __init__(self, lacks: str = "") -> None:
        self.lacks = lacks

    def draw(self, salt: str) -> Iterator[Record]:
        if self.lacks:
            raise MissingExtra("this pool", self.lacks, f"pip install {self.lacks}")
        yield Record.of("held", SOURCE, question="Which?", answer="this")


class Lacking(Judge):
    """A judge whose package is missing."""

    name = "lacking"
    key = "lacking"

    def __call__(self, case: Case, response: Response) -> Ruling:
        raise MissingExtra("this judge", "reader", "pip install reader")


class Broken(Lacking):
    """A judge with a fault of another kind."""

    def __call__(self, case: Case, response: Response) -> Ruling:
        raise ValueError("a bug")


def cases(record: Record, draw: Random) -> Iterator[Case]:
    for arm in ("a", "b"):
        yield Case.of(record, arm, user("Which?"), expect=Expect(answer="this", wrong=("that",)))


def task(lacks: str = "", judge: Judge | None = None) -> Task:
    made = Selection((Held(lacks),), 1)
    return Task(records=made, cases=cases, judge=judge or matches(), measures={"accuracy": accuracy()}, id=lacks or "t")


def test_every_package_of_pools_judges_and_tasks_is_named_once() -> None:
    def none() -> Task:
        raise MissingExtra("this task", "maker", "pip install maker")

    makers = [partial(task, "corpus"), partial(task, "corpus"), partial(task, "", Lacking()), none, partial(task)]
    assert [one.package for one in lacking(makers)] == ["corpus", "reader", "maker"]
    with pytest.raises(
        MissingExtras, match="3 packages are missing, `corpus`, `reader`, `maker`: run  pip install corpus"
    ):
        all_there(makers)
    with pytest.raises(MissingExtra, match="`reader`"):
        all_there([partial(task, "", Lacking())])
    all_there([partial(task), partial(task, "", Broken())])  # other faults are for those who judge in earnest


def test_several_pools_of_one_task_are_named_together() -> None:
    assert len(list(together([Held(), Held()]))) == 2
    with pytest.raises(MissingExtras, match="2 packages are missing, `one`, `two`"):
        together([Held("one"), Held(), Held("two")])
    with pytest.raises(MissingExtra, match="`one`"):
        together([Held("one")])


def test_a_judge_without_its_package_is_found_before_anything_is_asked() -> None:
    made = [case for record in task().records.select("s") for case in cases(record, Random(0))]
    sealed = [Case(c.arm, "t", c.arm, c.turns, c.expect, c.records) for c in made]
    judges_there({"t": task()}, sealed)
    with pytest.raises(InputError, match="`reader`"):
        judges_there({"t": task("", Lacking())}, sealed)
