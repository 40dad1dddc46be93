"""Suites: names, files, prefixes, and what is wrong with a file, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from answers import WORDS, cases

from trustgen.core import InputError, UnknownName
from trustgen.core.registry import load, names
from trustgen.tasks.suites import Entry, Suite, load_suite, suite_names


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, "utf-8")
    return str(path)


def test_every_shipped_suite_loads_and_builds() -> None:
    assert "core" in suite_names()
    for name in suite_names():
        suite = load_suite(name)
        assert suite.name == name
        assert suite.title
        assert [task.id for task in suite.build(2)] == [entry.id for entry in suite.tasks]
        assert [task.n for task in suite.build()] == [entry.n for entry in suite.tasks]
        assert {task.n for task in suite.build(3)} == {3}


def test_core_takes_about_400_calls() -> None:
    suite = load_suite("core")
    assert {entry.id for entry in suite.tasks} <= set(names("task"))
    assert len({entry.id.split(".")[1] for entry in suite.tasks}) >= 3, "several dimensions"
    calls = sum(case.calls for entry in suite.tasks for case in cases(entry.id, entry.n))
    assert 350 <= calls <= 450


def test_the_whole_and_the_dimensions_leave_no_task_out() -> None:
    for modality in ("llm", "t2i"):
        every = [name for name in names("task") if name.startswith(f"{modality}.")]
        assert sorted(entry.id for entry in load_suite(modality).tasks) == every
    for dimension in {name.split(".")[1] for name in WORDS}:
        mine = [name for name in WORDS if name.split(".")[1] == dimension]
        assert sorted(entry.id for entry in load_suite(dimension).tasks) == mine


def test_a_task_and_a_prefix_are_suites() -> None:
    task = "llm.fairness.counterfactual"
    assert load_suite(task) == Suite(task, "Counterfactual decisions", (Entry(task, load("task", task).default_n),))
    privacy = [name for name in names("task") if name.startswith("llm.privacy.")]
    assert [entry.id for entry in load_suite("llm.privacy").tasks] == privacy


@pytest.mark.parametrize("what", ["cor", "llm.fair", "llm.", "", "llm.fairness.counterfactua"])
def test_an_unknown_name_is_an_error_that_says_what_is_near(what: str) -> None:
    with pytest.raises(UnknownName, match="unknown suite or task"):
        load_suite(what)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    text = 'name = "mine"\ntitle = "T"\n[[tasks]]\nid = "llm.truthfulness.facts"\nn = 3\n[[tasks]]\nid = "{}"\n'
    suite = load_suite(written(tmp_path, text.format("llm.robustness.option_shift")))
    assert suite.tasks == (Entry("llm.truthfulness.facts", 3), Entry("llm.robustness.option_shift", 50))


HEAD = 'name = "mine"\ntitle = "T"\n\n'
TASK = '[[tasks]]\nid = "llm.truthfulness.facts"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", r"mine.toml` is no valid TOML: .*line 1"),
        (HEAD + "[[tasks]\n", r"no valid TOML: .*line 4"),
        ('title = "T"\n' + TASK, r"mine.toml`, line 1: .*missing required field `name`"),
        ('name = "mine"\ntitle = 3\n' + TASK, r"mine.toml`, line 2: Expected `str`"),
        (HEAD + TASK + '[[tasks]]\nid = "x"\nn = "y"\n', r"mine.toml`, line 6: Expected `int"),
        (HEAD + TASK + "\n[[tasks]]\nname = 3\n", r"mine.toml`, line 7: .*field"),
        (HEAD + TASK + '[[tasks]]\nid = "llm.nope"\n', r"mine.toml`, line 6: task `llm.nope` is unknown"),
        (HEAD + TASK + TASK, r"mine.toml`, line 6: task `llm.truthfulness.facts` is listed twice"),
        (HEAD + TASK + "n = 0\n", r"mine.toml`, line 4: task .* needs at least 1 record"),
        (HEAD + "tasks = []\n", r"mine.toml` lists no task"),
        (HEAD + TASK + 'colour = "red"\n', r"mine.toml`, line 4: .*unknown field `colour`"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        load_suite(written(tmp_path, text))


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone.toml` cannot be read: No such file"):
        load_suite(str(tmp_path / "gone.toml"))
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"odd.toml` cannot be read"):
        load_suite(str(tmp_path / "odd.toml"))
