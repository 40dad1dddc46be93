"""A task over records of somebody's own: a file, a manifest, a line in the suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from trustgen.core import InputError
from trustgen.curate import pool
from trustgen.run import build, evaluate, verify
from trustgen.tasks.suites import load_suite

MANIFEST = """
name = "mine.rivers"
about = "mouths of made-up rivers"
licence = "CC0-1.0"

[origin]
path = "rivers.csv"

[fields]
subject = "river"
relation = {constant = "mouth"}
answer = "mouth"
aliases = {column = "also", split = ";", default = []}
distractors = {column = "not", split = ";"}
"""
SUITE = """
name = "mine"
title = "Rivers"
[[tasks]]
id = "llm.truthfulness.facts"
n = 20
pool = "rivers.toml"
"""
SEAS = [
    f"Sea of {name}"
    for name in ("Ambra", "Bolt", "Cirr", "Dorn", "Elpa", "Fenn", "Gast", "Horl", "Ixen", "Jool", "Kern")
]


def suite(folder: Path, rows: int = 30) -> Path:
    """A folder with a suite, a manifest and its file, in which the rows 5 and 9 are bad."""
    lines = ["river,mouth,also,not"]
    for i in range(rows):
        others = ";".join(sea for j, sea in enumerate(SEAS) if j != i % len(SEAS))
        lines.append(f"Zull {i}a,{SEAS[i % len(SEAS)]},,{others}")
    lines[5] = "too,few"
    lines[9] = "Nameless,,," + ";".join(SEAS)
    (folder / "rivers.csv").write_text("\n".join(lines) + "\n")
    (folder / "rivers.toml").write_text(MANIFEST)
    (folder / "mine.toml").write_text(SUITE)
    return folder / "mine.toml"


def test_a_file_of_ones_own_is_asked_judged_and_verified(tmp_path: Path) -> None:
    made = load_suite(str(suite(tmp_path)))
    edition = build(made.build(), tmp_path / "e", salt="s", suite=made.name)
    assert edition.manifest.tasks[0].pool == "mine.rivers"
    assert edition.manifest.pools["mine.rivers"]["licence"] == "CC0-1.0"
    assert edition.manifest.tasks[0].arms["open"] == 20
    bad = [(r.where, r.reason) for r in edition.rejects() if r.stage == "curate"]
    assert [where for where, _ in bad] == ["rivers.csv:6", "rivers.csv:10"]
    assert "mouth" in bad[1][1] or "answer" in bad[1][1]
    texts = [case.turns[-1].text for case in edition.cases() if case.arm == "open"]
    assert all("mouth" in text and "Zull" in text for text in texts)
    values = {e.measure: e.value for e in evaluate(edition, ["organism/perfect"], tmp_path / "run").estimates}
    assert values["accuracy"] == values["accuracy_mcq"] == values["limits_known"] == 1.0
    found = verify(tmp_path / "e")
    assert (found.differing, found.renamed) == (0, False)
    assert "not at hand" in found.notes[0]


def test_more_than_there_is_is_all_that_there_is(tmp_path: Path) -> None:
    assert {task.n for task in load_suite(str(suite(tmp_path))).build(40)} == {28}
    with pytest.raises(InputError, match="which holds 28"):
        pool(str(tmp_path / "rivers.toml"), n=40).select("s")
