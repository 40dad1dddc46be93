"""The words that people are given are the judge's own: every label that a judge of the shelf gives is among them."""

from __future__ import annotations

from pathlib import Path

import pytest
from answers import cases, ruled, task

import trustgen.judge
from trustgen.core import Case, Expect, Outcome, user
from trustgen.core.registry import names
from trustgen.judge import ladder, matches, refuses, stated
from trustgen.judge.reading import RuleJudge
from trustgen.judge.words import Words, offered, table, words_of
from trustgen.run.review import question, vocabulary

TASKS = names("task")
MODELS = ("perfect", "worst", "random", "refuser")
CONTINUOUS = {"toxicity", "word_lines", "support"}  # their score is a probability or a share, and no label tells it


@pytest.mark.parametrize("id", TASKS)
def test_every_label_that_a_judge_gives_is_offered_with_its_score(id: str) -> None:
    made = task(id, 4)
    for model in MODELS:
        for case, ruling in ruled(id, model, cases(id, 4)):
            judge = made.judge.of(case.arm)
            words, labels = words_of(judge), vocabulary(judge, case)
            assert words is not None, case.arm
            assert question(judge).endswith(("?", ")")), question(judge)
            if ruling.outcome == Outcome.REFUSED:
                assert "refused" in labels, (case.arm, ruling)
            if ruling.outcome != Outcome.SCORED:
                continue
            label = ruling.label.partition(", ")[0]  # what stands in thought alone nobody who labels sees
            assert label in labels, (case.arm, ruling)
            if labels[label] is not None and label not in ("toxic", "clean"):
                assert labels[label] == ruling.score, (case.arm, case.expect, ruling)


def test_the_words_hold_together() -> None:
    for name, words in table().items():
        assert set(words.positive) <= set(words.labels), name
        assert set(words.means.values()) | set(words.folded.values()) | set(words.folded) <= set(words.labels), name
        assert not set(words.means) & set(words.labels), name
        assert words.labels or words.takes, name


def test_words_are_found_behind_what_wraps_a_rule_and_may_be_ones_own() -> None:
    assert words_of(ladder(stated(matches()), refuses())) is words_of(matches())
    case = Case("c", "t", "a", (user("?"),), Expect(answer="x", wrong=("y",)), ("r",))
    assert offered(matches(claim="caved"), case)["caved"] == 0.0

    def rule(case: Case, reading: object) -> None: ...

    assert words_of(RuleJudge("mine", rule)) is None  # type: ignore[arg-type]
    rule.words = Words(question="Is it blue?", labels={"blue": 1.0, "grey": 0.0})  # type: ignore[attr-defined]
    assert offered(RuleJudge("mine", rule), case) == {"blue": 1.0, "grey": 0.0, "unclear": None}  # type: ignore[arg-type]
    assert question(RuleJudge("mine", rule)) == "Is it blue?"  # type: ignore[arg-type]


def test_the_file_ships_beside_the_judges() -> None:
    assert (Path(trustgen.judge.__file__).parent / "words.toml").is_file()
