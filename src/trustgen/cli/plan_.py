"""`trustgen plan`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from .app import print_json
from .options import asking, building, common, edition_of, settings_of


@click.command("plan")
@click.argument("target", metavar="EDITION|SUITE")
@click.option("--model", "models", multiple=True, required=True, metavar="URI", help="A model; repeat for several.")
@building
@asking
@common
def command(target: str, models: tuple[str, ...], n: int | None, salt: str, as_json: bool, **asked: Any) -> None:
    """Say what a run would cost before it runs: calls, tokens, money, and how narrow the intervals would be."""
    from trustgen.run import plan

    settings = settings_of(models, **asked)
    with tempfile.TemporaryDirectory() as scratch:
        edition = edition_of(target, n, salt, Path(scratch) / "edition", quiet=as_json)
        rows = plan(edition, models, settings.prices)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(row.model)
        click.echo(f"  {row.cases} cases, {row.calls} calls")
        click.echo(
            f"  {row.prompt_tokens[0]:,}–{row.prompt_tokens[1]:,} prompt tokens, at most {row.completion_tokens:,} more"
        )
        click.echo(f"  {_money(row)}")
    click.echo("interval of a rate at 0.5 (half-width, 95 %), if every case is scored:")
    for task, half in rows[0].half_widths.items():
        click.echo(f"  {task:<32} ± {half:.3f}")


def _money(row: Any) -> str:
    if row.usd is None:
        return "no price given (--price IN/OUT): money not estimated"
    return f"{row.usd[0]:.2f}–{row.usd[1]:.2f} US dollars"
