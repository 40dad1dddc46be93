"""Ask one model one case: pacing, deadline, bounded retries. Whatever happens becomes a `Response`, never text.

What asking again costs decides how often it is done. A passing fault is tried `attempts` times, a timeout `timeouts`
times. A limit on the calls a minute is no fault at all: it is waited for and uses up no try, until the model has
answered nobody for `patience`.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

import msgspec

from trustgen.core import (
    Assets,
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
    TimedOut,
    Transient,
    TrustGenError,
    Unusable,
)
from trustgen.core.replies import Status
from trustgen.models.talk import Talk

from .gate import Gate
from .usage import with_usage

NEVER = nullcontext()
_HTTP = re.compile(r"HTTP \d{3}")


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """How often a call is tried, and how long to wait between: jittered `base · 2^k`, at most `cap` seconds.

    `timeouts` is how often a call is tried that runs out of time; `patience` the seconds for which a model may say "not
    now" to everybody before its cases end in `error`; how long it may make everybody wait in all is the gate's to say.
    """

    attempts: int = 6
    timeouts: int = 2
    base: float = 0.5
    cap: float = 30.0
    patience: float = 900.0

    def pause(self, attempt: int) -> float:
        """Seconds to wait after failed attempt number `attempt` (from 1)."""
        # Not keyed: the moment of a retry must differ between workers, and changes no result.
        ceiling: float = min(self.cap, self.base * 2 ** (attempt - 1))
        return random.uniform(0.5, 1.0) * ceiling


class Stop:
    """Says once that something should end, and why: the run, or one model `within` it, which ends with the run."""

    def __init__(self, within: Stop | None = None) -> None:
        self.reason = ""
        self._event = asyncio.Event()
        self._parts: list[Stop] = []
        if within is not None:
            within._parts.append(self)
            if within:
                self.set(within.reason)

    def set(self, reason: str) -> None:
        """End it, and its parts; the first reason stays."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()
            for part in self._parts:
                part.set(reason)

    def __bool__(self) -> bool:
        return self._event.is_set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Sleep `seconds`, or until the stop; returns whether it came."""
        try:
            async with asyncio.timeout(seconds):
                return await self._event.wait()
        except TimeoutError:
            return False


def _keeps_nothing(model: str, key: str, place: int, reply: Reply) -> None:
    """The replies of games are kept by a run alone."""


class Halted(Exception):
    """The run stopped while a case waited for its turn or its next try: it counts as never asked."""


def kind_of(fault: ModelFault) -> str:
    """What went wrong, in the words under which retries are counted."""
    if isinstance(fault, TimedOut):
        return "timeout"
    if found := _HTTP.match(str(fault)):
        return found[0]
    return "rate limit" if isinstance(fault, RateLimited) else "broken connection or answer"


class Asker:
    """Asks one model. `returned` counts calls that came back, well or not; `busy` the cases being asked now.

    `stop` ends the asking of this model alone, and `fault` is what the last case that failed ended with.
    """

    def __init__(
        self,
        model: Model,
        assets: Assets,
        *,
        gate: Gate,
        retry: Retry,
        timeout: float,
        stop: Stop,
        keep: Callable[[str, str, int, Reply], None] = _keeps_nothing,
    ) -> None:
        self.model = model
        self.gate = gate
        self.returned = 0
        self.busy = 0
        self.stop = stop
        self.fault: ModelFault | None = None
        self._limited_since: float | None = None  # when it first said "not now", with no answer to anybody since
        self._assets = assets
        self._retry = retry
        self._timeout = timeout
        self._keep = keep

    async def ask(self, case: Case, sampling: Sampling, key: str, begun: Sequence[Reply] = ()) -> Response:
        """Play a case's script, and its game where it has one, and return what became of it.

        `begun` are the replies that an earlier session has of it, which are not asked for again; every new one of a
        game is handed to `keep` as it comes, with its model, key and place. Raises `Halted` when asking stops before
        the first reply, or within a game; a script that has one is played to its end, since its replies are paid for
        and worth nothing without the rest.
        """
        self.busy += 1
        try:
            return await self._play(case, sampling, key, deque(begun))
        finally:
            self.busy -= 1

    async def _play(self, case: Case, sampling: Sampling, key: str, begun: deque[Reply]) -> Response:
        talk = Talk(case)
        again: dict[str, int] = {}  # failed calls that were made again, by kind
        failed = 0
        status: Status = "answered"
        reason = ""
        try:
            while talk.due():
                if begun:
                    reply = talk.take(begun.popleft())
                else:
                    request = talk.request(self.model, sampling, self._assets.asset, self._assets.keep)
                    reply = talk.take(await self._call(request, again, begun=bool(talk.replies) and not case.play))
                    if case.play:
                        self._keep(self.model.uri, key, len(talk.replies) - 1, reply)
                if reply.finish == "filtered":
                    status, reason = "blocked", "the provider filtered the reply"
                    break
        except ModelFault as fault:
            status, reason = ("blocked" if isinstance(fault, Blocked) else "error"), str(fault)
            self.fault, failed = fault, 1
        calls = len(talk.replies) + failed + sum(again.values())
        told = reason or talk.reason
        return Response(key, case.id, case.task, self.model.uri, status, tuple(talk.replies), told, calls, again)

    async def _call(self, request: Request, again: dict[str, int], *, begun: bool) -> Reply:
        tries, waits, timeouts = 0, 0, 0
        while True:
            try:
                return await self._once(request, begun)
            except (RateLimited, Transient) as fault:
                if isinstance(fault, RateLimited) and fault.paced:
                    waits += 1
                    pause = self._retry.pause(waits)
                    spent = self.gate.worn or not self._patient()
                    if not fault.retry_after:  # calls that are refused may count too: nobody asks meanwhile
                        self.gate.hold(pause)
                else:
                    tries += 1
                    timeouts += isinstance(fault, TimedOut)
                    pause = self._retry.pause(tries)
                    spent = tries >= self._retry.attempts or timeouts >= self._retry.timeouts
                if spent:
                    raise
                kind = kind_of(fault)
            again[kind] = again.get(kind, 0) + 1
            if begun:
                await asyncio.sleep(pause)
            elif await self.stop.wait(pause):
                raise Halted

    def _patient(self) -> bool:
        """Whether a limit is waited for still: some case was answered within the patience."""
        now = time.monotonic()
        self._limited_since = self._limited_since or now
        return now - self._limited_since < self._retry.patience

    def _deadline(self) -> AbstractAsyncContextManager[object]:
        return NEVER if self.model.ends_within <= self._timeout else asyncio.timeout(self._timeout)

    async def _once(self, request: Request, begun: bool) -> Reply:
        await self.gate.enter()
        try:
            if self.stop and not begun:
                raise Halted
            async with self._deadline():
                reply = await self.model.ask(request)
        except RateLimited as fault:
            self.gate.complained(fault.retry_after)
            raise
        except TimeoutError:
            raise TimedOut(f"no reply within {self._timeout:g} s") from None
        except Unusable as fault:  # what came is no picture
            raise Permanent(str(fault)) from fault
        except (TrustGenError, Halted, asyncio.CancelledError):  # an `InputError` ends the run: no case can go well
            raise
        except Exception as error:  # a plug-in's bug must cost one case, not the run
            raise Permanent(f"{type(error).__name__}: {error}") from error
        finally:
            self.returned += 1
            self.gate.leave()
        self.gate.went_well()
        self._limited_since = None
        return reply if self.model.simulated else with_usage(reply, request)
