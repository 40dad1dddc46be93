"""The writer's builder: it has the template's labels, shows no answer, and keeps arms matched."""

from __future__ import annotations

import re
from random import Random

import pytest
from craft_records import CAPITAL, RIVER, Writer, fact

from trustgen.core import Case, Drafted, Record, Task, Unusable, crafted
from trustgen.craft import Choices, Claims, Open, Recall, SelfDoubt, Unanswerable, Walk, Written, choices, joined
from trustgen.craft.written import shown


def curious(prompt: str) -> str:
    """Words the question as a person would who names the subject that the template names."""
    name = next(n for n in re.findall(r"\b[A-Z][a-z]+\b", prompt) if n in ("Peru", "Norway"))
    return f"My child asked about {name}: which town leads it?"


RECORD = fact(
    aliases=["City of Kings", "Lma"],
    region="South America",
    population=34,
    motto="From Lima to the sea",
    note="x" * 400,
)


def cases(builder: Written, record: Record, seed: int) -> list[Case]:
    """The cases that a writer's builder worded."""
    return [draft.case if isinstance(draft, Drafted) else draft for draft in builder(record, Random(seed))]


def test_the_writer_sees_no_answer_and_labels_stay() -> None:
    writer = Writer(curious)
    (case,) = cases(Written(writer, Open()), RECORD, 1)
    assert case.question == "My child asked about Peru: which town leads it?"
    assert case.turns[0].text.startswith(case.question)
    assert (case.expect.answer, case.expect.aliases) == ("Lima", ("City of Kings", "Lma"))
    assert "South America" in writer.asked[0]
    assert not any(word in writer.asked[0] for word in ("Lima", "City of Kings", "Lma", "Oslo", "{{", "xxxx"))
    assert set(shown(RECORD, ("Lima",))) == {"subject", "relation", "region", "population"}


def test_a_path_and_what_lies_between_are_withheld() -> None:
    record = joined(CAPITAL, RIVER)
    assert record is not None
    writer = Writer(lambda _: "Which river?")
    list(Written(writer, Walk())(record, Random(1)))
    assert "Oslo" not in writer.asked[0]
    assert "Akerselva" not in writer.asked[0]
    assert "capital of Norway" in writer.asked[0]


@pytest.mark.parametrize("template", [Open(), choices(), SelfDoubt(), Claims(both=True), Recall()])
def test_it_has_the_face_of_its_template(template: Choices) -> None:
    writer = Writer(lambda prompt: "Well then: which one?")
    written = Written(writer, template)
    assert (written.by, template.by) == ("writer", "rule")
    made = cases(written, RECORD, 5)
    assert made == cases(written, RECORD, 5)
    assert all(isinstance(draft, Drafted) and draft.template.question != draft.case.question
               for draft in written(RECORD, Random(5)))  # fmt: skip
    assert all(case.question == "Well then: which one?" for case in made)
    assert all(case.turns[i].text.count(case.question) == 1 for case in made for i in range(len(case.turns))
               if case.question in case.turns[i].text)  # fmt: skip
    arms = [case.arm for case in template(RECORD, Random(5))]
    assert [case.arm for case in made] == arms


def test_arms_with_the_same_question_are_worded_once_and_twins_alike() -> None:
    writer = Writer(curious)
    plain, doubted = cases(Written(writer, SelfDoubt()), RECORD, 1)
    assert len(writer.asked) == 1
    assert doubted.turns[0] == plain.turns[0]
    writer.asked.clear()
    plain, nothing, premise = cases(Written(writer, Unanswerable()), RECORD, 1)
    name = nothing.tags["subject"]
    assert nothing.question == plain.question.replace("Peru", name)
    assert nothing.turns[0].text == plain.turns[0].text.replace("Peru", name)
    assert len(writer.asked) == 2  # the plain one and the false premise
    assert premise.expect.answer == "Lima"


def test_a_rejection_is_told_with_the_answer_blotted_out_and_another_seed() -> None:
    writer = Writer(lambda prompt: "Is it Lima?" if "earlier" not in prompt else "Which town leads Peru?")

    def check(made: object) -> str:
        return "gives Lima (City of Kings) away" if "Lima" in made.case.turns[0].text else ""  # type: ignore[attr-defined]

    task = Task(records=None, cases=Written(writer, Open()), judge=None, measures={}, id="t")  # type: ignore[arg-type]
    found = list(crafted(task, RECORD, "s", check))
    assert [(bool(c.reason), c.final) for c in found] == [(True, False), (False, True)]
    assert "gives … (…) away" in writer.asked[1]
    assert "Lima" not in writer.asked[1]
    assert writer.seeds[0] != writer.seeds[1]
    assert isinstance(found[1].case, Case)
    assert found[1].case.question == "Which town leads Peru?"


def test_an_empty_question_is_unusable() -> None:
    with pytest.raises(Unusable, match="empty question"):
        list(Written(Writer(lambda _: " "), Open())(RECORD, Random(1)))
