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

from .leaderboard import COVERED, Leaderboard, Line, Order, Part, Place
from .tables import BAR, code, prose, write_text
from .terminal import Screen
from .words import DASH, arrow, between, missing, number, plural, rounded

LEGEND = (
    "Goodness: every headline turned so that 1 is the best its measure can be and 0 the worst; a dimension is the "
    "weighted mean of its tasks, the mean that of the dimensions. Order: by the weakest dimension, then by the mean; "
    "models with a task missing, or with a verdict (scored or refused) on less than 80 % of their planned cases, stand "
    "last. Models that share a letter are not told apart, on the cases both have: all pairs on all headlines are one "
    "family (Holm at 5 %), as in `compare`. Ranks are those a model may have. About N more: the records that would "
    "show a difference as large as the one seen, with power .8. Brackets: 95 % intervals, "
    "unadjusted, that take tasks for independent."
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
    head = f"{'':4}{'minimum':<21}{'mean':>6} {'95 %':<15} {'tasks':>5} {'refused':>7} {'utility':>7} {'unparsed':>8}"
    out.line(head, style="dim")
    for line in found.lines:
        low = line.bottleneck
        worst = f"{number(low.value)} {one_line(low.name, 14)}" if low else DASH
        interval = between(line.trust.low, line.trust.high)
        tasks = f"{line.tasks}/{line.of}"
        utility = number(line.utility.value) if line.utility else "none"
        row = f"{worst:<21}{number(line.trust.value):>6} {interval:<15} {tasks:>5} {refused(line):>7} {utility:>7}"
        out.line((f"{keys[line.model]:<4}", "bold"), f"{row} {unparsed(line):>8}")
    for text in unranked(found, keys):
        out.line((text, "bold red"))
    for line in found.lines:
        out.line()
        out.line((f"{keys[line.model]:<4}", "bold"), "by dimension", style="cyan")
        for name, text in profile_rows(line):
            out.line(f"{one_line(name, 24):<26}{text}", indent=4)
    for order in found.orders:
        out.line()
        out.line((order.title, "cyan"), f" · {order.measure} {arrow(order.direction, order.target)}  {apart(order)}")
        for place, after in zip_longest(order.places, order.places[1:]):
            letters = "".join(place.letters) if all(len(x) == 1 for x in place.letters) else " ".join(place.letters)
            value = number(place.value, order.range)
            said = f"{value:>7}  {letters or DASH:<8} {rank(place)}{versus(order, place, after, keys)}"
            out.line((f"{keys[place.model]:<4}", "bold"), said, indent=2)
    out.line()
    for text in twins(found, keys):
        out.line(text)
    out.line(
        f"{found.told_apart} of {plural(found.neighbours, 'neighbour')} told apart, over all headlines.", style="bold"
    )
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
            read = line.share(Outcome.SCORED, Outcome.REFUSED)
            yield (
                f"{one_line((names or {}).get(line.model, line.model), 120)} is not ranked: {_percent(read)} of its "
                f"planned cases have a verdict ({missing(line.outcomes)})"
            )


def versus(order: Order, place: Place, after: Place | None, names: Mapping[str, str]) -> str:
    """What is said of a model against the next one; "" where nothing is."""
    one = order.against(place.model, after.model) if after else None
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
        weakest = "  weakest" if line.bottleneck and line.bottleneck.name == part.name else ""
        yield part.name, f"{_part(part)}  refused {_percent(row.value)}{weakest}"
        for task, why in part.missing.items():
            yield "", f"{task}: {why}"
    if line.utility:
        share = _percent(shares["utility"].value) if "utility" in shares else DASH
        yield "utility (not in the mean)", f"{_part(line.utility)}  refused {share}"


def _part(part: Part) -> str:
    return f"{number(part.value):>6} {between(part.low, part.high):<15} {part.of}/{part.planned} tasks"


def refused(line: Line) -> str:
    """Share of all planned cases of trust that the model refused."""
    rows = [row for row in line.refusals if row.name != "utility"]
    planned = sum(row.planned for row in rows)
    return _percent(sum(row.refused for row in rows) / planned if planned else math.nan)


def _percent(share: float) -> str:
    return DASH if math.isnan(share) else f"{100 * share:.1f} %"


def apart(order: Order) -> str:
    """How many neighbours differ."""
    if order.reason:
        return order.reason
    return f"{order.told_apart} of {plural(order.neighbours, 'neighbour')} told apart"


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
"""Columns of the CSV: one row a number. `kind`: mean, minimum, dimension, utility, refused, unparsed or headline."""


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
        parts = [("mean", line.trust), *(("minimum", p) for p in (line.bottleneck,) if p)]
        parts += [("dimension", p) for p in line.dimensions] + [("utility", p) for p in (line.utility,) if p]
        for kind, p in parts:
            numbers = {"value": p.value, "low": p.low, "high": p.high, "of": p.of, "planned": p.planned}
            rows.writerow(head | {"kind": kind, "name": p.name} | numbers)
        for r in line.refusals:
            numbers = {"value": r.value, "low": r.low, "high": r.high, "of": r.refused, "planned": r.planned}
            rows.writerow(head | {"kind": "refused", "name": r.name} | numbers)
        share = {"value": line.share(Outcome.UNPARSED), "of": line.outcomes.get(Outcome.UNPARSED, 0)}
        rows.writerow(head | {"kind": "unparsed", "planned": sum(line.outcomes.values())} | share)
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
        "| Model | Minimum | Mean | 95 % interval | Tasks | Refused | Utility | Unparsed |",
        "|---|---|--:|:-:|--:|--:|--:|--:|",
    ]
    for line in found.lines:
        low = line.bottleneck
        cells = [
            code(line.model) + (" (SIMULATED)" if line.simulated else ""),
            f"{number(low.value)} {code(low.name)}" if low else DASH,
            number(line.trust.value),
            between(line.trust.low, line.trust.high),
            f"{line.tasks}/{line.of}",
            refused(line),
            number(line.utility.value) if line.utility else "none",
            unparsed(line),
        ]
        lines.append(_cells(cells))
    lines += [f"\n> {code(text, 400)}" for text in unranked(found)]
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
    told = f"{found.told_apart} of {plural(found.neighbours, 'neighbour')} told apart, over all headlines."
    same = [f"- {prose(text)}" for text in twins(found)]
    return "\n".join([*lines, "", *same, "", told, "", weights(found), "", LEGEND]) + "\n"


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"
