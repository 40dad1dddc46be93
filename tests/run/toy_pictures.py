"""Tasks that show pictures and tasks that want some, and a model that paints."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from random import Random

from toy import Numbers

from pictures import png
from trustgen.core import (
    BARE,
    Case,
    Drawing,
    Expect,
    Judge,
    Kit,
    Level,
    Model,
    Outcome,
    Record,
    Reply,
    Request,
    Response,
    Ruling,
    Sampling,
    Task,
    Usage,
    task,
    user,
)
from trustgen.judge import judged
from trustgen.judge.rubric import Rubric
from trustgen.stats import accuracy

RUBRIC = """+++
title = "Is it the colour that was wanted?"

[verdicts]
right = 1
wrong = 0
+++
{{reply_image}}

wanted: {{answer}}
"""
WANTED = ("red", "green", "blue")


def paintings(record: Record, draw: Random) -> Iterable[Case]:
    """Ask for a square of one colour; every case has a seed of its own."""
    number = record["number"]
    wanted = WANTED[number % 3]
    yield Case.of(
        record,
        "plain",
        user(f"Paint {number} {wanted}."),
        expect=Expect(answer=wanted, wrong=("white",)),
        sampling=Sampling(seed=number, image=Drawing(width=32, height=32)),
    )


@task(version="1-A", id="toy.paint")
def paint(n: int = 9, kit: Kit = BARE) -> Task:
    """Paint squares, judged by a bound model that looks at them."""
    judge = judged(kit, Rubric("colour", RUBRIC), need="`toy.paint`")
    assert judge is not None
    needs = frozenset({Level.IMAGE_OUT})
    return Task(records=Numbers(n), cases=paintings, judge=judge, measures={"right": accuracy()}, needs=needs)


class Word(Judge):
    """Whether the reply is the colour."""

    key = "word"
    name = "word"

    def __call__(self, case: Case, response: Response) -> Ruling:
        return Ruling(Outcome.SCORED, float(response.text == case.expect.answer), response.text)


def shown(record: Record, draw: Random, *, kit: Kit) -> Iterable[Case]:
    """Show a square that is made for it."""
    colour = draw.choice(WANTED)
    image = kit.keep(png(colour, 16 + record["number"]), f"a {colour} square")
    expect = Expect(answer=colour, wrong=("white",))
    yield Case.of(record, "plain", user("What colour is this? One word.", image), expect=expect)


@task(version="1-A", id="toy.look")
def look(n: int = 6, kit: Kit = BARE) -> Task:
    """Name the colour of a square."""
    return Task(records=Numbers(n), cases=partial(shown, kit=kit), judge=Word(), measures={"right": accuracy()})


FACTORIES = {"toy.paint": paint, "toy.look": look}


class Painter(Model):
    """Paints what is asked for; numbers in `white` come out white, and at the number `dies` the process is killed."""

    levels = frozenset({Level.IMAGE_OUT})
    slots = 4
    uri = "scripted/painter"

    def __init__(self, white: Iterable[int] = (), dies: int | None = None, log: Path | None = None) -> None:
        self.white, self.dies, self.log = set(white), dies, log
        self.asked: list[Request] = []

    async def ask(self, request: Request) -> Reply:
        self.asked.append(request)
        _, number, colour = request.turns[0].text.rstrip(".").split()
        image = await asyncio.to_thread(request.keep, png("white" if int(number) in self.white else colour), "")
        if self.log:
            with self.log.open("a") as log:
                log.write(f"{number}\n")
        if self.dies == int(number):
            await asyncio.sleep(0.3)  # what came before is on disk by then
            os._exit(9)
        return Reply("", usage=Usage(7, 0), images=(image,))
