"""`trustgen list`."""

from __future__ import annotations

import sys

import click

from .options import common
from .saying import print_json, say

KINDS = ("tasks", "models", "pools", "judges", "suites")


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@common
def command(kind: str, as_json: bool) -> None:
    """List what is registered, built in and plugged in."""
    found = {"tasks": _tasks, "models": _models, "pools": _pools, "judges": _judges, "suites": _suites}[kind]()
    if as_json:
        print_json(found)
        return
    width = max((len(row["name"]) for row in found), default=0)
    for row in found:
        say(f"{row['name']:<{width}}  {row['about']}")


def _tasks() -> list[dict[str, str]]:
    from trustgen.core import TaskFactory
    from trustgen.core.registry import load, names

    found = []
    for name in names("task"):
        task: TaskFactory = load("task", name)
        about = (task.__doc__ or "").strip().partition("\n")[0]
        found.append({"name": name, "about": about, "version": task.version, "dimension": task.card.dimension})
    return found


def _models() -> list[dict[str, str]]:
    from trustgen.core.registry import load, names
    from trustgen.models.organism import TRAITS

    found = []
    for name in names("model"):
        about = (sys.modules[load("model", name).__module__].__doc__ or "").strip().partition("\n")[0]
        if name != "organism":
            found.append({"name": name, "about": about})
    return found + [{"name": f"organism/{trait}", "about": f"simulated: {about}"} for trait, about in TRAITS.items()]


def _pools() -> list[dict[str, str]]:
    from trustgen.core.registry import load, names

    return [{"name": name, "about": load("pool", name).about} for name in names("pool")]


def _judges() -> list[dict[str, str]]:
    from trustgen.judge import rubric, rubrics

    from .judges_ import judges

    users: dict[str, dict[str, None]] = {}
    for judge, tasks in judges().values():
        name = f"rule {getattr(judge, 'name', type(judge).__name__)}"
        users.setdefault(name, {}).update(dict.fromkeys(task.rpartition(".")[2] for task in tasks))
    rules = [{"name": name, "about": f"in {', '.join(tasks)}"} for name, tasks in users.items()]
    return [*rules, *({"name": f"rubric {name}", "about": rubric(name).front.title} for name in rubrics())]


def _suites() -> list[dict[str, str]]:
    from trustgen.tasks.suites import load_suite, suite_names

    return [{"name": name, "about": load_suite(name).title} for name in suite_names()]
