"""Pools of scenes: `scenes.market`, `scenes.office` and `scenes.discussion`, played anew for every salt and index."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from itertools import count
from random import Random
from typing import Any

import msgspec

from trustgen.core import Bound, InputError, Kit, Pool, PoolManifest, Record, Source, keyed

from .agents import Agent, ByModel, Memory, Persona, Policy
from .scene import Environment, Event, Order, Scene, play
from .worlds import Debater, Discussion, Gossip, Market, Office, Trader


@cache
def cast() -> dict[str, list[str]]:
    """Names, items, places and news."""
    return tomllib.loads((files(__package__) / "cast.toml").read_text("utf-8"))


Staged = tuple[Environment, list[Persona], Policy, int, Order]
"""A world, who is in it, the rule they act by, how many turns are played, and in which order."""


def market(draw: Random) -> Staged:
    """Three to five people, three items, six to ten gifts."""
    people, items = draw.sample(cast()["names"], draw.randint(3, 5)), draw.sample(cast()["items"], 3)
    held = {name: {item: draw.randint(1, 6) for item in draw.sample(items, 2)} for name in people}
    world = Market(held, draw.choice(cast()["places"]))
    personas = [Persona(name=name, part="trader", about=f"You are {name}, a generous trader.") for name in people]
    return world, personas, Trader(world), draw.randint(6, 10), "shuffled"


def office(draw: Random) -> Staged:
    """Four to six people, two pieces of news, four to eight confidences."""
    people, told = draw.sample(cast()["names"], draw.randint(4, 6)), draw.sample(cast()["news"], 2)
    news = {f"news_{i}": (said, draw.choice(people)) for i, said in enumerate(told, 1)}
    world = Office(people, news, draw.choice(cast()["places"]))
    personas = [
        Persona(name=n, part="gossip", about=f"You are {n} and like to share news.", activity=draw.uniform(0.5, 2))
        for n in people
    ]
    return world, personas, Gossip(world), draw.randint(6, 12), "drawn"


def discussion(draw: Random) -> Staged:
    """A sum, and four to seven people of whom some know it, some are mistaken and some follow the rest."""
    a, b, c = draw.randint(12, 49), draw.randint(3, 9), draw.randint(3, 9)
    right = a + b * c
    below = draw.sample((10, 1, 2), draw.randint(0, 3))
    slips = [right - slip if slip in below else right + slip for slip in (10, 1, 2)]
    wrong = [str(n) for n in dict.fromkeys(((a + b) * c, *slips)) if n != right]
    people = draw.sample(cast()["names"], draw.randint(4, 7))
    asked = f"What is {a} + {b} × {c}?"
    world = Discussion(people, asked, str(right), wrong, draw.choice(cast()["places"]))
    parts = [draw.choice(("informed", "mistaken", "mistaken", "follower")) for _ in people]
    personas = [Persona(name=n, part=p, about=f"You are {n}.") for n, p in zip(people, parts, strict=True)]
    return world, personas, Debater(world), 2 * len(people), "round"


class Endless(Pool):
    """A pool of scenes, made one by one without end; a subclass gives `make`."""

    @property
    def manifest(self) -> PoolManifest:
        """Source, licence and size."""
        source = self._source()
        return {"origin": source.origin, "revision": source.revision, "licence": source.licence, "rows": "without end"}

    def draw(self, salt: str) -> Iterator[Record]:
        """Record after record."""
        return (self.make(salt, index) for index in count())

    def make(self, salt: str, index: int) -> Record:
        """The record at an index, which needs no other record to exist."""
        raise NotImplementedError

    def _source(self, licence: str = "made by rule") -> Source:
        return Source(origin="trustgen", revision=version("trustgen"), licence=licence)


@dataclass(frozen=True)
class ScenePool(Endless):
    """Scenes of one kind, made one by one without end. `role` names who plays the agents; "" is by rule."""

    name: str
    about: str
    stage: Callable[[Random], Staged]
    role: str = ""
    window: int = 12
    bound: Bound | None = None

    def using(self, kit: Kit) -> ScenePool:
        """The same pool with its agents played by the model bound to its role."""
        return replace(self, bound=kit.need(self.role, f"pool `{self.name}`")) if self.role else self

    def scene(self, salt: str, index: int) -> tuple[Scene, Random]:
        """The scene at an index, and the draw it leaves behind."""
        draw = keyed(salt, self.name, str(index))
        world, personas, rule, steps, order = self.stage(draw)
        if self.role and self.bound is None:
            raise InputError(f"pool `{self.name}` needs a model in the role `{self.role}`: add --role {self.role}=URI")
        policy: Policy = ByModel(self.bound, world.kinds) if self.bound else rule
        agents = [Agent(persona, policy, Memory(self.window)) for persona in personas]
        return play(world, agents, steps, draw, order), draw

    def make(self, salt: str, index: int) -> Record:
        """The record of a scene: its setting, what happened line by line, and a question with its answer."""
        scene, draw = self.scene(salt, index)
        asked = scene.environment.question(draw)
        fields: dict[str, Any] = {
            "world": self.name.rsplit(".", 1)[-1],
            "setting": scene.environment.setting,
            "lines": [event.line for event in scene.events if event.line],
            "people": [agent.name for agent in scene.agents],
            "parts": {agent.name: agent.persona.part for agent in scene.agents},
            "question": asked.text,
            "answer": asked.answer,
            "aliases": list(asked.aliases),
            "wrong": list(asked.wrong),
            "kind": asked.kind,
            "public": all(len(event.heard) == len(scene.agents) for event in scene.events if event.line),
            "played_by": self.bound.uri if self.bound else "rule",
            "validity": round(_validity(scene.events), 4),
            "events": [msgspec.to_builtins(event) for event in scene.events],
        }
        return Record.of(self.name, self._source(), **fields)

    def _source(self, licence: str = "") -> Source:
        return super()._source("played by a model; questions and answers made by rule" if self.role else "made by rule")


def _validity(events: Sequence[Event]) -> float:
    """Share of chosen actions that the world allowed, 0..1; nan where nothing was chosen."""
    return sum(not event.refused for event in events) / len(events) if events else math.nan


markets = ScenePool("scenes.market", "people hand each other things: who holds what at the end?", market)
offices = ScenePool("scenes.office", "news is told in confidence: who knows what at the end?", office)
discussions = ScenePool("scenes.discussion", "people argue about a sum, not all of them right", discussion)
played_discussions = ScenePool(
    "scenes.discussion.played",
    "people argue about a sum, played by the model in the role `writer`",
    discussion,
    "writer",
)
