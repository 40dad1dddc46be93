"""The labelled set keeps its own promises: format, counts, balance, golds that follow from the record, no overlap."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from trustgen.core import LETTERS, Keep, listed

FOLDER = Path(__file__).parent / "labelled"
FILES = {"dev": "dev.jsonl", "held": "held_out.jsonl", "final": "final.jsonl"}
KINDS = ("paraphrase", "shorter", "longer", "to_mcq", "to_true_false", "to_open", "worded", "page")
FAULTS = ("wrong_label", "meaning", "duplicate", "off_topic", "injected")
ROW = {"id", "kind", "label", "fault", "why", "keeps", "record", "base", "varied", "after", "page"}
CASE = {"text", "question", "answer", "aliases", "options", "wrong"}
RECORD = {"subject", "relation", "answer", "aliases", "distractors"}
HIDDEN = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff]|<!--|display:none|<\\|")

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / FILES[name]).read_text(encoding="utf-8").splitlines()]


ALL = {name: rows(name) for name in FILES}
EVERY = [row for found in ALL.values() for row in found]


def cases(row: Row) -> Iterator[Row]:
    yield from (case for case in (row["base"], row["varied"]) if case is not None)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def shown(row: Row) -> str:
    """What a second look at the same row would find again: the page of a record, the wording of anything else."""
    return row["page"]["text"] if row["page"] else row["varied"]["text"]


def known(row: Row) -> set[str]:
    return {" ".join(words(answer)) for answer in (row["record"]["answer"], *row["record"]["aliases"])}


@pytest.mark.parametrize("name", FILES)
def test_counts_and_balance(name: str) -> None:
    found = ALL[name]
    assert len(found) >= 160
    assert 0.45 <= sum(row["label"] == "good" for row in found) / len(found) <= 0.55
    faults = Counter(row["fault"] for row in found if row["label"] == "bad")
    assert set(faults) == set(FAULTS)
    assert min(faults.values()) >= 14, faults
    for kind in KINDS:
        assert {row["label"] for row in found if row["kind"] == kind} == {"good", "bad"}, kind
    assert [row["id"] for row in found] == [f"{name}-{at:03d}" for at in range(1, len(found) + 1)]


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row["id"])
def test_a_row_has_the_agreed_form(row: Row) -> None:
    assert set(row) == ROW
    assert row["kind"] in KINDS
    assert (row["label"], bool(row["fault"])) in {("good", False), ("bad", True)}
    assert row["fault"] in {"", *FAULTS}
    assert row["why"].endswith(".")
    assert "\n" not in row["why"]
    assert row["keeps"]
    assert set(row["keeps"]) <= set(Keep)
    assert set(row["record"]) >= RECORD
    assert (row["base"] is None) == (row["kind"] in {"worded", "page"})
    assert (row["page"] is None) == (row["kind"] != "page")
    assert row["kind"] not in {"worded", "page"} or row["record"]["template"].endswith("?")
    assert not {row["record"]["answer"], *row["record"]["aliases"]} & set(row["record"]["distractors"])
    for case in cases(row):
        assert set(case) == CASE
        assert case["question"] in case["text"]
        assert case["answer"]
        assert case["answer"] not in case["wrong"]
        if case["options"]:
            letters = LETTERS[: len(case["options"])]
            assert case["text"].count(listed(case["options"])) == 1
            assert case["answer"] in letters
            assert case["wrong"] == [letter for letter in letters if letter != case["answer"]]


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row["id"])
def test_a_conversion_ends_in_its_form(row: Row) -> None:
    """A base that was already right stays the measure: only the varied side may be faulty."""
    varied, base = row["varied"], row["base"]
    if row["kind"] == "to_mcq":
        assert varied["options"]
        assert not base["options"]
    elif row["kind"] == "to_open":
        assert base["options"]
        assert not varied["options"]
    elif row["kind"] == "to_true_false":
        assert {varied["answer"], *varied["wrong"]} == {"true", "false"}
    elif base is not None:
        assert bool(base["options"]) == bool(varied["options"])
    if base is not None and base["options"]:
        assert " ".join(words(base["options"][LETTERS.index(base["answer"])])) in known(row)
    elif base is not None:
        assert base["answer"] == row["record"]["answer"]


@pytest.mark.parametrize("row", [row for row in EVERY if row["varied"]["options"]], ids=lambda row: row["id"])
def test_a_letter_is_a_wrong_label_unless_it_names_the_only_right_option(row: Row) -> None:
    right = [
        letter
        for letter, option in zip(LETTERS, row["varied"]["options"], strict=False)
        if " ".join(words(option)) in known(row)
    ]
    assert (right != [row["varied"]["answer"]]) == (row["fault"] == "wrong_label")


@pytest.mark.parametrize("row", [row for row in EVERY if row["label"] == "good"], ids=lambda row: row["id"])
def test_a_good_row_keeps_what_can_be_checked_by_rule(row: Row) -> None:
    varied, base, record = row["varied"], row["base"], row["record"]
    assert not HIDDEN.search(shown(row))
    if not varied["options"] and row["kind"] != "to_true_false":
        assert varied["answer"] == record["answer"]
    if "options" in row["keeps"]:
        assert varied["options"] == base["options"]
    if "words" in row["keeps"]:
        assert Counter(words(varied["text"])) >= Counter(words(base["text"]))
    if row["kind"] == "worded":  # an answer may be named where the template offers the choices anyway
        told = f" {' '.join(words(varied['question']))} "
        asked = f" {' '.join(words(record['template']))} "
        assert not [answer for answer in known(row) if f" {answer} " in told and f" {answer} " not in asked]


@pytest.mark.parametrize("row", [row for row in EVERY if row["page"]], ids=lambda row: row["id"])
def test_a_page_and_its_quote(row: Row) -> None:
    page = row["page"]
    assert set(page) == {"text", "field", "value", "quote"}
    assert page["value"] == row["record"]["answer"]
    sentences = re.findall(r"[.!?](?:\s|$|\")", page["text"])
    assert 3 <= len(sentences) <= 8
    if row["fault"] != "wrong_label":
        assert page["quote"] in page["text"]


@pytest.mark.parametrize("name", FILES)
def test_duplicates_repeat_an_earlier_good_row_and_nothing_else_does(name: str) -> None:
    earlier: dict[str, Row] = {}
    seen: dict[str, str] = {}
    for row in ALL[name]:
        assert (row["after"] is not None) == (row["fault"] == "duplicate"), row["id"]
        if row["after"] is not None:
            first = earlier[row["after"]]  # KeyError: not an earlier good row
            assert first["record"] == row["record"], row["id"]
            assert SequenceMatcher(None, shown(first), shown(row), autojunk=False).ratio() > 0.9, row["id"]
            assert shown(first) != shown(row), row["id"]
        if row["label"] == "good":
            earlier[row["id"]] = row
            form = " ".join(words(shown(row)))
            assert form not in seen, (row["id"], seen.get(form))
            seen[form] = row["id"]


@pytest.mark.parametrize(("first", "second"), list(combinations(FILES, 2)))
def test_two_files_share_no_record_and_no_wording(first: str, second: str) -> None:
    def facts(found: list[Row]) -> set[tuple[str, str]]:
        return {(row["record"]["subject"], row["record"]["relation"]) for row in found}

    def texts(found: list[Row]) -> set[str]:
        return {" ".join(words(case["text"])) for row in found for case in cases(row)} | {
            " ".join(words(row["page"]["text"])) for row in found if row["page"]
        }

    assert not facts(ALL[first]) & facts(ALL[second])
    assert not texts(ALL[first]) & texts(ALL[second])
    asked = [(row["id"], set(words(row["varied"]["question"]))) for row in ALL[second]]
    for one in ALL[first]:
        mine = set(words(one["varied"]["question"]))
        for other, theirs in asked:
            assert len(mine & theirs) <= 0.7 * len(mine | theirs), (one["id"], other)


def test_the_readme_counts_are_the_files_counts() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    printed = {
        key: tuple(int(number) for number in numbers)
        for key, *numbers in re.findall(r"^\| `?(\w+)`? \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    }

    def count(field: str, value: str) -> tuple[int, ...]:
        return tuple(sum(row[field] == value for row in ALL[name]) for name in FILES)

    expected = {kind: count("kind", kind) for kind in KINDS} | {fault: count("fault", fault) for fault in FAULTS}
    expected |= {"good": count("label", "good"), "rows": tuple(len(ALL[name]) for name in FILES)}
    assert printed == expected
