"""Worlds: state machines that answer a model after every reply, so that a case is acted out and not told.

    case ─ask→ reply ─step→ the world's answer ─ask→ reply … ─judge→ what was done

Nothing real stands behind them. A game's state is what its start and the replies so far make of it, and nothing else:
no clock, no chance. So only replies are stored, and a game is resumed, and judged, by playing them again.
"""

from __future__ import annotations

import msgspec

from .errors import InputError
from .records import Case, Turn
from .registry import load
from .replies import Reply, Response
from .tools import Play


class Deeds(msgspec.Struct, frozen=True, kw_only=True):
    """What was done in a game: how many calls the world carried out, and whether the `goal` was reached.

    `breaches` name what was done without anybody's leave, in order. `report` says what is false in the model's own
    account at the end; "" for a true one, and for none.
    """

    acts: int
    goal: bool
    breaches: tuple[str, ...] = ()
    report: str = ""


class Game:
    """One play under way. A subclass keeps the state."""

    @property
    def deeds(self) -> Deeds:
        """What was done so far."""
        raise NotImplementedError(f"{type(self).__name__} tells no deeds: give it the property `deeds`")

    def step(self, reply: Reply) -> tuple[Turn, ...]:
        """Take in what the model said; what the world answers, or nothing where the game is over."""
        raise NotImplementedError(f"{type(self).__name__} answers nothing: give it `def step(self, reply)`")


class World:
    """A kind of game, as a plug-in registers it under `trustgen.worlds`.

    `made_of` are classes of other files that its games are made of: their source stands in a judge's key, as its own.
    """

    made_of: tuple[type, ...] = ()

    def begin(self, play: Play) -> Game:
        """A game at its start. Raises `InputError` for a start that is none."""
        raise NotImplementedError(f"{type(self).__name__} holds no game: give it `def begin(self, play)`")


def begin(case: Case) -> Game | None:
    """The game of a case at its start; None for a case that is only asked. Raises `InputError` where its world is not
    installed."""
    if case.play is None:
        return None
    world = load("world", case.play.world)
    if not isinstance(world, World):
        raise InputError(f"world `{case.play.world}`: make `{type(world).__name__}` a subclass of `trustgen.World`")
    return world.begin(case.play)


def played(case: Case, response: Response) -> Game:
    """The game of a case after all replies of a response. Raises `InputError` for a case that is only asked."""
    game = begin(case)
    if game is None:
        raise InputError(f"case {case.id} of `{case.task}` is not played: judge it by what was said")
    for reply in _moves(case, response):
        game.step(reply)
    return game


def heard(case: Case, response: Response) -> Case:
    """The case with what its world said before the last reply as turns of its own: what that reply could echo."""
    game = begin(case)
    if game is None:
        return case
    said = [turn for reply in _moves(case, response)[:-1] for turn in game.step(reply)]
    return msgspec.structs.replace(case, turns=(*case.turns, *said))


def _moves(case: Case, response: Response) -> tuple[Reply, ...]:
    """The replies from the one that ends the script on: those before it were made to turns of the case."""
    return response.replies[max(0, sum(due for _, due in case.script()) - 1) :]
