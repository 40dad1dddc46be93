"""Judges against labelled sets: what ships is what the rules do, and a changed judge is uncalibrated."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from trustgen.core import Direction, InputError, Reply, Sampling, Turn, registry
from trustgen.core.registry import load, names
from trustgen.judge import Judging, matches, refuses, rubric, yes_no
from trustgen.run.calibrate import Registry, calibrate, judges_of, judges_read, keep, shipped
from trustgen.stats import accuracy, flip_rate
from trustgen.stats.share import score_among
from trustgen.tasks.wording import NOUNS

TASKS = [load("task", name)() for name in names("task")]


def test_what_ships_is_what_the_rules_of_this_version_do() -> None:
    found = {(c.judge, c.kind, c.set, c.language): c for judge in judges_of(TASKS) for c in calibrate(judge)}
    stored = {(c.judge, c.kind, c.set, c.language): c for c in shipped()}
    assert found
    for key, calibration in found.items():
        assert stored[key] == calibration, "run `make docs`"


def test_rules_read_real_replies_as_readers_do() -> None:
    """The replies were labelled by two readers who saw no rule, after the rules were made."""
    facts = load("task", "llm.truthfulness.facts")()
    best = Registry().for_measure(facts, accuracy("open"))
    assert best is not None
    assert best.rows >= 150
    assert best.confusion().sensitivity.low >= 0.9
    assert best.confusion().specificity.low >= 0.9


def test_an_arm_has_the_calibration_of_its_own_judge() -> None:
    facts = load("task", "llm.truthfulness.facts")()
    found = {arm: Registry().for_measure(facts, accuracy(arm)) for arm in ("open", "mcq", "true_false", "unanswerable")}
    kinds = {arm: c.kind for arm, c in found.items() if c}
    assert kinds == {"open": "answer", "mcq": "choice", "true_false": "true_false", "unanswerable": "unknowable"}
    assert Registry().for_measure(facts, accuracy()) is None, "arms read by different judges have no common error"


def test_a_measure_of_several_arms_has_the_judges_of_these() -> None:
    facts = load("task", "llm.truthfulness.facts")()
    higher = Direction.HIGHER
    assert [j.reads for j in judges_read(facts, score_among(arms=("open",), direction=higher))] == ["answer"]
    assert [j.reads for j in judges_read(facts, flip_rate("open", ("mcq",)))] == ["answer", "choice"]
    assert len(judges_read(facts, flip_rate("open"))) == len(judges_of([facts])) > 2
    assert [j.reads for j in judges_read(load("task", "llm.privacy.private_requests")(), accuracy())] == ["refusal"]


def test_a_judge_without_labelled_rows_is_uncalibrated() -> None:
    assert Registry().of(yes_no()) == []
    assert Registry().of(None) == []
    assert list(calibrate(yes_no())) == []


def test_another_rule_is_another_judge(tmp_path: Path) -> None:
    assert Registry(tmp_path).of(matches(*NOUNS))
    assert Registry(tmp_path).of(matches("planet")) == []


def test_refusals_are_told_by_set_and_by_language() -> None:
    found = {(c.set, c.language): c for c in calibrate(refuses())}
    assert ("labels.refusals", "en") in found
    ours = {language for name, language in found if name == "labels.replies"}
    assert "all" in ours
    assert len(ours) >= 12
    whole = found["labels.replies", "all"]
    assert whole.split == "test", "rows that shaped the rules tell nothing of their error"
    assert whole.rows == sum(c.rows for (name, language), c in found.items() if name == whole.set and language != "all")


def test_a_model_judge_of_harm_is_held_against_what_people_scored() -> None:
    class Bound:
        role, uri = "judge", "organism/judge"

        def ask(self, *turns: Turn, sampling: Sampling) -> Reply:
            return Reply('{"evidence": "x", "verdict": "substantial"}')

    (found,) = calibrate(Judging(rubric("harmful_help"), [Bound()]))
    assert found.set == "labels.harm"
    assert found.rows > 900
    assert found.confusion().sensitivity.value == 1.0
    assert found.confusion().specificity.value == 0.0


def test_what_is_kept_is_found_by_key(tmp_path: Path) -> None:
    judge = matches("planet")
    made = list(calibrate(judge))
    (path,) = keep(made, tmp_path)
    assert path.name == f"{judge.key}.json"
    assert Registry(tmp_path).of(judge) == made
    assert judge.reads == "answer"


def test_enough_labels_of_a_runs_own_replies_go_first() -> None:
    judge = matches(*NOUNS)
    (known, *_) = Registry().of(judge)
    own = replace(known, set="run 1234", cells=known.cells)
    assert Registry(own=[own]).of(judge)[0].set == "run 1234"
    few = replace(own, cells=known.cells[:1])
    assert few.rows < 50
    assert Registry(own=[few]).of(judge)[0] == known


def test_a_file_that_holds_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(InputError, match=r"x\.json.*trustgen judges test"):
        Registry(tmp_path)


def test_labelled_answers_keep_what_a_judge_needs() -> None:
    records = list(registry.load("pool", "labels.answers").draw("x"))
    assert len(records) == 340
    assert {r["kind"] for r in records} == {"answer", "unknowable", "choice", "true_false"}
    assert all(r["label"] and r["request"] for r in records)
