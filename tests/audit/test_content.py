"""Content: what one edition gives away of the next is planted here and must come out; else chance must."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.audit.content import Reading, content, core_of, masked, reuse
from trustgen.audit.guess import by_answers, guesses
from trustgen.core import Case, Expect, Record, Source, user

SOURCE = Source(origin="here", revision="1", licence="none")
WORDS = tuple(f"{a}{b}" for a in ("ba", "ce", "di", "fo", "gu") for b in ("lam", "nor", "pik", "sut", "vex"))


def labelled(seed: int, *, told: bool, n: int = 120) -> list[Case]:
    """Yes-no questions whose words tell the answer, or do not."""
    draw, cases = Random(seed), []
    for i in range(n):
        right = draw.choice(("yes", "no"))
        words = draw.sample(WORDS, 6) + ([f"sign{right}"] if told else [])
        draw.shuffle(words)
        record = Record.of("p", SOURCE, at=f"{seed}-{i}")
        expect = Expect(answer=right, options=("yes", "no"))
        cases.append(Case.of(record, "plain", user(" ".join(words)), expect=expect).sealed("t"))
    return cases


def choices(seed: int, *, rule: str, n: int = 150) -> list[Case]:
    """Two options. `rule` "option": the right one holds a word; "both": which word is right hangs on the question."""
    draw, cases = Random(seed), []
    for i in range(n):
        asked = draw.choice(("north", "south"))
        right, wrong = {"option": ("kind", "cruel"), "both": ("red", "blue") if asked == "north" else ("blue", "red")}[
            rule
        ]
        options = tuple(
            draw.sample([f"the {w} one of {draw.choice(WORDS)} {draw.choice(WORDS)}" for w in (right, wrong)], 2)
        )
        answer = next(o for o in options if f"the {right} " in o)
        record = Record.of("p", SOURCE, at=f"{seed}-{i}")
        text = f"Towards the {asked}: which?\nA) {options[0]}\nB) {options[1]}"
        cases.append(Case.of(record, "plain", user(text), expect=Expect(answer=answer, options=options)).sealed("t"))
    return cases


def test_labels_that_words_tell_are_guessed_and_others_are_not() -> None:
    """Planted: a word that goes with the answer. Not planted: none."""
    (told,), (untold,) = (
        guesses(labelled(1, told=True), labelled(2, told=True)),
        guesses(labelled(3, told=False), labelled(4, told=False)),
    )
    assert told.right > 0.95
    assert told.low <= told.right <= told.high
    assert untold.low < 0.5 < untold.high
    assert (told.even, told.cases) == (0.5, 120)


def test_the_option_alone_and_the_option_by_the_question_are_two_readers() -> None:
    """An option right whatever is asked is seen alone; one that is right for some questions only beside them."""
    alone, both = guesses(choices(1, rule="option"), choices(2, rule="option"))
    assert (alone.reader, both.reader) == ("option", "option by words")
    assert alone.right == 1.0
    alone, both = guesses(choices(1, rule="both"), choices(2, rule="both"))
    assert alone.low < 0.5 < alone.high
    assert both.right > 0.9


def test_the_many_arms_of_a_record_are_no_set_of_answers() -> None:
    """A choice asked in twenty forms was once a set of answers of its own, which nobody then learnt."""
    many = [
        Case.of(Record.of("p", SOURCE, at=case.cluster), f"dose {arm}", *case.turns, expect=case.expect).sealed("t")
        for case in choices(5, rule="option", n=20)
        for arm in range(20)
    ]
    assert {name: len(found) for name, found in by_answers(many).items()} == {"": 400}


def test_letters_stand_for_their_options() -> None:
    """A gold letter is read as the option's text."""
    lettered = [
        Case.of(
            Record.of("p", SOURCE, at=case.id),
            "plain",
            *case.turns,
            expect=Expect(answer="AB"[case.expect.options.index(case.expect.answer)], options=case.expect.options),
        ).sealed("t")
        for case in choices(5, rule="option")
    ]
    assert guesses(lettered, choices(6, rule="option"))[0].right == 1.0


def test_an_edition_tells_all_of_itself_and_nothing_of_another_subject() -> None:
    """Known and reuse are 1 against itself, 0 where nothing is shared."""

    def read(texts: list[str]) -> Reading:
        reading = Reading()
        for text in texts:
            record = Record.of("p", SOURCE, core=text)
            reading.record(record)
            reading.case(Case.of(record, "plain", user(text), expect=Expect()).sealed("t"))
        return reading

    one = read(["who lit the lamp in the hall", "why did the tide turn so early"])
    other = read(["this speaks of other matters than those"])
    same = content(one, one)
    assert (same.cores, same.known, same.reuse, same.guess) == (2, 1.0, 1.0, None)
    apart = content(one, other)
    assert (apart.cores, apart.known, apart.reuse) == (1, 0.0, 0.0)


def test_a_name_or_a_number_makes_no_new_core() -> None:
    """Without a `core` of its own, a record's masked fields are its core."""

    def told(text: str) -> str:
        return core_of(Record.of("p", SOURCE, text=text))

    assert told("He met Anna Berg in Oslo at 3.") == told("He met Bo Li in New York at 17.")
    assert told("He met Anna in Oslo.") != told("He left Anna in Oslo.")
    assert core_of(Record.of("p", SOURCE, core="a", text="x")) == core_of(Record.of("p", SOURCE, core="a", text="y"))


@given(st.text("aZé 39.#\n", max_size=60))
def test_masking_changes_nothing_twice(text: str) -> None:
    """What is masked holds no digit and no capital, never two slots in a row, and stays as it is."""
    once = masked(text)
    assert all(word == "#" or (word.isalpha() and word.islower()) for word in once)
    assert ("#", "#") not in pairwise(once)
    assert masked(" ".join(once)) == [word for word in once if word != "#"]


def test_runs_are_counted_over_cases() -> None:
    """Half of the cases known word for word, half new: .5."""

    def case(text: str) -> Case:
        return Case.of(Record.of("p", SOURCE, text=text), "plain", user(text), expect=Expect()).sealed("t")

    known, new = case("one may well ask what for"), case("nothing of this was ever said")
    assert reuse([known], [known, new]) == pytest.approx(0.5)


def test_what_cannot_be_learnt_is_left_alone() -> None:
    """One answer for all, or options without a word in common, give no guess that means anything, and no error."""
    same = [
        msgspec.structs.replace(c, expect=Expect(answer="yes", options=("yes", "no"))) for c in labelled(1, told=True)
    ]
    assert guesses(same, same) == []
    apart = [
        msgspec.structs.replace(c, expect=Expect(answer=f"+{i}", options=(f"+{i}", f"-{i}{i}")))
        for i, c in enumerate(labelled(2, told=False))
    ]
    assert all(guess.low <= 0.5 for guess in guesses(apart, apart[:60]))
