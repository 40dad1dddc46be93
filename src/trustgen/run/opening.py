"""What is checked before anything is asked, and the manifest that a run begins with."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from trustgen.core import FolderError, InputError, Level, LevelError, Model, Task, underlying
from trustgen.store import Edition, NotApplicable, RunFolder, RunManifest, TaskEntry
from trustgen.store.files import now
from trustgen.version import VERSION

from .endpoints import Endpoints
from .judging import Judges, nobody_judges_itself
from .prices import FREE, price_of
from .settings import Settings


def nobody_grades_itself(edition: Edition, models: Sequence[Model], roles: Mapping[str, str | Model]) -> None:
    """Raise `InputError` where a model under test wrote its own test, or is bound to judge it."""
    tested = {underlying(model.at) for model in models}
    for role, uri in edition.manifest.roles.items():
        if underlying(uri) in tested:
            raise InputError(
                f"`{uri}` was the `{role}` of this edition and cannot be measured on it: build one with another "
                f"--role {role}=URI"
            )
    nobody_judges_itself(roles, (model.at for model in models))


def money_can_be_counted(uris: Iterable[str], settings: Settings) -> None:
    """A cap in money needs to know what every model costs: one that did not would never be reached."""
    if settings.budget.usd is not None:
        for uri in uris:
            if uri not in settings.prices and price_of(uri) is not FREE:
                raise InputError(f"a budget in usd needs to know the price of `{uri}`: give it in Settings.prices")


async def lacking(edition: Edition, models: Sequence[Model], out: RunFolder) -> list[NotApplicable]:
    """The (task, model) pairs that cannot be served, once models were asked what may be so; raises if that is all.

    Whether a model makes pictures costs one: what an earlier session in the folder `out` found is not asked again.
    """
    entries = edition.manifest.tasks
    needed = frozenset[Level]().union(*(entry.needs for entry in entries))
    if any(entry.sampling.functions for entry in entries):
        needed |= {Level.TOOLS}
    before = out.manifest() if out.exists else None
    for model in models:
        _remember(model, before, entries)
        await model.learn(needed)
    pairs = [(entry, model) for entry in entries for model in models]
    found = [NotApplicable(e.id, m.uri, ", ".join(sorted(gap))) for e, m in pairs if (gap := e.lacks(m))]
    if len(found) == len(pairs):
        levels = sorted({pair.level for pair in found})
        uris = ", ".join(f"`{model.uri}`" for model in models)
        raise LevelError(f"the tasks need the level {' or '.join(levels)}, which {uris} does not offer")
    return found


def _remember(model: Model, before: RunManifest | None, entries: Sequence[TaskEntry]) -> None:
    """Let a model that may make pictures know whether it does, where an earlier session asked."""
    if before is None or model.uri not in before.models or before.located(model.uri) != model.at:
        return
    drawn = [entry.id for entry in entries if Level.IMAGE_OUT in entry.needs]
    lacked = [Level.IMAGE_OUT in before.lacking.get((task, model.uri), "") for task in drawn]
    if drawn and Level.IMAGE_OUT in model.maybe:
        model.levels |= frozenset() if all(lacked) else {Level.IMAGE_OUT}
        model.maybe -= {Level.IMAGE_OUT}


def manifest_of(
    folder: RunFolder,
    edition: Edition,
    tasks: Mapping[str, Task],
    models: Sequence[Model],
    endpoints: Endpoints,
    judges: Judges,
    settings: Settings,
    lacks: Sequence[NotApplicable],
) -> RunManifest:
    """The manifest of a run: new, or the folder's own with these models added."""
    before = folder.manifest() if folder.exists else None
    made = edition.manifest
    if before:
        _goes_on(folder, before, made.id, judges, settings)
    uris = dict.fromkeys([*(before.models if before else ()), *(model.uri for model in models)])
    endpoints.take_up(folder.folder, before)
    simulated = {model.uri for model in models if model.simulated} | set(before.simulated if before else ())
    return RunManifest(
        edition=made.id,
        suite=made.suite,
        salt=made.salt,
        models=tuple(uris),
        simulated=tuple(u for u in uris if u in simulated),
        judges={t.id: t.judge.key for t in tasks.values()},
        roles=judges.uris,
        not_applicable=tuple(dict.fromkeys([*(before.not_applicable if before else ()), *lacks])),
        versions=_versions(),
        budget=str(settings.budget),
        started=before.started if before else now(),
        given_up=before.given_up if before else {},
        spent=before.spent if before else {},
        endpoints=(before.endpoints if before else {}) | endpoints.told(),
        repeats=settings.repeats,
    )


def _goes_on(folder: RunFolder, before: RunManifest, edition: str, judges: Judges, settings: Settings) -> None:
    """Raise `InputError` where a run that is there already cannot be gone on with so."""
    if before.roles != judges.uris:
        with_ = " ".join(f"--role {role.split('.')[0]}={uri}" for role, uri in before.roles.items()) or "no --role"
        raise InputError(
            f"run `{folder.folder}` is judged with {with_}: run it on with the same, or judge it anew with "
            "`trustgen rejudge`"
        )
    if before.edition != edition:
        raise FolderError(
            f"`{folder.folder}` is a run on another edition ({before.edition[:8]}…, this one is {edition[:8]}…): "
            "choose another folder with -o"
        )
    if before.repeats != settings.repeats:
        raise InputError(
            f"run `{folder.folder}` asks every case with --repeats {before.repeats}: run it on with the same, or "
            "choose another folder with -o"
        )


def _versions() -> dict[str, str]:
    """What else an answer can depend on."""
    found = {"trustgen": VERSION, "python": platform.python_version(), "machine": platform.machine()}
    for package in ("aiohttp", "inspect-ai", "numpy", "xllamacpp"):
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found
