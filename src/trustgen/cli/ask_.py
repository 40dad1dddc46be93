"""`trustgen ask`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustgen.core import InputError

from .options import asked_of, asking, common, edition_of, place, repeating, whole

if TYPE_CHECKING:
    from trustgen.tasks.suites import Suite

SHOWN = 5
"""Rows that cannot be used which are named; the others are counted."""
COLUMNS = ("question", "answer", "aliases", "options")


@click.command("ask")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="[NAME=]URI",
    help="A model, and its name; repeat.",
)
@click.option(
    "--judge",
    default="matches",
    show_default=True,
    metavar="RULE|FILE.md",
    help="matches, choice, amount, date, refuses, answers; or a rubric of your own, for the model in --role judge=URI.",
)
@click.option("--prompt", default="", metavar="TEXT|@FILE", help="How a question is put: {{question}}, {{anycolumn}}.")
@click.option("--question", default="", metavar="COLUMN", help="The column of the questions.  [default: by its name]")
@click.option("--answer", default="", metavar="COLUMN", help="The column of the right answers.  [default: by its name]")
@click.option("--aliases", default="", metavar="COLUMN", help="Other right answers: a list, or parted by | or ;.")
@click.option("--options", default="", metavar="COLUMN", help="Answers to choose from: a list, or parted by | or ;.")
@click.option("--name", default="", help="What the task is called.  [default: the file's name]")
@click.option("--n", type=int, help="Ask so many, drawn at random.  [default: all, 1,000 at most]")
@click.option("--salt", default="1", show_default=True, help="Which ones are drawn, where not all are asked.")
@click.option("--role", "role", multiple=True, metavar="ROLE=URI", help="judge=URI: who reads by your rubric.")
@asking
@repeating
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of the run; the same one resumes.")
@whole
@common
def command(
    file: Path,
    models: tuple[str, ...],
    judge: str,
    prompt: str,
    name: str,
    n: int | None,
    salt: str,
    role: tuple[str, ...],
    out: Path | None,
    everything: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """Ask models the questions of FILE: CSV, TSV, JSON, JSONL, Parquet, or a folder of them.

    A column called question (or prompt, input …) is asked, one called answer (or expected, target …) is what the reply
    is held against. The first question is shown as it will be asked, and rows that cannot be used are named, before
    anything is spent. What comes out is a run like any other: report, compare, gate and review read it.
    """
    from trustgen.run import Strictness

    from .run_ import run_and_report
    from .saying import say

    columns = {field: asked.pop(field) for field in COLUMNS}
    told = asked_of(models, role, **asked)
    suite = suite_of(file, judge, prompt, name, {k: v for k, v in columns.items() if v})
    preview = look(suite, n, salt, told.roles)
    if not as_json:
        for line in preview:
            say(line)
    folder = out or place("ask", suite.name, *(one.label for one in told.models), salt)
    making = told.bound(judging=True)
    made = partial(
        edition_of, suite, n, salt, folder / "edition", making, None, told.settings, Strictness(), quiet=as_json
    )
    raise SystemExit(run_and_report(made, told, folder, as_json, everything=everything))


def suite_of(file: Path, judge: str, prompt: str, name: str, columns: dict[str, str]) -> Suite:
    """The suite of one form that the options describe. Raises `InputError` for what cannot be read."""
    from trustgen.core import plain
    from trustgen.python.asking import suite_of

    if prompt.startswith("@"):
        try:
            prompt = plain.read_text(Path(prompt[1:]))
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise InputError(f"--prompt {prompt}: the file cannot be read: {why}") from None
    return suite_of(file, judge, prompt, name, columns)


def look(suite: Suite, n: int | None, salt: str, roles: Iterable[str] = ()) -> list[str]:
    """What will be asked: how many, the first one as it is put, and which rows cannot be used, with the reason.

    Raises `InputError` where none can.
    """
    from trustgen.audit.auditor import Auditor
    from trustgen.core import Case, crafted, named

    (entry,) = suite.tasks
    (task,) = suite.build(n, named(dict.fromkeys(roles, "a judge")))
    file, cases, check = Path(entry.pool).name, list[Case](), Auditor()
    bad: list[str] = []
    for record in task.records.select(f"{salt} {task.id}"):
        for found in crafted(task, record, salt, check):
            if found.reason:
                bad.append(f"`{str(record.fields.get('question'))[:60]}`: {found.reason}")
            else:
                cases.append(found.case)
    rows = [f"{row.where}: {f'`{row.field}` ' if row.field else ''}{row.reason}" for row in task.records.bad_rows()]
    bad, lines = [*rows, *bad], list[str]()
    if bad:
        lines.append(f"{len(bad)} row{'s' * (len(bad) > 1)} cannot be used:")
        lines += [f"  {one}" for one in bad[:SHOWN]]
        lines += [f"  and {len(bad) - SHOWN} more; rejects.parquet of the edition has them"] * (len(bad) > SHOWN)
    if not cases:
        raise InputError("\n".join([f"no row of {file} can be asked", *lines]))
    head = f"{len(cases)} question{'s' * (len(cases) > 1)} of {file}. The first one, as it is asked:"
    told = [f"  {line}" for line in cases[0].turns[-1].text.splitlines()]
    return [head, "", *told, "", f"expected: {cases[0].expect.best_reply}", *lines, ""]
