"""`trustgen equate`."""

from __future__ import annotations

from pathlib import Path

import click

from .options import common
from .saying import print_json, say_seals


@click.command("equate")
@click.argument("reference", metavar="RUN_A", type=click.Path(path_type=Path))
@click.argument("other", metavar="RUN_B", type=click.Path(path_type=Path))
@common
def command(reference: Path, other: Path, as_json: bool) -> None:
    """Put the headlines of RUN_B on the scale of RUN_A, made on another edition.

    What links the two is a model that answered both, or the anchor block that both editions share (build --anchor).
    """
    from trustgen.report import equate_runs, print_equating, seal_lines

    found = equate_runs(reference, other)
    say_seals(seal_lines([reference, other]), err=as_json)
    if as_json:
        print_json(
            [
                {
                    "task": row.task,
                    "measure": row.measure,
                    "reason": row.reason,
                    "equating": row.equating
                    and {**row.equating._asdict(), "equated": [m._asdict() for m in row.equating.equated]},
                }
                for row in found
            ]
        )
    else:
        print_equating(found)
