"""What looks after a run: why it stops, whether it stands still, and who made everybody wait."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from .ask import Asker, Stop
from .judging import Judges
from .settings import Settings

LEAVE = 5.0  # seconds in which threads that waited for a judge let go of it
LONG_WAIT = 10.0  # seconds of a pause from which on it is said who asked for it
TICK = 0.5  # seconds between two looks


class Watch:
    """Stops a run on a signal, a cap in time or a stall; once it is halted, ends what outlasts the grace.

    Made in the event loop of the run. `stop` is the run's; models have parts of it.
    """

    def __init__(self, settings: Settings, note: Callable[[str], None]) -> None:
        self.stop = Stop()
        self.jobs: list[asyncio.Task[None]] = []
        self._settings = settings
        self._note = note
        self._loop = asyncio.get_running_loop()
        self._started = time.monotonic()
        self._waits: dict[str, float] = {}  # seconds that a model has made everybody wait, as far as it was said

    def used_up(self, why: str) -> None:
        """End the run on a cap; judges run in a thread of their own, and may be the ones to reach it."""
        self._loop.call_soon_threadsafe(self.stop.set, why) if _elsewhere(self._loop) else self.stop.set(why)

    def late(self) -> bool:
        """Whether the run is stopped, by the clock if by nothing else."""
        if not self.stop and (why := self._settings.budget.late(self._started)):
            self.stop.set(why)
        return bool(self.stop)

    async def over(
        self, askers: Sequence[Asker], judges: Judges, halted: Callable[[], bool], done: Callable[[], int]
    ) -> None:
        """Look after the jobs until the run is `halted` or they are cancelled; `done` counts rows, a sign of life."""
        limit = self._settings.stall or 2 * self._settings.options.timeout + 60
        seen, since = -1, time.monotonic()
        while not await self.stop.wait(TICK) and not halted():
            self._tell_waits(askers)
            returned = sum(a.returned for a in askers) + done() + judges.returned
            if returned != seen or any(a.gate.paused for a in askers):
                seen, since = returned, time.monotonic()
            elif time.monotonic() - since > limit:
                self.stop.set(f"nothing came back for {limit:g} s")
        await self._end(askers, judges)

    async def _end(self, askers: Sequence[Asker], judges: Judges) -> None:
        """Let calls and judgements in flight end within the grace, then end them; what was answered is stored."""
        judges.stop()
        await _until(self._settings.grace, lambda: not (judges.busy or any(a.busy for a in askers)))
        judges.abort()
        await _until(LEAVE, lambda: not judges.busy)
        for job in self.jobs:
            job.cancel()

    def _tell_waits(self, askers: Sequence[Asker]) -> None:
        """Say who makes everybody wait, once for each pause: a run that stands still should not look broken."""
        for asker in askers:
            gate, uri = asker.gate, asker.model.uri
            if gate.left > LONG_WAIT and gate.held > self._waits.get(uri, 0.0):
                self._waits[uri] = gate.held
                told = f"{gate.left:.0f} s to wait, {gate.held:.0f} s in all so far, {gate.longest:.0f} s at most"
                self._note(f"{uri} asks to be left alone: {told}")

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM stop the run within, where that was asked for; the second time nothing is waited for."""
        caught = [signal.SIGINT, signal.SIGTERM] if self._settings.signals else []
        for number in caught:
            self._loop.add_signal_handler(number, self._interrupted, number)
        try:
            yield
        finally:
            for number in caught:
                self._loop.remove_signal_handler(number)

    def _interrupted(self, number: signal.Signals) -> None:
        if self.stop:  # asked twice: do not wait for the calls in flight
            for job in self.jobs:
                job.cancel()
            return
        self._note("stopping: waiting for calls in flight (Ctrl-C again leaves them)")
        self.stop.set(f"interrupted ({number.name})")


def _elsewhere(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether this is another thread than the loop's."""
    try:
        return asyncio.get_running_loop() is not loop
    except RuntimeError:
        return True


async def _until(seconds: float, quiet: Callable[[], bool]) -> None:
    """Wait until all is quiet, at most so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not quiet():
        await asyncio.sleep(0.02)
