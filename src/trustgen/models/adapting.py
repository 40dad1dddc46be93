"""Parameters that a server refuses: left out, or sent under another name, from the first call that says so.

Servers differ in what they take: reasoning models want `max_completion_tokens` and no temperature, others no `seed`.
What is changed is kept with the model (`adapted`: parameter → its other name, "" where it is left out), said aloud by
the run, written into its manifest, and part of every response key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from trustgen.core import Model

from .faults import Refused

T = TypeVar("T")

REFUSABLE = ("max_tokens", "top_p", "seed", "temperature", "response_format", "stop", "reasoning_effort")
"""Parameters that may be changed, in this order where an error names several."""
OTHER_CAP = "max_completion_tokens"
RENAMED = {"max_tokens": OTHER_CAP, "stream": "on"}


class Adapting(Model):
    """A model that keeps what its server refuses."""

    served = True

    def __init__(self) -> None:
        self._adapted: dict[str, str] = {}

    @property
    def adapted(self) -> Mapping[str, str]:
        """What the server refuses."""
        return self._adapted

    def adapt(self, known: Mapping[str, str]) -> None:
        """What it refused before is not tried again."""
        self._adapted.update(known)


async def adapting(adapted: dict[str, str], ask: Callable[[Mapping[str, str]], Awaitable[T]]) -> T:
    """One answer; what the server refuses on the way is changed in `adapted` once a call without it has gone well.

    Raises what `ask` raises: a parameter that is refused in both its forms is the caller's to mend.
    """
    trial = dict(adapted)
    while True:
        try:
            answer = await ask(trial)
        except Refused as fault:
            if fault.parameter in trial:
                raise
            trial[fault.parameter] = RENAMED.get(fault.parameter, "")
        else:
            adapted.update(trial)
            return answer


__all__ = ["OTHER_CAP", "REFUSABLE", "RENAMED", "Adapting", "adapting"]
