"""The contract of a task: laws that every task keeps, built in or plugged in, tried on models whose answers are known.

No model is asked and nothing is fetched but what the task's pools fetch: seconds, and no key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from trustgen.core import Case, Image, InputError, Outcome, TaskFactory, named

from . import known
from .trial import Trial, made_of

HEADINGS = ("What is asked", "How it is judged", "What counts", "Known limits")
AUDITED = 30  # records that are built and audited
ACCEPTED = 0.9  # share of cases that pass the audit, at the least
SALTS = (("a", "b"), ("b", "c"), ("a", "c"))


class Law(NamedTuple):
    """One thing that is held of a task: what a trial lacks of it ("" for nothing), and how that is mended."""

    name: str
    lacks: Callable[[Trial], str]
    mend: str


class Finding(NamedTuple):
    """How a task stands to one law."""

    law: str
    fault: str  # "" where it holds
    mend: str

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return not self.fault


def contract(make: TaskFactory, n: int | None = None) -> list[Finding]:
    """Every law with what a task over `n` records (its own default) lacks of it.

    Raises `InputError` where the task cannot be made at all, as where a pool or a role is missing.
    """
    trial = Trial(make, n)
    _ = trial.task
    return [find(law, trial) for law in LAWS]


def find(law: Law, trial: Trial) -> Finding:
    """One law, held against a trial; what a task raises is a fault of the task."""
    try:
        fault = law.lacks(trial)
    except Exception as error:
        fault = f"raises {type(error).__name__}: {error}"
    return Finding(law.name, fault, law.mend)


def _first(faults: Iterator[str]) -> str:
    """The first fault, if there is one."""
    return next(faults, "")


def shared(trial: Trial) -> tuple[float, float]:
    """The share of a salt's cases that another salt makes too, by id and by the words asked, over three pairs."""
    ids = words = 0.0
    for one, other in SALTS:
        mine, others = trial.cases(one), trial.cases(other)
        ids += len({c.id for c in mine} & {c.id for c in others}) / len(mine)
        words += len({worded(c) for c in mine} & {worded(c) for c in others}) / len(mine)
    return ids / len(SALTS), words / len(SALTS)


def worded(case: Case) -> tuple[str, ...]:
    """What is asked, turn by turn: the words, and the pictures that they are about."""
    images = (part.sha256 for turn in case.turns for part in turn.parts if isinstance(part, Image))
    return (*(turn.text for turn in case.turns), *images)


def _named(trial: Trial) -> str:
    task = trial.task
    if not re.fullmatch(r"\d+-[A-Z]+", task.version):
        return f"version `{task.version}` is not N-X, as 1-A"
    return "" if re.fullmatch(r"\w+(\.\w+)*", task.id) else f"`{task.id}` is no id: words joined by dots"


def _described(trial: Trial) -> str:
    if not trial.task.package:
        return "the task stands in no package, and so has no card.md beside it"
    task, card = trial.task, trial.task.card
    if list(card.measures) != list(task.measures) and list(card.measures) != _with_roles(trial):
        return f"the card lists {', '.join(card.measures)}, the task measures {', '.join(task.measures)}"
    if silent := [name for name, caption in card.measures.items() if "enominator" not in caption]:
        return f"the caption of `{silent[0]}` states no denominator"
    if not (card.title and card.dimension and card.source):
        return "the card has no title, dimension or source"
    if missing := [heading for heading in HEADINGS if f"## {heading}" not in card.prose]:
        return f"the card has no part `## {missing[0]}`"
    arms = {case.arm for case in trial.cases()}
    return _first(
        f"`{name}` reads the arm `{measure.arm}`, which is never asked"
        for name, measure in task.measures.items()
        if measure.arm and measure.arm not in arms
    )


def _with_roles(trial: Trial) -> list[str]:
    """What the task measures where all roles of its card are bound."""
    roles = trial.task.card.roles
    made = trial.make(trial.n, named({role: f"organism/{role}" for role in roles})) if roles else trial.task
    return list(made.measures)


def _sourced(trial: Trial) -> str:
    told = {name: dict(said) for name, said in trial.task.records.manifests.items()}
    for record in trial.task.records.select("test"):
        source = record.source
        told[record.pool] = {"origin": source.origin, "revision": source.revision, "licence": source.licence}
    wanted = ("origin", "revision", "licence")
    return _first(f"pool `{name}` states no {what}" for name, said in told.items() for what in wanted if not said[what])


def _repeatable(trial: Trial) -> str:
    ids = [case.id for case in trial.cases()]
    if not ids:
        return "it has no case"
    if [case.id for case in made_of(trial.make(trial.n), "test")] != ids:
        return "the same salt made other cases"
    return "" if len(set(ids)) == len(ids) else "two cases are the same"


def _fresh(trial: Trial) -> str:
    if trial.task.package and trial.task.card.fixed:
        return ""
    ids, words = shared(trial)
    if ids >= 0.01:
        return f"another salt makes {ids:.0%} of the same cases"
    return f"another salt asks {words:.0%} of the same words" if words >= 0.5 else ""


def _usable(trial: Trial) -> str:
    return _first(f"{fault}: {_of(case)}" for case in trial.cases() if (fault := _fault(trial, case)))


def _fault(trial: Trial, case: Case) -> str:
    expect, text = case.expect, "".join(worded(case))
    if case.task != trial.task.id or len(case.records) != 1 or case.calls < 1:
        return "not one record's, or asks nothing"
    if not (expect.best_reply and expect.worst_reply):
        return "no best or no worst reply is known"
    if {expect.answer, *expect.aliases} & set(expect.wrong):
        return "an answer is right and wrong"
    odd = not case.steps and re.search(r" {2}| \.|\.\.|\{\{", text)  # noise is odd on purpose
    return "a slot left a blank or a stop too many" if odd else ""


def _of(case: Case) -> str:
    return f"{case.arm}, `{case.turns[-1].text[:60] if case.turns else ''}`"


def _audited(trial: Trial) -> str:
    from trustgen.run import build

    try:
        small = Trial(trial.make, AUDITED)
        _ = small.task
    except InputError:  # its pools hold fewer
        small = Trial(trial.make)
    with TemporaryDirectory() as folder:
        told = build([small.task], Path(folder) / "edition", salt="audit").manifest
    if told.acceptance < ACCEPTED:
        return f"the audit accepts {told.acceptance:.0%} of its cases"
    lost = {case.arm for case in small.cases("audit")} - set(told.tasks[0].arms)
    return f"no case of the arm `{min(lost)}` passes the audit" if lost else ""


def _gold(trial: Trial) -> str:
    for case, said in trial.rulings("perfect"):
        due = 1.0 if case.expect.answer else said.score
        if said.outcome != Outcome.SCORED or said.score != due:
            got = said.score if said.outcome == Outcome.SCORED else said.outcome.value
            return f"`{case.expect.best_reply[:60]}` is read as {got}: {_of(case)}"
    return ""


def _keyed(trial: Trial) -> str:
    judge, again = trial.task.judge, trial.make(trial.n).judge
    if not judge.key or judge.key != again.key:
        return "the judge of the same task has another key"
    case, said = trial.rulings("perfect")[0]
    once_more = Trial(trial.make, trial.n).rulings("perfect")[0]
    return "" if once_more == (case, said) else f"the judge rules otherwise the second time: {_of(case)}"


LAWS = (
    Law("id and version", _named, 'write @task(version="1-A", id="mine.name")'),
    Law("the same salt, the same cases", _repeatable, "take every draw from `draw`, and from nothing else"),
    Law(
        "another salt, other cases",
        _fresh,
        "draw wordings, wrong answers or records; or say on the card why it is `fixed`",
    ),
    Law("every case can be used", _usable, "give Expect an answer and wrong ones, or best and worst"),
    Law("cases pass the audit", _audited, "`trustgen build` and `show` name every rejection"),
    Law("card and measures agree", _described, "mend card.md"),
    Law("sources are named", _sourced, "give the pool's Source origin, revision and licence"),
    Law("the judge has a key", _keyed, "make the key with trustgen.judge.key.key_of; judge without clock or chance"),
    Law("a right answer is scored", _gold, "mend the judge, or what Expect says is right"),
    Law("the perfect model comes out best", known.perfect, "mend the measure's direction or range, or the judge"),
    Law("the worst model comes out worst", known.worst, "mend `wrong` or `worst` of Expect, or the judge"),
    Law("silence has no value", known.mute, "rule an empty reply Outcome.UNPARSED"),
    Law("refusing earns nothing", known.refuser, "rule it Outcome.REFUSED; where it is meant, say so on the card"),
    Law("every case is counted once", known.planned, "let measures of trustgen.stats count"),
)
"""What every task keeps."""
