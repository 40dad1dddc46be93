"""A conversation over a case, step by step: what is asked next, and what became of it. Others do the asking."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec

from trustgen.core import NO_ASSETS, Case, Image, Level, Model, Reply, Request, Sampling, Turn, assistant, begin

from .calls import calls_in, in_words


class Talk:
    """One model's conversation over one case: its script, then its game where it has one.

    `while talk.due(): talk.take(reply)` leads it to its end. `reason` says why it ended early; "" where it did not.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.history: list[Turn] = []
        self.replies: list[Reply] = []
        self.reason = ""
        self._ahead = deque(case.script())
        self._game = begin(case)

    @property
    def ahead(self) -> tuple[Turn, ...]:
        """What would be said next, were the model to answer."""
        return tuple(turn for turn, _ in self._ahead)

    def due(self) -> bool:
        """Go on to where a reply is due, and say whether one is.

        Servers refuse an empty turn, and rightly: after an empty reply none is due.
        """
        while self._ahead:
            turn, due = self._ahead.popleft()
            self.history.append(turn)
            if due and self.replies and not _says(self.replies[-1]):
                self.reason = f"reply {len(self.replies)} was empty: the conversation could not go on"
                return False
            if due:
                return True
        return False

    def request(
        self,
        model: Model,
        sampling: Sampling,
        asset: Callable[[str], bytes] = NO_ASSETS.asset,
        keep: Callable[[bytes, str], Image] = NO_ASSETS.keep,
    ) -> Request:
        """What is asked now. A model without functions has what it may call described in words."""
        known = self.case if model.simulated else None  # a real model is never handed the answer
        tools = self.case.play.tools if self.case.play else ()
        functions = sampling.functions and Level.TOOLS in model.levels and "tools" not in model.adapted
        turns = tuple(self.history) if functions or not tools else in_words(self.history, tools)
        return Request(turns, sampling, known, asset, keep, tools if functions else ())

    def take(self, reply: Reply) -> Reply:
        """Go on with what was said; returns it with the calls that were read in it."""
        if self.case.play and self.case.play.tools and not reply.calls:
            reply = msgspec.structs.replace(reply, calls=calls_in(reply.text, self.case.play.tools))
        self.replies.append(reply)
        self.history.append(assistant(reply.text, *reply.images, calls=reply.calls))
        if self._game is not None and not self._ahead and len(self.replies) < self.case.calls:
            answers = self._game.step(reply)
            self._ahead.extend((turn, turn is answers[-1]) for turn in answers)
        return reply


def _says(reply: Reply) -> bool:
    return bool(reply.text.strip() or reply.images or reply.calls)
