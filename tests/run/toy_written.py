"""A toy task whose questions a writer words, and a scripted writer to bind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from msgspec.structs import replace
from toy import JUDGE, Numbers

from trustgen.core import (
    BARE,
    Bound,
    Case,
    Expect,
    Keep,
    Kit,
    Level,
    Maker,
    Model,
    Record,
    Reply,
    Request,
    Sampling,
    Task,
    Usage,
    Vary,
    task,
    user,
)
from trustgen.stats import accuracy


class Writer(Model):
    """A model that writes what a function of its prompt says."""

    levels = frozenset({Level.GENERATE})
    simulated = False
    slots = 8

    def __init__(self, say: Callable[[str], str], uri: str = "scripted/writer") -> None:
        self.uri = uri
        self.asked: Counter[str] = Counter()
        self.most = 0  # calls at once, at most
        self._inside = 0
        self._say = say

    async def check(self) -> None:
        pass

    async def ask(self, request: Request) -> Reply:
        text = request.turns[-1].text
        self.asked[text] += 1
        self._inside += 1
        self.most = max(self.most, self._inside)
        await asyncio.sleep(0.002)
        self._inside -= 1
        return Reply(self._say(text), usage=Usage(5, 7), seconds=0.1)

    async def close(self) -> None:
        pass


@dataclass(frozen=True)
class Reworded:
    """Asks the writer to say the question otherwise."""

    writer: Bound
    name: str = "reworded"
    by: Maker = "writer"
    keeps: frozenset[Keep] = frozenset({Keep.ANSWER})

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case:
        seed = draw.getrandbits(31)
        sampling = Sampling(temperature=0.7, seed=seed)
        text = self.writer.ask(user(f"Reword: {case.turns[-1].text} {mend}"), sampling=sampling).text
        return replace(case, turns=(user(text),), question=text)


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """One plain question."""
    number = str(record["number"])
    ask = f"Say {number}."
    yield Case.of(record, "plain", user(ask), expect=Expect(answer=number, wrong=("none",)), question=ask)


@task(version="1-A", id="toy.written")
def written(n: int = 20, kit: Kit = BARE) -> Task:
    """Say a number, worded by a writer."""
    return Task(
        records=Numbers(n),
        cases=cases,
        vary=Vary((Reworded(kit.need("writer", "`toy.written`")),)),
        judge=JUDGE,
        measures={"accuracy": accuracy()},
    )
