"""The public room: what it exports, what it needs, and a contract that no plug-in can crash."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from trustgen import BARE, Case, Expect, InputError, Kit, Record, Task, TaskFactory, task, testing, user
from trustgen.curate import pool
from trustgen.judge import matches
from trustgen.stats import accuracy
from trustgen.testing.contract import LAWS

ROOT = Path(__file__).parents[2]


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """A question with three wrong answers."""
    expect = Expect(answer=record["answer"], wrong=tuple(draw.sample(record["distractors"], 3)))
    yield Case.of(record, "plain", user(f"What is the capital of {record['subject']}?"), expect=expect)


def crashing(record: Record, draw: Random) -> Iterator[Case]:
    """A builder with a bug."""
    raise ZeroDivisionError("a bug")
    yield from ()


def made(build: object = cases, role: str = "") -> TaskFactory:
    """A task of one's own, without a card."""

    @task(version="1-A", id="own.capitals")
    def own(n: int = 12, kit: Kit = BARE) -> Task:
        if role:
            kit.need(role, "`own.capitals`")
        measures = {"accuracy": accuracy()}
        return Task(records=pool("facts.capitals", n=n), cases=build, judge=matches("capital"), measures=measures)  # type: ignore[arg-type]

    return own


def test_all_that_is_exported_is_there_and_nothing_else_is_needed() -> None:
    assert sorted(testing.__all__) == testing.__all__
    assert all(hasattr(testing, name) for name in testing.__all__)
    code = "import sys, trustgen.testing; assert not {'pytest', '_pytest', 'hypothesis'} & sys.modules.keys()"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_task_without_a_card_lacks_that_alone() -> None:
    faults = {found.law: found.fault for found in testing.contract(made()) if not found.ok}
    assert faults.keys() == {"card and measures agree"}
    assert "has no card.md beside it" in faults["card and measures agree"]


def test_what_a_builder_raises_is_a_fault_of_the_task() -> None:
    found = {found.law: found for found in testing.contract(made(crashing))}
    assert found["the same salt, the same cases"].fault == "raises ZeroDivisionError: a bug"
    assert all(one.mend for one in found.values())


def test_a_task_that_needs_a_role_says_so() -> None:
    with pytest.raises(InputError, match="judge"):
        testing.contract(made(role="judge"))


def test_an_organism_that_there_is_not_is_said() -> None:
    with pytest.raises(InputError, match="no organism has the trait"):
        testing.organism("perfekt")


def test_every_law_has_its_row_on_the_page() -> None:
    page = (ROOT / "docs" / "testing.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", page, re.MULTILINE)
    assert [row for row in rows if row not in ("law",)] == [law.name for law in LAWS]
