"""A toy task and a scripted model, for tests of the engine that need no server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from trustgen import testing
from trustgen.core import (
    Case,
    Expect,
    Judge,
    Level,
    Outcome,
    Record,
    Records,
    Request,
    Response,
    Ruling,
    Source,
    Task,
    task,
    user,
)
from trustgen.run import Retry, Settings, build
from trustgen.stats import accuracy
from trustgen.store import Edition

SOURCE = Source(origin="tests", revision="1", licence="CC0-1.0")
FAST = Retry(attempts=3, base=0.001, cap=0.002, patience=0.05)


class Numbers(Records):
    """A pool of numbers."""

    pool = "toy.numbers"

    def __init__(self, n: int) -> None:
        self.n = n

    def select(self, salt: str) -> Iterator[Record]:
        for i in range(self.n):
            yield Record.of("toy.numbers", SOURCE, number=i, salt=salt)


class Echo(Judge):
    """Scores 1 when the reply repeats the answer."""

    key = "toy-judge-1"

    def __call__(self, case: Case, response: Response) -> Ruling:
        if not response.text:
            return Ruling(Outcome.UNPARSED, reason="empty reply")
        return Ruling(Outcome.SCORED, float(response.text == case.expect.answer), label=response.text)


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """One plain case, and one in two turns."""
    number = str(record["number"])
    expect = Expect(answer=number, wrong=("none",))
    yield Case.of(record, "plain", user(f"Say {number}."), expect=expect)
    yield Case.of(record, "twice", user(f"Say {number}."), user("Again."), expect=expect)


JUDGE = Echo()


@task(version="1-A", id="toy.echo")
def echo(n: int = 20) -> Task:
    """Say a number."""
    return Task(records=Numbers(n), cases=cases, judge=JUDGE, measures={"accuracy": accuracy()})


@task(version="1-A", id="toy.images")
def images(n: int = 5) -> Task:
    """A task that no text model can serve."""
    return Task(
        records=Numbers(n),
        cases=cases,
        judge=JUDGE,
        measures={"accuracy": accuracy()},
        needs=frozenset({Level.IMAGE_OUT}),
    )


FACTORIES = {"toy.echo": echo, "toy.images": images}


def number(request: Request) -> str:
    """The number that is asked for."""
    return request.turns[0].text.removeprefix("Say ").removesuffix(".")


class Scripted(testing.Scripted):
    """A model whose every call is a function of (number asked, how often it was asked before)."""

    def __init__(self, answer: Callable[[str, int], str] | None = None, uri: str = "scripted/model") -> None:
        say = answer or (lambda number, _: number)
        super().__init__(lambda request, before: say(number(request), before), uri)

    def prompt(self, request: Request) -> str:
        return f"{number(request)}/{len(request.turns)}"


def edition(folder: Path, n: int = 20, salt: str = "s", *, with_images: bool = False) -> Edition:
    """Build the toy edition."""
    tasks = [echo(n), *([images(3)] if with_images else [])]
    return build(tasks, folder, salt=salt, suite="toy")


def settings(**changes: Any) -> Settings:
    """Settings with short waits."""
    return Settings(**({"retry": FAST, "grace": 0.2} | changes))
