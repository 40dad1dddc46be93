"""`compare` and `leaderboard` read one family of tests: better, worse, not shown, equivalent."""

from __future__ import annotations

import math
import shutil
from itertools import combinations
from pathlib import Path
from typing import Any

import made_run
import numpy as np
import pytest
from made_run import COWARD, FACTS, HIRING, LEANING, MODELS, REMOTE, SHIFTS, SMALL, make_run
from scipy.stats import norm
from test_report_compare import graded_rows

from trustgen.report import compare_models, leaderboard, print_comparison, print_leaderboard
from trustgen.report.compare import Pairing, differences
from trustgen.stats import accuracy
from trustgen.stats.power import clusters_to_show


def pair(gains: int, losses: int, n: int) -> Pairing:
    """b right and a wrong on `gains` of n cases, the other way round on `losses`."""
    a, b = np.ones(n), np.ones(n)
    a[:gains], b[gains : gains + losses] = 0, 0
    return Pairing("t", "T", "accuracy", accuracy(), *(graded_rows(np.arange(n), x) for x in (a, b)))


def test_compare_and_leaderboard_never_contradict_each_other(run: Path) -> None:
    orders = {order.task: order for order in leaderboard([run]).orders}
    seen = set()
    for a, b in combinations(MODELS, 2):
        for row in compare_models(run, a, b):
            order = orders[row.task]
            one = order.between(b, a)
            other = order.between(a, b)
            assert (one is None) != (other is None), "each pair stands once, the better value first"
            opposite = {"better": "worse", "worse": "better"}
            assert (one.verdict if one else opposite.get(other.verdict, other.verdict)) == row.verdict
            found = one or other
            assert found.adjusted == pytest.approx(row.adjusted)
            assert (found.needed, found.clusters) == (row.needed, row.clusters)
            letters = {p.model: set(p.letters) for p in order.places}
            assert bool(letters[a] & letters[b]) == (row.verdict not in ("better", "worse"))
            seen.add(row.verdict)
    assert seen == {"better", "worse", "not shown"}


def test_the_order_in_which_two_are_named_changes_no_number(run: Path) -> None:
    for a, b in combinations(MODELS, 2):
        for there, back in zip(compare_models(run, a, b), compare_models(run, b, a), strict=True):
            assert (there.p, there.adjusted, there.needed) == (back.p, back.adjusted, back.needed)
            assert (there.low, there.high) == (-back.high, -back.low)
            if there.size and back.size:
                assert (there.size.h, there.size.low) == (-back.size.h, -back.size.high)


def test_a_run_of_two_models_has_one_test_a_headline(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=10, models=(REMOTE, SMALL))
    assert {row.family for row in compare_models(folder, REMOTE, SMALL)} == {4}
    assert leaderboard([folder]).family == 4


def test_the_family_is_what_was_planned_even_where_nothing_could_be_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = (made_run.NotApplicable(SHIFTS, COWARD, "logprobs"),)
    folder = make_run(tmp_path / "run", n=10, lacking=lacking)
    assert {row.family for row in compare_models(folder, REMOTE, SMALL)} == {12}
    monkeypatch.setattr(made_run.FACTORIES[FACTS], "version", "2-A")
    assert {row.family for row in compare_models(folder, REMOTE, SMALL)} == {12}
    assert leaderboard([folder]).family == 12


@pytest.mark.parametrize(
    ("gains", "losses", "n", "verdict"),
    [
        (10, 10, 2_000, "equivalent"),
        (10, 10, 100, "not shown"),
        (0, 0, 400, "equivalent"),
        (0, 0, 12, "not shown"),
        (40, 4, 400, "better"),
        (4, 40, 400, "worse"),
        (30, 4, 4_000, "better"),  # a difference that is shown, small as it is
        (9, 3, 12, "not shown"),
    ],
)
def test_equivalent_needs_the_whole_interval_within_the_margin(gains: int, losses: int, n: int, verdict: str) -> None:
    (row,) = differences([pair(gains, losses, n)])
    assert row.verdict == verdict
    if verdict == "equivalent":
        assert -0.05 <= row.low <= row.high <= 0.05
        assert differences([pair(gains, losses, n)], margin=row.high * 0.99)[0].verdict == "not shown"
    assert row.identical == (gains == losses == 0)


def test_one_difference_of_two_large_ones_is_never_called_equal() -> None:
    """What was printed as a tie: 0.25 against 1.00 over four of twelve cases."""
    a, b = np.array([1.0, 0, 0, 0] + [math.nan] * 8), np.ones(12)
    outcome = np.zeros(12, np.int32)
    one = graded_rows(np.arange(12), a)
    other = graded_rows(np.arange(12), b)
    object.__setattr__(one, "outcome", np.where(np.isnan(a), 3, outcome).astype(np.int32))
    row = differences([Pairing("t", "T", "accuracy", accuracy(), one, other)])[0]
    assert (row.a, row.b, row.verdict) == (0.25, 1.0, "not shown")
    assert row.needed > row.clusters == 4


def connor_cases(difference: float, discordance: float, level: float = 0.95) -> float:
    """Cases for McNemar's test with a power of .8: (z·√D + z_β·√(D − d²))²/d² (Connor 1987)."""
    z, z_beta = norm.ppf((1 + level) / 2), norm.ppf(0.8)
    return ((z * math.sqrt(discordance) + z_beta * math.sqrt(discordance - difference**2)) / difference) ** 2


@pytest.mark.parametrize(("gains", "losses", "n"), [(24, 12, 400), (60, 45, 500), (30, 20, 200)])
def test_the_records_needed_are_those_of_the_closed_form(gains: int, losses: int, n: int) -> None:
    difference, share = (gains - losses) / n, (gains + losses) / n
    (row,) = differences([pair(gains, losses, n)])
    assert row.verdict == "not shown"
    assert row.needed == pytest.approx(connor_cases(difference, share), rel=0.2)
    many = differences([pair(gains, losses, n)] + [pair(3, 3, 50)] * 9)[0]
    assert many.needed == pytest.approx(connor_cases(difference, share, level=1 - 0.05 / 10), rel=0.2)


def test_so_many_records_do_show_it() -> None:
    """The promise, kept: runs of that size, drawn anew with the same shares, find it about eight times in ten."""
    gains, losses, n = 24, 12, 400
    (row,) = differences([pair(gains, losses, n)])
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(200):
        b_alone, a_alone, _ = rng.multinomial(row.needed, [gains / n, losses / n, 1 - (gains + losses) / n])
        found += differences([pair(int(b_alone), int(a_alone), row.needed)])[0].verdict == "better"
    assert 0.70 <= found / 200 <= 0.92


@pytest.mark.parametrize(
    ("difference", "half", "clusters"), [(0.0, 0.1, 50), (math.nan, 0.1, 50), (0.1, 0.0, 50), (0.1, 0.1, 1)]
)
def test_where_nothing_can_be_named(difference: float, half: float, clusters: int) -> None:
    assert clusters_to_show(difference, half, clusters) == 0


# ── in words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_shown_says_what_would_show_it(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = compare_models(run, REMOTE, SMALL)
    print_comparison(rows, REMOTE, SMALL)
    text = capsys.readouterr().out
    assert "tie" not in text.split()
    assert "not shown  Counterfactual decisions" in text
    assert "more records would show a difference of this size" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_run_against_itself_says_that_the_verdicts_are_identical(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = compare_models(run, SMALL, SMALL)
    assert all(row.identical for row in rows)
    print_comparison(rows, SMALL, SMALL)
    assert capsys.readouterr().out.count("identical verdicts on every case") == 4


def test_five_models_that_agree_are_one_line_below_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = made_run._right
    monkeypatch.setattr(made_run, "_right", lambda task, arm, model, case: plain(task, arm, COWARD, case))
    models = tuple(f"model-{i}" for i in range(5))
    made = leaderboard([make_run(tmp_path / "run", n=10, models=models)])
    (twins,) = made.identical
    assert twins.models == models
    assert twins.of == 4
    print_leaderboard(made)
    text = " ".join(capsys.readouterr().out.split())
    assert text.count("identical verdicts") == 1
    assert text.index("minimum") < text.index("identical verdicts: m1, m2, m3, m4 and m5, on ")


def test_a_model_that_was_mostly_unread_is_not_ranked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right on all that could be read of it, and half of that could not: no first place."""
    folder = make_run(tmp_path / "run", n=20, models=(REMOTE, SMALL))
    board = leaderboard([folder])
    assert all(line.ranked for line in board.lines)
    half = tmp_path / "half"
    shutil.copytree(folder, half)
    _unread(half, REMOTE)
    monkeypatch.setenv("COLUMNS", "80")
    made = leaderboard([half])
    last = made.lines[-1]
    assert (last.model, last.ranked) == (REMOTE, False), "though its weakest dimension is the better one"
    assert last.outcomes["unparsed"] > 0.4 * sum(last.outcomes.values())
    place = next(p for p in made.orders[0].places if p.model == REMOTE)
    assert place.read < 0.8 * place.planned
    print_leaderboard(made)
    text = capsys.readouterr().out
    assert "m2 is not ranked: " in text
    assert f"on {place.read} of {place.planned} cases" in " ".join(text.split())
    assert max(len(line) for line in text.splitlines()) <= 80


def _unread(folder: Path, model: str) -> None:
    """Every other verdict on a model: its reply could not be read."""
    import pyarrow.parquet as pq

    path = folder / "verdicts.parquet"
    table = pq.read_table(path)
    rows: list[dict[str, Any]] = table.to_pylist()
    for i, row in enumerate(r for r in rows if r["model"] == model):
        if i % 2:
            row.update(outcome="unparsed", score=None, label="")
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), path)


def test_tasks_with_other_directions_keep_their_words(run: Path) -> None:
    rows = {row.task: row for row in compare_models(run, REMOTE, SMALL)}
    assert (rows[LEANING].verdict, rows[HIRING].verdict) == ("worse", "not shown")
