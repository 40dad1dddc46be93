"""Small graphs of towns, people and firms that do not exist: `graph.made`, questions of one to four steps.

Two chains of the same relations lead from two towns to two answers, so that an answer of the right kind is always near;
other entries stand around them. The last relation changes with the years, and has a former and a present value. Nothing
of it can be known beforehand: what a model says it has read off the entries, or made up. Words stand in `lands.toml`.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .bank import NAMES, Bank, Fields, Spot
from .invented import invented_country
from .twins import person, town, unlike

WORDS = Bank(str(__package__), "lands")
STEPS = ("1", "2", "3", "4")
AROUND = 6  # entries that are on neither chain
FIRST, LAST = 1952, 1998  # when the present value may have come in
TERM = (9, 24)  # years that the former value lasted

Entry = tuple[str, str, str]


def path(steps: int, draw: Random) -> list[dict[str, str]]:
    """Relations from a town on: the last one changes with the years, those before it do not."""
    here, found = "town", list[dict[str, str]]()
    while len(found) < steps:
        last = len(found) == steps - 1
        found.append(draw.choice([r for r in _from(here, found) if ("past" in r) == last]))
        here = found[-1]["to"]
    return found


def _from(kind: str, but: list[dict[str, str]]) -> list[dict[str, str]]:
    return [relation for relation in WORDS["relation"] if relation["from"] == kind and relation not in but]


def _chain(along: list[dict[str, str]], start: str, new: Callable[[str], str]) -> list[Entry]:
    found, here = list[Entry](), start
    for relation in along:
        there = new(relation["to"])
        found.append((here, relation["words"], there))
        here = there
    return found


@WORDS.pool(
    "graph.made", "small made-up graphs, with questions of one to four steps and what stands near the answer", NAMES
)
def made(at: Spot) -> Fields:
    """A graph; of four in a row, each takes another number of steps."""
    draw, steps, taken = at.draw, at.turn(STEPS, "steps"), set[str]()

    def new(kind: str) -> str:
        name: str = unlike(draw, 1, person if kind == "person" else town, taken)[0]
        return f"{name} {draw.choice(WORDS['trades'])}" if kind == "firm" else name

    along = path(int(steps), draw)
    starts = [new("town"), new("town")]
    chains = [_chain(along, start, new) for start in starts]
    last, change = along[-1], draw.randint(FIRST, LAST)
    nodes = [(place, relation["to"]) for chain in chains for (_, _, place), relation in zip(chain, along, strict=True)]
    nodes += [(start, "town") for start in starts]
    around: list[Entry] = []
    while len(around) < AROUND:
        place, kind = draw.choice(nodes)
        relation = draw.choice(_from(kind, along))
        if (place, relation["words"]) not in {entry[:2] for entry in around}:
            around.append((place, relation["words"], new(relation["to"])))
    lands = unlike(draw, 2, invented_country, taken)
    return {
        "starts": starts,
        "lands": lands,
        "along": along,
        "chains": [list(map(list, chain)) for chain in chains],
        "around": [list(entry) for entry in around],
        "former": [new(last["to"]) for _ in chains],
        "came": change - draw.randint(*TERM),
        "change": change,
        "strangers": [[new(relation["from"]), relation["words"], new(relation["to"])] for relation in along],
        "core": "|".join((*(relation["noun"] for relation in along), *sorted(words for _, words, _ in around[:2]))),
        "difficulty": steps,
    }


__all__ = ["STEPS", "made", "path"]
