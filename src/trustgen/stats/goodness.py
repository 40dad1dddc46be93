"""A headline as goodness: 0 is what a guesser gets and 1 what the perfect model gets, on the same cases and judges.

Measures do not share a scale. A guesser is right on half of the questions with two answers and on none of the open
ones; a record that counts only when all of its five cases are right is lost five times as easily. On raw values the
weakest dimension is then the one whose measures are the hardest, for every model. So a value is first turned (1 is the
best end of its measure's range), then brought to one case where its measure compounds several, then held against two
organisms that answered the same cases. Where these cannot be asked, or score alike, 0 and 1 are the ends of the range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from trustgen.core import Direction, Estimate, InputError

APART = 0.25
"""How far a guesser and the perfect model must stand apart (of 1) to be anchors.

Nearer, they would magnify noise, and 0 would be a fair result: to pick among five replies of which one does harm is no
lack of ability.
"""


@dataclass(frozen=True)
class Scale:
    """How the values of one headline become goodness.

    `cases` is how many cases must all go well for one unit to count (`Measure.cases_each`): at one chance q for all
    cases, a record of k goes well with q^k, and value^(1/k) is the same for every k, exactly so where its cases succeed
    independently. `guesser` and `perfect` are this headline of the two organisms; without both, or where they stand too
    near, the ends of the range are 0 and 1, and `reason` says why.
    """

    cases: float = 1.0
    guesser: Estimate | None = None
    perfect: Estimate | None = None
    reason: str = ""
    # Turned and brought to one case: the guesser with its limits, and the perfect model.
    zero: tuple[float, float, float] = field(init=False, default=(0.0, 0.0, 0.0))
    one: float = field(init=False, default=1.0)

    def __post_init__(self) -> None:
        if self.guesser is None or self.perfect is None:
            return
        zero = _seen(_turned(self.guesser, self.cases), self.guesser, self.cases)
        one, _, _ = _turned(self.perfect, self.cases)
        if math.isnan(zero[0]) or math.isnan(one):
            object.__setattr__(self, "reason", "a guesser, or the perfect model, has no value here")
        elif one - zero[0] < APART:
            object.__setattr__(self, "reason", f"a guesser stands at {zero[0]:.2f} and the perfect model at {one:.2f}")
        else:
            object.__setattr__(self, "zero", zero)
            object.__setattr__(self, "one", one)


RAW = Scale(reason="no anchors")


class Goodness(NamedTuple):
    """A headline from -1 to 1: 0 is like a guesser, 1 the best; `nan` where it has no value.

    `reason` says why 0 is the worst end of the measure's range instead; it is "" where there are anchors.
    """

    task: str
    value: float
    low: float
    high: float
    weight: float
    reason: str = ""


def goodness(estimate: Estimate, weight: float = 1.0, scale: Scale = RAW) -> Goodness:
    """An estimate on the scale that the module describes, interval included.

    Turned: higher is better: (value − low end)/(high end − low end) of its range; lower is better: the rest to 1; a
    target: 1 less the distance to it over the largest distance in the range. One case: turned^(1/cases). Anchored:
    (that − guesser)/(perfect − guesser), at most 1; below the guesser the same slope, or a gentler one where -1 would
    otherwise lie above the worst end. The limits count the guesser's own error too. Raises `InputError` where range or
    target are not declared, or the value lies outside: numbers of unknown range or direction cannot stand in one mean.
    """
    zero, zero_low, zero_high = scale.zero
    value, low, high = _seen(_turned(estimate, scale.cases), estimate, scale.cases, most=zero)
    reach = scale.one - zero

    def anchored(x: float) -> float:
        return min((x - zero) / (reach if x >= zero else max(reach, zero)), 1.0)

    at, ends = anchored(value), (anchored(low), anchored(high))
    # A guesser that did better than its chance makes everybody look worse, the perfect model excepted.
    drag = max(1 - at, 0.0) / reach
    below = math.hypot(at - ends[0], drag * (zero_high - zero))
    above = math.hypot(ends[1] - at, drag * (zero - zero_low))
    return Goodness(estimate.task, at, max(at - below, -1.0), min(at + above, 1.0), weight, scale.reason)


def _seen(
    ends: tuple[float, float, float], estimate: Estimate, cases: float, most: float = 1.0
) -> tuple[float, float, float]:
    """Value and limits, the value no lower than half a unit would make it, up to `most`.

    A root makes much of the difference between no unit and one: of no whole record in 30 a guesser, who gets one now
    and then, would stand at -1. So none seen counts as half a one for the guesser, and at most as a guesser for others.
    """
    value, low, high = ends
    half: float = (0.5 / max(estimate.counted, 1)) ** (1 / cases) if cases > 1 else 0.0
    value = max(value, min(half, most))
    return value, low, max(value, high)


def _turned(estimate: Estimate, cases: float) -> tuple[float, float, float]:
    """Value and limits, 1 the best end of the range and 0 the worst, for one case; `nan` without a value."""
    bottom, top = estimate.range
    name = f"`{estimate.measure}` of {estimate.task}"
    if not (math.isfinite(bottom) and math.isfinite(top) and bottom < top):
        raise InputError(f"{name} has the range {bottom}..{top}: a profile needs a finite range, declared")
    if estimate.direction == Direction.TARGET and (estimate.target is None or not bottom <= estimate.target <= top):
        raise InputError(
            f"{name} is to be near a target, and its target is {estimate.target}: declare one in its range"
        )
    ends = (estimate.value, estimate.low, estimate.high)
    slack = 1e-9 * (top - bottom)
    outside = [end for end in ends if end < bottom - slack or end > top + slack]
    if outside:
        raise InputError(f"{name} is {outside[0]}, outside its range {bottom}..{top}")
    if any(math.isnan(end) for end in ends):
        return math.nan, math.nan, math.nan
    value, one, other = (_share(end, estimate) ** (1 / cases) for end in ends)
    low, high = min(one, other, value), max(one, other, value)
    if estimate.target is not None and estimate.direction == Direction.TARGET and _holds(estimate, estimate.target):
        high = 1.0  # the best lies inside the interval, not at an end
    return value, low, high


def _share(value: float, estimate: Estimate) -> float:
    bottom, top = estimate.range
    if estimate.direction == Direction.TARGET and estimate.target is not None:
        far = max(top - estimate.target, estimate.target - bottom)
        return 1 - min(abs(value - estimate.target) / far, 1.0)
    share = min(max((value - bottom) / (top - bottom), 0.0), 1.0)
    return share if estimate.direction == Direction.HIGHER else 1 - share


def _holds(estimate: Estimate, value: float) -> bool:
    return estimate.low <= value <= estimate.high
