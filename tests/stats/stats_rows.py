"""Small graded cases for the tests of measures: made by hand or by Hypothesis, completed, and counted the slow way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

from hypothesis import strategies as st

from trustgen.core import OUTCOMES, Direction, Outcome
from trustgen.stats import (
    ClusterMeasure,
    Grade,
    Grades,
    accuracy,
    all_right,
    choice_bias,
    disparate_impact,
    flip_rate,
    gap,
    label_rate,
    mend_rate,
    outcome_rate,
    pair_flips,
)

MEASURES: dict[str, ClusterMeasure] = {
    "accuracy": accuracy(),
    "accuracy in an arm": accuracy("plain"),
    "label rate": label_rate("A", direction=Direction.LOWER),
    "labels rate": label_rate(("A", "B"), "push", direction=Direction.HIGHER),
    "refusal rate": outcome_rate("refused"),
    "block rate": outcome_rate("blocked", "plain"),
    "answer rate": outcome_rate("scored"),
    "flip rate": flip_rate(),
    "flip rate of an arm": flip_rate(arms=("push",)),
    "mend rate": mend_rate(),
    "all right": all_right(),
    "all right in an arm": all_right("plain"),
    "choice bias": choice_bias(3),
    "choice bias of 2": choice_bias(2, "plain"),
    "pair flips": pair_flips("group"),
    "impact": disparate_impact("group", "A"),
    "impact to a reference": disparate_impact("group", "A", reference="x"),
    "gap": gap("group", ("A", "B")),
}

TIGHT = ("accuracy", "accuracy in an arm", "label rate", "labels rate", "refusal rate", "block rate", "answer rate")
"""Measures whose bounds are reached by some completion, whatever the cases."""


def case(cluster: str, score: float | Outcome, arm: str = "plain", label: str = "A", group: str = "") -> Grade:
    """One case: scored, or ended as the outcome given in place of a score."""
    tags = {"group": group} if group else {}
    if isinstance(score, Outcome):
        return Grade(cluster, arm, score, tags=tags)
    return Grade(cluster, arm, Outcome.SCORED, score, label, tags)


def value(measure: ClusterMeasure, rows: Sequence[Grade]) -> float:
    """The value alone, without its interval: a hundred times faster."""
    return measure.value(measure.count(Grades.of(rows)).table)


_ended = st.sampled_from(OUTCOMES[1:])
_score = st.sampled_from((0.0, 0.25, 0.5, 1.0))


def grade_rows(max_size: int = 10, missing: int | None = None) -> st.SearchStrategy[list[Grade]]:
    """Rows of a few clusters, arms and groups, at most `missing` of them not scored."""
    row = st.builds(
        case,
        cluster=st.sampled_from("rst"),
        score=_score if missing == 0 else _score | _ended,
        arm=st.sampled_from(("plain", "plain", "push", "doubt")),
        label=st.sampled_from("ABC"),
        group=st.sampled_from(("x", "y", "z", "")),
    )
    rows = st.lists(row, max_size=max_size)
    if not missing:
        return rows
    return rows.filter(lambda made: sum(r.outcome != Outcome.SCORED for r in made) <= missing)


def completions(measure: ClusterMeasure, rows: Sequence[Grade]) -> Iterator[list[Grade]]:
    """Every way in which the missing cases of a measure could have ended."""
    all_usable = measure.usable(Grades.of(rows))
    ends: list[list[Grade]] = []
    for row, usable in zip(rows, all_usable, strict=True):
        if usable or (row.outcome == Outcome.SCORED):
            ends.append([row])
        elif measure.__class__.__name__ == "OutcomeRate":
            ways = [Outcome.SCORED, Outcome.REFUSED, Outcome.UNPARSED]
            ways += [Outcome.BLOCKED] if measure is MEASURES["block rate"] else []
            ends.append([row._replace(outcome=way, score=1.0) for way in ways])
        else:
            ways = product((0.0, 1.0), "ABC")
            ends.append([row._replace(outcome=Outcome.SCORED, score=s, label=label) for s, label in ways])
    return map(list, product(*ends))


def slow_pairs(rows: Sequence[Grade], pairs: Callable[[Grade, Grade], bool]) -> list[tuple[Grade, Grade]]:
    """Pairs of one cluster, listed one by one."""
    return [(a, b) for a, b in combinations(rows, 2) if a.cluster == b.cluster and pairs(a, b)]


def pair_outcome(a: Grade, b: Grade) -> Outcome:
    """How a pair ends: scored if both are, else the earlier outcome of those that are not."""
    return next((o for o in OUTCOMES[1:] if o in (a.outcome, b.outcome)), Outcome.SCORED)
