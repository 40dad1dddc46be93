"""`trustgen new`: what it writes works as it stands, for every kind, and a broken one costs itself alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from installed import install

from commands import Done, trustgen
from trustgen.cli.new_ import KINDS

ROOT = Path(__file__).parents[2]
HELPERS = Path(__file__).parent / "installed.py"
BROKEN = """[project]
name = "shattered"
version = "1"
[project.entry-points."trustgen.tasks"]
"shattered.task" = "shattered.it:task"
"shattered.cards" = "shattered.cards.task:cardless"
"shattered.made" = "shattered.made:unmakeable"
[project.entry-points."trustgen.models"]
shattered = "shattered.it:open_model"
[project.entry-points."trustgen.pools"]
"shattered.pool" = "shattered.it:POOL"
[project.entry-points."trustgen.mitigations"]
shattering = "shattered.it:Shattering"
"""
CARD = """+++
title = "Unmakeable"
dimension = "truthfulness"
modality = "text"
source = "made up"
[measures]
share = "What. Denominator: all."
+++
"""
NO_CARD = """
from trustgen import Task, task


@task(version="1-A", id="{0}")
def {1}(n: int = 2) -> Task:
    raise RuntimeError("nothing to make it of")
"""
LISTS = {"task": "tasks", "model": "models", "pool": "pools", "mitigation": "mitigations", "judge": "judges"}
RUNS = {
    "task": ("run", "mine_task", "--model", "organism/able?rate=0.7", "-o", "run-task"),
    "judge": ("run", "mine_judge", "--model", "organism/able?rate=0.7", "-o", "run-judge"),
    "model": ("run", "mine_task", "--model", "mine_model", "-o", "run-model"),
    "mitigation": ("run", "mine_task", "--model", "mine_mitigation/mine_model", "-o", "run-mitigation"),
    "pool": ("run", "rivers.toml", "--model", "organism/perfect", "-o", "run-pool"),
}
RIVERS = """name = "rivers"
title = "Rivers"
[[tasks]]
id = "mine_task"
n = 3
pool = "mine_pool"
"""
MORE = {
    "check task": ("check", "mine_task"),
    "check judge": ("check", "mine_judge"),
    "doctor": ("doctor", "--json"),
    "run without a card": ("run", "shattered.cards", "--model", "organism/perfect", "-o", "run-none"),
    "labels": ("judges", "test", "--labels", "judge/labelled.jsonl", "--task", "mine_judge", "--no-injections"),
    "show pool": ("show", "mine_pool"),
}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package of every kind and a broken one, all installed."""
    folder = tmp_path_factory.mktemp("plugged")
    for kind in KINDS:
        done = trustgen("new", kind, f"mine_{kind}", "--in", folder / kind)
        assert done.returncode == 0, done
        install(folder / kind)
    (folder / "shattered" / "shattered").mkdir(parents=True)
    (folder / "shattered" / "shattered" / "it.py").write_text("raise OSError('a disk is gone')\n")
    (folder / "shattered" / "shattered" / "cards").mkdir()
    (folder / "shattered" / "shattered" / "cards" / "task.py").write_text(NO_CARD.format("shattered.cards", "cardless"))
    (folder / "shattered" / "shattered" / "made.py").write_text(NO_CARD.format("shattered.made", "unmakeable"))
    (folder / "shattered" / "shattered" / "card.md").write_text(CARD)
    (folder / "shattered" / "pyproject.toml").write_text(BROKEN)
    install(folder / "shattered")
    (folder / "rivers.toml").write_text(RIVERS)
    return folder


@pytest.fixture(scope="module")
def done(there: Path) -> Mapping[str, Done]:
    """How every command ended, in one process where all of them are installed."""
    wanted = (
        {f"list {kind}": ("list", kind) for kind in LISTS.values()} | MORE | {f"run {k}": v for k, v in RUNS.items()}
    )
    (there / "commands.json").write_text(json.dumps(list(wanted.values())))
    told = _python(there, str(HELPERS), "commands.json")
    assert told.returncode == 0, told.stderr
    return {name: Done(*ended) for name, ended in zip(wanted, json.loads(told.stdout), strict=True)}


def _python(there: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = [ROOT / "src", ROOT / "tests", HELPERS.parent, *(there / kind for kind in (*KINDS, "shattered"))]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run([sys.executable, *arguments], cwd=there, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_listed_and_runs(kind: str, done: Mapping[str, Done]) -> None:
    listed, ran = done[f"list {LISTS[kind]}"], done[f"run {kind}"]
    assert listed.returncode == 0, listed
    assert f"mine_{kind}" in listed.stdout
    assert ran.returncode == 0, ran
    assert "planned" in ran.stdout


def test_tasks_keep_the_contract_and_labels_are_read(done: Mapping[str, Done]) -> None:
    assert [done[f"check {kind}"].returncode for kind in ("task", "judge")] == [0, 0]
    assert done["labels"].returncode == 0, done["labels"]
    assert "mine_judge" in done["labels"].stdout
    assert "CC0-1.0" in done["show pool"].stdout


def test_their_own_tests_pass(there: Path) -> None:
    folders = [f"{kind}/tests" for kind in KINDS]
    told = _python(there, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *folders)
    assert told.returncode == 0, told.stdout


def test_they_are_typed_and_clean(there: Path) -> None:
    for kind in KINDS:
        for command in (("check",), ("format", "--check")):
            told = _python(there / kind, "-m", "ruff", *command, "--no-cache", ".")
            assert told.returncode == 0, told.stdout
    sources = [f"{kind}/mine_{kind}" for kind in KINDS]
    told = _python(
        there, "-m", "mypy", "--strict", "--follow-imports=silent", f"--cache-dir={ROOT / '.mypy_cache'}", *sources
    )
    assert told.returncode == 0, told.stdout


def test_one_that_breaks_costs_itself_alone_and_doctor_names_it(done: Mapping[str, Done]) -> None:
    checks = {check["what"]: check for check in json.loads(done["doctor"].stdout)["checks"]}
    places = {"task": "shattered.task", "model": "shattered", "pool": "shattered.pool", "mitigation": "shattering"}
    for kind, name in places.items():
        check = checks[f"{kind} {name}"]
        assert not check["ok"]
        assert "does not import: OSError: a disk is gone" in check["detail"]
        assert f"mine_{kind}" in done[f"list {LISTS[kind]}"].stdout
        assert f"{kind} `{name}`" in done[f"list {LISTS[kind]}"].stderr
    assert all(checks[f"{kind} mine_{kind}"]["ok"] for kind in places)
    assert checks["task mine_judge"]["ok"]


def test_a_task_without_a_card_or_a_maker_costs_itself_alone_and_nothing_is_spent_on_it(
    done: Mapping[str, Done], there: Path
) -> None:
    checks = {check["what"]: check for check in json.loads(done["doctor"].stdout)["checks"]}
    card = "has no card.md beside its task: `trustgen new task NAME` writes one"
    assert checks["task shattered.cards"]["detail"].endswith(card)
    assert checks["task shattered.made"]["detail"].endswith("cannot be made: RuntimeError: nothing to make it of")
    assert f"task `shattered.cards` is left out: package `shattered.cards` {card}" in done["list tasks"].stderr
    assert done["list tasks"].returncode == 0
    assert done["run without a card"].returncode == 2
    assert card in done["run without a card"].stderr
    assert not (there / "run-none").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("river-names", "cannot name a package: write small letters"),
        ("2rivers", "cannot name a package"),
        ("class", "cannot name a package"),
        ("Rivers", "cannot name a package"),
        ("flüsse", "cannot name a package"),
        ("../rivers", "cannot name a package"),
        ("smollm2", "there is a model `smollm2` already"),
        ("retrieval", "there is a mitigation `retrieval` already"),
        ("json", "there is a Python package `json` already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_one_line(tmp_path: Path, name: str, said: str) -> None:
    done = trustgen("new", "task", name, "--in", tmp_path / "new")
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "notes.txt"):
        done = trustgen("new", "task", "rivers_here", "--in", folder)
        assert done.returncode == 2
        assert done.stderr == f"trustgen: `{folder}` is not empty: name a new folder with --in\n"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_what_was_written_is_told_and_an_empty_folder_will_do(tmp_path: Path) -> None:
    done = trustgen("new", "model", "quiet_one", "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert told["folder"] == "quiet_one"
    there = sorted(p.relative_to(tmp_path / "quiet_one").as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert told["files"] == there
    (tmp_path / "empty").mkdir()
    assert trustgen("new", "pool", "quiet_two", "--in", tmp_path / "empty").returncode == 0
    readme = (tmp_path / "empty" / "README.md").read_text("utf-8")
    assert "quiet_two" in readme
    assert "$" not in readme
