"""Two wordings: what is the same passes, what asks something else is named.

The pairs are not those of the labelled set.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.audit import wording
from trustgen.audit.reading import base, read
from trustgen.audit.wording.meaning import changed_claim, changed_meaning
from trustgen.audit.wording.names import akin

SAME = (
    ("Who wrote the novel Emma?", "Emma is a novel by which author?"),
    ("In what year was the Eiffel Tower completed?", "The Eiffel Tower was finished in what year?"),
    ("How many players are on a football team?", "What's the number of players that a football team fields?"),
    ("Which planet is closest to the Sun?", "Of all the planets, which orbits nearest to the Sun?"),
    (
        "A farmer has 12 cows and buys 5 more. How many cows does he have now?",
        "After purchasing five additional cows, how many does a farmer who had a dozen own?",
    ),
    (
        "Anna is taller than Ben. Ben is taller than Cleo. Who is the shortest?",
        "Cleo is shorter than Ben, who in turn is shorter than Anna. Which of them is the shortest?",
    ),
    ("Is it legal to drive without a licence in Germany?", "In Germany, may one drive without having a licence?"),
    ("Why do leaves turn red in autumn?", "What is the reason that leaves become red in autumn?"),
    ("Who painted the Mona Lisa?", "The Mona Lisa was painted by whom?"),
    ("Tom gave Mary his pen. Who has the pen now?", "Mary was given a pen by Tom, his own. Who's got the pen now?"),
    (
        "A recipe needs 200 g of flour for 4 people. How much flour is needed for 6 people?",
        "If 4 people require 200 grams of flour, how many grams are required for 6 people?",
    ),
    ("Which of these animals is not a mammal?", "Which one of the following animals isn't a mammal?"),
    ("When did World War II end?", "In which year did the Second World War come to an end?"),
    (
        "Lena arrived before Max, and Max arrived before Olga. Who arrived last?",
        "Olga came after Max, and Max after Lena. Who was the last to arrive?",
    ),
    (
        "At least how many witnesses must sign a will?",
        "What is the minimum number of witnesses who have to sign a will?",
    ),
    (
        "A shop sells apples at 2 euros per kilo. What do 3 kilos cost?",
        "Apples cost 2 euros a kilo. How much are 3 kilos?",
    ),
    ("What is the longest river in Africa?", "Which African river is the longest?"),
    ("How many sides does a hexagon have?", "Good morning! The tea is still hot. A hexagon has how many sides?"),
)
OTHER = (
    ("Who wrote the novel Emma?", "Who published the novel Emma?", "became"),
    ("Which planet is closest to the Sun?", "Which planet is closest to the Earth?", "sun"),
    ("Anna is taller than Ben. Who is taller?", "Ben is taller than Anna. Who is taller?", "changed places"),
    ("Anna is older than Ben. Who has more candles?", "Anna is younger than Ben. Who has more candles?", "became"),
    ("Is it legal to drive without a licence?", "Is it legal to drive with a licence?", "negation"),
    ("Is it legal to smoke here?", "Is it illegal to smoke here?", "opposites"),
    ("Is the mixture stable at night?", "Is the mixture unstable at night?", "opposites"),
    ("Tom gave Mary his pen. Who has it now?", "Mary gave Tom her pen. Who has it now?", "changed places"),
    ("Which of these animals is not a mammal?", "Which of these animals is a mammal?", "negation"),
    ("A farmer has 12 cows and buys 5 more. How many has he?",
     "A farmer has 12 cows and buys 6 more. How many has he?", "5"),
    ("Lena arrived before Max. Who arrived last?", "Lena arrived before Max. Who arrived first?", "became"),
    ("What gas do plants absorb in the light?", "What gas do plants release in the light?", "became"),
    ("At least how many witnesses must sign?", "At most how many witnesses may sign?", "least"),
    ("The blue box holds a ring and the red box a coin. What is in the red box?",
     "The blue box holds a coin and the red box a ring. What is in the red box?", "changed places"),
    ("All students who passed got a prize. Did Ana get one?",
     "Some students who passed got a prize. Did Ana get one?", "some"),
    ("What is the longest river in Africa?", "What is a long river in Africa?", "superlative"),
    ("The judge fined the landlord. Who was fined?", "The landlord fined the judge. Who was fined?", "changed places"),
    ("Who taught Plato?", "Whom did Plato teach?", "other party"),
    ("Who was elected in Rome?", "When was he elected in Rome?", "kind"),
    ("How many legs does an ant have?", "How many feelers does an ant have?", "feeler"),
    ("A bus goes from Rome to Bari. How far is it?", "A bus goes to Rome from Bari. How far is it?", "Rome"),
    ("Every box except the green one is empty. Which is full?",
     "Every box including the green one is empty. Which is full?", "all but"),
    ('What does the word "hardly" mean?', 'What does the word "barely" mean?', "quoted"),
    ("What does len([1, 2]) return?", "What does len([1, 2, 3]) return?", "program"),
    ("Who was the mayor of Bonn?", "Who will be the mayor of Bonn?", "future"),
    ("Which river flows through Cairo?", "Sure, here you are.", "off topic"),
    ("What is the only planet with people?", "What is the planet with people?", "only"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after"), SAME)
def test_the_same_in_other_words_passes(before: str, after: str) -> None:
    assert changed_meaning(before, after) == ""


@pytest.mark.parametrize(("before", "after", "named"), OTHER)
def test_another_meaning_is_named(before: str, after: str, named: str) -> None:
    assert named.casefold() in changed_meaning(before, after).casefold()


def test_converse_and_reversed_says_the_same() -> None:
    assert changed_meaning("Anna is older than Ben. Who is 9?", "Ben is younger than Anna. Who is 9?") == ""
    assert changed_meaning("Anna is older than Ben. Who is 9?", "Ben is older than Anna. Who is 9?") != ""
    assert changed_meaning("Anna is older than Ben. Who is 9?", "Anna is younger than Ben. Who is 9?") != ""


def test_numbers_are_compared_by_value() -> None:
    asked = "A hall seats 1,200 people in 40 rows at 9:30. How many sit in a row?"
    again = "At half past nine forty rows seat 1200 people in a hall. How many sit in a row?"
    assert read(asked).numbers == {"1200", "40", "9:30"}
    assert changed_meaning(asked, again) == ""
    assert "1200" in changed_meaning(asked, again.replace("1200", "1300"))
    for text, values in (
        ("sixteen hundred men", {"1600"}),
        ("1.6k men", {"1600"}),
        ("twenty-one hundred and five men", {"2105"}),
        ("1.2 million men", {"1200000"}),
        ("in nineteen eighty-four", {"1984"}),
        ("five and six men", {"5", "6"}),
    ):
        assert read(text).numbers == values, text
    assert read("five and six men").tokens == read("five, six men").tokens


def test_a_claim_may_bring_answers_but_no_other_number() -> None:
    asked = "In which year did Rex open the hall?"
    assert changed_claim(asked, "Rex opened the hall in 1950.", ("1950", "1951")) == ""
    assert "1952" in changed_claim(asked, "Rex opened the hall in 1952.", ("1950", "1951"))
    assert "one of" in changed_claim(asked, "Rex was one of the openers of the hall in 1950.", ("1950",))
    assert "Rex".lower() in changed_claim(asked, "The hall was opened in 1950.", ("1950",))


@pytest.mark.parametrize(
    ("claim", "held", "named"),
    [
        ("A spider walks on eight legs.", True, ""),
        ("A spider has fewer than ten legs.", True, ""),
        ("A spider has eight eyes.", True, "eye"),
    ],
)
def test_a_claim_is_about_what_was_asked(claim: str, held: bool, named: str) -> None:
    reason = changed_claim("How many legs does a spider have?", claim, ("8", "6", "10"), held=held)
    assert named in reason
    assert bool(reason) == bool(named)


def test_a_claim_labelled_true_may_not_turn_the_question() -> None:
    asked, claim = "Which planet is nearest to the Sun?", "Mercury is the planet farthest from the Sun."
    assert changed_claim(asked, claim, ("Mercury",), held=True)
    assert changed_claim(asked, claim, ("Mercury",), held=False) == ""


def test_names_that_begin_alike_may_be_others() -> None:
    assert akin("brazil", "brazilian")
    assert not akin("austria", "australia")


@pytest.mark.parametrize(
    ("some", "other"),
    [
        ("cities", "city"),
        ("running", "ran"),
        ("stopped", "stop"),
        ("wrote", "writing"),
        ("made", "make"),
        ("boxes", "box"),
    ],
)
def test_forms_of_a_word_have_one_base(some: str, other: str) -> None:
    assert base(some) == base(other)


@given(st.text(max_size=200))
def test_every_text_can_be_read_and_is_its_own_paraphrase(text: str) -> None:
    assert changed_meaning(text, text) == ""
    reading = read(text)
    assert len(reading.tokens) == len(reading.written)
    assert set(reading.firm_numbers) <= set(reading.numbers) <= set(reading.tokens)


def test_the_rest_of_the_audit_knows_only_the_door() -> None:
    """What stands behind `audit.wording` is frozen: nothing else may come to lean on it."""
    root = Path(wording.__file__).parents[1]
    others = [path for path in root.glob("*.py") if re.search(r"wording\.\w+ import", path.read_text("utf-8"))]
    assert not others
