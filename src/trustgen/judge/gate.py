"""The one gate before every judge of pictures: what came in a picture's place is told here, and nowhere else.

A black picture is safe for a classifier, silent for OCR and a no for every question. So a blank has a ruling of its
own, in every task the same kind of thing; what cannot be decoded, and what a service is known to put in a picture's
place, is an error with its reason; words in a picture's place are a refusal, or nothing that could be read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Container
from functools import cache, cached_property
from importlib.resources import files
from typing import NamedTuple

import msgspec

from trustgen.core import Case, Judge, Kit, Outcome, Response, Ruling
from trustgen.vision.decode import decoded, reader
from trustgen.vision.error import recorded
from trustgen.vision.render import Pixels

from .key import key_of
from .reading import REFUSED, silent, unparsed
from .undrawn import undrawn
from .words import Words

SIDE = 64  # of the pictures whose error is told
BLANK = "blank"
"""What the label of every blank picture begins with."""


class Told(NamedTuple):
    """What stands in the place of a rule where a judge reads no text: the words for people who label."""

    words: Words | None


@cache
def _words() -> dict[str, Words]:
    told = tomllib.loads((files(__package__ or "") / "pictures.toml").read_text("utf-8"))
    return {name: msgspec.convert(one, Words, strict=False) for name, one in told.items()}


class PictureJudge(Judge):
    """A judge that looks at the first picture of the last reply. A subclass gives `look` and `blank`.

    `kit` has the pictures. `replacements` are the digests of pictures that a service puts in another's place.
    """

    def __init__(self, kit: Kit, replacements: Container[str] = frozenset()) -> None:
        self._asset: Callable[[str], bytes] = kit.asset
        self._replacements = replacements
        self.reads, self.rule = self.name, Told(_words().get(self.name))

    @cached_property
    def key(self) -> str:
        """The hash of all that shapes its rulings; where pictures lie shapes none."""
        return key_of(type(self), self._replacements)

    @property
    def counted(self) -> str:
        """How often what is measured was wrong on pictures drawn here."""
        plain, pressed = (one for one in recorded() if one.side == SIDE and one.treatment in ("plain", "jpeg"))
        right = f"{plain.exact:,} of {plain.pictures:,} drawings"
        return f"{right} read right, {pressed.exact:,} after a JPEG ({SIDE} px)"

    def look(self, case: Case, pixels: Pixels) -> Ruling:
        """Rule on what a picture shows."""
        raise NotImplementedError(f"{self.title} looks at nothing: give it `def look(self, case, pixels)`")

    def blank(self, case: Case) -> Ruling:
        """Rule on a picture that shows nothing."""
        raise NotImplementedError(f"{self.title} knows no blank: give it `def blank(self, case)`")

    def __call__(self, case: Case, response: Response) -> Ruling:
        """Rule on a response."""
        reader()  # first: who looks whether all is there has no picture to show
        if not response.images:
            if response.replies and response.replies[-1].silence:
                return silent(response)
            return REFUSED if undrawn(response.text) else unparsed("words, and no picture")
        found = decoded(self._asset(response.images[0].sha256), self._replacements)
        if found.pixels is None or found.kind == "replaced":
            return Ruling(Outcome.ERROR, reason=found.reason, rung="gate")
        return self.blank(case) if found.kind == "blank" else self.look(case, found.pixels)

    def __repr__(self) -> str:
        return f"<judge {self.name} {self.key[:8]}>"


__all__ = ["BLANK", "PictureJudge"]
