"""A toy task and a scripted model, for tests of the engine that need no server."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from trustgen.core import (
    Case,
    Expect,
    Judge,
    Level,
    Model,
    Outcome,
    Record,
    Records,
    Reply,
    Request,
    Response,
    Ruling,
    Source,
    Task,
    Usage,
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


class Scripted(Model):
    """A model whose every call is a function of (number asked, how often it was asked before)."""

    levels = frozenset({Level.GENERATE})
    simulated = False
    slots = 8

    def __init__(self, answer: Callable[[str, int], str] | None = None, uri: str = "scripted/model") -> None:
        self.uri = uri
        self.asked: Counter[str] = Counter()
        self.requests: list[Request] = []
        self.closed = 0
        self.delay = 0.0
        self._answer = answer or (lambda number, _: number)

    async def check(self) -> None:
        """Always there."""

    async def ask(self, request: Request) -> Reply:
        number = request.turns[0].text.removeprefix("Say ").removesuffix(".")
        name = f"{number}/{len(request.turns)}"
        self.requests.append(request)
        self.asked[name] += 1
        await asyncio.sleep(self.delay)
        return Reply(self._answer(number, self.asked[name] - 1), usage=Usage(5, 1))

    async def close(self) -> None:
        self.closed += 1


def edition(folder: Path, n: int = 20, salt: str = "s", *, with_images: bool = False) -> Edition:
    """Build the toy edition."""
    tasks = [echo(n), *([images(3)] if with_images else [])]
    return build(tasks, folder, salt=salt, suite="toy")


def settings(**changes: Any) -> Settings:
    """Settings with short waits."""
    return Settings(**({"retry": FAST, "grace": 0.2} | changes))
