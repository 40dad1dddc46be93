"""Facts with wrong answers of their own kind, and the strata that say how widely known a fact is.

A wrong answer is the right answer to another fact of the same group, drawn as often as it is right there. So neither
its spelling, its length nor how often it is an answer tells it from the right one: a group is of one relation and one
stratum, and half of them are of one part of the world. No answer is right in more than a tenth of its group.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from trustgen.core import Record, Source, keyed
from trustgen.text.visible import unaccented

STRATA = ("head", "torso", "tail")
"""From what most people have heard of to what few have; each pool says by which number."""
ENOUGH = 8  # distractors a record needs at least
WRONG = 8  # distractors that a record names at most: more would show the rare ones as often as the usual ones
SHARE = 10  # no answer is right more often than once in so many facts of its group
TRIES = 40 * WRONG


class Fact(NamedTuple):
    """One fact before its wrong answers are known. Answers of one `group` and stratum stand in for one another."""

    subject: str
    answer: str
    aliases: tuple[str, ...]
    source: Source
    difficulty: str
    group: str = ""
    region: str = ""
    barred: frozenset[str] = frozenset()  # answers that somebody could defend


@lru_cache(1 << 16)
def plain(text: str) -> str:
    """Lower-case ASCII words: for telling whether two names are the same to a reader."""
    words = re.findall(r"\w+", unaccented(text).replace("'", "").replace("’", "").lower())
    return " ".join("st" if word == "saint" else word for word in words)


def holds(longer: str, shorter: str) -> bool:
    """Whether one name's words stand in another's."""
    return f" {plain(shorter)} " in f" {plain(longer)} "


def stratum(size: float, head: float, torso: float) -> str:
    """Where a size lies: `head` from the first bound on, `torso` from the second on, else `tail`."""
    return STRATA[0] if size >= head else STRATA[1] if size >= torso else STRATA[2]


def records_of(pool: str, relation: str, known: Iterable[Fact], **more: Any) -> Iterator[Record]:
    """A record for every fact that has enough wrong answers and is not given away by its question."""
    groups: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in known:
        if not any(holds(fact.subject, r) or holds(r, fact.subject) for r in (fact.answer, *fact.aliases)):
            groups[fact.group, fact.difficulty].append(fact)
    for facts in map(_capped, groups.values()):
        answers = [fact.answer for fact in facts]
        regions: dict[str, list[str]] = defaultdict(list)
        for fact in facts:
            regions[fact.region].append(fact.answer)
        for fact in facts:
            wrong = list(islice(_wrong(fact, (regions[fact.region], answers), pool, relation), WRONG))
            if len(wrong) >= ENOUGH:
                yield Record.of(
                    pool,
                    fact.source,
                    subject=fact.subject,
                    relation=relation,
                    answer=fact.answer,
                    aliases=list(fact.aliases),
                    distractors=wrong,
                    core=f"{fact.subject}|{relation}",
                    difficulty=fact.difficulty,
                    **({"region": fact.region} if fact.region else {}),
                    **more,
                )


def _wrong(fact: Fact, groups: tuple[list[str], ...], pool: str, relation: str) -> Iterator[str]:
    """Answers of its part of the world and of its whole group in turn, drawn as often as they are right there."""
    draw, seen = keyed("", pool, relation, fact.subject), set[str]()
    bars = (fact.answer, *fact.aliases, *fact.barred)
    for turn in range(TRIES):
        other = draw.choice(groups[turn % len(groups)])
        if other not in seen:
            seen.add(other)
            if not any(holds(other, bar) or holds(bar, other) for bar in bars):
                yield other


def _capped(facts: list[Fact]) -> list[Fact]:
    """The facts of a group with none but the first so many of each answer."""
    sizes = Counter(fact.answer for fact in facts)
    most = next((m for m in range(len(facts), 1, -1) if m * SHARE <= sum(min(s, m) for s in sizes.values())), 1)
    seen: Counter[str] = Counter()
    kept = []
    for fact in facts:
        seen[fact.answer] += 1
        if seen[fact.answer] <= most:
            kept.append(fact)
    return kept


__all__ = ["ENOUGH", "SHARE", "STRATA", "WRONG", "Fact", "holds", "plain", "records_of", "stratum"]
