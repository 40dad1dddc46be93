"""`trustgen verify`."""

from __future__ import annotations

from pathlib import Path

import click

from trustgen.core import InputError

from .options import common
from .saying import print_json, say


@click.command("verify")
@click.argument("edition", metavar="EDITION|RUN", type=click.Path(path_type=Path))
@click.option(
    "--against", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="The texts it was built against."
)
@click.option("--seal", default="", metavar="HEAD", help="Hold RUN to the seal noted before, 32 hex digits.")
@common
def command(edition: Path, against: tuple[Path, ...], seal: str, as_json: bool) -> None:
    """Check EDITION: every byte, and every case, label and choice of records derived again. No model is asked.

    Or check RUN: every byte against its seal and its edition's, and every number against the rows. A seal has no key:
    who edits a run can seal it anew. Note the one that `run` prints elsewhere, and --seal shows that too.
    """
    if (edition / "run.json").is_file():
        if against:
            raise InputError(f"--against belongs to an edition: verify {edition / 'edition'}")
        raise SystemExit(_run(edition, seal, as_json))
    if seal:
        raise InputError(f"--seal belongs to a run, and `{edition}` is none: leave it out")
    import msgspec

    from trustgen.run import verify

    found = verify(edition, against)
    if as_json:
        print_json({**msgspec.structs.asdict(found), "ok": found.ok, "content": _content(edition)})
    else:
        say(f"edition {found.edition}: {found.cases} cases, {'holds' if found.ok else 'does not hold'}")
        say(f"  files unchanged · id follows from the rows: {'no' if found.renamed else 'yes'}")
        say(f"  cases that the installed tasks make differently: {found.differing}")
        say(f"  records that the installed pools do not draw: {found.undrawn}")
        for note in found.notes:
            say(f"  note: {note}")
        told = _content(edition)
        known = [name for name, fault in told.items() if fault is not None]
        say(f"  content measured at the release: {len(known)} of {len(told)} tasks")
        for name in known:
            if told[name]:
                say(f"    {name}: {told[name]}")
    raise SystemExit(int(not found.ok))


def _content(edition: Path) -> dict[str, str | None]:
    """What is wrong with the content of each task, "" where nothing is known to be; None where it was not measured."""
    from trustgen.audit.freshness import measured
    from trustgen.report.words import content
    from trustgen.store import Edition

    tasks = Edition.open(edition).manifest.tasks
    return {of.id: content(of) if measured(of.id, of.version, of.pool) else None for of in tasks}


def _run(folder: Path, seal: str, as_json: bool) -> int:
    import msgspec

    from trustgen.report import verify_run

    found = verify_run(folder, seal)
    if as_json:
        print_json({**msgspec.structs.asdict(found), "ok": found.ok})
        return int(not found.ok)
    say(f"run {folder}: {'holds' if found.ok else 'does not hold'}")
    for place, link in enumerate(found.links, 1):
        wrote = ", ".join(sorted(link.files))
        say(f"  {place}. {link.did}  {link.at}  TrustGen {link.version}  {link.head}\n     wrote {wrote}")
    for fault in found.faults:
        say(f"  FAILED: {fault}")
    for note in found.notes:
        say(f"  note: {note}")
    if found.ok and found.head:
        say(f"  seal {found.head}")
    return int(not found.ok)
