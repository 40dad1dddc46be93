"""Games of typed tools: how much of a reply is carried out, and when a game is over whatever its world says."""

from __future__ import annotations

import pytest

from trustgen.core import Call, Game, Play, Reply, Tool
from trustgen.simulate.acting import AT_ONCE, IDLE, Acting

NOD = Tool("nod", "Nods.")


class Nods(Acting):
    """Always has something to say."""

    def carry_out(self, call: Call) -> str:
        """Nods."""
        return f"nod {self.acts}"

    def goes_on(self) -> str:
        """Says so."""
        return "and on it goes."


def game(steps: int = 9) -> Acting:
    """A new one."""
    return Nods(Play(world="nods", start={}, tools=(NOD,), steps=steps))


def said(at: Game, *names: str) -> list[str]:
    """What is answered to a reply with these calls."""
    return [turn.text for turn in at.step(Reply("", calls=tuple(map(Call, names))))]


def test_what_is_carried_out_is_answered_and_then_it_goes_on() -> None:
    """The news stands with the last answer; a reply in which nothing was carried out brings none."""
    at = game()
    assert said(at, "nod", "nod") == ["nod 1", "nod 2\n\nand on it goes."]
    assert said(at, "fly") == ["not done: there is no tool `fly`. The tools are: nod."]
    assert said(at) == [Acting.nudge]


def test_a_flood_is_carried_out_in_part() -> None:
    at = game()
    told = said(at, *["nod"] * (AT_ONCE + 2))
    assert at.acts == AT_ONCE
    assert [text.partition(":")[0] for text in told[AT_ONCE:]] == ["not done"] * 2


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_game_is_over_after_its_replies(steps: int) -> None:
    at = game(steps)
    assert [bool(said(at, "nod")) for _ in range(steps + 2)] == [True] * (steps - 1) + [False] * 3
    assert at.acts == steps


def test_a_game_is_over_where_nothing_is_done() -> None:
    """Only replies in a row count."""
    at = game(99)
    for _ in range(IDLE - 1):
        assert said(at, "fly")
    assert said(at, "nod")
    assert [bool(said(at)) for _ in range(IDLE)] == [True] * (IDLE - 1) + [False]


def test_a_world_says_what_its_tools_do() -> None:
    with pytest.raises(NotImplementedError, match="give it `def carry_out"):
        Acting(Play(world="nods", start={}, tools=(NOD,), steps=2)).step(Reply("", calls=(Call("nod"),)))
