"""Judges held against labelled replies from elsewhere: what is counted, what is said, what is kept, where it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from trustgen.cli.app import app
from trustgen.core import InputError
from trustgen.core.registry import load
from trustgen.judge import choice, matches, refuses
from trustgen.report.words import judge_error, weakest
from trustgen.run import build, evaluate
from trustgen.run.calibrate import Registry, keep
from trustgen.run.outside import Labelled, Row, fits, hold, in_full, labelled, record
from trustgen.stats import label_rate

NO = "I'm sorry, but I can't help with that."
YES = "Sure. Boil the water, add the pasta, and wait for nine minutes before you drain it well."


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", "utf-8")
    return path


def refusals(n: int = 40, **more: Any) -> list[dict[str, Any]]:
    """So many refusals and answers of two families; the last of each is labelled against what it says."""
    rows = []
    for i in range(n):
        told = [("refusal", NO), ("compliance", YES)]
        for label, reply in told if i else [("refusal", YES), ("compliance", NO)]:
            model = ("gpt-4", "llama-2-7b")[i % 2]
            rows.append({"prompt": f"How do I cook pasta {i}?", "reply": reply, "label": label, "model": model, **more})
    return rows


def test_a_judge_is_held_against_rows_whole_and_by_family_and_language(tmp_path: Path) -> None:
    rows = refusals() + refusals(10, language="fr", model="claude-3")
    (labels,) = labelled(write(tmp_path / "mine.jsonl", rows))
    assert fits(refuses(), labels)
    held = hold(refuses(), labels, made="2026-01-01")
    by = {(c.family, c.language): c for c in held.found}
    assert set(by) == {("", "all"), ("", "en"), ("", "fr"), ("gpt", "all"), ("llama", "all"), ("claude", "all")}
    whole = by["", "all"]
    assert (whole.set, whole.rows, whole.outside, whole.judge) == ("mine", 100, True, refuses().key)
    confusion = whole.confusion()
    assert (confusion.true_positive, confusion.false_negative) == (48, 2)
    assert (confusion.true_negative, confusion.false_positive) == (48, 2)
    assert sum(c.rows for c in held.found if c.family) == whole.rows
    assert whole.rows == by["", "en"].rows + by["", "fr"].rows
    assert held.notes == []


def test_unknown_labels_duplicates_contradictions_and_one_class_are_told_and_lose_nothing(tmp_path: Path) -> None:
    row = {"prompt": "How do I cook pasta?", "reply": NO, "label": "refusal"}
    other = row | {"reply": YES, "label": "compliance"}
    torn = [row | {"prompt": "?", "label": label} for label in ("refusal", "compliance")]
    (labels,) = labelled(write(tmp_path / "a.jsonl", [row, row, other, *torn, other | {"prompt": "x", "label": "odd"}]))
    assert labels.notes == ("rows that stand there again, counted once: 1", "replies with two labels, left out: 1")
    held = hold(refuses(), labels)
    assert held.found[0].rows == 2
    assert held.notes[2] == "1 of 3 rows are in no figure: `refuses` has no odd (1)"
    (labels,) = labelled(write(tmp_path / "b.jsonl", [row]))
    assert hold(refuses(), labels).notes == ["people gave labels of one class alone: its specificity cannot be told"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"reply": "x", "label": "refusal"}\n{"reply": "x"}',
            r"a\.jsonl, line 2: .*`label`.*needs `reply`",
        ),
        ('{"reply": "x", "label": "refusal"}\nnot json', r"a\.jsonl, line 2: "),
        ('{"reply": "x", "label": " "}', r"a\.jsonl, line 1: the label is empty"),
        ('{"reply": "x", "label": "refusal", "answers": "y"}', r"a\.jsonl, line 1: .*`\$\.answers`"),
        ("\n\n", "is empty"),
    ],
)
def test_a_line_that_is_no_row_is_one_clear_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    with pytest.raises(InputError, match=said):
        labelled(tmp_path / "a.jsonl")


def test_a_folder_without_labels_and_a_file_that_is_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no labels"):
        labelled(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        labelled(tmp_path / "none.jsonl")


def test_answers_are_matched_and_letters_told_as_right_or_wrong() -> None:
    rows = (
        Row(prompt="Capital of France?", reply="Paris.", label="right", answers=("Paris",)),
        Row(prompt="Capital of France?", reply="Lyon.", label="wrong", answers=("Paris",)),
    )
    held = hold(matches(), Labelled("open", rows, ()))
    assert {(c.true, c.said) for c in held.found[0].cells} == {("right", "right"), ("wrong", "wrong")}
    letters = (
        Row(prompt="?", reply="B", label="B", answers=("B",), options=("x", "y")),
        Row(prompt="?", reply="A", label="A", answers=("B",), options=("x", "y")),
    )
    held = hold(choice(), Labelled("letters", letters, ()))
    assert {(c.true, c.said) for c in held.found[0].cells} == {("right", "right"), ("wrong", "wrong")}
    assert not fits(matches(reads="unknowable"), Labelled("open", rows, ())), "there the answer is not to be had"
    assert not fits(refuses(), Labelled("open", rows, ()))


def test_a_label_that_a_set_does_not_know_counts_as_what_it_is_there(tmp_path: Path) -> None:
    """People of three labels called a redirection a refusal; a rate of both labels can then be corrected."""
    from trustgen.core import Direction
    from trustgen.stats.calibration import weakest as least

    (labels,) = labelled(write(tmp_path / "a.jsonl", refusals()))
    known = hold(refuses(), labels).found
    assert known[0].folded == {"redirect": "refusal"}
    assert known[0].knows(("refusal", "redirect"))
    told = least(label_rate(("refusal", "redirect"), direction=Direction.LOWER), known)
    assert told is not None
    assert told.rows >= 30
    assert 0.9 < told.value[0] < 1


# ── where it shows ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_headline_names_its_weakest_known_calibration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    task = load("task", "llm.safety.over_refusal")(4)
    rows = refusals(60) + [
        {"prompt": f"How do I cook {i}?", "reply": f"{NO} {i}", "label": "compliance", "model": "qwen"}
        for i in range(40)
    ]
    (labels,) = labelled(write(tmp_path / "mine.jsonl", rows))
    keep(hold(task.judge.of("benign"), labels).found)
    registry = Registry()
    told = registry.weakest(task, task.measures[task.headline])
    assert told is not None
    assert (told.set, told.part, told.share, told.rows) == ("mine", "qwen", "specificity", 40)
    assert told.value[0] == 0.0
    made = build([task, load("task", "llm.fairness.counterfactual")(3)], tmp_path / "e", salt="s")
    result = evaluate(made, ["organism/able"], tmp_path / "run")
    headlines = {e.task: e for e in result.estimates if e.headline}
    assert "weakest known: specificity 0.00 [0.00, 0.09] on mine (qwen), 40 rows" in judge_error(
        headlines["llm.safety.over_refusal"]
    )
    assert judge_error(headlines["llm.fairness.counterfactual"]) == "judge uncalibrated"
    assert weakest(headlines["llm.fairness.counterfactual"]) == ""
    shown = CliRunner().invoke(app, ["report", str(tmp_path / "run")], env={"COLUMNS": "200"})
    text = " ".join(shown.output.split())
    assert "on mine (qwen), 40 rows" in text
    assert "judge uncalibrated" in text


def test_the_judges_of_several_arms_are_all_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("trustgen.run.calibrate.shipped", lambda name="": [])
    facts = load("task", "llm.truthfulness.facts")(4)
    (labels,) = labelled(
        write(
            tmp_path / "qa.jsonl",
            [
                {"prompt": f"{i}?", "reply": reply, "label": label, "answers": ["Paris"]}
                for i in range(40)
                for reply, label in (("Paris.", "right"), ("Lyon.", "wrong"))
            ],
        )
    )
    keep(hold(facts.judge.of("open"), labels).found)
    from trustgen.stats import accuracy

    told = Registry().weakest(facts, accuracy())
    assert told is not None
    assert told.set == "qa"
    assert "choice" in told.unknown
    assert Registry().weakest(facts, accuracy("mcq")) is None


def test_our_own_sets_speak_first_and_a_set_of_one_label_speaks_for_no_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msgspec.structs import replace

    (labels,) = labelled(write(tmp_path / "large.jsonl", refusals(200)))
    (one,) = labelled(write(tmp_path / "one.jsonl", [row for row in refusals(300) if row["label"] == "refusal"]))
    large, single = hold(refuses(), labels).found, hold(refuses(), one).found
    ours = replace(hold(refuses(), Labelled("ours", labels.rows[:20], ())).found[0], outside=False)
    monkeypatch.setattr(
        "trustgen.run.calibrate.shipped", lambda name="": [*large, *single] if "out" in name else [ours]
    )
    registry = Registry(tmp_path / "none")
    assert [c.set for c in registry.of(refuses())] == ["ours", "large"]
    assert {c.set for c in registry.known(refuses())} == {"ours", "large", "one"}


def test_a_second_set_does_not_push_out_the_first(tmp_path: Path) -> None:
    for name in ("one", "two", "two"):
        (labels,) = labelled(write(tmp_path / f"{name}.jsonl", refusals()))
        keep(hold(refuses(), labels).found, tmp_path / "kept")
    known = Registry(tmp_path / "kept").known(refuses())
    assert sorted(c.set for c in known if c.set in ("one", "two") and not c.family) == ["one", "two"]


def test_what_is_recorded_is_found_by_key_and_stands_in_the_docs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures alone are written: no reply and no prompt leaves the set."""
    import trustgen.run.outside as outside
    from trustgen.run import calibrate

    rows = [*refusals(30, source="made here", licence="MIT"), {"prompt": "?", "reply": NO, "label": "partial"}]
    (labels,) = labelled(write(tmp_path / "mine.jsonl", rows))
    held = hold(refuses(), labels)
    monkeypatch.setattr(outside, "PLACE", tmp_path / "outside.json")
    text = record(held.found).read_text("utf-8")
    assert NO not in text
    assert "pasta" not in text
    monkeypatch.setattr(calibrate, "files", lambda _: tmp_path)
    assert calibrate.shipped("outside.json") == sorted(held.found, key=lambda c: c.family)
    assert in_full(held.found[0]) == ("refusal", "redirect")
    assert in_full(hold(refuses(), Labelled("few", labels.rows[:2], ())).found[0]) == (), "nobody said `partial` there"


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["judges", "test", *arguments], env={"COLUMNS": "100", "NO_COLOR": "1"})


def test_the_command_holds_a_folder_against_what_fits_and_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sets").mkdir()
    write(tmp_path / "sets" / "a.jsonl", refusals())
    (tmp_path / "sets" / "README.md").write_text("not a set")
    done = run("--labels", "sets")
    assert done.exit_code == 0, done.output
    assert "a (en)" in done.output
    assert "of llama" in done.output
    assert "kept: " in done.output
    assert Registry().known(refuses())
    found = json.loads(run("--labels", "sets", "--judge", "refuses", "--json").stdout)
    assert [row["judge"] for row in found["judges"]] == ["refuses"]
    assert found["judges"][0]["calibrations"][0]["rows"] == 80
    alone = json.loads(run("--labels", "sets", "--task", "llm.safety.jailbreak", "--json").stdout)
    assert [row["judge"] for row in alone["judges"]] == ["attacked"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--labels", "odd.jsonl"], "no judge knows its labels (blue, green)"),
        (["--labels", "a.jsonl", "--judge", "nobody"], "--judge nobody: known are"),
        (["--labels", "a.jsonl", "--task", "nothing"], "--task nothing: no installed task"),
        (["--task", "llm.safety.jailbreak"], "add --labels FILE"),
        (["--labels", "a.jsonl", "--judge", "settled"], "`settled` knows none of its labels (compliance, refusal)"),
        (["--labels", "sides.jsonl", "--judge", "settled"], "`settled` needs 'sides' in every row"),
    ],
)
def test_wrong_usage_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    from trustgen.cli import main

    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.jsonl", refusals(2))
    write(tmp_path / "sides.jsonl", [{"reply": "I choose A.", "label": "abstained"}])
    write(tmp_path / "odd.jsonl", [{"reply": str(i), "label": ("blue", "green")[i % 2]} for i in range(6)])
    with pytest.raises(SystemExit) as ended:
        main(["judges", "test", *arguments])
    assert ended.value.code == 2
    assert not (tmp_path / "trustgen-runs" / "judges").exists() or not list(
        (tmp_path / "trustgen-runs" / "judges").glob("*.json")
    )
    with pytest.raises(InputError) as found:
        app(["judges", "test", *arguments], standalone_mode=False)
    assert said in str(found.value)
