"""The leaderboard: from verdicts alone, ties left tied, the minimum beside the mean, directions never mixed."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path

import made_run
import msgspec
import pytest
from made_run import COWARD, FACTORIES, FACTS, HIRING, LEANING, REMOTE, SHIFTS, SMALL, make_run
from rich.cells import cell_len

from trustgen.core import Case, InputError, Measure, Outcome
from trustgen.report import Leaderboard, leaderboard, print_leaderboard, write_leaderboard
from trustgen.report.board_text import LEGEND
from trustgen.report.reading import verdict_columns
from trustgen.stats import Grade, Grades
from trustgen.store import NotApplicable, RunFolder


@pytest.fixture(scope="module")
def board(request: pytest.FixtureRequest) -> dict[str, Leaderboard]:
    """Filled by `of`, since the hand-made tasks are registered for a test at a time."""
    return {}


@pytest.fixture
def found(run: Path, board: dict[str, Leaderboard]) -> Leaderboard:
    if "run" not in board:
        board["run"] = leaderboard([run])
    return board["run"]


def test_every_number_comes_from_the_verdicts(tmp_path: Path, run: Path, found: Leaderboard) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    folder = RunFolder.open(copy)
    folder.write_estimates(
        [msgspec.structs.replace(e, value=0.99, low=0.98, high=1.0, outcomes={}) for e in folder.estimates()]
    )
    again = leaderboard([copy])
    assert not found.warnings
    (told,) = again.warnings
    assert "`estimates.json` was changed after the run was sealed: values are counted anew" in told
    assert msgspec.structs.replace(again, runs=(), warnings=()) == msgspec.structs.replace(found, runs=())


def test_they_are_the_numbers_of_the_run(run: Path, found: Leaderboard) -> None:
    values = {(e.task, e.model): e.value for e in RunFolder.open(run).estimates() if e.headline}
    shown = {(order.task, p.model): p.value for order in found.orders for p in order.places}
    assert shown == pytest.approx(values)
    small = next(line for line in found.lines if line.model == SMALL)
    parts = {p.name: p.value for p in small.dimensions}
    assert parts["robustness"] == pytest.approx(values[SHIFTS, SMALL] ** 0.25), "four cases a record, brought to one"
    lean = (values[FACTS, SMALL] + 1 - values[LEANING, SMALL]) / 2
    assert parts["truthfulness"] == pytest.approx(lean), "a flip rate is turned before it meets an accuracy"
    assert small.trust.value == pytest.approx(sum(parts.values()) / 3)
    assert small.minimum is not None
    assert min(parts.values()) < small.minimum.value < small.trust.value, "the lowest of three is partly bad luck"
    assert sum(small.minimum.chances.values()) == pytest.approx(1)
    assert all("judge failed on an organism" in order.unanchored for order in found.orders)


def test_an_average_never_hides_the_minimum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def right(task: str, arm: str, model: str, case: Case) -> bool:
        """REMOTE fails one task of four, SMALL is right on one record in four of every task, and gives in."""
        return task != SHIFTS if model == REMOTE else int(case.cluster, 16) % 4 == 0 and arm not in made_run.LEANS

    monkeypatch.setattr(made_run, "_right", right)
    made = leaderboard([make_run(tmp_path / "run", n=240, models=(REMOTE, SMALL))])
    first, last = made.lines
    assert (first.model, last.model) == (SMALL, REMOTE)
    assert first.trust.value < last.trust.value
    assert last.minimum is not None
    assert last.minimum.weakest == "robustness"
    assert last.minimum.low <= 0 <= last.minimum.value
    path = write_leaderboard(made, tmp_path / "board.md")
    assert f"`robustness` ({100 * last.minimum.chances['robustness']:.0f} %)" in path.read_text("utf-8")


def test_lower_is_better_ranks_the_other_way_round(found: Leaderboard) -> None:
    by = {order.task: [p.value for p in order.places] for order in found.orders}
    assert by[FACTS] == sorted(by[FACTS], reverse=True)
    assert by[LEANING] == sorted(by[LEANING])
    assert by[HIRING][0] == 1, "the nearest to its target"


def test_ties_share_letters_and_neighbours_are_counted(found: Leaderboard) -> None:
    orders = {order.task: order for order in found.orders}
    facts, hiring = orders[FACTS], orders[HIRING]
    assert [p.letters for p in facts.places] == [("a",), ("a",), ("b",)]
    assert [(p.best, p.worst) for p in facts.places] == [(1, 1), (2, 2), (3, 3)], "of this headline's tests alone"
    assert (facts.told_apart, facts.neighbours) == (1, 2)
    assert (hiring.told_apart, hiring.neighbours) == (0, 2)
    assert [p.letters for p in hiring.places] == [("a",), ("a", "b"), ("b",)]
    assert (found.told_apart, found.neighbours) == (4, 8)


def test_identical_verdicts_are_flagged(tmp_path: Path, run: Path, found: Leaderboard) -> None:
    assert not found.identical
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    made = leaderboard([run, copy])
    assert len(made.lines) == 6
    assert {t.models for t in made.identical} == {(f"{m} ({run})", f"{m} ({copy})") for m in made_run.MODELS}
    assert {(len(t.tasks), t.of, t.cases) for t in made.identical} == {(4, 4, 520)}
    assert all(order.told_apart <= 2 for order in made.orders), "a model is never told apart from itself"
    text = write_leaderboard(made, tmp_path / "board.md").read_text("utf-8")
    assert text.count("identical verdicts: ") == 3


def test_one_identical_column_is_flagged_by_its_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = made_run._right

    def right(task: str, arm: str, model: str, case: Case) -> bool:
        return plain(task, arm, COWARD if task == FACTS else model, case)

    monkeypatch.setattr(made_run, "_right", right)
    made = leaderboard([make_run(tmp_path / "run", n=20, models=(COWARD, SMALL))])
    (twins,) = made.identical
    assert (twins.models, twins.tasks, twins.of) == ((COWARD, SMALL), (FACTS,), 4)


def test_labels_are_compared_by_name_and_not_by_code() -> None:
    def column(known: dict[str, int], *labels: str) -> list[list[float]]:
        rows = [Grade(str(i), "", Outcome.SCORED, 1.0, label) for i, label in enumerate(labels)]
        columns: list[list[float]] = verdict_columns(Grades.of(rows), known).tolist()
        return columns

    known: dict[str, int] = {}
    yes_no = column(known, "yes", "no")
    assert column(known, "no", "yes") != yes_no, "the same codes in order of first sight, and the same scores"
    assert column(known, "yes", "no") == yes_no


def test_runs_on_different_editions_are_refused_with_the_mend(tmp_path: Path, run: Path) -> None:
    other = make_run(tmp_path / "other", n=3)
    with pytest.raises(InputError, match=r"different editions.*`trustgen equate"):
        leaderboard([run, other])


def test_runs_with_different_judges_are_refused(tmp_path: Path, run: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    body = json.loads((copy / "run.json").read_text())
    body["judges"][FACTS] = "another"
    (copy / "run.json").write_text(json.dumps(body))
    with pytest.raises(InputError, match="rejudge"):
        leaderboard([run, copy])


def test_the_same_run_twice_is_refused(run: Path) -> None:
    with pytest.raises(InputError, match="name each run once"):
        leaderboard([run, run])


def test_utility_stands_beside_trust_and_weights_are_said(run: Path, found: Leaderboard) -> None:
    made = leaderboard([run], utility=[HIRING], weights={FACTS: 3})
    small = next(line for line in made.lines if line.model == SMALL)
    plain = next(line for line in found.lines if line.model == SMALL)
    assert small.utility is not None
    assert plain.utility is None
    assert {p.name for p in small.dimensions} == {"truthfulness", "robustness"}
    parts = {p.name: p.value for p in plain.dimensions}
    assert small.utility.value == pytest.approx(parts["fairness"])
    values = {o.task: next(p.value for p in o.places if p.model == SMALL) for o in found.orders}
    truth = next(p.value for p in small.dimensions if p.name == "truthfulness")
    assert truth == pytest.approx((3 * values[FACTS] + 1 - values[LEANING]) / 4)
    assert made.weights == {FACTS: 3, LEANING: 1, HIRING: 1, SHIFTS: 1}
    with pytest.raises(InputError, match="unknown task `facts`"):
        leaderboard([run], utility=["facts"])


def test_a_missing_task_is_named_and_its_model_stands_last(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=10, lacking=(NotApplicable(SHIFTS, COWARD, "logprobs"),))
    made = leaderboard([folder])
    last = made.lines[-1]
    assert (last.model, last.tasks, last.of) == (COWARD, 3, 4), "its weakest dimension may be the one it was not asked"
    missing = next(p.missing for p in last.dimensions if p.name == "robustness")
    assert missing == {SHIFTS: "not applicable: lacks the level logprobs"}
    assert [p.model for o in made.orders if o.task == SHIFTS for p in o.places] == [REMOTE, SMALL]


def test_a_task_that_is_not_installed_as_it_was_run_is_left_out(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FACTORIES[FACTS], "version", "2-A")
    made = leaderboard([run])
    assert FACTS not in {order.task for order in made.orders}
    assert any("installed is 2-A" in text for text in made.warnings)
    assert {(line.tasks, line.of) for line in made.lines} == {(3, 4)}


def test_a_measure_of_another_making_has_no_order(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = FACTORIES[FACTS].measures["accuracy"]

    class Plugged(Measure):
        def __call__(self, grades: object) -> object:
            return real(grades)

    monkeypatch.setitem(FACTORIES[FACTS].measures, "accuracy", Plugged(direction=real.direction, unit="cases"))
    made = leaderboard([run])
    facts = next(order for order in made.orders if order.task == FACTS)
    assert (facts.places, facts.neighbours) == ((), 0)
    assert "no paired difference" in facts.reason
    assert all(line.tasks == 4 for line in made.lines)


def test_a_stopped_run_is_said_to_be_partial(stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_leaderboard(leaderboard([stopped]))
    text = capsys.readouterr().out
    assert "was stopped (budget of 500 calls reached [bold]‹U+001B›[31m)" in " ".join(text.split())
    assert "\x1b" not in text


@pytest.mark.parametrize("columns", ["80", "100", "140"])
def test_the_table_fits_its_columns(
    found: Leaderboard, columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    print_leaderboard(found)
    text = capsys.readouterr().out
    assert max(cell_len(line) for line in text.splitlines()) <= min(int(columns), 100)
    assert "m1   0.839 [0.753, 0.900]   0.942 [0.887, 0.958]    4/4  100.0 %   0.0 %   0.0 %\n" in text
    assert "    truthfulness     0.825 [0.753, 0.873]  2/2  refused 0.0 %  weakest: 100 %\n" in text
    assert "better than the next, over all headlines: 4 of 8." in text
    assert "2 of 2 shown to be better than the next" in text
    assert "  m2    0.724  ab       rank 1 to 3  not shown over m3 (about 2,300 more)\n" in text
    assert "every task 1 within its dimension" in text
    assert "told apart" not in text, "one word for one thing: better, worse, not shown, equivalent"
    assert " ".join(LEGEND.split()) in " ".join(text.split())


def test_refusals_stand_beside_goodness(found: Leaderboard) -> None:
    remote = next(line for line in found.lines if line.model == REMOTE)
    shares = {r.name: (r.refused, r.planned) for r in remote.refusals}
    assert shares["fairness"] == (3, 120)
    assert all(r.low <= r.value <= r.high for r in remote.refusals)


def test_the_csv_has_every_number_once(tmp_path: Path, found: Leaderboard) -> None:
    path = write_leaderboard(found, tmp_path / "board.csv")
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert len(rows) == 3 * (1 + 1 + 3 + 3 + 3 + 2 + 4)
    small = next(line for line in found.lines if line.model == SMALL)
    assert small.minimum is not None
    shown = [row for row in rows if row["model"] == SMALL and row["kind"] == "minimum"]
    assert [(row["name"], float(row["value"])) for row in shown] == [(small.minimum.weakest, small.minimum.value)]
    chances = {row["name"]: float(row["value"]) for row in rows if row["model"] == SMALL and row["kind"] == "weakest"}
    assert chances == pytest.approx(small.minimum.chances)
    assert not any(math.isnan(float(row["value"])) for row in rows)
    with pytest.raises(InputError, match=r"written as \.md or \.csv"):
        write_leaderboard(found, tmp_path / "board.html")
