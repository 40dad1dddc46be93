"""How a question is put: with how to answer, which can be taken off again and nothing else with it."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from trustgen.vision.asked import ASKED, YES_NO, answer, bare, even, put, questions
from trustgen.vision.drawing import drawn
from trustgen.vision.layout import laid
from trustgen.vision.scene import filled


@given(st.integers(0, 2**32), st.integers(3, 8))
def test_how_to_answer_is_said_and_comes_off_again(seed: int, complexity: int) -> None:
    draw = Random(seed)
    scene = filled(drawn(draw, complexity, share="taught", person=False), draw)
    asked = questions(laid(scene, draw), draw)
    assert len({question.kind for question in asked}) >= len(ASKED) // 2
    for question in asked:
        said = put(question, draw)
        assert bare(said) == question.text
        assert said.startswith(f"{question.text} ")
        if question.options and question.options != YES_NO:
            assert all(said.count(option) for option in question.options)


def test_the_words_of_a_question_do_not_tell_its_answer() -> None:
    """Whether two things are alike is asked only where both answers can be had, and then each as often."""
    draw, golds = Random(1), Counter[tuple[str, str]]()
    for _ in range(800):
        scene = filled(drawn(draw, draw.choice((6, 7, 8)), share="taught"), draw)
        layout = laid(scene, draw)
        if question := even("same", layout, draw):
            aspect, *_ = question.about
            shapes = [thing.shape for thing in scene.things]
            pairs = ((one, other) for one in shapes for other in shapes if one != other)
            assert {answer("same", (aspect, *pair), layout) for pair in pairs} == set(YES_NO)
            golds[aspect, question.gold] += 1
    for aspect in ("colour", "size"):
        yes, no = golds[aspect, "yes"], golds[aspect, "no"]
        assert yes + no > 60
        assert abs(yes - no) < 4 * (yes + no) ** 0.5
    assert sum(even("colour", layout, draw) is not None for _ in range(5)) == 5


def test_other_text_stays() -> None:
    assert bare("Is this a poem? Answer in one line.") == "Is this a poem? Answer in one line."
