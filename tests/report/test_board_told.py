"""What a leaderboard says where something is amiss: one clear line each, and no number that hides it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made_run
import pytest
from made_run import COWARD, FACTS, LEANING, REMOTE, SMALL, make_run

from trustgen.core import Case, InputError
from trustgen.report import leaderboard, print_leaderboard, write_leaderboard

Row = dict[str, Any]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("two") / "run", n=60, models=(COWARD, SMALL))


def changed(folder: Path, to: Path, change: Callable[[int, Row], Row | None]) -> Path:
    """A copy of a run with other verdicts: `change` gets the place of a verdict and the verdict."""
    import pyarrow.parquet as pq

    shutil.copytree(folder, to)
    path = to / "verdicts.parquet"
    table = pq.read_table(path)
    rows = [new for i, row in enumerate(table.to_pylist()) if (new := change(i, row)) is not None]
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), path)
    return to


def printed(folders: list[Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    print_leaderboard(leaderboard(folders))
    text = capsys.readouterr().out
    assert max(len(line) for line in text.splitlines()) <= 80
    return " ".join(text.split())


def test_values_that_shared_cases_deny_are_said_to(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The coward is right on all it answers; here it is wrong on 30 cases that SMALL refuses."""
    facts: dict[str, int] = {}

    def change(_: int, row: Row) -> Row:
        if row["task"] != FACTS:
            return row
        place = facts.setdefault(row["case_id"], len(facts))
        hard, wrong = place % 2 == 0, place % 16 == 1
        if row["model"] == SMALL:
            return row | (
                {"outcome": "refused", "score": None, "label": ""} if hard else {"score": 0.0 if wrong else 1.0}
            )
        return row | {"score": 0.0 if hard else 1.0}

    made = changed(two, tmp_path / "run", change)
    # SMALL: .88 of the half it answers, none of the rest. The coward: 1 there, and 0 on the half that SMALL refuses.
    order = next(o for o in leaderboard([made]).orders if o.task == FACTS)
    assert [round(p.value, 2) for p in order.places] == [0.5, 0.87]
    assert [p.model for p in order.places] == [COWARD, SMALL]
    assert order.against == ((COWARD, SMALL),)
    text = printed([made], capsys, monkeypatch)
    assert "values and shared cases disagree: m" in text
    assert "disagree" in write_leaderboard(leaderboard([made]), tmp_path / "b.md").read_text("utf-8")


def test_unequal_numbers_of_cases_are_said(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "unequal numbers" not in printed([two], capsys, monkeypatch)
    made = changed(two, tmp_path / "run", lambda i, row: None if row["model"] == SMALL and i % 2 else row)
    text = printed([made], capsys, monkeypatch)
    asked = {x.model: x.asked for x in leaderboard([made]).lines}
    assert asked[SMALL] < 0.9 * asked[COWARD] == 0.9 * 780
    assert f"models were asked unequal numbers of cases (`{SMALL}` {asked[SMALL]}, `{COWARD}` 780)" in text


def test_coverage_is_a_column(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(i: int, row: Row) -> Row:
        lost = row["model"] == SMALL and i % 10 == 0
        return row | ({"outcome": "error", "score": None, "label": ""} if lost else {})

    made = changed(two, tmp_path / "run", change)
    line = next(x for x in leaderboard([made]).lines if x.model == SMALL)
    assert line.covered == pytest.approx(0.9, abs=0.01)
    assert f"{100 * line.covered:.1f} %" in printed([made], capsys, monkeypatch)


def test_one_model_has_a_table_and_no_neighbours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = printed([make_run(tmp_path / "run", n=10, models=(SMALL,))], capsys, monkeypatch)
    assert "Shown to be better than the next, over all headlines: 0 of 0." in text


def test_identical_models_tie_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = made_run._right
    monkeypatch.setattr(made_run, "_right", lambda task, arm, model, case: plain(task, arm, SMALL, case))
    folder = make_run(tmp_path / "run", n=20, models=("a", "b", "c"))
    found = leaderboard([folder])
    assert {place.letters for order in found.orders for place in order.places} == {("a",)}
    assert {(p.best, p.worst) for order in found.orders for p in order.places} == {(1, 3)}
    text = printed([folder], capsys, monkeypatch)
    assert text.count("identical verdicts: m1, m2 and m3") == 1


def test_models_with_nothing_in_common_are_not_told_apart(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(_: int, row: Row) -> Row | None:
        return row if (int(row["case_id"], 16) % 2 == 0) == (row["model"] == SMALL) else None

    made = changed(two, tmp_path / "run", change)
    found = next(order for order in leaderboard([made]).orders if order.task == FACTS)
    assert {p.letters for p in found.places} == {("a",)}
    assert found.versus == ()
    text = printed([made], capsys, monkeypatch)
    assert "are not ranked" in text or "is not ranked" in text


def test_where_all_is_missing_there_is_a_dash_and_a_reason(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = {"outcome": "error", "score": None, "label": ""}
    made = changed(two, tmp_path / "run", lambda _, row: row | lost)
    text = printed([made], capsys, monkeypatch)
    assert "m1 is not ranked: 0.0 % of its planned cases have a verdict (780 error)" in text
    assert "no value: " in text
    path = write_leaderboard(leaderboard([made]), tmp_path / "board.csv")
    assert "minimum" not in {line.split(",")[2] for line in path.read_text("utf-8").splitlines()}


def test_editions_that_differ_are_one_line(two: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="are on different editions, so their scores are not on one scale"):
        leaderboard([two, make_run(tmp_path / "other", n=3)])


def test_a_figure_in_the_folder_is_never_an_anchor(two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that has the guesser and the perfect model in it, with estimates that lie: anchors are asked anew."""
    to = tmp_path / "run"
    shutil.copytree(two, to)
    rows = json.loads((to / "estimates.json").read_text("utf-8"))
    for row in rows:
        row["value"], row["low"], row["high"] = 0.5, 0.4, 0.6
    (to / "estimates.json").write_text(json.dumps(rows))
    honest, lying = leaderboard([two]), leaderboard([to])
    assert [line.minimum for line in lying.lines] == [line.minimum for line in honest.lines]


def test_the_anchors_of_a_task_that_can_be_judged_are_shown(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts get a judge: a guesser picks one of two names, the perfect model the right one."""
    from types import SimpleNamespace

    from trustgen.core import BARE, Judge, Outcome, Response, Ruling, Sampling

    class Exact(Judge):
        key = made_run.FACTORIES[FACTS]().judge.key

        def __call__(self, case: Case, response: Response) -> Ruling:
            right = response.replies[-1].text == case.expect.answer
            return Ruling(Outcome.SCORED, float(right), label=response.replies[-1].text)

    real = made_run.FACTORIES[FACTS]

    class Judged:
        version, card, id, measures = real.version, real.card, real.id, real.measures

        def __call__(self, n: int | None = None, kit: object = None, settings: object = None) -> Any:
            made = real(n, kit)
            return SimpleNamespace(**{**vars(made), "judge": Exact(), "sampling": Sampling(), "kit": BARE})

    monkeypatch.setitem(made_run.FACTORIES, FACTS, Judged())
    found = leaderboard([two])
    order = next(o for o in found.orders if o.task == FACTS)
    assert order.unanchored == ""
    assert order.anchors is not None
    assert order.anchors[0] == pytest.approx(0.5, abs=0.12)
    assert order.anchors[1] == 1
    value = next(p.value for p in order.places if p.model == SMALL)
    lean = next(p.value for o in found.orders if o.task == LEANING for p in o.places if p.model == SMALL)
    truth = next(
        part.value for x in found.lines if x.model == SMALL for part in x.dimensions if part.name == "truthfulness"
    )
    guess = order.anchors[0]
    expected = (value - guess) / (1 - guess) if value >= guess else (value - guess) / max(guess, 1 - guess)
    assert truth == pytest.approx((expected + 1 - lean) / 2)
    assert REMOTE not in {x.model for x in found.lines}
