"""Every verdict of a run in arrays, to be looked through: some tens of bytes a row, and no object for any.

A run under way or killed has those that are stored; what was planned and has none is `skipped`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from trustgen.core import OUTCOMES, FolderError, Outcome
from trustgen.core.strata import rank
from trustgen.stats.grades import CODE, SCORED
from trustgen.store import Edition, Looked, RunFolder, RunManifest
from trustgen.store.columns import Coded, Codes, Floats, Ids, Index, codes_of, ids_of, joined, numbers
from trustgen.store.draws import TAG, draw_id
from trustgen.store.labels import settled
from trustgen.store.parquet import listed

from .cases_sides import sides

Mask = NDArray[np.bool_]
VERDICTS = ("case_id", "task", "model", "judge", "outcome", "score", "label", "confidence", "votes")
CASES = ("id", "task", "arm", "tags", "expect")


class Names(NamedTuple):
    """A column of few different texts: a code a row, and what each code stands for."""

    codes: Codes
    names: tuple[str, ...]

    def among(self, *wanted: str) -> Mask:
        """Which rows have one of these texts."""
        mask: Mask = np.isin(self.codes, codes_of([name for name in wanted if name in self.names], self.names))
        return mask


@dataclass(frozen=True)
class Planned:
    """The cases of a run, every draw of each. `place` is the number of a case in the edition's table."""

    ids: Ids
    place: Codes
    task: Names
    arm: Names
    tags: Names  # as JSON
    known: Mask  # which have a right answer, or one that is known to be wrong
    side: NDArray[np.int8]  # +1: a high score is a good one, -1: a low one, 0: there is neither right nor wrong

    @property
    def difficulty(self) -> Names:
        """The stratum of each, "" for none."""
        return self.tag("difficulty")

    def tag(self, name: str) -> Names:
        """One tag of every case, "" where it has none."""
        values: dict[str, int] = {"": 0}
        told = (msgspec.json.decode(text, type=dict[str, str]).get(name, "") for text in self.tags.names)
        table = np.asarray([values.setdefault(value, len(values)) for value in told], np.int32)
        return Names(table[self.tags.codes] if len(table) else self.tags.codes, tuple(values))


@dataclass(frozen=True)
class Rows:
    """The verdicts that a run's numbers rest on, and what it planned and never asked."""

    run: RunFolder
    manifest: RunManifest
    edition: Edition
    cases: Planned
    case: Codes  # of each row the number of its case
    model: Codes  # into `manifest.models`
    outcome: Codes
    score: Floats
    label: Names
    sure: Floats  # how sure the model said to be, nan where that was not read
    split: Mask  # whether the votes of a panel or of repeats differ

    def __len__(self) -> int:
        return len(self.case)

    @cached_property
    def steps(self) -> Names:
        """The steps by which each case was varied, a line each; read when they are first asked for."""
        known: dict[str, int] = {}
        told = ("\n".join(steps) for (column,) in self.edition.case_arrays("steps") for steps in listed(column))
        codes = np.asarray([known.setdefault(text, len(known)) for text in told], np.int32)
        return Names(codes[self.cases.place], tuple(known))

    @cached_property
    def merit(self) -> Floats:
        """How good each reply is: 1 right, 0 wrong, nan where nothing was scored or there is neither."""
        side = self.cases.side[self.case]
        found = np.where(side > 0, self.score, 1 - self.score)
        return np.where((self.outcome == SCORED) & (side != 0), found, np.nan)


def read_rows(folder: Path) -> Rows:
    """Read a run, finished or not. Raises `FolderError` for what is none, or is of another format."""
    run = RunFolder.open(folder)
    manifest, edition = run.manifest(), Edition.open(folder / "edition", rows=False)
    if edition.manifest.id != manifest.edition:
        raise FolderError(f"`{folder}` is a run on another edition than it holds: get the run whole, or run it again")
    cases = _planned(edition, manifest)
    return _with_settled(folder, _rows(run, manifest, edition, cases))


def _planned(edition: Edition, manifest: RunManifest) -> Planned:
    ids, known = list[Any](), list[Mask]()
    task, arm, tags = Coded(), Coded(), Coded()
    import pyarrow.compute as pc

    for batch in edition.case_arrays(*CASES):
        ids.append(ids_of(batch[0]))
        for coded, column in zip((task, arm, tags), batch[1:4], strict=True):
            coded.add(column)
        expect = batch[4].dictionary_decode() if hasattr(batch[4], "dictionary") else batch[4]
        # Within a text of JSON a quotation mark is escaped, so these can only be the names of fields.
        answered = pc.match_substring_regex(expect, '"(answer|wrong)":')
        known.append(np.from_dlpack(answered.cast("uint8")).astype(np.bool_))
    columns = (task.codes, arm.codes, tags.codes, joined(known, np.bool_))
    entries = {entry.id: entry for entry in edition.manifest.tasks}
    side = sides(edition, entries, manifest, Names(columns[0], task.names), Names(columns[1], arm.names), columns[3])
    place = np.arange(len(columns[0]), dtype=np.int32)
    whole = joined(ids, "S32")
    names = tags.names
    if manifest.repeats > 1:
        whole, place, codes, names = _drawn(whole, manifest.repeats, columns[2], names)
        columns = (columns[0][place], columns[1][place], codes, columns[3][place])
        side = side[place]
    return Planned(
        whole,
        place,
        Names(columns[0], task.names),
        Names(columns[1], arm.names),
        Names(columns[2], names),
        columns[3],
        side,
    )


def _drawn(ids: Ids, draws: int, tags: Codes, names: tuple[str, ...]) -> tuple[Ids, Codes, Codes, tuple[str, ...]]:
    """Every draw of every case: its id, the place of its case, its tags."""
    made = [ids, *(np.asarray([draw_id(i.decode(), d) for i in ids], "S32") for d in range(1, draws))]
    place = np.tile(np.arange(len(ids), dtype=np.int32), draws)
    told = [msgspec.json.decode(text, type=dict[str, str]) for text in names]
    more = [msgspec.json.encode({**one, TAG: str(d)}).decode() for d in range(1, draws) for one in told]
    codes = np.concatenate([tags + d * len(names) for d in range(draws)]).astype(np.int32)
    return np.concatenate(made), place, codes, (*names, *more)


def _rows(run: RunFolder, manifest: RunManifest, edition: Edition, cases: Planned) -> Rows:
    ids, scores, sure = list[Any](), list[Floats](), list[Floats]()
    coded = {name: Coded() for name in ("task", "model", "judge", "outcome", "label", "votes")}
    for batch in Looked(run).verdicts(VERDICTS):
        columns = dict(zip(VERDICTS, batch, strict=True))
        ids.append(ids_of(columns["case_id"]))
        scores.append(numbers(columns["score"]))
        sure.append(numbers(columns["confidence"]))
        for name, column in coded.items():
            column.add(columns[name])
    c = {name: Names(column.codes, column.names) for name, column in coded.items()}
    split: Mask = np.asarray([_differ(text) for text in c["votes"].names] or [False])
    case = Index(cases.ids).find(joined(ids, "S32"))
    model = _recoded(c["model"], manifest.models)
    right = np.zeros(len(case), np.bool_)
    for task, judge in manifest.judges.items():
        right |= c["task"].among(task) & c["judge"].among(judge)
    strange = [name for name in c["outcome"].names if name not in set(map(str, OUTCOMES))]
    if strange:
        raise FolderError(f"`{run.folder}` holds a verdict that is none of ours ({strange[0][:40]!r}): run it again")
    outcome = _recoded(c["outcome"], [o.value for o in OUTCOMES])
    kept = np.flatnonzero(right & (case >= 0) & (model >= 0))
    left = _skipped(manifest, cases, case[kept], model[kept])
    empty = np.full(len(left[0]), np.nan)
    blank = c["label"].names.index("") if "" in c["label"].names else len(c["label"].names)
    return Rows(
        run,
        manifest,
        edition,
        cases,
        np.concatenate([case[kept], left[0]]).astype(np.int32),
        np.concatenate([model[kept], left[1]]).astype(np.int32),
        np.concatenate([outcome[kept], np.full(len(empty), CODE[Outcome.SKIPPED])]).astype(np.int32),
        np.concatenate([joined(scores, np.float64)[kept], empty]),
        Names(
            np.concatenate([c["label"].codes[kept], np.full(len(empty), blank)]).astype(np.int32),
            c["label"].names if blank < len(c["label"].names) else (*c["label"].names, ""),
        ),
        np.concatenate([joined(sure, np.float64)[kept], empty]),
        np.concatenate([split[c["votes"].codes][kept], np.zeros(len(empty), np.bool_)]),
    )


def _recoded(column: Names, names: Any) -> Codes:
    """The same column, coded into other names; -1 for one that is not among them."""
    table = codes_of(column.names, names)
    return table[column.codes] if len(table) else column.codes


def _differ(votes: str) -> bool:
    """Whether the members of a panel, or the repeats of a judge, said different things."""
    return bool(votes) and len({vote.get("label", "") for vote in msgspec.json.decode(votes)}) > 1


def _skipped(manifest: RunManifest, cases: Planned, case: Codes, model: Codes) -> tuple[Codes, Codes]:
    """The planned cases and models that have no verdict."""
    due = np.ones((len(manifest.models), len(cases.ids)), np.bool_)
    for task, name in manifest.lacking:
        if name in manifest.models:
            due[manifest.models.index(name), cases.task.among(task)] = False
    due[model, case] = False
    models, places = np.nonzero(due)
    return places.astype(np.int32), models.astype(np.int32)


def _with_settled(folder: Path, rows: Rows) -> Rows:
    """What people settled, in the place of what the machine could not read."""
    people: Mapping[str, Any] = settled(folder)
    names = list(rows.label.names)
    index, unparsed = Index(rows.cases.ids), CODE[Outcome.UNPARSED]
    for v in people.values():
        at = index.find(np.asarray([v.case.encode()], "S32"))[0]
        model = rows.manifest.models.index(v.model) if v.model in rows.manifest.models else -1
        mine = (rows.case == at) & (rows.model == model) & (rows.outcome == unparsed)
        if v.label not in names:
            names.append(v.label)
        rows.outcome[mine], rows.score[mine] = CODE[v.outcome], np.nan if v.score is None else v.score
        rows.label.codes[mine] = names.index(v.label)
    return replace(rows, label=Names(rows.label.codes, tuple(names)))


def ranks(column: Names) -> Codes:
    """How hard each stratum is, from 0; -1 where it is on no ladder."""
    table = np.asarray([-1 if (found := rank(name)) is None else found for name in column.names], np.int32)
    return table[column.codes] if len(table) else column.codes
