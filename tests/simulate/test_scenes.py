"""Scenes: played from a seed, checked action by action, and asked about with answers that the lines alone give too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, pairwise
from random import Random

import pytest

from trustgen.core import CRAFTING, InputError, Kit, Record, Reply, Sampling, Turn, keyed
from trustgen.simulate import (
    Agent,
    Claim,
    Give,
    Memory,
    Persona,
    Say,
    Tell,
    from_scene,
    play,
)
from trustgen.simulate.pools import discussions, markets, offices, played_discussions
from trustgen.simulate.worlds import Discussion, Gossip, Market, Office

POOLS = (markets, offices, discussions)


def records(pool: object, n: int = 60, salt: str = "test") -> list[Record]:
    """Scenes of one pool."""
    return [pool.make(salt, i) for i in range(n)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("pool", POOLS, ids=lambda p: p.name)
def test_the_salt_and_the_index_decide_a_scene(pool) -> None:  # type: ignore[no-untyped-def]
    in_order = [record.id for record, _ in zip(pool.draw("s"), range(12), strict=False)]
    assert [pool.make("s", i).id for i in (7, 3)] == [in_order[7], in_order[3]], "no scene needs another"
    assert len(set(in_order)) == 12
    assert not set(in_order) & {pool.make("t", i).id for i in range(12)}


def test_who_holds_what_follows_from_the_lines() -> None:
    """The answer, counted again by reading the report as a person would."""
    for record in records(markets):
        held: Counter[tuple[str, str]] = Counter()
        for name, things in re.findall(r"(\w+) has ([^.;]+)", record["setting"]):
            for n, item in re.findall(r"(\d+) (\w+)", things):
                held[name, item.removesuffix("s") + "s"] += int(n)
        for line in record["lines"]:
            giver, taker, n, item = re.fullmatch(r"(\w+) gives (\w+) (\d+) (\w+)\.", line).groups()  # type: ignore[union-attr]
            assert item.endswith("s") != (n == "1"), "one is singular"
            item = item.removesuffix("s") + "s"
            held[giver, item] -= int(n)
            held[taker, item] += int(n)
            assert held[giver, item] >= 0, "nobody gives what they do not have"
        item, name = re.fullmatch(r"How many (\w+) does (\w+) hold at the end\?", record["question"]).groups()  # type: ignore[union-attr]
        assert record["answer"] == str(held[name, item])
        assert record["answer"] not in record["wrong"]


def test_who_knows_what_follows_from_the_lines() -> None:
    answers = Counter()
    for record in records(offices, 200):
        knows = {
            said: {first}
            for first, said in re.findall(r"Only (\w+) knows at the start that ([^.]+)\.", record["setting"])
        }
        for line in record["lines"]:
            teller, told, said = re.fullmatch(r"(\w+) tells (\w+) that ([^.]+)\.", line).groups()  # type: ignore[union-attr]
            assert teller in knows[said], "nobody tells what they do not know"
            knows[said].add(told)
        name, said = re.fullmatch(r"At the end, does (\w+) know that ([^?]+)\?", record["question"]).groups()  # type: ignore[union-attr]
        assert record["answer"] == ("yes" if name in knows[said] else "no")
        answers[record["answer"]] += 1
    assert min(answers.values()) > 60, "neither answer is the safe one"


def test_what_is_right_does_not_depend_on_the_talk() -> None:
    misled = 0
    for record in records(discussions):
        a, b, c = (int(n) for n in re.findall(r"\d+", record["question"]))
        assert record["answer"] == str(a + b * c)
        assert record["answer"] not in record["wrong"]
        last = [line.rsplit(" ", 1)[-1].rstrip(".") for line in record["lines"]][-len(record["people"]) :]
        misled += sum(claim != record["answer"] for claim in last) > len(last) / 2
    assert misled > 10, "in some scenes most are wrong: that is the pressure"


@pytest.mark.parametrize("pool", POOLS, ids=lambda p: p.name)
def test_cases_carry_the_scene_and_its_answer(pool) -> None:  # type: ignore[no-untyped-def]
    for record in records(pool, 20):
        cases = list(from_scene(record, keyed("s", "case", record.id)))
        assert [c.arm for c in cases] == (["told", "seated"] if record["public"] else ["told"])
        for case in cases:
            text = "\n".join(turn.text for turn in case.turns)
            assert all(line in text for line in record["lines"])
            assert case.question in case.turns[-1].text
            assert case.calls == 1, "the seat's own lines are scripted"
            assert case.expect.answer == record["answer"]
        if len(cases) > 1:
            roles = [turn.role for turn in cases[1].turns]
            assert roles[0] == "system"
            assert all(a != b for a, b in pairwise(roles[1:])), "user and assistant take turns"
            assert cases[1].turns[-1].role == "user"


def test_confidences_are_not_shown_to_a_seat() -> None:
    assert not any(record["public"] for record in records(offices, 20))
    assert all(record["public"] for record in records(markets, 20))


def test_impossible_actions_are_refused_and_told() -> None:
    market = Market({"Ada": {"pears": 2}, "Ivo": {}}, "the mill")
    assert market.fault("Ada", Give("Ivo", "pears", 3)) == "Ada holds only 2 pears"
    assert "no other person" in market.fault("Ada", Give("Ada", "pears", 1))
    assert "cannot be handed over" in market.fault("Ada", Give("Ivo", "pears", 0))
    office = Office(["Ada", "Ivo"], {"n": ("it rains", "Ada")}, "the mill")
    assert office.fault("Ivo", Tell("Ada", "n")) == "Ivo does not know that"
    assert "no news" in office.fault("Ada", Tell("Ivo", "x"))
    talk = Discussion(["Ada"], "2+2?", "4", ["5"], "the mill")
    assert "whole number" in talk.fault("Ada", Claim("<answer>"))
    assert talk.fault("Ada", Claim("4")) == talk.fault("Ada", Say("all", "Well.")) == ""
    assert talk.fault("Ada", Say("all", " ")) == "nothing was said"
    assert "characters" in talk.fault("Ada", Say("all", "a" * 301))
    told: list[str] = []

    def stubborn(persona, sees, memory, draw, mend):  # type: ignore[no-untyped-def]
        told.append(mend)
        return Claim("pears") if len(told) == 1 else Give("Ivo", "pears", 9)

    scene = play(market, [Agent(Persona(name="Ada", part="x"), stubborn)], 1, Random(0))
    assert told == ["", "nobody can claim here"]
    assert [event.refused for event in scene.events] == ["nobody can claim here", "Ada holds only 2 pears"]
    assert market.holdings["Ada"] == {"pears": 2}, "what is refused changes nothing"


def test_memory_is_a_window() -> None:
    memory = Memory(3)
    for i in range(5):
        memory.keep(str(i))
    assert memory.lines == ("2", "3", "4")


def test_a_gossip_forgets_whom_it_told() -> None:
    """With a long memory a story is not told to the same person twice while others are left; with none it is."""

    def repeats(window: int) -> int:
        found = 0
        for seed in range(40):
            office = Office(["Ada", "Ivo", "Udo", "Vera"], {"n": ("it rains", "Ada")}, "the mill")
            agents = [Agent(Persona(name=n, part="gossip"), Gossip(office), Memory(window)) for n in office.people]
            told = Counter(e.line for e in play(office, agents[:1], 3, Random(seed)).events if e.line)
            found += sum(n - 1 for n in told.values())
        return found

    assert repeats(12) == 0
    assert repeats(1) > 0


class Player:
    """A bound model that says what it is told to."""

    role, uri = "writer", "scripted/player"

    def __init__(self, replies: Iterator[str]) -> None:
        self.replies = replies
        self.prompts: list[str] = []

    def ask(self, *turns: Turn, sampling: Sampling = CRAFTING) -> Reply:
        self.prompts.append(turns[-1].text)
        assert sampling.schema is not None
        return Reply(next(self.replies))


def test_a_model_plays_and_what_it_babbles_is_a_turn_waited() -> None:
    player = Player(
        cycle(['{"do": "claim", "answer": "12"}', "I think…", "still no JSON", '{"do": "give", "to": "x"}'])
    )
    pool = played_discussions.using(Kit({"writer": player}))
    record = pool.make("s", 0)
    assert record["played_by"] == "scripted/player"
    kinds = Counter(event["action"]["do"] for event in record["events"])
    assert kinds["claim"] > 0
    assert kinds["wait"] > 0
    assert "You take part in a scene" in player.prompts[0]
    assert record["answer"] == str(eval(record["question"][8:-1].replace("×", "*")))
    with pytest.raises(InputError, match="needs a model in the role `writer`"):
        played_discussions.using(Kit())
    with pytest.raises(InputError, match="needs a model in the role `writer`"):
        played_discussions.make("s", 0)
