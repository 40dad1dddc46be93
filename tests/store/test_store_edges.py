"""What a run's folder keeps apart: judges, tasks, sessions, labels taken back, numbers that are not there."""

from __future__ import annotations

import fcntl
import math
import sqlite3
from pathlib import Path

import msgspec
import pytest
from test_human_labels import label
from test_journal import row

from trustgen.core import Direction, Estimate, FolderError, HumanEstimate, JudgeError, Outcome, Response, Verdict
from trustgen.store import Journal, RunFolder, RunManifest
from trustgen.store.labels import append_label, locked, read_labels, write_settled


def verdict(case: str, task: str = "task", model: str = "model", judge: str = "judge", score: float = 1.0) -> Verdict:
    key = f"{case} {task} {model} {judge}"
    return Verdict(key, f"r {case} {model}", case, task, model, judge, Outcome.SCORED, score, "right")


def manifest(**changes: object) -> RunManifest:
    fields = {"edition": "e", "suite": "s", "salt": "s", "models": ("model",), "judges": {}, "versions": {}}
    return RunManifest(**(fields | changes))  # type: ignore[arg-type]


def test_whoever_takes_back_a_label_takes_back_all_that_they_said_of_the_reply(tmp_path: Path) -> None:
    for one in (label("a"), label("a", "ann", "wrong"), label("a", "bob"), label("b"), label("a", "ann", "")):
        append_label(tmp_path, one)
    assert [(g.response, g.labeller) for g in read_labels(tmp_path).live] == [("a", "bob"), ("b", "ann")]


def test_who_writes_labels_writes_alone(tmp_path: Path) -> None:
    """Else a line may be mended while another is being written."""
    path = tmp_path / "labels.jsonl"
    with path.open("a") as other:
        with locked(path), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_verdicts_of_one_judge_are_not_those_of_another(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    for judge, score in (("old", 0.0), ("new", 1.0)):
        for task in ("task", "other"):
            journal.put(None, verdict("c", task, judge=judge, score=score))
    journal.flush()
    assert [v.score for v in journal.verdicts(task="task", judge="new")] == [1.0]
    assert [v.score for v in journal.verdicts(task="task", judge="old")] == [0.0]
    assert [columns[2] for columns in journal.joined("task", "model", "new")] == [[1.0]]
    assert len(journal.judged_by()) == 4
    journal.close()


def test_every_attempt_is_paid_for(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    for i in range(3):
        response, made = row(i)
        journal.put(msgspec.structs.replace(response, attempts=2), made)
    journal.flush()
    assert journal.spent()["model"].calls == 6
    journal.close()


def test_a_corrupt_answer_is_not_found_but_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.put(*row(1))
    journal.flush()
    with sqlite3.connect(tmp_path / "j.db") as raw:
        raw.execute("UPDATE responses SET body = x'00'")
    raw.close()
    with pytest.raises(FolderError, match="is corrupt"):
        journal.find("r1")
    assert journal.find("r2") is None
    journal.close()


def sealed(folder: Path) -> RunFolder:
    """A sealed run of two tasks, two models and two judges, whose rows lie mixed."""
    run = RunFolder.take(folder)
    journal = run.journal()
    for case in "abcdef":
        for task in ("one", "two"):
            for model in ("m", "n"):
                for judge in ("old", "new"):
                    score = ("one", "two").index(task) / 2 + (judge == "new") / 4
                    journal.put(None, verdict(case, task, model, judge, score))
    response: Response = row(0)[0]
    journal.put(response, verdict("z", "one", "m", "new", 0.25))
    journal.flush()
    run.write_manifest(manifest(spent=journal.spent()))
    run.seal(journal)
    run.leave()
    return run


def test_sealed_rows_come_back_by_task_model_and_judge(tmp_path: Path) -> None:
    run = sealed(tmp_path / "run")
    scores: dict[tuple[str, str, str], set[float]] = {}
    cases: dict[tuple[str, str, str], list[str]] = {}
    for key, columns in run.joined():
        scores.setdefault(key, set()).update(columns[2])
        cases.setdefault(key, []).extend(columns[0])
    assert scores == {
        (task, model, judge): {t / 2 + j / 4}
        for t, task in enumerate(("one", "two"))
        for model in ("m", "n")
        for j, judge in enumerate(("old", "new"))
    }
    assert sorted(cases["one", "m", "new"]) == [*"abcdef", "z"]
    assert sorted(cases["two", "n", "old"]) == [*"abcdef"]


def test_what_people_settled_comes_last_and_can_be_left_out(tmp_path: Path) -> None:
    """What is filled in last stands."""
    run = sealed(tmp_path / "run")
    machine = list(run.joined(settled=False))
    write_settled(run.folder, [msgspec.structs.replace(verdict("a", "one", "m", "new"), score=0.0, rung="human")])
    assert list(run.joined(settled=False)) == machine
    *rest, (key, columns) = run.joined()
    assert rest == machine
    assert (key, columns[0], columns[2]) == (("one", "m", "new"), ["a"], [0.0])


def test_two_processes_never_hold_one_run(tmp_path: Path) -> None:
    run = RunFolder.take(tmp_path / "run")
    with pytest.raises(FolderError, match="in use by another process"):
        RunFolder.take(tmp_path / "run")
    run.leave()
    RunFolder.take(tmp_path / "run").leave()


def test_a_sealed_run_that_is_opened_again_knows_what_it_has_cost(tmp_path: Path) -> None:
    run = sealed(tmp_path / "run")
    assert {p.name for p in run.folder.iterdir()} == {"run.json", ".lock", "responses.parquet", "verdicts.parquet"}
    for _ in range(2):  # the second time the journal is there, and is not filled once more
        journal = run.journal()
        assert journal.spent()["model"].calls == 1
        assert len(list(journal.verdicts())) == 49
        journal.close()


@pytest.mark.parametrize("format_", [1, 2, 4])
def test_a_run_of_another_format_is_refused_either_way(tmp_path: Path, format_: int) -> None:
    RunFolder(tmp_path).write_manifest(manifest(format=format_))
    with pytest.raises(FolderError, match=f"run format {format_}"):
        RunFolder.open(tmp_path)


def test_what_is_no_number_comes_back_as_none_wherever_it_stands(tmp_path: Path) -> None:
    nan = (math.nan,) * 3
    error = JudgeError(set="s", rows=9, unread=0, sensitivity=nan, specificity=(0.5, 0.4, 0.6), f1=nan, corrected=nan)
    human = HumanEstimate(
        cases=1, picked=0, labels=0, agreed=0, flagged=0, alpha=nan, labels_only=nan, predicted=nan, narrower=math.nan,
        ends=(math.nan, math.nan), method="", note="",
    )  # fmt: skip
    made = Estimate(
        task="t", model="m", arm="", measure="a", value=math.nan, low=math.nan, high=math.nan, method="",
        direction=Direction.HIGHER, range=(0.0, 1.0), planned=1, outcomes={}, worst=math.nan, best=math.nan, counted=0,
        unit="cases", clusters=0, judge="j", headline=True, judge_error=error, human=human,
    )  # fmt: skip
    run = RunFolder(tmp_path)
    run.write_estimates([made])
    (found,) = run.estimates()
    assert found.judge_error is not None
    assert found.human is not None
    assert found.judge_error.specificity == (0.5, 0.4, 0.6)
    lost = (*found.judge_error.corrected, *found.human.predicted, *found.human.ends, found.human.narrower, found.value)
    assert all(map(math.isnan, lost))
