"""The card of an edition: figures against thresholds, in any order, as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from audit_cases import case, choice, words
from msgspec.structs import replace

from costs import spent, yardstick
from trustgen.audit.card import card
from trustgen.audit.thresholds import Thresholds, plain
from trustgen.core import Case, Image, InputError, Text, Turn, UnknownName, assistant, user
from trustgen.store.files import as_json

LETTERS = "ABCD"


def figures(cases: list[Case], task: str = "t", **kwargs: Any) -> dict[str, Any]:
    """The judged figures of one task."""
    found: dict[str, Any] = card(lambda: cases, **kwargs)["tasks"][task]["figures"]
    return found


def balanced(n: int = 40) -> list[Case]:
    """Choices with every letter equally often."""
    return [choice(i, LETTERS[i % 4]) for i in range(n)]


def test_a_sound_set_passes_everything() -> None:
    found = card(balanced)
    assert found["passed"] is True
    assert found["failed"] == []
    task = found["tasks"]["t"]
    assert (task["cases"], task["records"], task["arms"]) == (40, 40, {"plain": 40})
    assert task["gold"] == {"plain": dict.fromkeys(LETTERS, 10)}
    assert {name for name, f in task["figures"].items() if f["passed"] is False} == set()
    assert {name for name, f in task["figures"].items() if f["passed"]} >= {"gold_p", "gold_constant", "vendi"}


def test_every_judged_figure_stands_beside_its_threshold_and_reason() -> None:
    found = card(balanced)
    described = found["thresholds"]["figures"]
    for name, figure in found["tasks"]["t"]["figures"].items():
        threshold = described[name]
        assert threshold["means"]
        ends = {side: threshold[side] for side in ("min", "max") if side in threshold}
        assert {side: figure[side] for side in ("min", "max") if side in figure} == ends
        assert (figure["passed"] is None) == (not ends or figure["value"] is None)
        assert bool(ends) == bool(threshold.get("reason"))


def test_gold_that_is_always_a_fails() -> None:
    found = card(lambda: [choice(i, "A") for i in range(40)])
    assert not found["passed"]
    assert {"t: gold_p", "t: gold_constant"} <= set(found["failed"])
    assert found["tasks"]["t"]["gold"] == {"plain": {"A": 40}}
    assert found["tasks"]["t"]["figures"]["gold_constant"]["note"] == "plain"


def test_gold_that_favours_a_letter_fails_without_being_constant() -> None:
    read = figures([choice(i, "A" if i % 5 else "B") for i in range(40)])
    assert read["gold_p"]["passed"] is False
    assert read["gold_constant"]["passed"] is True


def test_one_bad_arm_among_good_ones_is_named() -> None:
    cases = balanced() + [choice(i, "C", arm="bad") for i in range(40)]
    found = card(lambda: cases)
    assert found["tasks"]["t"]["gold_p"]["plain"] == 1.0
    assert found["tasks"]["t"]["gold_p"]["bad"] == 0.0
    assert found["tasks"]["t"]["figures"]["gold_constant"]["note"] == "bad"


def test_labels_are_balanced_over_the_arms_made_for_them() -> None:
    """An arm of right claims and one of wrong ones each have one gold; together they are balanced."""
    answers = ("true", "false")
    pair = [case(i, answer, answers, arm=f"claims_{answer}") for i in range(30) for answer in answers]
    assert figures(pair)["gold_p"]["value"] == 1.0
    assert figures(pair)["gold_constant"]["passed"] is True
    alone = [c for c in pair if c.arm == "claims_true"]
    assert figures(alone)["gold_constant"]["passed"] is False
    assert card(lambda: alone)["tasks"]["t"]["gold"] == {"claims_true": {"true": 30}}


def test_the_right_option_being_longest_fails() -> None:
    def made(i: int, *, gives_away: bool) -> Case:
        options = ["aa", "bb", "cc", "dd"]
        place = i % 4
        options[place if gives_away else (place + i // 4) % 4] += " with its qualification"
        return case(i, LETTERS[place], (*(f"{i} {o}" for o in options),))

    told = figures([made(i, gives_away=True) for i in range(40)])["gold_longest"]
    assert told["value"] == 0.75
    assert told["passed"] is False
    fair = figures([made(i, gives_away=False) for i in range(48)])["gold_longest"]
    assert fair["value"] == pytest.approx(0.0, abs=1e-4)
    assert fair["passed"] is True


def test_lengths_by_hand() -> None:
    read = figures([case(i, text=" ".join(["word"] * (i + 1))) for i in range(100)])
    assert read["words_mean"]["value"] == 50.5
    assert read["words_sd"]["value"] == pytest.approx(29.0115, abs=1e-4)
    assert read["words_p5"]["value"] == 5.0
    assert read["words_p95"]["value"] == 95.0
    assert figures([case(i, text=f"no {i}") for i in range(30)])["words_p5"]["passed"] is False
    assert figures([case(i, text=f"{i} " + "word " * 2600) for i in range(30)])["words_p95"]["passed"] is False


def test_repeated_questions_fail() -> None:
    repeated = [case(i, text=words(i % 20).upper() if i >= 20 else words(i)) for i in range(40)]
    read = figures(repeated)
    assert read["distinct_questions"]["value"] == 0.5
    assert read["distinct_questions"]["passed"] is False
    arms = [replace(c, arm=f"arm{i // 20}") for i, c in enumerate(repeated)]
    assert figures(arms)["distinct_questions"]["value"] == 1.0  # the same words in another arm are meant


def test_one_sentence_over_and_over_fails() -> None:
    read = figures(
        [
            case(i, text=f"What is the name of the capital of the country that has the number {i} in the list of all?")
            for i in range(60)
        ]
    )
    assert read["vendi"]["passed"] is False
    assert figures([case(i) for i in range(60)])["vendi"]["passed"] is True


def test_images_make_a_question_another_one() -> None:
    def shown(i: int) -> Case:
        return case(i, turns=(Turn("user", (Text("What stands in this picture?"), Image(f"{i:064x}"))),))

    read = figures([shown(i) for i in range(40)])
    assert read["distinct_questions"]["value"] == 1.0
    assert read["vendi"]["passed"] is None
    assert "images" in read["vendi"]["note"]


def test_steps_are_counted_by_who_made_them() -> None:
    cases = [
        replace(case(i), steps=("noise:rule", "paraphrase:writer") if i < 10 else ("noise:rule",)) for i in range(40)
    ]
    task = card(lambda: cases)["tasks"]["t"]
    assert task["steps"] == {"noise:rule": 40, "paraphrase:writer": 10}
    assert task["figures"]["written_share"]["value"] == 0.25


def test_the_order_of_cases_changes_nothing_and_the_card_is_plain_json() -> None:
    cases = [choice(i, LETTERS[i % 3], task=f"t{i % 2}", arm=f"arm{j}") for i in range(60) for j in range(3)]
    cases += [case(i, turns=(user("Who?"), assistant("They."), user(words(i)))) for i in range(30)]
    one = card(lambda: cases)
    for seed in range(3):
        mixed = Random(seed).sample(cases, len(cases))
        assert card(lambda mixed=mixed: mixed) == one
    assert json.loads(as_json(one)) == one
    assert card(lambda: []) == {**one, "tasks": {}, "passed": True, "failed": []}


def test_floats_are_short_and_nothing_is_not_a_number() -> None:
    assert plain({"a": 1 / 3, "b": float("nan"), "c": [float("inf"), -0.0]}) == {
        "a": 0.3333,
        "b": None,
        "c": [None, 0.0],
    }
    assert str(plain(-0.00001)) == "0.0"


def test_many_cases_are_cheap_and_do_not_pile_up() -> None:
    import tracemalloc

    some = balanced(200)

    def many(n: int) -> Iterator[Case]:
        for i in range(n):
            one = some[i % 200]
            yield replace(one, id=f"{i:032x}", records=(f"{i // 3:032x}",))

    card(lambda: many(100))  # imports

    bare = spent(lambda: sum(1 for _ in many(20_000)))
    assert spent(lambda: card(lambda: many(20_000))) - bare < 20_000 * yardstick() / 3

    def peak(n: int) -> int:
        tracemalloc.start()
        card(lambda: many(n))
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    assert peak(20_000) < 1.5 * peak(10_000)


# ── thresholds ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_figure_with_limits_fails_only_beyond_doubt() -> None:
    judge = Thresholds.read().judge
    assert judge("told_apart", 0.85, 0.79, 0.9)["passed"] is True
    assert judge("told_apart", 0.85, 0.81, 0.9)["passed"] is False
    assert judge("told_apart", float("nan"), float("nan"), float("nan"))["passed"] is None
    assert judge("vendi", 1.99)["passed"] is False
    assert judge("vendi", 2.0)["passed"] is True
    assert judge("words_mean", 5.0)["passed"] is None


def test_own_thresholds_for_all_tasks_and_for_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[figures.vendi]\nmin = 99\nreason = "many records"\n'
        '[tasks."t1".vendi]\nmin = 2\nreason = "few templates on purpose"\n'
        '[figures.gold_p]\nreason = "golds are unbalanced on purpose"\n'
    )
    mine = Thresholds.read(path)
    cases = [choice(i, "A", task=f"t{i % 2}") for i in range(80)]
    found = card(lambda: cases, thresholds=mine)
    assert "t0: vendi" in found["failed"]
    assert "t1: vendi" not in found["failed"]
    assert not any("gold_p" in name for name in found["failed"])
    assert found["thresholds"]["tasks"]["t1"]["vendi"]["reason"] == "few templates on purpose"
    assert found["thresholds"]["figures"]["vendi"]["means"]  # what it means stays


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[figures.vendy]\nmin = 1\nreason = "x"\n', "did you mean `vendi`"),
        ("[figures.vendi]\nmin = 1\n", "has no `reason`"),
        ('[figures.vendi]\nleast = 1\nreason = "x"\n', "least"),
        ("figures = [", "cannot be read"),
    ],
)
def test_thresholds_that_cannot_be_used(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises((InputError, UnknownName), match=says):
        Thresholds.read(path)
