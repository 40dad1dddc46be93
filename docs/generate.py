"""Write what comes from code: a page a task, the shelf, the pools, the command line, the calibrations of rule judges.

python docs/generate.py            write them
python docs/generate.py --check    exit 1 when one is out of date
"""

from __future__ import annotations

import sys
from math import isnan
from pathlib import Path

import click
import msgspec

from trustgen.audit.freshness import measured
from trustgen.cli.app import COMMANDS, app
from trustgen.core import Direction, Task, named
from trustgen.core.registry import load, names
from trustgen.judge import refuses
from trustgen.run.calibrate import calibrate, judges_of, shipped
from trustgen.run.outside import in_full
from trustgen.stats.calibration import Calibration
from trustgen.stats.confusion import Confusion, Share

DOCS = Path(__file__).parent
CALIBRATIONS = DOCS.parent / "src" / "trustgen" / "run" / "calibrations.json"
JUDGES = DOCS / "judges.md"
README = DOCS.parent / "README.md"
BEGINS, ENDS = "<!-- outside figures -->", "<!-- end of outside figures -->"
SHELF, SHELF_ENDS = "<!-- shelf -->", "<!-- end of shelf -->"
ARROW = {Direction.HIGHER: "↑", Direction.LOWER: "↓"}


def direction(task: Task, measure: str) -> str:
    """`↑ 0 – 1` and the like."""
    made = task.measures[measure]
    arrow = ARROW.get(made.direction) or f"→ {made.target:g}"
    return f"{arrow} [{made.range[0]:g}, {made.range[1]:g}]"


def bound(task: Task) -> Task:
    """The task with all roles of its card bound by name, which has measures that it else has not."""
    made: Task = load("task", task.id)(task.n, named({role: f"organism/{role}" for role in task.card.roles}))
    return made


def task_page(task: Task) -> str:
    """A task's page: its card, and what the code declares."""
    card = task.card
    facts = [
        ("dimension", card.dimension),
        ("modality", card.modality),
        ("version", task.version),
        ("level", ", ".join(sorted(task.needs))),
        ("records", f"{task.records.pool}, {task.n} by default"),
        ("content", told.said if (told := measured(task.id, task.version, task.records.pool)) else ""),
        ("read blind", card.readers),
        ("source", card.source),
        ("guideline", card.guideline),
        ("threats", ", ".join(card.threats)),
        ("roles", ", ".join(card.roles) or "none: judged by rule"),
    ]
    lines = [f"# {card.title}", "", f"`{task.id}`", "", "| | |", "|---|---|"]
    lines += [f"| {key} | {value} |" for key, value in facts if value]
    lines += ["", "| measure | direction and range | what it counts |", "|---|---|---|"]
    whole = bound(task) if set(card.measures) - set(task.measures) else task
    for name in card.measures:
        mark = " (headline)" if name == task.headline else "" if name in task.measures else " (where a role is bound)"
        lines.append(f"| `{name}`{mark} | {direction(whole, name)} | {card.measures[name]} |")
    return "\n".join([*lines, "", card.prose, ""])


def shelf(tasks: list[Task]) -> str:
    """The table of all tasks."""
    lines = [
        "# The shelf",
        "",
        "Cores: different contents once names, places and numbers are taken out, of 2,000 records or all. Shared: how "
        "many of them two editions of 40 records have in common. Guessed: what a learner of words, trained on 400 "
        "records of another edition, gets right, beside chance; a dash where nothing has one of a few answers.",
        "",
        "| task | dimension | headline | what it measures | cores | shared | guessed (chance) |",
        "|---|---|---|---|---:|---:|---:|",
    ]
    for task in tasks:
        link = f"[`{task.id}`](tasks/{task.id}.md)"
        headline = f"`{task.headline}` {direction(task, task.headline)}"
        told = measured(task.id, task.version, task.records.pool)
        guess = f"{told.guess.right:.2f} ({told.guess.chance:.2f})" if told and told.guess else "–"
        content = f"{told.cores:,} | {told.repeated:.2f} | {guess}" if told else "– | – | –"
        lines.append(f"| {link} | {task.card.dimension} | {headline} | {task.card.title} | {content} |")
    return "\n".join([*lines, ""])


def short_shelf(page: str, tasks: list[Task]) -> str:
    """The README with a row a dimension between its marks: each task, its cores, and what words alone give away."""
    before, _, rest = page.partition(SHELF)
    _, _, after = rest.partition(SHELF_ENDS)
    rows: dict[str, list[str]] = {}
    for task in tasks:
        told = measured(task.id, task.version, task.records.pool)
        over = f" {told.guess.right - told.guess.chance:+.2f}" if told and told.guess else ""
        cores = f" {told.cores:,}{over}" if told else ""
        link = f"[{task.card.title}](docs/tasks/{task.id}.md)"
        rows.setdefault(task.card.dimension, []).append(link + cores)
    lines = ["| dimension | tasks, with their different contents and what words alone give away of the next edition |"]
    lines += ["|---|---|", *(f"| {dimension} | {' · '.join(held)} |" for dimension, held in sorted(rows.items()))]
    return "\n".join([before + SHELF, *lines, SHELF_ENDS + after])


def pool_list() -> str:
    """The table of all pools. Live ones are not asked how much they hold."""
    lines = [
        "# All pools",
        "",
        "| pool | records | what they are | origin | licence of the data |",
        "|---|---|---|---|---|",
    ]
    for name in names("pool"):
        pool = load("pool", name)
        if hasattr(pool, "using") and (name.startswith("graph.wiki") or getattr(pool, "role", "")):
            lines.append(f"| `{name}` | live | {pool.about} | asked when it is drawn from | |")
            continue
        about = pool.manifest
        rows = about["rows"] if isinstance(about["rows"], int) else "without end"
        lines.append(
            f"| `{name}` | {rows} | {pool.about} | {about['origin']} {about['revision']} | {about['licence']} |"
        )
    return "\n".join([*lines, ""])


def command_line() -> str:
    """The help of every command."""
    lines = ["# Command line", ""]
    context = click.Context(app, info_name="trustgen", max_content_width=100, terminal_width=100)
    lines += ["```", app.get_help(context), "```", ""]
    for name in COMMANDS:
        command = app.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, max_content_width=100, terminal_width=100)
        lines += [f"## {name}", "", "```", command.get_help(inner), "```", ""]
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """Every generated page."""
    tasks: list[Task] = [load("task", name)() for name in names("task")]
    made = {DOCS / "tasks" / f"{task.id}.md": task_page(task) for task in tasks}
    made |= {DOCS / "tasks.md": shelf(tasks), DOCS / "pool-list.md": pool_list(), DOCS / "cli.md": command_line()}
    made |= {CALIBRATIONS: calibrations(tasks), JUDGES: outside(JUDGES.read_text("utf-8"))}
    return made | {README: short_shelf(README.read_text("utf-8"), tasks)}


def outside(page: str) -> str:
    """The page of judges with what `outside.json` holds between its marks."""
    before, _, rest = page.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    head = ("judge", "sees", "on", "replies of", "rows", "unread", "sensitivity", "specificity")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    found = shipped("outside.json")
    read = [(c, labels) for c in found for labels in dict.fromkeys((c.right, in_full(c) or c.right))]
    lines += [f"| {' | '.join(row)} |" for row in dict.fromkeys(_figures(c, labels) for c, labels in read)]
    sets = {c.set: f"- `{c.set}`: {c.source}" + (f"; {c.licence}" if c.licence else "") for c in found}
    told = [*lines, "", *(text for _, text in sorted(sets.items()))] if sets else ["None are recorded yet."]
    return "\n".join([before + BEGINS, "", *told, "", ENDS + after])


def _figures(c: Calibration, labels: tuple[str, ...]) -> tuple[str, ...]:
    """A row of the table: a rule built in several ways has one, where its figures are the same."""
    confusion = c.confusion(labels)
    whole = f"`{c.set}`" + (f" ({c.language})" if c.language not in ("all", "en") else "")
    shares = ("–" if isnan(s.value) else f"{s.value:.2f} [{s.low:.2f}, {s.high:.2f}]" for s in _shares(confusion))
    return (f"`{c.name}`", ", ".join(labels), whole, c.family or "all", f"{c.rows:,}", str(confusion.unread), *shares)


def _shares(confusion: Confusion) -> tuple[Share, Share]:
    return confusion.sensitivity, confusion.specificity


def calibrations(tasks: list[Task]) -> str:
    """What the rule judges of the shelf, and those that tasks can be made of, do on the labelled sets."""
    judges = [*judges_of(tasks), refuses()]
    found = [c for judge in judges for c in calibrate(judge)]
    distinct = {(c.judge, c.kind, c.set, c.language): c for c in found}
    rows = sorted(distinct.values(), key=lambda c: (c.kind, c.name, c.judge, c.set, c.language))
    return msgspec.json.format(msgspec.json.encode(rows), indent=1).decode() + "\n"


def main() -> None:
    """Write or check."""
    wanted = pages()
    stale = [p for p, text in wanted.items() if not p.is_file() or p.read_text("utf-8") != text]
    stale += [p for p in (DOCS / "tasks").glob("*.md") if p not in wanted]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(DOCS.parent)} is out of date: run `make docs`")
        sys.exit(bool(stale))
    for path in stale:
        if path in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted[path], "utf-8")
        else:
            path.unlink()
    print(f"{len(wanted)} pages, {len(stale)} written")


if __name__ == "__main__":
    main()
