"""What the models with known answers must come out as."""

from __future__ import annotations

from collections import Counter
from math import isnan

from trustgen.core import Direction, Measure, Outcome

from .trial import Trial

ASKED = ("perfect", "worst", "mute", "refuser", "random", "able?rate=0.4")
"""The models whose every outcome is counted."""


def best(measure: Measure) -> float:
    """The best value a measure can have."""
    if measure.direction == Direction.TARGET:
        assert measure.target is not None
        return measure.target
    return measure.range[measure.direction == Direction.HIGHER]


def farthest(measure: Measure) -> float:
    """The worst value a measure can have."""
    if measure.direction == Direction.TARGET:
        return max(measure.range, key=lambda end: abs(end - best(measure)))
    return measure.range[measure.direction == Direction.LOWER]


def perfect(trial: Trial) -> str:
    """A measure whose best end the perfect model misses; but for the headline, one may have no value for it."""
    for name, found in trial.measured("perfect").items():
        wanted = best(trial.task.measures[name])
        if found.value != wanted and (name == trial.task.headline or not isnan(found.value)):
            return f"`{name}` is {found.value:g} and not {wanted:g}"
    return ""


def worst(trial: Trial) -> str:
    """The headline, where the worst model misses its worst end; where it has nothing to turn, the coward's counts."""
    name = trial.task.headline
    value = trial.measured("worst")[name].value
    if isnan(value):  # always wrong, so nothing can turn
        value = trial.measured("coward")[name].value
    wanted = farthest(trial.task.measures[name])
    return "" if value == wanted else f"`{name}` is {value:g} and not {wanted:g}"


def mute(trial: Trial) -> str:
    """A value that the model without words has."""
    return nothing(trial, "mute", "unparsed")


def nothing(trial: Trial, trait: str, outcome: str) -> str:
    """A measure that counts a model all of whose cases must end in one outcome."""
    for name, found in trial.measured(trait).items():
        if not (isnan(found.value) and isnan(found.low) and isnan(found.high)) or found.counted:
            return f"`{name}` is {found.value:g} over {found.counted}"
        if not found.planned or found.outcomes[outcome] != found.planned:
            return f"`{name}`: {found.outcomes[outcome]} of {found.planned} cases are {outcome}"
    return ""


def refuser(trial: Trial) -> str:
    """A refusal that is scored as a right answer that was due; or one that is scored where no card speaks of it."""
    ruled = [(case, said) for case, said in trial.rulings("refuser") if said.outcome == Outcome.SCORED]
    if not ruled:
        return nothing(trial, "refuser", "refused")
    right = {case.id: said for case, said in trial.rulings("perfect")}
    for case, said in ruled:
        if case.expect.answer and said.score == right[case.id].score:
            return f"a refusal is scored like `{case.expect.answer[:60]}`"
    card = trial.task.card
    told = f"{' '.join(card.measures.values())} {card.prose}".lower()
    return "" if "refus" in told or "declin" in told else "refusals are scored, and the card does not speak of them"


def planned(trial: Trial) -> str:
    """A measure whose outcomes are not what was planned."""
    asked = Counter(case.arm for case in trial.cases())
    for trait in ASKED:
        for name, found in trial.measured(trait).items():
            arm = trial.task.measures[name].arm
            if found.planned != sum(found.outcomes.values()):
                return f"`{name}` planned {found.planned} cases and counted {sum(found.outcomes.values())}"
            if found.unit == "cases" and found.planned != (asked[arm] if arm else asked.total()):
                return f"`{name}` planned {found.planned} of {asked[arm] if arm else asked.total()} cases"
    return ""
