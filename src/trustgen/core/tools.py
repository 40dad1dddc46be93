"""Tools: what a model may call in a case that is played, and what it called."""

from __future__ import annotations

import math
from typing import Any, Literal

import msgspec

Kind = Literal["text", "number", "flag"]


class Param(msgspec.Struct, frozen=True):
    """One parameter of a tool: text, a number, or a flag (true or false). All are required."""

    kind: Kind
    about: str


class Tool(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that may be called, by its name, with parameters by theirs."""

    name: str
    about: str
    takes: dict[str, Param] = {}

    @property
    def schema(self) -> dict[str, Any]:
        """Its parameters as a JSON schema."""
        kinds = {"text": "string", "number": "number", "flag": "boolean"}
        told = {name: {"type": kinds[of.kind], "description": of.about} for name, of in self.takes.items()}
        return {"type": "object", "properties": told, "required": list(told), "additionalProperties": False}

    def unfit(self, arguments: dict[str, Any]) -> str:
        """What is wrong with the arguments of a call; "" for nothing. A number may be written as text."""
        if missing := [name for name in self.takes if name not in arguments]:
            return f"`{self.name}` needs `{missing[0]}`"
        if spare := [name for name in arguments if name not in self.takes]:
            return f"`{self.name}` takes no `{spare[0][:40]}`"
        for name, of in self.takes.items():
            if fault := _misfit(of.kind, arguments[name]):
                return f"`{name}` of `{self.name}` is to be {fault}"
        return ""


def _misfit(kind: Kind, value: Any) -> str:
    if kind == "flag":
        return "" if isinstance(value, bool) else "true or false"
    if kind == "text":
        return "" if isinstance(value, str) else "text"
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return "" if number else "a number"


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call as a model made it; `fault` says why its arguments could not be read."""

    tool: str
    arguments: dict[str, Any] = {}
    fault: str = ""


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a case a played one: a registered world, the state it begins in, and the tools it offers.

    The model is asked once after the case's turns, and again after every answer of the world, at most `steps` times.
    """

    world: str
    start: dict[str, Any]
    tools: tuple[Tool, ...]
    steps: int
