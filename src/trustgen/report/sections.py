"""The tasks of a run as parts of its page: what is asked, every measure, how the judge errs, cases to read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from trustgen.core import Direction, Estimate
from trustgen.core.shown import one_line
from trustgen.stats.planned import Pair
from trustgen.store import TaskEntry

from .answering import FEW
from .chosen import chosen
from .examples import Example
from .overview import Names
from .plots import Axis, Point, strip
from .prose import split_card
from .summary import Findings
from .words import (
    better,
    between,
    bounds,
    counted,
    human,
    interval,
    joint,
    judge_error,
    judged_so,
    missing,
    note,
    number,
    outside,
    readable,
)

KINDS = {
    "turned": "wrong here, right in another form of the same record",
    "wrong": "wrong",
    "differs": "decided otherwise in another form of the same record",
}
"""What an example shows, where its outcome does not say it already."""


@dataclass(frozen=True)
class Measured:
    """One measure: a cell of text for each model, and what is missing from it below."""

    first: Estimate
    caption: str
    methods: str
    cells: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """One task. `arms` are a measure's drawings by arm, `judges` what is known of judges and the models it is of."""

    entry: TaskEntry
    anchor: str
    asks: Markup
    limits: Markup
    more: dict[str, Markup]  # the card's other sections, by heading
    measures: list[Measured]
    few: list[Measured]
    arms: list[tuple[str, list[tuple[str, Markup]]]]
    judges: list[tuple[str, list[str]]]
    notes: list[tuple[str, str, str]]
    lacking: list[tuple[str, str]]  # model, level
    cases: list[tuple[str, list[Example], str]]  # model, examples, what they are
    harmful: str  # the class of its texts, where they may harm


def sections(found: Findings, names: Names) -> Iterator[Section]:
    """Every task, in the edition's order."""
    cases = chosen(found)
    for place, entry in enumerate(found.tasks, 1):
        yield _section(found, names, entry, f"task-{place}", cases)


def _section(
    found: Findings, names: Names, entry: TaskEntry, anchor: str, cases: Mapping[Pair, list[Example]]
) -> Section:
    prose = found.cards[entry.id].prose if entry.id in found.cards else ""
    asks, limits, more = split_card(prose, found.title(entry.id))
    held = found.measures(entry.id)
    every = {name: _measured(found, mine) for name, mine in held.items()}
    few = [name for name, mine in held.items() if max(e.counted for e in mine) < FEW and not mine[0].headline]
    pairs = [(model, cases.get((entry.id, model), [])) for model in found.manifest.models]
    return Section(
        entry=entry,
        anchor=anchor,
        asks=asks,
        limits=limits,
        more=more,
        measures=[made for name, made in every.items() if name not in few],
        few=[every[name] for name in few],
        arms=list(_arms(names, entry, held)),
        judges=_judges(names, [e for mine in held.values() for e in mine if e.headline]),
        notes=[n for mine in held.values() for e in mine if (n := _notes(names, e))],
        lacking=[(m, level) for (task, m), level in found.manifest.lacking.items() if task == entry.id],
        cases=[(model, mine, _summary(mine)) for model, mine in pairs if mine],
        harmful=entry.harm(found.cards.get(entry.id)),
    )


def _measured(found: Findings, mine: Sequence[Estimate]) -> Measured:
    first = mine[0]
    methods = dict.fromkeys(e.method for e in mine if not math.isnan(e.value))
    clusters = dict.fromkeys(f"{e.clusters:,}" for e in mine)
    return Measured(
        first=first,
        caption=found.caption(first) or better(first.direction, first.target),
        methods=f"{' or '.join(methods) or 'no interval'}, {' or '.join(clusters)} clusters",
        cells={e.model: _cell(e) for e in mine},
    )


def _cell(e: Estimate) -> tuple[str, str]:
    """A value with its interval and denominator; and what is missing, with what that could change."""
    gone = [f"{outside(e):,} scored, but not what it is over"] if outside(e) else []
    if lost := missing(e.outcomes):
        ends = [f"with missing {joint(e)}, bounds {bounds(e)}"] if not math.isnan(e.value) else []
        gone = [f"not scored: {lost}", *ends, *gone]
    return f"{number(e.value, e.range)} {interval(e)} {counted(e)}", "; ".join(gone)


def _judges(names: Names, headlines: Sequence[Estimate]) -> list[tuple[str, list[str]]]:
    """What is known of the judge of each headline, models of which the same is known together."""
    found: dict[str, list[str]] = {}
    for e in headlines:
        told = "; ".join(filter(None, (judge_error(e), judged_so(e), human(e))))
        found.setdefault(told, []).append(names.short[e.model])
    return list(found.items())


def _notes(names: Names, e: Estimate) -> tuple[str, str, str] | None:
    told = "; ".join(f"{readable(one_line(name))} {note(value) or '–'}" for name, value in e.notes.items())
    return (readable(e.measure), names.short[e.model], told) if told else None


def _arms(
    names: Names, entry: TaskEntry, held: Mapping[str, list[Estimate]]
) -> Iterator[tuple[str, list[tuple[str, Markup]]]]:
    """The measures that a task takes in more than one arm: `flip_rate` and `flip_rate_persona`, by arm."""
    by_name: dict[str, list[tuple[str, Markup]]] = {}
    for name, mine in held.items():
        arm = next((arm for arm in entry.arms if name.endswith(f"_{arm}")), "")
        title = readable(arm or mine[0].arm or "overall")
        if max(e.counted for e in mine) >= FEW:
            by_name.setdefault(name.removesuffix(f"_{arm}"), []).append((title, _drawn(names, title, mine)))
    for name, rows in by_name.items():
        if len(rows) > 1:
            yield readable(name), rows


def _drawn(names: Names, title: str, mine: Sequence[Estimate]) -> Markup:
    low, high = mine[0].range
    axis = Axis(high, low) if mine[0].direction == Direction.LOWER else Axis(low, high)
    points = [Point(names.places[e.model], e.value, e.low, e.high, *e.bounds) for e in mine if e.model in names.places]
    said = (f"{names.short[e.model]} {number(e.value, e.range)} {between(e.low, e.high, e.range)}" for e in mine)
    return strip(axis, points, f"{title}, {readable(mine[0].measure)}: {'; '.join(said)}", at=mine[0].target)


def judged(x: Example) -> str:
    """What the judge made of a reply."""
    read = f"read as “{one_line(x.label)}”" if x.label else ""
    return ": ".join(filter(None, (read, one_line(x.reason, 400))))


def _summary(mine: Iterable[Example]) -> str:
    """`5 wrong, 1 refused`."""
    told = {"turned": "wrong", "differs": "decided otherwise"}
    counts = Counter(told.get(x.kind, x.kind) for x in mine)
    return ", ".join(f"{n} {kind}" for kind, n in counts.items())
