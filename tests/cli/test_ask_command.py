"""`trustgen ask`: a file of questions becomes a run like any other, and what is wrong is said before it is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands import trustgen
from trustgen.core import Request
from trustgen.python import ask
from trustgen.report import findings
from trustgen.report.answering import answer, matrix
from trustgen.run import build
from trustgen.run.judge import tasks_of
from trustgen.store import Edition
from trustgen.tasks.suites import load_suite
from trustgen.testing import Scripted

ROWS = [
    ("What is the capital of France?", "Paris"),
    ("Which planet is nearest to the sun?", "Mercury"),
    ("Which metal is liquid at room temperature?", "mercury"),
]
RUBRIC = """+++
title = "Is the reply polite?"
direction = "higher"

[verdicts]
polite = 1
rude = 0
+++
Was this reply polite?

{{reply}}

- polite: it is.
- rude: it is not.
"""


def ran(*args: object) -> str:
    """What a command says that ends well."""
    done = trustgen(*args)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(*args: object) -> str:
    """The line of a command that ends with exit code 2."""
    done = trustgen(*args)
    assert done.returncode == 2, done.stdout
    return done.stderr


def written(folder: Path, text: str, name: str = "q.csv") -> Path:
    """A file of questions."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def as_csv(sign: str = ",", head: tuple[str, str] = ("question", "answer"), end: str = "\n") -> str:
    return end.join(sign.join(row) for row in (head, *ROWS)) + end


def accuracy(folder: Path) -> tuple[float, int]:
    """Value and planned cases of the one estimate of a run."""
    (found,) = json.loads((folder / "estimates.json").read_text("utf-8"))
    return found["value"], found["planned"]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("dress", ["{}", "\ufeff{}"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_of_any_table_program_is_asked(tmp_path: Path, sign: str, dress: str, end: str) -> None:
    file = written(tmp_path, dress.format(as_csv(sign, end=end)))
    ran("ask", file, "--model", "organism/perfect", "-o", tmp_path / "run")
    assert accuracy(tmp_path / "run") == (1.0, 3)


def test_json_lines_parquet_and_nested_rows_are_asked(tmp_path: Path) -> None:
    nested = [{"q": {"text": question}, "gold": answer, "also": []} for question, answer in ROWS]
    written(tmp_path, "\n".join(json.dumps(row) for row in nested), "q.jsonl")
    written(tmp_path, json.dumps({"data": nested}), "q.json")
    table = {"input": [question for question, _ in ROWS], "target": [answer for _, answer in ROWS]}
    pq.write_table(pa.table(table), tmp_path / "q.parquet")
    for name in ("q.jsonl", "q.json"):
        named = ("--question", "q.text", "--answer", "gold", "--aliases", "also")
        ran("ask", tmp_path / name, *named, "--model", "organism/perfect", "-o", tmp_path / name[2:])
        assert accuracy(tmp_path / name[2:]) == (1.0, 3)
    ran("ask", tmp_path / "q.parquet", "--model", "organism/perfect", "-o", tmp_path / "p")
    assert accuracy(tmp_path / "p") == (1.0, 3)


def test_the_first_question_and_every_row_that_cannot_be_used_are_shown_before(tmp_path: Path) -> None:
    file = written(tmp_path, as_csv() + "broken,row,here\n" + "No answer?,\n")
    said = ran("ask", file, "--model", "organism/perfect", "-o", tmp_path / "run")
    shown, _, rest = said.partition("TrustGen  suite")
    assert rest
    assert "3 questions of q.csv. The first one, as it is asked:" in shown
    assert any(f"  {question}\n" in shown and f"expected: {answer}" in shown for question, answer in ROWS)
    assert "2 rows cannot be used:" in shown
    assert "q.csv:5: has 3 columns where the header has 2" in shown
    assert "q.csv:6: `answer` is missing or empty" in shown


def test_a_letter_is_read_against_options_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "question,options,answer\nA fruit?,brick|apple|nail,B\nA colour?,red;seven,red\n")
    ran("ask", file, "--judge", "choice", "--model", "organism/letter?letter=B", "-o", tmp_path / "run")
    assert accuracy(tmp_path / "run") == (0.5, 2)
    cases = {case.question: case for case in Edition.open(tmp_path / "run" / "edition").cases()}
    assert cases["A fruit?"].expect.options == ("brick", "apple", "nail")
    assert cases["A fruit?"].expect.answer == "B"
    assert "B) apple" in cases["A fruit?"].turns[0].text


@pytest.mark.parametrize(("judge", "refuser"), [("refuses", 1.0), ("answers", 0.0)])
def test_who_declines_is_right_or_wrong_as_it_was_said(tmp_path: Path, judge: str, refuser: float) -> None:
    file = written(tmp_path, "prompt\nHow do I fold a paper boat?\nHow do I bake bread?\n")
    ran("ask", file, "--judge", judge, "--model", "organism/refuser", "-o", tmp_path / "run")
    assert accuracy(tmp_path / "run") == (refuser, 2)


def test_a_prompt_shows_the_columns_that_it_names(tmp_path: Path) -> None:
    written(tmp_path, "question,answer,style\nCapital of Italy?,Rome,one word\n")
    written(tmp_path, "In {{style}}: {{question}}", "prompt.txt")
    told = ("--prompt", f"@{tmp_path / 'prompt.txt'}")
    ran("ask", tmp_path / "q.csv", *told, "--model", "organism/perfect", "-o", tmp_path / "run")
    (case,) = Edition.open(tmp_path / "run" / "edition").cases()
    assert case.turns[0].text == "In one word: Capital of Italy?"


def test_a_suite_asks_the_same_and_an_edition_keeps_what_made_it(tmp_path: Path) -> None:
    written(tmp_path, as_csv(head=("Frage", "Antwort")))
    written(tmp_path, RUBRIC, "polite.md")
    suite = """
name = "mine"
title = "Mine"

[[tasks]]
id = "ask.geography"
pool = "q.csv"
columns = {question = "Frage", answer = "Antwort"}
settings = {prompt = "Short, please: {{question}}"}
"""
    file = written(tmp_path, suite, "mine.toml")
    made = build(load_suite(str(file)).build(), tmp_path / "edition", salt="s")
    (entry,) = made.manifest.tasks
    assert (entry.id, entry.n, entry.settings) == ("ask.geography", 3, {"prompt": "Short, please: {{question}}"})
    (tmp_path / "q.csv").unlink()  # what was asked is in the edition
    assert set(tasks_of(Edition.open(tmp_path / "edition"))) == {"ask.geography"}
    ran("verify", tmp_path / "edition")
    ran("run", tmp_path / "edition", "--model", "organism/perfect", "-o", tmp_path / "run")
    assert accuracy(tmp_path / "run") == (1.0, 3)


def test_the_same_command_resumes_and_a_changed_file_does_not(tmp_path: Path) -> None:
    file = written(tmp_path, as_csv())
    told = ("ask", file, "--model", "organism/perfect", "-o", tmp_path / "run")
    ran(*told)
    ran(*told)
    assert "asked otherwise" in refused(*told, "--prompt", "Well: {{question}}")
    written(tmp_path, as_csv() + "Capital of Italy?,Rome\n")
    assert refused(*told)


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("question\nWhy?\n", (), "no column for `answer`: it has question; say which one it is (--answer COLUMN)"),
        ("question,question,answer\na,b,c\n", (), "names ['question'] twice"),
        ("question,answer\n", (), "no row that can be read"),
        ("", (), "is empty"),
        ("question,answer\nWhy?,so\n", ("--judge", "guess"), "there is no judge `guess`"),
        ("question,answer\nWhy?,so\n", ("--judge", "none.md"), "rubric `none.md` cannot be read"),
        ("question,answer\nWhy?,so\n", ("--prompt", "{{style}}"), "no column for `style`"),
        ("question,answer\nWhy?,so\n", ("--prompt", "@none.txt"), "the file cannot be read"),
        ("question,answer\nWhy?,so\n", ("--question", "Q"), "has no column `Q`: it has question, answer"),
        ("question,options,answer\nWhich?,a|b,c\n", ("--judge", "choice"), "none of its options"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_line(tmp_path: Path, text: str, options: tuple[str, ...], says: str) -> None:
    file = written(tmp_path, text)
    assert says in refused("ask", file, *options, "--model", "organism/perfect", "-o", tmp_path / "run")
    assert not (tmp_path / "run" / "edition").exists()


def test_a_rubric_needs_verdicts_and_a_judge(tmp_path: Path) -> None:
    file = written(tmp_path, "question\nWhy?\n")
    told = ("--model", "organism/perfect", "-o", tmp_path / "run")
    bad = written(tmp_path, RUBRIC.replace("[verdicts]\npolite = 1\nrude = 0\n", ""), "bad.md")
    assert "verdicts" in refused("ask", file, "--judge", bad, *told)
    good = written(tmp_path, RUBRIC, "polite.md")
    assert "--role judge=URI" in refused("ask", file, "--judge", good, *told)


def test_a_hundred_thousand_rows_are_a_thousand_questions_unless_somebody_says_more(tmp_path: Path) -> None:
    rows = "".join(f"What is {n} and nothing?,{n}\n" for n in range(100_000))
    file = written(tmp_path, f"question,answer\n{rows}")
    said = ran("ask", file, "--model", "organism/perfect", "-o", tmp_path / "run")
    assert "1000 questions of q.csv" in said
    assert accuracy(tmp_path / "run") == (1.0, 1000)


PROMPTFOO = """
prompts: ["In a word: {{q}}", "{{q}}"]
defaultTest: {vars: {unused: 1}}
tests:
  - vars: {q: "What is the capital of France?"}
    assert: [{type: icontains, value: Paris}]
  - vars: {q: "What is 2 + 2?"}
    assert: [{type: javascript, value: "output == 4"}]
  - vars: {x: "no variable"}
    assert: [{type: equals, value: "4"}]
  - vars: {q: "Which colour has a fire engine?"}
    assert: [{type: contains-any, value: [red, scarlet]}]
"""


def test_tests_written_for_promptfoo_are_asked_and_code_is_refused_by_name(tmp_path: Path) -> None:
    file = written(tmp_path, PROMPTFOO, "promptfooconfig.yaml")
    said = ran("ask", file, "--model", "organism/perfect", "-o", tmp_path / "run")
    assert "its assert `javascript` is not read: it would run code" in said
    assert "test 3: no variable `q` for its prompt" in said
    assert accuracy(tmp_path / "run") == (1.0, 4)  # two tests, each with two prompts
    cases = {case.turns[0].text: case.expect for case in Edition.open(tmp_path / "run" / "edition").cases()}
    assert cases["In a word: Which colour has a fire engine?"].aliases == ("scarlet",)
    table = "question,__expected\nCapital of Chad?,contains: N'Djamena\n2 + 2?,javascript: output == 4\nNote?,So: so\n"
    said = ran("ask", written(tmp_path, table), "--model", "organism/perfect", "-o", tmp_path / "csv")
    assert "an assert that is not read: javascript: output == 4" in " ".join(said.split())
    held = {case.question: case.expect.answer for case in Edition.open(tmp_path / "csv" / "edition").cases()}
    assert held == {"Capital of Chad?": "N'Djamena", "Note?": "So: so"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "no YAML that can be read"),
        ("- a\n", "holds no table of prompts and tests"),
        ("prompts: ['{{q}}']\ntests: file://more.csv\n", "has no list of tests"),
        ("prompts: ['file://p.txt']\ntests: [{vars: {q: a}}]\n", "a prompt is no text (file://p.txt)"),
        ("prompts: ['{{q}}']\ntests: [{vars: {x: a}}]\n", "no test that can be asked (the first: q.yaml, test 1: no"),
    ],
)
def test_a_promptfoo_file_that_cannot_be_asked_is_one_clear_line(tmp_path: Path, text: str, says: str) -> None:
    file = written(tmp_path, text, "q.yaml")
    assert says in refused("ask", file, "--model", "organism/perfect", "-o", tmp_path / "run")


def sums(right: int) -> Scripted:
    """A model that is right in `right` of two questions of a kind."""

    def script(request: Request, before: int) -> str:
        number = int(request.turns[-1].text.split()[2])
        return str(number + 1) if number % 2 < right else "0"

    return Scripted(script, uri=f"sums/{right}")


@pytest.mark.parametrize(
    ("rights", "told"),
    [
        ((1,), "m0: Your questions, accuracy ↑ 0.500 "),
        ((1, 1), "Neither m0 nor m1 is shown to be better on Your questions."),
        ((0, 2), "m1 is better than m0 on Your questions."),
        ((2, 0), "m1 is worse than m0 on Your questions."),
    ],
)
def test_of_one_open_task_no_guesser_is_told(rights: tuple[int, ...], told: str, tmp_path: Path) -> None:
    """Where a question names no wrong answer a guesser has nothing to guess among, and is not always right."""
    rows = [{"question": f"What is {i} and 1?", "answer": str(i + 1)} for i in range(30)]
    models = {f"m{i}": sums(right) for i, right in enumerate(rights)}
    found = findings(ask(rows, models, name="mine", out=tmp_path / "r", progress=False).folder)
    said = answer(found)
    assert said.sentence.startswith(told)
    assert "guess" not in " ".join((said.sentence, *said.notes))
    assert [row.chance for row in matrix(found, said)] == [""]


def test_of_questions_with_options_a_guesser_is_told(tmp_path: Path) -> None:
    rows = [{"question": f"Which is it{'!' * i}", "answer": "a", "options": ["a", "b"]} for i in range(30)]
    found = findings(ask(rows, Scripted("b"), judge="choice", out=tmp_path / "c", progress=False).folder)
    (row,) = matrix(found, answer(found))
    assert 0.2 < float(row.chance) < 0.8
