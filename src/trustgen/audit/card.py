"""The card of an edition: what it holds, how much it repeats itself, whether its gold answers are balanced.

Cases are read once, in a stream; a keyed choice of records is kept for what needs a closer look.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from trustgen.core import Case, Text
from trustgen.stats.multiplicity import holm

from .diversity import VENDI_TEXTS, distinct_n, vendi_score
from .labels import ENOUGH, SOME, Gold, balance_p, gold_of, longest_excess
from .outside import passage_of
from .sampled import Distinct, Kept, Passage, mark
from .thresholds import Figure, Thresholds, failures, plain

FORMAT = 1


class Seen(NamedTuple):
    """What is kept of a case: what it asks, in which arm, and where its gold answer stands."""

    passage: Passage
    arm: str
    gold: Gold | None
    options: tuple[str, ...]
    images: bool


@dataclass
class _Arm:
    """Gold answers of one arm, by place; `options` are the words of the places while all cases have the same."""

    cases: int = 0
    places: Counter[int] = field(default_factory=Counter)
    options: tuple[str, ...] | None = None
    mixed: bool = False

    def add(self, gold: Gold, options: tuple[str, ...]) -> None:
        """Count a gold answer."""
        self.places[gold.place] += 1
        if self.options is None:
            self.options = options
        elif self.options != options:
            self.mixed = True

    @property
    def named(self) -> dict[str, int]:
        """Counts by the words of the places, or by their letters where the words vary."""
        words = () if self.mixed or self.options is None else self.options
        return {
            words[place] if place < len(words) else chr(65 + place) if place < 26 else str(place + 1): count
            for place, count in sorted(self.places.items())
        }


class TaskSheet:
    """What is counted of one task while its cases stream by."""

    def __init__(self) -> None:
        self.cases = 0
        self._arms: dict[str, _Arm] = {}
        self._lengths: Counter[int] = Counter()
        self._steps: Counter[str] = Counter()
        self._written = 0
        self._questions = Distinct()
        self._records = Distinct()
        self._kept: Kept[Seen] = Kept()

    def add(self, case: Case) -> None:
        """Count a case."""
        said: list[str] = []
        images: list[str] = []
        for turn in case.turns:
            for part in turn.parts:
                (said if isinstance(part, Text) else images).append(
                    part.text if isinstance(part, Text) else part.sha256
                )
        words = "\n".join(said).casefold().split()
        self.cases += 1
        self._lengths[len(words)] += 1
        self._questions.add(mark(case.arm, " ".join(words), *images))
        if case.steps:
            self._steps.update(case.steps)
            self._written += any(step.endswith(":writer") for step in case.steps)
        arm = self._arms.get(case.arm)
        if arm is None:
            arm = self._arms[case.arm] = _Arm()
        arm.cases += 1
        gold = gold_of(case.expect)
        if gold:
            arm.add(gold, case.expect.options)
        if (record := self._kept.wants(case.cluster)) >= 0:
            seen = Seen(passage_of(case), case.arm, gold, case.expect.options, bool(images))
            self._kept.add(record, case.id, seen)
        self._records.add(self._kept.last)

    def passages(self) -> Iterator[Passage]:
        """What the kept cases ask."""
        return (seen.passage for record in self._kept.records() for seen in record)

    def card(self, task: str, thresholds: Thresholds) -> dict[str, Any]:
        """The figures of the task, judged."""
        kept = list(self._kept.records())
        figures: dict[str, Figure] = {}

        def judge(name: str, value: float, *limits: float, note: str = "") -> None:
            figures[name] = thresholds.judge(name, value, *limits, task=task, note=note)

        judge("distinct_questions", min(1.0, self._questions.count / self.cases))
        groups = self._golds(kept)
        raw = {name: p for name, records in groups.items() if not math.isnan(p := balance_p(records))}
        known = dict(zip(raw, map(float, holm([*raw.values()])), strict=True))
        few = "" if known else f"no gold answer has a place among options in {ENOUGH} records"
        judge("gold_p", min(known.values(), default=math.nan), note=few)
        constant = [name for name, records in groups.items() if _constant(records)]
        judge("gold_constant", float(len(constant)) if groups else math.nan, note=", ".join(constant)[:200])
        judge("gold_longest", *longest_excess(_lengths_told(kept, self._arms)))
        for name, value in self._length_figures().items():
            judge(name, value)
        self._diversity(kept, judge)
        judge("written_share", self._written / self.cases)
        return {
            "cases": self.cases,
            "records": round(self._records.count),
            "looked_at": sum(map(len, kept)),
            "arms": {name: arm.cases for name, arm in sorted(self._arms.items())},
            "gold": {name: arm.named for name, arm in sorted(self._arms.items()) if arm.places},
            "gold_p": known,
            "steps": dict(sorted(self._steps.items())),
            "figures": figures,
        }

    def _golds(self, kept: Sequence[Sequence[Seen]]) -> dict[str, list[list[Gold]]]:
        """The gold answers to be balanced. Where the options of an arm vary, its own; where they are a fixed set of
        labels, those of all arms with that set, since an arm may be made for one answer alone."""
        groups: dict[str, list[list[Gold]]] = {}
        for record in kept:
            mine: dict[str, list[Gold]] = {}
            for seen in record:
                if seen.gold:
                    fixed = not self._arms[seen.arm].mixed
                    mine.setdefault(" / ".join(seen.options) if fixed else seen.arm, []).append(seen.gold)
            for name, golds in mine.items():
                groups.setdefault(name, []).append(golds)
        return groups

    def _length_figures(self) -> dict[str, float]:
        mean = sum(size * count for size, count in self._lengths.items()) / self.cases
        squares = sum(count * (size - mean) ** 2 for size, count in self._lengths.items())
        return {
            "words_mean": mean,
            "words_sd": math.sqrt(squares / (self.cases - 1)) if self.cases > 1 else math.nan,
            "words_p5": _quantile(self._lengths, 0.05),
            "words_p95": _quantile(self._lengths, 0.95),
        }

    def _diversity(self, kept: Sequence[Sequence[Seen]], judge: Callable[..., None]) -> None:
        """Diversity of words over one case a record, those with images left out: their words say little alone."""
        chosen = [min(record, key=lambda seen: mark(*seen.passage)) for record in kept]
        texts = [seen.passage.text for seen in chosen if not seen.images][:VENDI_TEXTS]
        enough = len(texts) >= ENOUGH
        note = "" if enough else f"fewer than {ENOUGH} records without images: informs only"
        vendi = vendi_score(texts)
        judge("distinct_1", distinct_n(texts, 1))
        judge("distinct_2", distinct_n(texts, 2) if enough else math.nan, note=note)
        judge("vendi", vendi if enough else math.nan, note=note)
        judge("vendi_share", vendi / len(texts) if texts else math.nan)


def _constant(records: Sequence[Sequence[Gold]]) -> bool:
    return len(records) >= SOME and len({gold.place for golds in records for gold in golds}) == 1


def _lengths_told(kept: Sequence[Sequence[Seen]], arms: dict[str, _Arm]) -> Iterator[list[Gold]]:
    """Gold answers where options vary, by record: the lengths of a fixed set of labels tell nothing new."""
    for record in kept:
        if golds := [seen.gold for seen in record if seen.gold and arms[seen.arm].mixed]:
            yield golds


def _quantile(counts: Counter[int], share: float) -> float:
    """The least value that at least this share of all lies at or below."""
    due, below = share * counts.total(), 0
    for value in sorted(counts):
        below += counts[value]
        if below >= due - 1e-9:
            return float(value)
    return math.nan


class EditionSheet:
    """The sheets of all tasks."""

    def __init__(self) -> None:
        self.tasks: dict[str, TaskSheet] = {}

    def add(self, case: Case) -> None:
        """Count a case."""
        sheet = self.tasks.get(case.task)
        if sheet is None:
            sheet = self.tasks[case.task] = TaskSheet()
        sheet.add(case)

    def cards(self, thresholds: Thresholds) -> dict[str, Any]:
        """The card of each task, by name."""
        return {name: self.tasks[name].card(name, thresholds) for name in sorted(self.tasks)}


def card(cases: Callable[[], Iterable[Case]], *, thresholds: Thresholds | None = None) -> dict[str, Any]:
    """The card of the cases that `cases` yields, as plain JSON values: the same cases in any order, the same card.

    Holds `tasks` with their counts and judged figures, `passed`, `failed` ("task: figure"), and the `thresholds` with
    their reasons. Reads the cases once; memory does not grow with their number.
    """
    thresholds = thresholds or Thresholds.read()
    sheet = EditionSheet()
    for case in cases():
        sheet.add(case)
    tasks = sheet.cards(thresholds)
    failed = failures({name: made["figures"] for name, made in tasks.items()})
    read: dict[str, Any] = plain(
        {
            "format": FORMAT,
            "passed": not failed,
            "failed": failed,
            "tasks": tasks,
            "thresholds": thresholds.described(),
        }
    )
    return read
