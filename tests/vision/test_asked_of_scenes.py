"""Questions: golds follow from the graph, atoms hang on what they mean, void goes all the way down, twins turn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from math import isnan

import pytest
from drawn_scenes import NUMBERS, scene, whole
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Unusable, keyed
from trustgen.vision.asked import ABSENT, ASKED, COUNTS, answer, ask, questions, third
from trustgen.vision.atoms import Atom, atoms, question
from trustgen.vision.faith import Answer, faith, states
from trustgen.vision.layout import Box, Item, Layout, laid, stands
from trustgen.vision.scene import Scene, Thing
from trustgen.vision.twins import TURNED, twins
from trustgen.vision.wording import tokens, vocabulary
from trustgen.vision.world import HELD_OUT, OPPOSITE

POPULAR = (("red", "star"), ("blue", "ring"), ("green", "moon"), ("brown", "house"))


def layout(number: int) -> Layout:
    """The layout of the scene with this number."""
    return laid(whole(number), keyed("tests", "laid", str(number)))


def at(**boxes: tuple[float, float]) -> Layout:
    """Small red things of count 1, each shape at its centre."""
    things = tuple(Thing(shape, shape, "red", "small") for shape in boxes)
    items = tuple(Item(shape, 0, Box(x, y, 0.16, 0.16)) for shape, (x, y) in boxes.items())
    return Layout(Scene(things, background="white"), items)


# ── golds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(NUMBERS)
def test_golds_follow_from_the_graph(number: int) -> None:
    made = layout(number)
    things = {thing.shape: thing for thing in made.scene.things}
    pairs = {(thing.colour, thing.shape) for thing in things.values()}
    asked = questions(made, keyed("tests", "asked", str(number)), popular=POPULAR)
    for one in asked:
        assert one.gold == answer(one.kind, one.about, made) != ""
        assert one.gold in one.options or one.kind == "word"
        match one.kind, one.about:
            case "presence", about:
                assert (about in pairs) == (one.gold == "yes") == (one.stratum == "present")
            case (("colour" | "size"), (shape,)):
                assert one.gold == getattr(things[shape], one.kind)
            case "shape", (colour,):
                assert [pair for pair in pairs if pair[0] == colour] == [(colour, one.gold)]
            case "count", (shape,):
                assert one.gold == COUNTS[len(made.of(things[shape])) if shape in things else 0]
            case "relation", (first, name, second):
                boxes = [made.of(things[shape])[0] for shape in (first, second)]
                assert stands(boxes[0], name if one.gold == "yes" else OPPOSITE[name], boxes[1], 0.08)
            case "word", ():
                assert one.gold == (made.scene.word or "none")
    kinds = Counter(one.kind for one in asked)
    assert max(kinds[kind] for kind in ASKED if kind != "presence") == 1
    assert asked == questions(made, keyed("tests", "asked", str(number)), popular=POPULAR)


@given(NUMBERS)
def test_a_question_is_a_sentence_in_known_words(number: int) -> None:
    made, known = layout(number), set(vocabulary())
    texts = [one.text for one in questions(made, keyed("tests", "asked", str(number)), popular=POPULAR)]
    texts += [question(atom, scene(number), keyed("tests", "said", str(number))) for atom in atoms(scene(number))]
    for text in texts:
        assert set(tokens(text)) <= known
        assert re.fullmatch(r"[A-Z][^{}?]*\?( Say none if there is no word\.)?", text), text


def test_absent_things_are_of_their_stratum_and_share() -> None:
    strata: Counter[str] = Counter()
    for number in range(200):
        made = layout(number)
        colours, shapes = ({getattr(t, what) for t in made.scene.things} for what in ("colour", "shape"))
        for share in ("taught", "held"):
            draw = keyed("tests", "absent", str(number))
            for one in questions(made, draw, ("presence",), share=share, popular=POPULAR):  # type: ignore[arg-type]
                strata[one.stratum] += 1
                colour, shape = one.about
                if one.stratum in ("random", "adversarial"):
                    assert (HELD_OUT[shape] == colour) == (share == "held")
                    assert (colour in colours or shape in shapes) == (one.stratum == "adversarial")
                elif one.stratum == "popular":
                    assert one.about in POPULAR
    assert set(strata) == {"present", *ABSENT}
    without = questions(layout(0), keyed("tests", "without"), ("presence",))
    assert "popular" not in {one.stratum for one in without}


def test_answers_are_balanced_and_every_kind_is_asked() -> None:
    golds: dict[str, Counter[str]] = {kind: Counter() for kind in ASKED}
    for number in range(600):
        for one in questions(layout(number), keyed("tests", "balance", str(number))):
            golds[one.kind][one.gold] += 1
    assert min(sum(golds[kind].values()) for kind in ASKED) > 100
    assert 0.4 < golds["relation"]["yes"] / sum(golds["relation"].values()) < 0.6
    assert golds["count"]["zero"] / sum(golds["count"].values()) > 0.1
    assert len(golds["where"]) == 9
    assert golds["same"]["yes"] / sum(golds["same"].values()) > 0.3


def test_what_would_be_an_opinion_has_no_answer() -> None:
    made = at(star=(0.3, 0.3), ring=(0.35, 0.6))
    assert answer("relation", ("star", "left of", "ring"), made) == ""  # centres within .08 along that axis
    assert answer("relation", ("star", "above", "ring"), made) == "yes"
    assert answer("relation", ("star", "below", "ring"), made) == "no"
    assert answer("shape", ("red",), made) == ""  # two are red
    assert answer("shape", ("blue",), made) == ""
    assert answer("colour", ("moon",), made) == ""
    assert answer("same", ("colour", "star", "moon"), made) == ""
    assert answer("same", ("colour", "star", "ring"), made) == "yes"
    assert answer("count", ("moon",), made) == "zero"
    assert third(Box(0.34, 0.5, 0.1, 0.1)) == ""
    assert (third(Box(0.5, 0.1, 0.1, 0.1)), third(Box(0.9, 0.9, 0.1, 0.1))) == ("top", "bottom right")


def test_several_are_asked_of_in_the_plural() -> None:
    made = Layout(Scene((Thing("a", "cross", "red", "small", 2),), background="white"))
    assert "are the crosses" in ask("colour", ("cross",), made, keyed("tests", "a")).text
    assert "he crosses small or large" in ask("size", ("cross",), made, keyed("tests", "a")).text


# ── atoms ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(NUMBERS)
def test_a_scene_has_as_many_atoms_as_its_complexity_and_parents_come_first(number: int) -> None:
    made = atoms(scene(number))
    assert len(made) == scene(number).complexity == len({atom.id for atom in made})
    for place, atom in enumerate(made):
        assert set(atom.parents) <= {other.id for other in made[:place]}
        assert bool(atom.parents) == (atom.kind not in ("entity", "background"))


CHAIN = (
    Atom("q1", "entity", ("a",)),
    Atom("q2", "colour", ("a",), "red", ("q1",)),
    Atom("q3", "entity", ("b",)),
    Atom("q4", "colour", ("b",), "red", ("q3",)),
    Atom("q5", "relation", ("b", "a"), "above", ("q4",)),
)
SAID: dict[str, Answer] = {"q1": "yes", "q2": "yes", "q3": "no", "q4": "yes", "q5": "yes"}


def _as_dsg_does(made: Sequence[Atom], answers: Mapping[str, Answer]) -> float:
    """DSG's own rule: an atom counts unless the raw answer of a parent is no; one level, and missing is no."""
    raw = {atom.id: answers.get(atom.id) == "yes" for atom in made}
    return sum(raw[atom.id] and all(raw[parent] for parent in atom.parents) for atom in made) / len(made)


def test_void_goes_all_the_way_down_where_the_field_stops_at_the_raw_answer() -> None:
    found = faith(CHAIN, SAID)
    assert [*states(CHAIN, SAID).values()] == ["yes", "yes", "no", "void", "void"]
    assert (found.strict, found.attempted, found.all_true) == (2 / 5, 2 / 3, 0)
    assert found.strict_bounds == (2 / 5, 2 / 5)
    assert _as_dsg_does(CHAIN, SAID) == 3 / 5
    # No thing, so no colour of it, so no relation of that colour: nothing is right, and the field's rule says 1/3.
    no_thing: dict[str, Answer] = {"q3": "no", "q4": "yes", "q5": "yes"}
    assert (faith(CHAIN[2:], no_thing).strict, _as_dsg_does(CHAIN[2:], no_thing)) == (0, 1 / 3)


def test_what_was_not_answered_is_missing_and_bounded() -> None:
    found = faith(CHAIN[:2], {"q1": "yes", "q2": "unparsed"})
    assert isnan(found.strict)
    assert found.strict_bounds == (0.5, 1)
    assert (found.attempted, found.all_true_bounds) == (1, (0, 1))
    assert isnan(found.all_true)
    assert faith(CHAIN, {"q1": "no"}).all_true == 0  # whatever the rest would have been
    assert states(CHAIN, {"q3": "unparsed", "q4": "yes"})["q4"] == "unparsed"


def test_a_blank_picture_is_all_no_and_an_empty_graph_is_nothing() -> None:
    blank = faith(CHAIN, {atom.id: "no" for atom in CHAIN})
    assert (blank.strict, blank.attempted, blank.counts["void"]) == (0, 0, 3)
    empty = faith((), {})
    assert isnan(empty.strict)
    assert isnan(empty.attempted)
    assert isnan(empty.all_true)
    assert faith(CHAIN, SAID, {"objects"}).strict == 1 / 2
    assert isnan(faith(CHAIN, SAID, {"text"}).strict)
    with pytest.raises(ValueError, match="hang on what is not there: q2"):
        states(CHAIN[1:2], SAID)


@given(st.lists(st.sampled_from(("yes", "no", "unparsed")), min_size=5, max_size=5))
def test_bounds_hold_every_completion(said: list[Answer]) -> None:
    answers = dict(zip(SAID, said, strict=True))
    found, open_ = faith(CHAIN, answers), [name for name, one in answers.items() if one == "unparsed"]
    completed = [
        faith(CHAIN, answers | dict(zip(open_, way, strict=True))).strict
        for way in product(("yes", "no"), repeat=len(open_))
    ]
    assert (min(completed), max(completed)) == found.strict_bounds
    if not found.counts["unparsed"]:
        assert {found.strict} == set(completed)


# ── twins ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(NUMBERS, st.sampled_from(TURNED))
def test_twins_differ_by_one_change_and_their_question_turns(number: int, kind: str) -> None:
    try:
        made = twins(layout(number), keyed("tests", "twins", str(number)), kind)  # type: ignore[arg-type]
    except Unusable:
        return
    assert made.change.kind == kind
    assert made.golds == tuple(
        answer(made.question.kind, made.question.about, one) for one in (made.first, made.second)
    )
    assert made.golds[0] == made.question.gold != made.golds[1]


def test_a_constant_answer_is_right_on_half_of_the_figures_and_on_no_pair() -> None:
    """Method sheet D: who does not look has aAcc .5 at most, and qAcc 0."""
    pairs, kinds = [], Counter()
    for number in range(150):
        for kind in TURNED:
            try:
                made = twins(layout(number), keyed("tests", "twins", str(number)), kind)
            except Unusable:
                continue
            kinds[kind] += 1
            assert made.golds[0] != made.golds[1]
            if made.question.kind in ("presence", "relation"):
                pairs.append(made.golds)
    assert set(kinds) == set(TURNED)
    assert {tuple(sorted(golds)) for golds in pairs} == {("no", "yes")}
    assert sum(golds.count("yes") for golds in pairs) / (2 * len(pairs)) == 0.5
    assert not any(golds == ("yes", "yes") for golds in pairs)
