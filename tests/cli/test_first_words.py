"""What a newcomer types first: no arguments, a wrong name, more records than there are, and how many are needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import trustgen
from trustgen.core.registry import load
from trustgen.run.worth import CORRELATION, to_detect
from trustgen.run.worth import Compared as By
from trustgen.stats.power import smallest_effect


def test_the_bare_command_is_the_help_and_ends_well() -> None:
    done = trustgen()
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: trustgen")
    assert done.stdout.count("\n") > 20
    assert not done.stderr


def test_a_name_like_no_other_lists_a_few_and_says_where_all_are() -> None:
    done = trustgen("show", "XQZ")
    assert done.returncode == 2
    assert "more, see `trustgen list`" in done.stderr
    assert len(done.stderr) < 500


def test_more_records_than_there_are_is_all_of_them_and_a_note(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    tasks = "".join(f'[[tasks]]\nid = "{name}"\n' for name in ("llm.ethics.dilemmas", "ask.own"))
    (tmp_path / "q.csv").write_text("question,answer\nCapital of Italy?,Rome\nCapital of Chad?,N'Djamena\n")
    file.write_text(f'name = "mine"\ntitle = "Mine"\n{tasks}pool = "q.csv"\n')
    told = ("build", file, "--n", 3, "-o", tmp_path / "edition")
    done = trustgen(*told)
    assert done.returncode == 0
    assert "note: ask.own asks 2 records, all that there are" in done.stdout + done.stderr
    manifest = json.loads((tmp_path / "edition" / "edition.json").read_text("utf-8"))
    assert [(task["id"], task["n"]) for task in manifest["tasks"]] == [("llm.ethics.dilemmas", 3), ("ask.own", 2)]


@pytest.mark.parametrize("effect", [0.05, 0.2])
def test_as_many_records_as_are_named_show_the_difference_and_fewer_do_not(effect: float) -> None:
    task = load("task", "llm.truthfulness.facts")(10)
    n = to_detect(task, 1.0, By(4, {}, effect))
    assert smallest_effect(n, correlation=CORRELATION, tests=4) <= effect
    assert smallest_effect(n - 1, correlation=CORRELATION, tests=4) > effect
    assert to_detect(task, 0.5, By(4, {}, effect)) == pytest.approx(2 * n, abs=2)


def test_a_plan_says_what_showing_a_difference_takes() -> None:
    told = ("plan", "core", "--n", 3, "--model", "organism/perfect", "--detect")
    rows = json.loads(trustgen(*told, ".05", "--json").stdout)
    assert all(task["detects"] > 100 for task in rows[0]["tasks"])
    printed = trustgen(*told, ".9", "--price", "0.15/0.60").stdout
    said = " ".join(printed.split())
    assert "to show .900" in said
    assert all(len(line) <= 80 and line == line.rstrip() for line in printed.splitlines())
    assert "not to be had" not in said
    assert "lies between 0 and 1" in trustgen(*told, "5").stderr


def test_what_a_pool_cannot_show_is_said(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("question,answer\nCapital of Italy?,Rome\nCapital of France?,Paris\n")
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\ntitle = "Mine"\n[[tasks]]\nid = "ask.own"\npool = "q.csv"\n')
    said = " ".join(trustgen("plan", file, "--model", "organism/perfect", "--detect", ".1").stdout.split())
    assert "not to be had, since there are fewer records: ask.own" in said


def test_a_task_says_what_its_records_have_and_a_pool_shows_one(tmp_path: Path) -> None:
    said = trustgen("show", "llm.truthfulness.facts").stdout
    needed = said.split("a record has: ")[1].split(";")[0].split(", ")
    assert {"subject", "relation", "answer", "distractors"} <= set(needed)
    assert "core" not in needed
    (tmp_path / "rows.csv").write_text("name,river\nLaos,Mekong\nEgypt,\n")
    fields = "[fields]\nsubject = 'name'\nanswer = 'river'\n"
    text = f"name = 'mine'\nabout = 'rivers'\nlicence = 'mine'\n[origin]\npath = 'rows.csv'\n{fields}"
    (tmp_path / "mine.toml").write_text(text)
    said = trustgen("show", tmp_path / "mine.toml").stdout
    assert "first record:\n  subject: Laos\n  answer: Mekong" in said
    assert "1 row cannot be used:\n  rows.csv:3: `answer` is missing or empty" in said


def test_a_system_without_its_locks_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trustgen.cli.app.POSIX", False)
    done = trustgen("list", "tasks")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "WSL" in done.stderr


def test_names_are_completed_on_the_tab_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"COMP_WORDS": "trustgen ga", "COMP_CWORD": "1", "_TRUSTGEN_COMPLETE": "bash_complete"}.items():
        monkeypatch.setenv(name, value)
    assert trustgen().stdout.strip() == "plain,gate"
