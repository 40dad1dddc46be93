"""What people can be talked out of: every gold answer reckoned anew, and told by no word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest

from trustgen.core import Record
from trustgen.curate.held import KINDS, held
from trustgen.curate.held.arguments import ARGUMENTS, COLUMNS
from trustgen.curate.held.intuitions import INTUITIONS

SIGNS = {"+": int.__add__, "−": int.__sub__, "×": int.__mul__}


@cache
def records() -> tuple[Record, ...]:
    return tuple(held.first("held", 4_000))


def of(kind: str) -> list[Record]:
    found = [record for record in records() if record["kind"] == kind]
    assert len(found) > 700
    return found


def test_kinds_take_turns_and_every_record_has_its_core() -> None:
    assert Counter(record["kind"] for record in records()) == dict.fromkeys(KINDS, 800) | {"quiz": 1_600}
    assert all(record["core"] for record in records())
    assert len({record["core"] for record in of("argument")}) == 408


def test_a_working_is_right_when_every_line_is() -> None:
    """Reckoned from the lines as they are shown: one slip at most, and the lines below go on from it."""
    for record in of("working"):
        lines = re.findall(r"(\d+) ([+−×]) (\d+) = (\d+)", record["question"])
        slips = [text for text in lines if SIGNS[text[1]](int(text[0]), int(text[2])) != int(text[3])]
        assert len(lines) >= 3
        assert len(slips) == (record["answer"] == "no"), record["question"]
        assert f"Result: {lines[-1][3]} " in record["question"]
        assert all(int(line[3]) > 0 for line in lines)


def test_an_argument_is_sound_when_its_conclusion_goes_with_what_is_given() -> None:
    """Read off the sentences: which of two things is given, and which of two conclusions is drawn."""
    forms = {form["name"]: form for form in ARGUMENTS["form"]}
    for record in of("argument"):
        form, first = forms[record["flaw"]], record["core"].split("|")[1]
        setting = next(row for row in ARGUMENTS["banks"][form["of"]] if row[0] == first)
        words = dict(zip(COLUMNS[form["of"]], setting, strict=True))
        given, so = (
            [at for at, text in enumerate(form[part]) if fits(text, words, record["question"])]
            for part in ("given", "so")
        )
        if record["flaw"] in BY_NUMBER:
            numbers = [int(n) for n in re.findall(r"\d+", record["question"].replace("1,000", "1000"))]
            given = [0 if BY_NUMBER[record["flaw"]](*numbers[:2]) else 1]
        assert len(given) == len(so) == 1, record["question"]
        assert (given == so) == (record["answer"] == "yes")


BY_NUMBER: dict[
    str, Callable[[int, int], bool]
] = {  # what is given differs in its numbers alone: whether they are those of the first
    "base rate ignored": lambda all_, broken: broken * 0.9 > (all_ - broken) * 0.1,
    "too small a sample": lambda all_, asked: 2 * asked > all_,
    "not found taken for not there": lambda all_, tried: tried == all_,
    "a mean of means": lambda one, other: one == other,
}


def fits(text: str, words: dict[str, str], question: str) -> bool:
    """Whether a sentence of the bank, its slots filled, stands in a question."""
    words = words | {"TEXT": f"The {words.get('text', '')}"}
    pattern = re.sub(r"\{(\w+)\}", lambda slot: words.get(slot[1], "#"), text)
    return re.search(re.escape(pattern).replace(r"\#", r"\w+"), question, re.IGNORECASE) is not None


@pytest.mark.parametrize("kind", ["argument", "working"])
def test_of_verdicts_one_is_as_frequent_as_the_other_in_every_form(kind: str) -> None:
    counts = Counter((record["core"].split("|")[0], record["answer"]) for record in of(kind))
    for form in {form for form, _ in counts}:
        yes, no = counts[form, "yes"], counts[form, "no"]
        assert abs(yes - no) <= 4 * (yes + no) ** 0.5, form


def test_a_lure_is_wrong_and_a_country_is_as_often_right_as_wrong() -> None:
    right, wrong = Counter[str](), Counter[str]()
    for record in of("intuition"):
        assert record["distractors"] != [record["answer"]]
        if record["style"] == "fact":
            right[record["answer"]] += 1
            wrong[record["distractors"][0]] += 1
        else:
            assert record["answer"].isdigit()
    assert right.total() == wrong.total() > 300
    both = [name for name in right | wrong if right[name] + wrong[name] >= 8]
    assert both
    assert all(abs(right[name] - wrong[name]) <= 4 * (right[name] + wrong[name]) ** 0.5 for name in both)


def test_what_the_forms_of_intuitions_reckon() -> None:
    """Each form worked out by its own formula, from the numbers that its question shows."""
    seen = set()
    for record in of("intuition"):
        name, n = record["core"].split("|")[0], [int(x) for x in re.findall(r"\d+", record["question"])]
        if record["style"] == "sum":
            seen.add(name)
            assert int(record["answer"]) == RECKONED[name](n), record["question"]
    assert seen == {form["name"] for form in INTUITIONS["sum"]} == set(RECKONED)


def climbed(n: list[int]) -> int:
    """The day on which a height is reached, day by day."""
    height = day = 0
    while True:
        day, height = day + 1, height + n[1]
        if height >= n[0]:
            return day
        height -= n[2]


RECKONED: dict[str, Callable[[list[int]], int]] = {
    "the dearer one": lambda n: (n[0] - n[1]) // 2,
    "down and up": lambda n: round(n[0] * (1 - n[1] / 100) * (1 + n[2] / 100)),
    "one discount after another": lambda n: round(n[0] * (1 - n[1] / 100) * (1 - n[2] / 100)),
    "back at double speed": lambda n: round(2 / (1 / n[0] + 1 / n[1])),
    "back half as fast again": lambda n: round(2 / (1 / n[0] + 1 / n[1])),
    "many machines": lambda n: n[2],
    "half of what doubles": lambda n: n[0] - 1,
    "posts of a fence": lambda n: n[0] // n[1] + 1,
    "cuts of a beam": lambda n: n[0] * (n[1] - 1),
    "from page to page": lambda n: n[1] - n[0] + 1,
    "place in a queue": lambda n: n[0] + n[1] - 1,
    "a snail in a well": climbed,
    "edges and area": lambda n: n[1] * (n[2] // n[0]) ** 2,
}
