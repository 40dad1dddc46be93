"""Written variations: what the writer sees, what it may change, and what happens when it fails."""

from __future__ import annotations

import json
from random import Random

import msgspec
import pytest
from vary_cases import QUESTIONS, RECORD, WRONG, mcq_case, open_case

from trustgen.core import (
    BARE,
    Case,
    Expect,
    Kit,
    Reply,
    Sampling,
    Task,
    Turn,
    Unusable,
    crafted,
    listed,
    user,
)
from trustgen.vary.written import blotted, lengthen, paraphrase, shorten


class Writer:
    """A bound model that keeps what it was asked, and replies in turn what it is given."""

    role = "writer"
    uri = "test"

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.asked: list[str] = []
        self.sampling: list[Sampling] = []

    def ask(self, *turns: Turn, sampling: Sampling = Sampling()) -> Reply:  # noqa: B008
        """The next reply; the last one again and again."""
        self.asked.append(turns[-1].text)
        self.sampling.append(sampling)
        return Reply(self.replies.pop(0) if len(self.replies) > 1 else self.replies[0])


def says(question: str) -> str:
    return json.dumps({"question": question})


NEW = "France has a capital. Which one?"


def test_only_the_question_is_shown_and_only_it_is_changed() -> None:
    writer = Writer(says(NEW))
    case = open_case(aliases=("City of Light",))
    made = paraphrase(writer)(case, Random(1))
    assert made is not None
    assert made.turns[0].text == f"{NEW} Reply with the name of the city only."
    assert made.question == NEW
    assert made.expect == case.expect
    assert QUESTIONS[0] in writer.asked[0]
    assert not any(word in writer.asked[0] for word in ("Paris", "City of Light", *WRONG, "name of the city", "{{"))
    assert writer.sampling[0].temperature == 0.7
    assert writer.sampling[0].schema is not None


def test_options_are_not_shown_and_stay() -> None:
    writer = Writer(says(NEW))
    case = mcq_case()
    made = shorten(writer)(case, Random(1))
    assert made is not None
    assert made.turns[0].text == f"{NEW}\n\n{listed(case.expect.options)}\n\nReply with the letter only."
    assert not any(option in writer.asked[0] for option in case.expect.options)


def test_the_seed_belongs_to_the_draw() -> None:
    writer = Writer(says(NEW))
    for seed in (1, 1, 2):
        paraphrase(writer)(open_case(), Random(seed))
    assert writer.asked[0] == writer.asked[1]
    first, again, other = (sampling.seed for sampling in writer.sampling)
    assert first == again != other


def test_why_an_attempt_was_rejected_is_told_without_the_answer() -> None:
    writer = Writer(says(NEW))
    paraphrase(writer)(open_case(aliases=("Lutetia",)), Random(1), mend="it gives `Paris` (or lutetia) away")
    assert "it gives `…` (or …) away" in writer.asked[0]
    choice = mcq_case("Which city?", "Paris")
    paraphrase(writer)(choice, Random(1), mend="A reader sees Paris in it")
    assert "A reader sees … in it" in writer.asked[1]
    assert blotted("Parisian", Expect(answer="Paris"), "") == "Parisian"
    assert blotted("Paris", Expect(answer="Paris"), "Is Paris big?") == "Paris"


def test_no_writer_takes_the_rule_and_says_so() -> None:
    writer = Writer(says(NEW))
    for make in (paraphrase, shorten, lengthen):
        assert make(Kit({"writer": writer}).role("writer")).by == "writer"
        assert make(BARE.role("writer")).by == "rule"
        assert make(None).name == make(writer).name


@pytest.mark.parametrize("reply", [says(""), says(f"  {QUESTIONS[0]} ")])
def test_nothing_changed_is_none(reply: str) -> None:
    assert paraphrase(Writer(reply))(open_case(), Random(1)) is None


def test_a_reply_that_is_no_json_is_unusable() -> None:
    with pytest.raises(Unusable, match="no usable JSON"):
        paraphrase(Writer("I would rather not."))(open_case(), Random(1))


def test_every_wording_of_every_prompt_holds_its_slots() -> None:
    writer = Writer(says(NEW))
    for step in (paraphrase(writer), shorten(writer), lengthen(writer)):
        writer.asked.clear()
        for seed in range(30):
            step(open_case(), Random(seed), mend="too long")
        assert len(set(writer.asked)) >= 3
        assert all("too long" in text and QUESTIONS[0] in text and '{"question"' in text for text in writer.asked)


def test_a_rejected_attempt_is_told_to_the_next_one() -> None:
    writer = Writer(says("What about Spain?"), says(NEW))
    from trustgen.vary.combine import each

    task = Task(
        records=None,  # type: ignore[arg-type]
        cases=lambda record, draw: [Case.of(record, "plain", user(QUESTIONS[0]), expect=Expect(answer="Paris"))],
        judge=None,  # type: ignore[arg-type]
        measures={},
        vary=each(paraphrase(writer), keep_original=False),
        id="t",
    )
    found = list(crafted(task, RECORD, "s", lambda made: "names Spain" if "Spain" in made.case.turns[0].text else ""))
    assert [(c.reason, c.final) for c in found] == [("names Spain", False), ("", True)]
    assert found[1].case.steps == ("paraphrase:writer",)
    assert "names Spain" in writer.asked[1]
    assert msgspec.json.encode(found[1].case)
