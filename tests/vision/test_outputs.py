"""What is measured in 210 pictures that a model drew, against what somebody saw in them who did not know the prompts.

`outputs/sheet.webp` has them in rows of 15, as `tiny-t2i` of November 2026 drew them (DDPM, 50 steps, guidance 2);
`outputs/labels.txt` says of each what one of us saw at three times the size, before anything was measured: things with
their number and, where it is plain, their colour; people by their clothes and by how light they are; "unclear" where
some part is there that cannot be named. How far two shapes must be apart to be told was chosen on the even numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from trustgen.vision.measure import measure
from trustgen.vision.wording import TONE_GROUPS, tone_words
from trustgen.vision.world import ROLES, SHAPES

FOLDER = Path(__file__).parent / "outputs"
SIDE, ROW, PICTURES = 64, 15, 210
LIGHTER = {"light": TONE_GROUPS[:2], "dark": TONE_GROUPS[2:], "between": TONE_GROUPS}

SEEN = Counter({
    "labelled": 347, "named": 329, "right": 295, "beside what is unclear": 33, "wrong": 1,
    "colour right": 244, "colour wrong": 7,
    "people": 84, "people found": 70, "clothes right": 70, "tone told": 47, "tone right": 47,
    "words": 35, "words found": 17, "words where there are none": 3,
})  # fmt: skip
"""As it is told in `docs/judges.md`."""


@cache
def counted(over: range) -> Counter[str]:
    """How much of what is measured is as it was labelled, over some of the pictures."""
    pictures = pytest.importorskip("PIL.Image", reason="Pillow is not installed: no picture is read")
    sheet = np.asarray(pictures.open(FOLDER / "sheet.webp").convert("RGB"))
    found: Counter[str] = Counter()
    for line in (FOLDER / "labels.txt").read_text().splitlines():
        number, _, said = line.partition(": ")
        if int(number) in over:
            row, column = (SIDE * at for at in divmod(int(number), ROW))
            found += one(sheet[row : row + SIDE, column : column + SIDE], said)
    return found


def one(pixels: np.ndarray, said: str) -> Counter[str]:
    seen, found = measure(pixels), Counter[str]()
    things = re.findall(rf"(\d) (?:(\w+) )?({'|'.join(SHAPES)})\b", said)
    labelled = Counter({shape: int(many) for many, _, shape in things})
    colours = {shape: colour for _, colour, shape in things}
    for shape in SHAPES:
        spotted = seen.of(shape)
        right = min(len(spotted), labelled[shape])
        found += Counter({"named": len(spotted), "right": right, "labelled": labelled[shape]})
        found["beside what is unclear" if "unclear" in said else "wrong"] += len(spotted) - right
        if colours.get(shape):
            for thing in spotted:
                found["colour right" if thing.colour == colours[shape] else "colour wrong"] += 1
    if who := re.search(r"person (\w+) (\w+)", said):
        found["people"] += 1
        found["people found"] += seen.person is not None
        if seen.person:
            found["clothes right"] += ROLES.get(seen.person.role) == who[1]
            found["tone told"] += bool(seen.person.tone)
            found["tone right"] += bool(seen.person.tone) and tone_words(seen.person.tone) in LIGHTER[who[2]]
    else:
        found["people where there are none"] += seen.person is not None
    found["words"] += "word" in said
    found["words found"] += "word" in said and seen.word is not None
    found["words where there are none"] += "word" not in said and seen.word is not None
    return found


def test_what_is_named_is_mostly_what_somebody_saw_and_nobody_is_seen_who_is_not_there() -> None:
    assert counted(range(PICTURES)) == SEEN


def test_the_half_that_was_not_looked_at_is_no_worse() -> None:
    looked_at, other = (counted(range(first, PICTURES, 2)) for first in (0, 1))
    assert other["right"] / other["named"] > looked_at["right"] / looked_at["named"] - 0.1
