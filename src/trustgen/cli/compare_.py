"""`trustgen compare`."""

from __future__ import annotations

from pathlib import Path

import click

from .app import print_json
from .options import common


@click.command("compare")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("a", metavar="MODEL_A")
@click.argument("b", metavar="MODEL_B")
@click.option("--fail-if-worse", is_flag=True, help="Exit 1 when B is worse than A on any headline.")
@common
def command(run: Path, a: str, b: str, fail_if_worse: bool, as_json: bool) -> None:
    """Compare MODEL_B with MODEL_A on the headline of every task of RUN, paired case by case."""
    from trustgen.report import compare_models, print_comparison

    found = compare_models(run, a, b)
    if as_json:
        print_json({"a": a, "b": b, "differences": found})
    else:
        print_comparison(found, a, b)
    raise SystemExit(int(fail_if_worse and any(row.verdict == "worse" for row in found)))
