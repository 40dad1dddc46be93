"""The commands that CI holds on to: gate, leaderboard, compare with a margin, and reports for CI systems."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from click.testing import CliRunner, Result
from scipy.stats import binom

from trustgen.cli.app import app
from trustgen.core import registry
from trustgen.report import compare_models
from trustgen.run import build, evaluate

ABLE, PERFECT, REFUSER = "organism/able?by=case&rate=0.8&seed=0", "organism/perfect", "organism/refuser"
TASKS = ("llm.truthfulness.facts", "llm.truthfulness.sycophancy")


def made(folder: Path, salt: str, models: tuple[str, ...], n: int = 30) -> Path:
    """A run of two tasks on organisms."""
    edition = build([registry.load("task", name)(n) for name in TASKS], folder / "edition", salt=salt)
    evaluate(edition, models, folder / "run")
    return folder / "run"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("gate"), "a", (ABLE, PERFECT, REFUSER))


def trustgen(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args])


def policy(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_gate_says_zero_or_one(tmp_path: Path, run: Path) -> None:
    path = policy(tmp_path, f'[[rule]]\ntask = "{TASKS[0]}"\nmeasure = "accuracy"\nmin = 0.3\n')
    held = trustgen("gate", run, "--policy", path, "--model", ABLE, "--model", PERFECT)
    assert held.exit_code == 0, held.output
    assert "PASSED: 8 checks held" in held.output
    failed = trustgen("gate", run, "--policy", path)
    assert failed.exit_code == 1
    assert "no value: nothing counted (30 refused)" in failed.output


def test_a_gate_is_one_json_document_and_writes_for_ci(tmp_path: Path, run: Path) -> None:
    path = policy(tmp_path, '[[rule]]\ntask = "*"\ncoverage_min = 0.9\n')
    junit, sarif = tmp_path / "junit.xml", tmp_path / "gate.sarif"
    done = trustgen("gate", run, "--policy", path, "--junit", junit, "--sarif", sarif, "--json")
    assert done.exit_code == 1
    document = json.loads(done.output)
    assert document["passed"] is False
    failed = [c for c in document["checks"] if c["status"] == "failed"]
    assert {(c["model"], c["seen"]) for c in failed} == {(REFUSER, 0.0)}
    assert Xml.parse(junit).getroot().attrib["failures"] == "1"
    assert len(json.loads(sarif.read_text("utf-8"))["runs"][0]["results"]) == len(failed) == 2


def test_an_unusable_policy_is_exit_two(tmp_path: Path, run: Path) -> None:
    path = policy(tmp_path, '[[rule]]\ntask = "*"\n')
    error = trustgen("gate", run, "--policy", path).exception
    assert getattr(error, "exit_code", None) == 2
    assert "min and max are both missing" in str(error)


def test_a_baseline_on_another_edition_is_unpaired(tmp_path: Path, run: Path) -> None:
    before = made(tmp_path / "before", "b", (PERFECT,))
    path = policy(tmp_path, f'baseline = "{before}"\n[[rule]]\ntask = "{TASKS[0]}"\nnot_worse_by = 0.2\n')
    assert trustgen("gate", run, "--policy", path, "--model", PERFECT).exit_code == 0
    worse = trustgen("gate", run, "--policy", path, "--model", ABLE)
    assert worse.exit_code == 1
    assert "unpaired, two editions" in " ".join(worse.output.split())


def test_a_margin_sets_the_exit_code(run: Path) -> None:
    assert trustgen("compare", run, ABLE, PERFECT, "--margin", "0.05").exit_code == 0
    assert trustgen("compare", run, PERFECT, ABLE, "--margin", "0.05").exit_code == 1
    assert trustgen("compare", run, PERFECT, ABLE, "--margin", "0.9", "--fail-if-worse").exit_code == 1
    assert trustgen("compare", run, PERFECT, ABLE, "--margin", "0.9").exit_code == 0
    assert trustgen("compare", run, PERFECT, REFUSER, "--margin", "0.9").exit_code == 1, "nothing is shown of no value"


def test_other_measures_never_change_the_exit_code(run: Path) -> None:
    done = trustgen("compare", run, PERFECT, PERFECT, "--all-measures", "--fail-if-worse", "--json")
    assert done.exit_code == 0
    rows = json.loads(done.output)["differences"]
    assert {row["role"] for row in rows} == {"primary", "secondary"}
    assert [row["verdict"] for row in rows if row["role"] == "primary"] == ["not shown", "not shown"]


def test_a_leaderboard_prints_and_writes(tmp_path: Path, run: Path) -> None:
    done = trustgen("leaderboard", run, "--utility", TASKS[1], "--weight", f"{TASKS[0]}=2", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.output)["leaderboard"]
    assert [line["model"] for line in document["lines"]] == [PERFECT, ABLE, REFUSER]
    assert document["weights"][TASKS[0]] == 2
    assert "Shown to be better than the next, over all headlines" in trustgen("leaderboard", run).output
    path = tmp_path / "board.md"
    assert trustgen("leaderboard", run, "-o", path).output.strip() == str(path)
    assert "| Model | Minimum | Weakest | Mean |" in path.read_text("utf-8")
    other = made(tmp_path / "other", "b", (PERFECT,))
    error = trustgen("leaderboard", run, other).exception
    assert "trustgen equate" in str(error)
    assert "write TASK=W" in str(trustgen("leaderboard", run, "--weight", "x").exception)


def test_reports_for_ci_fail_only_without_a_value(tmp_path: Path, run: Path) -> None:
    for kind, name in (("junit", "r.xml"), ("sarif", "r.sarif")):
        assert trustgen("report", run, "-f", kind, "-o", tmp_path / name).exit_code == 0
    root = Xml.parse(tmp_path / "r.xml").getroot()
    assert (root.attrib["tests"], root.attrib["failures"]) == ("6", "2"), "the refuser's two headlines"
    results = json.loads((tmp_path / "r.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert {r["ruleId"] for r in results} == set(TASKS)


@pytest.mark.proof
def test_organisms_alike_are_rarely_told_apart_over_a_whole_run(tmp_path: Path) -> None:
    """Able organisms with one planted rate, compared two by two through run folders; no organism is in two pairs.

    Each edition has organisms of its own: two salts can draw the same case, and to that an organism says the same.
    """
    found = []
    for i, salt in enumerate("abcdef"):
        models = tuple(f"organism/able?by=case&rate=0.8&seed={seed}" for seed in range(24 * i, 24 * i + 24))
        folder = made(tmp_path / salt, salt, models, 40)
        found += [
            any(row.verdict in ("better", "worse") for row in compare_models(folder, a, b))
            for a, b in list(pairwise(models))[::2]
        ]
        assert all(row.identical for row in compare_models(folder, models[0], models[0]))
    print(f"\nalike organisms: {sum(found)} of {len(found)} whole runs found a difference")
    assert sum(found) <= binom.ppf(0.999, len(found), 0.05)


def test_a_margin_is_demanded_of_the_headlines_that_are_named(run: Path) -> None:
    """Demanded of every headline, it is failed by an equal model; so how likely that is, is said."""
    first, second = TASKS
    strict, lax = ("--margin", f"{first}=0.05"), ("--margin", f"{second}=0.9")
    assert trustgen("compare", run, PERFECT, ABLE, *strict).exit_code == 1
    assert trustgen("compare", run, PERFECT, ABLE, *lax).exit_code == 0
    assert trustgen("compare", run, PERFECT, ABLE, *strict, *lax).exit_code == 1
    assert trustgen("compare", run, PERFECT, ABLE, "--margin", "0.9", *strict).exit_code == 1
    rows = json.loads(trustgen("compare", run, PERFECT, ABLE, *lax, "--json").output)["differences"]
    assert {row["task"]: row["margin"] for row in rows} == {first: None, second: 0.9}
    both = " ".join(trustgen("compare", run, PERFECT, ABLE, "--margin", "0.05").output.split())
    assert "A model that is equal on all 2 headlines would pass each margin with a chance of" in both
    for wrong, said in (
        ("llm.nothing=0.1", "there is no such task, only `llm.truthfulness.facts`"),
        ("much", "write 0.02, or TASK=0.02"),
        ("2", "between 0 and 1"),
        ("=0.1", "name a task before"),
    ):
        assert said in str(trustgen("compare", run, PERFECT, ABLE, "--margin", wrong).exception)
    assert "has a margin already" in str(trustgen("compare", run, PERFECT, ABLE, *strict, *strict).exception)
