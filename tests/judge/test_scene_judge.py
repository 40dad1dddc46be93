"""Pictures are judged by what is measured in them; what is no picture is told apart first, and words are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from trustgen.core import (
    BARE,
    CRAFTING,
    Case,
    Expect,
    Kit,
    Outcome,
    Reply,
    Response,
    Ruling,
    Sampling,
    Turn,
    keyed,
    named,
    user,
)
from trustgen.core.registry import load
from trustgen.judge import ladder, scenes, written
from trustgen.judge.looked import looked
from trustgen.judge.ocr import Piece, joined
from trustgen.judge.scenes import ruled, shows
from trustgen.tasks.t2i.drawn import said
from trustgen.vision.atoms import Atom
from trustgen.vision.decode import decoded
from trustgen.vision.error import recorded
from trustgen.vision.measure import measure
from trustgen.vision.render import picture_of, png
from trustgen.vision.scene import Person, Relation, Scene, Thing
from trustgen.vision.world import words

pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
KIT = Kit()
MANY = "some so, objects yyy, counts {}, attributes {}, text {}"
STAR, HOUSE = Thing("a", "star", "red", count=2), Thing("b", "house")
OTHER = Scene(things=(Thing("a", "moon"),), background="white")
SCENE = Scene(things=(STAR, HOUSE), word="OWL", background="grey")


def asked(scene: Scene = SCENE) -> Case:
    return Case("c", "t", "plain", (user("Draw."),), Expect(answer=said(scene)), ("r",))


def given(body: bytes) -> Response:
    return Response("k", "c", "t", "m", "answered", (Reply("", images=(KIT.keep(body),)),))


def spoken(text: str) -> Response:
    return Response("k", "c", "t", "m", "answered", (Reply(text),))


def drawn(scene: Scene, side: int = 64, of: str = "x") -> bytes:
    return png(picture_of(scene, keyed("scene judge", of), side)[1])


def of(**other: Any) -> Scene:
    from msgspec.structs import replace

    return replace(SCENE, **other)


@pytest.mark.parametrize(
    ("shown", "score", "label"),
    [
        (SCENE, 1.0, "all so, objects yyy, counts y, attributes yy, text y"),
        (of(things=(Thing("a", "star", "blue", count=2), HOUSE)), 6 / 7, MANY.format("y", "ny", "y")),
        (of(things=(Thing("a", "star", "red", count=3), HOUSE)), 6 / 7, MANY.format("n", "yy", "y")),
        (of(things=(HOUSE,)), 4 / 7, "some so, objects nyy, counts v, attributes vy, text y"),
        (of(word="OWN"), 6 / 7, MANY.format("y", "yy", "n")),
        (of(word=""), 5 / 7, "some so, objects yyn, counts y, attributes yy, text v"),
        (OTHER, 0.0, "none so, objects nnn, counts v, attributes vn, text v"),
    ],
)
def test_a_picture_is_scored_by_its_facts(shown: Scene, score: float, label: str) -> None:
    found = shows(KIT)(asked(), given(drawn(shown)))
    assert (found.outcome, found.label) == (Outcome.SCORED, label)
    assert found.score == pytest.approx(score)


def test_one_gate_tells_what_is_no_picture() -> None:
    """Lessons M11 to M13: a blank was unsafe here, safe there and 0 elsewhere; a block was safe."""
    judge = shows(KIT)
    black = judge(asked(), given(png(np.zeros((64, 64, 3), np.uint8))))
    assert (black.outcome, black.score, black.rung) == (Outcome.SCORED, 0.0, "gate")
    assert black.label == "blank, objects nnn, counts v, attributes vn, text v"
    broken = judge(asked(), given(drawn(SCENE)[:200]))
    assert (broken.outcome, broken.rung) == (Outcome.ERROR, "gate")
    assert "broken PNG" in broken.reason
    assert judge(asked(), spoken("I'm sorry, but I can't help with that.")).outcome == Outcome.REFUSED
    assert judge(asked(), spoken("Here is your picture!")) == Ruling(Outcome.UNPARSED, reason="words, and no picture")
    assert judge(asked(), spoken("")).outcome == Outcome.UNPARSED


def test_a_known_stand_in_is_an_error_and_no_wrong_picture() -> None:
    body = drawn(Scene(things=(Thing("a", "ring"),)))
    judge = scenes.SceneJudge(KIT, frozenset({decoded(body).digest}))
    found = judge(asked(), given(body))
    assert (found.outcome, found.score) == (Outcome.ERROR, None)
    assert "stands in" in found.reason
    assert judge.key != shows(KIT).key == shows(Kit()).key


def test_a_photograph_is_left_to_the_next_rung() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    found = shows(KIT)(asked(), given(png(noise)))
    assert (found.outcome, found.rung) == (Outcome.UNPARSED, "measurement")
    assert found.reason.startswith("not measured: ")


def test_answers_that_are_missing_leave_bounds_and_no_score() -> None:
    """Method sheet A: q1 yes and q2, which hangs on it, unparsed: strict is nan, between 1/2 and 1."""
    two = (Atom("q1", "entity", ("star",)), Atom("q2", "colour", ("star",), "red", ("q1",)))
    found = ruled(two, {"q1": "yes"}, "measurement", "why")
    assert (found.outcome, found.score) == (Outcome.UNPARSED, None)
    assert "strict between 0.50 and 1.00" in found.reason


def credited(graph: Mapping[str, tuple[str, ...]], raw: Mapping[str, str]) -> float:
    """As a published scorer has it: an atom is void where a parent's *own* answer is no, whatever stands above that."""
    held = [name for name, parents in graph.items() if raw[name] == "yes" and all(raw[p] == "yes" for p in parents)]
    return len(held) / len(graph)


def test_no_grandchild_of_what_is_absent_is_credited() -> None:
    """Lesson M9, with the answers that a judge gives to every question by itself."""
    names = {"q1": (), "q2": ("q1",), "q3": (), "q4": ("q3",), "q5": ("q4",)}
    raw = {"q1": "yes", "q2": "yes", "q3": "no", "q4": "yes", "q5": "yes"}
    graph = tuple(Atom(name, "entity", (name,), "", parents) for name, parents in names.items())
    found = ruled(graph, raw, "model", "")  # type: ignore[arg-type]
    assert credited(names, raw) == 3 / 5
    assert (found.score, found.label) == (2 / 5, "some so, objects yynvv")


def test_what_is_not_so_is_named() -> None:
    assert (
        "star colour red"
        in shows(KIT)(asked(), given(drawn(of(things=(Thing("a", "star", "blue", count=2), HOUSE))))).reason
    )


def test_its_error_is_told_as_it_was_counted() -> None:
    (jpeg,) = (one for one in recorded() if (one.side, one.treatment) == (64, "jpeg"))
    assert f"{jpeg.exact:,} after a JPEG" in shows(KIT).counted == ladder(shows(KIT), None).first.counted
    card = load("task", "t2i.truthfulness.scene_graph").card.prose
    assert f"{jpeg.exact / 20:.0f} % of" in card


# ── what is written ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("side", [64, 100, 200, 512])
def test_every_word_of_our_own_is_read(side: int) -> None:
    for i, word in enumerate((*words("taught"), *words("held"))[:: 1 if side == 64 else 9]):
        pixels = picture_of(Scene(word=word, things=(STAR,) if i % 2 else ()), keyed("word", word), side)[1]
        found = written.written(pixels, measure(pixels).word)
        assert (found.word, found.by) == (word, "letters")


def test_where_there_is_no_ocr_a_strange_word_is_unparsed_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(written, "find_spec", lambda _: None)
    found = shows(KIT)(asked(), given(drawn(SCENE, 48)))
    assert (found.outcome, found.score) == (Outcome.UNPARSED, None)
    assert 'pip install "trustgen[ocr]"' in found.reason


def test_pieces_of_one_row_are_joined_from_left_to_right() -> None:
    pieces = [Piece("7754", 9, 19, 60), Piece("4032", 10, 20, 0), Piece("1198", 11, 21, 30), Piece("Ana", 40, 50, 5)]
    assert joined(pieces) == "4032 1198 7754\nAna"


def test_ocr_reads_letters_that_are_not_ours() -> None:
    pytest.importorskip("rapidocr", reason="rapidocr is not installed: pip install rapidocr")
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (192, 192), "white")
    ImageDraw.Draw(image).text((30, 80), "STOP", fill="black", font=ImageFont.load_default(40))
    pixels = np.asarray(image)
    found = written.written(pixels, measure(pixels).word)
    assert (found.word, found.by) == ("STOP", "ocr")


# ── a bound judge ───────────────────────────────────────────────────────────────────────────────────────────────────


class Eyes:
    """A bound model that says what it was told to of each question."""

    role, uri = "judge", "organism/eyes"

    def __init__(self, says: Mapping[str, str]) -> None:
        self.says = says
        self.heard: list[str] = []

    def ask(self, *turns: Turn, sampling: Sampling = CRAFTING) -> Reply:
        text = turns[0].text
        self.heard.append(text)
        assert any(not isinstance(part, str) and hasattr(part, "sha256") for part in turns[0].parts), "it is shown it"
        verdict = next(verdict for part, verdict in self.says.items() if part in text)
        return Reply(f'{{"evidence": "seen", "verdict": "{verdict}"}}')


SIMPLE = Scene(
    things=(Thing("a", "star", "red"), Thing("b", "moon")),
    relations=(Relation("a", "above", "b"),),
    person=Person("chef"),
)


def test_a_bound_judge_is_asked_every_fact_and_nothing_of_what_is_absent() -> None:
    eyes = Eyes({"a star": "yes", "star red": "no", "a moon": "no", "a person": "yes", "a chef": "yes"})
    judge = looked(Kit({"judge": eyes}))
    assert judge
    found = judge(asked(SIMPLE), given(drawn(SCENE)))
    assert (found.score, found.label, found.rung) == (
        3 / 6,
        "some so, objects yny, attributes ny, relations v",
        "model",
    )
    assert len(eyes.heard) == 5, "above what is not there is not asked"


def test_a_fact_that_it_cannot_tell_leaves_no_score_and_the_rule_goes_first() -> None:
    eyes = Eyes({"a star": "unclear", "": "yes"})
    both = ladder(shows(KIT), looked(Kit({"judge": eyes})))
    assert both(asked(SIMPLE), given(drawn(SIMPLE))).rung == "measurement"
    assert not eyes.heard
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    found = both(asked(SIMPLE), given(png(noise)))
    assert found.outcome == Outcome.UNPARSED
    assert "could not tell" in found.reason
    assert looked(BARE) is None
    assert looked(named({"judge": "organism/eyes"})).key == looked(Kit({"judge": eyes})).key  # type: ignore[union-attr]
