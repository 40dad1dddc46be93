"""Scenes for the tests: many, each by its number, of every complexity, some with a person, some of held-out pairs."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from trustgen.core import keyed
from trustgen.vision.drawing import drawn
from trustgen.vision.scene import Scene, filled


def scene(number: int, salt: str = "tests") -> Scene:
    """The scene with this number, as a prompt would say it."""
    draw = keyed(salt, "scene", str(number))
    share = "held" if number % 7 == 3 else "taught"
    return drawn(draw, 3 + number % 6, share=share, person=number % 5 == 4)  # type: ignore[arg-type]


def whole(number: int, salt: str = "tests") -> Scene:
    """The same scene with nothing left open."""
    return filled(scene(number, salt), keyed(salt, "filled", str(number)))


def wholes(n: int, salt: str = "tests", *, people: bool = True) -> Iterator[Scene]:
    """So many of them; without `people` those that show nobody."""
    number = 0
    while n:
        made = whole(number, salt)
        number += 1
        if people or not made.person:
            n -= 1
            yield made


NUMBERS = st.integers(0, 10**6)
