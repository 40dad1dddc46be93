"""Banks of our own: records by spot, values in turn, a source that is its text; sentences whose parts fit together."""

from __future__ import annotations

import sys
from collections import Counter
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import pytest

from trustgen.core import in_turn, keyed
from trustgen.curate.bank import OWN, Bank, Fields, Spot, stream
from trustgen.curate.clients import ENDS, NO_TOWNS, STARTS, TRADES, clients, place
from trustgen.curate.lookalikes import WORDS as LOOKALIKES
from trustgen.curate.sought import NO_FIRMS, sought

FRUIT = ("apple", "fig", "pear")


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    """A bank in a package of its own, and another one that fills it."""
    (tmp_path / "larder").mkdir()
    (tmp_path / "larder" / "__init__.py").touch()
    (tmp_path / "larder" / "fruit.toml").write_text(f"names = {list(FRUIT)}\n")
    (tmp_path / "larder" / "towns.toml").write_text('towns = ["Leeds"]\n')
    monkeypatch.delitem(sys.modules, "larder", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    return Bank("larder", "fruit", ("towns",), names="faker")


def test_a_record_is_its_spot_and_needs_no_other(words: Bank) -> None:
    @words.pool("mine.fruit", "fruit")
    def fruit(at: Spot) -> Fields:
        return {"name": at.turn(words["names"], "name"), "weight": at.draw.randint(1, 10**9)}

    drawn = list(islice(fruit.draw("s"), 9))
    assert drawn == [fruit.make("s", index) for index in range(9)]
    assert {record.id for record in drawn}.isdisjoint(record.id for record in islice(fruit.draw("other"), 9))
    for run in (drawn[:3], drawn[3:6], drawn[6:]):
        assert Counter(record["name"] for record in run) == dict.fromkeys(FRUIT, 1)
    assert fruit.manifest["licence"] == OWN
    assert fruit.name == drawn[0].pool == "mine.fruit"


def test_turns_and_draws_are_keyed_by_pool_stage_and_index() -> None:
    at = Spot("p", "s", 4)
    assert at.turn(FRUIT, "kind") == in_turn(FRUIT, 4, "s", "p", "kind")
    assert at.turn(FRUIT, "/kind") == in_turn(FRUIT, 4, "s", "p/kind")
    assert at.turn(FRUIT, nth=0) == in_turn(FRUIT, 0, "s", "p")
    assert at.draw.random() == keyed("s", "p", "4").random()
    assert at.draw.random() != at.drawn().random(), "the draws of a record go on; new ones begin anew"
    assert at.drawn("part").random() == keyed("s", "p", "part", "4").random()


def test_a_bank_is_named_by_its_text_and_by_what_fills_it(words: Bank, tmp_path: Path) -> None:
    first = words.source()
    assert first.origin == "fruit.toml of trustgen"
    assert first.revision.startswith(f"{version('trustgen')} ")
    assert first.revision.endswith(f"names: faker {version('faker')}")
    assert words.source() is first
    for name in ("fruit", "towns"):
        (tmp_path / "larder" / f"{name}.toml").write_text("names = []\n")
        changed = Bank("larder", "fruit", ("towns",), names="faker").source()
        assert changed.revision != first.revision
        first = changed


def test_a_pool_of_its_own_source(words: Bank) -> None:
    made = stream("mine.more", "more", words.source)(lambda at: {"index": at.index})
    assert [record["index"] for record in made.first("s", 3)] == [0, 1, 2]
    assert made.manifest["origin"] == "fruit.toml of trustgen"


def test_an_invented_name_is_no_word_and_says_none_twice() -> None:
    """No "Garden Garden Service"."""
    made = {place(keyed("s", str(i))) for i in range(9000)}
    assert made == {start + end for start in STARTS for end in ENDS} - NO_TOWNS
    words = {word for trade in TRADES for word in trade.split()}
    assert not made & words
    names = [record["organisation"] for record in clients.first("s", 400)] + [r["firm"] for r in sought.first("s", 400)]
    assert not [name for name in names if len(set(name.split())) < len(name.split())]


def test_what_is_asked_of_a_firm_fits_its_trade() -> None:
    """A club has no customers, a law office is its own lawyer, and what an office of the state pays is often public."""
    assert set(NO_FIRMS) <= set(TRADES)
    assert not [r["firm"] for r in sought.first("s", 400) if r["firm"].endswith(NO_FIRMS)]
    firms = {r["firm"].partition(" ")[2] for r in sought.first("s", 900)}
    assert firms == set(TRADES) - set(NO_FIRMS)


def test_what_is_added_to_a_question_fits_a_task_and_a_page_too() -> None:
    """Nothing is said of what went before, of how long the answer shall be in its own measure, or in thanks."""
    odd = ("thank", "somebody", "paragraph", "sentence", "question", "expert", "write")
    assert not [one for one in LOOKALIKES["slots"]["setting"] if any(word in one.lower() for word in odd)]
    (security,) = (one for one in LOOKALIKES["field"] if one["kind"] == "security")
    assert not [ask for pair in security["asks"] for ask in pair if "keep {thing} out" in ask or "by {thing}" in ask]
