"""`trustgen run`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import anchor_of, asked_of, asking, building, common, edition_of, place, repeating, roles, seeding, whole

if TYPE_CHECKING:
    from trustgen.core import Model
    from trustgen.store import Edition

    from .options import Asked


@click.command("run")
@click.argument("target", metavar="EDITION|SUITE")
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="[NAME=]URI",
    help="A model, and what to call it; repeat for several.",
)
@building
@roles
@asking
@repeating
@seeding
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of the run; the same one resumes.")
@whole
@common
def command(
    target: str,
    models: tuple[str, ...],
    n: int | None,
    salt: str,
    role: tuple[str, ...],
    anchor: str | None,
    against: tuple[Path, ...],
    after: str,
    out: Path | None,
    everything: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """Ask models the cases of EDITION (a folder) or SUITE (built first), judge, and estimate.

    A model bound with --role judge=URI decides where rules cannot read a reply; several make a panel. The other roles
    belong to building a SUITE. How each model is asked is said by [NAME=]VALUE options; roles go by their own names.

    Ends with exit code 3 where the run was stopped, where a model has no scored case, and where more than half of the
    cases it was asked ended in an error. What was counted is valid, and the same command resumes.

    Model URIs: smollm2 · openai-api:MODEL@http://host:port/v1 · inspect/PROVIDER/MODEL · organism/TRAIT?rate=0.3 ·
    glassllm · MITIGATION/MODEL (trustgen list mitigations)
    """

    from trustgen.run import Strictness

    told = asked_of(models, role, **asked)
    folder = out or place("run", Path(target).name, *(one.label for one in told.models), salt)
    strict = Strictness(against, after)
    making = {} if (Path(target) / "edition.json").is_file() else told.bound(judging=True)
    making |= told.bound(judging=False)
    edition = partial(
        edition_of, target, n, salt, folder / "edition", making, anchor_of(anchor), told.settings, strict, quiet=as_json
    )
    raise SystemExit(run_and_report(edition, told, folder, as_json, everything=everything))


def run_and_report(
    edition: Callable[[], Edition],
    told: Asked,
    folder: Path,
    as_json: bool,
    *,
    everything: bool = False,
) -> int:
    """Run, print, write `report.html`; returns the exit code: 3 where the run was stopped, or a model gave no numbers.

    `edition` is called once every model has answered.
    """
    from trustgen.core import TrustGenError
    from trustgen.report import document, findings, print_findings, write_html
    from trustgen.run import evaluate
    from trustgen.store.files import RUN, claim

    from .progress import Bars
    from .saying import print_json, say

    claim(folder, RUN)
    try:
        opened = told.opened()
        with Bars(told.settings.prices, quiet=as_json) as bars:
            judging = told.bound(judging=True)
            source = partial(_looked_at, edition, opened, folder, partial(say, err=True) if as_json else bars.note)
            result = evaluate(source, opened, folder, roles=judging, settings=told.settings, progress=bars)
    except TrustGenError:
        with suppress(OSError):
            folder.rmdir()  # leaves nothing behind where nothing began
        raise
    found = findings(folder)
    page = write_html(found, folder / "report.html")
    if as_json:
        print_json(document(found))
    else:
        print_findings(found, everything=everything)
        say(f"\nreport: {page}")
    asked = {model.uri for model in opened}  # an earlier session's model is told of, and is not this one's failure
    return 3 if result.manifest.status == "stopped" or any(h.alarm for h in found.health if h.model in asked) else 0


def _looked_at(
    edition: Callable[[], Edition], models: Sequence[Model], folder: Path, note: Callable[[str], None]
) -> Edition:
    """The edition; and a note where an earlier run beside this one, or in the usual place, was a first look at it."""
    from trustgen.run.earlier import RUNS, earlier_looks, price_of_looking
    from trustgen.run.judge import tasks_of
    from trustgen.run.ready import judges_there

    made = edition()
    judges_there(tasks_of(made), made.cases())
    looks = earlier_looks(made.manifest, [model.at for model in models], (folder.parent, RUNS), folder)
    if text := price_of_looking(looks, made.manifest.salt):
        note(f"note: {text}")
    return made
