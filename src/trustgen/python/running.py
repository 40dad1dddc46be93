"""What the doors do once a call has said what it wants: open what is named, build what is not there, run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from trustgen.core import InputError, Model, ModelOptions, TrustGenError
from trustgen.core.models import Named
from trustgen.models import open_model
from trustgen.run import Progress, Settings
from trustgen.run import aevaluate as evaluated
from trustgen.store import Edition as Stored
from trustgen.store.files import RUN, claim
from trustgen.tasks.suites import Suite, load_suite

from .asking import Question, refused, suite_of, written
from .held import Edition, Run
from .making import build_suite, edition_of, place, unseen
from .told import Lines

Models = str | Model | Sequence[str | Model] | Mapping[str, str | Model]
"""A URI or a model, several of them, or several by name."""
Roles = Mapping[str, str | Model]


def built(
    suite: str | Suite,
    n: int | None,
    salt: str,
    out: str | Path | None,
    roles: Roles | None,
    settings: Settings | None,
    progress: bool | Progress,
) -> Edition:
    """The edition that `build` is asked for."""
    settings = settings or Settings()
    salt = salt or _today()
    watching = _watching(progress)
    found = load_suite(suite) if isinstance(suite, str) else suite
    folder = Path(out) if out else place("edition", found.name, salt)
    return _made(found, n, salt, folder, _opened_roles(roles, settings), settings, watching)


async def ran(
    what: str | Path | Suite | Stored,
    models: Models,
    n: int | None,
    salt: str,
    out: str | Path | None,
    roles: Roles | None,
    settings: Settings | None,
    progress: bool | Progress,
) -> Run:
    """The run that `evaluate` is asked for."""
    settings, watching = settings or Settings(), _watching(progress)
    under_test, bound = _opened(models, settings), _opened_roles(roles, settings)
    held = isinstance(what, Stored) or (not isinstance(what, Suite) and (Path(what) / "edition.json").is_file())
    if held and n is not None:
        raise InputError("n belongs to building; an edition is frozen: name a suite instead")
    if isinstance(what, Stored):
        called, salt = what.manifest.suite, salt or what.manifest.salt
    else:
        called, salt = what.name if isinstance(what, Suite) else Path(what).name, salt or _today()
    folder = Path(out) if out else place("run", called, *(model.uri for model in under_test), salt)
    source: Callable[[], Stored]
    if isinstance(what, Stored):
        source = partial(_itself, what)
    elif held:
        source = partial(Edition.open, Path(str(what)))
    else:
        suite = what if isinstance(what, Suite) else load_suite(str(what))
        making = {role: model for role, model in bound.items() if not _judges(role)}
        source = partial(_made, suite, n, salt, folder / "edition", making, settings, watching)
    return await _run(source, under_test, folder, bound, settings, watching)


async def asked(
    questions: str | Path | Sequence[Question],
    models: Models,
    judge: str,
    prompt: str,
    name: str,
    columns: Mapping[str, str] | None,
    n: int | None,
    salt: str,
    out: str | Path | None,
    roles: Roles | None,
    settings: Settings | None,
    progress: bool | Progress,
) -> Run:
    """The run that `ask` is asked for."""
    settings, watching = settings or Settings(), _watching(progress)
    under_test, bound = _opened(models, settings), _opened_roles(roles, settings)
    with written(questions) as file:
        suite = suite_of(file, judge, prompt, name, dict(columns or {}))
        folder = Path(out) if out else place("ask", suite.name, *(model.uri for model in under_test), salt)

        def source() -> Edition:
            edition = _made(suite, n, salt, folder / "edition", bound, settings, watching)
            for line in refused(edition):
                watching.note(line)
            return edition

        return await _run(source, under_test, folder, bound, settings, watching)


async def _run(
    source: Callable[[], Stored],
    models: list[Model],
    folder: Path,
    bound: Mapping[str, Model],
    settings: Settings,
    watching: Progress,
) -> Run:
    claim(folder, RUN)
    judging = {role: model for role, model in bound.items() if _judges(role)}
    try:
        await evaluated(source, models, folder, roles=judging, settings=settings, progress=watching)
    except TrustGenError:
        for left in (folder / "edition", folder):
            with suppress(OSError):
                left.rmdir()  # leaves nothing behind where nothing began
        raise
    return Run(folder)


def _made(
    suite: Suite,
    n: int | None,
    salt: str,
    folder: Path,
    bound: Mapping[str, Model],
    settings: Settings,
    watching: Progress,
) -> Edition:
    told = watching.built if isinstance(watching, Lines) else unseen
    building = partial(build_suite, settings=settings, progress=told, note=watching.note)
    return Edition.open(edition_of(suite, n, salt, folder, bound, building=building).folder)


def _itself(edition: Stored) -> Stored:
    return edition


def _judges(role: str) -> bool:
    return role.split(".", maxsplit=1)[0] == "judge"


def _opened(models: Models, settings: Settings) -> list[Model]:
    if isinstance(models, Mapping):
        return [Named(_open(model, settings.options), name) for name, model in models.items()]
    several = models if isinstance(models, Sequence) and not isinstance(models, str) else [models]
    return [_open(model, settings.options) for model in several]


def _opened_roles(roles: Roles | None, settings: Settings) -> dict[str, Model]:
    return {role: _open(model, settings.options) for role, model in (roles or {}).items()}


def _open(model: str | Model, options: ModelOptions) -> Model:
    return open_model(model, options) if isinstance(model, str) else model


def _watching(progress: bool | Progress) -> Progress:
    return Lines(quiet=not progress) if isinstance(progress, bool) else progress


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
