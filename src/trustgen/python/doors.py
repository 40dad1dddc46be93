"""Build, evaluate and ask, by name. Where an event loop runs already, as in a notebook, all of it works as it stands.

`evaluate` waits for the run; `await aevaluate(…)` lets the loop go on meanwhile. Both are the same run: it has a
thread and a loop of its own wherever a loop is running. To interrupt the cell, or to cancel what is awaited, ends it,
and what was answered is stored: the same call resumes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from trustgen.run import Away, Progress, Settings, finished
from trustgen.store import Edition as Stored
from trustgen.tasks.suites import Suite

from .asking import Question
from .held import Edition, Run
from .running import Models, Roles, asked, built, ran


def build(
    suite: str | Suite,
    *,
    n: int | None = None,
    salt: str = "",
    out: str | Path | None = None,
    roles: Roles | None = None,
    settings: Settings | None = None,
    progress: bool | Progress = True,
) -> Edition:
    """Build the edition of a suite's name or TOML file, a task, or a prefix such as `llm.fairness`.

    `n` are the records a task, `salt` makes the cases fresh (today's date where none is given), `out` is the folder
    (one in `trustgen-runs/`). The same call gives the same edition, kept where it is there already. Raises as
    `trustgen.run.build`.
    """
    return built(suite, n, salt, out, roles, settings, progress)


async def abuild(
    suite: str | Suite,
    *,
    n: int | None = None,
    salt: str = "",
    out: str | Path | None = None,
    roles: Roles | None = None,
    settings: Settings | None = None,
    progress: bool | Progress = True,
) -> Edition:
    """`build` to be awaited. What is cancelled is built to its end behind the scenes, and is there the next time."""
    return await asyncio.to_thread(built, suite, n, salt, out, roles, settings, progress)


def evaluate(
    what: str | Path | Suite | Stored,
    models: Models,
    *,
    n: int | None = None,
    salt: str = "",
    out: str | Path | None = None,
    roles: Roles | None = None,
    settings: Settings | None = None,
    progress: bool | Progress = True,
) -> Run:
    """Ask models the cases of an edition (or its folder), or of a suite that is built first; judge and estimate.

    `models` are URIs or models, or a mapping of names to them. `roles` bind models that judge or help to build. The
    same call resumes. Raises as `trustgen.run.evaluate`; a run that was stopped returns with that `status`.
    """
    given = (n, salt, out, roles, settings, progress)
    return finished(partial(ran, what, models, *given))


async def aevaluate(
    what: str | Path | Suite | Stored,
    models: Models,
    *,
    n: int | None = None,
    salt: str = "",
    out: str | Path | None = None,
    roles: Roles | None = None,
    settings: Settings | None = None,
    progress: bool | Progress = True,
) -> Run:
    """`evaluate` to be awaited."""
    given = (n, salt, out, roles, settings, progress)
    return await Away(partial(ran, what, models, *given)).awaited()


def ask(
    questions: str | Path | Sequence[Question],
    models: Models,
    *,
    judge: str = "matches",
    prompt: str = "",
    name: str = "",
    columns: Mapping[str, str] | None = None,
    n: int | None = None,
    salt: str = "1",
    out: str | Path | None = None,
    roles: Roles | None = None,
    settings: Settings | None = None,
    progress: bool | Progress = True,
) -> Run:
    """Ask models your own questions: rows (`[{"question": …, "answer": …}, …]`), or a file as `trustgen ask` reads it.

    `judge` is a rule (matches, choice, amount, date, refuses, answers) or a rubric's file, for the model in
    `roles={"judge": …}`; `prompt` has `{{question}}` and any other column; `columns` says which column a field is where
    its name does not. Rows that cannot be used are named. Raises `InputError` where none can.
    """
    given = (judge, prompt, name, columns, n, salt, out, roles, settings, progress)
    return finished(partial(asked, questions, models, *given))


async def aask(
    questions: str | Path | Sequence[Question],
    models: Models,
    *,
    judge: str = "matches",
    prompt: str = "",
    name: str = "",
    columns: Mapping[str, str] | None = None,
    n: int | None = None,
    salt: str = "1",
    out: str | Path | None = None,
    roles: Roles | None = None,
    settings: Settings | None = None,
    progress: bool | Progress = True,
) -> Run:
    """`ask` to be awaited."""
    given = (judge, prompt, name, columns, n, salt, out, roles, settings, progress)
    return await Away(partial(asked, questions, models, *given)).awaited()
