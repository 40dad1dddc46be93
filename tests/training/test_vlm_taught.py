"""What `tiny-vlm` is taught: the same examples everywhere, of what may be taught alone, each question for itself."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from random import Random
from typing import Any

import numpy as np
import pytest

from tiny_vlm import domain
from tiny_vlm.domain import ANSWER, CELLS, DESCRIBE, END, KINDS, LONGEST, NUMBER, ROW, WORDS, Example, Told, example
from trustgen.core import keyed
from trustgen.vision.asked import ASKED
from trustgen.vision.layout import Box, Item, Layout
from trustgen.vision.scene import Scene, Thing
from trustgen.vision.spelled import MISSPELT, pieces
from trustgen.vision.wording import plural
from trustgen.vision.world import COLOURS, HELD_OUT, SIZES, words


@cache
def some(count: int = 200) -> list[Example]:
    return [example("tried", at, at / count) for at in range(count)]


@cache
def told(count: int = 300) -> list[tuple[Layout, list[Told]]]:
    made = []
    for at in range(count):
        draw = keyed("tests", "told", str(at))
        layout = domain.layout_of(draw)
        made.append((layout, domain.asked(layout, draw, at / count)))
    return made


def questions(one: Example) -> list[tuple[list[str], list[str], float]]:
    """What is asked in a row, what is learnt of it, and what that weighs in all."""
    made = []
    for part in range(1, one.parts.max() + 1):
        here = one.parts == part
        learnt = here & (one.targets > 0)
        question = [WORDS[at] for at in one.ids[here & (one.targets == 0)]]
        answer = [WORDS[at] for at in one.targets[learnt]]
        assert WORDS[one.ids[learnt][0]] == ANSWER
        assert answer.pop() == END
        made.append((question, answer, float(one.weights[learnt].sum())))
    return made


def test_an_example_is_drawn_by_its_number_alone() -> None:
    one, again, other = example("tried", 3, 0.5), example("tried", 3, 0.5), example("tried", 4, 0.5)
    for name in Example._fields:
        assert np.array_equal(getattr(one, name), getattr(again, name)), name
    assert not np.array_equal(one.picture, other.picture)


def test_only_taught_pairs_and_words_are_shown_and_asked_of() -> None:
    """Not even as what is absent: a pair that only ever comes so would be learnt as no."""
    held = set(words("held"))
    pairs = [f"{colour} {name}" for shape, colour in HELD_OUT.items() for name in (shape, plural(shape))]
    for layout, asked in told():
        assert all(HELD_OUT[thing.shape] != thing.colour for thing in layout.scene.things)
        assert layout.scene.word not in held
        assert layout.scene.person is None
        for one in asked:
            said = f"{one.text} {one.gold}"
            assert not [pair for pair in pairs if re.search(rf"\b{pair}\b", said)], said
            assert not held & set(re.findall(r"[A-Z]{3,5}", said))


class Fixed(Random):
    """Draws letters of given words, one after the other."""

    def __init__(self, *texts: str) -> None:
        super().__init__(1)
        self.texts = list(texts)

    def random(self) -> float:
        return 0.9  # letters, and no word of the list

    def choices(self, population: Any, *_: Any, **__: Any) -> list[Any]:
        return list(self.texts.pop(0))


def test_letters_that_happen_to_be_a_held_out_word_are_drawn_again() -> None:
    assert domain._word(Fixed(words("held")[0], words("held")[1], "XQZ")) == "XQZ"


def test_a_row_holds_questions_with_their_right_answers() -> None:
    for at, one in enumerate(some()):
        draw = keyed("tiny-vlm", "tried", str(at))
        layout = domain.layout_of(draw)
        draw.random()  # whether it is drawn finely
        right = {pieces(known.text): pieces(known.gold) for known in domain.asked(layout, draw, at / 200)}
        rows = questions(one)
        assert len(rows) >= 4
        for question, answer, _ in rows:
            like = [gold for text, gold in right.items() if _alike(question, text)]
            assert tuple(answer) in like
        for part in range(1, one.parts.max() + 1):
            assert one.places[one.parts == part].tolist() == list(range((one.parts == part).sum()))
        assert not one.weights[one.targets == 0].any()


def _alike(question: list[str], text: tuple[str, ...]) -> bool:
    """Whether they are the same but for what cannot be read."""
    return len(question) == len(text) and all(one in (MISSPELT, two) for one, two in zip(question, text, strict=True))


def test_a_long_answer_weighs_as_the_root_of_its_length() -> None:
    lengths = set()
    for one in some():
        for _, answer, weight in questions(one):
            count = len(answer) + 1
            lengths.add(count)
            assert weight == pytest.approx(count**0.5, rel=1e-5)
    assert min(lengths) == 2
    assert max(lengths) > 20


def test_every_kind_is_asked_and_relations_more_often_later() -> None:
    early, late = Counter[str](), Counter[str]()
    for at in range(150):
        for found, part in ((early, 0.0), (late, 1.0)):
            draw = keyed("tests", "kinds", str(at))
            found.update(one.kind for one in domain.asked(domain.layout_of(draw), draw, part)[:6])
    assert set(early) == set(late) == {*ASKED, DESCRIBE}
    assert late["relation"] + late["same"] > 1.5 * (early["relation"] + early["same"])
    assert early["presence"] > 1.3 * late["presence"]


def test_one_question_in_ten_has_a_word_that_cannot_be_read() -> None:
    asked = [text for one in some() for text, _, _ in questions(one)]
    assert 0.07 < sum(MISSPELT in text for text in asked) / len(asked) < 0.13
    assert max(text.count(MISSPELT) for text in asked) == 1


def test_every_question_and_answer_has_room_and_known_words() -> None:
    for _, asked in told():
        for one in asked:
            said = (*pieces(one.text), *pieces(one.gold))
            assert set(said) <= set(NUMBER)
            assert len(pieces(one.text)) <= 24
            assert len(said) + 2 <= LONGEST < ROW


def test_a_caption_says_all_that_is_there_in_one_order() -> None:
    star, ring = Thing("a", "star", "red", "small", 2), Thing("b", "circle", "orange", "large")
    scene = Scene((star, ring), word="STOP", background="light blue")
    wanted = "a large orange circle, two small red stars, the word STOP, on a light blue background"
    assert domain.caption(scene) == domain.caption(Scene((ring, star), word="STOP", background="light blue")) == wanted


def test_a_map_says_what_lies_where() -> None:
    thing = Thing("a", "star", "red", "large")
    layout = Layout(Scene((thing,), background="white"), (Item("a", 0, Box(0.25, 0.75, 0.26, 0.26)),))
    made = domain.map_of(layout)
    facts = [KINDS.index("star"), tuple(COLOURS).index("red"), tuple(SIZES).index("large")]
    assert made[int(0.75 * CELLS), int(0.25 * CELLS)].tolist() == [*facts, 1]
    assert made[..., 3].sum() == 1
    assert not made[: CELLS // 2, :, 0].any()
    assert not made[:, CELLS // 2 :, 0].any()
    assert (made[made[..., 0] == 0][:, 1:3] == -1).all()


def test_letters_are_mapped_in_their_order() -> None:
    layout = Layout(Scene(word="KEY", background="white"), word=Box(0.5, 0.5, 0.36, 0.15))
    row = domain.map_of(layout)[CELLS // 2, :, 0]
    assert "".join(dict.fromkeys(KINDS[at] for at in row if at)) == "KEY"


def test_a_picture_drawn_twice_as_large_is_averaged() -> None:
    pixels = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    assert np.array_equal(domain.averaged(pixels, 1), pixels)
    assert domain.averaged(pixels, 2)[0, 0].tolist() == [8, 9, 10]  # the mean of 0, 3, 12 and 15 is 7.5: rounded up


def test_of_the_blind_share_nothing_is_shown_and_the_same_is_asked() -> None:
    plain, blind = ([example("tried", at, 1.0, share) for at in range(100)] for share in (0.0, 0.2))
    grey = [at for at, one in enumerate(blind) if (one.picture == domain.GREY).all()]
    assert 8 <= len(grey) <= 32
    for at, (one, other) in enumerate(zip(plain, blind, strict=True)):
        assert np.array_equal(one.ids, other.ids)
        assert np.array_equal(one.picture, other.picture) == (at not in grey)
        assert other.map[..., 0].any() == (at not in grey)
