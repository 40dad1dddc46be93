"""Progress on a terminal: one bar a model, with time left, tokens, cost and outcomes. All of it on stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Column

from trustgen.core import OUTCOMES, Outcome, Response, Verdict
from trustgen.core.shown import one_line
from trustgen.report.console import console as made
from trustgen.report.words import short
from trustgen.run import Price
from trustgen.store import Spent

WIDE = 110
"""Columns from which there is room for longer bars, and for the time that has gone."""
NAME = 18


class Bars:
    """A context manager that satisfies `trustgen.run.Progress`."""

    def __init__(self, prices: Mapping[str, Price], *, quiet: bool = False) -> None:
        self._console = made(stderr=True, quiet=quiet)
        self._prices = prices
        wide = self._console.width >= WIDE
        self._bars = RichProgress(
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
            BarColumn(bar_width=20 if wide else 6, table_column=Column(no_wrap=True)),
            MofNCompleteColumn(table_column=Column(no_wrap=True)),
            *([TimeElapsedColumn()] if wide else []),
            TextColumn("left", table_column=Column(no_wrap=True)),
            TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True)),
            # Whatever room there is: it alone is cut where there is little, and what it cost comes first in it.
            TextColumn("{task.fields[detail]}", markup=False, table_column=Column(ratio=1, no_wrap=True)),
            console=self._console,
            expand=True,
            refresh_per_second=4,
            disable=quiet or not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._seen: dict[str, int] = {}
        self._total: dict[str, int] = {}
        self._outcomes: dict[str, Counter[str]] = {}
        self._spent: dict[str, Spent] = {}

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for model in self._tasks:
            self._draw(model)
        self._bars.stop()

    def plan(self, model: str, cases: int, done: int) -> None:
        """Start a model's bar."""
        self._tasks[model] = self._bars.add_task(one_line(short(model), NAME), total=cases, completed=done, detail="")
        self._seen[model], self._total[model] = done, cases
        self._outcomes[model] = Counter()
        self._spent[model] = Spent()
        if not self._console.is_terminal:
            self.note(f"{model}: {cases} cases" + (f", {done} of them stored already" if done else ""))

    def row(self, response: Response | None, verdict: Verdict) -> None:
        """Count a row; the bar is redrawn at most every 32nd, since drawing costs more than counting."""
        model = verdict.model
        self._seen[model] += 1
        self._outcomes[model][verdict.outcome] += 1
        if response is not None:
            self._spent[model].add(response)
        if self._bars.disable:
            step = max(1, self._total[model] // 10)
            if self._seen[model] % step == 0:
                self.note(f"{model}: {self._seen[model]}/{self._total[model]}  {self._detail(model)}")
        elif self._seen[model] % 32 == 0 or sum(self._outcomes[model].values()) < 64:
            self._draw(model)

    def note(self, text: str) -> None:
        """A line above the bars."""
        self._bars.console.print(text)

    def _draw(self, model: str) -> None:
        self._bars.update(self._tasks[model], completed=self._seen[model], detail=self._detail(model))

    def _detail(self, model: str) -> str:
        """Dollars, tokens, pictures, and the outcomes that are not plain scores."""
        spent, counts = self._spent[model], self._outcomes[model]
        parts = [f"${self._prices[model].of(spent):.2f}"] if model in self._prices else []
        if spent.tokens or not spent.images:
            parts.append(f"{spent.tokens / 1000:.1f}k tok")
        if spent.images:
            parts.append(f"{spent.images:,} pic")
        parts += [f"{counts[o]} {o.value}" for o in OUTCOMES if o != Outcome.SCORED and counts[o]]
        return " · ".join(parts)


@contextmanager
def building_bar(
    what: str = "building", *, quiet: bool
) -> Iterator[tuple[Callable[[int, int], None], Callable[[str], None]]]:
    """A bar for what is gone through one by one, on a terminal only; yields what tells it and what notes a line."""
    console = made(stderr=True, quiet=quiet)
    columns = (TextColumn(what), BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn())
    left = (TextColumn("left"), TimeRemainingColumn(compact=True))
    with RichProgress(
        *columns, *left, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bars:
        bar = bars.add_task(what, total=None)

        def progress(done: int, meant: int) -> None:
            if done % 64 == 0 or meant < 1_000:
                bars.update(bar, completed=done, total=meant)

        yield progress, bars.console.print


@contextmanager
def reading(text: str, *, quiet: bool) -> Iterator[None]:
    """A line that stays while something is read, on a terminal only."""
    console = made(stderr=True, quiet=quiet)
    if quiet or not console.is_terminal:
        yield
        return
    with console.status(text):
        yield
