"""`trustgen leaderboard`."""

from __future__ import annotations

from pathlib import Path

import click

from trustgen.core import InputError

from .options import common
from .saying import print_json, say


@click.command("leaderboard")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--utility", multiple=True, metavar="TASK", help="A task that measures usefulness, beside trust; repeat.")
@click.option(
    "--weight", multiple=True, metavar="TASK=W", help="A task's weight in its dimension; repeat.  [default: 1]"
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write FILE.md or FILE.csv instead of printing.")
@common
def command(
    runs: tuple[Path, ...], utility: tuple[str, ...], weight: tuple[str, ...], out: Path | None, as_json: bool
) -> None:
    """Rank the models of one or several RUNs on one edition, counted anew from the stored verdicts.

    Goodness: 0 is what a guesser gets on the same cases, 1 the perfect model. How good the weakest dimension is stands
    beside the mean, with the chance that it is the weakest; models that are not shown to differ share a letter.
    """
    from trustgen.report import leaderboard, print_leaderboard, write_leaderboard

    found = leaderboard(runs, utility=utility, weights=dict(_weight(text) for text in weight))
    if out:
        write_leaderboard(found, out)
    if as_json:
        print_json({"told_apart": found.told_apart, "neighbours": found.neighbours, "leaderboard": found})
    elif out:
        say(out)
    else:
        print_leaderboard(found)


def _weight(text: str) -> tuple[str, float]:
    task, _, amount = text.rpartition("=")
    try:
        return task, float(amount)
    except ValueError:
        raise InputError(f"--weight {text}: write TASK=W, for example llm.truthfulness.facts=2") from None
