"""One model's line of a run: ask → judge → row. No file, no signal: a test, an app or an actor drives it as well.

What it is part of is its `Host`, which takes the rows and says when to go on: the engine, or a dozen lines of a test.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from trustgen.core import Case, Permanent, Response, Sampling, Task, Verdict

from .ask import Asker, Halted, Stop
from .judging import Judges
from .probing import Work, first, probes

BREATH = 32  # rows after which signals and the watch get a turn, even where a model answers without waiting
PATIENCE = 0.005  # seconds after which a line looks again whether rows still wait
BREAKER = 50  # cases of one model in a row that end in `error` before it is given up
PROBES = 3  # cases, of different tasks, that are asked alone before a model is given up for faults that never pass


class Row(NamedTuple):
    """What became of one case; `response` is None where it was stored before and is only judged."""

    response: Response | None
    verdict: Verdict
    kept: bool = False  # whether its replies were handed over one by one, as those of a game are


class Host:
    """What a line is part of: where its rows go, and whom it asks whether to go on. By default it is alone."""

    @property
    def full(self) -> bool:
        """Whether rows wait to be stored, so that a line should wait too."""
        return False

    @property
    def halted(self) -> bool:
        """Whether the whole run is stopped."""
        return False

    async def turn(self, case: Case, stop: Stop) -> bool:
        """Whether to ask a case; may wait until others have come as far, or the model's `stop`."""
        return True

    def put(self, row: Row) -> None:
        """Take a row; never waits."""
        raise NotImplementedError(f"{type(self).__name__} keeps no rows: give it `def put(self, row)`")

    def key(self, case: Case, model: str, sampling: Sampling, key: str) -> str:
        """The key of an answer that has come, where it is not the one it was asked under."""
        return key

    def note(self, text: str) -> None:
        """Hear what a person should know."""

    def stop(self, why: str) -> None:
        """Hear that nothing more can be judged."""

    def gave_up(self, model: str) -> None:
        """Hear that a model is asked nothing more."""


class Line:
    """Asks one model what it has not answered, and judges it."""

    def __init__(self, asker: Asker, tasks: Mapping[str, Task], judges: Judges, host: Host) -> None:
        self.asker = asker
        self.model = asker.model.uri
        self.given_up = ""  # why its model is asked nothing more
        self._tasks, self._judges, self._host = tasks, judges, host
        self._probed = asyncio.Event()
        self._held: deque[Work] = deque()
        self._rows = 0
        self._failing = 0  # cases in a row that ended in `error`
        self._metered = True  # whether it reports tokens, as far as was seen

    def workers(
        self, work: Iterator[Work], most: int, *, dead: bool = False, known: bool = False
    ) -> list[asyncio.Task[None]]:
        """Tasks of the running loop that serve all of `work`, at most `most` cases at a time.

        The model is probed first, unless it is `known` to answer. One that was `dead` in an earlier session has one
        case to come back with.
        """
        loop = asyncio.get_running_loop()
        rest = first(self._held, work)  # one iterator, many workers: 1.4 µs a case and no list of tasks
        probe = loop.create_task(self._probe(work, dead=dead, known=known))
        return [probe, *(loop.create_task(self._work(rest)) for _ in range(min(self.asker.gate.most, most)))]

    async def _probe(self, work: Iterator[Work], *, dead: bool, known: bool) -> None:
        """Ask one case alone, before any other is spent on this model; one that cannot work is given up here.

        A fault that no request escapes (no such model, no credit) ends it at the first case. One that may lie in the
        case, such as a conversation too long, is tried on cases of other tasks first. What an earlier session had to
        give up gets one case, whatever it fails with. Cases passed over wait.
        """
        try:
            if known and not dead:
                return
            for tried, probe in enumerate(probes(work, self._held), 1):
                response = await self.serve(probe)
                if response is None or response.status != "error":
                    return
                fault = self.asker.fault
                if not (dead or isinstance(fault, Permanent)):
                    return
                if dead or (isinstance(fault, Permanent) and fault.everywhere):
                    self._give_up("its first case failed", response.reason)
                elif tried == PROBES:
                    self._give_up(f"its first {PROBES} cases failed, the last with", response.reason)
                if self.asker.stop:
                    return
        finally:
            self._probed.set()

    async def _work(self, work: Iterator[Work]) -> None:
        """Serve case after case, until there is no more, or the run or this model stops."""
        await self._probed.wait()
        if self.asker.stop:
            return
        for item in work:
            await self.serve(item)
            if self.asker.stop:
                return
            if self._rows % BREATH == 0:
                await asyncio.sleep(0)
            while self._host.full:
                await asyncio.sleep(PATIENCE)

    async def serve(self, item: Work) -> Response | None:
        """Ask a case, judge it, hand the row on; `None` where it was not asked."""
        case, sampling, key, answer, _, begun = item
        if not await self._host.turn(case, self.asker.stop) or self._host.halted or self.asker.stop:
            return None
        if answer is not None:
            self._put(None, await self._judged(case, answer))
            return None
        try:
            response = await self.asker.ask(case, sampling, key, begun)
        except Halted:
            return None
        if (other := self._host.key(case, self.model, sampling, key)) != key:
            response = msgspec.structs.replace(response, key=other)
        self._put(response, await self._judged(case, response), kept=case.play is not None)
        self._count_failures(response)
        return response

    async def _judged(self, case: Case, response: Response) -> Verdict:
        """The verdict; a judging role that gives out stops the run, and what was answered is kept."""
        made, stopped = await self._judges.verdict(self._tasks[case.task], case, response)
        if stopped:
            self._host.stop(stopped)
        return made

    def _put(self, response: Response | None, verdict: Verdict, *, kept: bool = False) -> None:
        self._rows += 1
        self._host.put(Row(response, verdict, kept))

    def _count_failures(self, response: Response) -> None:
        """Give a model up that answers nobody: retrying ten thousand cases would take hours to say so."""
        if response.status != "error":
            self._failing = 0
            if self._metered and any(reply.usage.estimated for reply in response.replies):
                self._metered = False
                told = "its tokens are estimated from lengths, bytes / 4"
                self._host.note(f"{self.model} reports no usage, or none that can be: {told}")
            return
        self._failing += 1
        if self._failing >= BREAKER and not self.asker.stop:
            self._give_up(f"{BREAKER} cases in a row failed, the last with", response.reason)

    def _give_up(self, how: str, reason: str) -> None:
        """Ask this model nothing more."""
        self.given_up = f"{self.model} was given up: {how}: {reason}"
        self._host.note(self.given_up)
        self.asker.stop.set(self.given_up)
        self._host.gave_up(self.model)
