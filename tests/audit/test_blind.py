"""A sheet shows readers no answer, and what they fill in comes back as agreement by task."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trustgen.audit.blind import OTHERS, rows
from trustgen.audit.outside import LabelBook
from trustgen.cli.app import app
from trustgen.core import Case
from trustgen.core.registry import load
from trustgen.store import Edition
from trustgen.testing import Trial

ASKED = ("llm.truthfulness.fact_check", "llm.truthfulness.sycophancy", "llm.ethics.dilemmas")


def cases(name: str, n: int = 50) -> tuple[Case, ...]:
    return Trial(load("task", name), n).cases("sheet")


def test_one_case_of_each_record_up_to_forty_and_only_what_has_a_right_answer() -> None:
    over = [case for name in ASKED for case in cases(name)]
    by_id = {case.id: case for case in over}
    found = list(rows(over))
    counts = {name: [by_id[row["case"]] for row in found if by_id[row["case"]].task == name] for name in ASKED}
    assert [len(held) for held in counts.values()] == [40, 40, 0]
    for held in counts.values():
        assert len({case.cluster for case in held}) == len(held)
    assert len({case.arm for case in counts["llm.truthfulness.sycophancy"]}) > 3
    for row in found:
        expect = by_id[row["case"]].expect
        assert set(row) == {"case", "text", "options", "labels"}
        assert row["labels"] == []
        assert expect.answer in row["options"] or expect.options
        assert expect.options or len(row["options"]) <= OTHERS + 1


def test_the_place_of_the_right_answer_tells_nothing() -> None:
    over = cases("llm.truthfulness.sycophancy", 400)
    by_id = {case.id: case for case in over}
    found = [(len(row["options"]), row["options"].index(by_id[row["case"]].expect.answer)) for row in rows(over, 400)]
    for options in (2, OTHERS + 1):
        places = [place for of, place in found if of == options]
        assert len(places) > 100
        assert all(0.6 < options * places.count(place) / len(places) < 1.4 for place in range(options))


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("read") / "edition"
    assert run("build", "llm.truthfulness.fact_check", "--n", "30", "-o", str(folder)).exit_code == 0
    return folder


def test_a_script_is_told_where_the_sheet_is(edition: Path, tmp_path: Path) -> None:
    sheet = str(tmp_path / "sheet.jsonl")
    assert json.loads(run("audit", str(edition), "--sheet", sheet, "--json").output) == {"sheet": sheet, "cases": 30}


def test_two_readers_are_told_apart(edition: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.jsonl"
    assert "30 cases to read" in run("audit", str(edition), "--sheet", str(sheet)).output
    asked = [json.loads(line) for line in sheet.read_text("utf-8").splitlines()]
    right = {case.id: case.expect.answer for case in Edition.open(edition).cases()}
    for name, wrong, read in (("a", 3, 30), ("b", 6, 20)):
        with (tmp_path / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for at, row in enumerate(asked[:read]):
                other = next(option for option in row["options"] if option != right[row["case"]])
                file.write(json.dumps(row | {"labels": [other if at < wrong else right[row["case"]]]}) + "\n")
    labels = [word for name in "ab" for word in ("--labels", str(tmp_path / f"{name}.jsonl"))]
    told = json.loads(run("audit", str(edition), "--json", *labels).output)["labels"]
    assert told["by_task"] == {"llm.truthfulness.fact_check": {"items": 30, "met": [0.9, 0.7], "alike": 17 / 20}}
    said = run("audit", str(edition), *labels).output
    assert "30 cases read; 0.90 and 0.70 agree with the right answers, 0.85 with one another" in said


def test_a_letter_and_its_option_are_one_label(tmp_path: Path) -> None:
    over = cases("llm.robustness.option_shift", 5)
    for name, told in (("letters", lambda e: e.answer), ("words", lambda e: e.options["ABCD".index(e.answer)])):
        lines = [json.dumps({"case": case.id, "labels": [told(case.expect)]}) for case in over]
        (tmp_path / name).write_text("\n".join(lines))
    book = LabelBook(tmp_path / "letters", tmp_path / "words")
    for case in over:
        book.see(case)
    assert book.by_task() == {"llm.robustness.option_shift": {"items": len(over), "met": [1.0, 1.0], "alike": 1.0}}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--sheet", "{edition}/sheet.jsonl"), "which is frozen"),
        (("--sheet", "{edition}/../no/such/sheet.jsonl"), "cannot write"),
        (("--labels", "{edition}/none.jsonl"), "there is no such file"),
        (("--sheet", "{edition}/../s.jsonl", "--published"), "audits nothing"),
    ],
)
def test_a_sheet_that_cannot_be(edition: Path, words: tuple[str, ...], says: str) -> None:
    done = CliRunner().invoke(app, ["audit", str(edition), *(word.format(edition=edition) for word in words)])
    assert says in done.output + str(done.exception)


def test_without_right_answers_there_is_nothing_to_read(tmp_path: Path) -> None:
    folder = str(tmp_path / "edition")
    assert run("build", "llm.ethics.dilemmas", "--n", "3", "-o", folder).exit_code == 0
    done = CliRunner().invoke(app, ["audit", folder, "--sheet", str(tmp_path / "s.jsonl")])
    assert "has a right answer among others" in done.output + str(done.exception)
