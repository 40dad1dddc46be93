"""The leaderboard in the terminal (at most 100 columns), as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from trustgen.core import InputError, Outcome
from trustgen.core.shown import one_line
from trustgen.stats.profile import Mean, Minimum

from .board_parts import COVERED, LIKELY, Leaderboard, Line, Order, Place
from .screen import Screen
from .tables import BAR, code, prose, write_text
from .words import DASH, arrow, between, missing, number, plural, rounded

LEGEND = (
    "Goodness: 0 is what a guesser gets on these cases and 1 what the perfect model gets (organisms, asked anew); "
    "below 0 is worse than a guesser. A dimension is the weighted mean of its tasks, the mean that of the "
    "dimensions. Minimum: how good the weakest dimension is, as far as noise lets us say; which one it is stands "
    "with its chance. Order: by the minimum, then by the mean; models with a task missing, or with a verdict "
    "(scored or refused) on less than 80 % of their planned cases, stand last. Headlines: models that share a "
    "letter are not shown to differ, on the cases both have: all pairs on all headlines are one family (Holm at 5 %), "
    "as in `compare`. Ranks are those a model may have: all of a headline hold at once with 95 %. About N more: the "
    "records that would show a difference as large as the one seen, with power .8. Brackets: 95 % intervals, "
    "unadjusted."
)
MOST_TWINS = 5
"""Lines on identical verdicts, at most; the JSON has them all."""


def print_leaderboard(found: Leaderboard) -> None:
    """Print the table of models, then each model's dimensions, then each headline's order."""
    out = Screen()
    out.width = min(out.width, 100)
    out.line(("Leaderboard", "bold"), f"  {_head(found)}")
    for text in warnings(found):
        out.line((text, "bold red"))
    keys = {line.model: f"m{i}" for i, line in enumerate(found.lines, 1)}
    for line in found.lines:
        badge = "  SIMULATED: its properties are planted" if line.simulated else ""
        out.line((f"{keys[line.model]:<4}", "bold"), one_line(line.model, 120), (badge, "bold yellow"))
    out.line()
    out.line(f"{'':4}{'minimum':<23}{'mean':<23}{'tasks':>5}{'covered':>9}{'refused':>8}{'unread':>8}", style="dim")
    for line in found.lines:
        counts = f"{f'{line.tasks}/{line.of}':>5}{_percent(line.covered):>9}{refused(line):>8}{unparsed(line):>8}"
        row = f"{spanned(line.minimum):<23}{spanned(line.trust):<23}{counts}"
        out.line((f"{keys[line.model]:<4}", "bold"), row)
    for text in unranked(found, keys):
        out.line((text, "bold red"))
    for text in unanchored(found):
        out.line(text, style="dim")
    for line in found.lines:
        out.line()
        out.line((f"{keys[line.model]:<4}", "bold"), "by dimension", style="cyan")
        for name, text in profile_rows(line):
            out.line(f"{one_line(name, 15):<16}{text}", indent=4)
    for order in found.orders:
        out.line()
        out.line((order.title, "cyan"), f" · {order.measure} {arrow(order.direction, order.target)}  {apart(order)}")
        for place, after in zip_longest(order.places, order.places[1:]):
            letters = "".join(place.letters) if all(len(x) == 1 for x in place.letters) else " ".join(place.letters)
            value = number(place.value, order.range)
            said = f"{value:>7}  {letters or DASH:<8} {rank(place)}{versus(order, place, after, keys)}"
            out.line((f"{keys[place.model]:<4}", "bold"), said, indent=2)
        for text in denied(order, keys):
            out.line((text, "bold red"), indent=2)
    out.line()
    for text in twins(found, keys):
        out.line(text)
    out.line(better(found), style="bold")
    out.line(weights(found), style="dim")
    out.line(LEGEND, style="dim")
    out.show()


# ── what every format says ──────────────────────────────────────────────────────────────────────────────────────────


def _head(found: Leaderboard) -> str:
    counts = f"{plural(len(found.lines), 'model')}, {plural(len(found.weights), 'task')}"
    return f"{counts} · edition {found.edition[:8]} · counted from stored verdicts"


def warnings(found: Leaderboard) -> Iterator[str]:
    """What to distrust, one sentence each."""
    yield from (one_line(text, 300) for text in found.warnings)


def twins(found: Leaderboard, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """Models that no verdict tells apart on some task, one sentence a group."""
    ranked = [line.model for line in found.lines]
    for group in found.identical[:MOST_TWINS]:
        models = [one_line((names or {}).get(m, m), 120) for m in sorted(group.models, key=ranked.index)]
        few = f" ({', '.join(group.tasks)})" if len(group.tasks) < group.of else ""
        yield (
            f"identical verdicts: {', '.join(models[:-1])} and {models[-1]}, on {len(group.tasks)} of "
            f"{plural(group.of, 'task')}{few}, {plural(group.cases, 'case')}: one model twice, or tasks that all get "
            "right or wrong"
        )
    if (more := len(found.identical) - MOST_TWINS) > 0:
        yield f"identical verdicts: {plural(more, 'further group')} (--json has all)"


def unranked(found: Leaderboard, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """The models whose value is over too few of their cases to be a rank."""
    for line in found.lines:
        if not line.ranked:
            name = one_line((names or {}).get(line.model, line.model), 120)
            yield (
                f"{name} is not ranked: {_percent(line.covered)} of its planned cases have a verdict "
                f"({missing(line.outcomes)})"
            )


def unanchored(found: Leaderboard) -> Iterator[str]:
    """The headlines on which 0 and 1 are not a guesser and the perfect model, and why."""
    by: dict[str, list[str]] = {}
    for order in found.orders:
        if order.unanchored:
            by.setdefault(one_line(order.unanchored, 160), []).append(order.task)
    if by:
        told = "; ".join(f"{', '.join(tasks)} ({reason})" for reason, tasks in by.items())
        yield f"0 and 1 are the worst and the best end of the measure where a guesser is no yardstick: {told}"


def denied(order: Order, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """Pairs in which the model with the worse value did better where both have a verdict."""
    for better, worse in order.against:
        one, other = (one_line((names or {}).get(m, m), 120) for m in (better, worse))
        yield (
            f"values and shared cases disagree: {one} did better than {other} on the cases both have, so it stands "
            f"before it; {other} has its better value on cases of its own"
        )


def versus(order: Order, place: Place, after: Place | None, names: Mapping[str, str]) -> str:
    """What is said of a model against the next one; "" where nothing is."""
    one = order.between(place.model, after.model) if after else None
    if one is None:
        return ""
    name = names.get(one.other, one.other)
    more = f" (about {rounded(one.needed - one.clusters)} more)" if one.needed else ""
    words = {"not shown": f"not shown over {name}{more}", "equivalent": f"equivalent to {name}"}
    return f"  {words.get(one.verdict, f'{one.verdict} than {name}')}"


def unparsed(line: Line) -> str:
    """Share of all planned cases of trust whose reply could not be read."""
    return _percent(line.share(Outcome.UNPARSED))


def profile_rows(line: Line) -> Iterator[tuple[str, str]]:
    """Each dimension's goodness and refusals, and utility beside them."""
    shares = {row.name: row for row in line.refusals}
    for part in line.dimensions:
        row = shares[part.name]
        chance = line.minimum.chances.get(part.name, 0.0) if line.minimum else 0.0
        weakest = f"  weakest: {100 * chance:.0f} %" if chance >= LIKELY and len(line.dimensions) > 1 else ""
        yield part.name, f"{_part(part)}  refused {_percent(row.value)}{weakest}"
        for task, why in part.missing.items():
            yield "", f"{task}: {why}"
    if line.utility:
        share = _percent(shares["utility"].value) if "utility" in shares else DASH
        yield "utility", f"{_part(line.utility)}  refused {share}  (not in the mean)"


def spanned(of: Mean | Minimum | None) -> str:
    """A value with its limits."""
    return f"{number(of.value):>6} {between(of.low, of.high)}" if of else DASH


def _part(part: Mean) -> str:
    return f"{number(part.value):>6} {between(part.low, part.high):<15} {part.of}/{part.planned}"


def refused(line: Line) -> str:
    """Share of all planned cases of trust that the model refused."""
    rows = [row for row in line.refusals if row.name != "utility"]
    planned = sum(row.planned for row in rows)
    return _percent(sum(row.refused for row in rows) / planned if planned else math.nan)


def _percent(share: float) -> str:
    return DASH if math.isnan(share) else f"{100 * share:.1f} %"


def apart(order: Order) -> str:
    """How many models are shown to be better than the next in the order."""
    return order.reason or f"{order.told_apart} of {order.neighbours} shown to be better than the next"


def better(found: Leaderboard) -> str:
    """The same over all headlines."""
    return f"Shown to be better than the next, over all headlines: {found.told_apart} of {found.neighbours}."


def rank(place: Place) -> str:
    """The ranks that a model may have."""
    if not place.best:
        return "no value"
    ranks = f"rank {place.best}" if place.best == place.worst else f"rank {place.best} to {place.worst}"
    few = place.read < COVERED * place.planned
    return f"{ranks}, on {place.read:,} of {place.planned:,} cases" if few else ranks


def weights(found: Leaderboard) -> str:
    """The weights of tasks, and what stands for utility."""
    given = set(found.weights.values())
    if given == {1.0}:
        text = "Weights: every task 1 within its dimension, every dimension the same."
    else:
        named = ", ".join(f"{task} {w:g}" for task, w in found.weights.items())
        text = f"Weights within dimensions: {named}; every dimension the same."
    useful = f"Utility: {', '.join(found.utility)}." if found.utility else "Utility: none named (--utility TASK)."
    return f"{text} {useful}"


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────

COLUMNS = (
    "model",
    "simulated",
    "kind",
    "name",
    "value",
    "low",
    "high",
    "of",
    "planned",
    "letters",
    "rank_best",
    "rank_worst",
)
"""Columns of the CSV: one row a number.

`kind`: mean, minimum, weakest (a dimension's chance), dimension, utility, refused, unparsed, covered or headline.
"""


def write_leaderboard(found: Leaderboard, path: Path) -> Path:
    """Write `.md` or `.csv`, by the file's name."""
    writers = {".md": _markdown, ".csv": _csv}
    if path.suffix not in writers:
        raise InputError(f"`{path}`: a leaderboard is written as .md or .csv: choose one with -o")
    return write_text(path, writers[path.suffix](found))


def _csv(found: Leaderboard) -> str:
    out = io.StringIO()
    rows = csv.DictWriter(out, COLUMNS, lineterminator="\n", restval="")
    rows.writeheader()
    for line in found.lines:
        head = {"model": line.model, "simulated": int(line.simulated)}
        parts = [("mean", line.trust)]
        if line.minimum:
            least = {"value": line.minimum.value, "low": line.minimum.low, "high": line.minimum.high}
            rows.writerow(head | {"kind": "minimum", "name": line.minimum.weakest} | least)
            for name, chance in line.minimum.chances.items():
                rows.writerow(head | {"kind": "weakest", "name": name, "value": chance})
        parts += [("dimension", p) for p in line.dimensions] + [("utility", p) for p in (line.utility,) if p]
        for kind, p in parts:
            numbers = {"value": p.value, "low": p.low, "high": p.high, "of": p.of, "planned": p.planned}
            rows.writerow(head | {"kind": kind, "name": p.name} | numbers)
        for r in line.refusals:
            numbers = {"value": r.value, "low": r.low, "high": r.high, "of": r.refused, "planned": r.planned}
            rows.writerow(head | {"kind": "refused", "name": r.name} | numbers)
        for kind, ends in (("unparsed", (Outcome.UNPARSED,)), ("covered", (Outcome.SCORED, Outcome.REFUSED))):
            share = {"value": line.share(*ends), "of": sum(line.outcomes.get(o, 0) for o in ends)}
            rows.writerow(head | {"kind": kind, "planned": sum(line.outcomes.values())} | share)
        for order in found.orders:
            for place in (p for p in order.places if p.model == line.model):
                ranks = {"letters": " ".join(place.letters), "rank_best": place.best, "rank_worst": place.worst}
                named = {"kind": "headline", "name": f"{order.task} {order.measure}", "value": place.value}
                rows.writerow(head | named | ranks)
    return out.getvalue()


def _markdown(found: Leaderboard) -> str:
    lines = ["### TrustGen leaderboard", "", _head(found), ""]
    lines += [f"> **{code(text, 400)}**\n" for text in warnings(found)]
    lines += [
        "| Model | Minimum | Weakest | Mean | Tasks | Covered | Refused | Utility | Unparsed |",
        "|---|---|---|---|--:|--:|--:|--:|--:|",
    ]
    for line in found.lines:
        low = line.minimum
        cells = [
            code(line.model) + (" (SIMULATED)" if line.simulated else ""),
            spanned(low).strip(),
            f"{code(low.weakest)} ({100 * low.chances[low.weakest]:.0f} %)" if low else DASH,
            spanned(line.trust).strip(),
            f"{line.tasks}/{line.of}",
            _percent(line.covered),
            refused(line),
            number(line.utility.value) if line.utility else "none",
            unparsed(line),
        ]
        lines.append(_cells(cells))
    lines += [f"\n> {code(text, 400)}" for text in (*unranked(found), *unanchored(found))]
    rooms = [part.name for part in found.lines[0].dimensions]
    lines += ["", _cells(["Model", *(code(room) for room in rooms)]), "|---" + "|--:" * len(rooms) + "|"]
    lines += [
        _cells([code(x.model), *(f"{number(p.value)} {between(p.low, p.high)}" for p in x.dimensions)])
        for x in found.lines
    ]
    for order in found.orders:
        about = f"{code(order.title)} · {code(order.measure)} {arrow(order.direction, order.target)}"
        lines += ["", f"**{about}**: {apart(order)}", "", "| Model | Value | Letters | Rank |", "|---|--:|---|---|"]
        lines += [
            _cells([code(p.model), number(p.value, order.range), " ".join(p.letters) or DASH, rank(p)])
            for p in order.places
        ]
        lines += [f"\n> {code(text, 400)}" for text in denied(order)]
    same = [f"- {prose(text)}" for text in twins(found)]
    return "\n".join([*lines, "", *same, "", better(found), "", weights(found), "", LEGEND]) + "\n"


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"
