"""`trustgen compare`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .margins import by_task, margin, margins_of
from .options import common
from .saying import print_json, say, say_seals

if TYPE_CHECKING:
    from trustgen.report import Difference


@click.command("compare")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("a", metavar="MODEL_A")
@click.argument("b", metavar="MODEL_B")
@click.option("--all-measures", is_flag=True, help="Compare every other measure too, as a secondary family.")
@click.option("--fail-if-worse", is_flag=True, help="Exit 1 when B is worse than A on any headline, after adjustment.")
@margin(
    "Exit 1 unless B is shown to be worse than A by no more than M on the headline of a task, or, without a task's "
    "name, on every headline that has no margin of its own; repeat for several. M is a share of a measure's range: "
    "0.02 is two points of an accuracy. It is the margin of `equivalent` too.  "
    "[default: none, and 0.05 for `equivalent`]"
)
@common
def command(
    run: Path, a: str, b: str, all_measures: bool, fail_if_worse: bool, margins: tuple[str, ...], as_json: bool
) -> None:
    """Compare MODEL_B with MODEL_A on the headline of every task of RUN, paired case by case.

    MODEL_B is better, worse, equivalent (the whole interval lies within a margin) or not shown to be any of these, with
    the records that would show it. All pairs of RUN's models on all headlines are one family, the same as that of
    `leaderboard`: better and worse go by p-values adjusted over it (Holm). Intervals are unadjusted.
    On a run that was edited after it was sealed, whatever exit code was asked for is 1.
    --all-measures adds the other measures under Benjamini and Hochberg; they never change the exit code.
    """
    from trustgen.report import compare_models, print_comparison, seal_lines

    asked = margins_of(margins)
    found = compare_models(run, a, b, all_measures=all_measures, margin=asked)
    headlines = [row for row in found if row.role == "primary"]
    demanded = by_task(asked, [row.task for row in headlines])
    seals = seal_lines([run])
    if as_json:
        print_json({"a": a, "b": b, "seal": [*seals[0], *seals[1]], "differences": found})
    else:
        say_seals(seals)
        print_comparison(found, a, b)
        if len(demanded) > 1:
            say(_chance([row for row in headlines if row.task in demanded]))
    worse = fail_if_worse and any(row.verdict == "worse" for row in headlines)
    unproved = any(not row.not_worse for row in headlines if row.task in demanded)
    edited = bool(seals[0]) and (fail_if_worse or bool(demanded))  # what is demanded is not shown on such rows
    raise SystemExit(int(worse or unproved or edited))


def _chance(rows: Sequence[Difference]) -> str:
    """How likely an equal model would pass all margins, as wide as the intervals are."""
    from trustgen.stats.power import chance_to_pass

    each = [chance_to_pass(row.margin, (row.high - row.low) / 2) for row in rows if row.margin and row.low <= row.high]
    return (
        f"\nA model that is equal on all {len(rows)} headlines would pass each margin with a chance of "
        f"{min(each, default=0.0):.2g} to {max(each, default=0.0):.2g}, all of them with about {math.prod(each):.2g}."
    )
