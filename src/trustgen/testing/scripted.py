"""A model that says what it is told to, for tests that need no server and no weights."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from trustgen.core import Model, ModelFault, Permanent, Reply, Request, Usage

Said = str | Reply | ModelFault
"""A text, a whole reply, or the fault that is raised instead."""

Script = str | Sequence[Said] | Mapping[str, Said] | Callable[[Request, int], Said]
"""What is said: always, in turn (the last one stays), by prompt, or by request and how often it was asked before."""


class Scripted(Model):
    """A model whose replies are a script; a fault in it is raised.

    `requests` holds every call in order, `asked` counts them by prompt (the text of the last turn), `most` is how many
    were open at once, `closed` how often it was closed. Every call takes `delay` seconds.
    """

    slots = 8

    def __init__(self, script: Script = "", uri: str = "scripted/model", *, delay: float = 0.0) -> None:
        self.uri, self.delay = uri, delay
        self.requests: list[Request] = []
        self.asked: Counter[str] = Counter()
        self.closed = self.most = self._open = 0
        self._script = script

    def prompt(self, request: Request) -> str:
        """What a request is counted under."""
        return request.turns[-1].text

    async def ask(self, request: Request) -> Reply:
        """What the script says. Raises the fault that it says, and `Permanent` for a prompt that a mapping lacks."""
        prompt, calls = self.prompt(request), len(self.requests)
        before = self.asked[prompt]
        self.requests.append(request)
        self.asked[prompt] += 1
        self._open += 1
        self.most = max(self.most, self._open)
        await asyncio.sleep(self.delay)
        self._open -= 1
        said = self._said(request, prompt, before, calls)
        if isinstance(said, ModelFault):
            raise said
        return said if isinstance(said, Reply) else Reply(said, usage=Usage(5, 1))

    def _said(self, request: Request, prompt: str, before: int, calls: int) -> Said:
        script = self._script
        if isinstance(script, str):
            return script
        if isinstance(script, Mapping):
            return script.get(prompt, Permanent(f"`{self.uri}` has nothing to say to `{prompt:.60}`"))
        if isinstance(script, Sequence):
            return script[min(calls, len(script) - 1)]
        return script(request, before)

    async def close(self) -> None:
        """Counted."""
        self.closed += 1
