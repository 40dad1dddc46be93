"""Ask one model one case: pacing, deadline, bounded retries. Whatever happens becomes a `Response`, never text."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import msgspec

from trustgen.core import (
    Blocked,
    Case,
    Model,
    ModelFault,
    Permanent,
    RateLimited,
    Reply,
    Request,
    Response,
    Sampling,
    Transient,
    TrustGenError,
    Turn,
    assistant,
)
from trustgen.core.records import Status

from .gate import Gate


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """How often a call is tried, and how long to wait between: jittered `base · 2^k`, at most `cap` seconds."""

    attempts: int = 6
    base: float = 0.5
    cap: float = 30.0

    def pause(self, attempt: int) -> float:
        """Seconds to wait after failed attempt number `attempt` (from 1)."""
        # Not keyed: the moment of a retry must differ between workers, and changes no result.
        ceiling: float = min(self.cap, self.base * 2 ** (attempt - 1))
        return random.uniform(0.5, 1.0) * ceiling


class Stop:
    """Says once that the run should end, and why."""

    def __init__(self) -> None:
        self.reason = ""
        self._event = asyncio.Event()

    def set(self, reason: str) -> None:
        """End the run; the first reason stays."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    def __bool__(self) -> bool:
        return self._event.is_set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Sleep `seconds`, or until the stop; returns whether it came."""
        try:
            async with asyncio.timeout(seconds):
                return await self._event.wait()
        except TimeoutError:
            return False


class Halted(Exception):
    """The run stopped while a case waited for its turn or its next try: it counts as never asked."""


class Asker:
    """Asks one model. `returned` counts calls that came back, well or not; `busy` the cases being asked now."""

    def __init__(
        self,
        model: Model,
        asset: Callable[[str], bytes],
        *,
        gate: Gate,
        retry: Retry,
        timeout: float,
        stop: Stop,
    ) -> None:
        self.model = model
        self.gate = gate
        self.returned = 0
        self.busy = 0
        self._asset = asset
        self._retry = retry
        self._timeout = timeout
        self._stop = stop

    async def ask(self, case: Case, sampling: Sampling, key: str) -> Response:
        """Play a case's script and return what became of it.

        Raises `Halted` when the run stops before the first reply; a case that has one is played to its end, since the
        replies so far are paid for and worth nothing without the rest.
        """
        self.busy += 1
        try:
            return await self._play(case, sampling, key)
        finally:
            self.busy -= 1

    async def _play(self, case: Case, sampling: Sampling, key: str) -> Response:
        history: list[Turn] = []
        replies: list[Reply] = []
        attempts = 0
        known = case if self.model.simulated else None  # a real model is never handed the answer
        status: Status = "answered"
        reason = ""
        try:
            for turn, due in case.script():
                history.append(turn)
                if due:
                    request = Request(tuple(history), sampling, known, self._asset)
                    reply, tries = await self._call(request, begun=bool(replies))
                    attempts += tries
                    replies.append(reply)
                    if reply.finish == "filtered":
                        status, reason = "blocked", "the provider filtered the reply"
                        break
                    history.append(assistant(reply.text))
        except ModelFault as fault:
            status, reason = ("blocked" if isinstance(fault, Blocked) else "error"), str(fault)
            attempts += fault.attempts
        return Response(key, case.id, case.task, self.model.uri, status, tuple(replies), reason, attempts)

    async def _call(self, request: Request, *, begun: bool) -> tuple[Reply, int]:
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._once(request, begun), attempt
            except (RateLimited, Transient) as fault:
                if attempt >= self._retry.attempts:
                    fault.attempts = attempt
                    raise
                pause = self._retry.pause(attempt)
                if begun:
                    await asyncio.sleep(pause)
                elif await self._stop.wait(pause):
                    raise Halted from None
            except ModelFault as fault:
                fault.attempts = attempt
                raise

    async def _once(self, request: Request, begun: bool) -> Reply:
        await self.gate.enter()
        try:
            if self._stop and not begun:
                raise Halted
            async with asyncio.timeout(self._timeout):
                reply = await self.model.ask(request)
        except RateLimited as fault:
            self.gate.complained(fault.retry_after)
            raise
        except TimeoutError:
            raise Transient(f"no reply within {self._timeout:g} s") from None
        except (TrustGenError, Halted, asyncio.CancelledError):  # an `InputError` ends the run: no case can go well
            raise
        except Exception as error:  # a plug-in's bug must cost one case, not the run
            raise Permanent(f"{type(error).__name__}: {error}") from error
        finally:
            self.returned += 1
            self.gate.leave()
        self.gate.went_well()
        return reply
