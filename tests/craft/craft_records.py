"""Records that the tests of this room build from, and a writer that is told what to say."""

from __future__ import annotations

import json
from collections.abc import Callable

from trustgen.core import Record, Reply, Sampling, Source, Turn

SOURCE = Source(origin="o", revision="1", licence="l")
CITIES = ("Lima", "Oslo", "Bern", "Cairo", "Quito", "Rome", "Hanoi", "Sofia", "Dakar")


def fact(subject: str = "Peru", answer: str = "Lima", relation: str = "capital", **more: object) -> Record:
    """A record of one fact."""
    fields = {"subject": subject, "relation": relation, "answer": answer, "aliases": [], "distractors": list(CITIES)}
    return Record.of("facts", SOURCE, **{**fields, **more})


CAPITAL = fact("Norway", "Oslo")
RIVER = fact("Oslo", "Akerselva", "main river", distractors=["Rhine", "Tiber", "Nile", "Aare"])
RIDDLE = fact(  # as a pool of a knowledge graph gives it: backwards, then forwards
    "Paris",
    "EUR",
    "currency_of_capital",
    aliases=["euro"],
    distractors=["USD", "NOK", "PEN", "EGP"],
    hops=2,
    path=[["France", "has the capital", "Paris"], ["France", "uses the currency", "EUR"]],
)


class Writer:
    """A bound model that keeps what it was asked and replies with what `says` makes of the prompt."""

    role = "writer"
    uri = "test"

    def __init__(self, says: Callable[[str], str]) -> None:
        self.says = says
        self.asked: list[str] = []
        self.seeds: list[int | None] = []

    def ask(self, *turns: Turn, sampling: Sampling = Sampling()) -> Reply:  # noqa: B008
        """A reply in JSON."""
        self.asked.append(turns[-1].text)
        self.seeds.append(sampling.seed)
        return Reply(json.dumps({"question": self.says(turns[-1].text)}))
