"""The topic tree: how it grows, what it drops, where it stops, and that its records claim no more than they may."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trustgen.core import (
    CRAFTING,
    BuildStopped,
    InputError,
    Kit,
    Level,
    Reply,
    Request,
    Sampling,
    Turn,
    Unusable,
    Usage,
    keyed,
)
from trustgen.core import Model as Asked
from trustgen.curate.pool import Selection
from trustgen.curate.topics import LABELS, Growth, TopicPool, Topics, _Leaf, in_turns
from trustgen.curate.web import Wanted
from trustgen.run.roles import Archive, Staff
from trustgen.store import Generated

FIELDS = {"situation": Wanted(about="what happens"), "people": Wanted(about="how many take part", type="integer")}
SMALL = Growth(depth=2, breadth=3, each=2, rounds=1)


def words(seed: str, n: int) -> str:
    """`n` words that belong to a seed, unlike those of another."""
    draw = keyed("words", seed)
    return " ".join("".join(draw.choice("bcdfgklmnprstvz") + draw.choice("aeiou") for _ in range(4)) for _ in range(n))


class Writer:
    """Names parts of a topic and writes records on a leaf, always new ones unless told otherwise."""

    role, uri = "writer", "scripted/writer"
    levels = frozenset({Level.GENERATE})
    simulated, slots = False, 4

    def __init__(
        self, parts: Callable[[str, int], Any] | None = None, rows: Callable[[str, int], Any] | None = None
    ) -> None:
        self._parts = parts or (lambda path, n: [words(f"{path}{i}", 2) for i in range(n)])
        self._rows = rows or (
            lambda path, n: [{"situation": words(f"{path}{self.asked}{i}", 6), "people": i} for i in range(n)]
        )
        self.prompts: list[str] = []
        self.seeds: list[int | None] = []

    @property
    def asked(self) -> int:
        """How many questions it was asked."""
        return len(self.prompts)

    def say(self, prompt: str, sampling: Sampling) -> str:
        self.prompts.append(prompt)
        self.seeds.append(sampling.seed)
        path = re.search(r"(?:divide now|part of it|about|topic): (\S.*)", prompt.replace("whole tree is about:", ""))
        assert path, prompt
        number = re.search(r"\d+", prompt)
        assert number, prompt
        n = int(number[0])
        if '"topics"' in prompt:
            told: Any = {"topics": self._parts(path[1], n)}
        else:
            told = {"records": self._rows(path[1], n)}
        return json.dumps(told)

    def ask(self, *turns: Turn, sampling: Sampling = CRAFTING) -> Reply:
        return Reply(self.say(turns[-1].text, sampling))


class Model(Writer, Asked):
    """The same as a model that the engine can bind."""

    async def ask(self, request: Request) -> Reply:  # type: ignore[override]
        return Reply(self.say(request.turns[-1].text, request.sampling), usage=Usage(5, 7), seconds=0.1)


def tree(growth: Growth = SMALL, **more: Any) -> TopicPool:
    told = {"root": "Work at sea", "brief": "questions on fair treatment", "fields": FIELDS}
    return TopicPool("topics.sea", "situations at sea", growth=growth, **{**told, **more})


def grown(writer: Writer, growth: Growth = SMALL, salt: str = "s", **more: Any) -> tuple[list[Any], TopicPool]:
    pool = tree(growth, **more).using(Kit({"writer": writer}))
    return list(pool.draw(salt)), pool


def test_a_whole_tree() -> None:
    writer = Writer()
    records, pool = grown(writer)
    assert writer.asked == 1 + 3 + 9
    assert len(records) == 9 * 2
    assert len({record.id for record in records}) == 18
    paths = {tuple(record["path"]) for record in records}
    assert len(paths) == 9
    assert all(path[0] == "Work at sea" and len(path) == 3 for path in paths)
    (end,) = pool.bad_rows()
    assert end.reason == "no more than 18 records of 9 leaves: the tree is used up"


def test_what_a_record_says_of_itself() -> None:
    record = grown(Writer())[0][0]
    assert set(record.fields) == {"situation", "people", "path", "made_by"}
    assert record["made_by"] == record.source.origin == "scripted/writer"
    assert record.source.licence == "made by a model: as its terms say"
    assert record.source.revision == record.source.retrieved == ""


def test_branches_take_turns() -> None:
    records, _ = grown(Writer())
    branches = [record["path"][1] for record in records]
    assert len(set(branches[:6])) == 3
    assert Counter(branches[:6]).most_common(1)[0][1] == 2
    uneven = [_Leaf(("r", b, str(i))) for b, n in (("a", 3), ("b", 1), ("c", 2)) for i in range(n)]
    assert [leaf.branch for leaf in in_turns(uneven)] == list("abcaca")
    assert in_turns([]) == []


def test_a_branch_has_a_quota() -> None:
    records, _ = grown(Writer(), Growth(depth=2, breadth=3, each=2, rounds=3, branch=5))
    assert list(Counter(record["path"][1] for record in records).values()) == [5, 5, 5]


def test_further_rounds_ask_for_what_is_not_there_yet() -> None:
    writer = Writer()
    records, _ = grown(writer, Growth(depth=1, breadth=2, each=2, rounds=2))
    assert len(records) == 8
    assert len(set(writer.seeds)) == writer.asked == 5
    first = " ".join(str(records[0][name]) for name in FIELDS)
    assert first[:60] in writer.prompts[3], "the second round names what the first wrote"
    assert first[:60] not in writer.prompts[1]


def test_nothing_is_written_that_is_not_asked_for() -> None:
    writer = Writer()
    pool = tree().using(Kit({"writer": writer}))
    assert writer.asked == 0
    first = list(Selection((pool,), 3).select("s"))
    assert writer.asked == 1 + 3 + 2
    assert first == grown(Writer())[0][:3], "a smaller test is the beginning of a larger one"


def test_asks_are_bounded() -> None:
    writer = Writer()
    records, pool = grown(writer, Growth(depth=2, breadth=3, each=2, rounds=1, asks=7))
    assert writer.asked == 7
    assert len(records) == 6
    assert pool.bad_rows()[-1].reason.endswith("of 9 leaves: the writer's asks are used up")
    writer = Writer()
    assert grown(writer, Growth(depth=8, breadth=9, asks=20))[0] == []
    assert writer.asked == 20


def test_topics_that_repeat_are_dropped() -> None:
    same = ["Night watches", "night watch", "Watches at night"]
    told = [*same, "Fishing quotas", "", "x" * 200, "Work at sea", "Pilots", "Harbour dues"]
    writer = Writer(parts=lambda path, n: told)
    records, pool = grown(writer, Growth(depth=1, breadth=3, each=1, rounds=1))
    assert [record["path"][1] for record in records] == ["Night watches", "Fishing quotas", "Pilots"]
    why = [row.reason for row in pool.bad_rows() if row.field == "topics"]
    assert len(why) == 5
    assert sum("repeats another topic" in reason for reason in why) == 3


def test_a_writer_that_only_repeats_itself_ends() -> None:
    row = {"situation": "A deckhand asks for the same pay as the others.", "people": 2}
    same = Writer(rows=lambda path, n: [row] * n)
    records, pool = grown(same, Growth(depth=2, breadth=3, each=3, rounds=3))
    assert len(records) == 1
    assert sum("says the same" in bad.reason for bad in pool.bad_rows()) == 9 * 3 * 3 - 1
    topics = Writer(parts=lambda path, n: ["Night watches"] * n)
    assert grown(topics)[0] == []
    assert topics.asked == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"situation": "", "people": 1}, "is empty"),
        ({"situation": "x" * 601, "people": 1}, "characters, over"),
        ({"situation": "a calm day", "people": "some"}, "not a integer"),
        ({"situation": "a calm day"}, "no usable JSON"),
        ("no row", "no usable JSON"),
    ],
)
def test_records_that_cannot_be_used_are_named(row: Any, said: str) -> None:
    good = {"situation": "Two sailors share one bunk.", "people": 2}
    writer = Writer(rows=lambda path, n: [row, good])
    records, pool = grown(writer, Growth(depth=1, breadth=1, each=2, rounds=1))
    assert len(records) == (0 if "JSON" in said else 1)
    assert any(said in bad.reason and bad.where.startswith("Work at sea > ") for bad in pool.bad_rows())


def test_no_more_records_than_asked_for() -> None:
    writer = Writer(rows=lambda path, n: [{"situation": words(f"{path}{i}", 5), "people": i} for i in range(50)])
    assert len(grown(writer, Growth(depth=1, breadth=1, each=2, rounds=1))[0]) == 2


# ── labels ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*LABELS, "made_by", "path"])
def test_a_model_gives_no_gold_answer(name: str) -> None:
    with pytest.raises(InputError, match=f"field `{name}` is not the writer's to give"):
        tree(fields={**FIELDS, name: Wanted(about="the right answer")})


def test_a_rule_may_derive_one() -> None:
    def derive(values: Any) -> dict[str, Any]:
        if values["people"] == 0:
            raise Unusable("nobody is there")
        return {"answer": "alone" if values["people"] == 1 else "together", "people": 99, "made_by": "me"}

    records, pool = grown(Writer(), Growth(depth=1, breadth=2, each=3, rounds=1), derive=derive)
    assert [(r["people"], r["answer"], r["made_by"]) for r in records] == [
        (1, "alone", "scripted/writer"),
        (2, "together", "scripted/writer"),
    ] * 2, "a rule adds, and overwrites nothing"
    assert sum("no label can be derived: nobody is there" in row.reason for row in pool.bad_rows()) == 2


# ── seeds, and building again ───────────────────────────────────────────────────────────────────────────────────────


def test_the_salt_seeds_the_writer() -> None:
    one, same, other = Writer(), Writer(), Writer()
    grown(one), grown(same), grown(other, salt="t")
    assert one.seeds == same.seeds
    assert one.prompts == same.prompts
    assert not set(one.seeds) & set(other.seeds)
    assert len(set(one.seeds)) == one.asked, "every ask has its own"


def test_building_again_needs_no_writer(tmp_path: Path) -> None:
    writer = Model()
    with Staff({"writer": writer}, Generated(tmp_path / "a.db")) as staff:
        pool = tree().using(staff.kit)
        first = list(pool.draw("s"))
        assert len(first) == 18
        asked = writer.asked
        assert list(pool.draw("s")) == first
        assert writer.asked == asked == 13
        staff.cache.export(tmp_path / "generated.parquet")
        uris = staff.uris
    closed = Generated(tmp_path / "b.db", closed=True)
    closed.fill(tmp_path / "generated.parquet")
    again = tree().using(Archive(uris, closed).kit)
    assert list(again.draw("s")) == first
    assert again.bad_rows() == pool.bad_rows()
    with pytest.raises(BuildStopped):
        list(again.draw("t"))
    closed.close()


# ── what is wrong with a pool ───────────────────────────────────────────────────────────────────────────────────────


def test_a_writer_must_be_bound() -> None:
    with pytest.raises(InputError, match=r"pool `topics\.sea` needs a model in the role `writer`"):
        tree().using(Kit())
    with pytest.raises(InputError, match="role `writer`"):
        tree().draw("s")


@pytest.mark.parametrize(
    "more", [{"root": ""}, {"brief": " "}, {"fields": {}}, {"growth": Growth(depth=0)}, {"growth": Growth(asks=0)}]
)
def test_pools_that_cannot_be(more: Any) -> None:
    with pytest.raises(InputError, match=r"pool `topics\.sea`"):
        tree(**more)


def test_a_pool_that_a_table_describes() -> None:
    told = Topics(root="Work at sea", brief="questions", fields=FIELDS, growth=SMALL)
    pool = TopicPool.described("mine.sea", "sea", told)
    assert pool.size is None
    assert pool.manifest["origin"] == "a model in the role `writer`"
    bound = pool.using(Kit({"writer": Writer()}))
    assert bound.manifest == {
        "origin": "scripted/writer",
        "revision": "live",
        "licence": "made by a model: as its terms say",
        "rows": "as many as are written",
    }
    assert [r.pool for r in bound.draw("s")] == ["mine.sea"] * 18


def test_a_writer_that_fails_costs_its_branch() -> None:
    def parts(path: str, n: int) -> Any:
        if path == "Work at sea":
            return ["Night watches", "Fishing quotas"]
        return 7 if "Night" in path else [words(path, 2)]

    records, pool = grown(Writer(parts=parts))
    assert {record["path"][1] for record in records} == {"Fishing quotas"}
    assert any("no usable JSON" in row.reason and row.where == "Work at sea > Night watches" for row in pool.bad_rows())
