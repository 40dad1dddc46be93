"""Everything that the formats show of one run, read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from trustgen.core import Card, Estimate, InputError
from trustgen.core.shown import one_line
from trustgen.stats.planned import Pair
from trustgen.store import Edition, EditionManifest, RunFolder, RunManifest, Sealed, TaskEntry, check_seal

from .board_parts import Leaderboard
from .examples import Example, examples
from .health import Health, health
from .judging import UNREAD, Judged, judged
from .ranking import ranked
from .reading import ReadRun, card_of, dimension_of, read_run
from .recount import Doubt, recounted
from .sealed import breaches, unsealed
from .words import plural

MOST_DOUBTS = 5


class Origin(NamedTuple):
    """A source of records, and how many came from it."""

    origin: str
    revision: str
    licence: str
    records: int


@dataclass(frozen=True)
class Findings:
    """A run as people read it. `coverage` counts the planned cases of every applicable (task, model) by outcome."""

    read: ReadRun
    folder: Path
    manifest: RunManifest
    edition: EditionManifest
    estimates: list[Estimate]
    cards: Mapping[str, Card]  # of the tasks installed in the version that was run
    coverage: Mapping[Pair, dict[str, int]]
    examples: Mapping[Pair, list[Example]]
    origins: list[Origin]
    judging: Mapping[str, Judged]  # by task
    health: list[Health]  # by model, in the run's order
    doubts: tuple[Doubt, ...] = ()  # stored numbers that do not follow from the rows
    absent: Mapping[str, str] = field(default_factory=dict)  # tasks whose stored numbers stand unchecked, and why
    sealed: Sealed = field(default_factory=Sealed)

    @cached_property
    def board(self) -> Leaderboard | None:
        """The run's own leaderboard, from which the answer is read; None where its headlines stand on no one scale."""
        try:
            return ranked([self.read])
        except InputError:
            return None

    @property
    def tasks(self) -> tuple[TaskEntry, ...]:
        """The tasks of the edition."""
        return self.edition.tasks

    @property
    def dimensions(self) -> dict[str, list[TaskEntry]]:
        """Tasks by dimension, both in the edition's order."""
        found: dict[str, list[TaskEntry]] = {}
        for entry in self.tasks:
            found.setdefault(self.dimension(entry), []).append(entry)
        return found

    def title(self, task: str) -> str:
        """The card's title, or the task's id where no card of this version is installed."""
        return self.cards[task].title if task in self.cards else task

    def dimension(self, entry: TaskEntry) -> str:
        """The card's dimension, or the one that the task's id names."""
        return dimension_of(entry, self.cards.get(entry.id))

    def caption(self, e: Estimate) -> str:
        """What the card says of a measure, its denominator included; "" where there is no card."""
        return self.cards[e.task].measures.get(e.measure, "") if e.task in self.cards else ""

    def of(self, task: str, model: str) -> list[Estimate]:
        """The estimates of one pair, the headline first."""
        mine = [e for e in self.estimates if (e.task, e.model) == (task, model)]
        return sorted(mine, key=lambda e: not e.headline)

    def measures(self, task: str) -> dict[str, list[Estimate]]:
        """The estimates of a task by measure, the headline first, models in the run's order."""
        found: dict[str, list[Estimate]] = {}
        for model in self.manifest.models:
            for e in self.of(task, model):
                found.setdefault(e.measure, []).append(e)
        return found

    def simulated(self, model: str) -> bool:
        """Whether a model is an organism, whose properties are planted."""
        return model in self.manifest.simulated

    @property
    def state(self) -> str:
        """How the run ended, in a word: finished, stopped or unfinished."""
        return "unfinished" if self.manifest.status == "running" else self.manifest.status

    @property
    def warning(self) -> str:
        """Why the numbers are not those of a whole run; "" where they are."""
        if self.state == "unfinished":
            return (
                "a later session of this run is under way or was killed; the numbers are those of the session before. "
                "Run the same command again to resume it"
            )
        return self.manifest.stopped or "no reason was stored" if self.state == "stopped" else ""

    @property
    def alarms(self) -> list[str]:
        """What makes the run no success: what was edited, and models that gave next to nothing to count."""
        found = [*breaches(self.sealed)]
        found += [f"{doubt.model}: {doubt.told}" for doubt in self.doubts[:MOST_DOUBTS]]
        if (more := len(self.doubts) - MOST_DOUBTS) > 0:
            found.append(f"and {plural(more, 'more stored number')} that the rows do not give")
        for h in self.health:
            why = f", most often: {one_line(h.reason, 200)}" if h.reason and h.reason not in self.warning else ""
            found += [f"{h.model}: {h.alarm}{why}"] if h.alarm else []
        return found

    @property
    def remarks(self) -> Iterator[str]:
        """What could not be checked; and replies cut at the cap, calls made again, tokens nobody reported."""
        if self.state != "unfinished" and (text := unsealed(self.sealed)):
            yield text
        for task, why in self.absent.items():
            yield f"{task}: its numbers are as the run stored them, and cannot be counted anew: {why}"
        for h in self.health:
            cut, of = h.cuts
            if cut:
                tasks = ", ".join(f"{self.title(task)} {n:,} of {m:,}" for task, (n, m) in h.cut.items())
                yield (
                    f"{cut:,} of {plural(of, 'answer')} of {h.model} {'was' if cut == 1 else 'were'} cut at the token "
                    f"cap ({tasks}): raise it with --max-tokens or --thinking-tokens"
                )
        yield from (f"{h.model}: {h.retries}" for h in self.health if h.retries)
        for h in self.health:
            if h.estimated:
                told = "its tokens are estimated from lengths, bytes / 4"
                yield f"{h.model} reports no usage, or none that can be: {told}"
            if h.struck:
                times = plural(h.struck, "answer")
                yield f"{h.model} showed its API key in {times}: it was struck out; tell whoever runs that server"

    @property
    def judged(self) -> str:
        """How replies were judged, and what is known of the judges' own errors."""
        by = Counter[str]()
        for one in self.judging.values():
            by.update(one.rungs)
        unread = by.pop(UNREAD, 0)
        total = sum(by.values())
        rungs = ", ".join(f"{rung} {100 * n / total:.0f} %" for rung, n in by.most_common()) if total else "nobody"
        rungs += f" ({unread:,} could not be read)" if unread else ""
        headlines = [e for e in self.estimates if e.headline]
        known = sum(e.judge_error is not None for e in headlines)
        bound = "".join(f"; {role}: {uri}" for role, uri in self.manifest.roles.items())
        return (
            f"judged by {rungs}{bound}. Judges of {known} of {len(headlines)} headlines are calibrated on labelled "
            "replies; their errors are beside the value, in the corrected one, and not in its own interval"
        )


def findings(folder: Path) -> Findings:
    """Read a finished or stopped run. One without numbers raises a `FolderError` that says how to resume it."""
    run = read_run(RunFolder.open(folder))
    again = recounted(run)
    coverage = {pair: g.grades.tally(np.ones(len(g.grades), np.bool_)) for pair, g in run.grades.items()}
    return Findings(
        read=run,
        folder=folder,
        manifest=run.manifest,
        edition=run.edition.manifest,
        estimates=again.estimates,
        cards={entry.id: card for entry in run.tasks if (card := card_of(entry))},
        coverage=coverage,
        examples=examples(run),
        origins=_origins(run.edition),
        judging=judged(run.folder, run.manifest),
        health=health(run.folder, run.manifest, coverage),
        doubts=again.doubts,
        absent=again.absent,
        sealed=check_seal(folder),
    )


def _origins(edition: Edition) -> list[Origin]:
    counts = Counter((r.source.origin, r.source.revision, r.source.licence) for r in edition.records())
    return [Origin(*source, records) for source, records in sorted(counts.items())]
