"""Suites: named lists of tasks with sizes, in TOML. Those that ship with TrustGen lie beside this file.

name = "mine"
title = "What I care about"

[[tasks]]
id = "llm.truthfulness.facts"
n = 15                              # records; left out: as many as the task says
pool = "mine/people.toml"           # records of your own instead of the task's pool; left out: the task's

[[tasks]]
id = "ask.products"                 # questions of your own: a form, under a name of yours
pool = "mine/products.csv"          # or a manifest
settings = {judge = "choice"}       # judge, prompt, rubric (a file), max_tokens; see the card of `ask`
columns = {question = "Frage"}      # where a column's name does not say what it is
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.resources import files
from pathlib import Path

import msgspec

from trustgen.core import BARE, InputError, Kit, Task, TaskFactory, UnknownName, plain
from trustgen.core.registry import load, names
from trustgen.curate import pool
from trustgen.curate.own import own
from trustgen.curate.pool import Selection
from trustgen.judge import Rubric
from trustgen.tasks.ask.put import needs

MOST = 1000
"""Questions of a file that are asked where nobody says how many."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One task of a suite: over how many records, of which pool instead of its own, with which settings of a form."""

    id: str
    n: int | None = None
    pool: str = ""
    settings: dict[str, str] = {}
    columns: dict[str, str] = {}

    @property
    def form(self) -> bool:
        """Whether it is a form, under a name of somebody's own."""
        return self.id not in names("task") and self.id.partition(".")[0] in names("form")

    def many(self, n: int | None = None, kit: Kit = BARE) -> int | None:
        """Over how many records: its own size, or `n` where its pool holds as many, else what it holds; a form asks all
        of its file, `MOST` at most."""
        if n is None and (self.n is not None or not self.form):
            return self.n
        wanted = MOST if n is None else n
        held = self.records(1, kit).size if self.pool else _factory(self.id)(1, kit).records.size
        return wanted if held is None else min(wanted, held)

    def records(self, n: int, kit: Kit) -> Selection:
        """The records of the pool that stands in the place of the task's own."""
        if not self.form or self.pool.endswith(".toml") or self.pool in names("pool"):
            return pool(self.pool, n=n, kit=kit)
        return Selection((own(Path(self.pool), self.id, self.columns, needs(self.settings)),), n)


class Suite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list of tasks to measure together."""

    name: str
    title: str
    tasks: tuple[Entry, ...]

    def alone(self) -> Iterator[Callable[..., Task]]:
        """Each task by itself: a function of `n` and a kit."""
        return (partial(_made, entry) for entry in self.tasks)

    def sized(self, n: int | None = None, kit: Kit = BARE) -> Suite:
        """With a number of records for every task: `n` in the place of all, where there are as many."""
        sized = (msgspec.structs.replace(entry, n=entry.many(n, kit)) for entry in self.tasks)
        return msgspec.structs.replace(self, tasks=tuple(sized))

    def build(self, n: int | None = None, kit: Kit = BARE) -> list[Task]:
        """The tasks, ready to build with what `kit` brings; `n` replaces every size, where there are as many."""
        return [_made(entry, entry.many(n, kit), kit) for entry in self.tasks]


def _made(entry: Entry, n: int | None, kit: Kit) -> Task:
    made: Task = _factory(entry.id)(n, kit, entry.settings)
    if made.package and not made.package.startswith("trustgen."):  # ours are tested; theirs end before they cost
        made.card.check(made)
    return replace(made, records=entry.records(made.n, kit)) if entry.pool else made


def suite_names() -> list[str]:
    """The suites that ship with TrustGen, sorted."""
    return sorted(f.name.removesuffix(".toml") for f in files(__name__).iterdir() if f.name.endswith(".toml"))


def load_suite(what: str) -> Suite:
    """The suite that a name, a path of a TOML file, a task id or a prefix such as `llm.fairness` stands for.

    Raises `UnknownName` for anything else, and `InputError`, with the line, for a file that cannot be used.
    """
    if what.endswith(".toml") or "/" in what or "\\" in what:
        try:
            text = plain.read_text(Path(what))
        except (OSError, ValueError) as error:
            raise InputError(f"suite `{what}` cannot be read: {getattr(error, 'strerror', None) or error}") from None
        return _parse(text, what)
    if what in suite_names():
        return _parse((files(__name__) / f"{what}.toml").read_text("utf-8"), f"{what}.toml")
    found = [task for task in names("task") if task == what or task.startswith(f"{what}.")]
    if not found:
        raise UnknownName("suite or task", what, [*suite_names(), *names("task")])
    title = _factory(what).card.title if found == [what] else f"All tasks of {what}"
    return Suite(what, title, tuple(Entry(task, _factory(task).default_n) for task in found))


def _factory(task: str) -> TaskFactory:
    found: TaskFactory = load("task", task)
    return found


def _parse(text: str, file: str) -> Suite:
    try:
        suite = msgspec.convert(plain.toml(text), Suite)
    except tomllib.TOMLDecodeError as error:
        fault = str(error).replace("at end of document", f"at line {len(text.splitlines())}, the end")
        raise InputError(f"suite `{file}` is no valid TOML: {fault}") from None
    except msgspec.ValidationError as error:
        raise InputError(f"suite `{file}`, line {_line(text, str(error))}: {error}") from None
    if not suite.tasks:
        raise InputError(f"suite `{file}` lists no task: add a table [[tasks]] with the `id` of one")
    for place, entry in enumerate(suite.tasks):
        fault = ""
        if entry.id not in names("task") and not entry.form:
            fault = f"is unknown; known are {', '.join(names('task'))}"
        elif entry.form and not entry.pool:
            fault = "asks nothing: name the file of your questions with `pool`"
        elif any(entry.id == other.id for other in suite.tasks[:place]):
            fault = "is listed twice"
        elif entry.n is not None and entry.n < 1:
            fault = f"has n = {entry.n}: a task needs at least 1 record"
        if fault:
            raise InputError(f"suite `{file}`, line {_line(text, f'$.tasks[{place}]')}: task `{entry.id}` {fault}")
    filled = (
        msgspec.structs.replace(
            e,
            n=e.n if e.form or e.n is not None else _factory(e.id).default_n,
            pool=_beside(e.pool, file),
            settings=_read(e.settings, file),
        )
        for e in suite.tasks
    )
    return msgspec.structs.replace(suite, tasks=tuple(filled))


def _beside(pool: str, file: str) -> str:
    """A path is read from where the suite lies."""
    return str(Path(file).parent / pool) if pool and pool not in names("pool") else pool


def _read(settings: dict[str, str], file: str) -> dict[str, str]:
    """Settings with the text of the rubric that they name, so that the edition has it."""
    if not (name := settings.get("rubric", "")):
        return settings
    return settings | {"rubric": rubric_text(Path(file).parent / name)}


def rubric_text(path: Path) -> str:
    """The text of a rubric. Raises `InputError` where there is none, or it cannot be one."""
    try:
        text = plain.read_text(path)
    except (OSError, ValueError) as error:
        raise InputError(f"rubric `{path}` cannot be read: {getattr(error, 'strerror', None) or error}") from None
    Rubric(path.name, text)
    return text


def _line(text: str, fault: str) -> int:
    """The line that a fault is about: the table of its task, else its key, else the first line."""
    place = re.search(r"\$\.tasks\[(\d+)\]", fault)
    key = re.search(r"\$\.(\w+)", fault)
    lines = text.splitlines()
    tables = [number for number, line in enumerate(lines, 1) if line.strip().replace(" ", "").startswith("[[tasks]]")]
    if place and int(place[1]) < len(tables):
        return tables[int(place[1])]
    sought = key[1] if key else None
    return next((i for i, line in enumerate(lines, 1) if sought and line.lstrip().startswith(sought)), 1)
