"""The engine's door: evaluate an edition on models, or judge a run again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from trustgen.core import Model, response_key
from trustgen.models import open_model
from trustgen.store import Edition, RunFolder

from .engine import Engine
from .estimate import estimate_all
from .judge import tasks_of, verdict
from .settings import Progress, Quiet, Result, Settings


def evaluate(
    edition: Edition | Path | Callable[[], Edition],
    models: Sequence[str | Model],
    out: Path,
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Result:
    """Ask `models` the cases of `edition`, judge, store and estimate, in the folder `out`.

    `edition` is an edition, its folder, or a function that builds one, called once the models have been checked.
    Running again on the same folder resumes: stored answers are never bought twice, a new model is added, and what
    ended in `error` is asked again. Raises `InputError`, with nothing asked, when a model, folder or edition cannot be
    used. A run that is stopped (budget, signal, stall, dead endpoint) returns normally, with `manifest.status`
    "stopped" and valid partial estimates.
    """
    settings = settings or Settings()
    opened = [open_model(m, settings.options) if isinstance(m, str) else m for m in models]
    source = partial(Edition.open, Path(edition)) if isinstance(edition, str | Path) else edition
    return asyncio.run(Engine(source, opened, Path(out), settings, progress or Quiet()).run())


def rejudge(folder: Path) -> Result:
    """Judge every stored response of a run again with the judges installed now; nothing is asked."""
    RunFolder.open(folder)
    run = RunFolder.take(folder)
    try:
        edition = run.edition()
        tasks = tasks_of(edition)
        manifest = msgspec.structs.replace(run.manifest(), judges={t.id: t.judge.key for t in tasks.values()})
        journal = run.journal()
        try:
            samplings = {e.id: e.sampling for e in edition.manifest.tasks}
            for case in edition.cases():
                for model in manifest.models:
                    response = journal.find(response_key(case.id, model, samplings[case.task]))
                    if response is not None:
                        journal.put(None, verdict(tasks[case.task], case, response))
            journal.flush()
            found, _ = estimate_all(edition, tasks, manifest, journal)
            run.write_estimates(found)
            run.write_manifest(manifest)
            run.seal(journal)
        finally:
            journal.close()
        return Result(folder, manifest, found)
    finally:
        run.leave()
