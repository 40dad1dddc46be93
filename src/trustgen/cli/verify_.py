"""`trustgen verify`."""

from __future__ import annotations

from pathlib import Path

import click

from .options import common
from .saying import print_json, say


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
        say(f"edition {found.edition}: {found.cases} cases, {'holds' if found.ok else 'does not hold'}")
        say(f"  files unchanged · id follows from the rows: {'no' if found.renamed else 'yes'}")
        say(f"  cases that the installed tasks make differently: {found.differing}")
        say(f"  records that the installed pools do not draw: {found.undrawn}")
        for note in found.notes:
            say(f"  note: {note}")
    raise SystemExit(int(not found.ok))
