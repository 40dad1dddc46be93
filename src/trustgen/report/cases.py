"""Cases of a run at hand: found by filter and text, in the order in which they are worth reading, with all their texts.

What may harm its reader is folded, by the one rule of `core.folding`. Folded texts leave their class and their length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from trustgen.core import Case, FolderError, InputError, Outcome, Record, Response, Verdict, Vote
from trustgen.core.folding import ABSENT, case_harm
from trustgen.stats.grades import SCORED
from trustgen.stats.measure import RIGHT
from trustgen.store import TaskEntry
from trustgen.store.blobs import ASSETS
from trustgen.store.draws import TAG
from trustgen.store.labels import settled
from trustgen.store.looked import Looked

from .cases_pick import WHY, Places, Wanted, by_model, counts, in_order, kinds, matching, models_of, surprise
from .cases_read import Rows, read_rows
from .cases_search import holding
from .examples import THOUGHT, said
from .reading import card_of

MOST_FOUND = 12
"""Cases that are named where the beginning of an id is that of several."""


class Said(NamedTuple):
    """A turn or a reply, `length` characters long. One that is folded has no `text`, and `folded` says what it is."""

    who: str  # system, user, assistant, tool, reply or thought
    text: str
    length: int
    folded: str = ""


class Ended(NamedTuple):
    """How one model ended a case. `right` is None where nothing was scored, or there is neither right nor wrong."""

    model: str
    outcome: str
    score: float | None
    label: str
    right: bool | None
    reason: str
    rung: str
    judge: str
    said: tuple[Said, ...]
    surprising: tuple[str, ...]
    confidence: float | None
    votes: tuple[Vote, ...]
    key: str
    response: str
    attempts: int
    pictures: tuple[str, ...]  # the files of those that it gave


class Made(NamedTuple):
    """A record that a case was made from."""

    id: str
    pool: str
    core: str
    origin: str
    revision: str
    licence: str


class Shown(NamedTuple):
    """A case with the verdicts on it. `kind` says what became of it from the first model to the second."""

    case: str
    task: str
    arm: str
    kind: str
    folded: str  # the class for which it is; "" where it is not
    tags: Mapping[str, str]
    steps: tuple[str, ...]
    expected: Said
    records: tuple[Made, ...]
    ended: tuple[Ended, ...]
    pictures: tuple[str, ...]  # the files of those that it shows


class Found(NamedTuple):
    """What a look at a run found: how many verdicts match of all, how those ended, and the first cases of them."""

    folder: Path
    models: tuple[str, ...]
    verdicts: int
    matching: int
    counts: Mapping[str, int]
    kinds: Mapping[str, int]
    cases: tuple[Shown, ...]


def look(folder: Path, wanted: Wanted, *, unfold: bool = False) -> Found:
    """Look through a run, finished or not. Raises `FolderError` for what is none, `InputError` for unknown names."""
    with _ours(folder):
        return _look(read_rows(folder), wanted, unfold)


def _look(rows: Rows, wanted: Wanted, unfold: bool) -> Found:
    models = models_of(rows, wanted)
    keep = matching(rows, wanted, models)
    if wanted.text:
        keep = keep & holding(rows, wanted.text)
    paired = len(models) == 2 and bool(wanted.models or wanted.kinds or wanted.differ)
    of_kind: dict[str, int] = {}
    kind = None
    if paired:
        kind = kinds(rows, *(by_model(rows, model) for model in models))
        touched = np.zeros(len(rows.cases.ids), np.bool_)
        touched[rows.case[keep]] = True
        of_kind = {name: int((kind.among(name) & touched).sum()) for name in kind.names if name}
        if wanted.differ or wanted.kinds:
            keep = keep & kind.among(*(wanted.kinds or kind.names[1:]))[rows.case]
    order = in_order(rows, keep, wanted.first)
    chosen = _chosen(rows, order, wanted.n, models if paired else ())
    names = {at: "" if kind is None else kind.names[kind.codes[at]] for at, _ in chosen}
    shown = _shown(rows, chosen, names, unfold)
    tally = counts(rows, keep)
    return Found(rows.run.folder, rows.manifest.models, len(rows), int(keep.sum()), tally, of_kind, shown)


def one(folder: Path, case: str, *, unfold: bool = False) -> Found:
    """One case whole, by its id or as much of it as no other has, with what every model made of it."""
    with _ours(folder):
        return _one(read_rows(folder), case, unfold)


def _one(rows: Rows, case: str, unfold: bool) -> Found:
    begins = np.char.startswith(rows.cases.ids, case.encode("ascii", "replace"))
    at = np.flatnonzero(begins)
    if not len(at):
        raise InputError(f"the run has no case `{case}`: `trustgen cases` prints the first letters of each id")
    if len(at) > 1:
        ids = ", ".join(i.decode()[:12] for i in rows.cases.ids[at[:MOST_FOUND]])
        raise InputError(f"{len(at)} cases begin with `{case}`: {ids}")
    mine = np.flatnonzero(rows.case == at[0])
    keep = rows.case == at[0]
    shown = _shown(rows, [(int(at[0]), [int(i) for i in mine])], {int(at[0]): ""}, unfold)
    return Found(rows.run.folder, rows.manifest.models, len(rows), len(mine), counts(rows, keep), {}, shown)


@contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """A row that is none of ours is a fault of the folder."""
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise FolderError(f"`{folder}` holds a row that is not ours ({error}): get the run whole") from error


def _chosen(rows: Rows, order: Places, n: int, pair: Sequence[int]) -> list[tuple[int, list[int]]]:
    """The first cases of an order, each with the rows that were found of it, or with those of both models."""
    of_case = rows.case[order]
    _, first = np.unique(of_case, return_index=True)
    chosen = of_case[np.sort(first)[:n]]
    beside = [by_model(rows, model) for model in pair]
    if beside:
        return [(int(case), [int(of[case]) for of in beside if of[case] >= 0]) for case in chosen]
    mine = order[np.isin(of_case, chosen)]
    found: dict[int, list[int]] = {int(case): [] for case in chosen}
    for row in np.sort(mine) if len(mine) else ():
        found[int(rows.case[row])].append(int(row))
    return [(case, sorted(those, key=lambda row: int(rows.model[row]))) for case, those in found.items()]


# ── with their texts ────────────────────────────────────────────────────────────────────────────────────────────────


def _shown(
    rows: Rows, chosen: Iterable[tuple[int, list[int]]], kind: Mapping[int, str], unfold: bool
) -> tuple[Shown, ...]:
    chosen = list(chosen)
    cases = rows.edition.cases_at(int(rows.cases.place[at]) for at, _ in chosen)
    known = {at: _draw(rows, at, cases[int(rows.cases.place[at])]) for at, _ in chosen}
    records = rows.edition.records_of({i for case in known.values() for i in case.records})
    asked = {(known[at].id, rows.manifest.models[rows.model[row]]) for at, mine in chosen for row in mine}
    whole = Looked(rows.run).whole(asked, set(rows.manifest.judges.values()))
    people = {(v.case, v.model): v for v in settled(rows.run.folder).values()}
    classes = {entry.id: class_of(entry) for entry in rows.edition.manifest.tasks}
    why = surprise(rows)
    found = []
    for at, mine in chosen:
        case = known[at]
        fold = "" if unfold else case_harm(classes.get(case.task, ABSENT), case.tags)
        ended = []
        for row in mine:
            who = (case.id, rows.manifest.models[rows.model[row]])
            verdict, response = whole.get(who, (None, None))
            if verdict and verdict.outcome == Outcome.UNPARSED:
                verdict = people.get(who, verdict)
            ended.append(_ended(rows, row, case, verdict, response, why[:, row], fold, unfold))
        made = tuple(_made(records[i]) for i in case.records if i in records)
        expected = _text("expected", case.expect.best_reply, fold)
        told = (case.id, case.task, case.arm, kind[at], fold, case.tags, case.steps, expected, made, tuple(ended))
        kept = rows.run.folder / "edition" / ASSETS
        found.append(Shown(*told, tuple(str(kept / image.sha256) for image in case.images)))
    return tuple(found)


def _draw(rows: Rows, at: int, case: Case) -> Case:
    """A case as it was asked here: where each is asked several times, its draw."""
    named = rows.cases.ids[at].decode()
    if named == case.id:
        return case
    tag = rows.cases.tag(TAG)
    return msgspec.structs.replace(case, id=named, tags={**case.tags, TAG: tag.names[tag.codes[at]]})


def class_of(entry: TaskEntry) -> str:
    """Why the texts of a task may harm; "" where they do not. Of a task that is not installed nobody knows."""
    return entry.harm(card_of(entry))


def _ended(
    rows: Rows,
    row: int,
    case: Case,
    verdict: Verdict | None,
    response: Response | None,
    why: Any,
    fold: str,
    unfold: bool,
) -> Ended:
    merit = float(rows.merit[row])
    outcome = str(verdict.outcome) if verdict else str(Outcome.SKIPPED)
    turns = said(case, response)
    told = tuple(_text(who, text, fold or ("" if unfold or who != THOUGHT else "thought")) for who, text in turns)
    v = verdict
    return Ended(
        model=rows.manifest.models[rows.model[row]],
        outcome=outcome,
        score=v.score if v else None,
        label=v.label if v else "",
        right=None if np.isnan(merit) or rows.outcome[row] != SCORED else merit >= RIGHT,
        reason=v.reason if v else "",
        rung=v.rung if v else "",
        judge=v.judge if v else "",
        said=told,
        surprising=tuple(name for name, holds in zip(WHY, why, strict=True) if holds),
        confidence=v.confidence if v else None,
        votes=v.votes if v else (),
        key=v.key if v else "",
        response=v.response if v else "",
        attempts=response.attempts if response else 0,
        pictures=tuple(str(rows.run.blobs.folder / one.sha256) for one in response.pictures) if response else (),
    )


def _text(who: str, text: str, folded: str) -> Said:
    return Said(who, "" if folded else text, len(text), folded if text else "")


def _made(record: Record) -> Made:
    core = str(record.fields.get("core", ""))
    return Made(record.id, record.pool, core, record.source.origin, record.source.revision, record.source.licence)


__all__ = ["Ended", "Found", "Made", "Said", "Shown", "look", "one"]
