"""`trustgen report`."""

from __future__ import annotations

from pathlib import Path

import click

from .options import common, whole
from .saying import print_json, say

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
@whole
@common
def command(run: Path, kind: str, out: Path | None, everything: bool, as_json: bool) -> None:
    """Print RUN, or write it: one self-contained HTML page, a Markdown table, a CSV file, JSON, JUnit XML or SARIF.

    JUnit and SARIF have one case for each headline, which fails only where there is no value: `trustgen gate` holds
    numbers to bounds.
    """
    from trustgen.report import (
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

    found = findings(run)
    if as_json:
        print_json(document(found))
    elif kind == "text":
        print_findings(found, everything=everything)
    else:
        write = {
            "html": write_html,
            "md": write_markdown,
            "csv": write_csv,
            "json": write_json,
            "junit": write_junit,
            "sarif": write_sarif,
        }[kind]
        say(write(found, out or run / f"report.{ENDINGS.get(kind, kind)}"))
