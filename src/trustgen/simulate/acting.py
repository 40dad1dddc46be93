"""Games of typed tools: what a reply calls is checked, carried out and answered. Worlds say what each tool does."""

from __future__ import annotations

from typing import Any

from trustgen.core import Call, Game, Param, Play, Reply, Tool, Turn, tool, user

AT_ONCE = 4
"""Calls of one reply that are carried out."""
IDLE = 3
"""Replies in a row in which nothing was carried out, after which a game is over."""


def described(told: dict[str, Any]) -> Tool:
    """A tool as a file of a world describes it: `takes` maps parameters to their kind and what they are."""
    takes = {name: Param(kind, about) for name, (kind, about) in told.get("takes", {}).items()}
    return Tool(told["name"], told["about"], takes)


class Acting(Game):
    """A game under way: the tools it offers, the replies it has left, and how many calls were carried out."""

    nudge = "You called no tool. Call one."

    def __init__(self, play: Play) -> None:
        self.offered = {one.name: one for one in play.tools}
        self.steps = play.steps
        self.idle = 0
        self.over = False
        self.acts = 0

    def carry_out(self, call: Call) -> str:
        """Do what a call says, which fits its tool; what is answered."""
        raise NotImplementedError(f"{type(self).__name__} carries nothing out: give it `def carry_out(self, call)`")

    def goes_on(self) -> str:
        """What happens once a reply was carried out; what is told of it."""
        return ""

    def step(self, reply: Reply) -> tuple[Turn, ...]:
        """Carry out what a reply calls, `AT_ONCE` calls at most, and answer each."""
        self.steps -= 1
        if self.over:
            return ()
        acts, results = self.acts, []
        for place, call in enumerate(reply.calls):
            done = self._call(call) if place < AT_ONCE else f"not done: at most {AT_ONCE} calls at once"
            if self.over:
                return ()
            results.append(done)
        if self.acts > acts and (news := self.goes_on()):
            results[-1] = f"{results[-1]}\n\n{news}"
        self.idle = 0 if self.acts > acts else self.idle + 1
        self.over = self.over or self.steps < 1 or self.idle >= IDLE
        if self.over:
            return ()
        return tuple(map(tool, results)) or (user(self.nudge),)

    def _call(self, call: Call) -> str:
        one = self.offered.get(call.tool)
        if one is None:
            names = ", ".join(self.offered)
            return f"not done: {call.fault or f'there is no tool `{call.tool[:40]}`'}. The tools are: {names}."
        if fault := call.fault or one.unfit(call.arguments):
            return f"not done: {fault}."
        self.acts += 1
        return self.carry_out(call)


__all__ = ["AT_ONCE", "IDLE", "Acting", "described"]
