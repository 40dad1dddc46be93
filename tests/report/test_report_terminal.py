"""The terminal: lines that fit, numbers with denominators, and nothing that could act on it."""

from __future__ import annotations

import io
import math
import re
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from made_run import COWARD, FACTS, LEANING, REMOTE, SHIFTS, SMALL, make_run
from pages import NOTHING, estimate, renamed, with_estimates
from rich.cells import cell_len

from trustgen.core import Direction
from trustgen.report import Findings, compare_models, findings, print_comparison, print_findings
from trustgen.report.terminal import bar
from trustgen.store import NotApplicable


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")


def printed(found: Findings, capsys: pytest.CaptureFixture[str]) -> str:
    print_findings(found, everything=True)
    return capsys.readouterr().out


@pytest.mark.parametrize("columns", [80, 120])
def test_every_line_fits_and_no_row_of_numbers_is_broken(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    found = findings(run)
    lines = printed(found, capsys).splitlines()
    assert max(cell_len(line) for line in lines) <= columns
    assert not [line for line in lines if line != line.rstrip()]
    rows = [line for line in lines if "│" in line]
    assert len(rows) == len(found.estimates)
    for row, e in zip(
        rows, [e for m in found.manifest.models for t in found.tasks for e in found.of(t.id, m)], strict=True
    ):
        assert e.measure in row
        assert f"{e.counted}/{e.planned} {e.unit}" in row


def test_exact_numbers_stand_with_their_denominator(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(with_estimates(findings(run), estimate(FACTS, SMALL)), capsys)
    assert re.search(r"accuracy ↑  0\.812 \[0\.765, 0\.852\] │ .* 391/400 cases", text)
    assert "with what is missing [0.765, 0.852], bounds 0.794 to 0.817" in text


def test_what_is_scored_and_still_not_counted_is_said(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = findings(run)
    (e,) = [e for e in found.estimates if (e.task, e.model, e.measure) == (LEANING, SMALL, "flip_rate")]
    assert e.outcomes["scored"] - e.counted == 39, "pairs whose plain answer was wrong"
    assert "39 scored, but not what it is over" in printed(found, capsys)


def test_nothing_counted_is_a_dash_and_says_why(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(with_estimates(findings(run), estimate(FACTS, SMALL, **NOTHING)), capsys)
    assert re.search(r"accuracy ↑ +– nothing counted │ +│ 0/400 cases", text)
    assert "nan" not in text


def test_a_stopped_run_says_why_in_its_first_lines(stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(findings(stopped), capsys).splitlines()
    assert "STOPPED: budget of 500 calls reached [bold]‹U+001B›[31m" in lines[2]


def test_simulated_and_judge_are_marked(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(findings(run), capsys)
    assert f"\n{COWARD}  SIMULATED: its properties are planted\n" in text
    assert f"\n{REMOTE}\n" in text
    assert text.count("judged by rule 100 %") == 1
    assert "Numbers of a SIMULATED model test the instrument" in text


def test_every_planned_case_is_in_the_sum(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(printed(findings(run), capsys).split())
    assert text.count("cases 520 planned = 520 scored") == 2
    assert "bounds 0.775 to 0.875 not scored:" in text, "two lines where one would be too long"
    assert "cases 520 planned = 468 scored + 13 refused + 13 blocked + 13 unparsed + 13 error" in text


def test_foreign_text_is_neither_markup_nor_an_escape(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = renamed(findings(run), SMALL, "[red]evil[/red]\x1b[31m\u202e:smile:\nsecond")
    text = printed(found, capsys)
    assert "error, for example: HTTP 500: <b>upstream</b> [red]failed[/red]" in text
    assert "blocked, for example: content filter: category ‹U+001B›[1mviolence" in text
    assert "[red]evil[/red]‹U+001B›[31m‹U+202E›:smile: second" in text
    assert {c for c in text if unicodedata.category(c) in ("Cc", "Cf")} == {"\n"}


def test_no_field_of_a_foreign_run_brings_an_escape(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, bad = findings(run), "a\x1b[2J\u202e\n[red]b"
    manifest = msgspec.structs.replace(found.manifest, suite=bad, salt=bad, edition=bad)
    odd = estimate(FACTS, SMALL, measure=bad, method=bad, unit=bad, value=math.nan)
    cards = {FACTS: msgspec.structs.replace(found.cards[FACTS], title=bad, dimension=bad)}
    text = printed(replace(with_estimates(found, odd), manifest=manifest, cards=cards), capsys)
    assert text.count("a‹U+001B›[2J‹U+202E›") > 10
    assert {c for c in text if unicodedata.category(c) in ("Cc", "Cf")} == {"\n"}


def test_a_pair_that_was_not_planned_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lacking = (NotApplicable(SHIFTS, SMALL, "logprobs"),)
    text = printed(findings(make_run(tmp_path / "run", n=3, lacking=lacking)), capsys)
    assert "robustness · Option shift\n    not applicable: the model lacks the level logprobs" in text


def test_a_model_without_numbers_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = findings(make_run(tmp_path / "run", n=3, status="running", seal=False))
    text = printed(replace(found, estimates=[]), capsys)
    assert text.count("no numbers yet") == 3 * 4
    assert "UNFINISHED: a later session" in text


def test_a_terminal_without_unicode_gets_ascii(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "ascii"))
    print_findings(findings(run), everything=True)
    sys.stdout.flush()
    text = raw.getvalue().decode("ascii")
    (e,) = [e for e in findings(run).estimates if (e.model, e.measure) == (COWARD, "flip_rate")]
    numbers = re.escape(f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]")
    assert re.search(rf"flip_rate v +{numbers} +\| +-o-+ +\| 120/120 pairs", text)


def test_colour_only_adds(run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    plain = printed(findings(run), capsys)
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = printed(findings(run), capsys)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"value": 0.5, "low": 0.25, "high": 0.75, "worst": 0.0, "best": 1.0}, "│··─●─··│"),
        ({"value": 0.0, "low": 0.0, "high": 0.0, "worst": 0.0, "best": 0.0}, "│●      │"),
        ({"value": 7.0, "low": 0.9, "high": 9.0, "worst": 1.0, "best": 1.0}, "│     ─●│"),
        (NOTHING, "│       │"),
        (NOTHING | {"direction": Direction.TARGET, "target": 0.5}, "│   ◇   │"),
        ({"value": 0.0, "low": -0.5, "high": 0.5, "worst": 0.0, "best": 0.0, "range": (-1.0, 1.0)}, "│  ─●─  │"),
    ],
)
def test_a_bar_shows_what_the_numbers_say(changes: dict[str, object], text: str) -> None:
    assert bar(estimate(FACTS, SMALL, **changes), 7).replace("──", "─").replace("│··─", "│··─") == text


def test_a_comparison_prints_the_difference_and_what_it_is_over(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = compare_models(run, REMOTE, SMALL)
    print_comparison(rows, REMOTE, SMALL)
    text = capsys.readouterr().out
    assert max(len(line) for line in text.splitlines()) <= 80
    facts = rows[0]
    assert f"worse  Facts · accuracy ↑\n  b − a  −{abs(facts.difference):.3f}  95 % interval [−" in text
    assert f"a {facts.a:.3f}, b {facts.b:.3f}, over 72/80 cases counted for both, 40 clusters" in text
    assert "unadjusted across tasks" in " ".join(text.split())
    assert "SIMULATED" not in text
    print_comparison(compare_models(run, COWARD, SMALL), COWARD, SMALL)
    assert f"a  {COWARD}  SIMULATED: its properties are planted\nb  smollm2\n" in capsys.readouterr().out
