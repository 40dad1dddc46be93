"""`trustgen quickstart`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from .called import Called
from .options import Asked, building, common, edition_of, place, whole


@click.command("quickstart")
@building
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of the run; the same one resumes.")
@whole
@common
def command(n: int | None, salt: str, out: Path | None, everything: bool, as_json: bool) -> None:
    """Measure the embedded model (SmolLM2, 135M parameters) on freshly built cases of the core suite."""
    from trustgen.core import Manner, ModelOptions
    from trustgen.run import Settings

    from .run_ import run_and_report

    told = Asked([Called("smollm2", "", Manner(), ModelOptions())], {}, Settings(signals=True))
    folder = out or place("quickstart", salt)
    edition = partial(edition_of, "core", n, salt, folder / "edition", quiet=as_json)
    raise SystemExit(run_and_report(edition, told, folder, as_json, everything=everything))
