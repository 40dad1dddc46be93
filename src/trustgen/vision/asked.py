"""Questions about a picture whose answer follows from its layout: yes or no, one of a few, or a word.

`answer` is the only place where an answer is decided, so a question means the same of any picture, and an edited one
answers for itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from random import Random
from typing import Literal, get_args

import msgspec

from .layout import CLEAR, Box, Layout, stands
from .scene import Thing
from .wording import PROMPTS, plural, relation_words, sentence, with_article
from .world import BACKGROUNDS, COLOURS, OPPOSITE, RELATIONS, SHAPES, SIZES, THIRDS, Share, colours

AskKind = Literal["presence", "colour", "shape", "size", "count", "where", "relation", "same", "word", "ground"]
ASKED: tuple[AskKind, ...] = get_args(AskKind)
COUNTS = ("zero", "one", "two", "three", "four", "five")
YES_NO = ("yes", "no")
Absent = Literal["random", "popular", "adversarial"]
ABSENT: tuple[Absent, ...] = get_args(Absent)
_EDGE = 0.03  # nearer than this to the edge of a third, nobody says where a thing is


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question, its right answer, and the answers that there are; none for a drawn word, which is open.

    `about` is what it asks of, in the order that `answer` takes it. `stratum` says of a presence question whether the
    thing is "present", or how the absent one was chosen.
    """

    kind: AskKind
    text: str
    gold: str
    about: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    stratum: str = ""


OPTIONS: dict[AskKind, tuple[str, ...]] = {
    "presence": YES_NO,
    "colour": tuple(COLOURS),
    "shape": SHAPES,
    "size": tuple(SIZES),
    "count": COUNTS,
    "where": tuple(name for row in THIRDS for name in row),
    "relation": YES_NO,
    "same": YES_NO,
    "word": (),
    "ground": tuple(BACKGROUNDS),
}


def answer(kind: AskKind, about: tuple[str, ...], layout: Layout) -> str:
    """The right answer for a picture; "" where it has none, or where it would be a matter of opinion."""
    scene, things = layout.scene, {thing.shape: thing for thing in layout.scene.things}
    gold = ""
    match kind, about:
        case "presence", (colour, shape):
            gold = _yes(shape in things and things[shape].colour == colour)
        case "colour" | "size", (shape,) if shape in things:
            gold = str(getattr(things[shape], kind))
        case "shape", (colour,):
            like = [thing.shape for thing in scene.things if thing.colour == colour]
            gold = like[0] if len(like) == 1 else ""
        case "count", (shape,):
            gold = COUNTS[things[shape].count if shape in things else 0]
        case "where", (shape,):
            box = _single(layout, things.get(shape))
            gold = third(box) if box else ""
        case "relation", (one, name, other):
            first, second = _single(layout, things.get(one)), _single(layout, things.get(other))
            gold = _related(first, name, second) if first and second else ""
        case "same", (aspect, one, other) if one in things and other in things:
            gold = _yes(getattr(things[one], aspect) == getattr(things[other], aspect))
        case "word", ():
            gold = scene.word or "none"
        case "ground", ():
            gold = scene.background
    return gold


def _yes(so: bool) -> str:
    return "yes" if so else "no"


def _single(layout: Layout, thing: Thing | None) -> Box | None:
    return layout.of(thing)[0] if thing and thing.count == 1 else None


def third(box: Box) -> str:
    """The part of the picture that a box's centre lies in; "" too near to the edge of one."""
    at = [min(int(place * 3), 2) for place in (box.y, box.x)]
    near = min(abs(place - edge / 3) for place in (box.x, box.y) for edge in (1, 2))
    return THIRDS[at[0]][at[1]] if near >= _EDGE else ""


def _related(one: Box, name: str, other: Box) -> str:
    if stands(one, name, other, CLEAR):
        return "yes"
    return "no" if stands(one, OPPOSITE[name], other, CLEAR) else ""


Pair = tuple[str, str]
Popular = Sequence[Pair]


def questions(
    layout: Layout, draw: Random, kinds: Sequence[AskKind] = ASKED, *, share: Share = "taught", popular: Popular = ()
) -> list[Question]:
    """One question of each kind that the picture has an answer to; of presence one that is, and one of each stratum.

    An absent thing shares its colour or its shape with one that is there ("adversarial"), or neither ("random"), or is
    among the first of `popular`, an edition's colour–shape pairs, the most frequent first. It is of the pairs in
    `share`: a pair that only ever comes as absent would be learnt as no.
    """
    made = []
    for kind in kinds:
        if kind == "presence":
            asked: list[tuple[tuple[str, ...], str]]
            asked = [(about, stratum) for stratum, about in _presence(layout, draw, share, popular)]
        else:
            asked = [(about, "") for about in _drawn(kind, layout, draw)]
        made += [ask(kind, about, layout, draw, stratum) for about, stratum in asked]
    return made


def _drawn(kind: AskKind, layout: Layout, draw: Random) -> list[tuple[str, ...]]:
    """What one question of a kind is about, where there is any: of yes and no, one is drawn first."""
    golds = {about: answer(kind, about, layout) for about in _ABOUT[kind](layout, draw)}
    found, wanted = [about for about, gold in golds.items() if gold], draw.choice(YES_NO)
    likely = [about for about in found if golds[about] == wanted]
    return [draw.choice(likely or found)] if found else []


def even(kind: AskKind, layout: Layout, draw: Random) -> Question | None:
    """A question whose words do not tell its answer: of yes or no, only what both can be said of in this picture.

    Two things seldom share a colour and often a size: asked without regard to that, "the same size" would be a yes.
    """
    yes_no = OPTIONS[kind] == YES_NO
    found: dict[str, dict[str, list[tuple[str, ...]]]] = {}
    for about in _ABOUT[kind](layout, draw):
        if gold := answer(kind, about, layout):
            golds = found.setdefault(about[0] if kind == "same" else "", {})
            golds.setdefault(gold if yes_no else "", []).append(about)
    both = [golds for golds in found.values() if not yes_no or len(golds) == len(YES_NO)]
    if not both:
        return None
    return ask(kind, draw.choice(draw.choice(both)[draw.choice(YES_NO) if yes_no else ""]), layout, draw)


def _presence(layout: Layout, draw: Random, share: Share, popular: Popular) -> Iterator[tuple[str, Pair]]:
    things = layout.scene.things
    if things:
        one = draw.choice(things)
        yield "present", (one.colour, one.shape)
    there = {(thing.colour, thing.shape) for thing in things}
    every = [(colour, shape) for shape in SHAPES for colour in colours(shape, share) if (colour, shape) not in there]
    shades, forms = {thing.colour for thing in things}, {thing.shape for thing in things}
    near = [(colour, shape) for colour, shape in every if (colour in shades) or (shape in forms)]
    far = [pair for pair in every if pair not in set(near)]
    often = [pair for pair in popular if pair not in there][:3]
    for stratum, pairs in zip(ABSENT, (far, often, near), strict=True):
        if pairs:
            yield stratum, draw.choice(pairs)


def _shapes(layout: Layout, _: Random) -> Iterator[tuple[str, ...]]:
    yield from ((thing.shape,) for thing in layout.scene.things)


def _counted(layout: Layout, draw: Random) -> Iterator[tuple[str, ...]]:
    """What is there several times before what is there once, and now and then what is not there."""
    counts = {thing.shape: thing.count for thing in layout.scene.things}
    if not counts or draw.random() < 1 / len(COUNTS):
        yield (draw.choice([shape for shape in SHAPES if shape not in counts]),)
    else:
        yield from ((shape,) for shape, count in counts.items() if count > 1 or max(counts.values()) == 1)


def _pairs(layout: Layout) -> Iterator[Pair]:
    shapes = [thing.shape for thing in layout.scene.things]
    yield from ((one, other) for one in shapes for other in shapes if one != other)


_ABOUT: dict[AskKind, Callable[[Layout, Random], Iterator[tuple[str, ...]]]] = {
    "colour": _shapes,
    "size": _shapes,
    "where": _shapes,
    "count": _counted,
    "shape": lambda layout, _: ((thing.colour,) for thing in layout.scene.things),
    "relation": lambda layout, _: ((one, name, other) for one, other in _pairs(layout) for name in RELATIONS),
    "same": lambda layout, _: ((aspect, *pair) for pair in _pairs(layout) for aspect in ("colour", "size")),
    "word": lambda _layout, _: iter([()]),
    "ground": lambda _layout, _: iter([()]),
}


def ask(kind: AskKind, about: tuple[str, ...], layout: Layout, draw: Random, stratum: str = "") -> Question:
    """A question in one of its wordings, with its answer for this picture."""
    several = {thing.shape for thing in layout.scene.things if thing.count > 1}

    def what(shape: str) -> str:
        return plural(shape) if shape in several else shape

    words: dict[str, str] = {}
    match kind, about:
        case "presence", (colour, shape):
            words = {"what": with_article(f"{colour} {shape}")}
        case "colour" | "size", (shape,):
            words = {"what": what(shape), "is": "are" if shape in several else "is"}
        case "shape", (colour,):
            words = {"colour": colour}
        case "count", (shape,):
            words = {"what": plural(shape)}
        case "where", (shape,):
            words = {"what": shape}
        case "relation", (one, name, other):
            words = {"one": one, "relation": relation_words(name), "other": other}
        case "same", (aspect, one, other):
            words = {"aspect": aspect, "one": what(one), "other": what(other)}
    text = sentence(PROMPTS[f"ask_{kind}"](draw, **words))
    return Question(kind, text, answer(kind, about, layout), about, OPTIONS[kind], stratum)


def put(question: Question, draw: Random) -> str:
    """A question as a model is asked it: with how to answer. Options come in a drawn order, but for numbers."""
    if question.options == YES_NO:
        return f"{question.text} {PROMPTS.reply_yes_no(draw)}"
    if not question.options:
        return f"{question.text} {PROMPTS.reply_word(draw)}"
    options = question.options if question.kind == "count" else draw.sample(question.options, len(question.options))
    return f"{question.text} {PROMPTS.reply_one_of(draw, options=', '.join(options))}"


def bare(text: str) -> str:
    """A question without what `put` says of how to answer; any other text as it is."""
    return _how().sub("", text).strip()


@cache
def _how() -> re.Pattern[str]:
    """What `put` says of how to answer, in every wording."""
    names = ("reply_yes_no", "reply_one_of", "reply_word")
    wordings = [re.escape(wording) for name in names for wording in PROMPTS[name].wordings]
    return re.compile("|".join(one.replace(re.escape("{{options}}"), "[a-z, ]+") for one in wordings))
