"""`trustgen show`."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from trustgen.core import InputError, UnknownName

from .options import common, whole
from .preview import fields_of, preview
from .saying import print_json, say


@click.command("show")
@click.argument("name")
@click.option(
    "--cases", "count", type=click.IntRange(1), default=None, help="Show the first cases of a task or edition."
)
@click.option("--unfold", is_flag=True, help="Show the words of cases about safety, which may be harmful, too.")
@whole
@common
def command(name: str, count: int | None, unfold: bool, everything: bool, as_json: bool) -> None:
    """Show NAME: a task's card and measures, a pool's manifest, a suite, an edition folder or a run folder."""
    from trustgen.core.registry import names
    from trustgen.tasks.suites import load_suite, suite_names

    path = Path(name)
    if (path / "edition.json").is_file():
        _edition(path, count, unfold, as_json)
    elif (path / "run.json").is_file():
        from trustgen.report import findings, print_findings, told

        if count:
            raise InputError(f"--cases {count}: a run's cases are shown by  trustgen cases {quote(name)} --n {count}")
        found = findings(path)
        if as_json:
            print_json({"run": found.manifest, "seal": told(found.sealed), "estimates": found.estimates})
        else:
            print_findings(found, everything=everything)
    elif name in names("task"):
        _task(name, count, unfold, as_json)
    elif name in names("pool") or (name.endswith(".toml") and _is_pool(path)):
        _pool(name, as_json)
    elif name in suite_names():
        suite = load_suite(name)
        if as_json:
            print_json(suite)
        else:
            say(f"{suite.name}: {suite.title}")
            for entry in suite.tasks:
                say(f"  {entry.id}  n={entry.n}")
    else:
        raise UnknownName("task, pool, suite, edition or run", name, [*names("task"), *names("pool"), *suite_names()])


def _task(name: str, count: int | None, unfold: bool, as_json: bool) -> None:
    from trustgen.audit.freshness import measured
    from trustgen.core import expand
    from trustgen.core.registry import load

    factory = load("task", name)
    task = factory()
    told = measured(task.id, task.version, task.records.pool)
    cases = []
    if count:
        for record in task.records.select("show"):
            cases += list(expand(task, record, "show"))
            if len(cases) >= count:
                break
    if as_json:
        measures = {
            k: {"direction": m.direction, "range": m.range, "about": task.card.measures[k]}
            for k, m in task.measures.items()
        }
        about = {"id": task.id, "version": task.version, "card": task.card, "content": told}
        print_json(about | {"measures": measures, "cases": cases})
        return
    card = task.card
    content = f"content: {told.said}\n" if told else ""
    content += f"read blind: {card.readers}\n" if card.readers else ""
    needed, may = fields_of(task)
    content += f"a record has: {', '.join(needed) or 'nothing that it needs'}"
    content += f"; it may have: {', '.join(may)}\n" if may else "\n"
    needs = ", ".join(sorted(task.needs))
    say(f"{task.id}  {task.version}\n{card.title} · {card.dimension} · {card.modality} · needs {needs}\n{content}")
    for key, measure in task.measures.items():
        arrow = {"higher": "↑", "lower": "↓"}.get(measure.direction) or f"→ {measure.target:g}"
        say(f"  {key} {arrow}  [{measure.range[0]:g}, {measure.range[1]:g}]  {card.measures[key]}")
    say(f"\n{card.prose}")
    for case in cases[: count or 0]:
        _print_case(case, unfold)


def _is_pool(path: Path) -> bool:
    """Whether a TOML file is a pool's manifest; a suite lists tasks instead."""
    from trustgen.core import InputError, plain

    try:
        return "tasks" not in plain.toml(plain.read_text(path))
    except (OSError, ValueError) as error:
        raise InputError(f"`{path}` cannot be read: {error}") from error


def _pool(name: str, as_json: bool) -> None:
    from trustgen.core.registry import load

    if name.endswith(".toml"):
        from trustgen.curate.manifest import read_manifest

        pool = read_manifest(name)
    else:
        pool = load("pool", name)
    if as_json:
        print_json(pool.manifest)
        return
    say(f"{pool.name}: {pool.about}")
    for key, value in pool.manifest.items():
        say(f"  {key}: {value}")
    if name.endswith(".toml"):  # one's own; what ships may hold what is better folded
        for line in preview(pool):
            say(line)


def _edition(path: Path, count: int | None, unfold: bool, as_json: bool) -> None:
    from itertools import islice

    from trustgen.store import Edition

    edition = Edition.open(path)
    made = edition.manifest
    cases = list(islice(edition.cases(), count or 0))
    if as_json:
        print_json({"edition": made, "cases": cases})
        return
    say(f"edition {made.id}: {made.suite}, salt {made.salt}, acceptance {made.acceptance:.1%}")
    for task in made.tasks:
        arms = ", ".join(f"{arm} {n}" for arm, n in task.arms.items())
        say(f"  {task.id} {task.version}: {task.planned} cases of {task.pool} ({arms})")
    for case in cases:
        _print_case(case, unfold)


def _print_case(case: object, unfold: bool) -> None:
    from trustgen.core import Case
    from trustgen.core.shown import flat

    assert isinstance(case, Case)
    say(f"\n── {case.arm} · {case.id[:8]} " + " ".join(f"{k}={v}" for k, v in case.tags.items()))
    folded = ".safety." in case.task and not unfold
    for turn in case.turns:
        said = "\n".join(flat(line) for line in turn.text.splitlines())
        if folded:
            said = f"({len(turn.text)} characters, folded: --unfold shows them)"
        say(f"{turn.role}: {said}")
    if case.play:
        tools = ", ".join(tool.name for tool in case.play.tools) or "no tools"
        say(f"played in the world `{case.play.world}`, {case.play.steps} replies at most, with {tools}")
    say(f"expected: {flat(case.expect.best_reply)}")
