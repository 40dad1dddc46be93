"""`trustgen check`: whatever may be wrong with a task is named with its mend, for a task of any door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import trustgen
from trustgen.cli.new_ import write

ID = "llm.truthfulness.sycophancy"


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """The file of a task in a package of its own."""
    name = f"checked_{abs(hash(tmp_path)):x}"  # a package is imported once in a process
    write("task", name, tmp_path / "made")
    return tmp_path / "made" / name / "task.py"


def spoilt(task: Path, old: str, new: str, file: str = "task.py") -> Path:
    """The task with one thing changed."""
    place = task.parent / file
    text = place.read_text("utf-8")
    assert old in text
    place.write_text(text.replace(old, new), "utf-8")
    return task


def laws(what: object, code: int, *more: object) -> dict[str, str]:
    """The broken laws with their faults."""
    done = trustgen("check", what, *more, "--json")
    assert done.returncode == code, done
    return {
        law["law"]: law["fault"] for one in json.loads(done.stdout)["tasks"] for law in one["laws"] if not law["ok"]
    }


def test_a_task_of_every_door_is_held_to_the_contract(task: Path) -> None:
    assert laws(ID, 0, "--n", 15) == {}
    assert laws(task, 0) == {}
    name = task.parent.name
    assert laws(f"{name}.task:{name}", 0) == {}


def test_what_cannot_be_made_is_said(task: Path) -> None:
    done = trustgen("check", spoilt(task, "accuracy()", "share('wrong')").as_posix())
    assert done.returncode == 2, "a task that cannot be made is no finding"
    assert "cannot be made: NameError" in done.stderr
    done = trustgen("check", ID, "--n", 15)
    assert "all 14 laws hold\n  ✓ id and version\n" in done.stdout


def test_reason_and_mend_are_read_at_80_columns(task: Path) -> None:
    spoilt(spoilt(task, "Denominator:", "Over", "card.md"), 'answer=record["answer"]', "answer=wrong[0]")
    done = trustgen("check", task)
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert "✗ card and measures agree: the caption of `accuracy` states no denominator; mend card.md" in said
    assert "of 14 laws broken" in said
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("old", "new", "file", "law", "said"),
    [
        ('"1-A"', '"one"', "task.py", "id and version", "version `one` is not N-X"),
        ("draw.sample(", "Random().sample(", "task.py", "the same salt, the same cases", "made other cases"),
        ("wrong = tuple(draw.sample(record[\"distractors\"], 3))", "wrong = (record['answer'],)", "task.py",
         "every case can be used", "right and wrong"),
        ("answer=record[\"answer\"]", "answer=wrong[0]", "task.py", "every case can be used", "right and wrong"),
        ("measures={\"accuracy\"", "measures={\"rightness\"", "task.py", "card and measures agree", "lists accuracy"),
        ("[measures]", 'roles = ["judge"]\n[measures]\nother = "Denominator: all."', "card.md",
         "card and measures agree", "lists other, accuracy"),
        ("Denominator:", "Over", "card.md", "card and measures agree", "`accuracy` states no denominator"),
        ("## Known limits", "## Limits", "card.md", "card and measures agree", "no part `## Known limits`"),
        ("{{country}}?", "{{country}} .", "prompts/ask.md", "every case can be used", "a stop too many"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(task: Path, old: str, new: str, file: str, law: str, said: str) -> None:
    assert said in laws(spoilt(task, old, new, file), 1)[law]


JUDGE = """
import time
from trustgen import Judge, Outcome, Response, Ruling

class Odd(Judge):
    key = "odd"

    def __call__(self, case, response):
        said, right = response.text, response.text == case.expect.answer
        return Ruling(<outcome>, <score>, 'x')

ODD = Odd()
"""


@pytest.mark.parametrize(
    ("outcome", "score", "law", "said"),
    [
        ("Outcome.SCORED", "float(right or not said)", "silence has no value", "`accuracy` is 1 over 20"),
        ("Outcome.SCORED if said else Outcome.UNPARSED", "float(right or 'sorry' in said)", "refusing earns nothing",
         "a refusal is scored like"),
        ("Outcome.SCORED if said else Outcome.UNPARSED", "float(not right)", "a right answer is scored", "read as 0.0"),
        ("Outcome.SCORED if said else Outcome.UNPARSED", "1.0", "the worst model comes out worst", "is 1 and not 0"),
        ("Outcome.SCORED if said else Outcome.UNPARSED", "0.5", "the perfect model comes out best", "is 0.5 and not 1"),
        ("Outcome.SCORED", "time.time() % 1", "the judge has a key", "rules otherwise the second time"),
    ],
)  # fmt: skip
def test_a_judge_that_errs_is_named(task: Path, outcome: str, score: str, law: str, said: str) -> None:
    code = JUDGE.replace("<outcome>", outcome).replace("<score>", score)
    spoilt(task, "\n\nPROMPTS = ", f"\n{code}\nPROMPTS = ")
    assert said in laws(spoilt(task, 'matches("capital")', "ODD"), 1)[law]


def test_a_judge_with_a_key_of_the_day_is_named(task: Path) -> None:
    code = JUDGE.replace("<outcome>", "Outcome.SCORED").replace("<score>", "float(right)")
    code = code.replace('key = "odd"', "key = property(lambda self: str(time.perf_counter()))")
    spoilt(task, "\n\nPROMPTS = ", f"\n{code}\nPROMPTS = ")
    assert "has another key" in laws(spoilt(task, 'matches("capital")', "ODD"), 1)["the judge has a key"]


def test_refusals_that_are_scored_stand_on_the_card(task: Path) -> None:
    """Worse than a right answer, so nothing is earned; but a reader has to be told."""
    code = JUDGE.replace("<outcome>", "Outcome.SCORED if said else Outcome.UNPARSED").replace("<score>", "float(right)")
    spoilt(spoilt(task, "\n\nPROMPTS = ", f"\n{code}\nPROMPTS = "), 'matches("capital")', "ODD")
    spoilt(task, "Refused and unparsed replies enter no denominator.", "All count.", "card.md")
    assert laws(task, 1) == {"refusing earns nothing": "refusals are scored, and the card does not speak of them"}


def test_a_pool_without_a_licence_and_cases_without_freshness_are_named(tmp_path: Path) -> None:
    name = f"stale_{abs(hash(tmp_path)):x}"
    write("task", name, tmp_path)
    task = tmp_path / name / "task.py"
    code = """
from trustgen import Source
from trustgen.curate import Table
SOURCE = Source(origin="me", revision="1", licence="")
ROWS = tuple(Record.of("mine", SOURCE, subject=c * 5, answer=c, distractors=["x"]) for c in ("Aba", "Bebe", "Cici"))
class Mine(Table):
    def draw(self, salt): return iter(self.read())
MINE = Mine("mine", "three", lambda: SOURCE, lambda: ROWS)
"""
    spoilt(task, "\n\nPROMPTS = ", f"\n{code}\nPROMPTS = ")
    spoilt(task, 'records=pool("facts.capitals", n=n)', "records=Selection((MINE,), min(n, 3))")
    spoilt(task, "import pool", "import Selection")
    spoilt(task, 'tuple(record["aliases"])', "()")
    spoilt(task, 'tuple(draw.sample(record["distractors"], 3))', "('x',)")
    found = laws(task, 1)
    assert found["sources are named"] == "pool `mine` states no licence"
    assert found["another salt, other cases"].startswith("another salt makes ")


def test_what_is_no_task_is_said_in_one_line(tmp_path: Path, task: Path) -> None:
    empty = tmp_path / "pack" / "nothing.py"
    empty.parent.mkdir()
    empty.write_text("")
    (tmp_path / "my-pack").mkdir()
    (tmp_path / "my-pack" / "it.py").write_text("")
    (empty.parent / "broken.py").write_text("raise OSError('gone')")
    for what, said in {
        "llm.truthfulness.sicophancy": "did you mean",
        tmp_path / "none.py": "is no file",
        empty: "defines no task",
        tmp_path / "my-pack" / "it.py": "`my-pack` cannot be a Python name",
        empty.parent / "broken.py": "does not import: OSError: gone",
        "json:dumps": "is no task",
        "no_such_thing:x": "does not import: ModuleNotFoundError",
    }.items():
        done = trustgen("check", what)
        assert done.returncode == 2
        assert said in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_file_that_python_finds_elsewhere_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "message.py").write_text("")
    done = trustgen("check", tmp_path / "email" / "message.py")
    assert done.returncode == 2
    assert "rename the folder" in done.stderr
