"""Small inline SVG drawings that fill whatever box the page gives them.

Worse lies left and better right, whatever the measure's direction. Horizontal places are percentages, so a drawing
stretches while its signs stay round; a model is told by its sign as well as by its colour. Every drawing carries its
own description for those who cannot see it; colours come from the page's style.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from trustgen.core import OUTCOMES
from trustgen.core.shown import shown

from .words import total

SIGNS = "●■◆▲★✚⬟"
COLOURS = 8
"""Colours in the page's style; they and the signs come round at different counts, so no two models look alike."""
FINE = 600
"""Steps across a drawing, where many short lines are one path."""


class Axis(NamedTuple):
    """From worst to best: `worst` may be the larger number."""

    worst: float
    best: float

    def at(self, value: float) -> float:
        """Where a value lies, in percent; one outside lies on the edge."""
        return round(min(100.0, max(0.0, 100 * (value - self.worst) / (self.best - self.worst))), 2)


class Point(NamedTuple):
    """One number to draw: the place of its model in the run, its value and limits, and its bounds (nan: none)."""

    model: int
    value: float
    low: float
    high: float
    lowest: float = math.nan
    highest: float = math.nan


def sign(model: int) -> str:
    """A model's sign, by its place in the run."""
    return SIGNS[model % len(SIGNS)]


def strip(
    axis: Axis, points: Sequence[Point], label: str, *, marks: Iterable[float] = (), at: float | None = None
) -> Markup:
    """Points on one axis, each on a line of its own; short strokes at `marks`, and a dashed line at `at`."""
    parts = [] if at is None else [_shape("line", "chance", x1=_pc(axis, at), x2=_pc(axis, at), y1=0, y2="100%")]
    if ticks := "".join(f"M{axis.at(x) * FINE / 100:.0f} -4v8" for x in marks if not math.isnan(x)):
        drawn = Markup(
            '<svg viewBox="0 0 {} 8" preserveAspectRatio="none" height="8" y="50%"><path class="tick" d="{}"/>'
        )
        parts.append(drawn.format(FINE, ticks) + Markup("</svg>"))
    for i, point in enumerate(points):
        y = f"{100 * (i + 0.5) / len(points):.1f}%"
        colour = f"c{point.model % COLOURS}"
        for kind, low, high in (("band", point.lowest, point.highest), ("interval", point.low, point.high)):
            if not math.isnan(low) and not math.isnan(high) and (kind == "interval" or low != high):
                parts.append(_shape("line", f"{kind} {colour}", x1=_pc(axis, low), x2=_pc(axis, high), y1=y, y2=y))
        if not math.isnan(point.value):
            place = Markup('<text class="{}" x="{}" y="{}" dy=".35em">{}</text>')
            parts.append(place.format(colour, _pc(axis, point.value), y, sign(point.model)))
    return _svg(parts, label)


def stack(counts: Mapping[str, int]) -> Markup:
    """Outcomes of the planned cases as one bar of parts."""
    planned = sum(counts.values())
    parts: list[Markup] = []
    left = 0.0
    for outcome in OUTCOMES:
        if counts.get(outcome):
            width = 100 * counts[outcome] / planned
            parts.append(_shape("rect", f"part {outcome}", x=f"{left:.3f}%", width=f"{width:.3f}%", height="100%"))
            left += width
    return _svg(parts, total(counts) if counts else "")


def plane(points: Sequence[tuple[int, Point, Point]], label: str) -> Markup:
    """Two numbers of each model against each other, both from 0 (worst) to 1 (best); the good corner is top right."""
    size = 300
    parts = [
        Markup('<path class="grid" d="{}"/>').format("".join(f"M{i} 0V{size}M0 {i}H{size}" for i in range(0, 301, 75)))
    ]
    parts.append(_shape("rect", "corner", x=225, y=0, width=75, height=75))
    for model, across, up in points:
        x, y = (round(size * p.value, 1) for p in (across, up))
        path = f"M{size * across.low:.1f} {size - y:.1f}H{size * across.high:.1f}"
        path += f"M{x} {size - size * up.low:.1f}V{size - size * up.high:.1f}"
        parts.append(Markup('<path class="interval c{}" d="{}"/>').format(model % COLOURS, path))
        text = Markup('<text class="c{}" x="{}" y="{}" dy=".35em">{}</text>')
        parts.append(text.format(model % COLOURS, x, round(size - y, 1), sign(model)))
    drawn = Markup('<svg class="plane" viewBox="-8 -8 316 316" role="img" aria-label="{}">{}</svg>')
    return drawn.format(shown(label), Markup("").join(parts))


def _pc(axis: Axis, value: float) -> str:
    return f"{axis.at(value):g}%"


def _shape(name: str, kind: str, **places: str | int) -> Markup:
    attributes = Markup(" ").join(Markup('{}="{}"').format(k, v) for k, v in places.items())
    return Markup('<{} class="{}" {}/>').format(name, kind, attributes)


def _svg(shapes: list[Markup], label: str = "") -> Markup:
    said = Markup('role="img" aria-label="{}"').format(shown(label)) if label else Markup('aria-hidden="true"')
    return Markup('<svg width="100%" height="100%" {}>{}</svg>').format(said, Markup("").join(shapes))
