"""The HTML page: complete, self-contained, and closed to whatever a model says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from made_run import COWARD, FACTS, LONG, MODELS, REMOTE, SHIFTS, SMALL, make_run
from pages import NOTHING, Page, estimate, renamed, with_estimates

from trustgen.core import InputError
from trustgen.report import findings, write_html
from trustgen.report.overview import Names
from trustgen.report.plots import COLOURS, SIGNS, Axis, Point, sign, stack, strip
from trustgen.report.prose import split_card
from trustgen.report.words import counted, interval, number
from trustgen.store import NotApplicable

EVIL = "organism/</style><script>alert(1)</script>'\" onload=x \u202e"


def page_of(path: Path, folder: Path) -> tuple[str, Page]:
    html = write_html(findings(folder), path / "report.html").read_text("utf-8")
    return html, Page.read(html)


def test_a_whole_run_fits_one_small_closed_file(run: Path, tmp_path: Path) -> None:
    html, page = page_of(tmp_path, run)
    assert len(html.encode()) < 1_000_000
    (policy,) = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "img", "form", "base"}
    for tag, attributes in page.tags:
        assert not {"src", "srcset", "data", "action", "style"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert attributes.get("href", "#").startswith("#")
    (style,) = page.styles
    assert "url(" not in style
    assert "@import" not in style
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [a["href"][1:] for a in page.all("a")] + [a["aria-labelledby"] for a in page.all("section")]
    assert set(targets) <= set(ids)


def test_hostile_replies_are_shown_and_cannot_act(run: Path, tmp_path: Path) -> None:
    html, page = page_of(tmp_path, run)
    assert "<script>alert('x')</script>" in page.text, "shown as text"
    assert "‹U+202E›gnp.exe‹U+001B›[31m‹U+0007›" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html)
    assert "… (cut: 2,000 of 10," in page.text
    assert LONG[:2_100] not in page.text
    assert "HTTP 500: <b>upstream</b> [red]failed[/red]" in page.text


def test_hostile_names_cannot_act(run: Path, tmp_path: Path) -> None:
    found = renamed(findings(run), COWARD, EVIL)
    html = write_html(found, tmp_path / "report.html").read_text("utf-8")
    page = Page.read(html)
    assert not page.all("script")
    assert len(page.styles) == 1
    assert "</style><script>alert(1)</script>" in page.text
    assert "\u202e" not in html
    assert not [a for _, a in page.tags if "onload" in a]


def test_no_field_of_a_foreign_run_brings_a_control_character(run: Path, tmp_path: Path) -> None:
    found = findings(run)
    bad = "a\x1b\u202eb"
    manifest = msgspec.structs.replace(
        found.manifest, suite=bad, salt=bad, versions={bad: bad}, budget=bad, started=bad
    )
    entry = msgspec.structs.replace(found.tasks[0], pool=bad, version=bad, arms={bad: 3})
    edition = msgspec.structs.replace(found.edition, tasks=(entry, *found.tasks[1:]))
    odd = estimate(FACTS, SMALL, measure=bad, arm=bad, method=bad, unit=bad, notes={bad: {bad: {bad: bad}}})
    foreign = replace(with_estimates(found, odd), manifest=manifest, edition=edition)
    html = write_html(foreign, tmp_path / "report.html").read_text("utf-8")
    assert html.count("a‹U+001B›‹U+202E›b") > 15
    assert not re.search("[\x1b\u202e]", html)


def test_exact_numbers_stand_with_their_denominators(run: Path, tmp_path: Path) -> None:
    found = with_estimates(findings(run), estimate(FACTS, SMALL))
    page = Page.read(write_html(found, tmp_path / "r.html").read_text("utf-8"))
    for text in ("0.812", "[0.765, 0.852]", "0.794 to 0.817", "391/400 cases", "6 refused, 3 error", "Wilson"):
        assert text in page.text, text


def test_every_number_of_the_run_is_on_the_page_with_what_it_counts(run: Path, tmp_path: Path) -> None:
    _, page = page_of(tmp_path, run)
    found = findings(run)
    for e in found.estimates:
        assert f"{number(e.value, e.range)} {interval(e)} {counted(e)}" in page.text, e
        assert found.caption(e) in page.text


def test_nothing_counted_is_a_dash_and_says_why(run: Path, tmp_path: Path) -> None:
    found = with_estimates(findings(run), estimate(FACTS, SMALL, **NOTHING))
    page = Page.read(write_html(found, tmp_path / "r.html").read_text("utf-8"))
    assert "– nothing counted 0/400 cases" in page.text
    assert "nan" not in re.findall(r"[a-z]+", page.text.lower())


def test_a_stopped_run_says_why_before_any_number(stopped: Path, tmp_path: Path) -> None:
    _, page = page_of(tmp_path, stopped)
    assert "Stopped. budget of 500 calls reached [bold]‹U+001B›[31m" in page.text
    assert page.text.index("Stopped.") < page.text.index("planned")
    assert "Budget 500 calls" in page.text


def test_a_simulated_model_is_marked_wherever_it_stands(run: Path, tmp_path: Path) -> None:
    _, page = page_of(tmp_path, run)
    assert page.text.count("● coward") == page.text.count("● coward simulated") > 10
    assert "■ example-7b simulated" not in page.text
    assert "1 model of this run is an organism" in page.text


def test_a_run_without_organisms_does_not_speak_of_them(tmp_path: Path) -> None:
    _, page = page_of(tmp_path, make_run(tmp_path / "run", n=3, models=(SMALL,)))
    assert "imulated" not in page.text
    assert "smollm2 on the suite “core”" in page.text


def test_a_pair_that_was_not_planned_says_why(tmp_path: Path) -> None:
    lacking = (NotApplicable(SHIFTS, SMALL, "logprobs"),)
    _, page = page_of(tmp_path, make_run(tmp_path / "run", n=3, lacking=lacking))
    assert "Not applicable to ◆ smollm2 : it lacks the level logprobs" in page.text
    assert page.text.count("not applicable") == 1, "in the matrix"


def test_numbers_of_an_earlier_session_leave_no_hole(tmp_path: Path) -> None:
    found = findings(make_run(tmp_path / "run", n=3, status="running", seal=False))
    old = with_estimates(found, *[e for e in found.estimates if e.model == COWARD])
    page = Page.read(write_html(old, tmp_path / "r.html").read_text("utf-8"))
    assert "Unfinished." in page.text
    assert page.text.count("no numbers") >= 2 * 4


def test_captions_prose_limits_and_provenance_are_there(run: Path, tmp_path: Path) -> None:
    _, page = page_of(tmp_path, run)
    for text in (
        "Share of something; denominator of flip_rate.",
        "Each record is a fact; its question is asked open and as multiple choice.",
        "Capitals only, and only <those> in the packaged list.",
        "judged by rule 100 %",
        "countryinfo 1.0.1 MIT",
        "https://example.org/list 2025-01 CC0-1.0",
        "2025-11-21 08:00:00 UTC to 2025-11-21 08:12:30 UTC",
        "python 3.11.7, trustgen 0.1.0",
        "100.0 % of the cases made passed their audit",
    ):
        assert text in page.text, text
    assert findings(run).manifest.edition in page.text


def test_worst_cases_are_folded_and_complete(run: Path, tmp_path: Path) -> None:
    html, page = page_of(tmp_path, run)
    assert not [a for a in page.all("details") if "open" in a]
    shown = sum(len(x) for x in findings(run).examples.values())
    assert len(page.all("article")) == shown > 30
    assert "The capital is" not in html[: html.index('<details class="task"')], "no reply outside a fold"


def test_arms_are_drawn_where_there_are_several(run: Path, tmp_path: Path) -> None:
    html, page = page_of(tmp_path, run)
    drawn = ["by arm, the same records" in part for part in html.split('class="task"')[1:]]
    assert drawn == [True, True, False, False], "facts and sycophancy have measures by arm"
    labels = [a["aria-label"] for a in page.all("svg") if "aria-label" in a]
    assert [label for label in labels if label.startswith("self doubt, accuracy self doubt: coward ")]


def test_group_rates_come_with_their_counts(run: Path, tmp_path: Path) -> None:
    _, page = page_of(tmp_path, run)
    (e,) = [e for e in findings(run).estimates if (e.measure, e.model) == ("gap", REMOTE)]
    row = e.notes["groups"]["b"]
    assert f"counted {row['counted']}, favourable {row['favourable']}" in page.text
    assert f"planned {row['planned']}, rate {row['rate']:.3f}" in page.text


def test_a_file_that_cannot_be_written_is_named(run: Path, tmp_path: Path) -> None:
    found = findings(run)
    with pytest.raises(InputError, match=r"cannot write .*No such file"):
        write_html(found, tmp_path / "none" / "report.html")
    with pytest.raises(InputError, match=r"cannot write .*[Dd]irectory"):
        write_html(found, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_value_lies_where_its_number_says_and_worse_lies_left() -> None:
    assert [Axis(-1.0, 1.0).at(x) for x in (-1, 0, 0.5, 1, 7, -7)] == [0, 50, 75, 100, 100, 0]
    assert [Axis(1.0, 0.0).at(x) for x in (1.0, 0.25, 0.0)] == [0, 75, 100], "lower is better"
    drawn = str(strip(Axis(0, 1), [Point(1, 0.8125, 0.7654, 0.8521, 0.7942, 0.8167)], "said", marks=[0.5], at=0.25))
    assert '<text class="c1" x="81.25%" y="50.0%" dy=".35em">■</text>' in drawn
    assert '<line class="band c1" x1="79.42%" x2="81.67%"' in drawn
    assert 'x1="76.54%" x2="85.21%"' in drawn
    assert 'class="chance" x1="25%"' in drawn
    assert 'd="M300 -4v8"' in drawn


def test_no_two_models_look_alike() -> None:
    looks = [(sign(i), i % COLOURS) for i in range(len(SIGNS) * COLOURS)]
    assert len(set(looks)) == len(looks) == 56


def test_models_go_by_short_names_that_tell_them_apart() -> None:
    models = ("organism/able?rate=0.3", "organism/able?rate=0.5", REMOTE, "fast", "inspect/openai/gpt-4o")
    assert list(Names.of(models).short.values()) == ["able rate=0.3", "able rate=0.5", "example-7b", "fast", "gpt-4o"]


def test_models_of_one_name_are_told_apart_by_their_settings_where_these_tell() -> None:
    def told(*models: str) -> list[str]:
        return list(Names.of(models).short.values())

    assert told("tiny-t2i", "tiny-t2i?variant=skewed") == ["tiny-t2i", "tiny-t2i variant=skewed"]
    assert told("tiny-t2i?steps=9&guidance=1", "tiny-t2i?guidance=3&steps=9") == [
        "tiny-t2i guidance=1", "tiny-t2i guidance=3",
    ]  # fmt: skip
    assert told("a?x=1@http://h/?key=1", "a?x=1@http://g/?key=2") == ["a 1", "a 2"]
    assert told("a?x=" + "9" * 40, "a", "b") == ["a 1", "a 2", "b"]


def test_a_stack_fills_its_width() -> None:
    counts = {"scored": 2, "refused": 1, "skipped": 1}
    drawn = str(stack(counts))
    assert re.findall(r'x="([\d.]+)%" width="([\d.]+)%"', drawn) == [
        ("0.000", "50.000"),
        ("50.000", "25.000"),
        ("75.000", "25.000"),
    ]
    assert "4 planned = 2 scored + 1 refused + 1 skipped" in drawn


def test_prose_becomes_paragraphs_lists_and_code() -> None:
    prose = (
        "## What is asked\n\nFirst `a<b`\nline:\n\n- one\n  more;\n- two.\n\n## How\n\nBy <rule>; 5 - 3 * 2 ` x.\n\n"
        "## Known limits\n\n- Only x.\n"
    )
    asks, limits, more = split_card(prose, "T")
    assert flat(asks) == "<p>First <code>a&lt;b</code> line:</p><ul><li>one more;</li><li>two.</li></ul>"
    assert flat(limits) == "<ul><li>Only x.</li></ul>"
    assert {k: flat(v) for k, v in more.items()} == {"How": "<p>By &lt;rule&gt;; 5 - 3 * 2 ` x.</p>"}
    asks, limits, more = split_card("Intro.\n\n## Limits\n\nNone.", "T")
    assert (flat(asks), flat(limits), more) == ("<p>Intro.</p>", "<p>None.</p>", {})
    assert split_card("", "T") == ("", "", {})


def test_prose_has_tables_and_bold_and_nothing_that_leads_away() -> None:
    """Tables of cards once stood on the page as rows of bars."""
    asks, _, _ = split_card("A **b**:\n\n| x | y |\n|---|---:|\n| 1 | `<i>` |\n", "T")
    assert flat(asks).startswith("<p>A <strong>b</strong>:</p>")
    assert "<tr><td>1</td><td><code>&lt;i&gt;</code></td></tr>" in flat(asks)
    foreign = (
        "[a](https://b.example) ![c](d.png) <https://e.example> <img src=x>\n\n[f]: https://g.example\n\n<script>h"
    )
    asks, _, _ = split_card(foreign, "T")
    assert set(re.findall(r"<\w+", str(asks))) == {"<p"}
    assert re.sub(r"<[^>]*>", "", flat(asks)).replace("&lt;", "<").replace("&gt;", ">") == foreign.replace("\n\n", "")


def flat(told: str) -> str:
    """A part of a page without the breaks of its lines."""
    block = "</?(?:p|[ou]l|li|div|t[a-z]+)[^>]*>"
    return re.sub(rf"\s*({block})\s*", r"\1", str(told)).replace("\n", " ")


def test_every_model_is_named_in_the_title_block(run: Path, tmp_path: Path) -> None:
    _, page = page_of(tmp_path, run)
    head = page.text[: page.text.index("Profile")]
    assert all(model in head for model in MODELS)
