"""How many calls an endpoint gets at once: found by trying, kept by listening.

Slow start doubles the limit each round trip until the first complaint; after that it grows by one a round trip and is
halved when the endpoint says 429 or 503 (additive increase, multiplicative decrease, as TCP does: Jacobson 1988).
`Retry-After` holds everybody back, not only the call that was told.
"""

from __future__ import annotations

import asyncio
from collections import deque

EARNED = 60.0
"""Seconds of pauses that an answer is worth: slower than one a minute, an endpoint is not waited for longer."""


class Gate:
    """A semaphore with a limit that moves. Enter with `await enter()`, leave with `leave()`.

    `held` is for how many seconds an endpoint has made everybody wait so far, at most `longest` in all: an hour, and
    `EARNED` more for each answer. A limit on the calls a minute is waited for to the end, while one that says "in ten
    minutes" to every case would hold a run for days.
    """

    def __init__(self, most: int, *, fixed: bool = False, start: int = 8, longest: float = 3600.0) -> None:
        self.most = most
        self.limit = float(most if fixed else min(start, most))
        self.inside = 0
        self.cuts = 0
        self.held = 0.0
        self.longest = longest
        self._fixed = fixed
        self._slow_start = True
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed_until = 0.0
        self._last_cut = 0.0

    @property
    def paused(self) -> bool:
        """Whether the endpoint asked for a pause that is not over."""
        return self.left > 0

    @property
    def left(self) -> float:
        """Seconds of the pause that are left."""
        return max(0.0, self._closed_until - asyncio.get_running_loop().time())

    @property
    def worn(self) -> bool:
        """Whether the endpoint has had all the pauses it gets."""
        return self.held >= self.longest

    async def enter(self) -> None:
        """Wait for a place, and for the end of a pause that the endpoint asked for."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] | None = None
        try:
            while True:
                while self.inside >= int(self.limit):
                    turn = loop.create_future()
                    self._waiting.append(turn)
                    await turn
                if (pause := self._closed_until - loop.time()) <= 0:
                    break
                await asyncio.sleep(pause)
        except asyncio.CancelledError:  # it may have been called in already: whoever does not go passes the turn on
            if turn is not None and turn in self._waiting:
                self._waiting.remove(turn)
            self._call_in()
            raise
        self.inside += 1

    def leave(self) -> None:
        """Give the place back."""
        self.inside -= 1
        self._call_in()

    def _call_in(self) -> None:
        free = int(self.limit) - self.inside
        while self._waiting and free > 0:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1

    def went_well(self) -> None:
        """A call succeeded: allow a little more, if what is allowed is being used."""
        self.longest += EARNED
        if not self._fixed and self.limit < self.most and 2 * self.inside >= self.limit:
            self.limit = min(self.most, self.limit + (1.0 if self._slow_start else 1.0 / self.limit))

    def hold(self, seconds: float) -> None:
        """Let nobody in for so long, as far as there are pauses left."""
        now = asyncio.get_running_loop().time()
        begun = max(self._closed_until, now)
        more = min(now + seconds - begun, self.longest - self.held)
        if more > 0:
            self.held += more
            self._closed_until = begun + more

    def complained(self, retry_after: float | None) -> None:
        """The endpoint said 429 or 503: halve the limit, once a second at most, and keep the pause it asked for."""
        now = asyncio.get_running_loop().time()
        if retry_after:
            self.hold(retry_after)
        if now - self._last_cut >= 1.0 or not self.cuts:
            self._last_cut = now
            self.cuts += 1
            self._slow_start = False
            if not self._fixed:
                self.limit = max(1.0, self.limit / 2)
