"""How alike pictures and their prompts are to a model: CLIPScore, VQAScore, beside a run's numbers and never in them.

Such a score drifts with the model that gives it, and has no zero: so beside that of a picture with its own prompt
stands that with the prompt of another case of the task. What was never drawn, and a picture of nothing, has no score,
and is counted.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import msgspec
import numpy as np

from trustgen.core import Assets, Image, InputError, Level, Response
from trustgen.core.shown import one_line
from trustgen.stats import cluster_bootstrap
from trustgen.stats.grades import Floats
from trustgen.stats.measure import ratio
from trustgen.store import RunFolder
from trustgen.vision.decode import decoded
from trustgen.vision.render import Pixels

from .screen import Screen
from .words import between, number, plural

CAPTION = (
    "Own: the mean over pictures with their own prompts; other: the same pictures with the prompt of another case, "
    "which is what the score is worth where a picture shows something else. Brackets: 95 % intervals over the choice "
    "of records. What the model that scores takes for alike is no truth: no number of the run is made of it."
)
_BATCH = 256


class Scorer(Protocol):
    """A model that scores a picture with prompts. `measure` has its name; scores go from 0 to `top`, or are `nan`."""

    @property
    def measure(self) -> str:
        """The measure's name, with the model's in it."""

    @property
    def top(self) -> float:
        """The highest score."""

    @property
    def workers(self) -> int:
        """How many pictures may be scored at a time."""

    def score(self, prompts: Sequence[str], image: Image, pixels: Pixels) -> list[float]:
        """The score of a picture with each prompt."""


class Aligned(msgspec.Struct, frozen=True, kw_only=True):
    """The mean score of one task's pictures by one model.

    `own`, `other` and their difference `lead` are over the `scored` of `planned` cases; `undrawn` have no picture,
    `blank` one that shows nothing, and `unread` are those that the model could not score. Numbers are `nan` where
    nothing was scored, and `other` and `lead` where all prompts are one.
    """

    task: str
    model: str
    measure: str
    own: float
    low: float
    high: float
    other: float
    lead: float
    lead_low: float
    lead_high: float
    scored: int
    planned: int
    undrawn: int
    blank: int
    unread: int
    top: float


class _Asked(NamedTuple):
    task: str
    cluster: str
    prompt: str
    other: str


class _Row(NamedTuple):
    task: str
    model: str
    cluster: str
    ended: Literal["undrawn", "blank", "unread", "scored"]
    own: float = math.nan
    other: float = math.nan


def alignment(
    folder: Path, scorer: Scorer, told: Callable[[int, int], None] = lambda _done, _all: None
) -> list[Aligned]:
    """Score every picture of a run with its prompt and with another's; `told` hears how many are done, of how many.

    Raises `InputError` for a run in which no task asks for a picture by one message of words.
    """
    run = RunFolder.open(folder)
    asked = _asked(run)
    manifest, assets = run.manifest(), run.assets()
    planned: dict[tuple[str, str], int] = {}
    for case in asked.values():
        for model in manifest.models:
            if (case.task, model) not in manifest.lacking:
                planned[case.task, model] = planned.get((case.task, model), 0) + 1
    drawn = ((asked[r.case], r) for r in run.responses() if r.case in asked)
    found: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    everything, done = sum(planned.values()), 0
    with ThreadPoolExecutor(scorer.workers) as pool:
        while batch := list(islice(drawn, _BATCH)):
            for row in pool.map(lambda pair: _scored(pair[0], pair[1], scorer, assets), batch):
                found[row.task, row.model].append(row)
                told(done := done + 1, everything)
    return [_aligned(*pair, count, found[pair], scorer) for pair, count in planned.items()]


def _asked(run: RunFolder) -> dict[str, _Asked]:
    """By case, what was asked for by one message of words, with what another record of the task asked for."""
    edition = run.edition()
    drawing = {entry.id for entry in edition.manifest.tasks if Level.IMAGE_OUT in entry.needs}
    cases = [case for case in edition.cases() if case.task in drawing and len(case.turns) == 1 and not case.images]
    if not cases:
        raise InputError(f"`{run.folder}` asks for no picture by one message of words: run the suite t2i, for example")
    prompts: dict[str, dict[str, str]] = defaultdict(dict)  # of each task, a prompt a record
    for case in cases:
        prompts[case.task].setdefault(case.cluster, case.turns[0].text)
    others = {task: turned(of) for task, of in prompts.items()}
    return {c.id: _Asked(c.task, c.cluster, c.turns[0].text, others[c.task][c.cluster]) for c in cases}


def turned(prompts: Mapping[str, str]) -> dict[str, str]:
    """To each record the next one's prompt, past those that say the same; "" where all do."""
    found, texts = dict[str, str](), list(prompts.values())
    for at, (cluster, text) in enumerate(prompts.items()):
        found[cluster] = next((other for other in (*texts[at + 1 :], *texts[:at]) if other != text), "")
    return found


def _scored(asked: _Asked, response: Response, scorer: Scorer, assets: Assets) -> _Row:
    row = partial(_Row, asked.task, response.model, asked.cluster)
    if not response.images:
        return row("undrawn")
    seen = decoded(assets.asset(response.images[0].sha256))
    if seen.pixels is None:
        return row("undrawn")
    if seen.kind == "blank":
        return row("blank")
    prompts = [asked.prompt, asked.other] if asked.other else [asked.prompt]
    scores = scorer.score(prompts, response.images[0], seen.pixels)
    return row("unread" if any(map(math.isnan, scores)) else "scored", *scores)


def _aligned(task: str, model: str, planned: int, rows: Sequence[_Row], scorer: Scorer) -> Aligned:
    """The numbers of one task and model, over whole records."""
    ended = Counter(row.ended for row in rows)
    table: dict[str, Floats] = defaultdict(lambda: np.zeros(3))
    for row in rows:
        if row.ended == "scored":
            table[row.cluster] += (1.0, row.own, row.other)
    sums = np.array(list(table.values())).reshape(-1, 3)
    whole = sums.sum(axis=0)
    own, other = (float(ratio(whole[at], whole[0])) for at in (1, 2))
    near = cluster_bootstrap(lambda t: ratio(t[..., 1], t[..., 0]), sums, span=(0.0, scorer.top))
    lead = cluster_bootstrap(lambda t: ratio(t[..., 1] - t[..., 2], t[..., 0]), sums, span=(-scorer.top, scorer.top))
    return Aligned(
        task=task,
        model=model,
        measure=scorer.measure,
        own=own,
        low=near.low,
        high=near.high,
        other=other,
        lead=own - other,
        lead_low=lead.low,
        lead_high=lead.high,
        scored=ended["scored"],
        planned=planned,
        undrawn=planned - ended["scored"] - ended["blank"] - ended["unread"],
        blank=ended["blank"],
        unread=ended["unread"],
        top=scorer.top,
    )


def print_alignment(found: Sequence[Aligned]) -> None:
    """Every task and model: the score, what it is with another prompt, and what has none."""
    out = Screen()
    out.line(found[0].measure, style="bold")
    for task, rows in groupby(found, key=lambda row: row.task):
        out.line()
        out.line((task, "cyan"))
        for row in rows:
            span = (0.0, row.top)
            scores = f"own {number(row.own, span)} {between(row.low, row.high, span)}  other {number(row.other, span)}"
            lead = f"apart by {number(row.lead, span)} {between(row.lead_low, row.lead_high, span)}"
            out.line((one_line(row.model, 120), "bold"), indent=2)
            out.line(f"{scores}  {lead}", indent=4)
            out.line(_counted(row), style="dim", indent=4)
    out.line()
    out.line(CAPTION, style="dim")
    out.show()


def _counted(row: Aligned) -> str:
    why = {"no picture": row.undrawn, "blank": row.blank, "not read by the model that scores": row.unread}
    without = [f"{count:,} {what}" for what, count in why.items() if count]
    return ", ".join([f"{row.scored:,} of {plural(row.planned, 'case')} scored", *without])


__all__ = ["Aligned", "Scorer", "alignment", "print_alignment"]
