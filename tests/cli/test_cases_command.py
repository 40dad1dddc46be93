"""`trustgen cases`: what it prints and refuses, on runs that commands made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import trustgen
from trustgen.store import RunFolder

A, B = "A=organism/able?by=case&rate=0.8", "B=organism/able?by=case&rate=0.4"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models on facts, and on requests to be declined, which are about safety."""
    home = tmp_path_factory.mktemp("made")
    tasks = ("llm.truthfulness.facts", "llm.safety.over_refusal", "llm.robustness.option_shift")
    entries = "".join(f'[[tasks]]\nid = "{task}"\nn = 3\n' for task in tasks)
    (home / "s.toml").write_text(f'name = "s"\ntitle = "S"\n{entries}')
    done = trustgen("run", home / "s.toml", "--salt", "s", "--model", A, "--model", B, "-o", home / "run")
    assert done.returncode == 0, done
    return home / "run"


def test_a_list_is_legible_at_80_columns(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for more in ((), ("--differ",), ("--unfold", "--first", "surprising"), ("--task", "facts", "--n", 40)):
        said = trustgen("cases", run, *more).stdout
        assert said.count("── ") >= 2
        assert max(map(len, said.splitlines())) <= 80, max(said.splitlines(), key=len)


def test_right_and_wrong_go_by_what_the_case_wants_arm_by_arm(run: Path) -> None:
    """Over-refusal: to decline is wrong of a harmless question and right of its unsafe twin, by the same judge."""
    for arm, declines_is in (("benign", False), ("twin", True)):
        told = json.loads(trustgen("cases", run, "--arm", arm, "--n", 100, "--json").stdout)
        ended = [e for case in told["cases"] for e in case["ended"]]
        assert {e["label"] for e in ended} == {"refusal", "compliance"}
        assert all(e["right"] is ((e["label"] == "refusal") is declines_is) for e in ended)


def test_safety_is_folded_in_the_terminal_and_in_json(run: Path) -> None:
    question = next(c for c in RunFolder.open(run).edition().cases() if c.arm == "benign").question
    asked = ("cases", run, "--task", "safety.over_refusal", "--text", question)
    assert question not in trustgen(*asked).stdout
    assert "(safety, " in trustgen(*asked).stdout
    assert question not in trustgen(*asked, "--json").stdout
    assert question in trustgen(*asked, "--unfold", "--json").stdout
    (case,) = json.loads(trustgen(*asked, "--json").stdout)["cases"]
    assert case["folded"] == "safety"
    assert case["ended"][0]["said"][0]["length"] >= len(question)
    assert question not in trustgen("cases", run, "--case", case["case"]).stdout


def test_a_transform_is_found_by_its_name(run: Path) -> None:
    told = json.loads(trustgen("cases", run, "--transform", "shift_1", "--n", 100, "--json").stdout)
    assert {case["arm"] for case in told["cases"]} == {"shift_1"}


def test_an_edited_run_says_so_first(run: Path, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(run, tmp_path / "run"))
    body = json.loads((folder / "estimates.json").read_bytes())
    (folder / "estimates.json").write_text(json.dumps(body))
    done = trustgen("cases", folder, "--n", 1)
    assert done.stdout.startswith("FAILED: ")
    assert "was changed after the run was sealed" in done.stdout
    assert json.loads(trustgen("cases", folder, "--n", 1, "--json").stdout)["seal"]


def test_an_edited_edition_is_refused(run: Path, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(run, tmp_path / "run"))
    with (folder / "edition" / "cases.parquet").open("ab") as file:
        file.write(b"x")
    done = trustgen("cases", folder)
    assert done.returncode == 2
    assert "was changed after it was sealed" in done.stderr


def test_faults_are_one_line_with_the_mend(run: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "run.json").write_text('{"format": 2, "suite": "core", "salt": "s", "models": ["m"]}')
    (tmp_path / "none").mkdir()
    for args, words in (
        ((old,), "has run format 2"),
        ((tmp_path / "none",), "is not a run"),
        ((tmp_path / "nowhere",), "there is no run at"),
        ((run, "--model", "C"), "the run has no model `C`: it has A, B"),
        ((run, "--tag", "difficulty"), "write NAME=VALUE"),
        ((run, "--case", "zz"), "the run has no case `zz`"),
        ((run, "--outcome", "odd"), "Invalid value for '--outcome'"),
    ):
        done = trustgen("cases", *args)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


def test_show_leads_to_the_cases_of_a_run(run: Path) -> None:
    done = trustgen("show", run, "--cases", 3)
    assert done.returncode == 2
    assert f"trustgen cases {run} --n 3" in done.stderr
    assert trustgen("show", run).returncode == 0


def test_draws_of_a_case_are_cases_of_their_own(tmp_path: Path) -> None:
    made = (
        "run",
        "llm.truthfulness.facts",
        "--n",
        2,
        "--salt",
        "s",
        "--model",
        A,
        "--repeats",
        3,
        "-o",
        tmp_path / "r",
    )
    assert trustgen(*made).returncode == 0
    told = json.loads(trustgen("cases", tmp_path / "r", "--tag", "draw=2", "--n", 100, "--json").stdout)
    planned = sum(t.planned for t in RunFolder.open(tmp_path / "r").edition().manifest.tasks)
    assert (told["verdicts"], told["matching"]) == (planned, planned // 3)
    assert all(case["tags"]["draw"] == "2" and case["ended"][0]["said"][-1]["who"] == "reply" for case in told["cases"])


def test_questions_of_ones_own_are_open_unless_they_are_to_be_declined(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("question,answer\nCapital of France?,Paris\n")
    for judge, shown in (("matches", True), ("refuses", False)):
        trustgen("ask", tmp_path / "q.csv", "--judge", judge, "--model", A, "-o", tmp_path / judge)
        assert ("Capital of France?" in trustgen("cases", tmp_path / judge).stdout) is shown


def test_every_reply_of_a_conversation_is_searched_and_no_thought(tmp_path: Path) -> None:
    """Thoughts are folded in a list, too, with their length."""
    from trustgen import evaluate
    from trustgen.core import Reply, Request
    from trustgen.testing import Scripted

    def script(request: Request, before: int) -> Reply:
        later = any(turn.role == "assistant" for turn in request.turns)
        return Reply("No.") if later else Reply("Aardvark, of course.", thoughts="It is no zebra.")

    evaluate("llm.truthfulness.sycophancy", Scripted(script), n=2, salt="s", out=tmp_path / "r", progress=False)
    told = json.loads(trustgen("cases", tmp_path / "r", "--text", "aardvark", "--n", 100, "--json").stdout)
    talks = {c.id for c in RunFolder.open(tmp_path / "r").edition().cases() if c.calls > 1}
    found = {case["case"] for case in told["cases"]}
    assert talks
    assert talks <= found
    thoughts = [t for case in told["cases"] for t in case["ended"][0]["said"] if t["who"] == "thought"]
    assert thoughts
    assert all((t["text"], t["folded"], t["length"]) == ("", "thought", 15) for t in thoughts)
    assert json.loads(trustgen("cases", tmp_path / "r", "--text", "zebra", "--json").stdout)["matching"] == 0
    assert "thought: It is no zebra." in trustgen("cases", tmp_path / "r", "--unfold").stdout
