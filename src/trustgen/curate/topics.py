"""A topic tree as a pool: a writer divides a root topic, then writes records for the leaves.

    root ─writer→ branches ─writer→ … → leaves ─writer→ records

Variety is kept by rule: what nearly repeats an earlier topic or record is dropped, the branches take turns, and each
has a quota. A model gives no gold answers: its records say who made them (`made_by`), and hold a label only where
`derive` computes it from the other fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import msgspec

from trustgen.core import (
    BadRow,
    Bound,
    InputError,
    PoolManifest,
    Prompts,
    Record,
    Sampling,
    Source,
    Unusable,
    keyed,
    structured,
)
from trustgen.text.visible import one_line

from .web.fields import Novel, Wanted, check_fields, listed_fields, typed
from .web.live import LivePool, Rows

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
LABELS = ("answer", "answers", "aliases", "correct", "gold", "label", "distractors", "options", "wrong")
"""Fields that a model may not fill: only a rule may."""

RESERVED = ("made_by", "path", *LABELS)
LICENCE = "made by a model: as its terms say"
LONGEST = 80  # characters of a topic
TOLD = 40  # earlier topics or records that a prompt names

Derive = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""The fields that a rule computes from what the writer wrote; raises `Unusable` where it cannot."""

T = TypeVar("T")


class Growth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far a tree goes. `near` are overlaps from 0 to 1 from which two topics, or two records, are the same."""

    depth: int = 2  # levels below the root
    breadth: int = 6  # topics a topic is divided into
    each: int = 3  # records a leaf is asked for at a time
    rounds: int = 2  # times a leaf is asked
    branch: int = 0  # records of one branch (a topic below the root), at most; 0 for no such quota
    asks: int = 200  # questions to the writer in all
    near_topic: float = 0.7
    near_record: float = 0.8


GROWTH = Growth()


class Topics(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[topics]` of a manifest file: the root, what the records are for, their fields, how far to go."""

    root: str
    brief: str
    fields: dict[str, Wanted]
    growth: Growth = GROWTH


class _Named(msgspec.Struct, frozen=True):
    topics: list[str]


Path = tuple[str, ...]


@dataclass(frozen=True)
class TopicPool(LivePool):
    """Records that a model writes over the leaves of a topic tree; `brief` tells it what they are for.

    A record holds the `fields`, its `path` (from the root to its leaf), `made_by` (the writer's URI) and what `derive`
    computes.
    """

    root: str
    brief: str
    fields: Mapping[str, Wanted]
    growth: Growth = GROWTH
    licence: str = LICENCE
    derive: Derive | None = None

    def __post_init__(self) -> None:
        what, growth = f"pool `{self.name}`", self.growth
        if not (self.root.strip() and self.brief.strip()):
            raise InputError(f"{what} needs a `root` topic and a `brief` of what its records are for")
        check_fields(what, self.fields, RESERVED)
        if min(growth.depth, growth.breadth, growth.each, growth.rounds, growth.asks) < 1:
            raise InputError(f"{what}: depth, breadth, each, rounds and asks must be at least 1")

    @classmethod
    def described(cls, name: str, about: str, topics: Topics, licence: str = LICENCE) -> TopicPool:
        """The pool that a manifest file describes."""
        return cls(name, about, topics.root, topics.brief, topics.fields, growth=topics.growth, licence=licence)

    @property
    def manifest(self) -> PoolManifest:
        """Source, licence and size."""
        writer = self.kit.role("writer")
        origin = writer.uri if writer else "a model in the role `writer`"
        return {"origin": origin, "revision": "live", "licence": self.licence, "rows": "as many as are written"}

    def _records(self, salt: str, writer: Bound, bad: list[BadRow]) -> Iterator[Record]:
        return _Tree(self, salt, writer, bad).records()


class _Leaf(NamedTuple):
    path: Path

    @property
    def branch(self) -> str:
        return self.path[1]


class _Tree:
    """One tree, under one salt."""

    def __init__(self, pool: TopicPool, salt: str, writer: Bound, bad: list[BadRow]) -> None:
        self._pool, self._salt, self._writer = pool, salt, writer
        self._growth, self._asked = pool.growth, 0
        self._topics = Novel(pool.growth.near_topic)
        self._topics.add(pool.root)
        self._names: list[str] = []
        self._rows = Rows(pool.name, pool.fields, pool.growth.near_record, bad, cited=False)
        self._source = Source(origin=writer.uri, revision="", licence=pool.licence)

    def records(self) -> Iterator[Record]:
        leaves = in_turns([_Leaf(path) for path in self._grown()])
        counts: dict[str, int] = {}
        written: dict[Path, list[str]] = {}
        quota = self._growth.branch
        for number in range(self._growth.rounds):
            for leaf in leaves:
                if quota and counts.get(leaf.branch, 0) >= quota:
                    continue
                for record in self._written(leaf, number, written.setdefault(leaf.path, [])):
                    counts[leaf.branch] = counts.get(leaf.branch, 0) + 1
                    yield record
                    if quota and counts[leaf.branch] >= quota:
                        break
        why = "the writer's asks are used up" if self._asked >= self._growth.asks else "the tree is used up"
        self._rows.lost("", "", f"no more than {sum(counts.values())} records of {len(leaves)} leaves: {why}")

    def _asks(self, where: str, prompt: str, shape: type[T], sampling: Sampling) -> T | None:
        """The writer's reply; None where there is none to use or the asks are used up."""
        if self._asked >= self._growth.asks:
            return None
        self._asked += 1
        try:
            return structured(self._writer, prompt, shape, sampling=sampling)
        except Unusable as error:
            self._rows.lost(where, "", str(error))
            return None

    # ── topics ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _grown(self) -> list[Path]:
        """The leaves: the paths of full depth, level by level so that no branch starves another of asks."""
        level: list[Path] = [(self._pool.root.strip(),)]
        for _ in range(self._growth.depth):
            level = [(*path, name) for path in level for name in self._parts(path)]
        return level

    def _parts(self, path: Path) -> list[str]:
        """The parts of a topic that are new in the whole tree."""
        where, n = " > ".join(path), self._growth.breadth
        draw = keyed(self._salt, "topics", self._pool.name, *path)
        prompt = PROMPTS.subtopics(
            draw, root=path[0], path=where, n=str(n), taken="; ".join(self._names[-TOLD:]) or "(nothing yet)"
        )
        sampling = Sampling(temperature=0.8, max_tokens=64 + 32 * n, seed=draw.getrandbits(31))
        told = self._asks(where, prompt, _Named, sampling)
        kept: list[str] = []
        for name in (one_line(topic, LONGEST + 1) for topic in (told.topics if told else [])[: 3 * n]):
            if len(kept) == n:
                break
            if not name or len(name) > LONGEST:
                self._rows.lost(where, "topics", "a topic is empty or too long")
            elif not self._topics.add(name):
                self._rows.lost(where, "topics", f"{name!r} repeats another topic")
            else:
                kept.append(name)
        self._names += kept
        return kept

    # ── records ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _written(self, leaf: _Leaf, number: int, taken: list[str]) -> Iterator[Record]:
        """The usable records of one ask for a leaf; `taken` are the first words of those it gave before."""
        where, growth, fields = " > ".join(leaf.path), self._growth, self._pool.fields
        draw = keyed(self._salt, "records", self._pool.name, *leaf.path, str(number))
        prompt = PROMPTS.leaf(
            draw,
            n=str(growth.each),
            path=where,
            brief=self._pool.brief,
            fields=listed_fields(fields),
            taken="; ".join(taken[-TOLD:]) or "(nothing yet)",
        )
        most = 128 + growth.each * (32 + sum(min(wanted.most, 600) // 2 for wanted in fields.values()))
        sampling = Sampling(temperature=0.8, max_tokens=most, seed=draw.getrandbits(31))
        told: Any = self._asks(where, prompt, self._rows.shape, sampling)
        for row in told.records[: growth.each] if told else ():
            record = self._record(leaf, where, row)
            if record is not None:
                taken.append(one_line(" ".join(str(record[name]) for name in fields if record[name] is not None), 80))
                yield record

    def _record(self, leaf: _Leaf, where: str, row: Any) -> Record | None:
        def read(name: str, wanted: Wanted) -> Any:
            value = getattr(row, name)
            return None if value is None else typed(wanted, value)

        if (values := self._rows.values(where, read)) is None:
            return None
        try:
            derived = dict(self._pool.derive(values)) if self._pool.derive else {}
        except Unusable as error:
            self._rows.lost(where, "", f"no label can be derived: {error}")
            return None
        made = {**derived, **values, "path": list(leaf.path), "made_by": self._writer.uri}
        return Record.of(self._pool.name, self._source, **made)


def in_turns(leaves: Sequence[_Leaf]) -> list[_Leaf]:
    """The leaves, one of each branch after the other, so that the first records are of all branches."""
    branches: dict[str, list[_Leaf]] = {}
    for leaf in leaves:
        branches.setdefault(leaf.branch, []).append(leaf)
    longest = max(map(len, branches.values()), default=0)
    return [held[i] for i in range(longest) for held in branches.values() if i < len(held)]


__all__ = ["GROWTH", "LABELS", "Derive", "Growth", "TopicPool", "Topics"]
