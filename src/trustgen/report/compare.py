"""Two models of one run on the same cases: paired differences, with one family of tests for the whole run.

The headlines of the run, on all pairs of its models, are the declared primary family (`family`) and are held to the
chance of *any* false finding (Holm 1979). Every other measure is secondary and is held to the expected share of false
findings (Benjamini and Hochberg 1995).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from trustgen.core import Direction, InputError, Measure, Task
from trustgen.stats import Grades, paired_difference
from trustgen.stats.compare import Difference as Paired
from trustgen.stats.effects import Effect, cohen_h, discordant_odds, relative_risk
from trustgen.stats.grades import Floats
from trustgen.stats.multiplicity import Family
from trustgen.store import RunFolder

from .family import MARGIN, Verdict, p_values, to_show, verdict
from .reading import ReadRun, read_run, same_verdicts
from .words import EXACT

INTERVALS = "Each interval is at 95 % for its own measure alone, unadjusted across tasks."

SHARED = ("a", "b", "difference", "low", "high", "method", "p", "p_method", "counted", "missing", "clusters")
"""What a row takes over from the paired difference as it is."""

Role = Literal["primary", "secondary"]
Margin = float | Mapping[str, float] | None


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """Cohen's h of b against a (-π..π) with its 95 % limits.

    `word` is for the value and `at_least` for the limit nearest to no effect; `words` is whose words they are.
    """

    h: float
    low: float
    high: float
    word: str
    at_least: str
    words: str


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """How much more often right the judge would have to be on one model's replies than on the other's to make b − a.

    `sensitivity` is that difference on replies that truly count, `specificity` on those that do not: either alone would
    make all of what is seen; above 1, none could. Where a share `rate` of both models' replies truly counts, it moves
    by `rate` of a difference of sensitivity, and by the rest of one of specificity.
    """

    sensitivity: float
    specificity: float
    rate: float


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Model b less model a on one measure; `simulated` says of a and of b whether it is an organism.

    `a`, `b` and `difference` are over the `counted` cases that both models have; `missing` is how many of the
    planned cases at least one lacks. `p` is unadjusted, `adjusted` is after `adjustment` over the `family` tests
    that `role` names, and `verdict` speaks of b by the adjusted one; where it is "not comparable", `reason` says
    why. "equivalent" needs the whole interval within `within` of 0, in the measure's own unit; what is "not shown"
    would be by about `needed` clusters, were the difference as large as the one seen (0: no number can be named).
    `identical`: the two have the same verdict on every case. `size` is `None`, and `ratios` are none, where the
    measure is no share. `not_worse` says whether b is shown to be worse by no more than `margin`, in the measure's
    unit; `None` where no margin was asked for.

    `mended` and `broken` are records of a share on which b did better, and worse, where both have a case that counts.

    `lowest` and `highest` bound the difference over all planned cases, however those missing for either had ended;
    `nan` where no bound is known. `explained` is how far the judge's errors on the two models' replies would have to
    lie apart to make all of the difference, where neither is better; `None` where the measure is no share of cases.
    """

    task: str
    title: str
    verdict: Verdict | Literal["not comparable"]
    role: Role = "primary"
    simulated: tuple[bool, bool] = (False, False)
    reason: str = ""
    measure: str = ""
    direction: Direction = Direction.HIGHER
    range: tuple[float, float] = (0.0, 1.0)
    target: float | None = None
    a: float = math.nan
    b: float = math.nan
    difference: float = math.nan
    low: float = math.nan
    high: float = math.nan
    method: str = ""
    p: float = math.nan
    p_method: str = ""
    adjusted: float = math.nan
    adjustment: str = ""
    size: Size | None = None
    ratios: tuple[Effect, ...] = ()
    family: int = 0
    within: float = math.nan
    needed: int = 0
    identical: bool = False
    margin: float | None = None
    not_worse: bool | None = None
    lowest: float = math.nan
    highest: float = math.nan
    explained: Explained | None = None
    mended: int = 0
    broken: int = 0
    counted: int = 0
    missing: int = 0
    clusters: int = 0


class Pairing(NamedTuple):
    """One measure of one task, and how two models did on its planned cases."""

    task: str
    title: str
    name: str
    measure: Measure
    a: Grades
    b: Grades
    role: Role = "primary"


def compare_models(
    folder: Path, a: str, b: str, *, all_measures: bool = False, margin: Margin = None
) -> list[Difference]:
    """Compare model `b` with model `a` on the headline of every task of a run, and on `all_measures` if wished.

    `margin` is a share of each measure's range, so 0.02 is two points of an accuracy; or such shares by task, that of
    "" for all others. A model that the run did not ask is an `InputError` that lists those it did.
    """
    return compare_read(read_run(RunFolder.open(folder)), a, b, all_measures=all_measures, margin=margin)


def compare_read(
    run: ReadRun, a: str, b: str, *, all_measures: bool = False, margin: Margin = None
) -> list[Difference]:
    """The same of a run that was read."""
    manifest, out = run.manifest, run.manifest.lacking
    known_model(run.folder.folder, manifest.models, a)
    known_model(run.folder.folder, manifest.models, b)
    grades = {pair: one.grades for pair, one in run.grades.items()}
    first, second = sorted((a, b))
    asked: list[Pairing | Difference] = []
    headlines: dict[str, Task | None] = {}
    for entry in run.tasks:
        task = headlines[entry.id] = run.installed.tasks.get(entry.id)
        levels = [f"`{m}` lacks the level {out[entry.id, m]}" for m in dict.fromkeys((a, b)) if (entry.id, m) in out]
        if task is None:
            asked.append(_apart(entry.id, run.installed.absent[entry.id]))
        elif levels:
            asked.append(_apart(entry.id, " and ".join(levels)))
        else:
            asked += pairings(task, grades[entry.id, first], grades[entry.id, second], all_measures=all_measures)
    beside = p_values(headlines, manifest.models, grades, but={a, b}) if a != b else []
    found = differences(asked, margin=margin, beside=beside)
    if first != a:
        found = [_turned(row) for row in found]
    return [replace(made, simulated=(a in manifest.simulated, b in manifest.simulated)) for made in found]


def known_model(folder: Path, models: Sequence[str], model: str) -> None:
    """Raise an `InputError` that lists a run's models where it does not have this one."""
    if model not in models:
        known = ", ".join(f"`{m}`" for m in models)
        raise InputError(f"unknown model `{model}`: run `{folder}` has {known}")


def pairings(task: Task, a: Grades, b: Grades, *, all_measures: bool) -> Iterator[Pairing]:
    """A task's headline, which is primary, and its other measures, which are secondary."""
    for name, measure in task.measures.items():
        if name == task.headline:
            yield Pairing(task.id, task.card.title, name, measure, a, b)
        elif all_measures:
            yield Pairing(task.id, task.card.title, name, measure, a, b, "secondary")


def differences(
    asked: Sequence[Pairing | Difference], *, margin: Margin = None, beside: Sequence[float] = ()
) -> list[Difference]:
    """Every pairing compared, its verdict by the p-value adjusted over its family; the primary ones first.

    What comes as a `Difference` already could not be compared. It keeps its place in the primary family, since a test
    that fell out would make the others easier to pass. `beside` are the p-values of the primary tests of other pairs.
    """
    margins = margin if isinstance(margin, Mapping) else {} if margin is None else {"": margin}
    for size in margins.values():
        if not 0 < size < 1:
            raise InputError(f"margin {size:g}: it is a share of the measure's range, between 0 and 1, as 0.02")
    tests = len(beside) + sum(one.role == "primary" for one in asked)
    many = {"primary": tests, "secondary": len(asked) + len(beside) - tests}
    made = [
        (one, None) if isinstance(one, Difference) else _compare(one, margins.get(one.task, margins.get("")))
        for one in asked
    ]
    rows = [row for row, _ in made]
    raw = {_name(i, row): row.p for i, row in enumerate(rows)} | {f"beside {i}": p for i, p in enumerate(beside)}
    primary = [_name(i, row) for i, row in enumerate(rows) if row.role == "primary"]
    family = Family((*primary, *(f"beside {i}" for i in range(len(beside)))))
    adjusted = {x.name: x for x in family.adjust(raw)}
    judged = []
    for i, (row, found) in enumerate(made):
        its = adjusted[_name(i, row)]
        more: dict[str, Any] = {"adjusted": its.adjusted, "adjustment": its.method, "family": many[row.role]}
        if found is not None:
            said = verdict(found, its.adjusted, row.target, row.within)
            more |= {"verdict": said, "needed": to_show(found, many[row.role]) if said == "not shown" else 0}
        judged.append(replace(row, **more))
    return sorted(judged, key=lambda row: row.role)


def _turned(row: Difference) -> Difference:
    """The same comparison with a and b in each other's place, where they can be compared."""
    if row.reason:
        return row
    low, high, h = -row.high, -row.low, row.size
    opposite: dict[str, Verdict] = {"better": "worse", "worse": "better"}
    return replace(
        row,
        a=row.b,
        b=row.a,
        difference=-row.difference if row.difference else 0.0,
        low=low,
        high=high,
        lowest=-row.highest,
        highest=-row.lowest,
        mended=row.broken,
        broken=row.mended,
        verdict=opposite.get(row.verdict, row.verdict),
        size=h and msgspec.structs.replace(h, h=-h.h if h.h else 0.0, low=-h.high, high=-h.low),
        ratios=tuple(
            msgspec.structs.replace(r, value=_inverse(r.value), low=_inverse(r.high), high=_inverse(r.low))
            for r in row.ratios
        ),
        not_worse=None if row.margin is None else worst_loss(row.direction, low, high) <= row.margin,
    )


def _inverse(ratio: float) -> float:
    return 1 / ratio if ratio else math.inf


def _name(place: int, row: Difference) -> str:
    return f"{place} {row.task} {row.measure}"


def _apart(task: str, reason: str, title: str = "", name: str = "", role: Role = "primary") -> Difference:
    return Difference(task=task, title=title or task, verdict="not comparable", reason=reason, measure=name, role=role)


def _compare(one: Pairing, margin: float | None) -> tuple[Difference, Paired | None]:
    """One measure, its verdict not yet given, and what it is given by."""
    measure = one.measure
    if not measure.summed:
        reason = f"{one.name}: a measure of this kind has no paired difference"
        return _apart(one.task, reason, one.title, one.name, one.role), None
    made = paired_difference(one.a, one.b, measure)
    if math.isnan(made.difference):
        reason = f"{one.name}: no case is counted for both models"
        return _apart(one.task, reason, one.title, one.name, one.role), None
    reach = measure.range[1] - measure.range[0]
    ends = measure.count(one.a), measure.count(one.b)
    slack = None if margin is None else margin * reach
    size, ratios = _sizes(one.a, one.b, measure)
    mended, broken = _moved(one.a, one.b, measure)
    row = Difference(
        task=one.task,
        title=one.title,
        role=one.role,
        verdict="not shown",
        measure=one.name,
        direction=measure.direction,
        range=measure.range,
        target=measure.target,
        size=size,
        ratios=ratios,
        mended=mended,
        broken=broken,
        within=(margin or MARGIN) * reach,
        identical=same_verdicts(one.a, one.b),
        margin=slack,
        not_worse=None if slack is None else worst_loss(measure.direction, made.low, made.high) <= slack,
        lowest=ends[1].lowest - ends[0].highest,
        highest=ends[1].highest - ends[0].lowest,
        explained=_explained(made, measure, one.a),
        **{name: getattr(made, name) for name in SHARED},
    )
    return row, made


def _explained(found: Paired, measure: Measure, grades: Grades) -> Explained | None:
    """See `Explained`; the rate is the mean of both as judged, which is what is known of it without a labelled set."""
    if measure.unit_value(grades) is None:
        return None
    rate, size = (found.a + found.b) / 2, abs(found.difference)
    sensitivity, specificity = (size / share if share > 0 else math.inf for share in (rate, 1 - rate))
    return Explained(sensitivity=sensitivity, specificity=specificity, rate=rate)


def worst_loss(direction: Direction, low: float, high: float) -> float:
    """How much worse b may be than a, if the difference b − a lies in low..high; negative where b is surely better.

    For a target it is the larger end in size: by the triangle inequality no value moves away from a target by more than
    it moves.
    """
    if direction == Direction.HIGHER:
        return -low
    return high if direction == Direction.LOWER else float(np.max(np.abs([low, high])))


def _sizes(a: Grades, b: Grades, measure: Measure) -> tuple[Size | None, tuple[Effect, ...]]:
    """Cohen's h and the ratios over the cases that both have, for a share."""
    if not measure.share:
        return None, ()
    first, second = _tables(a, b, measure)
    hits, sizes = (np.column_stack((first[:, i], second[:, i])) for i in (0, 1))
    h = cohen_h(hits, sizes)
    size = Size(h=h.value, low=h.low, high=h.high, word=h.word, at_least=h.at_least, words=h.words)
    return size, (relative_risk(hits, sizes), discordant_odds(hits, sizes))


def _moved(a: Grades, b: Grades, measure: Measure) -> tuple[int, int]:
    """Records on which b did better than a, and worse, of a share that has a better end."""
    if not measure.share or measure.direction == Direction.TARGET:
        return 0, 0
    first, second = _tables(a, b, measure)
    both = (first[:, 1] > 0) & (second[:, 1] > 0)
    gains = second[both, 0] / second[both, 1] - first[both, 0] / first[both, 1]
    up, down = int((gains > EXACT).sum()), int((gains < -EXACT).sum())
    return (down, up) if measure.direction == Direction.LOWER else (up, down)


def _tables(a: Grades, b: Grades, measure: Measure) -> tuple[Floats, Floats]:
    """What each record counts for a, and for b, over the cases that both have."""
    shared = measure.usable(a) & measure.usable(b)
    return measure.count(a.where(shared)).table, measure.count(b.where(shared)).table
