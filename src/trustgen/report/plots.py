"""Small inline SVG drawings that fill whatever box the page gives them.

Horizontal places are percentages, so a drawing stretches while its dots stay round; shapes lie around a middle line.
Every drawing carries its own description for those who cannot see it; colours come from the page's style.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from trustgen.core import OUTCOMES, Estimate
from trustgen.core.shown import one_line, shown

from .words import better, bounds, counted, interval, joint, number, readable, total


class Axis(NamedTuple):
    """The range that all rows of one plot share."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a value lies, in percent; one outside the range lies on its edge."""
        return round(min(100.0, max(0.0, 100 * (value - self.low) / (self.high - self.low))), 3)

    @property
    def ticks(self) -> list[float]:
        """Round values, four to six of them, from the low end on."""
        rough = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
        count = math.floor((self.high - self.low) / step * 1.0001)
        return [self.low + i * step for i in range(count + 1)]


def ruler(axis: Axis) -> Markup:
    """The axis' numbers; they only repeat what each row says in words."""
    numbers = [(axis.at(t), f"{t:g}".replace("-", "−")) for t in axis.ticks]
    return _svg([], [Markup('<text x="{}%" y="4">{}</text>').format(*place) for place in numbers])


def dot_row(e: Estimate, axis: Axis, *, simulated: bool) -> Markup:
    """One estimate: a dot on its 95 % line, over a light band between its bounds; a dashed line marks a target."""
    parts: list[Markup] = []
    ends = e.bounds if not math.isnan(e.bounds[0]) else (e.worst, e.best)
    if not math.isnan(ends[0]) and not math.isnan(ends[1]):
        left, right = sorted(axis.at(end) for end in ends)
        parts.append(_shape("rect", "band", x=f"{left}%", width=f"{round(right - left, 3)}%", y=-6, height=12))
    if not math.isnan(e.low) and not math.isnan(e.high):
        low, high = f"{axis.at(e.low)}%", f"{axis.at(e.high)}%"
        parts.append(_shape("line", "interval", x1=low, x2=high, y1=0, y2=0))
        parts += [_shape("line", "interval", x1=x, x2=x, y1=-4, y2=4) for x in (low, high)]
    if not math.isnan(e.value):
        kind = "dot simulated" if simulated else "dot"
        parts.append(_shape("circle", kind, cx=f"{axis.at(e.value)}%", cy=0, r=5))
    return _svg(_grid(axis, e.target), parts, described(e))


def empty_row(axis: Axis) -> Markup:
    """The grid alone, for a pair without numbers."""
    return _svg(_grid(axis), [])


def stack(counts: Mapping[str, int]) -> Markup:
    """Outcomes of the planned cases as one bar of parts."""
    planned = sum(counts.values())
    parts: list[Markup] = []
    left = 0.0
    for outcome in OUTCOMES:
        if counts.get(outcome):
            width = 100 * counts[outcome] / planned
            place = {"x": f"{left:.3f}%", "width": f"{width:.3f}%"}
            parts.append(_shape("rect", f"part {outcome}", **place, y=-7, height=14))
            left += width
    return _svg([], parts, total(counts) if counts else "")


def described(e: Estimate) -> str:
    """An estimate in one sentence."""
    if math.isnan(e.value):
        said = f"no value, {interval(e)}"
    else:
        said = f"{number(e.value, e.range)}, 95 % interval {interval(e)}, with what is missing {joint(e)}"
        said += f", bounds {bounds(e)}"
    return (
        f"{readable(e.measure)} of {one_line(e.model)}: {said}, {counted(e)} counted; {better(e.direction, e.target)}"
    )


def _grid(axis: Axis, target: float | None = None) -> list[Markup]:
    """Upright lines as high as the row, so that those of neighbouring rows meet."""
    lines = [("grid", tick) for tick in axis.ticks] + ([("target", target)] if target is not None else [])
    return [_shape("line", kind, x1=f"{axis.at(x)}%", x2=f"{axis.at(x)}%", y1=0, y2="100%") for kind, x in lines]


def _shape(name: str, kind: str, **places: str | int) -> Markup:
    attributes = Markup(" ").join(Markup('{}="{}"').format(k, v) for k, v in places.items())
    return Markup('<{} class="{}" {}/>').format(name, kind, attributes)


def _svg(behind: list[Markup], shapes: list[Markup], label: str = "") -> Markup:
    said = Markup('role="img" aria-label="{}"').format(shown(label)) if label else Markup('aria-hidden="true"')
    parts = Markup('<svg width="100%" height="100%" {}>{}<svg y="50%" overflow="visible">{}</svg></svg>')
    return parts.format(said, Markup("").join(behind), Markup("").join(shapes))
