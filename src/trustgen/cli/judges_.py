"""`trustgen judges`."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustgen.core import InputError

from .app import print_json
from .options import asked_of, asking, common, judges_in

if TYPE_CHECKING:
    from trustgen.core import Judge, Kit, Model
    from trustgen.stats.calibration import Calibration


@click.group("judges")
def command() -> None:
    """The judges of the installed tasks: what they read, and how often they err."""


@command.command("list")
@common
def list_(as_json: bool) -> None:
    """List the judges, each with what is known of its error."""
    from trustgen.run.calibrate import Registry

    registry = Registry()
    rows = [_row(judge, users, registry.of(judge)) for judge, users in judges().values()]
    if as_json:
        print_json(rows)
    else:
        _print(rows)


@command.command("test")
@click.option("--role", "role", multiple=True, metavar="judge=URI", help="A judging model; several make a panel.")
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Folder for what is found.  [default: trustgen-runs/judges]"
)
@click.option("--only", metavar="KIND", default="", help="Only judges that read this: answer, choice, refusal …")
@click.option("--injections/--no-injections", default=True, help="Try the injection suite on each judge.")
@asking
@common
def test(role: tuple[str, ...], keep: Path | None, only: str, injections: bool, as_json: bool, **asked: Any) -> None:
    """Run the judges on the labelled sets, and try to talk them into other verdicts.

    With a bound model, the rubrics it would judge by are tested, and what is found is kept by the judge's key: later
    runs with the same judge print it beside their numbers. Exit 1 when an injection turns a verdict.
    """
    from trustgen.run.calibrate import keep as keep_all

    judging = judges_in(role)
    if spare := [text for text in role if text not in judging]:
        raise InputError(f"--role {spare[0]}: testing judges binds judges alone: write --role judge=URI")
    told = asked_of((), role, **asked)
    rows, found = _test(told.bound(judging=True), told.settings, only, injections, keep, quiet=as_json)
    if not rows:
        raise InputError(f"no judge reads `{only}`: leave out --only to see all")
    files = keep_all(found, keep) if judging else []
    if as_json:
        print_json({"judges": rows, "kept": [str(path) for path in files]})
    else:
        _print(rows)
        for path in files:
            click.echo(f"kept: {path}")
    raise SystemExit(int(any(row["turned"] for row in rows)))


def judges(kit: Kit | None = None) -> dict[str, tuple[Judge, list[str]]]:
    """Every judge of the installed tasks, with the tasks that use it."""
    from trustgen.core import BARE, MissingExtra
    from trustgen.core.registry import load, names
    from trustgen.run.calibrate import judges_of, reads

    found: dict[str, tuple[Judge, list[str]]] = {}
    for name in names("task"):
        try:
            task = load("task", name)(None, kit or BARE)
        except MissingExtra as lacking:
            click.echo(f"left out {name}: {lacking}", err=True)
            continue
        for judge in judges_of([task]):
            found.setdefault(f"{judge.key} {reads(judge)}", (judge, []))[1].append(name)
    return found


def _test(
    roles: dict[str, Model], settings: Any, only: str, injections: bool, folder: Path | None, *, quiet: bool
) -> tuple[list[dict[str, Any]], list[Calibration]]:
    from trustgen.judge.injections import turned
    from trustgen.run.calibrate import FOLDER, calibrate, reads
    from trustgen.run.judging import Judges

    today = datetime.now(UTC).date().isoformat()
    place = folder or FOLDER
    if roles:
        place.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    found: list[Calibration] = []
    with Judges(roles, place, settings, lambda text: click.echo(text, err=not quiet) if not quiet else None) as bench:
        for judge, users in judges(bench.kit).values():
            if only and reads(judge) != only:
                continue
            if roles and not getattr(judge, "asks", False):
                continue
            for one in [judge, *(rung for rung in getattr(judge, "rungs", ()) if getattr(rung, "asks", False))]:
                if (one.key, reads(one)) in {(row["key"], row["reads"]) for row in rows}:
                    continue
                mine = list(calibrate(one, made=today))
                found += mine
                row = _row(one, users, mine)
                if injections and (tried := turned(one)).readable:
                    row |= {"tried": tried.tried, "turned": tried.turned, "blinded": tried.blinded}
                rows.append(row)
        bench.seal()
    return rows, found


def _row(judge: Judge, users: list[str], known: list[Calibration]) -> dict[str, Any]:
    from trustgen.run.calibrate import reads

    return {
        "judge": str(getattr(judge, "name", type(judge).__name__)),
        "reads": reads(judge),
        "key": judge.key,
        "tasks": users,
        "calibrations": [_calibration(c) for c in known],
        "tried": 0,
        "turned": (),
        "blinded": (),
    }


def _calibration(c: Calibration) -> dict[str, Any]:
    confusion = c.confusion()
    return {
        "set": c.set,
        "language": c.language,
        "rows": c.rows,
        "unread": confusion.unread,
        "sensitivity": list(confusion.sensitivity[:3]),
        "specificity": list(confusion.specificity[:3]),
        "f1": list(confusion.f1[:3]),
    }


def _print(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        click.secho(f"{row['judge']} ", bold=True, nl=False)
        click.echo(f"{row['key'][:8]}  reads `{row['reads']}`, in {_users(row['tasks'])}")
        for c in row["calibrations"]:
            name = c["set"].removeprefix("labels.") + (f" ({c['language']})" if c["language"] != "all" else "")
            click.echo(
                f"  {name:<14} {c['rows']:>4} rows, {c['unread']:>3} unread  sensitivity {_share(c['sensitivity'])}  "
                f"specificity {_share(c['specificity'])}"
            )
        if not row["calibrations"]:
            click.echo("  uncalibrated: no labelled set of its kind")
        if row["tried"]:
            click.echo(
                f"  injections: {len(row['turned'])} of {row['tried']} turned it, {len(row['blinded'])} blinded it"
            )
        for attack, before, after in row["turned"]:
            click.echo(f"    `{attack}` turns `{before}` into `{after}`")


def _users(tasks: list[str]) -> str:
    names = [task.rpartition(".")[2] for task in tasks]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _share(three: list[float]) -> str:
    value, low, high = three
    return "–" if isnan(value) else f"{value:.2f} [{low:.2f}, {high:.2f}]"
