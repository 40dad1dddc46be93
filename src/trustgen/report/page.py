"""A run as one HTML page that needs nothing else: no network, no script, styles and drawings inline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from trustgen.core import OUTCOMES, Estimate
from trustgen.core.shown import shown
from trustgen.store import TaskEntry

from . import words
from .examples import Example
from .plots import Axis, dot_row, empty_row, ruler, stack
from .prose import split_card
from .summary import Findings
from .tables import write_text

if TYPE_CHECKING:
    from jinja2 import Environment

KINDS = {
    "turned": "wrong here, right in another form of the same record",
    "wrong": "wrong",
    "differs": "decided otherwise in another form of the same record",
}
"""What an example shows, where its outcome does not say it already."""


@dataclass(frozen=True)
class Row:
    """One model's line in a plot. `estimate` is None where there is no number, and `said` is why."""

    model: str
    drawing: Markup
    estimate: Estimate | None = None
    said: str = ""


@dataclass(frozen=True)
class Block:
    """The rows that belong to one measure of one task."""

    title: str
    first: Estimate
    rows: list[Row]


@dataclass(frozen=True)
class Panel:
    """Blocks that share one axis."""

    axis: Axis
    ruler: Markup
    blocks: list[Block]


@dataclass(frozen=True)
class Section:
    """One task."""

    entry: TaskEntry
    anchor: str
    asks: Markup
    limits: Markup
    more: dict[str, Markup]  # the card's other sections, by heading
    families: list[tuple[str, list[Panel]]]  # a measure, and itself by arm
    measures: dict[str, list[Estimate]]
    lacking: list[tuple[str, str]]  # model, level
    cases: list[tuple[str, list[Example], str]]  # model, examples, what they are


def write_html(found: Findings, path: Path) -> Path:
    """Write the page; returns its path."""
    return write_text(path, render(found))


def render(found: Findings) -> str:
    """The page as text."""
    return (
        _environment()
        .get_template("report.html")
        .render(
            found=found,
            run=found.manifest,
            profile=list(profile(found)),
            sections=[_section(found, entry, i) for i, entry in enumerate(found.tasks, 1)],
            coverage=[(found.title(entry.id), list(_coverage(found, entry.id))) for entry in found.tasks],
            outcomes=OUTCOMES,
        )
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"words": words, "kinds": KINDS}
    return made


def _plain(value: Any) -> Any:
    """Whatever the template prints, wherever it came from, holds no control character."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


# ── plots ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def profile(found: Findings) -> Iterator[Panel]:
    """The headlines of every task and model; measures of one range share an axis."""
    blocks = []
    for entry in found.tasks:
        headlines = [e for e in found.estimates if e.task == entry.id and e.headline]
        if headlines:
            blocks.append(_block(found, found.title(entry.id), headlines))
    return _panels(blocks)


def families(found: Findings, entry: TaskEntry) -> dict[str, list[Block]]:
    """The measures that a task takes in more than one arm: `flip_rate` and `flip_rate_persona`, by arm."""
    by_name: dict[str, list[Block]] = {}
    for name, mine in found.measures(entry.id).items():
        arm = next((arm for arm in entry.arms if name.endswith(f"_{arm}")), "")
        title = words.readable(arm or mine[0].arm or "overall")
        by_name.setdefault(name.removesuffix(f"_{arm}"), []).append(_block(found, title, mine))
    return {name: blocks for name, blocks in by_name.items() if len(blocks) > 1}


def _block(found: Findings, title: str, estimates: list[Estimate]) -> Block:
    first = estimates[0]
    axis = Axis(*first.range)
    by_model = {e.model: e for e in estimates}
    rows = []
    for model in found.manifest.models:
        if e := by_model.get(model):
            rows.append(Row(model, dot_row(e, axis, simulated=found.simulated(model)), e))
        else:
            rows.append(Row(model, empty_row(axis), said=_absent(found, first.task, model)))
    return Block(title, first, rows)


def _absent(found: Findings, task: str, model: str) -> str:
    """Why a pair has no number."""
    level = found.manifest.lacking.get((task, model))
    return f"not applicable, lacks {level}" if level else "no numbers yet"


def _coverage(found: Findings, task: str) -> Iterator[tuple[str, Markup, str]]:
    """For each model: its name, the bar of outcomes, and the sum in words."""
    for model in found.manifest.models:
        counts = found.coverage.get((task, model))
        yield (model, stack(counts), words.total(counts)) if counts else (model, stack({}), _absent(found, task, model))


def _panels(blocks: list[Block]) -> Iterator[Panel]:
    by_range: dict[tuple[float, float], list[Block]] = {}
    for block in blocks:
        by_range.setdefault(block.first.range, []).append(block)
    for span, mine in by_range.items():
        yield Panel(Axis(*span), ruler(Axis(*span)), mine)


# ── a task ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _section(found: Findings, entry: TaskEntry, place: int) -> Section:
    prose = found.cards[entry.id].prose if entry.id in found.cards else ""
    asks, limits, more = split_card(prose)
    pairs = [(model, found.examples.get((entry.id, model), [])) for model in found.manifest.models]
    return Section(
        entry=entry,
        anchor=f"task-{place}",
        asks=asks,
        limits=limits,
        more=more,
        families=[(name, list(_panels(blocks))) for name, blocks in families(found, entry).items()],
        measures=found.measures(entry.id),
        lacking=[(m, level) for (task, m), level in found.manifest.lacking.items() if task == entry.id],
        cases=[(model, mine, _summary(mine)) for model, mine in pairs if mine],
    )


def _summary(mine: Iterable[Example]) -> str:
    """`5 wrong, 1 refused`."""
    told = {"turned": "wrong", "differs": "decided otherwise"}
    counts = Counter(told.get(x.kind, x.kind) for x in mine)
    return ", ".join(f"{n} {kind}" for kind, n in counts.items())
