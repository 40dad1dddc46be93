"""The engine of one run: ask → judge → store as one bounded stream, resumable at every row.

`run` opens what a run needs, in the order in which faults cost least. An `Engine` is a run under way: it plans the work
of each model, drives a `Line` for each, takes their rows into the journal, and makes the numbers in the end. A `Watch`
looks after it.
"""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec

from trustgen.core import (
    Case,
    Chain,
    FolderError,
    InternalError,
    Model,
    Outcome,
    Reply,
    Sampling,
    Task,
    digest,
    named,
)
from trustgen.models import open_model
from trustgen.store import Edition, Journal, RunFolder, RunManifest, drawn, sampled
from trustgen.store.files import now

from .ask import Asker, Stop
from .budget import Metered, Purse
from .endpoints import Endpoints, renamed
from .estimate import estimate_all
from .gate import Gate
from .human import has_labels, with_labels
from .judge import tasks_of
from .judging import Judges
from .line import Host, Line, Row
from .narrow import Narrowing, check_width
from .opening import lacking, manifest_of, money_can_be_counted, nobody_grades_itself
from .probing import Work
from .seeds import due, one_picture, seeded
from .settings import Progress, Result, Settings
from .watch import Watch

BATCH = 256  # cases looked up in the journal at a time
SELDOM = 50_000  # objects more than were let go of, before circles among them are looked for
WAITING = 2_000  # rows handed to the journal and not yet on disk, at most


async def run(
    source: Edition | Callable[[], Edition],
    models: Sequence[Model],
    out: Path,
    settings: Settings,
    progress: Progress,
    roles: Mapping[str, str | Model],
) -> Result:
    """Check, ask, judge, store, estimate, seal; the models are closed in any case. See `evaluate`."""
    watch = Watch(settings, progress.note)
    purse = Purse(settings.budget, settings.prices, watch.used_up)
    try:
        for model in models:
            await model.check()
        edition = source if isinstance(source, Edition) else source()
        nobody_grades_itself(edition, models, roles)
        made_with = edition.manifest.makers
        bound = {role: m if isinstance(m, str) else m.uri for role, m in roles.items()}
        tasks = tasks_of(edition, named({**made_with, **bound}))  # raises before anything is written or asked
        check_width(tasks, settings.until_width)
        endpoints = Endpoints(models)
        endpoints.draws_differ(settings.repeats, (e.sampling for e in edition.manifest.tasks))
        money_can_be_counted((*(model.uri for model in models), *bound.values()), settings)
        lacks = await lacking(edition, models, RunFolder(out))
        folder = RunFolder.take(out)
        try:
            assets = Chain(edition.blobs, folder.blobs)
            metered = {role: _metered(model, settings, purse, begun=False) for role, model in roles.items()}
            with Judges(metered, out, settings, progress.note, made_with, assets) as judges:
                tasks = tasks_of(edition, judges.kit)
                judges.check(tasks.values())
                manifest = manifest_of(folder, edition, tasks, models, endpoints, judges, settings, lacks)
                edition = drawn(edition.copy_to(folder.folder / "edition"), settings.repeats)
                folder.begin("run")
                journal = folder.journal()
                try:
                    return await Engine(
                        edition=edition,
                        tasks=tasks,
                        models={model.uri: model for model in models},
                        endpoints=endpoints,
                        judges=judges,
                        folder=folder,
                        manifest=manifest,
                        journal=journal,
                        assets=assets,
                        purse=purse,
                        watch=watch,
                        settings=settings,
                        progress=progress,
                    ).run()
                finally:
                    journal.close()
        finally:
            folder.leave()
    finally:
        for model in models:
            await model.close()


def _metered(model: str | Model, settings: Settings, purse: Purse, *, begun: bool = True) -> Model:
    """The model itself, or one whose calls are counted where calls, tokens or money are capped."""
    opened = open_model(model, settings.options) if isinstance(model, str) else model
    return Metered(opened, purse, begun=begun) if settings.budget.counts else opened


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """What is loaded by now stays, and what cases leave seldom holds circles: to look cost a tenth of its time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@dataclass(kw_only=True, eq=False)
class Engine(Host):
    """One run under way, all of it opened; the host of its lines, and the sink of their rows."""

    edition: Edition
    tasks: Mapping[str, Task]
    models: Mapping[str, Model]
    endpoints: Endpoints
    judges: Judges
    folder: RunFolder
    manifest: RunManifest
    journal: Journal
    assets: Chain
    purse: Purse
    watch: Watch
    settings: Settings
    progress: Progress
    narrowing: Narrowing | None = None  # where the run ends tasks whose interval is narrow enough
    resumed: bool = False
    lines: dict[str, Line] = field(default_factory=dict)
    rows: int = 0

    async def run(self) -> Result:
        """Ask, judge and store all that is left; then estimate and seal."""
        self._mend_journal()
        self.resumed = not self.journal.is_empty
        self.purse.before({**self.journal.spent(), **self.judges.spent()})
        self._watch_widths()
        self._tell_prices()
        self.folder.write_manifest(self.manifest)
        await self._learn_seeds()
        try:
            with _seldom_collected():
                await self._ask_everything()
        finally:
            self.journal.flush()
        return self._finish()

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

    def _watch_widths(self) -> None:
        """Begin to watch the headlines' intervals, from what is stored already."""
        if self.settings.until_width is not None:
            models = self.models.items()
            able = {e.id: [uri for uri, m in models if not e.lacks(m)] for e in self.edition.manifest.tasks}
            self.narrowing = Narrowing(self.edition, self.tasks, able, self.settings.until_width, self.progress.note)
            self.narrowing.resume(self.journal)

    def _tell_prices(self) -> None:
        """Name the prices that nobody gave by hand, with their source and date."""
        for uri in (*self.models, *self.judges.uris.values()):
            if (price := self.settings.prices.get(uri)) and price.source:
                self.progress.note(f"price of {uri}: {price}")

    async def _learn_seeds(self) -> None:
        """Have servers of pictures say whether one seed gives one picture, where nobody knows yet."""
        wanted = self.settings.seed_probe
        for uri, model in self.models.items():
            sampling = seeded(model, self.edition)
            answered = self.resumed and self.journal.answered(uri) and wanted is None
            if sampling is None or answered or self.endpoints.of(uri).deterministic is not None:
                continue
            if due(self.settings.budget, wanted) and uri not in self.manifest.given_up:
                with self.watch.signals():
                    paid = partial(self.journal.spend, uri)
                    found, why = await one_picture(self._asker(model), sampling, self.assets, paid)
                if found is not None:
                    self.endpoints.steady(uri, found)
                    self.note(f"{uri}: {self.endpoints.of(uri).steadiness}{why and f' ({why})'}")
                    self._write_endpoints()

    # ── ask, judge, store ──────────────────────────────────────────────────────────────────────────────────────────

    async def _ask_everything(self) -> None:
        self.lines = {uri: Line(self._asker(m), self.tasks, self.judges, self) for uri, m in self.models.items()}
        jobs = self.watch.jobs
        for uri, line in self.lines.items():
            dead = uri in self.manifest.given_up
            known = self.resumed and self.journal.answered(uri)
            work = self._pending(self.models[uri])
            jobs += line.workers(work, 1 + self.edition.planned, dead=dead, known=known)
        askers = [line.asker for line in self.lines.values()]
        over = asyncio.get_running_loop().create_task(
            self.watch.over(askers, self.judges, lambda: self.halted, lambda: self.rows)
        )
        with self.watch.signals():
            try:
                done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_EXCEPTION)
                for job in done:
                    if not job.cancelled() and (error := job.exception()):
                        raise error
            finally:
                for job in (over, *jobs):
                    job.cancel()
                await asyncio.gather(over, *jobs, return_exceptions=True)

    def _asker(self, model: Model) -> Asker:
        fixed = self.settings.concurrency
        return Asker(
            _metered(model, self.settings, self.purse),
            self.assets,
            gate=Gate(fixed or model.slots, fixed=fixed is not None),
            retry=self.settings.retry,
            timeout=self.settings.options.timeout,
            stop=Stop(self.watch.stop),
            keep=self.journal.keep,
        )

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
            batch.append(Work(case, sampling, behind.key(case.id, model.uri, sampling)))
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
                yield work._replace(failed=bool(status), begun=self._begun(work, status))
            elif judged.get(verdicts[work.key], Outcome.ERROR) == Outcome.ERROR:
                yield work._replace(answer=self.journal.find(work.key))

    def _begun(self, work: Work, status: str | None) -> tuple[Reply, ...]:
        """The replies of a game that were bought: before a kill, or before the fault that ended it."""
        if work.case.play is None:
            return ()
        failed = self.journal.find(work.key) if status else None
        return failed.replies if failed else self.journal.begun(work.key)

    def _judged(self, model: Model) -> int:
        """How many cases of a model need nothing more."""
        judges = {t.judge.key for t in self.tasks.values()}
        stored = self.journal.verdicts(model=model.uri)
        return sum(v.judge in judges and v.outcome != Outcome.ERROR for v in stored)

    # ── what lines ask of their host, and hand to it ───────────────────────────────────────────────────────────────

    @property
    def full(self) -> bool:
        """Whether more rows wait for the disk than should."""
        return self.journal.waiting > WAITING and self.journal.failure is None

    @property
    def halted(self) -> bool:
        """Whether the run is stopped, a cap is reached, or the journal cannot be written."""
        if self.journal.failure is not None and not self.watch.stop:
            self.watch.stop.set(f"the journal cannot be written: {self.journal.failure}")
        return self.watch.late()

    async def turn(self, case: Case, stop: Stop) -> bool:
        """Whether to ask a case, once it is known: waits while its model is too far ahead of the others."""
        return self.narrowing is None or await self.narrowing.turn(case, self._at_once, stop)

    def _at_once(self) -> int:
        """The most calls that one of the models is asked at once now."""
        return max(int(line.asker.gate.limit) for line in self.lines.values())

    def put(self, row: Row) -> None:
        """Hand a row to the journal, and to whoever watches."""
        self.rows += 1
        self.journal.put(row.response, row.verdict, kept=row.kept)
        if self.narrowing:
            self.narrowing.end(row.verdict)
        self.progress.row(row.response, row.verdict)

    def key(self, case: Case, model: str, sampling: Sampling, key: str) -> str:
        """Where a model leaves out or renames parameters, the key says so; what is new is in the manifest at once."""
        adapted = self.endpoints.adapted(model)
        if not adapted:
            return key
        known = self.manifest.endpoints[model].adapted if model in self.manifest.endpoints else {}
        if adapted != known:
            told = renamed(adapted, known)
            self.progress.note(f"{model} refuses parameters as they are usually sent; left out or sent anew: {told}")
            self._write_endpoints()
        return self.endpoints.of(model).key(case.id, model, sampling)

    def _write_endpoints(self) -> None:
        endpoints = self.manifest.endpoints | self.endpoints.told()
        self.manifest = msgspec.structs.replace(self.manifest, endpoints=endpoints)
        self.folder.write_manifest(self.manifest)

    def note(self, text: str) -> None:
        """Tell whoever watches."""
        self.progress.note(text)

    def stop(self, why: str) -> None:
        """End the run."""
        self.watch.stop.set(why)

    def gave_up(self, model: str) -> None:
        """The others go on, and where there are none the run stops."""
        if self.narrowing:
            self.narrowing.drop(model)
        if all(line.given_up for line in self.lines.values()):
            self.watch.stop.set("; ".join(self._given_up.values()))

    @property
    def _given_up(self) -> dict[str, str]:
        return {uri: line.given_up for uri, line in self.lines.items() if line.given_up}

    # ── finish ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _finish(self) -> Result:
        """Estimate over everything planned, write the numbers, put the rows into tables, seal it all."""
        folder, manifest, stop, given_up = self.folder, self.manifest, self.watch.stop, self._given_up
        found, skipped = estimate_all(self.edition, self.tasks, manifest, self.journal)
        if self.narrowing:
            skipped = {pair: n - self.narrowing.spared(*pair) for pair, n in skipped.items()}
            found = self.narrowing.noted(found)
        meant = Counter[str]()
        for (_, model), n in skipped.items():
            meant[model] += n if model in self.models else 0
        if not stop and (lost := sum(n for model, n in meant.items() if model not in given_up)):
            raise InternalError(f"{lost} planned cases have no verdict, and the run was not stopped")
        cut_short = meant.total() > 0  # a stop after the last case stopped nothing
        folder.write_estimates(found)
        ended = msgspec.structs.replace(
            manifest,
            status="stopped" if cut_short else "finished",
            stopped=(stop.reason or "; ".join(given_up.values())) if cut_short else "",
            given_up={uri: why for uri, why in manifest.given_up.items() if uri not in self.models} | given_up,
            ended=now(),
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
