"""`trustgen list`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click

from .options import common
from .saying import print_json, say

KINDS = ("tasks", "models", "mitigations", "pools", "judges", "worlds", "suites")


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@common
def command(kind: str, as_json: bool) -> None:
    """List what is registered, built in and plugged in."""
    listed = {"tasks": _tasks, "models": _models, "mitigations": _mitigations, "pools": _pools, "worlds": _worlds}
    found = (listed | {"judges": _judges, "suites": _suites})[kind]()
    if as_json:
        print_json(found)
        return
    width = max((len(row["name"]) for row in found), default=0)
    for row in found:
        say(f"{row['name']:<{width}}  {row['about']}")


def _registered(kind: str) -> Iterator[tuple[str, Any]]:
    """What is registered of a kind, by name; a plug-in that does not import is said on standard error, and left out."""
    from trustgen.core import InputError
    from trustgen.core.registry import load, names

    for name in names(kind):
        try:
            found = load(kind, name)
            if kind == "task":
                found.card  # noqa: B018  read here, so that a broken one costs itself alone
            yield name, found
        except InputError as error:
            say(f"{kind} `{name}` is left out: {error}", err=True)


def _about(thing: Any) -> str:
    return (thing.__doc__ or "").strip().partition("\n")[0]


def _tasks() -> list[dict[str, str]]:
    return [
        {"name": name, "about": _about(task), "version": task.version, "dimension": task.card.dimension}
        for name, task in _registered("task")
    ]


def _models() -> list[dict[str, str]]:
    from trustgen.models.organism import TRAITS

    found = [
        {"name": name, "about": _about(sys.modules[opener.__module__])}
        for name, opener in _registered("model")
        if name != "organism"
    ]
    return found + [{"name": f"organism/{trait}", "about": f"simulated: {about}"} for trait, about in TRAITS.items()]


def _mitigations() -> list[dict[str, str]]:
    found = _registered("mitigation")
    return [{"name": name, "about": _about(sys.modules[made.__module__])} for name, made in found]


def _pools() -> list[dict[str, str]]:
    return [{"name": name, "about": pool.about} for name, pool in _registered("pool")]


def _worlds() -> list[dict[str, str]]:
    return [{"name": name, "about": _about(sys.modules[type(made).__module__])} for name, made in _registered("world")]


def _judges() -> list[dict[str, str]]:
    from trustgen.judge import rubric, rubrics

    from .judges_ import judges

    users: dict[str, dict[str, None]] = {}
    for judge, tasks in judges().values():
        name = f"rule {judge.title}"
        users.setdefault(name, {}).update(dict.fromkeys(task.rpartition(".")[2] for task in tasks))
    rules = [
        {"name": name, "about": f"in {', '.join(tasks)}" if tasks else "no task asks it yet"}
        for name, tasks in users.items()
    ]
    return [*rules, *({"name": f"rubric {name}", "about": rubric(name).front.title} for name in rubrics())]


def _suites() -> list[dict[str, str]]:
    from trustgen.tasks.suites import load_suite, suite_names

    return [{"name": name, "about": load_suite(name).title} for name in suite_names()]
