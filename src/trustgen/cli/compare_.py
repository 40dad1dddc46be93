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
@click.option("--all-measures", is_flag=True, help="Compare every other measure too, as a secondary family.")
@click.option("--fail-if-worse", is_flag=True, help="Exit 1 when B is worse than A on any headline, after adjustment.")
@click.option(
    "--margin",
    type=float,
    metavar="M",
    help="Exit 1 unless B is shown to be worse than A by no more than M on every headline. M is a share of a "
    "measure's range: 0.02 is two points of an accuracy. It is the margin of `equivalent` too.  [default: none, and "
    "0.05 for `equivalent`]",
)
@common
def command(
    run: Path, a: str, b: str, all_measures: bool, fail_if_worse: bool, margin: float | None, as_json: bool
) -> None:
    """Compare MODEL_B with MODEL_A on the headline of every task of RUN, paired case by case.

    MODEL_B is better, worse, equivalent (the whole interval lies within a margin) or not shown to be any of these, with
    the records that would show it. All pairs of RUN's models on all headlines are one family, the same as that of
    `leaderboard`: better and worse go by p-values adjusted over it (Holm). Intervals are unadjusted.
    --all-measures adds the other measures under Benjamini and Hochberg; they never change the exit code.
    """
    from trustgen.report import compare_models, print_comparison

    found = compare_models(run, a, b, all_measures=all_measures, margin=margin)
    if as_json:
        print_json({"a": a, "b": b, "differences": found})
    else:
        print_comparison(found, a, b)
    headlines = [row for row in found if row.role == "primary"]
    worse = fail_if_worse and any(row.verdict == "worse" for row in headlines)
    unproved = margin is not None and not all(row.not_worse for row in headlines)
    raise SystemExit(int(worse or unproved))
