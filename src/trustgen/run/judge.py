"""From a response to a verdict, with the task that is installed."""

from __future__ import annotations

from math import isfinite

from trustgen.core import (
    BuildStopped,
    Case,
    FolderError,
    InputError,
    Kit,
    MissingExtra,
    Outcome,
    Response,
    Ruling,
    Task,
    Verdict,
    digest,
)
from trustgen.store import Edition


def tasks_of(edition: Edition, kit: Kit | None = None) -> dict[str, Task]:
    """The installed tasks of an edition; a version whose results are not comparable raises.

    Tasks that were built with roles get these by name, so that they judge as they were built; `kit` may bring what the
    roles said then.
    """
    found: dict[str, Task] = {}
    kit = kit or edition.manifest.kit({})
    for entry in edition.manifest.tasks:
        task = entry.task(kit)
        if not entry.comparable(task.version):
            raise InputError(
                f"edition `{edition.folder}` holds `{entry.id}` {entry.version}, installed is {task.version}: rebuild "
                f"it with `trustgen build {edition.manifest.suite} --salt {edition.manifest.salt}`"
            )
        found[entry.id] = task
    return found


def rule(task: Task, case: Case, response: Response) -> Ruling:
    """A judge's ruling, or the outcome that needs no judge. Raises `BuildStopped` where a judging role gives out."""
    if response.status == "blocked":
        return Ruling(Outcome.BLOCKED, reason=response.reason)
    if response.status == "error":
        return Ruling(Outcome.ERROR, reason=response.reason)
    if response.reason:  # answered, but the conversation could not go on to what is judged
        return Ruling(Outcome.UNPARSED, reason=response.reason)
    try:
        ruling = task.judge(case, response)
        if ruling.outcome == Outcome.SCORED and ruling.score is not None and not isfinite(ruling.score):
            raise ValueError(f"score {ruling.score}")
        return ruling
    except (BuildStopped, FolderError, MissingExtra):  # nothing further can be judged: the run stops, and says so
        raise
    except Exception as error:  # the machinery's fault: counted as such, and judged again on resume
        return Ruling(Outcome.ERROR, reason=f"judge failed: {type(error).__name__}: {error}")


def verdict(task: Task, case: Case, response: Response, made: Ruling | None = None) -> Verdict:
    """The verdict of a task's judge on a response, or the one that is `made` already."""
    made = made or rule(task, case, response)
    judge = task.judge.key
    head = (digest(response.key, judge), response.key, case.id, task.id, response.model, judge)
    return Verdict(*head, made.outcome, made.score, made.label, made.reason, made.rung, made.confidence, made.votes)
