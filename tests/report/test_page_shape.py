"""The shape of the page: the answer first, headings in order, cases bounded, and what may harm folded or left out."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from made_run import FACTS, LEANING, REMOTE, SMALL, make_run
from pages import Page

from trustgen.report import Findings, compare_models, findings, write_html
from trustgen.report.chosen import BYTES, CASES, chosen
from trustgen.report.examples import Example


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("two") / "run", models=(REMOTE, SMALL))


def written(found: Findings, path: Path, *, redact: bool = False) -> tuple[str, Page]:
    html = write_html(found, path / "report.html", redact=redact).read_text("utf-8")
    return html, Page.read(html)


def unsafe(found: Findings) -> Findings:
    """The same run, its facts in a dimension whose texts may harm."""
    return replace(
        found, cards=dict(found.cards) | {FACTS: msgspec.structs.replace(found.cards[FACTS], dimension="safety")}
    )


@pytest.mark.parametrize("which", ["run", "two", "stopped"])
def test_headings_go_down_one_step_at_a_time(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    _, page = written(findings(request.getfixturevalue(which)), tmp_path)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_answer_comes_first_and_provenance_last(run: Path, tmp_path: Path) -> None:
    found = findings(run)
    html, page = written(found, tmp_path)
    order = ("answer", "profile", "models", "matrix", "threats", "tasks", "reading", "limits", "provenance")
    places = [html.index(f'id="{name}"') for name in order]
    assert places == sorted(places)
    head = page.text[: page.text.index("Tasks and models")]
    assert found.manifest.edition not in head
    assert "docs/glossary.md" in page.text


def test_a_run_of_three_models_is_small(run: Path, tmp_path: Path) -> None:
    html, page = written(findings(run), tmp_path)
    assert len(page.tags) < 3_000
    assert len(html.encode()) < 300_000


def test_changes_are_those_of_compare_the_shown_ones_first(two: Path, tmp_path: Path) -> None:
    _, page = written(findings(two), tmp_path)
    rows = compare_models(two, REMOTE, SMALL)
    table = page.text[page.text.index("Shown Records") :]
    shown = sorted(
        (r for r in rows if r.verdict == "worse"), key=lambda r: -abs(r.difference) / (r.range[1] - r.range[0])
    )
    assert len(shown) > 1
    places = [table.index(f"{row.title} ") for row in shown]
    assert places == sorted(places)
    others = [table.index(f"{row.title} ") for row in rows if row not in shown]
    assert others
    assert min(others) > max(places)
    for row in shown:
        assert row.broken > row.mended
        assert f"worse {row.mended} mended, {row.broken} broken" in table


def test_mended_and_broken_change_places_with_the_models(two: Path) -> None:
    for row, back in zip(compare_models(two, REMOTE, SMALL), compare_models(two, SMALL, REMOTE), strict=True):
        assert (row.mended, row.broken) == (back.broken, back.mended)


def test_every_text_that_may_harm_has_a_fold_of_its_own(run: Path, tmp_path: Path) -> None:
    html, page = written(unsafe(findings(run)), tmp_path)
    folds = [a for a in page.all("details") if "harm" in a.get("class", "")]
    assert len(folds) > 20
    assert not [a for a in page.all("details") if "open" in a]
    assert re.search(r"reply \(safety\), \d+ characters: may harm", page.text)
    open_text = re.sub(r'<details class="harm foreign">.*?</details>', "", html, flags=re.DOTALL)
    facts = open_text[open_text.index('id="task-1"') : open_text.index('id="task-2"')]
    assert "What is the capital of Land" not in facts
    assert "The capital is" not in facts
    assert "What is the capital of Land" in open_text, "other tasks' texts stand open in their case"


def test_a_dimension_that_nobody_knows_is_folded_too(run: Path, tmp_path: Path) -> None:
    found = findings(run)
    cards = dict(found.cards) | {FACTS: msgspec.structs.replace(found.cards[FACTS], dimension="novel")}
    _, page = written(replace(found, cards=cards), tmp_path)
    assert "request" not in page.text
    assert re.search(r"user \(novel\), \d+ characters: may harm", page.text)


def test_redacted_pages_leave_such_texts_out(run: Path, tmp_path: Path) -> None:
    html, page = written(unsafe(findings(run)), tmp_path, redact=True)
    assert "may harm" not in page.text
    assert re.search(r"reply \(safety\), \d+ characters: left out", page.text)
    facts = html[html.index('id="task-1"') : html.index('id="task-2"')]
    for text in ("What is the capital", "The capital is", "alert(", "City "):
        assert text not in facts
        assert text in html


def test_cases_are_bounded_over_the_whole_page_and_every_task_has_some(run: Path, tmp_path: Path) -> None:
    found = findings(run)
    pairs = {(task, f"m{i}"): found.examples[LEANING, SMALL][:4] for task in (FACTS, LEANING) for i in range(30)}
    many = replace(found, examples=pairs)
    kept = chosen(many)
    assert sum(len(mine) for mine in kept.values()) == CASES
    assert {len(mine) for mine in kept.values()} == {2, 3}
    assert kept.keys() == pairs.keys()
    long = Example("wrong", "a" * 32, "plain", (("reply", "word " * 2_000),), "", "scored", 0.0, "", "")
    held = chosen(replace(found, examples={(FACTS, f"m{i}"): [long] * 5 for i in range(100)}))
    assert sum(len(mine) for mine in held.values()) <= CASES
    longer = replace(long, said=(("reply", "é" * 2_000), ("user", "é" * 2_000)))
    held = chosen(replace(found, examples={(FACTS, f"m{i}"): [longer] * 5 for i in range(100)}))
    assert sum(len(mine) for mine in held.values()) == BYTES // 8_000
