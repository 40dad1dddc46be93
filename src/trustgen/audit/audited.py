"""The audit of a sealed edition: its card made anew, ledger, dialogues, and what outside texts and labels say."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from trustgen.store import Edition

from .card import FORMAT, EditionSheet
from .dialogue import Dialogues
from .freshness import measured
from .labels import agreement
from .outside import LabelBook, Reference
from .sampled import Kept, Passage, mark
from .shift import as_rows, covered, gram_marks, one_each, shifts
from .thresholds import Figure, Thresholds, failures, plain
from .twosample import FEW, transfer, two_sample

WHOLE = "whole edition"
"""The name under which texts that belong to no task are compared."""

SURE = 0.05
"""The p value, adjusted for all attributes, below which chance does not explain a shift."""

REASONS = 200
"""Different reasons that the ledger tells apart for one task, at most."""

_VARIES = re.compile(r"`[^`]*`|\"[^\"]*\"|'[^']*'|\d+(?:\.\d+)?")

Found = dict[str, Any]


class AuditCard(msgspec.Struct, frozen=True, kw_only=True):
    """What the audit of an edition found: plain JSON values, floats rounded to 4 digits, None for what is undefined.

    `tasks` is the card that a build stores; `ledger`, `dialogues`, `reference` (by task, or `WHOLE`) and `labels` each
    hold judged `figures` and what they were read from. `not_measured` says what was not, and why.
    """

    edition: str
    suite: str
    passed: bool
    failed: tuple[str, ...]
    not_measured: tuple[str, ...]
    tasks: Found
    ledger: Found
    dialogues: Found
    reference: Found
    labels: Found
    thresholds: Found
    format: int = FORMAT

    def sections(self) -> dict[str, dict[str, Figure]]:
        """Every judged figure, by a heading."""
        return _sections(self.tasks, self.ledger, self.dialogues, self.reference, self.labels)


def audit_edition(
    edition: Edition | Path,
    *,
    reference: Reference | None = None,
    labels: Sequence[Path] = (),
    thresholds: Thresholds | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> AuditCard:
    """Audit an edition; nothing is asked, and nothing is written. The same inputs give the same card.

    Cases are read once; what is held does not grow with their number (at most 2,000 of a task and as many reference
    texts). `progress` is told each step. Raises `FolderError` for a folder that is no edition, `InputError` for a
    reference or labels that cannot be used, `MissingExtra` where a reference is given and scikit-learn is absent.
    """
    edition = edition if isinstance(edition, Edition) else Edition.open(edition)
    thresholds = thresholds or Thresholds.read()
    book = LabelBook(*labels) if labels else None
    sheet, dialogues = EditionSheet(), dict[str, Dialogues]()
    progress("reading the cases")
    for case in edition.cases():
        sheet.add(case)
        dialogues.setdefault(case.task, Dialogues()).add(case)
        if book:
            book.see(case)
    not_measured: list[str] = []
    tasks = sheet.cards(thresholds)
    for name, figures in _content(edition, thresholds, not_measured).items():
        tasks[name]["figures"] |= figures
    spoken = _dialogues(dialogues, thresholds, not_measured)
    ledger = _ledger(edition, thresholds)
    compared: Found = {}
    if reference:
        compared = _compared(sheet, reference, thresholds, not_measured, progress)
    else:
        not_measured.append("shift, told_apart, transfer_drop, contaminated: no --reference was given")
    labelled = _labelled(book, thresholds, not_measured)
    failed = failures(_sections(tasks, ledger, spoken, compared, labelled))
    return AuditCard(
        edition=edition.manifest.id,
        suite=edition.manifest.suite,
        passed=not failed,
        failed=tuple(failed),
        not_measured=tuple(not_measured),
        tasks=plain(tasks),
        ledger=plain(ledger),
        dialogues=plain(spoken),
        reference=plain(compared),
        labels=plain(labelled),
        thresholds=plain(thresholds.described()),
    )


def _sections(
    tasks: Found, ledger: Found, dialogues: Found, reference: Found, labels: Found
) -> dict[str, dict[str, Figure]]:
    sections: dict[str, dict[str, Figure]] = {}
    for name, task in tasks.items():
        more = (ledger.get(name, {}), dialogues.get(name, {}))
        sections[name] = {**task["figures"], **{k: f for part in more for k, f in part.get("figures", {}).items()}}
    for name, part in reference.items():
        sections[f"{name} against the reference"] = part["figures"]
    if labels:
        sections["human labels"] = labels["figures"]
    return sections


# ── the parts ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _content(edition: Edition, thresholds: Thresholds, not_measured: list[str]) -> dict[str, dict[str, Figure]]:
    """How much there is behind each task, and how much of it an earlier edition gives away: measured at the release."""
    found: dict[str, dict[str, Figure]] = {}
    unknown = []
    for entry in edition.manifest.tasks:
        told = measured(entry.id, entry.version, entry.pool)
        if told is None:
            unknown.append(entry.id)
            continue
        judge = partial(thresholds.judge, task=entry.id)
        found[entry.id] = {
            "cores": judge("cores", told.cores),
            "repeated_cores": judge("repeated_cores", told.repeated),
        }
        if guess := told.guess:
            ends = (guess.gain, guess.low - guess.chance, guess.high - guess.chance)
            found[entry.id]["guessed_gain"] = judge("guessed_gain", *ends)
    if unknown:
        not_measured.append(f"cores, repeated_cores, guessed_gain of {', '.join(unknown)}: see `trustgen content`")
    return found


def _ledger(edition: Edition, thresholds: Thresholds) -> Found:
    """Acceptance by task, and how many fell out where and why, those that cost no case apart (`without_loss`)."""
    lines: dict[tuple[str, bool], dict[str, Counter[str]]] = {}
    for reject in edition.rejects():
        reasons = lines.setdefault((reject.task, reject.lost), {}).setdefault(reject.stage, Counter())
        reason = _VARIES.sub("…", reject.reason)
        reasons[reason if reason in reasons or len(reasons) < REASONS else "other reasons"] += 1
    found: Found = {}
    for entry in edition.manifest.tasks:
        share = entry.planned / entry.made if entry.made else math.nan
        found[entry.id] = {
            "accepted": entry.planned,
            "made": entry.made,
            "mended": entry.mended,
            "lost": _by_reason(lines.get((entry.id, True), {})),
            "without_loss": _by_reason(lines.get((entry.id, False), {})),
            "figures": {"acceptance": thresholds.judge("acceptance", share, task=entry.id)},
        }
    return found


def _by_reason(stages: Mapping[str, Counter[str]]) -> Found:
    """Counts by stage and reason, the most frequent first."""
    return {
        stage: dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))
        for stage, reasons in sorted(stages.items())
    }


def _dialogues(dialogues: Mapping[str, Dialogues], thresholds: Thresholds, not_measured: list[str]) -> Found:
    found: Found = {}
    for task, counted in sorted(dialogues.items()):
        if counted.count:
            rates = {"role_flip": counted.role_flip, "interruption": counted.interruption}
            figures = {name: thresholds.judge(name, *rate, task=task) for name, rate in rates.items()}
            found[task] = {"dialogues": counted.count, "turns": counted.turns, "figures": figures}
    if found:
        not_measured.append("digression in dialogues: whether a dialogue leaves its subject is for a judge to say")
    return found


def _labelled(book: LabelBook | None, thresholds: Thresholds, not_measured: list[str]) -> Found:
    if book is None:
        not_measured.append("majority_match, minority_match, variance_ratio, flip_rate: no --labels were given")
        return {}
    if book.unknown:
        not_measured.append(f"{book.unknown} rows of {book.named}: they name no case of this edition")
    found = agreement(book.items())
    judge = thresholds.judge
    figures = {name: judge(name, found.pop(name)) for name in ("majority_match", "minority_match", "flip_rate")}
    limits = [found.pop(f"variance_ratio{end}") for end in ("", "_low", "_high")]
    note = "" if not math.isnan(limits[0]) else "needs two labels of each kind for an item"
    figures["variance_ratio"] = judge("variance_ratio", *limits, note=note)
    return {**found, "figures": figures, "by_task": book.by_task()}


def _compared(
    sheet: EditionSheet,
    reference: Reference,
    thresholds: Thresholds,
    not_measured: list[str],
    progress: Callable[[str], None],
) -> Found:
    """Every task that the reference has texts for, against these; texts of no task, against the whole edition."""
    progress("reading the reference")
    kept: dict[str, Kept[Passage]] = {}
    for passage in reference.passages():
        mine = kept.setdefault(passage.task, Kept())
        if (record := mine.wants(passage.cluster)) >= 0:
            mine.add(record, f"{mark(passage.text):x}", passage)
    theirs = {task: [p for record in mine.records() for p in record] for task, mine in kept.items()}
    ours = {task: list(made.passages()) for task, made in sheet.tasks.items()}
    shared = [task for task in ours if task in theirs]
    pairs = {task: (ours[task], theirs[task]) for task in shared}
    loose = theirs.get("", []) if shared else [p for side in theirs.values() for p in side]
    if loose:
        pairs[WHOLE] = ([p for side in ours.values() for p in side], loose)
    found: Found = {}
    for name, (generated, other) in pairs.items():
        size = min(len(one_each(generated)), len(one_each(other)))
        if size < FEW:
            not_measured.append(f"{name} against the reference: {size} records on one side, {FEW} needed")
            continue
        progress(f"comparing {name} with the reference")
        found[name] = _pair(name, generated, other, thresholds, not_measured)
    if without := [task for task in ours if task not in found] if WHOLE not in found else []:
        not_measured.append(f"against the reference, which has no texts for them: {', '.join(without)}")
    if reference.published:
        _contaminated(found, ours, reference, thresholds, progress)
    else:
        not_measured.append("contaminated: the reference was not said to be --published")
    return found


def _pair(
    name: str, generated: list[Passage], reference: list[Passage], thresholds: Thresholds, not_measured: list[str]
) -> Found:
    moved = shifts(generated, reference, key=name)
    sure = [shift for shift in moved if shift.p < SURE]
    worst = max(sure, key=lambda shift: shift.excess, default=None)
    figures = {
        "shift": thresholds.judge(
            "shift", worst.excess if worst else 0.0, task=name, note=worst.attribute if worst else ""
        )
    }
    part: Found = {"texts": {"generated": len(one_each(generated)), "reference": len(one_each(reference))}}
    part["attributes"] = as_rows(moved)
    if told := two_sample(generated, reference, key=name):
        figures["told_apart"] = thresholds.judge("told_apart", told.accuracy, told.low, told.high, task=name)
        part["two_sample"] = told._asdict()
    if learnt := transfer(generated, reference, key=name):
        figures["transfer_drop"] = thresholds.judge("transfer_drop", learnt.drop, task=name)
        part["transfer"] = learnt._asdict()
    else:
        not_measured.append(f"transfer_drop of {name}: the two share no two labels with 10 texts each")
    return {**part, "figures": figures}


def _contaminated(
    found: Found,
    ours: Mapping[str, list[Passage]],
    reference: Reference,
    thresholds: Thresholds,
    progress: Callable[[str], None],
) -> None:
    """Adds, for every task, how much of it the published texts hold; they are read once more, in a stream."""
    progress("looking for the cases in the reference")
    every = [passage for side in ours.values() for passage in side]
    marks = gram_marks(every, (passage.text for passage in reference.passages()))
    for task, passages in ours.items():
        mine = covered(passages, marks)
        part = found.setdefault(task, {"figures": {}})
        part["figures"]["contaminated"] = thresholds.judge("contaminated", *mine.held, task=task)
        part["figures"]["contaminated_words"] = thresholds.judge("contaminated_words", mine.covered, task=task)
