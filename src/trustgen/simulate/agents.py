"""Who takes part: a persona, what it remembers, and the policy that acts for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

import msgspec

from trustgen.core import Bound, Prompts, Sampling, Unusable, structured

from .actions import Action, Wait

PROMPTS = Prompts(__package__)


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    """Who an agent is. `activity` weighs how often it takes a turn where the scheduler draws turns."""

    name: str
    part: str  # what it is in the scene: "stubborn", "trader" …
    about: str = ""  # a sentence for a model that plays it
    activity: float = 1.0


class Memory:
    """The last `window` things an agent saw or heard, oldest first. What falls out of it is forgotten."""

    def __init__(self, window: int) -> None:
        self.window = window
        self._seen: deque[str] = deque(maxlen=window)

    def keep(self, line: str) -> None:
        """Remember a line."""
        self._seen.append(line)

    @property
    def lines(self) -> tuple[str, ...]:
        """What is remembered."""
        return tuple(self._seen)


class Policy(Protocol):
    """Acts for a persona from what it sees and remembers; draws only from `draw`."""

    def __call__(self, persona: Persona, sees: str, memory: Memory, draw: Random, mend: str) -> Action:
        """The next action. `mend` says why the last one was refused."""


@dataclass
class Agent:
    """A persona with a memory and a policy."""

    persona: Persona
    policy: Policy
    memory: Memory = field(default_factory=lambda: Memory(12))

    @property
    def name(self) -> str:
        """The persona's name."""
        return self.persona.name


@dataclass(frozen=True)
class ByModel:
    """A policy that asks a bound model, which must answer with an action of one of the `kinds`.

    What cannot be read as one is a `Wait`: a model that babbles stands still, it does not break the scene.
    """

    model: Bound
    kinds: Sequence[type]
    temperature: float = 0.7

    def __call__(self, persona: Persona, sees: str, memory: Memory, draw: Random, mend: str) -> Action:
        """The model's action."""
        prompt = PROMPTS.act(
            name=persona.name,
            about=persona.about or f"You are {persona.name}.",
            memory="\n".join(memory.lines) or "(nothing yet)",
            sees=sees,
            actions="\n".join(f"- {_form(kind)}" for kind in (*self.kinds, Wait)),
            mend=mend or "(nothing)",
        )
        sampling = Sampling(temperature=self.temperature, seed=draw.getrandbits(31), max_tokens=120)
        union = Wait
        for kind in self.kinds:
            union = union | kind  # type: ignore[assignment]
        try:
            return structured(self.model, prompt, union, sampling=sampling)
        except Unusable:
            return Wait()


def _form(kind: type) -> str:
    """An action's JSON form, as a model is shown it."""
    fields = {f.encode_name: f"<{f.encode_name}>" for f in msgspec.structs.fields(kind)}
    tag = kind.__struct_config__.tag  # type: ignore[attr-defined]
    return msgspec.json.encode({"do": tag, **fields}).decode()
