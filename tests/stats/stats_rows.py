"""Every measure there is, and small graded cases for its laws: drawn in its own words, completed, counted slowly.

A task's measure stands under the laws of measures from the day it is registered. Measures that differ in nothing but
the names of arms, labels and tags obey the same laws for the same reasons: the first of each kind is in the list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from itertools import combinations, product
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from trustgen.core import OUTCOMES, Direction, Outcome
from trustgen.core.registry import load, names
from trustgen.stats import (
    ClusterMeasure,
    Grade,
    Grades,
    brier,
    calibration_error,
    choice_bias,
    disparate_impact,
    flip_rate,
    gap,
    label_rate,
    mend_rate,
    outcome_rate,
)
from trustgen.stats.arm_differences import arm_difference
from trustgen.stats.captioned import Named
from trustgen.stats.consistency import AllSame, Likelihood, PlaceLean, action_likelihood, place_lean
from trustgen.stats.expected_maximum import any_from
from trustgen.stats.faithful import AtomShare, CaseKind
from trustgen.stats.rates import OutcomeRate
from trustgen.stats.share import CaseShare, label_among, label_share, score_among
from trustgen.stats.stated_confidence import ConfidenceMeasure
from trustgen.stats.stereotype_scores import lean_of_all, side_share

BESIDE: dict[str, ClusterMeasure] = {
    "label rate": label_rate("A", direction=Direction.LOWER),
    "labels rate": label_rate(("A", "B"), "push", direction=Direction.HIGHER),
    "label among a tag": label_among(("A", "B"), tag="kind", value="x", direction=Direction.HIGHER),
    "score among": score_among(arms=("a",), tag="kind", value=("x", "y"), direction=Direction.LOWER),
    "label share": label_share("A", ("A", "B"), direction=Direction.HIGHER),
    "refusal rate": outcome_rate("refused"),
    "block rate": outcome_rate("blocked", "plain"),
    "answer rate": outcome_rate("scored"),
    "flip rate": flip_rate(),
    "flip rate of an arm": flip_rate(arms=("push",)),
    "flip rate of a tag": flip_rate(tag="kind", value="x"),
    "mend rate": mend_rate(),
    "choice bias of 2": choice_bias(2, "plain"),
    "impact to a reference": disparate_impact("group", "A", reference="x"),
    "gap": gap("group", ("A", "B")),
    "difference": arm_difference("yes", "a", "b"),
    "place": place_lean("shown", "plain"),
    "likelihood": action_likelihood("one", "other"),
    "lean of all": lean_of_all("A", "B"),
    "side share": side_share("A", "B"),
    "any": any_from(0.8, "plain"),
    "brier": brier(),
    "plain calibration error": calibration_error(edges="width", debiased=False),
}
"""Measures that no task asks for in this form."""

ARMS = ("arm", "arms", "control", "changed", "of", "less", "apart", "there", "absent")
LABELS = ("label", "labels", "among", "favourable", "groups", "actions", "towards", "away", "letters")
TAGS = ("tag", "by")
VALUES = ("values", "classes", "reference")
SETTINGS = (
    "range",
    "target",
    "direction",
    "outcome",
    "expected",
    "threshold",
    "bins",
    "edges",
    "debiased",
    "from_right",
    "levels",
    "loss",
    "ties",
    "skill",
    "void",
    "blank",
    "blocked",
    "way",
    "size",
    "top",
    "bottom",
    "each",
)
"""What the fields of measures hold; a measure with another field is to say here what that names."""


def told(measure: ClusterMeasure, among: Sequence[str]) -> tuple[str, ...]:
    """The words in these fields of a measure."""
    found: list[str] = []
    for name in among:
        value = getattr(measure, name, None) or ()
        found += [value] if isinstance(value, str) and name != "letters" else value
    return tuple(dict.fromkeys(found))


def kind_of(measure: ClusterMeasure) -> tuple[object, ...]:
    """The measure but for its words: whether it names arms and tags, one label or several, and its settings."""
    held: list[object] = [type(measure)]
    for name in (field.name for field in fields(measure)):
        value = getattr(measure, name)
        if name in SETTINGS:
            held.append(value)
        elif name not in ("unit", "primary"):  # these are only passed on
            assert name in ARMS + LABELS + TAGS + VALUES, f"say in {__name__} what `{name}` of {measure} holds"
            held.append((name, value is None, min(len(told(measure, [name])), 2 if name in LABELS else 1)))
    return tuple(held)


def every_measure() -> dict[str, ClusterMeasure]:
    """One measure of every kind, by the name of the first task and measure that has it."""
    found: dict[tuple[object, ...], tuple[str, ClusterMeasure]] = {}
    for task in names("task"):
        for name, measure in load("task", task)().measures.items():
            found.setdefault(kind_of(measure), (f"{name} of {task.split('.')[-1]}", measure))
    for name, measure in BESIDE.items():
        found.setdefault(kind_of(measure), (name, measure))
    return dict(found.values())


MEASURES = every_measure()
BY_CLASS = {type(measure).__name__: measure for measure in MEASURES.values()}
"""One measure of every class."""


def tight(measure: ClusterMeasure) -> bool:
    """Whether its bounds are reached by some completion, whatever the cases."""
    simple = isinstance(measure, CaseShare) and not measure.among
    return simple or isinstance(measure, OutcomeRate | AllSame | PlaceLean)


class Words(NamedTuple):
    """What cases may carry so that a measure counts some of them, and passes over others."""

    arms: tuple[str, ...]
    labels: tuple[str, ...]
    tags: dict[str, tuple[str, ...]]


def words(measure: ClusterMeasure) -> Words:
    """The measure's own words, and strangers beside them."""
    if isinstance(measure, AtomShare | CaseKind):
        return of_atoms(getattr(measure, "skill", "") or "objects")
    if isinstance(measure, Named):
        return Words((measure.arm or "plain", "elsewhere"), CAPTIONS, {})
    labels = told(measure, LABELS) or ("x", "y")
    strangers = () if isinstance(measure, Likelihood) else ("z",)  # which refuses a third action
    values = told(measure, VALUES) or ("x", "y")
    tags = dict.fromkeys(told(measure, TAGS), (*values, "z", ""))
    return Words((*(told(measure, ARMS) or ("plain",)), "elsewhere"), (*labels, *strangers), tags)


def of_atoms(skill: str) -> Words:
    """Pictures with two facts of a skill: what a judge of scenes says of them, and the tag that says how many."""
    ends = ("all so, {} yy", "some so, {} yn", "some so, {} yv", "none so, {} nv", "none so, {} nn", "blank, {} nn")
    return Words(("plain",), tuple(end.format(skill) for end in ends), {"atoms": (f"{skill} 2",)})


CAPTIONS = (
    "whole, named 2, wrong 0, there 2, found 2, trap 0",
    "part, named 3, wrong 2, there 2, found 1, trap 1",
    "none, named 1, wrong 1, there 2, found 0, trap 0",
    "none, named 0, wrong 0, there 2, found 0, trap 0",
)
"""What a judge of captions says of pictures with two things."""

COMMON = Words(("plain", "push", "doubt"), ("A", "B", "C"), {"group": ("x", "y", "z", "")})
"""Words for measures made by hand."""


def case(cluster: str, score: float | Outcome, arm: str = "plain", label: str = "A", group: str = "") -> Grade:
    """One case: scored, or ended as the outcome given in place of a score."""
    tags = {"group": group} if group else {}
    if isinstance(score, Outcome):
        return Grade(cluster, arm, score, tags=tags)
    return Grade(cluster, arm, Outcome.SCORED, score, label, tags)


def design(measure: ClusterMeasure) -> list[Grade]:
    """Cases planned for a measure, all scored: four times every arm with every value of a tag, in three clusters."""
    arms, labels, tags = words(measure)
    rows, draw = [], Random(1)
    for cluster, arm, *values in 4 * list(product("rst", arms, *tags.values())):
        told_tags = {tag: value for tag, value in zip(tags, values, strict=True) if value}
        score, sure = draw.choice((0.0, 1.0)), draw.random()
        rows.append(Grade(cluster, arm, Outcome.SCORED, score, draw.choice(labels), told_tags, sure))
    return rows


def value(measure: ClusterMeasure, rows: Sequence[Grade]) -> float:
    """The value alone, without its interval: a hundred times faster."""
    return measure.value(measure.count(Grades.of(rows)).table)


_ended = st.sampled_from(OUTCOMES[1:])
_score = st.sampled_from((0.0, 0.25, 0.5, 1.0))
_sure = st.sampled_from((0.0, 0.15, 0.5, 0.81, 1.0))


def grade_rows(of: Words, max_size: int = 10, missing: int | None = None) -> st.SearchStrategy[list[Grade]]:
    """Rows of a few clusters in these words, at most `missing` of them not scored (0: and each says how sure it is)."""
    arms, labels, tags = of

    def made(
        cluster: str, arm: str, end: float | Outcome, label: str, values: Sequence[str], sure: float | None
    ) -> Grade:
        told_tags = {tag: value for tag, value in zip(tags, values, strict=True) if value}
        if isinstance(end, Outcome):
            return Grade(cluster, arm, end, tags=told_tags)
        return Grade(cluster, arm, Outcome.SCORED, end, label, told_tags, sure)

    row = st.builds(
        made,
        st.sampled_from("rst"),
        st.sampled_from(arms),
        _score if missing == 0 else _score | _ended,
        st.sampled_from(labels),
        st.tuples(*map(st.sampled_from, tags.values())),
        _sure if missing == 0 else _sure | st.none(),
    )
    rows = st.lists(row, max_size=max_size)
    if not missing:
        return rows
    return rows.filter(lambda made: sum(r.outcome != Outcome.SCORED for r in made) <= missing)


def ends_of(measure: ClusterMeasure) -> list[str]:
    """Labels of every role in the measure, two of each, and a stranger: the others of a role count alike."""
    if isinstance(measure, AtomShare | CaseKind | Named):
        return list(words(measure).labels)
    own = [named for name in LABELS if (named := told(measure, [name]))] or [("x", "y")]
    strangers = words(measure).labels[-1:]
    return list(dict.fromkeys(label for named in (*own, strangers) for label in (named[0], named[-1])))


def completions(measure: ClusterMeasure, rows: Sequence[Grade], most: int = 216) -> Iterator[list[Grade]]:
    """Every way in which the missing cases of a measure could have ended; so many by draw, where there are more."""
    all_usable = measure.usable(Grades.of(rows))
    confidences = (0.0, 0.5, 1.0) if isinstance(measure, ConfidenceMeasure) else (None,)
    ends: list[list[Grade]] = []
    for row, usable in zip(rows, all_usable, strict=True):
        if usable or (row.outcome == Outcome.SCORED):
            ends.append([row])
        elif isinstance(measure, OutcomeRate):
            ways = [Outcome.SCORED, Outcome.REFUSED, Outcome.UNPARSED]
            ways += [Outcome.BLOCKED] if measure.outcome == Outcome.BLOCKED else []
            ends.append([row._replace(outcome=way, score=1.0) for way in ways])
        else:
            scored = product((0.0, 1.0), ends_of(measure), confidences)
            ends.append([Grade(row.cluster, row.arm, Outcome.SCORED, s, w, row.tags, c) for s, w, c in scored])
    if math.prod(map(len, ends)) <= most:
        return map(list, product(*ends))
    draw = Random(len(rows))
    return ([draw.choice(ways) for ways in ends] for _ in range(most))


def slow_pairs(rows: Sequence[Grade], pairs: Callable[[Grade, Grade], bool]) -> list[tuple[Grade, Grade]]:
    """Pairs of one cluster, listed one by one."""
    return [(a, b) for a, b in combinations(rows, 2) if a.cluster == b.cluster and pairs(a, b)]


def pair_outcome(a: Grade, b: Grade) -> Outcome:
    """How a pair ends: scored if both are, else the earlier outcome of those that are not."""
    return next((o for o in OUTCOMES[1:] if o in (a.outcome, b.outcome)), Outcome.SCORED)
