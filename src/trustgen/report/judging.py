"""Who judged a run: which rung decided how many cases, and how far the members of a panel agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from trustgen.stats.agreement import Agreement, krippendorff_alpha
from trustgen.store import RunFolder, RunManifest

UNREAD = "none (unread)"
MOST = 20_000  # cases of a task whose votes are held for the agreement; of more, those with the least keys


@dataclass(frozen=True)
class Judged:
    """One task. `rungs` counts verdicts by the rung that decided, those that none could read under `UNREAD`.

    `agreement` is of a panel's members, if any.
    """

    rungs: dict[str, int]
    agreement: Agreement | None = None


def judged(folder: RunFolder, manifest: RunManifest) -> dict[str, Judged]:
    """Read once over the verdicts that the estimates rest on; `blocked` and `error` were decided by nobody."""
    rungs: dict[str, Counter[str]] = defaultdict(Counter)
    votes: dict[str, list[dict[str, str]]] = defaultdict(list)
    for verdict in folder.verdicts():  # by key, so the first ones are as good as drawn
        if verdict.judge != manifest.judges.get(verdict.task) or verdict.outcome in ("blocked", "error"):
            continue
        rungs[verdict.task][UNREAD if verdict.outcome == "unparsed" else verdict.rung] += 1
        if len(verdict.votes) > 1 and len(votes[verdict.task]) < MOST:
            votes[verdict.task].append({vote.by: vote.label for vote in verdict.votes})
    return {task: Judged(dict(counts), _agreement(votes[task])) for task, counts in rungs.items()}


def _agreement(votes: list[dict[str, str]]) -> Agreement | None:
    members = sorted({by for cast in votes for by in cast})
    if len(members) < 2:
        return None
    return krippendorff_alpha([[cast.get(by) or None for by in members] for cast in votes])
