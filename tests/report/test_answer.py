"""The answer: it says what `compare` and `leaderboard` say, in a sentence, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_run import FACTORIES, HIRING, LEANING, MODELS, REMOTE, SMALL, make_run
from rich.cells import cell_len

from trustgen.core.shown import json_text
from trustgen.report import compare_models, document, findings, print_findings
from trustgen.report.answering import MARKS, answer, matrix


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("two") / "run", models=(REMOTE, SMALL))


def test_two_models_are_answered_by_the_verdicts_of_compare(two: Path) -> None:
    its = answer(findings(two))
    rows = {row.task: row for row in compare_models(two, REMOTE, SMALL)}
    assert its.base == REMOTE
    assert {task: of[SMALL].verdict for task, of in its.marks.items() if of} == {
        task: row.verdict for task, row in rows.items() if not row.reason
    }
    worse = [row.title for row in rows.values() if row.verdict == "worse"]
    assert len(worse) > 1
    assert f"{SMALL} is worse than {REMOTE} on {len(worse)} of 4 tasks ({', '.join(worse)})" in its.sentence
    assert "better on none" in its.sentence
    for row in rows.values():
        if row.verdict == "not shown":
            assert its.marks[row.task][SMALL].needed == row.needed


def test_what_is_not_shown_is_no_tie_and_has_a_number_that_would_show_it(tmp_path: Path) -> None:
    its = answer(findings(make_run(tmp_path / "run", n=8, models=(REMOTE, SMALL))))
    assert "shown" in its.sentence
    told = " ".join((its.sentence, *its.notes))
    assert "tie" not in told.split()
    assert "which is not to say that the models are alike there" in told
    assert "more records" in told


def test_many_models_are_held_against_the_first_by_its_weakest_dimension(run: Path) -> None:
    found = findings(run)
    its, board = answer(found), found.board
    assert board is not None
    assert its.base == board.lines[0].model
    assert f"{its.base} (simulated) stands first of 3 by its weakest dimension" in its.sentence
    pair = sorted((its.base, SMALL))
    said = {row.task: row.verdict for row in compare_models(run, *pair)}
    turned = {"better": "worse", "worse": "better"} if pair[0] == SMALL else {}
    marks = {task: of[SMALL].verdict for task, of in its.marks.items() if SMALL in of}
    assert marks == {task: turned.get(said[task], said[task]) for task in marks}
    assert {row.cells[its.base].mark for row in matrix(found, its)} == {""}
    assert {row.cells[SMALL].mark for row in matrix(found, its)} <= {*MARKS.values(), ""}


def test_one_model_is_answered_by_its_weakest(tmp_path: Path) -> None:
    found = findings(make_run(tmp_path / "run", models=(SMALL,)))
    its, board = answer(found), found.board
    assert board is not None
    least = board.lines[0].minimum
    assert least is not None
    assert f"{SMALL} is weakest on {least.weakest}" in its.sentence
    assert its.notes[0].startswith("Its weakest task there: ")
    assert its.notes[-1].startswith("Scored: 100 % of 520 planned cases")
    assert its.base == ""


def test_tasks_of_another_version_are_said_to_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_run(tmp_path / "run", models=(SMALL,))
    for task in (LEANING, HIRING):
        monkeypatch.setattr(FACTORIES[task], "version", "9-A")
    told = " ".join(answer(findings(folder)).notes)
    assert "Not in this answer: 2 of 4 tasks, of which another version is installed" in told


def test_nothing_to_conclude_is_said(tmp_path: Path) -> None:
    its = answer(findings(make_run(tmp_path / "run", n=3, models=(SMALL,), asked=0.0)))
    assert its.sentence == "No headline has a value: there is nothing to conclude."
    assert its.notes == ("Scored: 0 % of 39 planned cases.",)


def test_the_answer_stands_before_every_number_and_lesser_measures_are_counted(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = findings(run)
    print_findings(found)
    text = capsys.readouterr().out
    lines = text.splitlines()
    assert lines[2] == ""
    assert " ".join(text.split()).index(answer(found).sentence) < text.index("[")
    assert max(cell_len(line) for line in lines) <= 80
    lesser = [e for e in found.estimates if not e.headline]
    assert f"{len(lesser)} lesser measures" in text
    assert "refusal_rate" not in text
    for row in matrix(found, answer(found)):
        for model in MODELS:
            assert row.cells[model].text in text
    print_findings(found, everything=True)
    text = capsys.readouterr().out
    assert "left out" not in text
    assert "refusal_rate" in text


def test_the_legend_speaks_of_a_number_of_this_run(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_findings(findings(run))
    text = " ".join(capsys.readouterr().out.split())
    assert "72/80 cases (Facts): the value is over 72 of the 80 cases that were planned" in text


def test_the_document_holds_the_answer_and_everything_else(run: Path) -> None:
    found = findings(run)
    made = json.loads(json_text(document(found)))
    assert made["answer"]["sentence"] == answer(found).sentence
    assert len(made["estimates"]) == len(found.estimates)
