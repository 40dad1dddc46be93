"""`trustgen report`."""

from __future__ import annotations

from pathlib import Path

import click

from .app import print_json
from .options import common


@click.command("report")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-f", "--format", "kind", type=click.Choice(["text", "html", "md", "csv"]), default="text", show_default=True
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="File to write.  [default: RUN/report.EXT]")
@common
def command(run: Path, kind: str, out: Path | None, as_json: bool) -> None:
    """Print RUN, or write it as one self-contained HTML page, a Markdown table or a CSV file."""
    from trustgen.report import findings, print_findings, write_csv, write_html, write_markdown

    found = findings(run)
    if as_json:
        print_json({"folder": str(run), "run": found.manifest, "estimates": found.estimates})
    elif kind == "text":
        print_findings(found)
    else:
        write = {"html": write_html, "md": write_markdown, "csv": write_csv}[kind]
        click.echo(write(found, out or run / f"report.{kind}"))
