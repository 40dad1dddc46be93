"""Which replies people read: picked where the judge is in doubt, each with a known chance; blind, and read twice.

Most picks of a (task, model) are spread evenly, the others go where the judge may be wrong: what it left unread, votes
that differ, part marks, verdicts of a model. Every reply thus has a chance above 0, and the chances are written down
(`review.json`, the pool of all replies in `review.parquet`), so that estimates can weigh them out (Horvitz and Thompson
1952; Zrnic and Candès 2024). A reply is picked if its own keyed draw falls below its chance: the same salt picks the
same replies, and more labels extend what was picked before.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from trustgen.core import Case, InputError, Judge, Kit, Outcome, Response, Task, Verdict, named, unit
from trustgen.core.folding import case_harm
from trustgen.judge import Rubric, rubric, rubrics
from trustgen.judge.rubric import REFUSED
from trustgen.judge.words import offered, words_of
from trustgen.stats.agreement import HumanLabel, Settled, krippendorff_alpha, settle
from trustgen.store import Edition, RunFolder, RunManifest
from trustgen.store.files import now, read_json, replacing, write_json
from trustgen.store.labels import GivenLabel, Labels, locked
from trustgen.store.tables import rows, write_rows

PLAN = "review.json"
POOL = "review.parquet"
USUAL = 60  # picks, where nobody says how many
EVEN = 0.7  # share of the picks that is spread evenly; with half, intervals near 0 and 1 came out too narrow
LABELLERS = 2  # people who read each pick; where they contradict each other, one more
POOLED = (Outcome.SCORED, Outcome.UNPARSED)
POOL_COLUMNS = (
    ("response", "text"),
    ("case_id", "text"),
    ("task", "category"),
    ("model", "category"),
    ("doubt", "float"),
)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """The replies of one model to one task when they were first picked from: how many, and their doubt in all.

    `n` is how many picks are expected, `rate` the number that makes them so many; a larger one keeps all earlier picks.
    """

    task: str
    model: str
    size: int
    weight: float
    n: float
    rate: float

    @property
    def even(self) -> float:
        """The chance that every reply has, however sure its verdict."""
        return min(1.0, self.rate * (EVEN if self.weight else 1.0) / self.size)

    def chance(self, doubt: float) -> float:
        """The chance of a reply with this doubt to be picked, in (0, 1]."""
        return min(1.0, self.rate * relative(doubt, self.size, self.weight))


class Pick(msgspec.Struct, frozen=True, kw_only=True):
    """A reply for people to read. The even ones among them are a plain random draw from all."""

    response: str
    case: str
    task: str
    model: str
    chance: float
    even: bool


class ReviewPlan(msgspec.Struct, frozen=True, kw_only=True):
    """`review.json`: who was picked, and with which chance."""

    salt: str
    made: str
    cells: tuple[Cell, ...] = ()
    picks: tuple[Pick, ...] = ()
    format: int = 1


class Pooled(NamedTuple):
    """A reply that could be picked, and how much in doubt its verdict was then, in 0..1."""

    response: str
    case: str
    task: str
    model: str
    doubt: float


def relative(doubt: float, size: int, weight: float) -> float:
    """The chance of a reply up to a factor that all replies of its cell share."""
    return EVEN / size + (1 - EVEN) * doubt / weight if weight else 1 / size


def doubt(verdict: Verdict) -> float:
    """How far a verdict may be wrong, by its looks alone: 1 for one that could not be read or was voted apart."""
    said = {vote.label for vote in verdict.votes}
    if verdict.outcome == Outcome.UNPARSED or len(said) > 1:
        return 1.0
    part = verdict.score is not None and 0.0 < verdict.score < 1.0
    return 0.5 if part or verdict.rung in ("classifier", "model", "panel") else 0.0


def rate_for(n: float, doubts: Counter[float], size: int, weight: float) -> float:
    """The rate at which so many replies with these doubts are expected to be picked; all of them from `size` on."""
    weights = {d: relative(d, size, weight) for d in doubts}
    low, high = 0.0, 1.0 / min(weights.values())
    if n >= sum(doubts.values()):
        return high
    for _ in range(60):
        middle = (low + high) / 2
        expected = sum(count * min(1.0, middle * weights[d]) for d, count in doubts.items())
        low, high = (middle, high) if expected < n else (low, middle)
    return high


# ── the plan ────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_plan(folder: Path) -> ReviewPlan | None:
    """The plan of a run, if one was made."""
    if not (folder / PLAN).exists():
        return None
    found: ReviewPlan = read_json(folder / PLAN, ReviewPlan, "a run")
    return found


def read_pool(folder: Path) -> list[Pooled]:
    """Every reply that the plan draws from."""
    return [Pooled(*row) for row in rows(folder / POOL, POOL_COLUMNS)] if (folder / POOL).exists() else []


def make_plan(folder: Path, *, n: int | None = None, task: str = "", model: str = "") -> ReviewPlan:
    """Pick replies, about `n` over the tasks and models chosen; what was picked before stays picked.

    Without `n` a plan stays as large as it is (`USUAL` where it is new), and takes in replies that came since. Raises
    `InputError` where the run has no such task or model, or nothing that people could read.
    """
    if n is not None and n < 1:
        raise InputError(f"--n {n}: ask for at least 1 label")
    run = RunFolder.open(folder)
    manifest = run.manifest()
    _known(manifest, task, model)
    with locked(folder / f".{PLAN}.lock"):  # two people may begin at once
        before = read_plan(folder) or ReviewPlan(salt=manifest.salt, made=now())
        known = {(c.task, c.model): c for c in before.cells}
        pool = read_pool(folder)
        wanted = {(t, m) for t in manifest.judges for m in manifest.models if task in ("", t) and model in ("", m)}
        fresh = _fresh(run, manifest, {p.response for p in pool}, wanted)
        filled = {(p.task, p.model) for p in (*pool, *fresh)} & wanted
        if not filled:
            raise InputError(
                f"run `{folder}` has no scored or unparsed reply to review: run it first, or drop a filter"
            )
        share = (USUAL if n is None else n) / len(filled)
        large = {k for k in filled if k in known and (n is None or known[k].n >= min(share, known[k].size))}
        if not fresh and large == filled:
            run.end("picked")  # whoever made this plan may have been killed before that
            return before
        plan = _extended(before, [*pool, *fresh], filled - large, share)
        run.begin("picked")
        with replacing(folder / POOL) as path:
            write_rows(path, POOL_COLUMNS, iter([*pool, *fresh]))
        write_json(folder / PLAN, plan)
        run.end()
        return plan


def _known(manifest: RunManifest, task: str, model: str) -> None:
    if task and task not in manifest.judges:
        raise InputError(f"--task {task}: this run has {', '.join(sorted(manifest.judges))}")
    if model and model not in manifest.models:
        raise InputError(f"--model {model}: this run has {', '.join(manifest.models)}")


def _fresh(run: RunFolder, manifest: RunManifest, known: set[str], wanted: Collection[tuple[str, str]]) -> list[Pooled]:
    """Replies not seen before, with the doubt of their verdicts now."""
    return [
        Pooled(v.response, v.case, v.task, v.model, doubt(v))
        for v in run.verdicts(settled=False)
        if v.outcome in POOLED
        and (v.task, v.model) in wanted
        and v.judge == manifest.judges.get(v.task)
        and v.response not in known
    ]


def _extended(
    before: ReviewPlan, pool: Sequence[Pooled], grown: Collection[tuple[str, str]], share: float
) -> ReviewPlan:
    """The plan with `share` picks expected in each grown cell; sizes and doubts of old cells stay as they were."""
    doubts: dict[tuple[str, str], Counter[float]] = defaultdict(Counter)
    for pooled in pool:
        doubts[pooled.task, pooled.model][pooled.doubt] += 1
    cells = {(c.task, c.model): c for c in before.cells}
    for key in sorted(grown):
        counts, old = doubts[key], cells.get(key)
        size = old.size if old else counts.total()
        weight = old.weight if old else sum(d * count for d, count in counts.items())
        n = max(min(share, size), old.n if old else 0.0)
        rate = max(rate_for(n, counts, size, weight), old.rate if old else 0.0)
        cells[key] = Cell(task=key[0], model=key[1], size=size, weight=weight, n=n, rate=rate)
    picks = []
    for pooled in pool:
        if (cell := cells.get((pooled.task, pooled.model))) is None:
            continue
        draw, chance = unit(before.salt, "review", pooled.response), cell.chance(pooled.doubt)
        if draw < chance:
            head = {"response": pooled.response, "case": pooled.case, "task": pooled.task, "model": pooled.model}
            picks.append(Pick(**head, chance=chance, even=draw < cell.even))
    return ReviewPlan(salt=before.salt, made=before.made, cells=tuple(cells.values()), picks=tuple(picks))


# ── labels ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def kind_of(judge: Judge) -> str:
    """What a judge reads, in the words of labelled sets: `answer`, `choice`, `refusal` …; "" where it does not say."""
    return next((told for rung in judge.rungs if (told := rung.reads or rung.name)), "")


def vocabulary(judge: Judge | None, case: Case) -> dict[str, float | None]:
    """The labels that people may give a reply to a case, each with its score; None where it says nothing scorable.

    They are the rule's own words, else those of the rubric, else `right` and `wrong`.
    """
    if found := offered(judge, case):
        return found
    own = _rubric_of(judge)
    if own is None:
        return {"right": 1.0, "wrong": 0.0, "unclear": None}
    return {name: None if isinstance(value, str) else float(value) for name, value in own.front.verdicts.items()}


def question(judge: Judge | None) -> str:
    """What a labeller decides about a reply."""
    words, own = words_of(judge), _rubric_of(judge)
    return words.question if words else own.front.title if own else "Is the reply right?"


def _rubric_of(judge: Judge | None) -> Rubric | None:
    """A judge's own rubric, or the one of the kind that it reads."""
    if judge is None:
        return None
    own: Rubric | None = judge.rubric
    return rubric(kind_of(judge)) if own is None and kind_of(judge) in rubrics() else own


def declines(judge: Judge | None, label: str) -> bool:
    """Whether a label without a score says that the reply declined, and not that nobody can tell."""
    own = None if words_of(judge) else _rubric_of(judge)
    return own.front.verdicts.get(label, label) == REFUSED if own else label == REFUSED


def all_settled(labels: Labels) -> dict[str, Settled]:
    """What each labelled reply comes to: agreed, contradicted, or still short of a labeller."""
    return settle((HumanLabel(g.response, g.labeller, g.label) for g in labels.live), least=LABELLERS)


def contradicted(found: Settled) -> bool:
    """Whether people contradict each other, rather than being too few."""
    return len({label for vote in found.votes.values() for label in vote.split(" / ")}) > 1


def to_read(plan: ReviewPlan, labels: Labels, labeller: str, picks: Iterable[Pick]) -> list[Pick]:
    """What a labeller has still to read, in an order of their own; nothing that they have labelled."""
    found = all_settled(labels)

    def due(pick: Pick) -> bool:
        known = found.get(pick.response)
        if known is None:
            return True
        return labeller not in known.votes and len(known.votes) < LABELLERS + contradicted(known)

    return sorted((p for p in picks if due(p)), key=lambda p: unit(plan.salt, "review order", labeller, p.response))


@contextmanager
def labelling(folder: Path) -> Iterator[None]:
    """The labels that are given in the block are sealed when it ends, however it does."""
    run = RunFolder.open(folder)
    try:
        yield
    finally:
        run.end("labelled")


def given(pick: Pick, labeller: str, label: str) -> GivenLabel:
    """A label as it is kept; "" withdraws what this labeller said of the pick."""
    return GivenLabel(response=pick.response, labeller=labeller, label=label, at=now(), chance=pick.chance)


# ── what is shown, and how far it is ────────────────────────────────────────────────────────────────────────────────


class Reading(NamedTuple):
    """A pick with all that a labeller needs. Whoever shows it makes it harmless, and hides model and verdict."""

    pick: Pick
    case: Case
    response: Response
    labels: dict[str, float | None]
    sensitive: bool
    question: str = ""


def readings(folder: Path, tasks: dict[str, Task], picks: Sequence[Pick]) -> dict[str, Reading]:
    """The texts of picks, by response key."""
    run = RunFolder.open(folder)
    wanted, ids = {p.response: p for p in picks}, {p.case for p in picks}
    edition = run.edition()
    cases = {case.id: case for case in edition.cases() if case.id in ids}
    entries = {entry.id: entry for entry in edition.manifest.tasks}
    found = {}
    for response in run.responses():
        if (pick := wanted.get(response.key)) is not None:
            case, task = cases[pick.case], tasks[pick.task]
            judge = task.judge.of(case.arm)
            sensitive = bool(case_harm(entries[pick.task].harm(task.card), case.tags))
            found[pick.response] = Reading(pick, case, response, vocabulary(judge, case), sensitive, question(judge))
    return found


def kit_of(edition: Edition, manifest: RunManifest) -> Kit:
    """The roles of a run by name: its judges keep their keys, and nobody can be asked."""
    return named({**edition.manifest.makers, **manifest.roles})


def status(labels: Labels, picks: Sequence[Pick]) -> dict[str, Any]:
    """How far the labelling is: counts of picks, and agreement over them."""
    keys = {p.response for p in picks}
    found = {key: value for key, value in all_settled(labels).items() if key in keys}
    people = sorted({name for value in found.values() for name in value.votes})
    alpha = krippendorff_alpha([[value.votes.get(name) for name in people] for value in found.values()])
    read = Counter(len(value.votes) for value in found.values())
    return {
        "picked": len(picks),
        "unread": len(picks) - len(found),
        "once": read[1],
        "twice": sum(count for times, count in read.items() if times >= LABELLERS),
        "agreed": sum(1 for value in found.values() if value.label),
        "flagged": [key for key, value in found.items() if contradicted(value)],
        "alpha": None if math.isnan(alpha.value) else [alpha.value, alpha.low, alpha.high],
        "alpha_note": alpha.note,
        "labellers": {name: sum(name in value.votes for value in found.values()) for name in people},
        "broken_lines": labels.broken,
    }
