"""`trustgen plan`."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trustgen.core import InputError

from .margins import by_task, margin, margins_of
from .options import asked_of, asking, building, common, edition_of, judges_in, prices_of, repeating, seeding
from .saying import print_json, say

if TYPE_CHECKING:
    from rich.console import Console

    from trustgen.run import Plan, Settings
    from trustgen.run.plan import TaskPlan


@click.command("plan")
@click.argument("target", metavar="EDITION|SUITE")
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="[NAME=]URI",
    help="A model, and what to call it; repeat for several.",
)
@building
@click.option(
    "--role", "role", multiple=True, metavar="judge=URI", help="Plan for a judging model; several judges make a panel."
)
@asking
@repeating
@seeding
@margin("Say how likely an equal model passes this `--margin` of `compare`; repeat for several.")
@click.option(
    "--detect", type=float, metavar="D", help="Say how many records show a difference of D between two models, as .05."
)
@click.option("--probe", is_flag=True, help="Ask each model up to five cases first: closer bounds, paid for.")
@common
def command(
    target: str,
    models: tuple[str, ...],
    n: int | None,
    salt: str,
    role: tuple[str, ...],
    probe: bool,
    detect: float | None,
    margins: tuple[str, ...],
    as_json: bool,
    **asked: Any,
) -> None:
    """Say what a run would cost before it runs: calls, tokens, money and time, each from least to most.

    Also how narrow the intervals would be, what difference between two models would show, and what --until-width saves.
    """
    from trustgen.run import plan
    from trustgen.run.earlier import RUNS, earlier_looks, price_of_looking

    judging = judges_in(role)
    if detect is not None and not 0 < detect < 1:
        raise InputError(f"--detect {detect:g}: a difference of shares lies between 0 and 1, as .05")
    if spare := [text for text in role if text not in judging]:
        raise InputError(f"--role {spare[0]}: a plan binds judges alone; build the edition first, then plan its run")
    told = asked_of(models, role, **asked)
    settings = told.settings
    wished = margins_of(margins)
    known = prices_of((*told.models, *told.roles.values()), asked["price"], asked["price_table"])
    with tempfile.TemporaryDirectory() as scratch:
        edition = edition_of(target, n, salt, Path(scratch) / "edition", quiet=as_json)
        judges = told.bound(judging=True)
        allowed = by_task(wished, [entry.id for entry in edition.manifest.tasks])
        opened = told.opened()
        looks = earlier_looks(edition.manifest, [model.at for model in opened], [RUNS], Path(scratch))
        rows = plan(
            edition, opened, known, roles=judges, settings=settings, probe=probe, margins=allowed, detect=detect
        )
    if as_json:
        print_json(rows)
        return
    _show(rows, settings, detect)
    if text := price_of_looking(looks, edition.manifest.salt):
        say(f"\n{text}")


def _show(rows: Sequence[Plan], settings: Settings, detect: float | None) -> None:
    from trustgen.report.console import console as made

    console = made()
    console.width = min(console.width, 100)
    console.print(_models(rows))
    for line in _remarks(rows, settings):
        console.print(line, style="dim")
    for row in rows:
        if row.role or row is rows[0] or [t.task for t in row.tasks] != [t.task for t in rows[0].tasks]:
            _show_tasks(row, console)
    width = settings.until_width
    if tasks := rows[0].tasks:
        console.print(_precision(tasks, width))
        for line in _meaning(tasks, width):
            console.print(line, style="dim")
    if detect and tasks:
        console.print(_detecting(tasks, detect))
        for line in _detected(tasks, detect):
            console.print(line, style="dim")


def _names(tasks: Sequence[TaskPlan]) -> dict[str, str]:
    """What to call each task in a narrow table: the last word of its id, where no other has the same."""
    last = [task.task.rpartition(".")[2] for task in tasks]
    return {task.task: task.task if last.count(name) > 1 else name for task, name in zip(tasks, last, strict=True)}


def _detecting(tasks: Sequence[TaskPlan], detect: float) -> Any:
    """What showing a difference takes of every task: of the first model, by what the plan says of a record."""
    table = _table(f"to show {_share(detect)}", "records", "there are", "calls", "US dollars")
    names = _names(tasks)
    for task in tasks:
        assert task.detects is not None
        times = task.detects / task.clusters
        usd = _usd(tuple(end * times for end in task.usd)) if task.usd else "unknown"  # type: ignore[arg-type]
        held = "no end" if task.held is None else f"{task.held:,}"
        calls = _span((task.least_calls * times, task.calls * times))
        table.add_row(f"{names[task.task]}\n  {task.headline}", f"{task.detects:,}", held, calls, usd)
    return table


def _detected(tasks: Sequence[TaskPlan], detect: float) -> Iterator[str]:
    yield (
        f"records that show a difference of {_share(detect)} from a rate of one half, where it is hardest, with a "
        "power of .8 and adjusted as above; calls and dollars are those of the first model."
    )
    if short := [task.task for task in tasks if task.held is not None and task.held < (task.detects or 0)]:
        yield f"not to be had, since there are fewer records: {', '.join(short)}"


def _meaning(tasks: Sequence[TaskPlan], width: float | None) -> Iterator[str]:
    """What the columns of `_precision` say."""
    tests = tasks[0].tests
    among = f"{tests} tests, all pairs of models on all headlines, as `compare` adjusts" if tests > 1 else "one test"
    yield (
        "if every record counts once and is scored; of a flip or mend rate, half of them, since the control must be "
        "right (or wrong) first. ± is half of the 95 % interval at that rate; Δ the smallest difference that two "
        f"models show with a power of .8 among {among}, their results correlating by .5"
        + (f"; asked, the share of records until the interval is {width:g} wide." if width else ".")
    )
    if held := [task for task in tasks if task.passes]:
        rates = [rate.lstrip("0") for rate in held[0].passes or ()]
        whole = [math.prod((task.passes or {})[rate] for task in held) for rate in held[0].passes or ()]
        yield (
            f"M is the chance that an equal model passes the margin; all {len(held)} at once: "
            + ", ".join(f"{chance:.2g} at {rate}" for rate, chance in zip(rates, whole, strict=True))
            + "."
        )


def _table(*columns: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", padding=(0, 1), collapse_padding=True)
    table.add_column(columns[0], overflow="fold", min_width=16, max_width=44)
    for name in columns[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _models(rows: Sequence[Plan]) -> Any:
    table = _table("model", "calls", "tokens in", "tokens out", "US dollars", "time")
    for row in rows:
        name = f"{row.model} ({row.role})" if row.role else row.model
        calls = _span((row.least_calls, row.calls))
        times = f"{_time(row.seconds[0])}–{_time(row.seconds[1])}"
        table.add_row(name, calls, _span(row.prompt_tokens), _span(row.completion_tokens), _usd(row.usd), times)
    return table


def _show_tasks(row: Plan, console: Console) -> None:
    table = _table("task", "records", "calls", "tokens in", "tokens out", "US dollars")
    names = _names(row.tasks)
    for task in row.tasks:
        counts = (f"{task.clusters:,}", _span((task.least_calls, task.calls)))
        table.add_row(
            names[task.task], *counts, _span(task.prompt_tokens), _span(task.completion_tokens), _usd(task.usd)
        )
    console.print(f"\n{row.model}" + (f" as {row.role}" if row.role else ""), style="bold")
    console.print(table)


def _precision(tasks: Sequence[TaskPlan], width: float | None) -> Any:
    rates = [f"{rate:g}".lstrip("0") for rate in (0.5, 0.9)]
    columns = ["headline", *(f"±\n{rate}" for rate in rates), *(f"Δ\n{rate}" for rate in rates)]
    margins, names = any(task.passes for task in tasks), _names(tasks)
    columns += [f"M\n{rate}" for rate in rates] if margins else []
    foreseen = next((task.until_width for task in tasks if task.until_width), {}) if width else {}
    table = _table(*columns, *(f"asked\n{rate.lstrip('0')}" for rate in foreseen or ()))
    for task in tasks:
        cells = [*task.half_widths.values(), *task.differences.values()]
        cells += (task.passes or dict.fromkeys(rates, math.nan)).values() if margins else ()
        stops = [
            f"{task.until_width[rate] / task.clusters:.0%}" if task.until_width else "–" for rate in foreseen or ()
        ]
        table.add_row(f"{names[task.task]}\n  {task.headline}", *(_share(cell) for cell in cells), *stops)
    return table


def _remarks(rows: Sequence[Plan], settings: Settings) -> list[str]:
    """Where the bounds come from, in sentences."""
    from trustgen.run.prices import FREE, MEND

    lines = []
    for row in rows:
        if row.price is None:
            lines.append(f"nobody knows what {row.model} costs: {MEND}")
        elif row.price is FREE:
            lines.append(f"{row.model} costs nothing: it {FREE.source}")
        elif row.price.source:
            lines.append(f"price of {row.model}: {row.price}")
        if row.trial:
            lines.append(_tried(row))
        if row.before:
            lines.append(_before(row))
        if row.role:
            lines.append(f"how many replies reach {row.model} is unknown: from none to all, each asked for twice")
        low, high = row.latency
        calls = f"{row.at_once[0]}" if row.at_once[0] == row.at_once[1] else f"{row.at_once[0]} to {row.at_once[1]}"
        whence = "measured" if row.trial and row.trial.seconds else "assumed"
        lines.append(f"time of {row.model}: {calls} calls at once, {low:.2g} to {high:.2g} s each ({whence})")
    lines.append("calls that fail and are tried again come on top")
    if settings.budget.usd is not None:
        most = sum(row.usd[1] for row in rows if row.usd)
        if most > settings.budget.usd:
            lines.append(f"a budget of {settings.budget.usd:g} US dollars may stop this run: it costs up to {most:.2f}")
    return lines


def _before(row: Plan) -> str:
    """What questions to a model itself cost, in words."""
    from trustgen.run.seeds import PICTURES

    seed, makes = divmod(row.before, PICTURES)
    asks = ["whether it makes any"] * makes + ["whether one seed gives one"] * seed
    usd = f", {row.before * row.price.image:.2g} US dollars" if row.price and row.price.image else ""
    return f"pictures of {row.model} before the first case, on top: {row.before}{usd} ({', and '.join(asks)})"


def _tried(row: Plan) -> str:
    assert row.trial
    spent = row.trial.spent
    money = f", {row.price.of(spent):.4f} US dollars" if row.price else ""
    text = f"spent on trying {row.model}: {spent.calls} calls, {spent.tokens} tokens{money}"
    if row.trial.failed:
        return f"{text}; a call failed: {row.trial.failed}"
    return text if row.trial.reply else f"{text}; it counts no tokens, so only the time is measured"


def _span(span: tuple[float, float]) -> str:
    low, high = (_count(value) for value in span)
    return low if low == high else f"{low}–{high}"


def _usd(span: tuple[float, float] | None) -> str:
    if span is None:
        return "unknown"
    places = 2 if span[1] >= 1 else 4
    return "0" if not span[1] else f"{span[0]:.{places}f}–{span[1]:.{places}f}"


def _count(value: float) -> str:
    if value < 10_000:
        return f"{value:,.0f}"
    return f"{value / 1e3:.0f}k" if value < 999_500 else f"{value / 1e6:.1f}M"


def _share(value: float) -> str:
    from trustgen.report.words import number

    text = number(value)
    return text.replace("0.", ".")


def _time(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds / size:.1f}{unit}"
    return f"{seconds:.0f}s"
