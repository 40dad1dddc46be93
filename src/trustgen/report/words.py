"""How numbers, directions and foreign text are put into words: the same in every format.

What a model, an endpoint or a person wrote is foreign text. It is never shown as it is: `one_line` is for tables and
terminals, `visible` for pages that keep its lines.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from trustgen.core import OUTCOMES, Direction, Estimate, Outcome
from trustgen.core.shown import MOST, one_line, shown, visible  # noqa: F401 (the templates find them here)
from trustgen.stats.calibration import ELSEWHERE
from trustgen.store import TaskEntry

DASH = "–"
EXACT = 1e-9
"""A difference this small is one of reckoning."""


# ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def decimals(span: tuple[float, float]) -> int:
    """Decimal places worth printing for a measure of this range."""
    width = span[1] - span[0]
    return min(3, max(0, 3 - math.ceil(math.log10(width / 2)))) if 0 < width < math.inf else 3


def number(value: float, span: tuple[float, float] = (0.0, 1.0), *, fewer: int = 0) -> str:
    """A value with a true minus sign; nan is a dash.

    What is not quite an end of its range, nor quite 0, is not rounded to it: it has one place more, and where that is
    not enough, it is said to be less or more than the last number that is. `fewer` places are left off.
    """
    if math.isnan(value):
        return DASH
    places = max(decimals(span) - fewer, 0)
    marks = (0.0, *(end for end in span if math.isfinite(end)))
    mark = next((m for m in marks if _same(value, m, places) and abs(value - m) > EXACT), None)
    if mark is None:
        return _written(value, places)
    if not _same(value, mark, places + 1):
        return _written(value, places + 1)
    step = 10.0 ** -(places + 1)
    return f"< {_written(mark + step, places + 1)}" if value > mark else f"> {_written(mark - step, places + 1)}"


def beside(value: float, bound: float, span: tuple[float, float] = (0.0, 1.0)) -> str:
    """A value that is told from a bound: with as many places as it takes, up to nine, for the two to read apart."""
    if math.isnan(value) or abs(value - bound) <= EXACT:
        return number(value, span)
    places = decimals(span)
    while places < 9 and _same(value, bound, places):
        places += 1
    return _written(value, places) if places > decimals(span) else number(value, span)


def _same(one: float, other: float, places: int) -> bool:
    return _written(one, places) == _written(other, places)


def _written(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def between(low: float, high: float, span: tuple[float, float] = (0.0, 1.0), *, fewer: int = 0) -> str:
    """Two limits in brackets, or a dash where there are none."""
    if math.isnan(low) or math.isnan(high):
        return DASH
    return f"[{number(low, span, fewer=fewer)}, {number(high, span, fewer=fewer)}]"


def interval(e: Estimate) -> str:
    """The 95 % interval; where nothing was counted, that is what it says."""
    return e.method if math.isnan(e.value) else between(e.low, e.high, e.range)


def bounds(e: Estimate) -> str:
    """Worst to best over everything planned; lowest to highest where the best lies between."""
    ends = (e.worst, e.best) if e.direction != Direction.TARGET or math.isnan(e.bounds[0]) else e.bounds
    return DASH if math.isnan(ends[0]) else f"{number(ends[0], e.range)} to {number(ends[1], e.range)}"


def joint(e: Estimate) -> str:
    """The interval that carries sampling and what is missing, or a dash."""
    return between(*e.joint, e.range)


def counted(e: Estimate) -> str:
    """What the value is over, out of what was planned."""
    return f"{e.counted:,}/{e.planned:,} {e.unit}"


def judge_error(e: Estimate) -> str:
    """What is known of the judge behind an estimate: how often it errs, on which labelled rows, and the worst of it."""
    error = e.judge_error
    if error is None:
        told = weakest(e) or e.judge_counted
        return f"judge: {told}" if told else "judge uncalibrated"
    shares = [
        f"{name} {three[0]:.2f} [{three[1]:.2f}, {three[2]:.2f}]" if not math.isnan(three[0]) else f"{name} {DASH}"
        for name, three in (("sensitivity", error.sensitivity), ("specificity", error.specificity))
    ]
    known = f"judge: {', '.join(shares)} on {error.rows} labelled rows ({error.set})"
    return f"{known}; {weakest(e)}" if e.weakest else known


GIVEN_AWAY = 0.15
"""How far above chance a learner of words must get in the next edition before a report says so."""

_ANSWERS = ("evouna_nq", "evouna_tq", "nq301")
_DECLINES = ("xstest", "k_overrefusal", "rbr_gold", "jbb_refusals")
FITTED: Mapping[str, tuple[str, ...]] = {
    "matches": _ANSWERS,
    "matches, stated confidence": _ANSWERS,
    "refuses": _DECLINES,
    "attacked": _DECLINES,
    "toxicity": ("hatecheck",),
    "support": ("summedits",),
}
"""Sets of which rows were in a rule's fit, or were looked at while it was made: its figures there are kind to it."""


def weakest(e: Estimate) -> str:
    """The least that is known of the judges behind an estimate; "" where nothing is."""
    if (w := e.weakest) is None:
        return ""
    part = f" ({w.part})" if w.part else ""
    value, low, high = w.value
    unknown = f"; uncalibrated: {', '.join(w.unknown)}" if w.unknown else ""
    fitted = ", seen by its makers" if w.set in FITTED.get(w.judge, ()) else ""
    told = f"{w.share} {value:.2f} [{low:.2f}, {high:.2f}] on {w.set}{part}, {w.rows} rows{fitted}"
    return f"weakest known: {told}{unknown}"


def content(entry: TaskEntry) -> str:
    """What is wrong with a task's content, whatever a model scores on it; "" where nothing is known to be."""
    from trustgen.audit.freshness import measured

    told = measured(entry.id, entry.version, entry.pool)
    if told is None:
        return ""
    parts = [f"smoke test: {told.cores} different contents"] if told.smoke else []
    if told.guess and told.guess.gain > GIVEN_AWAY:
        right, chance = f"{told.guess.right:.2f}", f"{told.guess.chance:.2f}"
        parts.append(f"words alone guess {right} of it from an earlier edition (chance {chance})")
    return "; ".join(parts)


def draws_in(e: Estimate) -> str:
    """How the draws of a case differ, where each was asked several times; else ""."""
    notes = e.notes
    if "variance_within_a_case" not in notes:
        return ""
    within, between = notes["variance_within_a_case"], notes["variance_between_cases"]
    return f"{notes['draws']} draws a case: variance {within:.3f} within a case, {between:.3f} between cases"


def corrected(e: Estimate) -> str:
    """The value that a judge without error would have found, with its interval; "" where it cannot be said."""
    if (error := e.judge_error) is None or math.isnan(error.corrected[0]):
        return ""
    value, low, high = error.corrected
    told = f"{number(value, e.range)} {between(low, high, e.range)}"
    if math.isnan(error.band[0]):
        return told
    return f"{told}, {between(*error.band, e.range)} should it err up to {ELSEWHERE:g} otherwise on these replies"


def judged_so(e: Estimate) -> str:
    """What the judge's error makes of a value: corrected, or why it is not, and what the error alone would show."""
    if e.judge_error is None:
        return ""
    better, floor = corrected(e), e.judge_error.floor
    told = [f"corrected {better}" if better else f"as judged: {one_line(e.judge_error.note, 160)}"]
    if not math.isnan(floor):
        told.append(f"its errors alone would show {number(floor, e.range)} where nothing differs")
    return "; ".join(told)


def human(e: Estimate) -> str:
    """What people's labels make of an estimate; "" where nobody reviewed it."""
    h = e.human
    if h is None:
        return ""
    if math.isnan(h.predicted[0]):
        return f"people: {h.agreed} of {h.picked} picks settled; {h.note}"
    value, low, high = h.predicted
    alone = f"{number(h.labels_only[0], e.range)} {between(*h.labels_only[1:], e.range)}"
    return (
        f"with people's labels {number(value, e.range)} {between(low, high, e.range)}, from labels alone {alone} "
        f"({h.agreed} agreed, {h.flagged} flagged)"
    )


def rounded(count: int) -> str:
    """A count to two figures: what is only about so many should not look counted."""
    return f"{round(count, -max(len(str(count)) - 2, 0)):,}"


def short(model: str) -> str:
    """What tells in a model's address; a name that was given to it as it is."""
    if not set(model) & set("/:@?"):
        return model
    return model.partition("@")[0].partition("?")[0].rpartition("/")[2].rpartition(":")[2] or model


def percent(share: float) -> str:
    """A share of a whole in whole percent; what is not quite all of it, or not quite nothing, is not said to be."""
    if math.isnan(share):
        return DASH
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def plural(count: int, noun: str) -> str:
    """`1 model`, `1,200 models`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


# ── direction and outcomes ──────────────────────────────────────────────────────────────────────────────────────────


def arrow(direction: Direction, target: float | None) -> str:
    """Which way is better, as a sign."""
    if direction == Direction.TARGET and target is not None:
        return f"→{target:g}"
    return "↑" if direction == Direction.HIGHER else "↓"


def better(direction: Direction, target: float | None) -> str:
    """Which way is better, in words."""
    if direction == Direction.TARGET and target is not None:
        return f"nearer to {target:g} is better"
    return f"{direction.value} is better"


def readable(name: str) -> str:
    """A measure's or arm's name with its underscores as spaces."""
    return name.replace("_", " ")


def missing(outcomes: Mapping[str, int]) -> str:
    """Everything that is not scored, or "" where there is nothing."""
    found = [f"{outcomes[o]:,} {o}" for o in OUTCOMES if o != Outcome.SCORED and outcomes.get(o)]
    return ", ".join(found)


def outside(e: Estimate) -> int:
    """Units that were scored but are not in the denominator, such as pairs whose control was wrong."""
    return max(0, e.outcomes.get(Outcome.SCORED, 0) - e.counted)


def total(outcomes: Mapping[str, int]) -> str:
    """`400 planned = 391 scored + 9 refused`: every outcome that happened, and their sum."""
    found = [f"{outcomes[o]:,} {o}" for o in OUTCOMES if outcomes.get(o)]
    return f"{sum(outcomes.values()):,} planned = {' + '.join(found) or 'nothing'}"


def moment(iso: str) -> str:
    """An ISO date-time as people write it."""
    return iso.replace("T", " ").replace("+00:00", " UTC") or DASH


# ── foreign text ────────────────────────────────────────────────────────────────────────────────────────────────────


# ── notes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def note(value: Any) -> str:
    """A note's value in words; nested values in brackets."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: DASH}[value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return DASH
        return f"{value:.3{'f' if 0.001 <= abs(value) < 10 or value == 0 else 'g'}}".replace("-", "−")
    if isinstance(value, Mapping):
        return ", ".join(f"{one_line(str(k))} {_nested(v)}" for k, v in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_nested(v) for v in value)
    return one_line(str(value))


def _nested(value: Any) -> str:
    text = note(value)
    return f"({text})" if isinstance(value, Mapping | list | tuple) else text
