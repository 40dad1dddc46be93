"""Pools: which records a salt draws, in which order."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from trustgen.core import InputError, UnknownName
from trustgen.core.registry import load, names
from trustgen.curate import pool
from trustgen.curate.mixed import Mixed
from trustgen.curate.pool import Selection, rank
from trustgen.run import build

FINITE = ["facts.capitals", "facts.currencies", "facts.elements", "graph.countries"]
LIVE = {"graph.wikidata", "scenes.discussion.played"}  # they need the network or a role
POOLS = [name for name in names("pool") if name not in LIVE]


def ids(name: str, n: int, salt: str) -> list[str]:
    return [record.id for record in pool(name, n=n).select(salt)]


@pytest.mark.parametrize("name", POOLS)
def test_a_pool_says_what_it_is_made_from(name: str) -> None:
    made = load("pool", name)
    assert made.name == name
    assert made.about
    assert {"origin", "revision", "licence", "rows"} == made.manifest.keys()
    assert all(made.manifest.values())
    record = next(made.draw("s"))
    if name in ("facts.graded", "facts.tongues", "questions.mixed"):  # a record of these is of one of their pools
        assert record.source.origin in str(made.manifest["origin"])
        return
    assert record.pool == name
    assert record.source.origin == made.manifest["origin"]
    assert record.source.revision == made.manifest["revision"]


@pytest.mark.parametrize("name", POOLS)
def test_the_salt_alone_decides_the_order(name: str) -> None:
    n = min(30, load("pool", name).size or 30)
    assert ids(name, n, "s") == ids(name, n, "s")
    assert ids(name, n, "s")[:7] == ids(name, 7, "s"), "a smaller test is the beginning of a larger one"
    assert ids(name, n, "s") != ids(name, n, "t")
    assert len(set(ids(name, n, "s"))) == n


@pytest.mark.parametrize("name", FINITE)
def test_rank_depends_on_the_record_and_not_on_its_neighbours(name: str) -> None:
    drawn = list(load("pool", name).draw("s"))
    assert drawn == sorted(drawn, key=lambda record: rank(record, "s"))
    assert len({record.id for record in drawn}) == len(drawn) == load("pool", name).size


def test_two_pools_are_drawn_from_as_one() -> None:
    two = FINITE[:2]
    both = [r.id for r in pool(*two, n=60).select("s")]
    every = sorted((r for name in two for r in load("pool", name).draw("s")), key=lambda r: rank(r, "s"))
    assert both == [r.id for r in every[:60]]
    assert pool(*two, n=60).pool == "facts.capitals+facts.currencies"


def test_more_records_than_there_are_is_an_error_that_says_how_many_there_are() -> None:
    size = load("pool", "facts.capitals").size
    assert len(ids("facts.capitals", size, "s")) == size
    with pytest.raises(InputError, match=f"which holds {size}: ask for at most {size}"):
        pool("facts.capitals", n=size + 1).select("s")


def test_what_is_too_little_is_said_before_anything_is_built(tmp_path: Path) -> None:
    many = load("task", "llm.truthfulness.facts")(100_000)
    with pytest.raises(InputError, match="100000 records asked of"):
        build([many], tmp_path / "edition", salt="s")
    assert not (tmp_path / "edition").exists()


def test_no_pool_is_read_to_count_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: Selection | Mixed) -> int:
        raise AssertionError(f"{self} was read")

    monkeypatch.setattr(Selection, "size", property(read))
    monkeypatch.setattr(Mixed, "_held", property(read))
    for name in ("llm.truthfulness.facts", "llm.fairness.stereotype", "llm.truthfulness.knowledge_grounding"):
        assert load("task", name)(2).records.pool


def test_an_endless_pool_cannot_be_mixed() -> None:
    with pytest.raises(InputError, match="endless"):
        pool("facts.capitals", "people.applicants", n=3).select("s")


def test_an_unknown_pool_is_named() -> None:
    with pytest.raises(UnknownName, match=r"unknown pool `facts.capital`: did you mean `facts.capitals`"):
        pool("facts.capital", n=3)


def test_an_endless_pool_streams() -> None:
    next(pool("people.applicants", n=1).select("warm"))
    tracemalloc.start()
    peaks = []
    for n in (200, 5000):
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        assert sum(1 for _ in pool("people.applicants", n=n).select("s")) == n
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0] + 20_000, f"memory grows with the number of records: {peaks}"
