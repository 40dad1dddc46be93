"""`trustgen review`, as a labeller meets it: blind, one key a label, nothing lost, a sheet for those who prefer one."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands import trustgen
from trustgen.cli import review_
from trustgen.cli.app import app
from trustgen.core import Case, Expect, Reply, Response, registry, user
from trustgen.report.tables import cell
from trustgen.run import build, evaluate
from trustgen.run.review import Pick, Reading, read_plan
from trustgen.store import RunFolder
from trustgen.store.labels import read_labels

MODEL = "organism/able?rate=0.6"
TASK = "llm.truthfulness.facts"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reviewed")
    evaluate(build([registry.load("task", TASK)(30)], folder / "edition", salt="s"), [MODEL], folder / "run")
    return folder / "run"


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(finished, tmp_path / "run"))


def review(run: Path, *args: str, keys: str = "") -> Result:
    return CliRunner().invoke(app, ["review", str(run), *args], input=keys, env={"COLUMNS": "80", "NO_COLOR": "1"})


def live(run: Path) -> list[tuple[str, str]]:
    return [(g.labeller, g.label) for g in read_labels(run).live]


def test_one_key_a_label_and_the_end_of_input_stops(run: Path) -> None:
    done = review(run, "--n", "12", "--labeller", "ann", keys="2\n2\n")
    assert done.exit_code == 0, done.output
    assert len(live(run)) == 2
    assert "2 labelled" in done.output
    total = len(read_plan(run).picks)
    assert f"0/{total}, {total} left" in done.output
    assert f"2/{total}, {total - 2} left" in done.output
    assert "\x1b" not in done.output
    assert max(map(len, done.output.split("Put the")[0].splitlines()[1:])) <= 80 + len("> ")
    again = review(run, "--labeller", "ann", keys="q\n")
    assert f"2/{total}, {total - 2} left" in again.output
    assert len(live(run)) == 2


def test_it_is_blind(run: Path) -> None:
    review(run, "--n", "40", "--labeller", "xenia", keys="2\n" * 200)
    done = review(run, "--labeller", "bob", keys="1\n" * 200)
    assert done.exit_code == 0
    assert "Nothing is left for bob" in done.output
    verdicts = [v for v in RunFolder.open(run).verdicts() if v.reason]
    for hidden in ("organism", "able?", "xenia", TASK, *(v.reason for v in verdicts)):
        assert hidden not in done.output


def test_undo_appends_and_shows_the_reply_again(run: Path) -> None:
    done = review(run, "--n", "10", "--labeller", "ann", keys="u\n2\nu\n1\nq\n")
    assert "nothing to undo" in done.output
    given = read_labels(run).given
    assert [bool(g.label) for g in given] == [True, False, True]
    assert len({g.response for g in given}) == 1
    assert len(live(run)) == 1


def test_a_slip_of_the_key_labels_nothing(run: Path) -> None:
    done = review(run, "--n", "10", "--labeller", "ann", keys="zzz\n\n99\n?\nr\nunclear\nq\n")
    assert [label for _, label in live(run)] == ["unclear"]
    assert "no key here" in done.output
    assert "The record s" in done.output


def test_replies_cannot_drive_the_terminal_and_unpleasant_ones_are_folded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Case("c", "t", "a", (user("Say \x1b[2Jit."),), Expect(), ("r",))
    reply = "do\x1b]0;owned\x07 this\u202e now" + " and on" * 40
    response = Response("k", "c", "t", "m", "answered", (Reply(reply),))
    pick = Pick(response="k", case="c", task="t", model="m", chance=1.0, even=True)
    item = Reading(pick, case, response, {"refusal": 1.0, "compliance": 0.0}, True)
    lines = iter(["x\n", "1\n"])

    class Typed:
        def readline(self) -> str:
            return next(lines)

    monkeypatch.setattr("sys.stdin", Typed())
    assert review_._answer(item, "0/1, 1 left") == "refusal"
    text = capsys.readouterr().out
    assert not set(text) & {"\x1b", "\x07", "\u202e"}
    folded, _, unfolded = text.partition("x shows it")
    assert "owned" not in folded
    assert "owned" in unfolded


def test_a_sheet_goes_out_blank_and_comes_back(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "ann.csv"
    done = review(run, "--n", "15", "--export", str(path), "--labeller", "ann")
    assert done.exit_code == 0, done.output
    with path.open(newline="") as file:
        sheet = list(csv.DictReader(file))
    assert len(sheet) == len(read_plan(run).picks)
    assert {row["label"] for row in sheet} == {""}
    assert not any(word in path.read_text() for word in ("organism", "verdict", "score"))
    for row in sheet:
        row["label"] = row["allowed"].split(" | ")[1].upper()
    sheet[1]["label"], sheet[2]["label"], sheet[3]["response"] = "splendid", "", "nobody"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, sheet[0])
        writer.writeheader()
        writer.writerows(sheet)
    back = review(run, "--import", str(path), "--labeller", "ann")
    assert back.exit_code == 2
    assert "`splendid` is no label here: write " in back.output
    assert "`nobody` is no reply picked in this run" in back.output
    assert f"{len(sheet) - 3} labels kept, 1 rows blank, 2 refused" in back.output
    assert len(live(run)) == len(sheet) - 3
    again = review(run, "--import", str(path), "--labeller", "ann")
    assert "0 labels kept" in again.output
    sheet[0]["label"] = "unclear"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, sheet[0])
        writer.writeheader()
        writer.writerows(sheet[:1])
    changed = review(run, "--import", str(path), "--labeller", "ann")
    assert changed.exit_code == 2
    assert "before: withdraw that first" in changed.output


def test_bad_lines_are_named_where_cells_hold_line_breaks(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text('response,request,label\nnobody,"a\nb",right\nnoone,c,right\n')
    review(run, "--n", "5", keys="q\n")
    done = review(run, "--import", str(path), "--labeller", "ann")
    assert "line 3: `nobody`" in done.output
    assert "line 4: `noone`" in done.output


def test_no_cell_is_a_formula() -> None:
    """The sheet's cells are those of the report's CSV."""
    for text in ("=1+1", "+a", "-a", "@a", "\tx", "\rx", "\n=1", " =1", "＝1", "＋a", "－a", "＠a"):
        assert cell(text) == f"'{text}"
    assert [cell(text) for text in ("a=1", "", "–", "1-2")] == ["a=1", "", "–", "1-2"]


def test_status_and_apply_as_json(run: Path) -> None:
    for name in ("ann", "bob"):
        review(run, "--n", "40", "--labeller", name, keys="2\n" * 200)
    found = json.loads(review(run, "--status", "--json").output)
    total = len(read_plan(run).picks)
    assert (found["picked"], found["twice"], found["agreed"], found["flagged"]) == (total, total, total, [])
    assert found["labellers"] == {"ann": total, "bob": total}
    shown = review(run, "--status").output
    assert f"picked {total}: {total} read twice" in shown
    applied = json.loads(review(run, "--apply", "--json").output)
    assert any(e["human"] and e["human"]["agreed"] for e in applied["estimates"])
    assert "picks settled" in review(run, "--apply").output


@pytest.mark.parametrize(
    ("args", "mend"),
    [
        (["--status"], "nothing picked yet"),
        (["--apply"], "has no labels yet"),
        (["--task", "nonsense"], "this run has llm.truthfulness.facts"),
        (["--model", "nobody"], "this run has organism"),
        (["--n", "0"], "at least 1"),
        (["--status", "--apply"], "one at a time"),
        (["--import", "x.csv"], "add --labeller NAME"),
    ],
)
def test_wrong_usage_says_the_mend_and_writes_nothing(run: Path, args: list[str], mend: str) -> None:
    done = review(run, *args)
    assert mend in str(done.exception), done.output
    assert not (run / "labels.jsonl").exists()


def test_the_exit_code_of_wrong_usage(run: Path) -> None:
    done = trustgen("review", run, "--status")
    assert done.returncode == 2
    assert done.stderr.startswith("trustgen: run")
    assert len(done.stderr.splitlines()) == 1


def test_a_kill_while_labelling_loses_no_label_that_was_acknowledged(run: Path) -> None:
    """A label is acknowledged when the next reply is shown."""
    command = [sys.executable, "-u", "-c", "from trustgen.cli import main; main()", "review", str(run)]
    child = subprocess.Popen(
        [*command, "--n", "60", "--labeller", "ann"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    shown = 0
    for line in child.stdout:
        if "left ──" in line:
            shown += 1
            if shown == 6:
                child.send_signal(signal.SIGKILL)
                break
            child.stdin.write("2\n")
            child.stdin.flush()
    child.wait()
    child.stdout.close()
    child.stdin.close()
    assert len(live(run)) == 5
    assert read_labels(run).broken == 0
    assert "5/" in review(run, "--labeller", "ann", keys="q\n").output
