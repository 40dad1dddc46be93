"""How a question is put: with how to answer, which can be taken off again and nothing else with it."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from trustgen.vision.asked import ASKED, YES_NO, bare, put, questions
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


def test_other_text_stays() -> None:
    assert bare("Is this a poem? Answer in one line.") == "Is this a poem? Answer in one line."
