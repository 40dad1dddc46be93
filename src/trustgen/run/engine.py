"""The engine of one run: ask → judge → store as one bounded stream, resumable at every row."""

from __future__ import annotations

import asyncio
import gc
import platform
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

import trustgen
from trustgen.core import (
    Case,
    Chain,
    FolderError,
    InputError,
    InternalError,
    Level,
    LevelError,
    Model,
    Outcome,
    Permanent,
    Response,
    Task,
    Verdict,
    digest,
    named,
    underlying,
)
from trustgen.models import open_model
from trustgen.store import Edition, NotApplicable, RunFolder, RunManifest, drawn, sampled

from .ask import Asker, Halted, Stop
from .budget import Metered, Purse
from .endpoints import Endpoints, renamed
from .estimate import estimate_all
from .gate import Gate
from .human import has_labels, with_labels
from .judge import tasks_of
from .judging import Judges, nobody_judges_itself
from .narrow import Narrowing, check_width
from .prices import FREE, price_of
from .probing import Work, first, probes
from .settings import Progress, Result, Settings

BATCH = 256  # cases looked up in the journal at a time
WAITING = 2_000  # rows handed to the journal and not yet on disk, at most
BREATH = 32  # rows after which signals and the watch get a turn, even where a model answers without waiting
LEAVE = 5.0  # seconds in which threads that waited for a judge let go of it
LONG_WAIT = 10.0  # seconds of a pause from which on it is said who asked for it
BREAKER = 50  # cases of one model in a row that end in `error` before it is given up
PROBES = 3  # cases, of different tasks, that are asked alone before a model is given up for faults that never pass


class Engine:
    """One run, from the plan to the sealed folder."""

    def __init__(
        self,
        source: Edition | Callable[[], Edition],
        models: Sequence[Model],
        out: Path,
        settings: Settings,
        progress: Progress,
        roles: Mapping[str, str | Model] | None = None,
    ) -> None:
        self.models = {m.uri: m for m in models}
        self.endpoints = Endpoints(models)
        self.settings = settings
        self.progress = progress
        self.roles = dict(roles or {})
        self.source = source
        self.out = out
        self.purse = Purse(settings.budget, settings.prices, self._used_up)
        self.narrowing: Narrowing | None = None  # where the run ends tasks whose interval is narrow enough
        self.failing: Counter[str] = Counter()  # cases in a row that ended in `error`, by model
        self.given_up: dict[str, str] = {}  # models that are asked nothing more, and why
        self.dead: Mapping[str, str] = {}  # models that an earlier session gave up, and why
        self.unmetered: set[str] = set()  # models that report no tokens
        self.waits: dict[str, float] = {}  # seconds that a model has made everybody wait, as far as it was said
        self.issued = 0
        self.judging = 0  # responses being judged now
        self.started = time.monotonic()

    async def run(self) -> Result:
        """Check, ask, judge, store, estimate, seal."""
        self.stop = Stop()
        self.loop = asyncio.get_running_loop()
        try:
            for model in self.models.values():
                await model.check()
            self.edition = self.source if isinstance(self.source, Edition) else self.source()
            self._nobody_grades_itself()
            made_with = self.edition.manifest.makers
            bound = {role: m if isinstance(m, str) else m.uri for role, m in self.roles.items()}
            tasks = tasks_of(self.edition, named({**made_with, **bound}))  # raises before anything is written or asked
            check_width(tasks, self.settings.until_width)
            self.endpoints.draws_differ(self.settings.repeats, (e.sampling for e in self.edition.manifest.tasks))
            self._money_can_be_counted((*self.models, *bound.values()))
            await self._learn()
            lacking = self._lacking()
            folder = RunFolder.take(self.out)
            try:
                roles = {role: self._metered(model, begun=False) for role, model in self.roles.items()}
                self.assets = Chain(self.edition.blobs, folder.blobs)
                with Judges(roles, self.out, self.settings, self.progress.note, made_with, self.assets) as self.judges:
                    self.tasks = tasks_of(self.edition, self.judges.kit)
                    self.judges.check(self.tasks.values())
                    return await self._run_in(folder, lacking)
            finally:
                folder.leave()
        finally:
            for model in self.models.values():
                await model.close()

    async def _run_in(self, folder: RunFolder, lacking: list[NotApplicable]) -> Result:
        self.folder, self.manifest = folder, self._manifest(folder, lacking)
        manifest = self.manifest
        self.edition = drawn(self.edition.copy_to(folder.folder / "edition"), self.settings.repeats)
        folder.begin("run")
        self.journal = folder.journal()
        try:
            self._mend_journal()
            self._watch_widths()
            self._tell_prices()
            folder.write_manifest(manifest)
            self.dead = manifest.given_up
            gc.freeze()  # what is loaded by now stays: looking through it for garbage was a tenth of a case's time
            try:
                await self._ask_everything()
            finally:
                gc.unfreeze()
                self.journal.flush()
            return self._finish(folder, self.manifest)
        finally:
            self.journal.close()

    def _nobody_grades_itself(self) -> None:
        """A model under test neither writes nor judges its own test."""
        tested = {underlying(model.at) for model in self.models.values()}
        for role, uri in self.edition.manifest.roles.items():
            if underlying(uri) in tested:
                raise InputError(
                    f"`{uri}` was the `{role}` of this edition and cannot be measured on it: build one with another "
                    f"--role {role}=URI"
                )
        nobody_judges_itself(self.roles, (model.at for model in self.models.values()))

    def _money_can_be_counted(self, uris: Iterable[str]) -> None:
        """A cap in money needs to know what every model costs: one that did not would never be reached."""
        if self.settings.budget.usd is not None:
            for uri in uris:
                if uri not in self.settings.prices and price_of(uri) is not FREE:
                    raise InputError(f"a budget in usd needs to know the price of `{uri}`: give it in Settings.prices")

    # ── plan ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _learn(self) -> None:
        """Find out what models may offer that a task needs: a server that reads no pictures is not asked about any."""
        needed = frozenset[Level]().union(*(entry.needs for entry in self.edition.manifest.tasks))
        for model in self.models.values():
            await model.learn(needed)

    def _lacking(self) -> list[NotApplicable]:
        """The (task, model) pairs that cannot be served; raises when that is all of them."""
        pairs = [(e, m) for e in self.edition.manifest.tasks for m in self.models.values()]
        lacking = [NotApplicable(e.id, m.uri, ", ".join(sorted(gap))) for e, m in pairs if (gap := e.lacks(m))]
        if len(lacking) == len(pairs):
            needed = sorted({n.level for n in lacking})
            models = ", ".join(f"`{uri}`" for uri in self.models)
            raise LevelError(f"the tasks need the level {' or '.join(needed)}, which {models} does not offer")
        return lacking

    def _manifest(self, folder: RunFolder, lacking: list[NotApplicable]) -> RunManifest:
        """The manifest of this run: new, or the folder's own with these models added."""
        before = folder.manifest() if folder.exists else None
        made = self.edition.manifest
        if before and before.roles != self.judges.uris:
            with_ = " ".join(f"--role {role.split('.')[0]}={uri}" for role, uri in before.roles.items()) or "no --role"
            raise InputError(
                f"run `{folder.folder}` is judged with {with_}: run it on with the same, or judge it anew with "
                "`trustgen rejudge`"
            )
        if before and before.edition != made.id:
            raise FolderError(
                f"`{folder.folder}` is a run on another edition ({before.edition[:8]}…, this one is {made.id[:8]}…): "
                "choose another folder with -o"
            )
        if before and before.repeats != self.settings.repeats:
            raise InputError(
                f"run `{folder.folder}` asks every case with --repeats {before.repeats}: run it on with the same, or "
                "choose another folder with -o"
            )
        uris = dict.fromkeys([*(before.models if before else ()), *self.models])
        self.endpoints.take_up(folder.folder, before)
        simulated = {m.uri for m in self.models.values() if m.simulated} | set(before.simulated if before else ())
        return RunManifest(
            edition=made.id,
            suite=made.suite,
            salt=made.salt,
            models=tuple(uris),
            simulated=tuple(u for u in uris if u in simulated),
            judges={t.id: t.judge.key for t in self.tasks.values()},
            roles=self.judges.uris,
            not_applicable=tuple(dict.fromkeys([*(before.not_applicable if before else ()), *lacking])),
            versions=_versions(),
            budget=str(self.settings.budget),
            started=before.started if before else _now(),
            given_up=before.given_up if before else {},
            spent=before.spent if before else {},
            endpoints=(before.endpoints if before else {}) | self.endpoints.told(),
            repeats=self.settings.repeats,
        )

    def _mend_journal(self) -> None:
        """Refuse a journal with corrupt rows, or forget them where that was asked for."""
        if corrupt := self.journal.corrupt():
            if not self.settings.drop_corrupt:
                raise FolderError(
                    f"`{self.journal.path}` has {len(corrupt)} corrupt rows (first: {corrupt[0]}): run again with "
                    "--drop-corrupt to forget them and ask those cases anew"
                )
            self.journal.drop(corrupt)
            self.progress.note(f"dropped {len(corrupt)} corrupt rows; their cases are asked again")
        self.resumed = not self.journal.is_empty
        self.purse.before({**self.journal.spent(), **self.judges.spent()})

    # ── ask, judge, store ──────────────────────────────────────────────────────────────────────────────────────────

    async def _ask_everything(self) -> None:
        loop = asyncio.get_running_loop()
        self.askers = [self._asker(model) for model in self.models.values()]
        self.jobs: list[asyncio.Task[None]] = []
        for asker in self.askers:
            probed = asyncio.Event()
            held: deque[Work] = deque()
            work = self._pending(asker.model)  # one iterator, many workers: 1.4 µs a case and no list of tasks
            rest = first(held, work)
            workers = min(asker.gate.most, 1 + self.edition.planned)
            self.jobs.append(loop.create_task(self._probe(asker, work, held, probed)))
            self.jobs += [loop.create_task(self._worker(asker, rest, probed)) for _ in range(workers)]
        watch = loop.create_task(self._watch())
        caught = self._catch_signals(loop)
        try:
            done, _ = await asyncio.wait(self.jobs, return_when=asyncio.FIRST_EXCEPTION)
            for job in done:
                if not job.cancelled() and (error := job.exception()):
                    raise error
        finally:
            for number in caught:
                loop.remove_signal_handler(number)
            for job in (watch, *self.jobs):
                job.cancel()
            await asyncio.gather(watch, *self.jobs, return_exceptions=True)

    def _asker(self, model: Model) -> Asker:
        fixed = self.settings.concurrency
        gate = Gate(fixed or model.slots, fixed=fixed is not None)
        timeout = self.settings.options.timeout
        asked, stop = self._metered(model), Stop(self.stop)
        return Asker(asked, self.assets, gate=gate, retry=self.settings.retry, timeout=timeout, stop=stop)

    def _pending(self, model: Model) -> Iterator[Work]:
        """What this model has not answered, or nobody has judged; one batch in memory."""
        entries = {e.id: e for e in self.edition.manifest.tasks if not e.lacks(model)}
        total = sum(e.planned for e in entries.values())
        self.progress.plan(model.uri, total, self._judged(model) if self.resumed else 0)
        batch: list[Work] = []
        behind = self.endpoints.of(model.uri)
        for case in self.edition.cases():
            if (entry := entries.get(case.task)) is None:
                continue
            sampling = sampled(case, entry.sampling)
            batch.append(Work(case, sampling, behind.key(case.id, model.uri, sampling), stored=False))
            if len(batch) == BATCH:
                yield from self._unstored(batch)
                batch = []
        yield from self._unstored(batch)

    def _unstored(self, batch: list[Work]) -> Iterator[Work]:
        if not self.resumed:
            yield from batch
            return
        statuses = self.journal.statuses([w.key for w in batch])
        verdicts = {w.key: digest(w.key, self.tasks[w.case.task].judge.key) for w in batch}
        judged = self.journal.judged(list(verdicts.values()))
        for work in batch:
            status = statuses.get(work.key)
            if status in (None, "error"):
                yield work._replace(failed=True) if status else work
            elif judged.get(verdicts[work.key], Outcome.ERROR) == Outcome.ERROR:
                yield work._replace(stored=True)

    def _judged(self, model: Model) -> int:
        """How many cases of a model need nothing more."""
        judges = {t.judge.key for t in self.tasks.values()}
        stored = self.journal.verdicts(model=model.uri)
        return sum(v.judge in judges and v.outcome != Outcome.ERROR for v in stored)

    async def _probe(self, asker: Asker, work: Iterator[Work], held: deque[Work], probed: asyncio.Event) -> None:
        """Ask a model one case alone, before any other is spent on it; one that cannot work is given up here.

        A fault that no request escapes (no such model, no credit) ends it at the first case. One that may lie in the
        case, such as a conversation too long, is tried on cases of other tasks first. What an earlier session had to
        give up gets one case, whatever it fails with. Cases passed over wait in `held`.
        """
        dead = asker.model.uri in self.dead
        try:
            if self.resumed and not dead and self.journal.answered(asker.model.uri):
                return
            for tried, probe in enumerate(probes(work, held), 1):
                response = await self._serve(asker, probe)
                if response is None or response.status != "error" or asker.stop:
                    return
                fault = asker.fault
                if not (dead or isinstance(fault, Permanent)):
                    return
                if dead or (isinstance(fault, Permanent) and fault.everywhere):
                    self._give_up(asker, "its first case failed", response.reason)
                elif tried == PROBES:
                    self._give_up(asker, f"its first {PROBES} cases failed, the last with", response.reason)
        finally:
            probed.set()

    async def _worker(self, asker: Asker, work: Iterator[Work], probed: asyncio.Event) -> None:
        """Serve case after case, until there is no more, or the run or this model stops."""
        await probed.wait()
        if asker.stop:
            return
        for item in work:
            await self._serve(asker, item)
            if asker.stop:
                return
            if self.issued % BREATH == 0:
                await asyncio.sleep(0)
            while self.journal.waiting > WAITING and self.journal.failure is None:
                await asyncio.sleep(0.005)

    async def _serve(self, asker: Asker, item: Work) -> Response | None:
        """Ask a case, judge, hand to the journal; `None` where it was not asked."""
        case, sampling, key, stored, _ = item
        if self.narrowing and not await self.narrowing.turn(case, self._at_once, asker.stop):
            return None
        if self._halted() or asker.stop:
            return None
        task = self.tasks[case.task]
        if stored and (answer := self.journal.find(key)):
            self._put(None, await self._judge(task, case, answer))
            return None
        try:
            response = await asker.ask(case, sampling, key)
        except Halted:
            return None
        if self._adapted(asker.model.uri):
            key = self.endpoints.of(asker.model.uri).key(case.id, asker.model.uri, sampling)
            response = msgspec.structs.replace(response, key=key)
        self._put(response, await self._judge(task, case, response))
        self._count_failures(asker, response)
        return response

    def _adapted(self, label: str) -> bool:
        """Whether a model leaves out or renames parameters; what is new is said, and in the manifest at once."""
        adapted = self.endpoints.adapted(label)
        if not adapted:
            return False
        known = self.manifest.endpoints[label].adapted if label in self.manifest.endpoints else {}
        if adapted != known:
            told = renamed(adapted, known)
            self.progress.note(f"{label} refuses parameters as they are usually sent; left out or sent anew: {told}")
            endpoints = self.manifest.endpoints | self.endpoints.told()
            self.manifest = msgspec.structs.replace(self.manifest, endpoints=endpoints)
            self.folder.write_manifest(self.manifest)
        return True

    async def _judge(self, task: Task, case: Case, response: Response) -> Verdict:
        """The verdict; a judging role that gives out stops the run, and what was answered is kept."""
        self.judging += 1
        try:
            made, stopped = await self.judges.verdict(task, case, response)
        finally:
            self.judging -= 1
        if stopped:
            self.stop.set(stopped)
        return made

    def _put(self, response: Response | None, made: Verdict) -> None:
        self.issued += 1
        self.journal.put(response, made)
        if self.narrowing:
            self.narrowing.end(made)
        self.progress.row(response, made)

    def _count_failures(self, asker: Asker, response: Response) -> None:
        """Give a model up that answers nobody: retrying ten thousand cases would take hours to say so."""
        model = response.model
        if response.status != "error":
            self.failing[model] = 0
            if model not in self.unmetered and any(reply.usage.estimated for reply in response.replies):
                self.unmetered.add(model)
                told = "its tokens are estimated from lengths, bytes / 4"
                self.progress.note(f"{model} reports no usage, or none that can be: {told}")
            return
        self.failing[model] += 1
        if self.failing[model] >= BREAKER and not asker.stop:
            self._give_up(asker, f"{BREAKER} cases in a row failed, the last with", response.reason)

    def _give_up(self, asker: Asker, how: str, reason: str) -> None:
        """Ask one model nothing more; the others go on, and where there are none the run stops."""
        model = asker.model.uri
        why = f"{model} was given up: {how}: {reason}"
        self.given_up[model] = why
        self.progress.note(why)
        asker.stop.set(why)
        if self.narrowing:
            self.narrowing.drop(model)
        if all(uri in self.given_up for uri in self.models):
            self.stop.set("; ".join(self.given_up.values()))

    # ── stop ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _halted(self) -> bool:
        """Whether the run is stopped, a cap is reached, or the journal cannot be written."""
        if self.stop:
            return True
        if self.journal.failure is not None:
            self.stop.set(f"the journal cannot be written: {self.journal.failure}")
        elif why := self.settings.budget.late(self.started):
            self.stop.set(why)
        return bool(self.stop)

    async def _watch(self) -> None:
        """Look after the run: stalls, and time; after a stop, end the calls that outlast the grace."""
        limit = self.settings.stall or 2 * self.settings.options.timeout + 60
        seen, since = -1, time.monotonic()
        while not await self.stop.wait(0.5) and not self._halted():
            self._tell_waits()
            returned = sum(a.returned for a in self.askers) + self.issued + self.judges.returned
            if returned != seen or any(a.gate.paused for a in self.askers):
                seen, since = returned, time.monotonic()
            elif time.monotonic() - since > limit:
                self.stop.set(f"nothing came back for {limit:g} s")
        until = time.monotonic() + self.settings.grace
        self.judges.stop()
        while time.monotonic() < until and (self.judging or any(a.busy for a in self.askers)):
            await asyncio.sleep(0.05)
        self.judges.abort()
        until = time.monotonic() + LEAVE
        while time.monotonic() < until and self.judging:  # what was answered is stored, though nobody judged it
            await asyncio.sleep(0.01)
        for job in self.jobs:
            job.cancel()

    def _tell_waits(self) -> None:
        """Say who makes everybody wait, once for each pause: a run that stands still should not look broken."""
        for asker in self.askers:
            gate, uri = asker.gate, asker.model.uri
            if gate.left > LONG_WAIT and gate.held > self.waits.get(uri, 0.0):
                self.waits[uri] = gate.held
                told = f"{gate.left:.0f} s to wait, {gate.held:.0f} s in all so far, {gate.longest:.0f} s at most"
                self.progress.note(f"{uri} asks to be left alone: {told}")

    def _watch_widths(self) -> None:
        """Begin to watch the headlines' intervals, from what is stored already."""
        if self.settings.until_width is None:
            return
        models = self.models.items()
        able = {e.id: [uri for uri, m in models if not e.lacks(m)] for e in self.edition.manifest.tasks}
        self.narrowing = Narrowing(self.edition, self.tasks, able, self.settings.until_width, self.progress.note)
        self.narrowing.resume(self.journal)

    def _at_once(self) -> int:
        """The most calls that one of the models is asked at once now."""
        return max(int(asker.gate.limit) for asker in self.askers)

    # ── money ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _metered(self, model: str | Model, *, begun: bool = True) -> Model:
        """The model itself, or one whose calls are counted where calls, tokens or money are capped."""
        opened = open_model(model, self.settings.options) if isinstance(model, str) else model
        return Metered(opened, self.purse, begun=begun) if self.settings.budget.counts else opened

    def _used_up(self, why: str) -> None:
        """End the run on a cap; judges run in a thread of their own, and may be the ones to reach it."""
        if asyncio.get_running_loop() is self.loop:
            self.stop.set(why)
        else:
            self.loop.call_soon_threadsafe(self.stop.set, why)

    def _tell_prices(self) -> None:
        """Name the prices that nobody gave by hand, with their source and date."""
        for uri in (*self.models, *self.judges.uris.values()):
            if (price := self.settings.prices.get(uri)) and price.source:
                self.progress.note(f"price of {uri}: {price}")

    def _catch_signals(self, loop: asyncio.AbstractEventLoop) -> list[signal.Signals]:
        if not self.settings.signals:
            return []
        caught = [signal.SIGINT, signal.SIGTERM]
        for number in caught:
            loop.add_signal_handler(number, self._interrupted, number)
        return caught

    def _interrupted(self, number: signal.Signals) -> None:
        if self.stop:  # asked twice: do not wait for the calls in flight
            for job in self.jobs:
                job.cancel()
            return
        self.progress.note("stopping: waiting for calls in flight (Ctrl-C again leaves them)")
        self.stop.set(f"interrupted ({number.name})")

    # ── finish ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _finish(self, folder: RunFolder, manifest: RunManifest) -> Result:
        """Estimate over everything planned, write the numbers, put the rows into tables, seal it all."""
        found, skipped = estimate_all(self.edition, self.tasks, manifest, self.journal)
        if self.narrowing:
            skipped = {pair: n - self.narrowing.spared(*pair) for pair, n in skipped.items()}
            found = self.narrowing.noted(found)
        meant = Counter[str]()
        for (_, model), n in skipped.items():
            meant[model] += n if model in self.models else 0
        if not self.stop and (lost := sum(n for model, n in meant.items() if model not in self.given_up)):
            raise InternalError(f"{lost} planned cases have no verdict, and the run was not stopped")
        cut_short = meant.total() > 0  # a stop after the last case stopped nothing
        folder.write_estimates(found)
        ended = msgspec.structs.replace(
            manifest,
            status="stopped" if cut_short else "finished",
            stopped=(self.stop.reason or "; ".join(self.given_up.values())) if cut_short else "",
            given_up={uri: why for uri, why in manifest.given_up.items() if uri not in self.models} | self.given_up,
            ended=_now(),
            spent={**self.journal.spent(), **self.judges.spent()},
        )
        folder.write_manifest(ended)
        folder.seal(self.journal)
        self.judges.seal()
        if has_labels(folder.folder):  # of an earlier session: people's labels stay in the numbers
            found = with_labels(folder, self.edition, self.tasks, ended)
            folder.write_estimates(found)
        folder.end()
        return Result(folder.folder, ended, found)


def _versions() -> dict[str, str]:
    """What else an answer can depend on."""
    found = {"trustgen": trustgen.__version__, "python": platform.python_version(), "machine": platform.machine()}
    for package in ("aiohttp", "inspect-ai", "numpy", "xllamacpp"):
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
