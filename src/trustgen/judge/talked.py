"""A judge of what was said in a game: it sees what the world said before the last reply as turns of the case."""

from __future__ import annotations

from functools import cached_property

from trustgen.core import Case, Judge, Response, Ruling, heard
from trustgen.core.registry import load

from .around import Around
from .key import key_of


class Talked(Around):
    """A judge of a case that is played in a world without tools; made by `talked`."""

    def __init__(self, inner: Judge, world: str) -> None:
        super().__init__(inner)
        self.world = world

    @cached_property
    def key(self) -> str:
        """The source of this and of the world, and the inner judge's key."""
        world = load("world", self.world)
        return key_of(type(self), type(world), *world.made_of, self.world, self.inner.key)

    @property
    def judges(self) -> tuple[Judge, ...]:
        """The inner judge's: on a labelled reply, which no talk led to, it rules as that does."""
        return self.inner.judges

    def __call__(self, case: Case, response: Response) -> Ruling:
        """The inner judge's ruling on the last reply. An echo of what the world said is one."""
        return self.inner(heard(case, response), response)

    def __repr__(self) -> str:
        return f"<{self.name} in `{self.world}` {self.key[:8]}>"


def talked(judge: Judge, world: str) -> Talked:
    """The judge, for cases that are talks in a world: only with it is the world's own part of a talk known for one."""
    return Talked(judge, world)


__all__ = ["Talked", "talked"]
