"""`trustgen build`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import anchor_of, asked_of, asking, build_suite, building, common, place, roles
from .saying import print_json, say

if TYPE_CHECKING:
    from trustgen.store import Edition


@click.command("build")
@click.argument("suite")
@building
@roles
@asking
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="EDITION",
    help="Build EDITION again: its salt, sizes, anchor block and generated outputs; nothing is asked or fetched.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of the edition.")
@common
def command(
    suite: str,
    n: int | None,
    salt: str,
    role: tuple[str, ...],
    anchor: str | None,
    against: tuple[Path, ...],
    after: str,
    source: Path | None,
    out: Path | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Build the edition of SUITE: a suite's name or TOML file, a task, or a prefix such as llm.fairness.

    With roles bound, what they say is kept as it comes: a build that is stopped or killed resumes when the same command
    is given again, and asks nothing twice.
    """
    from trustgen.run import Strictness
    from trustgen.tasks.suites import load_suite

    found = load_suite(suite)
    folder = out or place("edition", found.name, salt if source is None else f"{source.name}-again")
    if source is None:
        told = asked_of((), role, **asked)
        made_by = {**told.bound(judging=True), **told.bound(judging=False)}
        strict = Strictness(against, after)
        edition = build_suite(found, n, salt, folder, made_by, anchor_of(anchor), told.settings, strict, quiet=as_json)
    else:
        edition = _again(suite, source, folder, against)
    _tell(edition, as_json)


def _again(suite: str, source: Path, out: Path, against: tuple[Path, ...]) -> Edition:
    """Build an edition again from its manifest and what was generated for it."""
    from trustgen.core import InputError
    from trustgen.run import rebuild
    from trustgen.store import Edition
    from trustgen.tasks.suites import load_suite

    if out.resolve() == source.resolve():
        raise InputError(f"-o {out} is the edition itself: name another folder")
    return rebuild(Edition.open(source), load_suite(suite).build, out, against)


def _tell(edition: Edition, as_json: bool) -> None:
    made = edition.manifest
    if as_json:
        print_json({"folder": str(edition.folder), **{f: getattr(made, f) for f in made.__struct_fields__}})
        return
    say(f"edition {made.id}")
    for task in made.tasks:
        arms = ", ".join(f"{arm} {count}" for arm, count in task.arms.items())
        say(f"  {task.id:<32} {task.planned:>6} cases  ({arms})")
    rejected, mended = sum(t.made - t.planned for t in made.tasks), sum(t.mended for t in made.tasks)
    roles = "".join(f" · {role} {uri}" for role, uri in made.roles.items())
    again = f", {mended} attempts mended" if mended else ""
    say(f"accepted {made.acceptance:.1%} ({rejected} rejected{again}) · salt {made.salt}{roles} · {edition.folder}")
