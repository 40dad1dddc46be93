"""A run in the terminal: the answer, the matrix, then the details; the same without colour or in a pipe."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from trustgen.core import OUTCOMES, Estimate, Outcome
from trustgen.core.shown import one_line

from .answer_text import print_answer
from .answering import FEW, answer
from .compare import INTERVALS, Difference
from .screen import Screen
from .summary import Findings
from .words import (
    DASH,
    arrow,
    between,
    bounds,
    content,
    counted,
    draws_in,
    human,
    interval,
    joint,
    judge_error,
    judged_so,
    missing,
    number,
    outside,
    plural,
    rounded,
    total,
)

SHORT = {"Holm": "Holm", "Benjamini-Hochberg": "BH"}
"""Adjustments as the terminal names them."""


def print_findings(found: Findings, *, everything: bool = False) -> None:
    """Print the answer, the matrix, then each model's headlines with all that bears on them.

    `everything` adds the lesser measures, with those that are counted on next to nothing.
    """
    out = Screen()
    _header(out, found)
    print_answer(out, found, answer(found))
    for text in found.remarks:
        out.line(("note: ", "bold yellow"), one_line(text, 400))
    for model in found.manifest.models:
        _model(out, found, model, everything=everything)
    out.line()
    if not everything and (lesser := [e for e in found.estimates if not e.headline]):
        few = sum(e.counted < FEW for e in lesser)
        some = f", {few:,} of them counted on fewer than {FEW}," if few else ""
        verb = "is" if len(lesser) == 1 else "are"
        out.line(
            f"{plural(len(lesser), 'lesser measure')}{some} {verb} left out here: "
            "`trustgen report RUN --all` has them.",
            style="bold",
        )
    out.line(found.judged, style="dim")
    for text in explained(found):
        out.line(text, style="dim")
    if found.sealed.whole:
        out.line(f"seal {found.sealed.head}: note it, and verify --seal shows any change from here on", style="dim")
    if found.manifest.simulated:
        out.line("Numbers of a SIMULATED model test the instrument and say nothing of any product.", style="dim")
    out.show()


def explained(found: Findings) -> Iterator[str]:
    """The words that stand beside this run's numbers, told by one of its own."""
    e = next((e for e in found.estimates if e.headline and missing(e.outcomes)), None)
    e = e or next((e for e in found.estimates if e.headline), None)
    if e is not None:
        yield (
            f"{counted(e)} ({found.title(e.task)}): the value is over {e.counted:,} of the {e.planned:,} {e.unit} that "
            "were planned. with what is missing: an interval for chance and for every way in which the missing ones "
            "could have ended; bounds: those ways alone. All words: docs/glossary.md"
        )


# ── a run ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _header(out: Screen, found: Findings) -> None:
    run = found.manifest
    out.line(
        ("TrustGen", "bold"),
        f"  suite {run.suite} · salt {one_line(run.salt, 40)} · edition {run.edition[:8]} · ",
        (found.state, "bold"),
    )
    cases = sum(entry.planned for entry in found.tasks)
    out.line(
        f"{plural(len(run.models), 'model')}, {plural(len(found.tasks), 'task')}, "
        f"{plural(cases, 'planned case')} a model"
    )
    if found.warning:
        out.line((f"{found.state.upper()}: ", "bold red"), (one_line(found.warning, 400), "red"))
    for text in found.alarms:
        out.line(("FAILED: ", "bold red"), (one_line(text, 400), "red"))


def _model(out: Screen, found: Findings, model: str, *, everything: bool) -> None:
    out.line()
    out.line((one_line(model, 120), "bold"), _badge(found.simulated(model)))
    if model in found.manifest.endpoints:
        out.line(one_line(str(found.manifest.endpoints[model]), 300), style="dim", indent=2)
    layout = Layout([e for e in found.estimates if e.model == model and (everything or e.headline)], out.width)
    for dimension, entries in found.dimensions.items():
        for entry in entries:
            out.line((dimension, "cyan"), f" · {found.title(entry.id)}", indent=2)
            if told := content(entry):
                out.line(told, style="yellow", indent=4)
            if level := found.manifest.lacking.get((entry.id, model)):
                out.line(f"not applicable: the model lacks the level {level}", style="dim", indent=4)
            elif not (estimates := found.of(entry.id, model)):
                out.line("no numbers yet", style="dim", indent=4)
            else:
                for e in estimates if everything else estimates[:1]:
                    layout.estimate(out, e)
    _coverage(out, found, model)


def _badge(simulated: bool) -> tuple[str, str]:
    return ("  SIMULATED: its properties are planted" if simulated else "", "bold yellow")


class Layout:
    """Column widths that all measures of one model share."""

    def __init__(self, estimates: Sequence[Estimate], width: int) -> None:
        from rich.cells import cell_len

        self._len = cell_len
        longest = max((self._len(_name(e)) for e in estimates), default=0)
        ratios = max((len(_ratio(e)) for e in estimates), default=0)
        units = max((len(e.unit) for e in estimates), default=0)
        self.interval = max((len(interval(e)) for e in estimates), default=0)
        fixed = 4 + 8 + self.interval + 1 + 3 + ratios + 1 + units  # indent, value, interval, bar's ends, counts
        self.bar = min(21, max(7, width - fixed - longest))
        self.name = min(longest, max(12, width - fixed - self.bar))
        self.ratio = ratios

    def estimate(self, out: Screen, e: Estimate) -> None:
        """One measure on a line; what is missing from it, and what that could change, below."""
        name, style, rest = _name(e), "bold" if e.headline else "dim", "" if e.headline else "dim"
        if self._len(name) > self.name:
            out.line((name, style), indent=4)
            name = ""
        out.line(
            (name + " " * (self.name - self._len(name)), style),
            (f" {number(e.value, e.range):>6} ", style),
            (f"{interval(e):<{self.interval}} {bar(e, self.bar)} ", rest),
            (f"{_ratio(e):>{self.ratio}} {e.unit}", rest),
            indent=4,
        )
        gone = [f"{outside(e):,} scored, but not what it is over"] if outside(e) else []
        if missing(e.outcomes):
            ends = f"with what is missing {joint(e)}, bounds {bounds(e)}"
            lost = f"not scored: {missing(e.outcomes)}"
            gone = [lost, *gone] if math.isnan(e.value) else [ends, lost, *gone]
        if e.headline and (spread := draws_in(e)):
            out.line(spread, style="dim", indent=6)
        if e.headline:
            told = judged_so(e)
            out.line(judge_error(e) + (f"; {told}" if told else ""), style="dim", indent=6)
        if e.human and (e.headline or e.human.agreed):
            out.line(human(e), style="dim", indent=6)
        one = " · ".join(gone)
        for text in [one] if len(one) + 6 <= out.width else gone:
            if text:
                out.line(text, style="dim", indent=6)


def _name(e: Estimate) -> str:
    return f"{e.measure} {arrow(e.direction, e.target)}"


def _ratio(e: Estimate) -> str:
    return f"{e.counted:,}/{e.planned:,}"


def bar(e: Estimate, width: int) -> str:
    """The measure's range as characters: · the bounds, ─ the interval, ● the value, ◇ the target."""
    low, high = e.range
    cells = [" "] * width

    def at(value: float) -> int:
        return min(width - 1, max(0, round((value - low) / (high - low) * (width - 1))))

    def fill(start: float, end: float, sign: str) -> None:
        if not math.isnan(start) and not math.isnan(end):
            first, last = sorted((at(start), at(end)))
            cells[first : last + 1] = sign * (last - first + 1)

    fill(*(e.bounds if not math.isnan(e.bounds[0]) else (e.worst, e.best)), "·")
    fill(e.low, e.high, "─")
    if e.target is not None:
        cells[at(e.target)] = "◇"
    if not math.isnan(e.value):
        cells[at(e.value)] = "●"
    return f"│{''.join(cells)}│"


def _coverage(out: Screen, found: Findings, model: str) -> None:
    """Every planned case of a model by outcome, and the first reason of a fault."""
    mine = {task: counts for (task, uri), counts in found.coverage.items() if uri == model}
    out.line(("cases  ", "bold"), total({o: sum(counts[o] for counts in mine.values()) for o in OUTCOMES}), indent=2)
    for outcome in (Outcome.ERROR, Outcome.BLOCKED):
        reasons = [x.reason for task in mine for x in found.examples[task, model] if x.kind == outcome]
        if reasons:
            out.line(f"{outcome}, for example: {one_line(reasons[0], 150)}", style="dim", indent=2)


# ── a comparison ────────────────────────────────────────────────────────────────────────────────────────────────────


def print_comparison(rows: Sequence[Difference], a: str, b: str) -> None:
    """Print the paired difference of two models on each headline, and on other measures where they were compared."""
    out = Screen()
    out.line("b against a, paired case by case")
    for i, model in enumerate((a, b)):
        out.line((f"{'ab'[i]}  ", "bold"), one_line(model, 120), _badge(any(row.simulated[i] for row in rows)))
    for i, row in enumerate(rows):
        out.line()
        if row.role == "secondary" and rows[i - 1].role == "primary":
            out.line("Other measures (secondary: to look into, not to conclude from)", style="bold")
            out.line()
        _difference(out, row)
    out.line()
    for text in _families(rows):
        out.line(text, style="dim")
    out.show()


def _difference(out: Screen, row: Difference) -> None:
    style = {"better": "bold green", "worse": "bold red", "equivalent": "bold cyan"}.get(row.verdict, "bold")
    if row.reason:
        out.line((row.verdict, style), f"  {row.title}")
        out.line(one_line(row.reason, 300), style="dim", indent=2)
        return
    out.line((row.verdict, style), f"  {row.title} · {row.measure} {arrow(row.direction, row.target)}")
    reach = row.range[1] - row.range[0]
    low_high = between(row.low, row.high, (-reach, reach))
    adjusted = f"p {_p(row.p)}, {SHORT[row.adjustment]} {_p(row.adjusted)}"
    out.line(f"b − a  {_signed(row)}  95 % interval {low_high}  {adjusted}", indent=2)
    if why := _meaning(row):
        out.line(why, indent=2)
    if row.size and row.size.word:
        ends = between(row.size.low, row.size.high)
        out.line(f"effect: {row.size.word}, at least {row.size.at_least} (h {number(row.size.h)} {ends})", indent=2)
    for text in (_turnable(row), _told_by_judge(row)):
        if text:
            out.line(text, indent=2)
    if row.margin is not None:
        shown = "shown" if row.not_worse else "not shown"
        out.line(f"{shown}: worse by no more than {number(row.margin, row.range)}", indent=2)
    values = f"a {number(row.a, row.range)}, b {number(row.b, row.range)}"
    cases = f"over {row.counted:,}/{row.counted + row.missing:,} cases counted for both"
    out.line(f"{values}, {cases}, {plural(row.clusters, 'cluster')}", style="dim", indent=2)
    out.line(f"interval: {row.method}; p: {row.p_method}", style="dim", indent=2)


def _turnable(row: Difference) -> str:
    """What the cases missing for either model could make of the difference."""
    if not row.missing:
        return ""
    reach = row.range[1] - row.range[0]
    ends = between(row.lowest, row.highest, (-reach, reach))
    if math.isnan(row.lowest):
        return f"{plural(row.missing, 'case')} missing for either: what they could change is not known"
    turned = row.verdict in ("better", "worse") and row.lowest <= 0 <= row.highest
    could = ": they could undo it" if turned else ""
    return f"{plural(row.missing, 'case')} missing for either: b − a over all planned lies in {ends}{could}"


def _told_by_judge(row: Difference) -> str:
    """How unlike the judge's errors on the two models' replies would have to be to make a finding."""
    e = row.explained
    if e is None or row.verdict not in ("better", "worse"):
        return ""
    sides = (("that count", e.sensitivity), ("that do not", e.specificity))
    could = [f"{number(size)} on replies {which}" for which, size in sides if size <= 1]
    if not could:
        return ""
    return f"a judge right more often for one model would make all of it from: {', or '.join(could)}"


def _meaning(row: Difference) -> str:
    """What a verdict that names no winner comes to."""
    if row.identical:
        return "identical verdicts on every case"
    if row.verdict == "equivalent":
        return f"the whole interval lies within {number(row.within, row.range)} of no difference"
    if row.verdict != "not shown" or not row.needed:
        return ""
    return f"about {rounded(row.needed - row.clusters)} more records would show a difference of this size"


def _families(rows: Sequence[Difference]) -> Iterator[str]:
    """What the adjusted p-values are over, and what the other numbers are."""
    first = [row for row in rows if row.role == "primary"]
    apart = sum(bool(row.reason) for row in first)
    lost = f" ({apart} not comparable, still counted)" if apart else ""
    tests = max((row.family for row in first), default=0)
    yield (
        f"better and worse go by Holm's adjusted p over {plural(tests, 'test')}{lost}, all pairs of models on all "
        "headlines, as in `leaderboard`: as judged, and on the cases that both have, the chance that any of them is "
        "wrong where nothing differs is at most 5 %. "
        "equivalent: the whole interval lies within the margin. not shown: neither, which is not to say that the two "
        f"are alike. {INTERVALS}"
    )
    if any(row.needed for row in rows):
        yield "Records needed: for a power of .8, if the difference is as large as the one seen."
    if others := len(rows) - len(first):
        yield (
            f"The {plural(others, 'other measure')} are adjusted by Benjamini and Hochberg (BH): of those called "
            "better or worse, about 5 % at most are expected to be false."
        )
    if any(row.size for row in rows):
        yield "Words for effects are Cohen's (1988), from h .2, .5 and .8; conventions, not findings."
    if any(row.margin is not None for row in rows):
        yield "A margin is shown where the 95 % limit on the worse side lies within it."


def _signed(row: Difference) -> str:
    text = number(row.difference, row.range)
    return f"+{text}" if row.difference > 0 else text


def _p(p: float) -> str:
    if math.isnan(p):
        return DASH
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
