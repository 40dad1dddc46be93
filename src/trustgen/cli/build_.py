"""`trustgen build`."""

from __future__ import annotations

from pathlib import Path

import click

from .app import print_json
from .options import building, common, place


@click.command("build")
@click.argument("suite")
@building
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of the edition.")
@common
def command(suite: str, n: int | None, salt: str, out: Path | None, as_json: bool) -> None:
    """Build the edition of SUITE: a suite's name or TOML file, a task, or a prefix such as llm.fairness."""
    from trustgen.run import build
    from trustgen.tasks.suites import load_suite

    found = load_suite(suite)
    edition = build(found.build(n), out or place("edition", found.name, salt), salt=salt, suite=found.name)
    made = edition.manifest
    if as_json:
        print_json({"folder": str(edition.folder), **{f: getattr(made, f) for f in made.__struct_fields__}})
        return
    click.echo(f"edition {made.id}")
    for task in made.tasks:
        arms = ", ".join(f"{arm} {count}" for arm, count in task.arms.items())
        click.echo(f"  {task.id:<32} {task.planned:>6} cases  ({arms})")
    rejected = sum(t.made - t.planned for t in made.tasks)
    click.echo(f"accepted {made.acceptance:.1%} ({rejected} rejected) · salt {made.salt} · {edition.folder}")
