"""What a guesser and the perfect model get on an edition: 0 and 1 of goodness.

Both are organisms, which answer in this process and cost nothing, so they are asked anew every time: a figure that lies
in a folder could have come from another edition, another judge or another version. Only a judge that rules by itself
gives anchors; one that asks a model would cost money.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from trustgen.core import Case, Model, ModelOptions, Outcome, Request, Response, Task
from trustgen.models.organism import candidates, open_model
from trustgen.models.played import answered, now
from trustgen.stats import Grade, Grades
from trustgen.stats.estimated import estimated
from trustgen.stats.goodness import Scale
from trustgen.store import Edition, RunManifest

GUESSER, PERFECT = "random", "perfect"
RECORDS = 250
"""Records of each task that the two answer, at most, so that a large edition takes seconds; their error is counted.

A guesser answers fewer records several times over, so that its luck does not decide which dimension looks weak.
"""
GUESSES = 8


def scales(
    tasks: Mapping[str, Task], edition: Edition, manifest: RunManifest, planned: Mapping[str, Grades]
) -> dict[str, Scale]:
    """How each task's headline becomes goodness, by task; a scale without anchors says why.

    `manifest` is that of a run on the edition: its judges must be those that are installed. `planned` are the cases of
    each task, graded by whatever model.
    """
    asked = {name: task for name, task in tasks.items() if name in planned}
    reasons = {name: _reason(task, manifest) for name, task in asked.items()}
    times = {name: min(max(RECORDS // max(planned[name].clusters, 1), 1), GUESSES) for name in asked}
    rows = _answered({name: task for name, task in asked.items() if not reasons[name]}, edition, times, reasons)
    found = dict.fromkeys(tasks, Scale(reason="no model was asked it"))
    for name, task in asked.items():
        each = task.measures[task.headline].cases_each(planned[name])
        found[name] = _scale(task, each, reasons[name], rows.get(name, {}))
    return found


def _reason(task: Task, manifest: RunManifest) -> str:
    """Why a task has no anchors; "" where it can be tried."""
    if task.judge.asks:
        return "its judge asks a model"
    if manifest.judges.get(task.id) != task.judge.key:
        return "it was judged by another judge than the one installed"
    return ""


def _answered(
    tasks: Mapping[str, Task], edition: Edition, times: Mapping[str, int], reasons: dict[str, str]
) -> dict[str, dict[str, list[Grade]]]:
    """Both organisms' graded cases, by task and organism; `reasons` gets what went wrong."""
    perfect = open_model(PERFECT, ModelOptions())
    guessers = [open_model(f"{GUESSER}?seed={seed}", ModelOptions()) for seed in range(GUESSES)]
    entries = {entry.id: entry for entry in edition.manifest.tasks}
    rows: dict[str, dict[str, list[Grade]]] = defaultdict(lambda: {GUESSER: [], PERFECT: []})
    records: dict[str, set[str]] = defaultdict(set)
    for case in edition.cases():
        task, seen = tasks.get(case.task), records[case.task]
        if task is None or reasons[task.id] or (case.cluster not in seen and len(seen) == RECORDS):
            continue
        seen.add(case.cluster)
        if case.play and case.play.tools:
            reasons[task.id] = "it is played, and who acts at random is no guesser"
            continue
        if not case.play and candidates(case.expect) == (case.expect.answer,) and not case.expect.worst_reply:
            reasons[task.id] = "its questions are open: there is nothing to guess among"
            continue
        if gap := entries[task.id].lacks(perfect):
            reasons[task.id] = f"no organism has the level {', '.join(sorted(gap))}"
            continue
        judged: dict[str, Grade] = {}  # by what was said: a guesser often guesses alike
        try:
            rows[task.id][PERFECT].append(_grade(perfect, task, case, edition, judged))
            for i, guesser in enumerate(guessers[: times[task.id]]):
                guess = _grade(guesser, task, case, edition, judged)
                rows[task.id][GUESSER].append(guess._replace(cluster=f"{guess.cluster} {i}"))
        except Exception as error:  # a judge that fails here gives no anchors, and costs nothing else
            reasons[task.id] = f"its judge failed on an organism: {type(error).__name__}: {error}"
    return rows


def _grade(organism: Model, task: Task, case: Case, edition: Edition, judged: dict[str, Grade]) -> Grade:
    """One case, every question of its script asked, judged as a run judges it; what was `judged` already, as then."""
    if case.play or (case.sampling or task.sampling).image is not None:
        return _ruled(task, case, _response(organism, task, case, edition))
    # Outside a game an organism says the same to every question, so one tells whether the rest need be asked.
    said = now(organism.ask(Request((), task.sampling, case))).text
    if said not in judged:
        judged[said] = _ruled(task, case, _response(organism, task, case, edition))
    return judged[said]


def _response(organism: Model, task: Task, case: Case, edition: Edition) -> Response:
    return answered(organism, case, task.sampling, edition.asset, task.kit.keep)


def _ruled(task: Task, case: Case, response: Response) -> Grade:
    if response.reason:
        return Grade(case.cluster, case.arm, Outcome.UNPARSED, tags=case.tags)
    ruling = task.judge(case, response)
    return Grade(case.cluster, case.arm, ruling.outcome, ruling.score, ruling.label, case.tags, ruling.confidence)


def _scale(task: Task, each: float, reason: str, rows: Mapping[str, list[Grade]]) -> Scale:
    if reason or not rows:
        return Scale(each, reason=reason or "the edition has no case of it")
    grades = {trait: Grades.of(found) for trait, found in rows.items()}
    try:
        guesser, perfect = (estimated(task, task.headline, trait, grades[trait]) for trait in (GUESSER, PERFECT))
    except Exception as error:  # a measure may refuse what an organism's judge gave it
        return Scale(each, reason=f"no value for an organism: {error}")
    return Scale(each, guesser, perfect)
