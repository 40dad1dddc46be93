"""`trustgen rejudge`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trustgen.core import InputError

from .options import asked_of, asking, common, judges_in, whole
from .saying import print_json


@click.command("rejudge")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--role", "role", multiple=True, metavar="judge=URI", help="Bind a judging model; several judges make a panel."
)
@asking
@whole
@common
def command(run: Path, role: tuple[str, ...], everything: bool, as_json: bool, **asked: Any) -> None:
    """Judge the stored answers of RUN again with the judges installed and bound now; no model under test is asked."""
    from trustgen.report import findings, print_findings
    from trustgen.run import rejudge

    from .progress import Bars

    judging = judges_in(role)
    if spare := [text for text in role if text not in judging]:
        raise InputError(f"--role {spare[0]}: judging binds judges alone: write --role judge=URI")
    told = asked_of((), role, **asked)
    with Bars(told.settings.prices, quiet=as_json) as bars:
        result = rejudge(run, told.bound(judging=True), settings=told.settings, progress=bars)
    if as_json:
        print_json({"folder": str(run), "run": result.manifest, "estimates": result.estimates})
    else:
        print_findings(findings(run), everything=everything)
