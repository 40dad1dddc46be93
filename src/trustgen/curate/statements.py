"""What can be said of a passage of `passages.made`: right and wrong in the same words, with the sentences it takes.

`swapped`  who did what to what: the wrong one has the other thing's person, year or size
`order`    earlier and later, larger and smaller: the wrong one has them the other way round
`derived`  a number that is worked out: the wrong one is out by a usual slip, and neither number stands in the passage
`added`    something that the passage tells of one and leaves open for the other: the wrong one says it of the other

A statement of one step stands in one sentence, whatever has to be resolved there; one of two or three steps is put
together from as many sentences. Every name in a statement stands in the passage, and so does every number but the
derived ones. A right statement is as likely as a wrong one to name either thing, so words alone tell nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import Any, NamedTuple

from .twins import WORDS, World

PLANTS = ("swapped", "order", "derived", "added")
STEPS = ("1", "2", "3")
CELLS = tuple(product(PLANTS, STEPS))
SLIPS = (-100, -10, -1, 1, 10, 100)
"""By how much a number comes out that was worked out with a slip: a carry forgotten, a step counted twice."""
LARGE = 300  # what may be out by a hundred
COUNTED = 2  # no slip ends in the number of the things that are told of


class Claim(NamedTuple):
    """A right statement and a wrong one. `of` are the facts of the passage that settle them."""

    plant: str
    steps: str
    right: str
    wrong: str
    of: tuple[str, ...]


def _claim(plant: str, steps: str, ways: Sequence[str], of: tuple[str, ...]) -> Claim:
    right, wrong = ways
    return Claim(plant, steps, right, wrong, of)


class Told:
    """The two things of a world in words: by name, by who did what to them, by which is older or has more."""

    def __init__(self, of: World) -> None:
        self.of = of
        self.noun, self.verb, self.plural = of.kind["noun"], of.kind["began"]["verb"], of.kind["plural"]
        self.by_age = tuple(
            f"the {'older' if mine < other else 'younger'} of the two {self.plural}"
            for mine, other in (of.began, of.began[::-1])
        )

    def dated(self) -> list[int]:
        """Roles that are told of beside the beginning: "the mill that Ann Lee built was built" says one word twice."""
        done = self.verb.split()[-1]
        return [i for i, (role, _) in enumerate(self.of.roles) if not role["did"].startswith(f"{done} ")]

    def whose(self, role: int, at: int) -> str:
        """`the bridge that Ann Lee designed`."""
        did, people = self.of.roles[role]
        return f"the {self.noun} that {people[at].name} {_plain(did['did'].format(it=''))}"

    def did(self, role: int, at: int, what: str) -> str:
        """`Ann Lee designed the older bridge`."""
        did, people = self.of.roles[role]
        return f"{people[at].name} {did['did'].format(it=what)}"

    def sized(self, at: int) -> str:
        """`is 340 metres long`."""
        return str(self.of.size["has"].format(value=f"{self.of.sizes[at]:,}"))


def _plain(text: str) -> str:
    return " ".join(text.split())


def swapped(told: Told, at: int) -> Iterator[Claim]:
    """Who did what to which, and which is of which year or size."""
    of, other = told.of, 1 - at
    thing = of.things[at]
    for i, (role, people) in enumerate(of.roles):
        who = [f"{thing} {role['by']} {people[k].name}" for k in (at, other)]
        yield _claim("swapped", "1", who, (f"role{i}",))
        sizes = [f"{told.whose(i, at)} {told.sized(k)}" for k in (at, other)]
        yield _claim("swapped", "2", sizes, (f"role{i}", "size"))
        older = [told.did(i, k, told.by_age[at]) for k in (at, other)]
        yield _claim("swapped", "3", older, (f"role{i}", "began"))
        if of.sizes[at] > of.sizes[other]:
            larger = [told.did(i, k, of.size["top"]) for k in (at, other)]
            yield _claim("swapped", "3", larger, (f"role{i}", "size"))
    for i in told.dated():
        began = [f"{told.whose(i, at)} {told.verb} in {of.began[k]}" for k in (at, other)]
        yield _claim("swapped", "2", began, (f"role{i}", "began"))
    began = [f"{thing} {told.verb} in {of.began[k]}" for k in (at, other)]
    yield _claim("swapped", "1", began, ("began",))
    yield _claim("swapped", "1", [f"{thing} {told.sized(k)}" for k in (at, other)], ("size",))
    if len(of.roles) > 1:
        both = [told.did(1, k, told.whose(0, at)) for k in (at, other)]
        yield _claim("swapped", "2", both, ("role0", "role1"))


def order(told: Told) -> Iterator[Claim]:
    """Which came first, and which is more."""
    of = told.of
    first, second = (one.name for one in of.heirs)
    for before in WORDS["heirs"]["before"]:
        ways = [before.format(office=of.office, first=a, second=b) for a, b in ((first, second), (second, first))]
        yield _claim("order", "1", ways, ("heirs",))
    whens = [of.period["first"], of.period["second"]]
    whens = whens if of.halves[0] > of.halves[1] else whens[::-1]
    for more in WORDS["halves"]["more"]:
        ways = [more.format(counted=of.counted, first=a, second=b) for a, b in (whens, whens[::-1])]
        yield _claim("order", "1", ways, ("halves",))
    old, large = of.began.index(min(of.began)), of.sizes.index(max(of.sizes))
    for than in (f"{told.verb} before", f"{told.verb} after"):
        a, b = (old, 1 - old) if than.endswith("before") else (1 - old, old)
        ways = [f"{of.things[x]} {than} {of.things[y]}" for x, y in ((a, b), (b, a))]
        yield _claim("order", "2", ways, ("began",))
        for i in told.dated():
            ways = [f"{told.whose(i, x)} {than} the other one" for x in (a, b)]
            yield _claim("order", "3", ways, (f"role{i}", "began"))
    sides = (large, 1 - large)
    ways = [f"{of.things[x]} {of.size['more']} {of.things[y]}" for x, y in (sides, sides[::-1])]
    yield _claim("order", "2", ways, ("size",))
    for i in range(len(of.roles)):
        ways = [f"{told.whose(i, x)} {of.size['more']} the other one" for x in sides]
        yield _claim("order", "3", ways, (f"role{i}", "size"))


def sums(told: Told) -> Iterator[tuple[str, str, int, tuple[str, ...]]]:
    """What can be worked out: steps, the statement with `{value}`, its value, and the facts it is of."""
    of = told.of
    m, n = of.halves
    a, b = (of.period["first"], of.period["second"]) if m > n else (of.period["second"], of.period["first"])
    words_of = {"counted": of.counted, "both": of.period["both"], "first": a, "second": b, "value": "{value}"}
    for way in WORDS["halves"]["sum"]:
        yield "1", way.format(**words_of), m + n, ("halves",)
    for way in WORDS["halves"]["gap"]:
        yield "1", way.format(**words_of), abs(m - n), ("halves",)
    if of.later:
        at, verb, years = of.later
        yield "2", f"{of.things[at]} {verb} in {{value}}", of.began[at] + years, ("began", "later")
    old, large = of.began.index(min(of.began)), of.sizes.index(max(of.sizes))
    years, more = abs(of.began[0] - of.began[1]), abs(of.sizes[0] - of.sizes[1])
    yield "2", f"{of.things[old]} {told.verb} {{value}} years before {of.things[1 - old]}", years, ("began",)
    yield "2", f"{of.things[large]} {of.size['by']} {of.things[1 - large]}", more, ("size",)
    if "total" in of.size:
        yield "2", of.size["total"], sum(of.sizes), ("size",)
    for i in told.dated():
        yield (
            "3",
            f"{told.whose(i, old)} {told.verb} {{value}} years before the other one",
            years,
            (f"role{i}", "began"),
        )
    for i in range(len(of.roles)):
        yield "3", f"{told.whose(i, large)} {of.size['by']} the other one", more, (f"role{i}", "size")


def derived(told: Told, numbers: set[int], draw: Random) -> Iterator[Claim]:
    """What can be worked out, where neither the value nor the slip stands in the passage."""
    known = numbers | worked_out(told)
    for steps, way, value, of in sums(told):
        slips = [value + slip for slip in SLIPS if abs(slip) < 100 or value > LARGE]
        slips = [slip for slip in slips if slip > COUNTED and slip not in known]
        if value not in numbers and slips:
            year = way.endswith("in {value}")
            right, wrong = (way.format(value=one if year else f"{one:,}") for one in (value, draw.choice(slips)))
            yield Claim("derived", steps, right, wrong, of)


def worked_out(told: Told) -> set[int]:
    """Every number that can be worked out from a passage."""
    return {value for _, _, value, _ in sums(told)}


def added(told: Told) -> Iterator[Claim]:
    """What is told of one thing or person, and left open for the other."""
    of = told.of
    for at, phrase in of.solo:
        sides = (at, 1 - at)
        yield _claim("added", "1", [f"{of.things[k]} {phrase}" for k in sides], (phrase,))
        for i in range(len(of.roles)):
            yield _claim("added", "2", [f"{told.whose(i, k)} {phrase}" for k in sides], (f"role{i}", phrase))
        yield _claim("added", "3", [f"{told.by_age[k]} {phrase}" for k in sides], ("began", phrase))
    if of.detail:
        at, phrase = of.detail
        sides, (role, people) = (at, 1 - at), of.roles[0]
        yield _claim("added", "1", [f"{people[k].name} {phrase}" for k in sides], ("detail",))
        ways = [f"whoever {role['did'].format(it=of.things[k])} {phrase}" for k in sides]
        yield _claim("added", "2", ways, ("role0", "detail"))


def chosen(told: Told, text: str, draw: Random) -> list[dict[str, Any]]:
    """One claim of a passage for every cell; none at all where there is none for one of them."""
    numbers = {int(figure.replace(",", "")) for figure in re.findall(r"\d+(?:,\d{3})*", text)}
    found: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    ways = (*swapped(told, 0), *swapped(told, 1), *order(told), *derived(told, numbers, draw), *added(told))
    for claim in ways:
        found[claim.plant, claim.steps].append(claim)
    return [draw.choice(found[cell])._asdict() for cell in CELLS] if all(found[cell] for cell in CELLS) else []


def plainly(told: Told) -> Iterator[dict[str, str]]:
    """What the passage tells in one sentence: the fact, a statement, and a question that it answers."""
    of = told.of
    for at, thing in enumerate(of.things):
        about = f"What can you tell me about {thing}?"
        when = f"When was {thing} {told.verb.removeprefix('was ')}?"
        yield {"of": "began", "says": f"{thing} {told.verb} in {of.began[at]}", "ask": when}
        yield {"of": "size", "says": f"{thing} {told.sized(at)}", "ask": about}
        for i, (role, people) in enumerate(of.roles):
            who = f"Who {role['did'].format(it=thing)}?"
            yield {"of": f"role{i}", "says": f"{thing} {role['by']} {people[at].name}", "ask": who}
        for place, phrase in of.solo:
            if place == at:
                yield {"of": phrase, "says": f"{thing} {phrase}", "ask": about}


__all__ = ["CELLS", "PLANTS", "STEPS", "Claim", "Told", "chosen", "plainly", "worked_out"]
