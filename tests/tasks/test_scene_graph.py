"""Scenes to be drawn: what is planted is found, in its skill and at its rate, and whole pictures are told apart.

The small form draws once; the proof breaks the same scenes 3,000 times and counts how often the 95 % interval holds the
planted rate. It draws no picture: that a picture is measured as it was broken is held in `tests/models`.
"""

from __future__ import annotations

import math
from functools import cache
from random import Random

import pytest
from answers import cases, task

from trustgen.core import Blocked, Case, ModelFault, Response, Ruling
from trustgen.judge.scenes import decode, ruled
from trustgen.models import open_model
from trustgen.models.misdrawn import misdrawn
from trustgen.models.played import answered
from trustgen.models.renderer import Renderer
from trustgen.stats import Grade, Grades
from trustgen.vision.atoms import Atom, atoms
from trustgen.vision.faith import Answer

pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
SCENES = "t2i.truthfulness.scene_graph"
PLANTED = [
    ("objects", "drop", {"entity"}),
    ("counts", "miscount", {"count"}),
    ("text", "typo", {"text"}),
    ("relations", "swap", {"relation"}),
    ("attributes", "recolour", {"colour", "background"}),
]
N = 120
MANY = 480
"""Of 120 scenes 23 have a word, 37 a number: so few that intervals hold rates by steps (.977 and .985 of .1)."""


def respond(model: Renderer, case: Case) -> Response:
    """As in a run: what a provider blocks and what fails is no answer."""
    kit = task(SCENES).kit
    try:
        return answered(model, case, task(SCENES).sampling, kit.asset, kit.keep)
    except ModelFault as fault:
        status = "blocked" if isinstance(fault, Blocked) else "error"
        return Response("k", case.id, case.task, model.uri, status, reason=str(fault))  # type: ignore[arg-type]


def run(query: str) -> tuple[Grades, Renderer]:
    from trustgen.run.judge import rule

    model = open_model(f"renderer/scene?{query}")
    assert isinstance(model, Renderer)
    return Grades.of(graded(case, rule(task(SCENES), case, respond(model, case))) for case in asked()), model


def graded(case: Case, said: Ruling) -> Grade:
    return Grade(case.cluster, case.arm, said.outcome, said.score, said.label, case.tags)


def asked(n: int = N) -> tuple[Case, ...]:
    return cases(SCENES, n, "planted")


@cache
def facts(n: int = N) -> dict[str, tuple[Atom, ...]]:
    return {case.id: atoms(decode(case.expect.answer)) for case in asked(n)}


@pytest.mark.parametrize(("skill", "fault", "kinds"), PLANTED)
def test_a_planted_fault_is_found_in_its_skill_at_its_rate(skill: str, fault: str, kinds: set[str]) -> None:
    grades, model = run(f"{fault}=.3")
    broken = sum(len(one.broken) for one in model.truth.values())
    every = [atom for made in facts().values() for atom in made]
    hit = sum(atom.kind in kinds for atom in every)
    found = task(SCENES).measures[skill](grades)
    assert found.value == pytest.approx(1 - broken / sum(atom.skill == skill for atom in every)), "what was done"
    assert abs(broken / hit - 0.3) < 4 * math.sqrt(0.3 * 0.7 / hit), "at the rate that was planted"
    measures = task(SCENES).measures
    if fault == "drop":  # what is gone takes with it what hangs on it
        assert measures["attempted"](grades).value > found.value > measures["strict"](grades).value - 0.1
        assert measures["attributes"](grades).value < 1
    else:
        assert {measures[other](grades).value for other, *_ in PLANTED if other != skill} == {1.0}


def test_whole_pictures_that_are_lost_are_told_apart() -> None:
    grades, model = run("blank=.2&blocked=.2&error=.1&refused=.1")
    ways = [one.way for one in model.truth.values()]
    measures = task(SCENES).measures
    found = measures["strict"](grades)
    assert found.outcomes == {
        "scored": ways.count("drawn") + ways.count("blank"),
        "refused": ways.count("refused"),
        "blocked": ways.count("blocked"),
        "unparsed": 0,
        "error": ways.count("error"),
        "skipped": 0,
    }
    assert found.value == pytest.approx(ways.count("drawn") / found.counted)
    assert measures["blank"](grades).value == pytest.approx(ways.count("blank") / found.counted)
    assert found.bounds == pytest.approx((ways.count("drawn") / N, 1 - ways.count("blank") / N))


def test_another_scenes_picture_and_always_the_same_one_are_far_from_faithful() -> None:
    for way in ("other", "same"):
        grades, _ = run(f"{way}=1")
        assert task(SCENES).measures["strict"](grades).value < 0.35
        assert task(SCENES).measures["all_true"](grades).value < 0.05


PROOF = [*PLANTED[:3], ("blank", "blank", set())]


@pytest.mark.proof
@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.8])
@pytest.mark.parametrize(("skill", "fault", "kinds"), PROOF)
def test_95_percent_intervals_hold_the_planted_rate(skill: str, fault: str, kinds: set[str], rate: float) -> None:
    draw, repeats, held = Random(f"{fault} {rate}"), 3000, 0
    truth = rate if skill == "blank" else 1 - rate
    n = MANY if skill in ("counts", "text") else N
    of = [case for case in asked(n) if not kinds or any(atom.kind in kinds for atom in facts(n)[case.id])]
    for _ in range(repeats):
        found = task(SCENES).measures[skill](Grades.of(_broken(case, fault, rate, draw) for case in of))
        held += found.low <= truth <= found.high
    assert 0.93 * repeats <= held <= 0.97 * repeats, held / repeats


def _broken(case: Case, fault: str, rate: float, draw: Random) -> Grade:
    made = facts(MANY)[case.id]
    if fault == "blank" and draw.random() < rate:
        return graded(case, ruled(made, dict.fromkeys((atom.id for atom in made), "no"), "gate", ""))
    _, broken = misdrawn(decode(case.expect.answer), lambda of, _: of == fault and draw.random() < rate, draw)
    answers: dict[str, Answer] = {atom.id: "no" if atom.id in broken else "yes" for atom in made}
    return graded(case, ruled(made, answers, "measurement", ""))
