"""`trustgen rejudge`."""

from __future__ import annotations

from pathlib import Path

import click

from trustgen.core import InputError

from .app import print_json
from .options import common


@click.command("rejudge")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--role", "roles", multiple=True, metavar="judge=URI", help="Bind a model to a role.")
@common
def command(run: Path, roles: tuple[str, ...], as_json: bool) -> None:
    """Judge the stored answers of RUN again with the judges installed now; no model is asked."""
    from trustgen.report import findings, print_findings
    from trustgen.run import rejudge

    if roles:
        raise InputError(
            f"--role {roles[0]}: every task of this version is judged by rule and binds no role: leave it out"
        )
    result = rejudge(run)
    if as_json:
        print_json({"folder": str(run), "run": result.manifest, "estimates": result.estimates})
    else:
        print_findings(findings(run))
