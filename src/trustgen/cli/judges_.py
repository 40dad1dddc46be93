"""`trustgen judges`."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustgen.core import InputError

from .options import asked_of, asking, common, judges_in
from .saying import print_json, say

if TYPE_CHECKING:
    from trustgen.core import Judge, Kit, Model
    from trustgen.run.outside import Labelled
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
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Labelled replies of your own, a JSON object a line with `reply` and `label`: instead of the sets that ship.",
)
@click.option("--task", metavar="ID", default="", help="With --labels: hold the judges of this task against them.")
@click.option("--judge", metavar="NAME", default="", help="With --labels: hold this judge against them.")
@click.option("--record", is_flag=True, help="With --labels: write the figures into this installation (to release it).")
@asking
@common
def test(
    role: tuple[str, ...],
    keep: Path | None,
    only: str,
    injections: bool,
    labels: Path | None,
    task: str,
    judge: str,
    record: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """Run the judges on labelled sets, and try to talk them into other verdicts.

    With a bound model, the rubrics it would judge by are tested, and what is found is kept by the judge's key: later
    runs with the same judge print it beside their numbers. Exit 1 when an injection turns a verdict.

    With --labels, judges are held against labelled replies of your own, and the figures are kept likewise.
    """
    from trustgen.run.calibrate import keep as keep_all

    judging = judges_in(role)
    if spare := [text for text in role if text not in judging]:
        raise InputError(f"--role {spare[0]}: testing judges binds judges alone: write --role judge=URI")
    told = asked_of((), role, **asked)
    bound = told.bound(judging=True)
    if labels is not None:
        _hold(labels, bound, told.settings, (task, judge), keep, record, as_json)
        return
    if spare := [name for name, on in (("--task", task), ("--judge", judge), ("--record", record)) if on]:
        raise InputError(f"{spare[0]} says which judges labels of yours are held against: add --labels FILE")
    rows, found = _test(bound, told.settings, only, injections, keep, quiet=as_json)
    if not rows:
        raise InputError(f"no judge reads `{only}`: leave out --only to see all")
    files = keep_all(found, keep) if judging else []
    if as_json:
        print_json({"judges": rows, "kept": [str(path) for path in files]})
    else:
        _print(rows)
        for path in files:
            say(f"kept: {path}")
    raise SystemExit(int(any(row["turned"] for row in rows)))


def judges(kit: Kit | None = None) -> dict[str, tuple[Judge, list[str]]]:
    """Every judge of the installed tasks, with the tasks that use it, and those that are registered by name."""
    from trustgen.core import BARE
    from trustgen.core.registry import load, names
    from trustgen.run.calibrate import judges_of

    found: dict[str, tuple[Judge, list[str]]] = {}
    for name in names("task"):
        try:
            task = load("task", name)(None, kit or BARE)
        except InputError as lacking:  # a package or a role that is not there
            say(f"left out {name}: {lacking}", err=True)
            continue
        for judge in judges_of([task]):
            found.setdefault(f"{judge.key} {judge.reads}", (judge, []))[1].append(name)
    for name in names("judge"):
        try:
            judge = load("judge", name)()
            found.setdefault(f"{judge.key} {judge.reads}", (judge, []))
        except Exception as lacking:  # whatever a plug-in raises, or hands over instead of a judge
            say(f"left out the judge {name}: {lacking}", err=True)
    return found


def _test(
    roles: dict[str, Model], settings: Any, only: str, injections: bool, folder: Path | None, *, quiet: bool
) -> tuple[list[dict[str, Any]], list[Calibration]]:
    from trustgen.judge.injections import turned
    from trustgen.run.calibrate import FOLDER, calibrate
    from trustgen.run.judging import Judges

    today = datetime.now(UTC).date().isoformat()
    place = folder or FOLDER
    if roles:
        place.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    found: list[Calibration] = []
    with Judges(roles, place, settings, lambda text: say(text, err=not quiet) if not quiet else None) as bench:
        for judge, users in judges(bench.kit).values():
            if only and judge.reads != only:
                continue
            if roles and not judge.asks:
                continue
            for one in [judge, *(rung for rung in judge.rungs if rung.asks)]:
                if (one.key, one.reads) in {(row["key"], row["reads"]) for row in rows}:
                    continue
                mine = list(calibrate(one, made=today))
                found += mine
                row = _row(one, users, mine)
                if injections and (tried := turned(one)).readable:
                    row |= {"tried": tried.tried, "turned": tried.turned, "blinded": tried.blinded}
                rows.append(row)
        bench.seal()
    return rows, found


def _hold(
    labels: Path,
    roles: dict[str, Model],
    settings: Any,
    chosen: tuple[str, str],
    folder: Path | None,
    record: bool,
    as_json: bool,
) -> None:
    """Judges against labelled replies: print the figures and what is in none of them, and keep them."""
    from trustgen.run.calibrate import FOLDER, keep
    from trustgen.run.judging import Judges
    from trustgen.run.outside import hold, labelled
    from trustgen.run.outside import record as write

    sets, today = labelled(labels), datetime.now(UTC).date().isoformat()
    rows: dict[str, dict[str, Any]] = {}
    found: list[Calibration] = []
    notes: dict[str, None] = {}
    (folder or FOLDER).mkdir(parents=True, exist_ok=True)
    with Judges(roles, folder or FOLDER, settings, lambda text: say(text, err=True)) as bench:
        known = judges(bench.kit)
        for one in sets:
            for judge, users in _fitting(known, one, *chosen):
                held = hold(judge, one, made=today)
                found += held.found
                row = rows.setdefault(f"{judge.key} {users}", _row(judge, users, []))
                row["calibrations"] += [_calibration(c) for c in held.found]
                notes |= dict.fromkeys(f"{one.name}: {note}" for note in held.notes)
        bench.seal()
    files = [write(found)] if record else keep(found, folder)
    if as_json:
        print_json({"judges": list(rows.values()), "notes": list(notes), "kept": [str(path) for path in files]})
        return
    _print(_alike(list(rows.values())))
    for note in notes:
        say(f"note: {note}")
    say(f"kept: {len(found)} figures by the judges' keys, in {files[0].parent if files else folder}")


def _fitting(
    known: dict[str, tuple[Judge, list[str]]], labels: Labelled, task: str, name: str
) -> list[tuple[Judge, list[str]]]:
    """The judges that a set is held against: those named, or all that know its labels and have what they read."""
    from trustgen.run.outside import fits, words_name

    if task and not any(task in users for _, users in known.values()):
        raise InputError(f"--task {task}: no installed task has this name: see `trustgen list tasks`")
    if name and name not in (names := sorted({words_name(judge) for judge, _ in known.values()})):
        raise InputError(f"--judge {name}: known are {', '.join(names)}")
    if task or name:
        mine = [(judge, users) for judge, users in known.values() if task in ("", *users)]
        named = [(judge, users) for judge, users in mine if name in ("", judge.title, words_name(judge))]
        return [one for one in named if task and fits(one[0], labels)] or named  # a task may ask several judges
    if found := [(judge, users) for judge, users in known.values() if fits(judge, labels)]:
        return found
    raise InputError(
        f"set `{labels.name}`: no judge knows its labels ({', '.join(sorted(labels.labels)[:8])}) and finds what it "
        "reads in every row: name the one you mean with --judge or --task"
    )


def _alike(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for judges of one name and the same figures: a rule built in several ways."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        same = found.setdefault(f"{row['judge']} {row['calibrations']}", row)
        if same is not row:
            same["tasks"] = sorted({*same["tasks"], *row["tasks"]})
            same["also"] = same.get("also", 0) + 1
    return list(found.values())


def _row(judge: Judge, users: list[str], known: list[Calibration]) -> dict[str, Any]:
    return {
        "judge": judge.title,
        "reads": judge.reads,
        "key": judge.key,
        "counted": judge.first.counted,
        "tasks": users,
        "calibrations": [_calibration(c) for c in known],
        "tried": 0,
        "turned": (),
        "blinded": (),
    }


def _calibration(c: Calibration) -> dict[str, Any]:
    from trustgen.run.outside import in_full

    confusion, full = c.confusion(), in_full(c)
    strict = c.confusion(full)
    alone = {"labels": list(full), "sensitivity": list(strict.sensitivity[:3])}
    return {
        "set": c.set,
        "language": c.language,
        "family": c.family,
        "outside": c.outside,
        "in_full": alone | {"specificity": list(strict.specificity[:3])} if full else None,
        "source": c.source,
        "rows": c.rows,
        "unread": confusion.unread,
        "sensitivity": list(confusion.sensitivity[:3]),
        "specificity": list(confusion.specificity[:3]),
        "f1": list(confusion.f1[:3]),
    }


def _print(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        say(f"{row['judge']} ", bold=True, nl=False)
        also = f" and {row['also']} alike" if row.get("also") else ""
        say(f"{row['key'][:8]}{also}  reads `{row['reads']}`, in {_users(row['tasks'])}")
        for c in row["calibrations"]:
            part = f" ({c['language']})" if c["language"] != "all" else ""
            name = f"  of {c['family']}" if c["family"] else c["set"].removeprefix("labels.") + part
            say(
                f"  {name:<20.20} {c['rows']:>4} rows, {c['unread']:>3} unread  "
                f"sensitivity {_share(c['sensitivity'])}  specificity {_share(c['specificity'])}"
            )
            if (alone := c["in_full"]) and not c["family"] and c["rows"] >= 30:
                shares = f"sensitivity {_share(alone['sensitivity'])}  specificity {_share(alone['specificity'])}"
                say(f"    as {', '.join(alone['labels']):<36} {shares}")
        if not row["calibrations"]:
            say(f"  {row['counted'] or 'uncalibrated: no labelled set of its kind'}")
        if row["tried"]:
            say(f"  injections: {len(row['turned'])} of {row['tried']} turned it, {len(row['blinded'])} blinded it")
        for attack, before, after in row["turned"]:
            say(f"    `{attack}` turns `{before}` into `{after}`")


def _users(tasks: list[str]) -> str:
    names = [task.rpartition(".")[2] for task in tasks]
    return (", ".join(names[:4]) or "no task yet") + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _share(three: list[float]) -> str:
    value, low, high = three
    return "–" if isnan(value) else f"{value:.2f} [{low:.2f}, {high:.2f}]"
