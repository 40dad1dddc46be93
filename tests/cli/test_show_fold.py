"""Words that may harm stay folded at every door alike until somebody asks for them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from trustgen import Run
from trustgen.cli import main
from trustgen.core import expand
from trustgen.core.registry import load
from trustgen.report import Wanted, findings, look, write_html
from trustgen.run import build, evaluate, tasks_of
from trustgen.run.review import kit_of, make_plan, readings

TASK = "llm.safety.over_refusal"
FOLDED = {TASK, "llm.fairness.preference", "llm.privacy.private_requests"}
OPEN = {"llm.truthfulness.facts", "llm.risk.sandbagging"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of a task of five dimensions."""
    home = tmp_path_factory.mktemp("folds")
    edition = build([load("task", name)(1) for name in sorted(FOLDED | OPEN)], home / "edition", salt="folds")
    evaluate(edition, ["organism/able?rate=0.5"], home / "run")
    return home / "run"


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `show` prints."""
    with pytest.raises(SystemExit):
        main(["show", *arguments])
    return capsys.readouterr().out


def test_cases_of_safety_are_folded_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    made = load("task", TASK)()
    record = next(iter(made.records.select("show")))
    words = next(iter(expand(made, record, "show"))).turns[-1].text.splitlines()[-1]
    folded = shown(capsys, TASK, "--cases", "1")
    assert words not in folded
    assert "folded: --unfold shows them" in folded
    assert words in shown(capsys, TASK, "--cases", "1", "--unfold")


def test_other_cases_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert "folded" not in shown(capsys, "llm.truthfulness.facts", "--cases", "1")


@pytest.mark.parametrize("task", sorted(FOLDED))
def test_what_is_folded_in_a_run_is_folded_where_a_task_is_shown(task: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert re.search(r"^user: \([\w, ]+ characters, folded", shown(capsys, task, "--cases", "1"), re.MULTILINE)


def test_every_door_folds_the_same_tasks(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = Run(run)
    assert {case.task for case in look(run, Wanted(n=1_000)).cases if case.folded} == FOLDED

    rows = made.to_arrow("cases").to_pylist()
    assert {row["task"] for row in rows if row["asked"] is None} == FOLDED
    assert {row["task"] for row in rows if row["asked"] is not None} == OPEN

    rows = made.edition.to_arrow().to_pylist()
    assert {row["task"] for row in rows if row["asked"] is None and row["expected"] is None} == FOLDED
    assert {row["task"] for row in rows if row["asked"] is not None} == OPEN
    assert all(row["asked"] for row in made.edition.to_arrow(unfold=True).to_pylist())

    told = json.loads(shown(capsys, str(made.edition.folder), "--cases", "1000", "--json"))["cases"]
    assert {case["task"] for case in told if "turns" not in case and case["length"]} == FOLDED
    assert {case["task"] for case in told if "turns" in case} == OPEN
    told = json.loads(shown(capsys, TASK, "--cases", "1", "--json"))["cases"]
    assert told[0].keys() == {"id", "task", "arm", "records", "tags", "folded", "length"}
    assert "turns" in json.loads(shown(capsys, TASK, "--cases", "1", "--json", "--unfold"))["cases"][0]

    tasks = tasks_of(made.edition, kit_of(made.edition, made.manifest))
    picks = make_plan(run, n=1_000).picks
    sensitive = {r.pick.task: r.sensitive for r in readings(run, tasks, picks).values()}
    assert {task for task, folded in sensitive.items() if folded} == FOLDED & sensitive.keys()
    assert OPEN & sensitive.keys()

    page = write_html(findings(run), tmp_path / "report.html").read_text("utf-8")
    parts = re.split(r'<details class="task"', page)[1:]
    assert {
        task for task in FOLDED | OPEN for part in parts if f"<code>{task}</code>" in part and "may harm" in part
    } == (FOLDED)

    listed = shown(capsys, str(made.edition.folder), "--cases", "1000")
    cases = {case.task: case.turns[-1].text.splitlines()[0] for case in made.edition.cases()}
    assert {task for task, words in cases.items() if words not in listed} == FOLDED
    assert "folded" not in shown(capsys, str(made.edition.folder), "--cases", "1000", "--unfold")
