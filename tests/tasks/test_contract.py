"""The contract that every registered task keeps, a new one too: known models come out as what they are."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from answers import all_ruled, cases, measured, task
from known import KNOWN

from trustgen.core import Card, Case, Direction, Measure, Outcome, golden_digest
from trustgen.core.prompts import Prompts
from trustgen.core.registry import load, names
from trustgen.run import build

TASKS = names("task")
GOLDEN = Path(__file__).parent / "golden.json"


def best(measure: Measure) -> float:
    """The best value a measure can have."""
    if measure.direction == Direction.TARGET:
        assert measure.target is not None
        return measure.target
    return measure.range[measure.direction == Direction.HIGHER]


def worst(measure: Measure) -> float:
    """The worst value a measure can have."""
    if measure.direction == Direction.TARGET:
        return max(measure.range, key=lambda end: abs(end - best(measure)))
    return measure.range[measure.direction == Direction.LOWER]


def large(id: str) -> int:
    """As many records as the task's pools have, at most 300."""
    sizes = [pool.size for pool in task(id).records.pools]  # type: ignore[attr-defined]
    return 300 if None in sizes else min(300, sum(sizes))


@pytest.mark.parametrize("id", TASKS)
def test_a_perfect_model_has_the_best_value_of_every_measure(id: str) -> None:
    for name, found in measured(id, "perfect").items():
        if name in KNOWN[id].undefined_when_perfect:
            assert math.isnan(found.value), name
        else:
            assert found.value == best(task(id).measures[name]), name


@pytest.mark.parametrize("id", TASKS)
def test_a_gold_answer_is_scored_1(id: str) -> None:
    """Before any model is asked: what the record says is right is read as right."""
    for case, ruling in all_ruled(id, "perfect"):
        assert ruling.outcome == Outcome.SCORED, case
        if case.expect.answer:
            assert ruling.score == 1.0, (case.turns[0].text, case.expect.best_reply, ruling)


@pytest.mark.parametrize("id", TASKS)
def test_the_worst_model_has_the_worst_headline(id: str) -> None:
    """Lesson: a gold that says "Yes" for the right answer inverts the score."""
    headline = task(id).headline
    found = measured(id, "worst")[headline].value
    if KNOWN[id].undefined_when_worst:  # a model that is always wrong has nothing to turn
        assert math.isnan(found)
        found = measured(id, "coward")[headline].value
    assert found == worst(task(id).measures[headline])


@pytest.mark.parametrize(("uri", "outcome"), [("mute", "unparsed"), ("refuser", "refused")])
@pytest.mark.parametrize("id", TASKS)
def test_a_model_that_answers_nothing_has_no_value(id: str, uri: str, outcome: str) -> None:
    """Lesson: unjudged items dropped or counted safe; a refusal counted as correct."""
    if uri == "refuser" and KNOWN[id].refuser:
        found = measured(id, uri)
        for name, value in KNOWN[id].refuser.items():
            assert found[name].value == pytest.approx(value, nan_ok=True), name
        return
    for name, found in measured(id, uri).items():
        assert math.isnan(found.value), name
        assert math.isnan(found.low), name
        assert math.isnan(found.high), name
        assert found.counted == 0
        assert found.planned > 0
        assert found.outcomes[outcome] == found.planned


@pytest.mark.parametrize("id", TASKS)
def test_a_random_model_comes_out_at_chance(id: str) -> None:
    found = measured(id, "random", large(id))
    for name, measure in task(id).measures.items():
        p = KNOWN[id].chance[name]
        if p is None:
            continue
        if name in KNOWN[id].chance_by_interval:
            assert found[name].low <= p <= found[name].high, name
            continue
        clusters = found[name].clusters  # cases of one record may share a draw, so records are the sample
        assert clusters >= 15, name
        room = 4.5 * math.sqrt(p * (1 - p) / clusters) + 2 / clusters
        assert abs(found[name].value - p) <= (room if 0 < p < 1 else 0), name
        assert measure.range[0] <= found[name].low <= found[name].high <= measure.range[1]


@pytest.mark.parametrize("uri", ["perfect", "worst", "mute", "refuser", "random", "able?rate=0.4"])
@pytest.mark.parametrize("id", TASKS)
def test_planned_is_the_sum_of_outcomes(id: str, uri: str) -> None:
    planned = Counter(case.arm for case in cases(id))
    found = measured(id, uri)
    for name, measure in task(id).measures.items():
        assert found[name].planned == sum(found[name].outcomes.values())
        if found[name].unit == "cases":
            assert found[name].planned == (planned[measure.arm] if measure.arm else planned.total()), name


@pytest.mark.parametrize("id", TASKS)
def test_the_salt_alone_decides_the_cases(id: str) -> None:
    made = task(id)
    again = [c.id for r in made.records.select("test") for c in _expand(id, r, "test")]
    assert again == [case.id for case in cases(id)]
    assert len(set(again)) == len(again)


def _expand(id: str, record, salt: str) -> list[Case]:  # type: ignore[no-untyped-def]
    from trustgen.core import expand

    return list(expand(task(id), record, salt))


@pytest.mark.parametrize("id", TASKS)
def test_two_salts_hardly_ask_the_same(id: str) -> None:
    """At the default size, averaged over three pairs of salts: by id, and by the words that are asked."""
    shared_ids: list[float] = []
    shared_words: list[float] = []
    for one, other in (("a", "b"), ("b", "c"), ("a", "c")):
        first, second = cases(id, None, one), cases(id, None, other)
        shared_ids.append(len({c.id for c in first} & {c.id for c in second}) / len(first))
        shared_words.append(len({_words(c) for c in first} & {_words(c) for c in second}) / len(first))
    assert sum(shared_ids) / 3 < 0.01
    assert sum(shared_words) / 3 < 0.02


def _words(case: Case) -> tuple[str, ...]:
    return tuple(turn.text for turn in case.turns)


@pytest.mark.parametrize("id", TASKS)
def test_cases_and_judge_are_as_they_were_when_the_version_was_set(id: str) -> None:
    """Run `python tests/tasks/test_contract.py` after raising the version of the task in its `@task(version=…)`."""
    pinned = json.loads(GOLDEN.read_text("utf-8"))
    assert id in pinned, f"`{id}` is new: pin it with  python {Path(__file__).name}"
    now = pin(id)
    assert pinned[id] == now, (
        f"the cases or the judge of `{id}` changed"
        + (
            " though its version did not: raise N of its version N-X, unless every verdict stayed as it was"
            if pinned[id]["version"] == now["version"]
            else ""
        )
        + f", then pin it anew with  python tests/tasks/{Path(__file__).name}"
    )


def pin(id: str) -> dict[str, str]:
    """What is pinned of a task. The source revision stands with it: another release of a pool makes other cases."""
    made = load("task", id)(150)  # enough for every wording to be drawn
    revisions = {f"{r.source.origin} {r.source.revision}" for r in made.records.select("golden")}
    return {"version": made.version, "pools": ", ".join(sorted(revisions)), "digest": golden_digest(made)}


@pytest.mark.parametrize("id", TASKS)
def test_the_card_and_the_measures_name_each_other(id: str) -> None:
    card: Card = task(id).card
    assert list(card.measures) == list(task(id).measures), "same measures, same order, the headline first"
    assert all("enominator" in caption for caption in card.measures.values()), "a caption states the denominator"
    assert id.startswith(f"llm.{card.dimension}.")
    assert card.title
    assert card.source
    for heading in ("What is asked", "How it is judged", "What counts", "Known limits"):
        assert f"## {heading}" in card.prose
    arms = {case.arm for case in cases(id)}
    for measure in task(id).measures.values():
        assert not measure.arm or measure.arm in arms, "a measure of an arm that is never asked"


@pytest.mark.parametrize("id", TASKS)
def test_prompts_are_drawn_from_several_wordings_and_none_is_odd(id: str) -> None:
    package = task(id).package
    own = Prompts(package).wordings if (files(package) / "prompts").is_dir() else {}
    for name, wordings in {**own, **Prompts("trustgen.tasks.wording").wordings}.items():
        assert len(wordings) >= 3, name
        assert len(set(wordings)) == len(wordings), name
    text = "\n".join("".join(_words(case)) for case in cases(id) if not case.steps)  # noise is odd on purpose
    assert "{{" not in text
    assert not re.search(r" {2}| \.|\.\.", text), "a slot left a blank or a stop too many"


@pytest.mark.parametrize("id", TASKS)
def test_every_case_can_be_used(id: str) -> None:
    made = cases(id)
    known = Counter(case.arm for case in made)
    if not KNOWN[id].arms_differ:
        assert len(set(known.values())) == 1, f"arms of different size: {known}"
    for case in made:
        assert case.calls >= 1
        assert case.expect.answer or case.expect.best
        assert not {case.expect.answer, *case.expect.aliases} & set(case.expect.wrong)
        assert case.expect.worst_reply
        assert case.task == id
        assert len(case.records) == 1


@pytest.mark.parametrize("id", TASKS)
def test_most_cases_pass_the_audit(id: str, tmp_path: Path) -> None:
    """Built by rule alone, at least nine in ten cases are accepted, and every arm is there."""
    made = build([task(id, 30)], tmp_path / "edition", salt="audit")
    assert made.manifest.acceptance >= 0.9
    assert set(made.manifest.tasks[0].arms) >= {case.arm for case in cases(id, 30, "audit")}


@pytest.mark.parametrize("id", TASKS)
def test_replies_are_kept_short(id: str) -> None:
    """The embedded model writes some tens of tokens a second for each core."""
    assert task(id).sampling.max_tokens <= KNOWN[id].max_tokens
    assert task(id).sampling.temperature == 0


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: pin(name) for name in TASKS}, indent=2) + "\n", "utf-8")
