"""A run against an earlier one: how much worse a number may have become.

On one edition the two models are paired case by case. On different editions the cases differ, so the two estimates are
independent and their intervals are joined (Newcombe 1998; MOVER: Zou and Donner 2008), which needs more cases for the
same answer.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from trustgen.core import Direction, Estimate, InputError
from trustgen.stats import paired_difference
from trustgen.stats.intervals import LEVEL, student
from trustgen.store import RunFolder, RunManifest, Sealed, TaskEntry, check_seal

from .compare import worst_loss
from .policy import On, Rule
from .reading import ReadRun, read_run, same_verdicts
from .recount import Recounted, recounted

FOUR_OF_FIVE = 0.8416
"""The normal quantile of .8."""
PAIRED = "paired on one edition"
UNPAIRED = "unpaired, two editions: Newcombe's interval"


class Measured(NamedTuple):
    """An estimate beside the baseline's; `low` and `high` are 95 % limits of it less the baseline's value.

    `p` is two-sided, and `same` says that every verdict is what it was there.
    """

    name: str
    mine: Estimate
    base: Estimate
    difference: float
    low: float
    high: float
    method: str
    p: float = math.nan
    same: bool = False

    @property
    def worse(self) -> bool:
        """Whether the value is worse than the baseline's, however surely."""
        return self._step() > 0

    def enough(self, margin: float) -> int:
        """About how many counted units let an equal model pass a margin in four of five; 0 where none can be told.

        Half the interval's width falls with the root of their number.
        """
        half = (self.high - self.low) / 2
        if not half > 0 or math.isinf(half) or self.mine.counted < 2:
            return 0
        needed = half / margin * (1 + FOUR_OF_FIVE / student(math.inf, LEVEL))
        return math.ceil(self.mine.counted * needed**2)

    def loss(self, on: On) -> tuple[float, str]:
        """How much worse it is than the baseline, and which number that is; `nan` without one.

        `value` is the difference itself, `limit` its 95 % limit on the worse side, and `pessimistic` that limit if all
        that is missing here had ended badly, and all that is missing there well: sampling and missing at once.
        """
        e = self.mine
        limit = worst_loss(e.direction, self.low, self.high)
        if on == "value":
            return self._step(), "value"
        if on == "limit" or math.isnan(limit):
            return limit, "95 % limit"
        missing = self._worse(e.worst, self.base.best) - self._worse(e.value, self.base.value)
        if math.isnan(missing):
            return missing, "worst case"
        return (limit + missing, "joint limit") if missing > 0 else (limit, "95 % limit")

    def _worse(self, mine: float, base: float) -> float:
        e = self.mine
        if e.direction == Direction.TARGET and e.target is not None:
            return abs(mine - e.target) - abs(base - e.target)
        return base - mine if e.direction == Direction.HIGHER else mine - base

    def _step(self) -> float:
        """The loss in value, over the cases that both have where these are paired."""
        if self.mine.direction == Direction.TARGET:
            return self._worse(self.mine.value, self.base.value)
        return worst_loss(self.mine.direction, self.difference, self.difference)


class Held(NamedTuple):
    """A run as it was read, its numbers counted anew, and held to its seal."""

    read: ReadRun
    again: Recounted
    sealed: Sealed

    @property
    def manifest(self) -> RunManifest:
        """The run's own."""
        return self.read.manifest

    @classmethod
    def of(cls, folder: RunFolder) -> Held:
        """Read a run; raises as `read_run`."""
        run = read_run(folder)
        return cls(run, recounted(run), check_seal(folder.folder))


class Baselines:
    """A run that is gated, and the runs that a policy's rules compare it with; each is read once."""

    def __init__(self, run: RunFolder, home: Path) -> None:
        self.run, self._home = Held.of(run), home
        self._runs: dict[str, Held] = {}

    def of(self, name: str) -> Held:
        """A baseline by the name that the policy gives it."""
        if name not in self._runs:
            self._runs[name] = Held.of(RunFolder.open(self._home / name))
        return self._runs[name]

    def measured(self, rule: Rule, e: Estimate, where: str) -> Measured:
        """An estimate beside that of the rule's baseline. What makes two numbers incomparable is an `InputError`."""
        one, other = self.run, self.of(rule.baseline)
        mine, its = one.manifest, other.manifest
        model = _model(rule, e.model, its, where)
        entry, was = ({t.id: t for t in run.read.tasks}.get(e.task) for run in (one, other))
        base = {(x.model, x.task, x.measure): x for x in other.again.estimates}.get((model, e.task, e.measure))
        if base is None or entry is None or was is None or not entry.comparable(was.version):
            raise InputError(f"{where}: baseline `{rule.baseline}` has no `{e.measure}` of {e.task} in this version")
        if mine.judges.get(e.task) != its.judges.get(e.task):
            raise InputError(
                f"{where}: {e.task} was judged by another judge in `{rule.baseline}`: `trustgen rejudge` it"
            )
        if e.task in other.again.absent:
            raise InputError(f"{where}: {e.task} of `{rule.baseline}` cannot be counted: {other.again.absent[e.task]}")
        paired = self._paired(e, base, entry, other.read, where) if mine.edition == its.edition else None
        name = f"`{rule.baseline}`" if model == e.model else f"`{model}` in `{rule.baseline}`"
        return Measured(name, e, base, *(paired or _unpaired(e, base)))

    def _paired(
        self, e: Estimate, base: Estimate, entry: TaskEntry, other: ReadRun, where: str
    ) -> tuple[float, float, float, str, float, bool] | None:
        """The paired difference; `None` for a measure that has none."""
        run = self.run.read
        if (task := run.installed.tasks.get(entry.id)) is None:
            raise InputError(f"{where}: {e.task} cannot be paired: {run.installed.absent[entry.id]}")
        measure = task.measures[e.measure]
        if not measure.summed:
            return None
        grades = other.grades[e.task, base.model], run.grades[e.task, e.model]
        made = paired_difference(grades[0].grades, grades[1].grades, measure)
        same = same_verdicts(grades[0].grades, grades[1].grades)
        return made.difference, made.low, made.high, PAIRED, made.p, same


def _model(rule: Rule, model: str, other: RunManifest, where: str) -> str:
    """Who is compared with in the baseline: who the rule names, or the same model, or the only one there is."""
    if rule.baseline_model and rule.baseline_model not in other.models:
        known = ", ".join(f"`{m}`" for m in other.models)
        raise InputError(f"{where}: baseline `{rule.baseline}` has no model `{rule.baseline_model}`: it has {known}")
    if rule.baseline_model:
        return rule.baseline_model
    if model in other.models:
        return model
    if len(other.models) == 1:
        return other.models[0]
    known = ", ".join(f"`{m}`" for m in other.models)
    raise InputError(f"{where}: baseline `{rule.baseline}` has {known}: say which with baseline_model")


def _unpaired(e: Estimate, base: Estimate) -> tuple[float, float, float, str, float]:
    """The difference of two independent estimates, from the limits of each (Newcombe 1998, method 10); its p is that at
    which the limit on the side of 0 would reach 0."""
    difference = e.value - base.value
    below = math.hypot(e.value - e.low, base.high - base.value)
    above = math.hypot(e.high - e.value, base.value - base.low)
    room = below if difference > 0 else above
    z = student(math.inf, LEVEL) * abs(difference) / room if room > 0 else math.nan
    p = math.erfc(z / math.sqrt(2)) if difference else 1.0
    return difference, difference - below, difference + above, UNPAIRED, p
