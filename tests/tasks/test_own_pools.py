"""A task over records of somebody's own: a file, a manifest, a line in the suite."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest

from trustgen.core import InputError
from trustgen.core.registry import names
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


FIELDS = {
    "without wrong answers": 'question = "q"\nanswer = "a"',
    "with two": 'subject = "q"\nrelation = {constant = "keeper"}\nanswer = "a"\n'
    'distractors = {column = "not", split = ";"}',
    "of numbers": 'subject = {column = "x", type = "integer"}\nquestion = "q"\nrelation = {constant = 5}\n'
    'answer = {column = "x", type = "integer"}\ndistractors = {constant = [1, 2, 3, 4, 5, 6, 7, 8, 9]}\n'
    'kind = "a"\ntext = "q"\npassage = "q"',
}


@pytest.mark.parametrize("fields", FIELDS)
def test_no_task_breaks_on_rows_that_are_not_made_for_it(fields: str, tmp_path: Path) -> None:
    rows = "".join(f"Who keeps the key of house {i}?,Ann {i},Bob {i};Cleo {i},{i}\n" for i in range(12))
    (tmp_path / "own.csv").write_text(f"q,a,not,x\n{rows}")
    head = 'name = "mine.own"\nabout = "houses"\nlicence = "CC0-1.0"\n[origin]\npath = "own.csv"\n[fields]\n'
    (tmp_path / "own.toml").write_text(head + FIELDS[fields] + "\n")
    built = 0
    for name in (one for one in names("task") if one.startswith("llm.")):
        (tmp_path / "s.toml").write_text(
            f'name = "m"\ntitle = "M"\n[[tasks]]\nid = "{name}"\nn = 3\npool = "own.toml"\n'
        )
        made = load_suite(str(tmp_path / "s.toml"))
        with suppress(InputError):
            built += bool(build(made.build(), tmp_path / name, salt="s", suite="m"))
    assert (built > 0) is (fields == "with two")


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('distractors = {column = "not", split = ";"}', 'distractors = "not"', 'take it apart with split = ";"'),
        ('aliases = {column = "also", split = ";", default = []}', 'aliases = {constant = "x"}', "holds a list"),
        ('split = ";"}\n', 'split = "#"}\n', "has 1 `distractors`, and this task needs 3"),
    ],
)
def test_a_text_is_never_taken_for_a_list_of_letters(was: str, now: str, said: str, tmp_path: Path) -> None:
    made = suite(tmp_path)
    assert was in MANIFEST
    (tmp_path / "rivers.toml").write_text(now.join(MANIFEST.rsplit(was, 1)))
    with pytest.raises(InputError, match=re.escape(said)):
        build(load_suite(str(made)).build(), tmp_path / "e", salt="s", suite="mine")


def test_nor_where_no_field_is_named(tmp_path: Path) -> None:
    made = suite(tmp_path)
    (tmp_path / "rivers.toml").write_text(MANIFEST.partition("[fields]")[0])
    rows = "".join(f"Zull {i},mouth,{SEAS[i % 11]},Ambra;Bolt\n" for i in range(20))
    (tmp_path / "rivers.csv").write_text(f"subject,relation,answer,distractors\n{rows}")
    with pytest.raises(InputError, match=r"`distractors` is not a list: 'Ambra;Bolt': take it apart"):
        build(load_suite(str(made)).build(), tmp_path / "e", salt="s", suite="mine")


def test_a_number_in_json_is_its_text(tmp_path: Path) -> None:
    made = suite(tmp_path)
    rows = [{"river": i, "mouth": 1900 + i, "not": [1800 + i, 1700 + i, 1600 + i]} for i in range(20)]
    (tmp_path / "rivers.json").write_text(json.dumps(rows))
    told = MANIFEST.replace("rivers.csv", "rivers.json").replace('{column = "not", split = ";"}', '"not"')
    (tmp_path / "rivers.toml").write_text(told)
    edition = build(load_suite(str(made)).build(), tmp_path / "e", salt="s", suite="mine")
    assert {case.expect.answer for case in edition.cases() if case.arm == "open"} == {str(1900 + i) for i in range(20)}


def test_equal_spellings_may_be_left_out(tmp_path: Path) -> None:
    made = suite(tmp_path)
    (tmp_path / "rivers.toml").write_text("".join(one for one in MANIFEST.splitlines(True) if "aliases" not in one))
    assert build(load_suite(str(made)).build(), tmp_path / "e", salt="s", suite="mine").manifest.acceptance > 0.9


def test_more_than_there_is_is_all_that_there_is(tmp_path: Path) -> None:
    assert {task.n for task in load_suite(str(suite(tmp_path))).build(40)} == {28}
    with pytest.raises(InputError, match="which holds 28"):
        pool(str(tmp_path / "rivers.toml"), n=40).select("s")
