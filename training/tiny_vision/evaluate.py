"""How well the model draws what it is asked, by what is measured in its pictures. Adds a table to the card.

`python -m tiny_vision.evaluate PACKAGE [PICTURES]`, of which half are of what was taught, half with one held-out pair.
Shares are of all facts that were asked for, and of those that could be told; intervals are Wilson's.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustgen.core import keyed
from trustgen.models.tiny_network import Look, Network
from trustgen.vision.atoms import Atom, atoms
from trustgen.vision.drawing import COMPLEXITIES, drawn, portrait
from trustgen.vision.faith import states
from trustgen.vision.layout import Box, Layout
from trustgen.vision.measure import measure
from trustgen.vision.render import Pixels, render
from trustgen.vision.scene import Scene
from trustgen.vision.seen import answered
from trustgen.vision.wording import prompt
from trustgen.vision.world import BACKGROUNDS, LETTER, WORD_HEIGHT, words

READ = 0.55  # of the ink of a word, over that of both: what fits no word so well was not read
SEED = 7
GAPS = [
    "Words are drawn as black marks: none could be read.",
    "How many there are, and which is left of which, is right about as often as by luck; places are better.",
    "One thing is drawn better than several: parts of a crowded picture melt into shapes that are none.",
    "In some pictures there are two persons where one was asked for, or one who is cut off.",
    "A fine grid of four pixels shows on some grounds.",
    "A misspelt word is not read: the picture is drawn without it.",
    "It draws what the prompts of these scenes say, and knows no other words, no other styles and no other size.",
]


def asked(count: int) -> Iterator[tuple[str, Scene]]:
    """Scenes of every complexity in turn, and portraits; half of them with something that was held out."""
    for at in range(count):
        draw, share = keyed("tiny-t2i", "evaluated", str(at)), ("taught", "held")[at % 2]
        if at % 10 < 2:
            yield "taught", portrait(draw)
        else:
            complexity = COMPLEXITIES[at // 2 % len(COMPLEXITIES)]
            yield share, drawn(draw, complexity, share="held" if share == "held" else "taught", person=at % 10 < 4)


def facts(scene: Scene, pixels: Pixels) -> Iterator[tuple[Atom, str]]:
    """Every atom with its state; a word is read by which of all words its ink fits best."""
    seen, known = measure(pixels), atoms(scene)
    answers = answered(known, seen)
    if "text" in answers and seen.word and not seen.refused:
        answers["text"] = "yes" if read(pixels, seen.word, seen.background) == scene.word else "no"
    state = states(known, answers)
    yield from ((atom, state[atom.id]) for atom in known)


def read(pixels: Pixels, box: Box, background: str) -> str:
    """The word whose ink fits best, wherever in reach of the box; "" where none fits well."""
    ground = np.array(BACKGROUNDS[background], dtype=np.float32).mean()
    ink = np.clip((ground - pixels.mean(axis=2)) / ground, 0, 1)
    top, left = (max(0, int(at * len(ink)) - 2) for at in (box.y - box.height / 2, box.x - box.width / 2))
    cut = ink[top : top + int(box.height * len(ink)) + 5, left : left + int(box.width * len(ink)) + 5]
    best, word = READ, ""
    for one, made in _inks(len(ink)).items():
        for down in range(-1, 3):
            for right in range(-1, 3):
                union = _overlap(cut, made, down, right)
                if union > best:
                    best, word = union, one
    return word


def _overlap(cut: NDArray[Any], made: NDArray[Any], down: int, right: int) -> float:
    rows, columns = max(cut.shape[0], made.shape[0]) + 4, max(cut.shape[1], made.shape[1]) + 4
    boards = np.zeros((2, rows, columns), dtype=np.float32)
    boards[0, 1 : 1 + cut.shape[0], 1 : 1 + cut.shape[1]] = cut
    boards[1, 1 + down : 1 + down + made.shape[0], 1 + right : 1 + right + made.shape[1]] = made
    return float(boards.min(axis=0).sum() / boards.max(axis=0).sum())


@cache
def _inks(side: int) -> Mapping[str, NDArray[Any]]:
    made = {}
    for word in (*words("taught"), *words("held")):
        whole = Layout(Scene(word=word, background="white"), word=Box(0.5, 0.5, LETTER * len(word), WORD_HEIGHT))
        ink = 1 - render(whole, side).mean(axis=2) / 255
        rows, columns = np.flatnonzero(ink.max(axis=1)), np.flatnonzero(ink.max(axis=0))
        made[word] = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return made


def skill(atom: Atom) -> str:
    """objects, people, roles, attributes, counts, relations, places, text, or grounds."""
    if atom.kind == "entity":
        return {"person": "people", "word": "written words"}.get(atom.about[0], "objects")
    return {
        "role": "roles", "background": "grounds", "count": "counts", "relation": "relations", "place": "places",
        "text": "text", "tone": "tones", "presentation": "presentations", "colour": "colours", "size": "sizes",
    }[atom.kind]  # fmt: skip


def interval(so: int, of: int) -> list[float]:
    """Wilson's 95 % interval of a share."""
    z = 1.959964
    middle, half = so + z * z / 2, z * (so * (of - so) / of + z * z / 4) ** 0.5
    return [round((middle + sign * half) / (of + z * z), 3) for sign in (-1, 1)]


def quality(network: Network, count: int, look: Look) -> dict[str, Any]:
    """The table: by share and skill, how many facts were asked of, and how many were so."""
    found: Counter[tuple[str, str, str]] = Counter()
    whole: Counter[tuple[str, str]] = Counter()
    for at, (share, scene) in enumerate(asked(count)):
        text = prompt(scene, keyed("tiny-t2i", "evaluated words", str(at)))
        told = list(facts(scene, network.drawn(text, "", SEED, look)))
        found.update((share, skill(atom), state) for atom, state in told)
        ended = {state for _, state in told}
        whole[share, "unparsed" if "unparsed" in ended else "all" if ended == {"yes"} else "not all"] += 1
    made: dict[str, Any] = {}
    for share in ("taught", "held"):
        skills = sorted({one for told, one, _ in found if told == share})
        made[share] = {one: _row(found[share, one, "yes"], found[share, one, "no"], found[share, one, "unparsed"],
                                 found[share, one, "void"]) for one in skills}  # fmt: skip
        made[share]["all of a scene"] = _row(whole[share, "all"], whole[share, "not all"], whole[share, "unparsed"], 0)
    return made


def _row(so: int, not_so: int, untold: int, void: int) -> dict[str, Any]:
    """Of all that was asked for, and of what could be told; what is there and is nothing known leaves much untold."""
    of, asked_for = so + not_so, so + not_so + untold + void
    told: dict[str, Any] = {"share_of_asked": round(so / asked_for, 3), "interval_of_asked": interval(so, asked_for)}
    if of:
        told |= {"share_of_told": round(so / of, 3), "interval_of_told": interval(so, of)}
    return {**told, "so": so, "not_so": not_so, "untold": untold, "void": void}


def main() -> None:
    """See the head of this file."""
    package, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1500
    look, path = Look(), package / "card.json"
    made = {"pictures": count, "sampler": look.sampler, "steps": look.steps, "guidance": look.guidance}
    made["skills"] = quality(Network(package), count, look)
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "quality": made, "gaps": GAPS}, indent=1) + "\n")


if __name__ == "__main__":
    main()
