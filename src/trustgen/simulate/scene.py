"""A scene: agents take turns in an environment, every action is checked before it is applied, and all of it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Literal, NamedTuple, Protocol

import msgspec

from .actions import Action, Wait
from .agents import Agent

TRIES = 2  # how often an agent may choose an action before its turn is lost

Order = Literal["round", "shuffled", "drawn"]
"""Who is next: in turn, in turn in an order drawn for each round, or drawn by activity."""


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One turn. `line` tells it as a sentence, `heard` are those who noticed; `refused` says why nothing happened."""

    step: int
    who: str
    action: Action
    line: str = ""
    heard: tuple[str, ...] = ()
    refused: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What can be asked about a scene when it is over; the answer follows from the world's state, by rule."""

    text: str
    answer: str
    aliases: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    kind: str = ""


class Environment(Protocol):
    """A world with rules of its own."""

    @property
    def setting(self) -> str:
        """Where we are and what everybody knows, in a few sentences."""

    @property
    def kinds(self) -> Sequence[type]:
        """The kinds of action there are here, `Wait` aside."""

    def sees(self, name: str) -> str:
        """What one person sees now."""

    def fault(self, name: str, action: Action) -> str:
        """Why an action is impossible; "" when it can happen."""

    def apply(self, name: str, action: Action) -> tuple[str, tuple[str, ...]]:
        """Let it happen: a sentence that tells it, and who noticed."""

    def question(self, draw: Random) -> Question:
        """A question about the state the world is in."""


class Scene(NamedTuple):
    """A scene that is over."""

    environment: Environment
    agents: tuple[Agent, ...]
    events: tuple[Event, ...]


def play(environment: Environment, agents: Sequence[Agent], steps: int, draw: Random, order: Order = "round") -> Scene:
    """Play `steps` turns. An agent whose action is refused is told why and may choose once more; then its turn is lost.

    Everything is drawn from `draw`: with rule policies the same draw gives the same scene.
    """
    events: list[Event] = []
    for step, agent in zip(range(steps), _turns(agents, draw, order), strict=False):
        events += _turn(environment, agent, agents, step, draw)
    return Scene(environment, tuple(agents), tuple(events))


def _turn(environment: Environment, agent: Agent, agents: Sequence[Agent], step: int, draw: Random) -> Iterator[Event]:
    mend = ""
    for _ in range(TRIES):
        action = agent.policy(agent.persona, environment.sees(agent.name), agent.memory, draw, mend)
        mend = _fault(environment, agent.name, action)
        if not mend:
            line, heard = environment.apply(agent.name, action) if not isinstance(action, Wait) else ("", ())
            for other in agents:
                if other.name in heard:
                    other.memory.keep(line)
            yield Event(step, agent.name, action, line, heard)
            return
        yield Event(step, agent.name, action, refused=mend)


def _fault(environment: Environment, name: str, action: Action) -> str:
    if isinstance(action, Wait):
        return ""
    if not isinstance(action, tuple(environment.kinds)):
        return f"nobody can {type(action).__name__.lower()} here"
    return environment.fault(name, action)


def _turns(agents: Sequence[Agent], draw: Random, order: Order) -> Iterator[Agent]:
    weights = [agent.persona.activity for agent in agents]
    while True:
        if order == "drawn":
            yield draw.choices(agents, weights)[0]
        else:
            yield from draw.sample(agents, len(agents)) if order == "shuffled" else agents
