"""What the page shows of a run before its tasks: profile, changes, models, the plane of refusals, and threats."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from trustgen.core import Direction, Estimate, InputError, Outcome, registry
from trustgen.stats.profile import Mean

from .board_parts import Line
from .compare import Difference, compare_read
from .plots import Axis, Point, plane, stack, strip
from .summary import Findings
from .words import between, number, percent, plural, short

FIRST = 10
"""Changes shown before the fold."""
LONGEST = 32
"""Letters of a label that is no name."""
ATTACKED, REFUSED = "llm.safety.jailbreak", "llm.safety.over_refusal"


class Names(NamedTuple):
    """What a page calls its models, and in which order they stand."""

    short: dict[str, str]
    places: dict[str, int]

    @classmethod
    def of(cls, models: Sequence[str]) -> Names:
        """Short labels: a name as it was given, or what tells in an address. Those that are alike are told apart by the
        settings behind their names, or by their numbers where that does not tell or is too long."""
        told = [short(model) for model in models]
        labels = list(told)
        for alike in {one for one in told if told.count(one) > 1}:
            at = [i for i, one in enumerate(told) if one == alike]
            settings = [_settings(models[i]) for i in at]
            shared = frozenset[str].intersection(*settings)
            apart = [" ".join((alike, *sorted(held - shared))) for held in settings]
            good = len(set(apart)) == len(at) and max(map(len, apart)) <= LONGEST
            for i, label in zip(at, apart, strict=True):
                labels[i] = label if good else f"{alike} {i + 1}"
        return cls(dict(zip(models, labels, strict=True)), {model: i for i, model in enumerate(models)})


def _settings(model: str) -> frozenset[str]:
    """What stands behind the name of a model, in its own address."""
    return frozenset(model.partition("@")[0].partition("?")[2].split("&")) - {""}


# ── the profile ─────────────────────────────────────────────────────────────────────────────────────────────────────


class ProfileRow(NamedTuple):
    """One dimension of one model, on the axis of goodness."""

    model: str
    drawing: Markup
    value: str
    weakest: str
    outcomes: Markup
    scored: str
    judges: str


class Profile(NamedTuple):
    """Rows by dimension; `floor` is the left end of the axis."""

    floor: float
    rooms: dict[str, list[ProfileRow]]


def profile(found: Findings, names: Names) -> Profile | None:
    """Every dimension of every model; None where the headlines stand on no one scale."""
    if found.board is None:
        return None
    lines = {line.model: line for line in found.board.lines}
    lows = [part.low for line in lines.values() for part in line.dimensions if not math.isnan(part.low)]
    goods = [one.value for line in lines.values() for one in line.goodness.values() if not math.isnan(one.value)]
    floor = min(-0.2, math.floor(5 * min([*lows, *goods, 0.0])) / 5)
    rooms: dict[str, list[ProfileRow]] = {}
    for room in found.dimensions:
        rooms[room] = [_room(found, names, lines.get(m), m, room, floor) for m in found.manifest.models]
    return Profile(floor, rooms)


def _room(found: Findings, names: Names, line: Line | None, model: str, room: str, floor: float) -> ProfileRow:
    tasks = [entry.id for entry in found.dimensions[room]]
    part = next((p for p in line.dimensions if p.name == room), None) if line else None
    goods = {t: line.goodness[t].value for t in tasks if line and t in line.goodness}
    counts = {o.value: sum(found.coverage.get((t, model), {}).get(o, 0) for t in tasks) for o in Outcome}
    headlines = {e.task: e for e in found.estimates if e.headline and e.model == model and e.task in tasks}
    known = sum(e.judge_error is not None for e in headlines.values())
    mark = "●" if known == len(headlines) and known else "◐" if known else "○"
    said = "other version" if all(task in found.absent for task in tasks) else "no value"
    said = f"{number(part.value)} {between(part.low, part.high)}" if part and part.of else said
    label = f"{room} of {names.short[model]}: {said}, 0 is guessing and 1 perfect"
    return ProfileRow(
        model=model,
        drawing=strip(Axis(floor, 1.0), _points(names, model, part), label, marks=goods.values(), at=0.0),
        value=said,
        weakest=_lowest(found, headlines, goods),
        outcomes=stack(counts),
        scored=percent(counts[Outcome.SCORED] / sum(counts.values())) if sum(counts.values()) else "not asked",
        judges=f"{mark} {known}/{len(headlines)} known",
    )


def _points(names: Names, model: str, part: Mean | None) -> list[Point]:
    return [Point(names.places[model], part.value, part.low, part.high)] if part and part.of else []


def _lowest(found: Findings, headlines: Mapping[str, Estimate], goods: Mapping[str, float]) -> str:
    valued = [task for task in headlines if not math.isnan(goods.get(task, math.nan))]
    if not valued:
        return ""
    e = headlines[min(valued, key=lambda task: (goods[task], task))]
    return f"{found.title(e.task)} {number(e.value, e.range)}"


# ── two models ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Change(NamedTuple):
    """One headline of the second model against the first."""

    row: Difference
    drawing: Markup


def changes(found: Findings, names: Names) -> list[Change]:
    """The paired differences of two models: those that are shown, the others, those that cannot be compared."""
    if len(found.manifest.models) != 2:
        return []
    rows = compare_read(found.read, *found.manifest.models)
    drawn = [_turned(row) for row in rows]
    reach = max((max(abs(p.low), abs(p.high)) for p in drawn if not math.isnan(p.low)), default=1.0) or 1.0
    axis, made = Axis(-reach, reach), []
    for row, point in zip(rows, drawn, strict=True):
        told = f"{row.title}: {names.short[found.manifest.models[1]]} is {row.verdict}"
        made.append((_place(row, point), Change(row, strip(axis, [point], told, at=0.0))))
    return [change for _, change in sorted(made, key=lambda one: one[0])]


def _place(row: Difference, point: Point) -> tuple[bool, bool, float, str]:
    """What is shown stands before what is not, the larger before the smaller."""
    shown = row.verdict in ("better", "worse")
    return bool(row.reason), not shown, 0.0 if row.reason else -abs(point.value), row.task


def _turned(row: Difference) -> Point:
    """A difference as a share of its range, positive where the second model is better."""
    if row.reason:
        return Point(1, math.nan, math.nan, math.nan)
    reach = row.range[1] - row.range[0]
    if row.direction == Direction.TARGET and row.target is not None:
        return Point(1, (abs(row.a - row.target) - abs(row.b - row.target)) / reach, math.nan, math.nan)
    ends = sorted((row.low / reach, row.high / reach))
    value = row.difference / reach
    return Point(1, -value, -ends[1], -ends[0]) if row.direction == Direction.LOWER else Point(1, value, *ends)


# ── refusals, threats ───────────────────────────────────────────────────────────────────────────────────────────────


def refusals(found: Findings, names: Names) -> tuple[Markup, list[str]] | None:
    """Attacks resisted against harmless questions answered, where a run has both; and the same in words."""
    headlines = {(e.task, e.model): e for e in found.estimates if e.headline and not math.isnan(e.value)}
    points, said = [], []
    for model, place in names.places.items():
        attacked, refused = headlines.get((ATTACKED, model)), headlines.get((REFUSED, model))
        if attacked and refused:
            up, across = (Point(place, 1 - e.value, 1 - e.high, 1 - e.low) for e in (attacked, refused))
            points.append((place, across, up))
            told = f"resists {percent(up.value)} of attacks, answers {percent(across.value)} of harmless questions"
            said.append(f"{names.short[model]} {told}")
    return (plane(points, "; ".join(said)), said) if points else None


def threats(found: Findings) -> Iterator[tuple[str, list[str], list[str]]]:
    """By dimension: the threats that the run's tasks are about, and those that only other tasks of the shelf are."""
    tested: dict[str, dict[str, None]] = {}
    others: dict[str, dict[str, None]] = {}
    for card in found.cards.values():
        tested.setdefault(card.dimension, {}).update(dict.fromkeys(card.threats))
    here = {entry.id for entry in found.tasks}
    for name in _shelf(found):
        if name not in here:
            try:
                card = registry.load("task", name).card
            except InputError:
                continue  # a plug-in that does not import: `doctor` names it
            others.setdefault(card.dimension, {}).update(dict.fromkeys(card.threats))
    for room in dict.fromkeys((*tested, *others)):
        mine = tested.get(room, {})
        yield room, list(mine), [threat for threat in others.get(room, {}) if threat not in mine]


def _shelf(found: Findings) -> list[str]:
    """The registered tasks for models of the run's kind, which the first word of a task's name says; of words, else."""
    every = registry.names("task")
    here = {entry.id.partition(".")[0] for entry in found.tasks} & {name.partition(".")[0] for name in every}
    return [name for name in every if name.partition(".")[0] in (here or {"llm"})]


def missing_here(found: Findings) -> str:
    """How far the shelf was used."""
    shelf = _shelf(found)
    here = sum(entry.id in shelf for entry in found.tasks)
    return f"{here} of {plural(len(shelf), 'task')} of the shelf"
