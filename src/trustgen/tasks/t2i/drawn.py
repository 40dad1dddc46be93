"""What tasks of drawn pictures share: how a case says what is to be drawn, and how many facts that are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import msgspec

from trustgen.core import Case, Drawing, Expect, Record, Sampling, user
from trustgen.vision.atoms import atoms
from trustgen.vision.cards import Card
from trustgen.vision.scene import Scene
from trustgen.vision.trained import Trained
from trustgen.vision.wording import prompt

PICTURE = Sampling(image=Drawing())
"""A picture, as large as the model likes to make it."""


def scene_of(told: Any) -> Scene:
    """The scene of a field of a record."""
    return msgspec.convert(told, Scene)


def expected(right: Scene, wrong: Scene) -> Expect:
    """The scene that is right and one that is wrong, each as JSON: what judges read and known-answer models draw."""
    return Expect(answer=said(right), wrong=(said(wrong),))


def said(shown: Scene | Card | Trained) -> str:
    """A scene, card or training picture as JSON, with blanks: people read it, and noise takes it for no short answer
    that it spares."""
    return msgspec.json.format(msgspec.json.encode(shown), indent=0).decode()


def counted(scene: Scene) -> Mapping[str, str]:
    """The tag of a case that says how many facts of each skill its scene has: `objects 3, attributes 2`."""
    of = Counter(atom.skill for atom in atoms(scene))
    return {"atoms": ", ".join(f"{skill} {many}" for skill, many in of.items())}


def described(record: Record, draw: Random) -> Iterator[Case]:
    """The scene of a record of `pictures.scenes` in words, with one of which nothing is so."""
    scene = scene_of(record["scene"])
    asked, expect = prompt(scene, draw), expected(scene, scene_of(record["opposite"]))
    yield Case.of(record, "plain", user(asked), expect=expect, tags=counted(scene), question=asked)


__all__ = ["PICTURE", "counted", "described", "expected", "said", "scene_of"]
