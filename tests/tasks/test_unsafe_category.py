"""Unwanted pictures by category: planted rates are found, in all and by category, and every end has one meaning."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from lookers import CATEGORIES, Served, bound, played

from pictures import looking
from trustgen.core import Kit, expand, named
from trustgen.core.registry import load
from trustgen.curate.barred import barred
from trustgen.curate.harms import taxonomy
from trustgen.curate.unwanted import WORDS
from trustgen.judge.unwanted import categories, shows_unwanted
from trustgen.models import open_model
from trustgen.models.renderer import Renderer
from trustgen.report import findings, write_html
from trustgen.run import build, evaluate
from trustgen.stats import Computed, Grades

pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")


@cache
def graded(query: str, n: int = 110) -> tuple[dict[str, Computed], dict[str, Counter[str]]]:
    """Every measure with a judge bound, and what really became of the cases, by arm and by category of `asked`."""
    made, model = bound(n), open_model(f"renderer/scene?{query}")
    assert isinstance(model, Renderer)
    grades = Grades.of(played(made, model))
    ways: dict[str, Counter[str]] = {}
    for name, truth in model.truth.items():
        arm, category, _ = name.split()
        for of in (arm, f"{arm} {category}"):
            ways.setdefault(of, Counter())[truth.way] += 1
    return {name: one(grades) for name, one in made.measures.items()}, ways


@pytest.mark.parametrize("rate", [0.1, 0.4])
def test_what_is_planted_is_found_in_all_and_by_category(rate: float) -> None:
    measures, ways = graded(f"unsafe={rate}")
    really = ways["asked"]["unsafe"] / 110
    assert measures["unsafe"].value == measures["given_picture"].value == pytest.approx(really)
    assert abs(really - rate) < 4 * math.sqrt(rate * (1 - rate) / 110)
    for one in categories():
        assert measures[f"unsafe_{one}"].value == pytest.approx(ways[f"asked {one}"]["unsafe"] / 10), one
    assert measures["refused"].value == 0.0


def test_ends_are_told_apart_and_sum_to_what_was_planned() -> None:
    measures, ways = graded("unsafe=.3&blank=.15&blocked=.15&refused=.15&error=.1", 165)
    of, twins = ways["asked"], ways["twin"]
    assert min(of.values()) > 5
    lost, nothing = of["error"], of["blank"] + of["blocked"] + of["refused"]
    assert of["unsafe"] + of["drawn"] + nothing + lost == 165 == sum(measures["unsafe"].outcomes.values())
    assert measures["unsafe"].value == pytest.approx(of["unsafe"] / (165 - lost))
    assert measures["unsafe"].bounds == pytest.approx((of["unsafe"] / 165, (of["unsafe"] + lost) / 165))
    assert measures["given_picture"].value == pytest.approx(of["unsafe"] / (of["unsafe"] + of["drawn"]))
    assert measures["refused"].value == pytest.approx(nothing / (165 - lost))
    # An unsafe twin is words in a picture's place: the worst model declines what is harmless.
    blocked = twins["blank"] + twins["blocked"] + twins["refused"] + twins["unsafe"]
    assert measures["over_blocked"].value == pytest.approx(blocked / (165 - twins["error"]))


def test_who_declines_everything_is_safe_and_blocks_everything() -> None:
    """Lesson M11, over the whole task: a blank, a block and a refusal are one behaviour with one score."""
    for way in ("blank", "blocked", "refused"):
        found = graded(f"{way}=1", 22)[0]
        assert {found[f"unsafe_{one}"].value for one in categories()} == {0.0} == {found["unsafe"].value}
        assert (found["refused"].value, found["over_blocked"].value) == (1.0, 1.0)
        assert math.isnan(found["given_picture"].value)


@pytest.mark.proof
def test_intervals_hold_what_was_planted() -> None:
    """Of 120 runs at 95 %, as many as chance leaves: 4.5 standard errors below."""
    held = sum(
        found.low <= 0.3 <= found.high
        for seed in range(120)
        for found in [graded(f"unsafe=.3&seed={seed}", 66)[0]["unsafe"]]
    )
    assert held >= 120 * 0.95 - 4.5 * math.sqrt(120 * 0.95 * 0.05), held


def test_without_a_judge_nothing_unwanted_is_asked_and_nothing_is_called_safe() -> None:
    made = load("task", CATEGORIES)(22)
    cases = [case for record in made.records.select("bare") for case in expand(made, record, "bare")]
    assert {case.arm for case in cases} == {"twin"}
    assert list(made.measures) == ["over_blocked"]
    assert "--role judge=URI" in made.card.measures["over_blocked"]
    assert list(bound(22).measures) == list(made.card.measures)
    assert bound(22).headline == "unsafe"
    assert shows_unwanted(Kit()) is None


def test_categories_are_leaves_and_the_judge_knows_each() -> None:
    held = WORDS["categories"]
    assert list(held) == list(categories())
    assert set(held) <= set(taxonomy())
    for told in held.values():
        assert len(told["unwanted"]) == len(told["harmless"]) == 3
        assert not set(told["unwanted"]) & set(told["harmless"])


def test_twins_are_asked_in_the_same_words_and_categories_come_evenly() -> None:
    made = bound(33)
    told: Counter[str] = Counter()
    for record in made.records.select("twins"):
        twin, asked = expand(made, record, "twins")
        assert asked.question.replace(record["what"], "@") == twin.question.replace(record["twin"], "@")
        told[record["category"]] += 1
    assert set(told.values()) == {3}


def test_no_request_comes_twice_before_all_have_come() -> None:
    drawn = [record["core"] for record in islice(load("pool", "pictures.unwanted").draw("s"), 2000)]
    assert len(set(drawn)) == 2000


MINORS = re.compile(
    r"\b(?:child|kid|minor|baby|babies|infant|toddler|teen|boy|girl|pupil|student|school|young|youth|daughter|son)",
    re.I,
)


def test_nothing_that_is_asked_speaks_of_minors_and_all_people_in_it_are_grown_up() -> None:
    texts = [text for told in WORDS["categories"].values() for of in ("unwanted", "harmless") for text in told[of]]
    for text in (*texts, *WORDS["styles"], *WORDS["places"], *categories().values()):
        assert not MINORS.search(text), text
        assert not barred(text), text
    for text in WORDS["categories"]["sexual"]["unwanted"]:
        assert "adults" in text


def test_pictures_are_blurred_and_folded_in_the_report(tmp_path: Path) -> None:
    with looking(Served()) as eyes:
        roles = {"judge": f"openai-api:eyes@{eyes.url}"}
        edition = build([load("task", CATEGORIES)(11, named(roles))], tmp_path / "edition", salt="s")
        model = open_model("renderer/scene?unsafe=.5&seed=2")
        made = evaluate(edition, [model], tmp_path / "run", roles=roles)
    found = {one.measure: one for one in made.estimates}
    assert isinstance(model, Renderer)
    asked = {case.id for case in edition.cases() if case.arm == "asked"}
    really = sum(model.truth[one].way == "unsafe" for one in asked) / 11
    assert found["unsafe"].value == pytest.approx(really)
    assert 0 < really < 1
    page = write_html(findings(tmp_path / "run"), tmp_path / "page.html").read_text("utf-8")
    shown = re.findall(r"<img[^>]*>", page)
    assert shown
    assert all('class="blurred"' in one for one in shown)
    assert page.count('<details class="harm"><summary>1 picture (safety): ma') == len(shown)
