"""`trustgen verify`."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

import click

from .app import print_json
from .options import common


@click.command("verify")
@click.argument("edition", type=click.Path(path_type=Path))
@common
def command(edition: Path, as_json: bool) -> None:
    """Check EDITION: file hashes, case ids, and every case and label derived again from the salt."""
    from trustgen.run import rebuilt_cases, tasks_of
    from trustgen.store import Edition

    found = Edition.open(edition)
    renamed = sum(case.sealed(case.task).id != case.id for case in found.cases())
    accepted = (case.id for case in found.cases())
    again = (case.id for case in rebuilt_cases(found, list(tasks_of(found).values())))
    differing = sum(a != b for a, b in zip_longest(accepted, again))
    failed = bool(renamed or differing)
    if as_json:
        print_json({"edition": found.manifest.id, "renamed": renamed, "differing": differing, "ok": not failed})
    else:
        state = "does not hold" if failed else "holds"
        click.echo(f"edition {found.manifest.id}: {found.planned} cases, {state}")
        click.echo(f"  files unchanged · case ids that do not match their content: {renamed}")
        click.echo(f"  cases that the installed tasks and pools build differently: {differing}")
    raise SystemExit(int(failed))
