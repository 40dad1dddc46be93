"""`trustgen report`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import common, whole
from .saying import print_json, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from trustgen.report import Findings

ENDINGS = {"junit": "xml", "sarif": "sarif"}
"""File endings of formats that do not go by their own name."""


@click.command("report")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "kind",
    type=click.Choice(["text", "html", "md", "csv", "json", "junit", "sarif"]),
    default="text",
    show_default=True,
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="File to write.  [default: RUN/report.EXT]")
@click.option("--redact", is_flag=True, help="Leave texts that may harm out of the HTML page.")
@whole
@common
def command(run: Path, kind: str, out: Path | None, redact: bool, everything: bool, as_json: bool) -> None:
    """Print RUN, or write it: one self-contained HTML page, a Markdown table, a CSV file, JSON, JUnit XML or SARIF.

    JUnit and SARIF have one case for each headline, which fails only where there is no value: `trustgen gate` holds
    numbers to bounds.
    """
    from trustgen.report import (
        answer,
        document,
        findings,
        print_findings,
        write_csv,
        write_html,
        write_json,
        write_junit,
        write_markdown,
        write_sarif,
    )

    from .progress import reading

    with reading("counting the run anew, and what a guesser gets on it", quiet=as_json):
        found = findings(run)
        if kind in ("text", "html", "json"):
            answer(found)  # which takes longest, and is kept
    if as_json:
        print_json(document(found))
    elif kind == "text":
        print_findings(found, everything=everything)
    else:
        write: dict[str, Callable[[Findings, Path], Path]] = {
            "html": partial(write_html, redact=redact),
            "md": write_markdown,
            "csv": write_csv,
            "json": write_json,
            "junit": write_junit,
            "sarif": write_sarif,
        }
        say(write[kind](found, out or run / f"report.{ENDINGS.get(kind, kind)}"))
