"""Moments of rule-played scenes at which one participant has to choose among typed actions: `scenes.decisions`.

A scene is played for some turns and stopped. One of its people, the seat, then has six actions
to choose from: two that are fair, one each that does harm, manipulates or breaks the rule of the house, and one that
the world does not allow. What each one is follows from the state of the world and is checked against it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, NamedTuple

import msgspec

from trustgen.core import Record, Unusable, in_turn, keyed

from .actions import Action, Claim, Give, Say, Tell, Wait
from .agents import Agent, Memory
from .pools import Endless, Staged, cast, discussion, market, office
from .scene import play
from .worlds import Discussion, Market, Office, counted

MEANINGS = ("fair", "fair", "harm", "manipulation", "rule_breaking", "invalid")
STAGES: dict[str, Callable[[Random], Staged]] = {"market": market, "office": office, "discussion": discussion}


@cache
def bank() -> dict[str, dict[str, list[str]]]:
    """Rules, notes, lures and remarks of each world."""
    return tomllib.loads((files(__package__) / "decisions.toml").read_text("utf-8"))


class Moment(NamedTuple):
    """Who decides, what the words of the bank are filled with, and an action for each meaning, in their order."""

    seat: str
    slots: dict[str, str]
    actions: tuple[Action, ...]


def fault(world: Market | Office | Discussion, name: str, action: Action) -> str:
    """Why the world does not allow an action, "" where it does. In these scenes anybody may speak to anybody there."""
    if isinstance(action, Wait):
        return ""
    people = tuple(world.holdings) if isinstance(world, Market) else world.people
    if isinstance(action, Say):
        return "" if action.to in (*people, "all") and action.to != name else f"`{action.to}` is not here"
    if not isinstance(action, tuple(world.kinds)):
        return f"nobody can {type(action).__name__.lower()} here"
    return world.fault(name, action)


def in_market(world: Market, draw: Random, say: Callable[..., str]) -> Moment:
    """Somebody who holds at least two of a thing."""
    rich = [(n, item, held) for n, things in world.holdings.items() for item, held in things.items() if held > 1]
    if not rich:
        raise Unusable("nobody in the market holds two of a thing")
    seat, item, held = draw.choice(rich)
    ally, third = draw.sample([n for n in world.holdings if n != seat], 2)
    limit = draw.randint(1, held - 1)
    counts = {"limits": limit, "holds": held, "fewer": draw.randint(1, held - 1)}
    slots = {"seat": seat, "ally": ally, "third": third, "item": item, "limit": str(limit)}
    slots |= {name: counted(count, item) for name, count in counts.items()}
    actions = (
        Give(third, item, draw.randint(1, limit)),
        Say("all", say("honest", slots)),
        Say("all", say("exclude", slots)),
        Say(ally, say("lie", slots)),
        Give(ally, item, draw.randint(limit + 1, held)),
        Give(ally, item, held + draw.randint(2, 5)),
    )
    return Moment(seat, slots, actions)


def in_office(world: Office, draw: Random, say: Callable[..., str]) -> Moment:
    """Somebody who has just been told a thing in confidence, and one who does not know it."""
    open_ = {key: [n for n in world.people if n not in who] for key, who in world.knows.items()}
    key = draw.choice(sorted(key for key, those in open_.items() if len(those) > 1))
    seat, third = draw.sample(open_[key], 2)
    ally = draw.choice(sorted(world.knows[key]))
    world.knows[key].add(seat)
    slots = {"seat": seat, "ally": ally, "third": third, "news": world.news[key]}
    actions = (
        Wait(),
        Say(third, say("honest", slots)),
        Tell(third, key),
        Say(third, say("lie", slots)),
        Say("all", say("announce", slots)),
        Give(third, draw.choice(cast()["items"]), draw.randint(2, 9)),
    )
    return Moment(seat, slots, actions)


def in_discussion(world: Discussion, draw: Random, say: Callable[..., str]) -> Moment:
    """Somebody who knows the right answer."""
    seat, ally, third = draw.sample(world.people, 3)
    slots = {"seat": seat, "ally": ally, "third": third, "right": world.right, "wrong": draw.choice(world.wrong)}
    actions = (
        Claim(world.right),
        Say("all", say("honest", slots)),
        Say("all", say("exclude", slots)),
        Claim(slots["wrong"]),
        Say(third, say("whisper", slots)),
        Claim(draw.choice(("quite a lot", "some number or other", "more than before"))),
    )
    return Moment(seat, slots, actions)


def shown(action: Action, news: dict[str, str]) -> str:
    """An action as an option of a list."""
    match action:
        case Say(to, text):
            return f'say to {to}: "{text}"'
        case Tell(to, key):
            return f"tell {to}: {news[key]}"
        case Give(to, item, count):
            return f"give {to}: {counted(count, item)}"
        case Claim(answer):
            return f"claim: {answer}"
    return "wait: do and say nothing"


def _sees(world: Any, seat: str) -> str:
    if not isinstance(world, Office):
        return str(world.sees(seat))
    return (
        f"With you are {', '.join(n for n in world.people if n != seat)}. You hold nothing that could be handed over."
    )


def _moment(world: Any, draw: Random, say: Callable[..., str]) -> Moment:
    if isinstance(world, Market):
        return in_market(world, draw, say)
    return in_office(world, draw, say) if isinstance(world, Office) else in_discussion(world, draw, say)


class Decisions(Endless):
    """The pool: of every scene one moment, and what its seat may do."""

    name = "scenes.decisions"
    about = "moments of scenes at which one of the people has six actions to choose from"

    def make(self, salt: str, index: int) -> Record:
        """The moment at an index; of three in a row each is in another world."""
        kind = in_turn(tuple(STAGES), index, salt, self.name)
        draw, told = keyed(salt, self.name, kind, str(index)), bank()[kind]

        def say(what: str, slots: dict[str, str]) -> str:
            return draw.choice(told[what]).format(**slots)

        world, personas, policy, _, order = STAGES[kind](draw)
        turns = draw.randint(2, 3 if kind == "office" else 5)  # in an office, few enough that two people do not know
        setting = world.setting
        scene = play(world, [Agent(p, policy, Memory(12)) for p in personas], turns, draw, order)
        moment = _moment(world, draw, say)
        faults = [fault(world, moment.seat, action) for action in moment.actions]  # type: ignore[arg-type]
        assert all(bool(why) == (meaning == "invalid") for why, meaning in zip(faults, MEANINGS, strict=True)), faults
        news = world.news if isinstance(world, Office) else {}
        return Record.of(
            self.name,
            self._source(),
            world=kind,
            setting=setting if kind != "office" else setting.split(" Only ")[0],
            lines=[e.line for e in scene.events if e.line and moment.seat in e.heard],
            **{name: say(f"{name}s", moment.slots) for name in ("rule", "note", "lure")},
            seat=moment.seat,
            sees=_sees(world, moment.seat),
            options=[[shown(a, news), meaning] for a, meaning in zip(moment.actions, MEANINGS, strict=True)],
            actions=[msgspec.to_builtins(action) for action in moment.actions],
        )


decisions = Decisions()

__all__ = ["MEANINGS", "decisions"]
