"""Dialogues: role flips and interruptions, by marker and without, at planted rates."""

from __future__ import annotations

import pytest
from audit_cases import case

from trustgen.audit.dialogue import Dialogues, Markers, is_dialogue, read_dialogue
from trustgen.core import Turn, assistant, system, user

ASK, REPLY = user("Instruction: write a line about the harbour."), assistant("Solution: The harbour sleeps.")


def read(*turns: Turn) -> tuple[bool, bool]:
    """Whether a dialogue flips and whether it is interrupted."""
    found = read_dialogue(case(0, turns=turns))
    return found.flipped, found.interrupted


@pytest.mark.parametrize(
    ("turns", "flipped", "interrupted"),
    [
        ((ASK, REPLY, ASK), False, False),
        ((ASK, assistant("Instruction: now you write one."), ASK), True, False),
        ((user("Solution: here is mine."), REPLY, ASK), True, False),
        ((ASK, assistant("The harbour sleeps."), ASK), False, True),  # neither marker nor end
        ((ASK, REPLY, user("TASK_DONE")), False, False),
        ((user("Where is the harbour?"), assistant("In the north."), user("And the mill?")), False, False),
        ((user("Where is it?"), assistant("As the user, I would like to know."), user("And?")), True, False),
        ((user("Where is it?"), assistant("North.\nUser: and the mill?"), user("And?")), True, False),
        ((user("How can I help you today?"), assistant("North."), user("And?")), True, False),
        ((user("As an AI language model, I cannot say."), user("And?")), True, False),
        ((user("Where is it?"), assistant("The harbour lies in the north of the town, behind the"), user("And?")),
         False, True),
        ((user("Where is it?"), assistant("north"), user("Thanks")), False, False),  # short turns need no full stop
        ((user('Translate "How can I help you today?" into Welsh.'), user("And?")), False, False),  # quoted
        ((user("I work as a user researcher, and the users like it."), user("And?")), False, False),
    ],
)  # fmt: skip
def test_what_flips_and_what_breaks_off(turns: tuple[Turn, ...], flipped: bool, interrupted: bool) -> None:
    assert read(*turns) == (flipped, interrupted)


def test_one_turn_is_no_dialogue() -> None:
    assert not is_dialogue(case(0))
    assert not is_dialogue(case(0, turns=(system("Be brief."), user("Where is it?"))))
    counted = Dialogues()
    counted.add(case(0))
    assert counted.count == 0
    assert counted.role_flip.value != counted.role_flip.value  # nan over nothing


def test_planted_rates_are_recovered() -> None:
    counted = Dialogues()
    for i in range(100):
        reply = assistant("Instruction: you write it.") if i < 12 else REPLY
        last = user("Something that nobody marked.") if i % 4 == 0 else ASK
        counted.add(case(i, turns=(ASK, reply, last)))
    assert counted.count == 100
    assert counted.turns == 300
    assert counted.role_flip.value == pytest.approx(0.12)
    assert counted.role_flip.low == pytest.approx(0.0700, abs=1e-3)  # Wilson for 12 of 100
    assert counted.role_flip.high == pytest.approx(0.1981, abs=1e-3)
    assert counted.interruption.value == pytest.approx(0.25)


def test_other_markers() -> None:
    markers = Markers(("Tutor:",), ("Pupil:",), ("Bell.",))
    turns = (user("Tutor: name a mill."), assistant("Tutor: name it yourself."), user("Bell."))
    found = read_dialogue(case(0, turns=turns), markers)
    assert (found.flipped, found.interrupted) == (True, False)
