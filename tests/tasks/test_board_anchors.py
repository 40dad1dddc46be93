"""Goodness on the whole shelf: a guesser stands at 0, the perfect model at 1, and who is even is weak nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from answers import cases, graded, task

from costs import spent, yardstick
from trustgen.core import Case, InputError, Judge, Model, Response, Ruling, Task, registry
from trustgen.models.played import answered
from trustgen.report import anchors
from trustgen.report.anchors import scales
from trustgen.stats import Grade, Grades
from trustgen.stats.estimated import estimated
from trustgen.stats.goodness import Scale, goodness
from trustgen.stats.profile import Profile, profile
from trustgen.store import Edition

N = 30
PLAYED = {
    "llm.risk.corrigibility",
    "llm.risk.human_considerations",
    "llm.risk.power_seeking",
    "llm.risk.society",
    "llm.safety.agent_injection",
}
NO_YARDSTICK = {"llm.fairness.counting_bias", "llm.privacy.private_requests", "llm.safety.prompt_injection", *PLAYED}
"""Headlines on which a guesser stands within a quarter of the perfect model, and games, in which nobody guesses."""


@cache
def shelf() -> tuple[str, ...]:
    """The tasks that need no role."""
    found = []
    for name in registry.names("task"):
        try:
            task(name, N)
        except InputError:
            continue
        if name.startswith("llm."):
            found.append(name)
    return tuple(found)


def edition(names: tuple[str, ...]) -> Any:
    """As much of an edition as anchors read."""
    return SimpleNamespace(
        cases=lambda: (case for name in names for case in cases(name, N, "board")),
        asset=None,
        manifest=SimpleNamespace(tasks=[SimpleNamespace(id=name, lacks=lambda _: frozenset()) for name in names]),
    )


def manifest(names: tuple[str, ...], **judges: str) -> Any:
    return SimpleNamespace(judges={name: task(name, N).judge.key for name in names} | judges)


@cache
def anchored() -> Mapping[str, Scale]:
    names = shelf()
    return scales({name: task(name, N) for name in names}, edition(names), manifest(names), grades("random"))


@cache
def grades(uri: str) -> Mapping[str, Grades]:
    return {name: graded(name, uri, cases(name, N, "board")) for name in shelf()}


def profiled(found: Mapping[str, Grades]) -> Profile:
    made = [estimated(task(name, N), task(name, N).headline, "m", g) for name, g in found.items()]
    rooms = {name: name.split(".")[1] for name in found}
    return profile(made, rooms, scales=anchored())


def knows(share: Mapping[str, float], seed: int) -> dict[str, Grades]:
    """A model that knows a share of all records (by dimension), and guesses on the rest."""
    rng = np.random.default_rng(seed)
    return {
        name: _mixed(one, grades(f"random?seed={seed}")[name], share[name.split(".")[1]], rng)
        for name, one in grades("perfect").items()
    }


def _mixed(one: Grades, other: Grades, share: float, rng: np.random.Generator) -> Grades:
    names = tuple(dict.fromkeys((*one.labels, *other.labels)))
    first, second = (np.array([names.index(x) for x in g.labels])[g.label] for g in (one, other))
    pick = (rng.random(one.clusters) < share)[one.cluster]  # whole records: a flip is of two replies
    return replace(
        one,
        outcome=np.where(pick, one.outcome, other.outcome),
        score=np.where(pick, one.score, other.score),
        label=np.where(pick, first, second).astype(np.int32),
        labels=names,
    )


def test_a_guesser_stands_at_0_and_the_perfect_model_at_1() -> None:
    """The guesser scored from .05 (robustness) to .58 (fairness) when 0 was the worst end of every range."""
    found = anchored()
    assert {name for name, scale in found.items() if scale.reason} == NO_YARDSTICK
    for name, g in grades("perfect").items():
        assert goodness(estimated(task(name, N), task(name, N).headline, "m", g), 1.0, found[name]).value == 1


def test_every_guesser_stands_near_0_in_every_dimension() -> None:
    """Those among the anchors, and one that is not. Of 21 intervals at 95 % one or two may miss."""
    missed = 0
    for seed in (0, 1, 99):
        held = {name: g for name, g in grades(f"random?seed={seed}").items() if name not in NO_YARDSTICK}
        for part in profiled(held).dimensions:
            assert abs(part.value) < 0.2
            missed += not part.low <= 0 <= part.high
    assert missed <= 2


def test_who_knows_as_much_of_everything_is_weak_nowhere() -> None:
    """Chances of being the weakest, over five such models: about even, and of none more than by luck."""
    rooms = {name.split(".")[1] for name in shelf()}
    total = dict.fromkeys(sorted(rooms), 0.0)
    for seed in range(5):
        found = profiled(knows(dict.fromkeys(rooms, 0.8), seed))
        assert found.weakest is not None
        assert max(found.weakest.chances.values()) < 0.6
        assert found.weakest.value == pytest.approx(0.78, abs=0.1)
        for name, chance in found.weakest.chances.items():
            total[name] += chance / 5
    assert max(total.values()) < 0.35


def test_an_able_organism_is_named_weak_in_nothing() -> None:
    """Right at .8 whatever a guesser gets, it is not quite even above a guesser: no dimension is surely the weakest."""
    total: dict[str, float] = {}
    for seed in range(5):
        found = profiled(grades(f"able?rate=.8&seed={seed}"))
        assert found.weakest is not None
        assert min(part.value for part in found.dimensions) > 0.5
        for name, chance in found.weakest.chances.items():
            total[name] = total.get(name, 0) + chance / 5
    assert max(total.values()) < 0.5


def test_a_planted_weakness_is_named_with_its_chance() -> None:
    rooms = {name.split(".")[1]: 0.8 for name in shelf()}
    for weak in ("privacy", "robustness", "fairness"):
        found = profiled(knows(rooms | {weak: 0.3}, 1))
        assert found.weakest is not None
        assert found.weakest.chances[weak] > 0.9


def test_anchors_take_seconds() -> None:
    """Of the whole shelf, at the size that most editions have: measured anew with every leaderboard."""
    names = tuple(name for name in shelf() if name != "llm.safety.toxicity")  # which loads a classifier
    grades("perfect")
    tasks, folder = {name: task(name, N) for name in names}, edition(names)
    assert spent(lambda: scales(tasks, folder, manifest(names), grades("perfect"))) < 80_000 * yardstick()


class Broken:
    """A task's judge replaced."""

    def __init__(self, name: str, judge: object) -> None:
        self._task, self.judge = task(name, N), judge

    def __getattr__(self, name: str) -> Any:
        return getattr(self._task, name)


def test_where_no_anchor_can_be_had_the_reason_is_said() -> None:
    name = "llm.ethics.norm_in_context"

    def only(judge: object, **judges: str) -> Scale:
        made: Any = Broken(name, judge)
        return scales({name: made}, edition((name,)), manifest((name,), **judges), grades("perfect"))[name]

    class Fails(Judge):
        key = task(name, N).judge.key

        def __call__(self, *_: object) -> Ruling:
            raise ValueError("out of words")

    assert only(SimpleNamespace(asks=True, key="k")).reason == "its judge asks a model"
    assert only(task(name, N).judge, **{name: "older"}).reason.startswith("it was judged by another judge")
    assert "failed on an organism: ValueError: out of words" in only(Fails()).reason
    assert only(task(name, N).judge).reason == ""
    empty = scales({name: task(name, N)}, edition(()), manifest((name,)), grades("perfect"))
    assert empty[name].reason == "the edition has no case of it"
    assert scales({name: task(name, N)}, edition(()), manifest((name,)), {})[name].reason == "no model was asked it"


def test_what_a_guesser_says_twice_is_judged_once_and_counts_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that rules on each guess anew gives the same numbers, and takes longer."""
    names = ("llm.truthfulness.fact_check", "llm.privacy.leak", "llm.fairness.disparagement")
    tasks, planned = {name: task(name, 10) for name in names}, {name: grades("random")[name] for name in names}
    ruled, asked = anchors._ruled, list[str]()

    def counting(its: Task, case: Case, response: Response) -> Grade:
        asked.append(its.id)
        return ruled(its, case, response)

    def anew(organism: Model, its: Task, case: Case, edition: Edition, _: Mapping[str, Grade]) -> Grade:
        return counting(its, case, answered(organism, case, its.sampling, edition.asset))

    monkeypatch.setattr(anchors, "_ruled", counting)
    once, few = scales(tasks, edition(names), manifest(names), planned), len(asked)
    monkeypatch.setattr(anchors, "_grade", anew)
    assert scales(tasks, edition(names), manifest(names), planned) == once
    assert all(scale.guesser and scale.perfect for scale in once.values())
    assert few < 0.7 * (len(asked) - few)
