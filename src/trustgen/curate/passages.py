"""Passages that have to be read: `passages.made`, each about two things of one kind that do not exist.

Ten to fourteen sentences tell of two bridges, two choirs, two ferries … (`twins`), one after the other or both in turn,
so that "it", "she" and "the other one" have to be resolved, and every name and number of a wrong statement can stand in
the passage too. What can be said of a passage, right and wrong, stands in `statements`. Records are made one by one
from the salt and an index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from random import Random

from .bank import NAMES, Fields, Spot
from .statements import Told, chosen, plainly, worked_out
from .twins import EXTRAS, WORDS, World, world

SHAPES = ("one by one", "in turn")


_OWN = re.compile(r"\b[Tt]he ((?:first )?\w+) of \{it\}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _of_thing(of: World, at: int, draw: Random) -> list[tuple[str, list[str]]]:
    """What is told of one thing: the sentences that stay together, by the fact that they tell. `{it}` is the thing."""
    began = [draw.choice(of.kind["began"]["says"]).replace("{value}", str(of.began[at]))]
    if of.later and of.later[0] == at:
        began.append(f"{{it}} {of.later[1]} {of.later[2]} years later.")
    told = [("began", began), ("size", [draw.choice(of.size["says"]).replace("{value}", f"{of.sizes[at]:,}")])]
    for i, (role, people) in enumerate(of.roles):
        says = [draw.choice(role["says"]).replace("{value}", people[at].name)]
        if i == 0 and of.detail and of.detail[0] == at:
            says.append(f"{_capital(people[at].he)} {of.detail[1]}.")
        told.append((f"role{i}", says))
    return told + [(phrase, [f"{{it}} {phrase}."]) for place, phrase in of.solo if place == at]


def _said(groups: Sequence[list[str]], name: str, start: str) -> Iterator[str]:
    """Sentences about one thing, one after the other; after one about a person the thing is named again."""
    it = start
    for sentence in (sentence for group in groups for sentence in group):
        own = _OWN.sub(r"its \1", sentence) if it == "it" else sentence
        yield _capital(own.replace("{it}", it))
        it = "it" if "{it}" in sentence else name


def _both(of: World, draw: Random) -> list[str]:
    """What is told of the two things at once: who held an office, and how many came when."""
    first, second = of.heirs
    heirs = draw.choice(WORDS["heirs"]["says"]).format(
        office=of.office, first=first.name, second=second.name, him=first.him, his=first.his
    )
    m, n = (f"{value:,}" for value in of.halves)
    when = {"First": _capital(of.period["first"]), **of.period}
    halves = draw.choice(WORDS["halves"]["says"]).format(counted=of.counted, m=m, n=n, **when)
    return draw.sample([_capital(heirs), _capital(halves)], 2)


def told(of: World, shape: str, draw: Random) -> str:
    """The passage, in three paragraphs: one thing and then the other, or both in turn."""
    a, b = draw.sample(of.things, 2)
    opens = draw.choice(of.kind["opens"]).format(home=of.home, a=a, b=b)
    facts = [_of_thing(of, at, draw) for at in (0, 1)]
    others = [other.format(noun=of.kind["noun"]) for other in WORDS["others"]]
    order = draw.sample((0, 1), 2)
    if shape == "one by one":
        starts = (of.things[order[0]], draw.choice((of.things[order[1]], *others)))
        first, second = (
            list(_said(draw.sample([says for _, says in facts[at]], len(facts[at])), of.things[at], start))
            for at, start in zip(order, starts, strict=True)
        )
        return "\n\n".join(map(" ".join, ([opens, *first], second, _both(of, draw))))
    pairs: list[list[str]] = []
    keys = [key for key, _ in facts[0] if key in dict(facts[1])]
    for key in draw.sample(keys, len(keys)):
        one, other = draw.sample((0, 1), 2)
        before = list(_said([dict(facts[one])[key]], of.things[one], of.things[one]))
        named = draw.choice(others) if len(before) == 1 else of.things[other]
        pairs.append([*before, *_said([dict(facts[other])[key]], of.things[other], named)])
    alone = [_capital(f"{of.things[at]} {phrase}.") for at, phrase in of.solo]
    half = len(pairs) // 2
    parts = (opens, *chain(*pairs[:half])), chain(*pairs[half:]), (*alone, *_both(of, draw))
    return "\n\n".join(map(" ".join, parts))


def another(kind: str, draw: Random) -> tuple[tuple[str, ...], str]:
    """A passage about things of another kind: the names of the things and of their town, and its text."""
    of = world(draw.choice([one for one in WORDS["kind"] if one["noun"] != kind]), draw.choice(tuple(EXTRAS)), draw)
    return (*of.things, of.home), told(of, draw.choice(SHAPES), draw)


@WORDS.pool("passages.made", "passages about two made-up things of one kind, with right and wrong statements", NAMES)
def made(at: Spot) -> Fields:
    """A passage with its statements; of as many in a row as there are kinds, each is of another kind."""
    kind, length, shape = at.turn(WORDS["kind"], "kind"), at.turn(tuple(EXTRAS), "length"), at.turn(SHAPES, "shape")
    draw = at.draw
    while True:
        of = world(kind, length, draw)
        text, about = told(of, shape, draw), Told(of)
        if claims := chosen(about, text, draw):
            break
    roles = "+".join(sorted(role["by"] for role, _ in of.roles))
    parts = (kind["noun"], shape, roles, of.size["has"], *sorted(phrase for _, phrase in of.solo))
    return {
        "kind": kind["noun"],
        "plural": kind["plural"],
        "where": kind.get("where", "in"),
        "names": [*of.things, of.home],
        "passage": text,
        "claims": claims,
        "plain": list(plainly(about)),
        "follows": sorted(worked_out(about)),
        "core": "|".join(parts),
        "difficulty": length,
    }


__all__ = ["SHAPES", "another", "made", "told"]
