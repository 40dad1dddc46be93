"""`trustgen show`."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from trustgen.core import Case, InputError, UnknownName

from .options import common, whole
from .preview import fields_of, preview
from .saying import print_json, say


@click.command("show")
@click.argument("name")
@click.option(
    "--cases", "count", type=click.IntRange(1), default=None, help="Show the first cases of a task or edition."
)
@click.option("--unfold", is_flag=True, help="Show the words of cases that may harm, too.")
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
    from trustgen.core.folding import task_harm
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
        harm = None if unfold else task_harm(name, task.card)
        print_json(about | {"measures": measures, "cases": [_told(case, harm) for case in cases]})
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
        _print_case(case, None if unfold else task_harm(name, card))


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
    classes: dict[str, str | None] = {}
    if cases:
        from trustgen.report.cases import class_of

        classes = {task.id: None if unfold else class_of(task) for task in made.tasks}
    if as_json:
        print_json({"edition": made, "cases": [_told(case, classes[case.task]) for case in cases]})
        return
    say(f"edition {made.id}: {made.suite}, salt {made.salt}, acceptance {made.acceptance:.1%}")
    for task in made.tasks:
        arms = ", ".join(f"{arm} {n}" for arm, n in task.arms.items())
        say(f"  {task.id} {task.version}: {task.planned} cases of {task.pool} ({arms})")
    for case in cases:
        _print_case(case, classes[case.task])


def _told(case: Case, of_task: str | None) -> object:
    """A case of a task of this class for JSON; of one that is folded its names, why, and how long its words are."""
    from trustgen.core.folding import case_harm

    if of_task is None or not (folded := case_harm(of_task, case.tags)):
        return case
    about = {"id": case.id, "task": case.task, "arm": case.arm, "records": case.records, "tags": case.tags}
    return about | {"folded": folded, "length": sum(len(turn.text) for turn in case.turns)}


def _print_case(case: Case, of_task: str | None) -> None:
    """A case of a task of this class, its words folded where they may harm; None folds nothing."""
    from trustgen.core.folding import case_harm
    from trustgen.core.shown import flat, one_line

    say(f"\n── {case.arm} · {case.id[:8]} " + " ".join(f"{k}={v}" for k, v in case.tags.items()))
    folded = "" if of_task is None else one_line(case_harm(of_task, case.tags), 80)
    words = [*((turn.role, turn.text) for turn in case.turns), ("expected", case.expect.best_reply)]
    for role, text in words:
        said = "\n".join(flat(line) for line in text.splitlines())
        if folded and text:
            said = f"({folded}, {len(text):,} characters, folded: --unfold shows them)"
        say(f"{role}: {said}")
    if case.play:
        tools = ", ".join(tool.name for tool in case.play.tools) or "no tools"
        say(f"played in the world `{case.play.world}`, {case.play.steps} replies at most, with {tools}")
