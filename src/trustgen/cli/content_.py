"""`trustgen content`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trustgen.core import InputError, TaskFactory

from .options import common
from .saying import print_json, say

if TYPE_CHECKING:
    from trustgen.audit.freshness import Freshness


@click.command("content")
@click.argument("what", nargs=-1)
@click.option("--record", is_flag=True, help="Write the figures into this installation (to release them).")
@common
def command(what: tuple[str, ...], record: bool, as_json: bool) -> None:
    """Measure how new and how guessable the content of WHAT is: tasks, suites or prefixes; all tasks by default.

    Editions are built in memory; no model is asked. Two editions never ask the same words. This tells whether they ask
    the same things, and whether one of them gives the answers of the next away.
    """
    from trustgen.audit.freshness import freshness, keep

    found: list[Freshness] = []
    skipped: dict[str, str] = {}
    for name in _tasks(what):
        say(f"{name} …", err=True)
        try:
            found.append(freshness(_factory(name)))
        except InputError as lacking:
            skipped[name] = str(lacking)
    if record:
        if skipped:
            name, why = next(iter(skipped.items()))
            raise InputError(f"--record needs every task: {name}: {why}")
        say(f"kept: {keep(found)}", err=True)
    if as_json:
        print_json({"tasks": found, "skipped": skipped})
        return
    _print(found)
    for name, why in skipped.items():
        say(f"not measured: {name}: {why}")


def _factory(name: str) -> TaskFactory:
    from trustgen.core.registry import load

    found: TaskFactory = load("task", name)
    return found


def _tasks(what: tuple[str, ...]) -> list[str]:
    from trustgen.core.registry import names
    from trustgen.tasks.suites import load_suite

    if not what:
        return names("task")
    return list(dict.fromkeys(entry.id for name in what for entry in load_suite(name).tasks))


def _print(found: list[Freshness]) -> None:
    from rich.table import Table

    from trustgen.audit.content import FEW
    from trustgen.audit.freshness import SMALL
    from trustgen.report.console import console

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("task", no_wrap=True)
    for head in ("cores", "shared", "guessed", "chance", "longest"):
        table.add_column(head, justify="right", no_wrap=True)
    for task in found:
        guess = task.guess
        cells = [f"{task.cores:,}{'*' if task.smoke else ' '}", f"{task.repeated:.2f}"]
        cells += [f"{guess.right:.2f}", f"{guess.chance:.2f}"] if guess else ["–", "–"]
        table.add_row(task.task, *cells, "–" if task.longest is None else f"{task.longest:+.2f}")
    console().print(table)
    say(
        "\ncores: different contents once names, places and numbers are taken out, of 2,000 records or all\n"
        f"  *: a smoke test, under {FEW} cores\n"
        f"shared: share of the cores of an edition of {SMALL} that another one holds too\n"
        "guessed: right answers of a learner of words, trained on 400 records of another edition\n"
        "chance: guessing evenly, or always the same answer\n"
        "longest: how much oftener than by chance the longest option is right"
    )
