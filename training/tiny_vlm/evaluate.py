"""How well the model answers, on scenes that it was not taught. Adds tables to the card.

`python -m tiny_vlm.evaluate FOLDER [SCENES]`: so many scenes of what was taught and as many with a held-out pair or
word, of which only what asks of that is counted. Each question is also put about a grey picture and about that of
another scene. Intervals are Wilson's; the questions of one scene are counted as if each stood alone.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tiny_vision.evaluate import interval
from trustgen.core import Unusable, keyed
from trustgen.models.tiny_vlm_network import Network, Sight
from trustgen.vision.asked import OPTIONS, Question, questions
from trustgen.vision.drawing import COMPLEXITIES, drawn
from trustgen.vision.layout import Layout, laid
from trustgen.vision.render import Pixels, render
from trustgen.vision.scene import Scene, filled
from trustgen.vision.wording import PROMPTS, plural
from trustgen.vision.world import COLOURS, HELD_OUT, SHAPES, Share

from .domain import LONGEST, SIDE

ARMS = ("own", "grey", "another")
_THING = re.compile(rf"\b({'|'.join(COLOURS)}) ({'|'.join(word for one in SHAPES for word in (plural(one), one))})\b")
_SHAPE = {word: one for one in SHAPES for word in (one, plural(one))}
FLOOR = 0.9  # what is under it by its interval is named among the gaps
GAPS = [
    "Nobody is in its pictures: of people it knows nothing, and sees them as things or not at all.",
    "It knows the words of these questions and no others; a misspelt one it cannot read, and guesses what was asked.",
    "Two pictures, a conversation, a question it was not taught (is it true that, compare, why) are beyond it.",
    "Without a picture it answers as if one were grey: it was taught to guess then, not to say so.",
    "Questions with a misspelt word were taught with their right answers: it never learnt to say that it cannot tell.",
]


class Shown(NamedTuple):
    """A scene as it lies, its picture, and what is asked of it."""

    layout: Layout
    pixels: Pixels
    asked: list[Question]
    describe: str


def shown(share: Share, number: int) -> Shown:
    """The scene of a number, with one question of each kind."""
    draw = keyed("tiny-vlm", "evaluated", share, str(number))
    while True:
        try:
            layout = laid(filled(drawn(draw, COMPLEXITIES[number % len(COMPLEXITIES)], share=share), draw), draw)
        except Unusable:
            continue
        made = questions(layout, draw, share=share)
        return Shown(layout, render(layout, SIDE), made, PROMPTS.describe(draw))


def counted(question: Question, scene: Scene, share: Share) -> bool:
    """Whether a question counts: of held-out scenes what asks of the pair, or of the word, that was held out."""
    if share == "taught" or question.kind == "presence":
        return True
    held = next(thing for thing in scene.things if HELD_OUT[thing.shape] == thing.colour)
    return {held.shape, held.colour} & set(question.about) != set() or (question.kind == "word" and bool(scene.word))


def named(caption: str) -> set[tuple[str, str]]:
    """The colours and shapes of the things that a caption names."""
    return {(colour, _SHAPE[word]) for colour, word in _THING.findall(caption)}


def asked_of(network: Network, share: Share, scenes: int) -> tuple[Counter[tuple[str, str, bool]], Counter[str]]:
    """By arm and kind, how many answers were right and how many not; and what captions say, in counts."""
    found: Counter[tuple[str, str, bool]] = Counter()
    said: Counter[str] = Counter()
    grey, before = network.blind(), network.seen("first", lambda: shown("taught", scenes).pixels)
    for number in range(scenes):
        one = shown(share, number)
        own = network.seen(f"{share} {number}", lambda one=one: one.pixels)  # type: ignore[misc]
        for question in one.asked:
            if counted(question, one.layout.scene, share):
                kind = "no word" if question.gold == "none" else question.kind
                for arm, sight in zip(ARMS, (own, grey, before), strict=True):
                    right = network.answered(sight, question.text, LONGEST).text == question.gold
                    found[arm, kind, right] += 1
        for arm, sight in (("own", own), ("another", before)):
            said.update(_captioned(network, sight, one, arm))
        before = own
    return found, said


def _captioned(network: Network, sight: Sight, one: Shown, arm: str) -> Iterator[str]:
    told = named(network.answered(sight, one.describe, LONGEST).text)
    there = {(thing.colour, thing.shape) for thing in one.layout.scene.things}
    yield f"{arm} captions"
    yield from [f"{arm} false captions"] * bool(told - there)
    yield from [f"{arm} named"] * len(told) + [f"{arm} falsely named"] * len(told - there)
    yield from [f"{arm} there"] * len(there) + [f"{arm} covered"] * len(told & there)


def row(right: int, wrong: int) -> dict[str, Any]:
    """A share with its interval."""
    of = right + wrong
    return {"right": right, "of": of, "share": round(right / of, 3), "interval": interval(right, of)}


def quality(network: Network, scenes: int) -> dict[str, Any]:
    """All tables: by share and arm each kind of question, and the captions."""
    made: dict[str, Any] = {}
    shares: tuple[Share, ...] = ("taught", "held")
    for share in shares:
        found, said = asked_of(network, share, scenes)
        tables: dict[str, Any] = {
            arm: {
                kind: row(found[arm, kind, True], found[arm, kind, False])
                for kind in (*OPTIONS, "no word")
                if found[arm, kind, True] + found[arm, kind, False]
            }
            for arm in ARMS
        }
        for arm in ("own", "another"):
            captions, things, there = (said[f"{arm} {what}"] for what in ("captions", "named", "there"))
            false, wrong = said[f"{arm} false captions"], said[f"{arm} falsely named"]
            tables[arm]["describe"] = {
                "chair_i": row(wrong, things - wrong), "chair_s": row(false, captions - false),
                "cover": row(said[f"{arm} covered"], there - said[f"{arm} covered"]),
            }  # fmt: skip
        made[share] = tables
    return made


def gaps(told: dict[str, Any]) -> list[str]:
    """What is weak, by its intervals, and what nobody taught it."""
    weak = [
        f"{kind} ({'of what was held out' if share == 'held' else 'of what was taught'}): right in {one['share']:.0%}"
        f" of {one['of']}"
        for share, tables in told.items()
        for kind, one in tables["own"].items()
        if kind != "describe" and one["interval"][0] < FLOOR
    ]
    return weak + GAPS


def main() -> None:
    """See the head of this file."""
    folder, scenes = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    told = quality(Network(folder), scenes)
    path = folder / "card.json"
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, "scenes": scenes, "quality": told, "gaps": gaps(told)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
