"""`trustgen verify`."""

from __future__ import annotations

from pathlib import Path

import click

from .app import print_json
from .options import common


@click.command("verify")
@click.argument("edition", type=click.Path(path_type=Path))
@click.option(
    "--against", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="The texts it was built against."
)
@common
def command(edition: Path, against: tuple[Path, ...], as_json: bool) -> None:
    """Check EDITION: every byte, and every case, label and choice of records derived again. No model is asked."""
    import msgspec

    from trustgen.run import verify

    found = verify(edition, against)
    if as_json:
        print_json({**msgspec.structs.asdict(found), "ok": found.ok})
    else:
        click.echo(f"edition {found.edition}: {found.cases} cases, {'holds' if found.ok else 'does not hold'}")
        click.echo(f"  files unchanged · id follows from the rows: {'no' if found.renamed else 'yes'}")
        click.echo(f"  cases that the installed tasks make differently: {found.differing}")
        click.echo(f"  records that the installed pools do not draw: {found.undrawn}")
        for note in found.notes:
            click.echo(f"  note: {note}")
    raise SystemExit(int(not found.ok))
