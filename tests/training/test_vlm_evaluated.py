"""How `tiny-vlm` is measured: on other scenes than it was taught, and what of a held-out scene counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from tiny_vlm import evaluate
from tiny_vlm.evaluate import Shown, counted, gaps, named, row, shown
from trustgen.models.tiny_vlm_network import Answer, Said
from trustgen.vision.asked import Question
from trustgen.vision.layout import Layout
from trustgen.vision.scene import Scene, Thing
from trustgen.vision.world import HELD_OUT, words

SCENE = Scene((Thing("a", "star", HELD_OUT["star"]), Thing("b", "ring", "red")), word="STOP", background="white")


def test_a_scene_of_the_held_out_share_shows_a_held_out_pair() -> None:
    for share in ("taught", "held"):
        for number in range(30):
            one = shown(share, number)  # type: ignore[arg-type]
            pairs = [thing for thing in one.layout.scene.things if HELD_OUT[thing.shape] == thing.colour]
            assert len(pairs) == (share == "held")
            assert not one.layout.scene.word or one.layout.scene.word in words(share)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "so"),
    [
        (Question("colour", "", "", ("star",)), True),
        (Question("shape", "", "", ("blue",)), True),
        (Question("relation", "", "", ("ring", "above", "star")), True),
        (Question("colour", "", "", ("ring",)), False),
        (Question("presence", "", "", ("red", "heart")), True),
        (Question("word", "", "STOP"), True),
        (Question("ground", "", "white"), False),
    ],
)
def test_of_a_held_out_scene_only_what_asks_of_that_counts(question: Question, so: bool) -> None:
    assert counted(question, SCENE, "held") == so
    assert counted(question, SCENE, "taught")


def test_a_caption_names_colours_and_shapes() -> None:
    said = (
        "a small red star, two large blue hourglasses, three small pink crosses, the word ORANGE, on a white background"
    )
    assert named(said) == {("red", "star"), ("blue", "hourglass"), ("pink", "cross")}
    assert named("nothing") == set()


class Echo:
    """A network that sees one scene in every picture, and answers by a table."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers

    def seen(self, name: str, pixels: Any) -> Any:
        return name

    def blind(self) -> Any:
        return "grey"

    def answered(self, sight: Any, question: str, most: int) -> Answer:
        said = self.answers.get(question, "no") if sight.startswith("taught") else "grey"
        return Answer(tuple(Said(one, np.zeros(1)) for one in said.split()), True, 1)


def test_answers_and_captions_are_counted_by_what_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(SCENE)
    asked = [Question("ground", "g?", "white"), Question("word", "w?", "none"), Question("count", "c?", "two")]
    told = Shown(layout, np.zeros((64, 64, 3), np.uint8), asked, "d")
    monkeypatch.setattr(evaluate, "shown", lambda share, number: told)
    network: Any = Echo({"g?": "white", "w?": "none", "d": "a red ring , a red heart"})
    found, said = evaluate.asked_of(network, "taught", 2)
    assert {key: found[key] for key in found if key[0] == "own"} == {
        ("own", "ground", True): 2, ("own", "no word", True): 2, ("own", "count", False): 2,
    }  # fmt: skip
    assert sum(found["grey", kind, True] for kind in ("ground", "no word", "count")) == 0
    assert found["another", "ground", True] == 1  # of two scenes the first has none before it
    own = Counter({name: count for name, count in said.items() if name.startswith("own")})
    assert own == {
        "own captions": 2, "own false captions": 2, "own named": 4, "own falsely named": 2, "own there": 4,
        "own covered": 2,
    }  # fmt: skip


def test_what_is_weak_is_named_among_the_gaps() -> None:
    tables = {"own": {"colour": row(990, 10), "relation": row(52, 48), "describe": {}}}
    weak, *rest = gaps({"taught": tables, "held": {"own": {}}})
    assert weak == "relation (of what was taught): right in 52% of 100"
    assert rest == evaluate.GAPS
