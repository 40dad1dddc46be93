"""The engine's door: evaluate an edition on models, or judge a run again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec

from trustgen.core import Case, Estimate, Model, Response, Task
from trustgen.models import open_model
from trustgen.store import Edition, Journal, RunFolder, RunManifest, sampled

from .away import finished
from .engine import run
from .estimate import estimate_all
from .human import estimated_again, has_labels, with_labels
from .judge import tasks_of
from .judging import Judges, nobody_judges_itself
from .settings import Progress, Quiet, Result, Settings

BATCH = 512  # responses judged again at a time


def evaluate(
    edition: Edition | Path | Callable[[], Edition],
    models: Sequence[str | Model],
    out: Path,
    *,
    roles: Mapping[str, str | Model] | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Result:
    """Ask `models` the cases of `edition`, judge, store and estimate, in the folder `out`.

    `edition` is an edition, its folder, or a function that builds one, called once the models have been checked.
    `roles` binds models that judge what rules cannot (`judge`, `judge.2` … for a panel). Running again on the same
    folder resumes: stored answers are never bought twice, a new model is added, and what ended in `error` is asked
    again. Raises `InputError`, with nothing asked, when a model, folder or edition cannot be used, or a cap in money
    meets a model without a price. A run that is stopped (budget, signal, stall) returns normally, with
    `manifest.status` "stopped" and valid partial estimates. A model that answers nobody is given up alone
    (`manifest.given_up`) and the others finish; that is "stopped" too. Where an event loop is running already, as in a
    notebook, the run has a thread and a loop of its own.
    """
    return finished(lambda: aevaluate(edition, models, out, roles=roles, settings=settings, progress=progress))


async def aevaluate(
    edition: Edition | Path | Callable[[], Edition],
    models: Sequence[str | Model],
    out: Path,
    *,
    roles: Mapping[str, str | Model] | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Result:
    """`evaluate` on the loop that runs. It builds, counts and writes in between, and holds the loop while it does."""
    settings = settings or Settings()
    opened = [open_model(m, settings.options) if isinstance(m, str) else m for m in models]
    source = partial(Edition.open, Path(edition)) if isinstance(edition, str | Path) else edition
    return await run(source, opened, Path(out), settings, progress or Quiet(), roles or {})


def rejudge(
    folder: Path,
    roles: Mapping[str, str | Model] | None = None,
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Result:
    """Judge every stored response of a run again, with the judges installed now and the `roles` bound now.

    No model under test is asked. A run with judging roles keeps its verdicts where no `roles` are given: then only the
    estimates are made anew. Labels that people gave (`trustgen review`) are applied. Raises `BuildStopped` where a
    judging role gives out or its budget is used: the run keeps its verdicts, and the same call resumes without asking
    that role anything twice.
    """
    if RunFolder.open(folder).manifest().roles and not roles:
        return estimated_again(folder)
    run = RunFolder.take(folder)
    try:
        edition, before = run.edition(), run.manifest()
        nobody_judges_itself(roles or {}, [before.located(label) for label in before.models])
        shown = progress or Quiet()
        made_with = edition.manifest.makers
        with Judges(roles or {}, folder, settings or Settings(), shown.note, made_with, run.assets()) as judges:
            tasks = tasks_of(edition, judges.kit)
            judges.check(tasks.values())
            keys = {t.id: t.judge.key for t in tasks.values()}
            manifest = msgspec.structs.replace(before, judges=keys, roles=judges.uris)
            run.begin("rejudged")
            journal = run.journal()
            try:
                found = _judged_again(run, edition, tasks, manifest, journal, judges, shown)
                spent = {**before.spent, **judges.spent()}
                run.write_manifest(msgspec.structs.replace(manifest, spent=spent))
                run.seal(journal)
                judges.seal()
                run.end()
            finally:
                journal.close()
        return Result(folder, manifest, found)
    finally:
        run.leave()


def _judged_again(
    run: RunFolder,
    edition: Edition,
    tasks: Mapping[str, Task],
    manifest: RunManifest,
    journal: Journal,
    judges: Judges,
    progress: Progress,
) -> list[Estimate]:
    """Judge, and count again; a batch of responses in memory at a time."""
    samplings = {e.id: e.sampling for e in edition.manifest.tasks}

    def stored() -> Iterator[tuple[Task, Case, Response]]:
        for case in edition.cases():
            for model in manifest.models:
                if response := journal.find(manifest.key(case.id, model, sampled(case, samplings[case.task]))):
                    yield tasks[case.task], case, response

    for model in manifest.models:
        mine = (e.planned for e in edition.manifest.tasks if (e.id, model) not in manifest.lacking)
        progress.plan(model, sum(mine), 0)
    work = stored()
    while batch := list(islice(work, BATCH)):
        for made in judges.all(batch):
            journal.put(None, made)
            progress.row(None, made)
    journal.flush()
    if has_labels(run.folder):
        found = with_labels(run, edition, tasks, manifest)
    else:
        found, _ = estimate_all(edition, tasks, manifest, journal)
    run.write_estimates(found)
    return found
