"""What a run answers, in a sentence: who is better on what, or where one model is weakest, and how sure that is.

Nothing is tested here. Verdicts, the minimum and its chances are those of the leaderboard, which holds every pair of
models on every headline to one family of tests, as `compare` does. What is not shown is called that, and never a tie.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from trustgen.core import Estimate, Outcome
from trustgen.core.shown import one_line

from .board_parts import LIKELY, Leaderboard, Line, Order, Versus
from .summary import Findings
from .words import arrow, between, counted, interval, number, percent, plural, readable, rounded

NAMED = 3
"""Tasks and models that a sentence names; of more, it says how many there are."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The `sentence`, what it rests on, and what each headline says of every model against `base`, by task and model.

    `scored` is the share of all planned cases that have a score, `known` the share of those whose judge's error is.
    """

    sentence: str
    notes: tuple[str, ...]
    base: str = ""
    marks: dict[str, dict[str, Versus]] = {}
    scored: float = math.nan
    known: float = math.nan


def answer(found: Findings) -> Answer:
    """Read a run's answer off its numbers."""
    board, models = found.board, found.manifest.models
    scored, known, told = _scored(found)
    if left := _left_out(found):
        told = f"{told} {left}"
    if board is None or not any(line.tasks for line in board.lines):
        said = "No headline has a value" if board else "The headlines of this run stand on no one scale"
        return Answer(sentence=f"{said}: there is nothing to conclude.", notes=(told,), scored=scored, known=known)
    if len(models) == 1:
        sentence, *rest = _weakest(found, board, board.lines[0])
        return Answer(sentence=sentence, notes=(*rest, told), scored=scored, known=known)
    base = models[0] if len(models) == 2 else board.lines[0].model
    marks = {order.task: _marks(order, base, models) for order in board.orders}
    sentence = _two(found, marks) if len(models) == 2 else _many(found, board, base, marks)
    notes = (*_sure(board), *_open(marks), told)
    return Answer(sentence=sentence, notes=notes, base=base, marks=marks, scored=scored, known=known)


def _marks(order: Order, base: str, models: Sequence[str]) -> dict[str, Versus]:
    return {m: said for m in models if m != base and (said := order.held(m, base)) is not None}


def _scored(found: Findings) -> tuple[float, float, str]:
    """How much is scored, how much of it by judges of known error, and both in a sentence."""
    headlines = [e for e in found.estimates if e.headline]
    known = {(e.task, e.model) for e in headlines if e.judge_error is not None}
    planned = sum(sum(counts.values()) for counts in found.coverage.values())
    scored = {pair: counts.get(Outcome.SCORED, 0) for pair, counts in found.coverage.items()}
    total = sum(scored.values())
    share = total / planned if planned else math.nan
    sure = sum(n for pair, n in scored.items() if pair in known) / total if total else math.nan
    told = f"Scored: {percent(share)} of {plural(planned, 'planned case')}"
    if total:
        told += (
            f"; {percent(sure)} of them by judges of known error ({len(known)} of {plural(len(headlines), 'headline')})"
        )
    return share, sure, f"{told}."


def _left_out(found: Findings) -> str:
    """How many tasks are not in the answer, since what is installed is not what was run."""
    if not found.absent:
        return ""
    count = f"{len(found.absent)} of {plural(len(found.tasks), 'task')}"
    return f"Not in this answer: {count}, of which another version is installed than the one that was run."


# ── one model ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _weakest(found: Findings, board: Leaderboard, line: Line) -> Iterator[str]:
    name, least = named(found, line.model), line.minimum
    if least is None:
        yield f"Nothing can be said of {name}: no dimension has a value."
        return
    at = f"{number(least.value, fewer=1)} {between(least.low, least.high, fewer=1)}"
    chance = least.chances[least.weakest]
    tasks = set(line.goodness)
    if len(found.tasks) == 1:
        yield f"{name}: {_task(found, board, line.model, found.tasks[0].id)}."
        return
    ends = "0 is guessing and 1 perfect"
    if all(one.reason for task, one in line.goodness.items() if not math.isnan(one.value)):
        ends = "0 is the worst that can be and 1 the best"
    if len(least.chances) == 1:
        only = f"{least.weakest}, the only dimension with a value"
        yield f"{name} stands at {at} on {only}, where {ends}."
    elif chance >= LIKELY:
        tasks &= {entry.id for entry in found.dimensions[least.weakest]}
        yield (f"{name} is weakest on {least.weakest} ({percent(chance)} sure): {at}, where {ends}.")
    else:
        yield (
            f"No dimension of {name} is shown to be the weakest; whichever it is stands at about {at}, where {ends}."
        )
    valued = [task for task in tasks if not math.isnan(line.goodness[task].value)]
    if valued:
        worst = min(valued, key=lambda task: (line.goodness[task].value, task))
        there = "there" if tasks != set(line.goodness) else "of all"
        yield f"Its weakest task {there}: {_task(found, board, line.model, worst)}."


def _task(found: Findings, board: Leaderboard, model: str, task: str) -> str:
    """A headline with its chance level."""
    e = next(e for e in found.of(task, model) if e.headline)
    order = next(order for order in board.orders if order.task == task)
    told = f"{found.title(task)}, {readable(e.measure)} {arrow(e.direction, e.target)} {number(e.value, e.range)} "
    told += f"{interval(e)} over {counted(e)}"
    return told + (f"; a guesser gets {number(order.anchors[0], e.range)}" if order.anchors else "")


# ── several ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _two(found: Findings, marks: dict[str, dict[str, Versus]]) -> str:
    a, b = found.manifest.models
    by = {verdict: [task for task, of in marks.items() if b in of and of[b].verdict == verdict] for verdict in _SAID}
    first, second = named(found, a), named(found, b)
    if len(found.tasks) == 1:
        return _on_one(found, first, second, next((verdict for verdict, tasks in by.items() if tasks), ""))
    of = f"of {plural(len(found.tasks), 'task')}"
    lost = len(found.tasks) - sum(map(len, by.values()))
    rest = [f"not shown either way on {len(by['not shown'])}"] if by["not shown"] else []
    rest += [f"equivalent on {len(by['equivalent'])}"] if by["equivalent"] else []
    rest += [f"not comparable on {lost}"] if lost else []
    if not by["better"] and not by["worse"]:
        return f"Neither {first} nor {second} is shown to be better on any {of}: {', '.join(rest)}."
    ahead = "better" if by["better"] else "worse"
    behind = "worse" if ahead == "better" else "better"
    told = f"{second} is {ahead} than {first} on {len(by[ahead])} {of}{_titles(found, by[ahead])}, {behind} on "
    told += f"{len(by[behind])}{_titles(found, by[behind])}" if by[behind] else "none"
    return f"{told}; {', '.join(rest)}." if rest else f"{told}."


_SAID = ("better", "worse", "not shown", "equivalent")


def _on_one(found: Findings, first: str, second: str, verdict: str) -> str:
    """Two models on the one task that there is."""
    title = found.title(found.tasks[0].id)
    match verdict:
        case "better" | "worse":
            return f"{second} is {verdict} than {first} on {title}."
        case "equivalent":
            return f"{first} and {second} are equivalent on {title}."
        case "not shown":
            return f"Neither {first} nor {second} is shown to be better on {title}."
        case _:
            return f"{first} and {second} cannot be compared on {title}."


def _many(found: Findings, board: Leaderboard, base: str, marks: dict[str, dict[str, Versus]]) -> str:
    """The first by its weakest dimension, and how many tasks show it better than each of the next ones."""
    told = []
    others = [line.model for line in board.lines if line.model != base]
    for model in others[:NAMED]:
        by = Counter(of[model].verdict for of in marks.values() if model in of)
        told.append(f"{named(found, model)} on {by['worse'] or 'none'} (worse on {by['better'] or 'none'})")
    more = f", and {plural(len(others) - NAMED, 'further model')} below" if len(others) > NAMED else ""
    return (
        f"{named(found, base)} stands first of {len(others) + 1} by its weakest dimension. Of "
        f"{plural(len(found.tasks), 'task')} it is shown to be better than {'; than '.join(told)}{more}."
    )


def _titles(found: Findings, tasks: Sequence[str]) -> str:
    if not tasks:
        return ""
    shown = ", ".join(found.title(task) for task in tasks[:NAMED])
    return f" ({shown}{f' and {len(tasks) - NAMED} more' if len(tasks) > NAMED else ''})"


def _sure(board: Leaderboard) -> Iterator[str]:
    if board.family == 1:
        yield (
            "How sure: where nothing differs, the chance of such a finding is at most 5 % (paired on the cases both "
            "have)."
        )
    elif board.family:
        yield (
            f"How sure: all {plural(board.family, 'test')} share one chance of at most 5 % that any finding is wrong "
            "where nothing differs (Holm, paired on the cases both have)."
        )


def _open(marks: dict[str, dict[str, Versus]]) -> Iterator[str]:
    """What is not shown, and how many records more would show differences as large as those seen."""
    still = [said for of in marks.values() for said in of.values() if said.verdict == "not shown"]
    if not still:
        return
    needs = sorted(said.needed - said.clusters for said in still if said.needed)
    told = f"Not shown: {plural(len(still), 'comparison')}, which is not to say that the models are alike there."
    if needs:
        half, every = rounded(needs[(len(needs) - 1) // 2]), rounded(needs[-1])
        told += " Were the differences as large as those seen, about "
        told += (
            f"{half} more records a task would show half of them, {every} all."
            if len(needs) > 1
            else (f"{every} more records would show it.")
        )
        told += f" For {len(still) - len(needs)} no number can be named." if len(needs) < len(still) else ""
    yield told


def named(found: Findings, model: str) -> str:
    """A model's name, marked where it is simulated."""
    return one_line(model, 60) + (" (simulated)" if found.simulated(model) else "")


# ── the matrix ──────────────────────────────────────────────────────────────────────────────────────────────────────

MARKS = {"better": "▲", "worse": "▼", "not shown": "·", "equivalent": "="}
FEW = 5
"""Units below which a number is said to be over few."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One headline of one model as it is written; `lost` is the share of its planned cases without a score."""

    value: str
    limits: str = ""
    mark: str = ""
    lost: str = ""
    few: str = ""

    @property
    def text(self) -> str:
        """In one line."""
        return " ".join(filter(None, (f"{self.value} {self.limits}".strip() + self.mark, self.few, self.lost)))

    @property
    def wide(self) -> str:
        """In one line, where there is room."""
        return " ".join(filter(None, (self.value, self.limits, self.mark, self.few, self.lost)))


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One task: what a guesser gets there ("" where that is not known), and a cell for each model."""

    task: str
    title: str
    measure: str
    arrow: str
    chance: str
    cells: dict[str, Cell]


def matrix(found: Findings, its: Answer) -> Iterator[Row]:
    """Tasks × models."""
    orders = {order.task: order for order in found.board.orders} if found.board else {}
    for entry in found.tasks:
        mine = {e.model: e for e in found.estimates if e.task == entry.id and e.headline}
        first, order = next(iter(mine.values()), None), orders.get(entry.id)
        yield Row(
            task=entry.id,
            title=found.title(entry.id),
            measure=first.measure if first else "",
            arrow=arrow(first.direction, first.target) if first else "",
            chance=number(order.anchors[0], order.range, fewer=1) if order and order.anchors else "",
            cells={m: _cell(found, its, entry.id, m, mine.get(m)) for m in found.manifest.models},
        )


def _cell(found: Findings, its: Answer, task: str, model: str, e: Estimate | None) -> Cell:
    if e is None:
        lacking = (task, model) in found.manifest.lacking
        return Cell(value="not applicable" if lacking else "no numbers")
    counts = found.coverage.get((task, model), {})
    planned = sum(counts.values())
    share = 1 - counts.get(Outcome.SCORED, 0) / planned if planned else 0.0
    lost = f"{percent(share)}?" if share else ""
    if math.isnan(e.value):
        return Cell(value="no value", lost=lost)
    said = its.marks.get(task, {}).get(model)
    return Cell(
        value=number(e.value, e.range, fewer=1),
        limits=between(e.low, e.high, e.range, fewer=1),
        mark=MARKS[said.verdict] if said else "",
        few=f"n {e.counted}" if e.counted < FEW else "",
        lost=lost,
    )
