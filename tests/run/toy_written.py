"""A toy task whose questions a writer words, and a scripted writer to bind."""

from __future__ import annotations

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
    Maker,
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
from trustgen.testing import Scripted


class Writer(Scripted):
    """A model that writes what a function of its prompt says."""

    def __init__(self, say: Callable[[str], str], uri: str = "scripted/writer") -> None:
        def written(request: Request, _: int) -> Reply:
            return Reply(say(request.turns[-1].text), usage=Usage(5, 7), seconds=0.1)

        super().__init__(written, uri, delay=0.002)


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
