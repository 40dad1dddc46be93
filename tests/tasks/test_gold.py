"""Golds: derived again from the record, evenly placed, and never given away by the prompt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import islice

import pytest
from answers import cases, task
from scipy.stats import chisquare

from trustgen.core import LETTERS, Case, Record, expand, golden_digest, listed
from trustgen.curate.facts import in_a_sentence
from trustgen.curate.quiz import questions
from trustgen.judge import Reading
from trustgen.simulate.pools import discussions, markets
from trustgen.simulate.worlds import NEAR
from trustgen.tasks.llm.robustness.out_of_distribution.styled import WEEKDAYS, bank

FACTS, SYCOPHANCY = "llm.truthfulness.facts", "llm.truthfulness.sycophancy"
COUNTERFACTUAL, SHIFT = "llm.fairness.counterfactual", "llm.robustness.option_shift"
ODD, COUNTING = "llm.robustness.out_of_distribution", "llm.fairness.counting_bias"
MANY = {FACTS: 330, SYCOPHANCY: 300, COUNTERFACTUAL: 400, SHIFT: 330, ODD: 400, COUNTING: 300}


@cache
def made(id: str) -> tuple[tuple[Record, tuple[Case, ...]], ...]:
    """Each record of a large test with its cases."""
    big = task(id, MANY[id])
    return tuple((r, tuple(expand(big, r, "gold"))) for r in big.records.select("gold"))


def names(case: Case, answer: str) -> bool:
    """Whether the last user turn names an answer, as a judge would find it."""
    return any(True for turn in case.turns for _ in Reading(turn.text).spots(answer))


def by_arm(id: str, *arms: str) -> list[tuple[Record, Case]]:
    found = [(record, case) for record, all_ in made(id) for case in all_ if case.arm in arms]
    assert found
    return found


def quizzed(*arms: str) -> list[tuple[Record, Case]]:
    """The facts and sums of *Sycophancy*: their questions name no answer."""
    return [(record, case) for record, case in by_arm(SYCOPHANCY, *arms) if record["kind"] == "quiz"]


def test_open_golds_are_the_records_answers() -> None:
    facts = by_arm(FACTS, "open", "true_context", "false_context")
    for record, case in (*facts, *quizzed("plain", "persona", "corrected")):
        assert (case.expect.answer, case.expect.aliases) == (record["answer"], tuple(record["aliases"]))
        assert set(case.expect.wrong) <= set(record["distractors"])
        assert record["subject"] in case.turns[0].text


def test_the_gold_letter_stands_at_the_right_option() -> None:
    shifts = [f"shift_{i}" for i in range(4)]
    for record, case in (*by_arm(FACTS, "mcq"), *by_arm(SHIFT, *shifts)):
        options = case.expect.options
        assert options[LETTERS.index(case.expect.answer)] == record["answer"]
        assert len(set(options)) == 4
        assert set(options) - {record["answer"]} <= set(record["distractors"])
        assert listed(options) in case.turns[0].text


def test_a_statement_is_true_exactly_when_it_names_the_answer() -> None:
    for record, case in by_arm(FACTS, "true_false"):
        assert names(case, record["answer"]) == (case.expect.answer == "true")
        assert any(names(case, wrong) for wrong in record["distractors"]) == (case.expect.answer == "false")


def test_a_decision_follows_from_the_figures() -> None:
    for record, case in by_arm(COUNTERFACTUAL, "clear", "borderline"):
        assert case.expect.answer == {"strong": "yes", "weak": "no"}.get(record["merit"], "")
        assert (case.arm == "clear") == bool(case.expect.answer)
        for figure in (*record["has"], *record["needs"]):
            assert figure in case.turns[0].text


def test_notes_say_the_answer_or_the_claim_and_pressure_names_the_claim_alone() -> None:
    for record, case in by_arm(FACTS, "true_context", "false_context"):
        assert names(case, record["answer"]) == (case.arm == "true_context")
        assert names(case, case.expect.wrong[0]) == (case.arm == "false_context")
    for record, case in quizzed("persona", "group", "preconception", "corrected"):
        if any(True for _ in Reading(case.question).spots(case.expect.wrong[0])):
            continue  # of 90 − 10 somebody may hold 90
        assert names(case, record["answer"]) == (case.arm == "corrected")
        assert names(case, case.expect.wrong[0]) == (case.arm != "corrected")


def test_no_plain_prompt_gives_the_answer_away() -> None:
    for record, case in (*by_arm(FACTS, "open", "unanswerable"), *quizzed("plain", "self_doubt")):
        assert not any(names(case, right) for right in (record["answer"], *record["aliases"])), case.turns[0].text
    for record, case in by_arm(FACTS, "unanswerable"):
        assert record["subject"] not in case.turns[0].text


@pytest.mark.parametrize(
    ("id", "arm", "values"), [(FACTS, "mcq", "ABCD"), (SHIFT, "shift_0", "ABCD"), (SHIFT, "shift_2", "ABCD")]
)
def test_the_gold_letter_is_evenly_placed(id: str, arm: str, values: str) -> None:
    """Lesson: a gold that is always "A"."""
    counts = Counter(case.expect.answer for _, case in by_arm(id, arm))
    assert chisquare([counts[v] for v in values]).pvalue > 1e-4, counts


def in_order(answer: str) -> int:
    """Where an answer stands among all of its kind: a weekday in its week, a number among numbers."""
    return WEEKDAYS.index(answer) if answer in WEEKDAYS else int(answer)


def even_places(of: Iterable[tuple[str, Iterable[str]]]) -> None:
    """The right answer stands as often first as second, third … when it is put in order with the first wrong ones."""
    places = Counter(sorted((right, *wrong), key=in_order).index(right) for right, wrong in of)
    assert places.total() >= 300
    assert sorted(places) == list(range(len(places)))
    assert len(places) >= 3
    assert chisquare([*places.values()]).pvalue > 1e-4, places


@pytest.mark.parametrize("arm", ["past_date", "future_date"])
def test_a_weekday_is_anywhere_among_its_rivals(arm: str) -> None:
    """Lesson: rivals that were the first of the week, so that a day of its end was always the right one."""
    found = [case.expect for _, case in by_arm(ODD, arm)]
    even_places((one.answer, one.wrong[:3]) for one in found)
    assert len({one.wrong[0] for one in found}) == len(WEEKDAYS)


@pytest.mark.parametrize("arm", ["zero_shot", "zero_shot_nouns", "few_shot_occupations"])
def test_a_count_is_anywhere_among_its_rivals(arm: str) -> None:
    even_places((case.expect.answer, case.expect.wrong) for _, case in by_arm(COUNTING, arm))


def test_a_sum_and_a_holding_are_anywhere_among_their_rivals() -> None:
    found = [r for r in questions.first("gold", 1000) if r["kind"] == "sum"]
    even_places((r["answer"], r["distractors"][:3]) for r in found)
    held = [r for r in islice(markets.draw("gold"), 1200) if int(r["answer"]) > NEAR]
    even_places((r["answer"], r["wrong"]) for r in held)
    even_places((r["answer"], r["wrong"][1:]) for r in islice(discussions.draw("gold"), 600) if len(r["wrong"]) == 4)


def test_a_made_up_answer_is_any_of_the_usual_guesses() -> None:
    first = Counter(case.expect.wrong[0] for _, case in by_arm(ODD, "nonsense"))
    assert len(first) == sum(len(one["guesses"]) for one in bank()["nonsense"])


def test_half_of_the_statements_are_true() -> None:
    counts = Counter(case.expect.answer for _, case in by_arm(FACTS, "true_false"))
    assert chisquare([counts["true"], counts["false"]]).pvalue > 1e-4


def test_the_gold_letter_does_not_follow_the_place_of_the_suggested_answer() -> None:
    places = Counter(case.expect.options.index(case.expect.wrong and other.expect.wrong[0]) for case, other in _pairs())
    assert chisquare([places[i] for i in range(4)]).pvalue > 1e-4


def _pairs() -> list[tuple[Case, Case]]:
    """The multiple-choice and the open case of each record of `facts`."""
    return [(by["mcq"], by["open"]) for _, all_ in made(FACTS) for by in [{c.arm: c for c in all_}]]


def blanked(text: str, answer: str) -> str:
    """A text with a blank for an answer."""
    return re.sub(rf"\b{re.escape(answer)}(?!\w)", "#", text)


def bare(text: str, country: str) -> str:
    """A text in which a country has no article."""
    return text.replace(in_a_sentence(country), country)


def test_arms_of_one_record_differ_in_form_alone() -> None:
    for _, all_ in made(FACTS):
        by = {c.arm: c for c in all_}
        assert by["open"].turns[0].text in by["true_context"].turns[0].text
        assert by["open"].turns[0].text in by["false_context"].turns[0].text
        right, claim = by["open"].expect.answer, by["open"].expect.wrong[0]
        true, false = by["true_context"].turns[0].text, by["false_context"].turns[0].text
        assert blanked(bare(true, right), right) == blanked(bare(false, claim), claim)
    for record, all_ in made(SYCOPHANCY):
        by = {c.arm: c for c in all_}
        ask = by["plain"].turns[0].text
        assert all(ask in c.turns[0].text for c in all_)
        assert by["self_doubt"].turns[0].text == ask
        assert len(by["self_doubt"].turns) == 2
        right, claim = record["answer"], by["plain"].expect.wrong[0]
        leaning, mending = by["preconception"].turns[0].text, by["corrected"].turns[0].text
        if "claims" in record.fields:  # a verdict is claimed in a sentence, and a country with its article
            right, claim = record["claims"][right], record["claims"][claim]
        leaning, mending = leaning.replace(ask, ""), mending.replace(ask, "")  # it may name what is claimed
        if record["relation"] == "currency":  # a unit of money is claimed with its article
            leaning, mending = leaning.replace(f"the {claim}", claim), mending.replace(f"the {right}", right)
        assert blanked(bare(leaning, claim), claim) == blanked(bare(mending, right), right)


def test_a_counterfactual_changes_the_name_and_nothing_else() -> None:
    for record, all_ in made(COUNTERFACTUAL):
        names_ = dict(record["names"])
        assert [c.tags["group"] for c in all_] == list(names_)
        bare = {c.turns[0].text.replace(names_[c.tags["group"]], "#") for c in all_}
        assert len(bare) == 1
        assert bare.pop().count("#") >= 1
        assert len({(c.expect.answer, c.expect.best) for c in all_}) == 1
        for word in ("he", "she", "him", "her", "his", "hers", "mr", "mrs", "ms"):
            assert f" {word} " not in all_[0].turns[0].text.lower(), "a pronoun tells the gender"


def test_the_worst_judge_of_people_goes_by_origin() -> None:
    for _, all_ in made(COUNTERFACTUAL):
        worst = {c.tags["origin"]: c.expect.worst for c in all_}
        assert sorted(worst.values()) == ["no", "yes"]
        assert worst[all_[0].tags["origin"]] == "yes"


def test_pressure_is_towards_one_claim() -> None:
    for _, all_ in made(SYCOPHANCY):
        assert len({c.expect.wrong for c in all_}) == 1
        for c in all_:
            assert c.expect.worst == (c.expect.answer if c.arm == "plain" else c.expect.wrong[0])


def test_a_changed_wording_changes_the_golden_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    from trustgen.tasks import wording

    before = golden_digest(task(SYCOPHANCY, 60))
    prompt = wording.PROMPTS["country_of_city"]
    monkeypatch.setattr(prompt, "wordings", tuple(f"{w} " for w in prompt.wordings))
    assert golden_digest(task(SYCOPHANCY, 60)) != before
    monkeypatch.undo()
    assert golden_digest(task(SYCOPHANCY, 60)) == before
    assert cases(SYCOPHANCY, 60, "golden")
