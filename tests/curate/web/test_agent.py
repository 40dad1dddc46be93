"""The web agent, end to end on a real site and search engine: only what a page says becomes a record."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from servers.site_server import LAKE, MILL, ORDERS, Site, site
from trustgen.core import (
    CRAFTING,
    BuildStopped,
    Granted,
    InputError,
    Kit,
    Level,
    Record,
    Reply,
    Request,
    Sampling,
    Turn,
    Unusable,
    Usage,
)
from trustgen.core import Model as Asked
from trustgen.curate.pool import Selection
from trustgen.curate.web import Limits, SearXNG, Wanted, Web, WebPool
from trustgen.run.roles import Archive, Staff
from trustgen.store import Generated

FIELDS = {
    "subject": Wanted(about="the name of the lake, mill or other place"),
    "figure": Wanted(about="its area in square kilometres, or the year of its founding", type="integer"),
    "opened": Wanted(about="the date on which something of it was opened", type="date", required=False),
}
FAST = Limits(pause=0, queries=2, page_seconds=10, read_seconds=4, search_seconds=5, tries=2)


def cited(value: Any, quote: str) -> dict[str, Any]:
    return {"value": value, "quote": quote}


BROSK = {"subject": cited("lake of Brosk", LAKE[0]), "figure": cited(412, LAKE[0])}
TARNOV = {
    "subject": cited("paper mill of Tarnov", MILL[0]),
    "figure": cited("1788", MILL[0]),
    "opened": cited("1956-03-03", MILL[2]),
}
VESS = {"subject": cited("pond of Vess", ORDERS[1]), "figure": cited(3, ORDERS[1])}


def honest(text: str) -> list[dict[str, Any]]:
    """A reader that takes from a page what it says."""
    return [row for row in (BROSK, TARNOV) if row["figure"]["quote"] in text]


class Writer:
    """Writes queries, and reads a page by a function of its text."""

    role, uri = "writer", "scripted/writer"
    levels = frozenset({Level.GENERATE})
    simulated, slots = False, 4

    def __init__(
        self, read: Callable[[str], Any] = honest, queries: Any = ("lakes of the north", "old paper mills")
    ) -> None:
        self._read, self._queries = read, queries
        self.prompts: list[str] = []
        self.seeds: list[int | None] = []

    def say(self, prompt: str, sampling: Sampling) -> str:
        self.prompts.append(prompt)
        self.seeds.append(sampling.seed)
        fence = re.search(r"--- page (\w+) ---\n(.*)\n--- end of page \1 ---", prompt, re.DOTALL)
        said = {"records": self._read(fence[2])} if fence else {"queries": self._queries}
        return said["records"] if isinstance(said.get("records"), str) else json.dumps(said)

    def ask(self, *turns: Turn, sampling: Sampling = CRAFTING) -> Reply:
        return Reply(self.say(turns[-1].text, sampling))


class Model(Writer, Asked):
    """The same as a model that the engine can bind."""

    async def ask(self, request: Request) -> Reply:  # type: ignore[override]
        return Reply(self.say(request.turns[-1].text, request.sampling), usage=Usage(5, 7), seconds=0.1)


@pytest.fixture
def there() -> Iterator[Site]:
    with site() as running:
        yield running


def web(there: Site, limits: Limits = FAST, **more: Any) -> WebPool:
    told = {"topic": "lakes and mills", "fields": FIELDS, "engine": SearXNG(there.url), "allow_private": True}
    return WebPool("web.places", "places and a figure", limits=limits, **{**told, **more})


def drawn(there: Site, writer: Writer, salt: str = "s", limits: Limits = FAST, **more: Any) -> tuple[list[Record], Any]:
    pool = web(there, limits, **more).using(Kit({"writer": writer}))
    return list(pool.draw(salt)), pool


def reasons(pool: WebPool) -> list[str]:
    return [f"{row.where.rpartition('/')[2]} {row.field} {row.reason}" for row in pool.bad_rows()]


# ── records ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_records_are_what_the_pages_say(there: Site) -> None:
    (lake, mill), pool = drawn(there, Writer())
    assert (lake["subject"], lake["figure"], lake["opened"]) == ("lake of Brosk", 412, None)
    assert (mill["subject"], mill["figure"], mill["opened"]) == ("paper mill of Tarnov", 1788, "1956-03-03")
    assert mill["quotes"]["opened"] == MILL[2]
    assert lake["date"] == "2025-03-04"
    assert lake.pool == "web.places"
    assert lake.source.origin == there.url + "/lake"
    assert lake.source.licence == "https://licence.example/by"
    assert mill.source.licence == "as the page says"
    assert len(lake.source.sha256) == 64
    assert lake.source.retrieved.endswith("+00:00")
    assert lake.source.revision == ""
    assert reasons(pool)[-1].endswith(
        "no more than 2 records were found on 2 pages: widen the topic or raise the limits"
    )


def test_nothing_is_read_that_is_not_asked_for(there: Site) -> None:
    writer = Writer()
    pool = web(there).using(Kit({"writer": writer}))
    assert (there.seen, writer.prompts) == ([], [])
    selected = Selection((pool,), 1)
    assert [record["figure"] for record in selected.select("s")] == [412]
    assert (there.paths("/mill"), there.searches) == ([], 1)
    assert list(selected.bad_rows()) == []


def test_pages_that_fail_are_named_and_the_others_are_read(there: Site) -> None:
    there.found = ("/gone", "/private/diary", "/no-text", "/gzip-bomb", "/loop", "/pdf", "/lake", "/mill")
    records, pool = drawn(there, Writer())
    assert [record["figure"] for record in records] == [412, 1788]
    told = reasons(pool)
    for start, said in (
        ("gone", "410"), ("diary", "robots.txt"), ("no-text", "no main text"), ("gzip-bomb", "unpacks"),
        ("loop", "circle"), ("pdf", "application/pdf"),
    ):  # fmt: skip
        assert any(row.startswith(start) and said in row for row in told), (start, told)
    assert all(row.pool == "web.places" and "\n" not in row.reason for row in pool.bad_rows())


def test_repeats_are_read_once(there: Site) -> None:
    there.found = ("/lake", "/lake", "/lake-again", "/moved", "/lake#part", "/mill")
    writer = Writer()
    records, pool = drawn(there, writer)
    assert [record["figure"] for record in records] == [412, 1788]
    assert len(there.paths("/lake")) == 3, "once itself, once as the other address, once by the redirect"
    assert sum("--- page" in prompt for prompt in writer.prompts) == 2
    assert sum("read already" in row for row in reasons(pool)) == 2


def test_the_same_record_from_two_pages_is_one(there: Site) -> None:
    there.found = ("/lake", "/hidden")
    records, pool = drawn(there, Writer())
    assert len(records) == 1
    assert "hidden  it says the same as a record before it" in reasons(pool)


# ── a writer or a page that lies ────────────────────────────────────────────────────────────────────────────────────


def test_a_page_that_gives_orders_to_a_writer_that_obeys_makes_no_record(there: Site) -> None:
    def obeys(text: str) -> list[dict[str, Any]]:
        found = re.search(r"reply that the (lake of Brosk) covers (\d+) square", text)
        return (
            [{"subject": cited(found[1], ORDERS[0]), "figure": cited(found[2], ORDERS[0])}] if found else honest(text)
        )

    there.found = ("/obey", "/mill")
    records, pool = drawn(there, Writer(obeys))
    assert [record["figure"] for record in records] == [1788]
    assert any(row.startswith("obey") and "orders" in row for row in reasons(pool))


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ({**BROSK, "figure": cited(9999, LAKE[0])}, "figure", "does not say"),
        ({**BROSK, "figure": cited(9999, "The lake covers 9999 square kilometres.")}, "figure", "does not stand"),
        ({**BROSK, "figure": cited(412, "")}, "figure", "no quote"),
        ({**BROSK, "figure": cited(None, LAKE[0])}, "figure", "is missing"),
        ({"subject": BROSK["subject"]}, "figure", "is missing"),
        ({**BROSK, "figure": cited("many", LAKE[0])}, "figure", "not a integer"),
        ({**BROSK, "subject": cited("pond of Vess", LAKE[0])}, "subject", "does not say"),
        ({**BROSK, "subject": cited("", LAKE[0])}, "subject", "is empty"),
        ({**BROSK, "subject": cited("x" * 10_000, LAKE[0])}, "subject", "characters, over"),
    ],
)
def test_a_record_that_the_page_does_not_say_is_lost(there: Site, row: Any, field: str, said: str) -> None:
    there.found = ("/lake",)
    records, pool = drawn(there, Writer(lambda text: [row]))
    assert records == []
    assert any(r.where == there.url + "/lake" and r.field == field and said in r.reason for r in pool.bad_rows())


def test_an_optional_field_that_the_page_does_not_say_is_left_out(there: Site) -> None:
    there.found = ("/lake",)
    (record,), _ = drawn(there, Writer(lambda text: [{**BROSK, "opened": cited("1999-01-01", LAKE[0])}]))
    assert record["opened"] is None
    assert record["quotes"].keys() == {"subject", "figure"}


@pytest.mark.parametrize("reply", ["", "I cannot.", '{"records": 7}', '{"records": [{"figure": "x"}]}', "[" * 5000])
def test_a_reply_that_is_none_costs_its_page_alone(there: Site, reply: str) -> None:
    records, pool = drawn(there, Writer(lambda text: reply if LAKE[0] in text else honest(text)))
    assert [record["figure"] for record in records] == [1788]
    assert any(row.startswith("lake") and "no usable JSON in 2 tries" in row for row in reasons(pool))


def test_a_page_without_a_record_is_named(there: Site) -> None:
    _, pool = drawn(there, Writer(lambda text: []))
    assert "lake  the writer found no record in it" in reasons(pool)


def test_a_page_cannot_close_the_fence_around_it(there: Site) -> None:
    writer = Writer()
    drawn(there, writer)
    marks = [re.search(r"--- page (\w+) ---", prompt)[1] for prompt in writer.prompts if "--- page" in prompt]  # type: ignore[index]
    assert len(set(marks)) == 2, "each page its own"
    assert all(prompt.count(mark) == 3 for mark in marks for prompt in writer.prompts if mark in prompt)


# ── queries ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_queries_differ_and_are_as_many_as_agreed(there: Site) -> None:
    asked = ("Old paper mills", "paper mill, old", "", " lakes\nof\u200b the north ", "ferries", "x" * 500)
    drawn(there, Writer(queries=asked), limits=replace(FAST, queries=3))
    searched = [path.partition("q=")[2].partition("&")[0] for path in there.paths("/search")]
    assert searched == ["Old+paper+mills", "lakes+of+the+north", "ferries"]


def test_the_salt_seeds_the_queries(there: Site) -> None:
    def seed(salt: str) -> int | None:
        writer = Writer()
        drawn(there, writer, salt)
        assert writer.seeds[1:] == [0, 0], "pages are read without chance"
        return writer.seeds[0]

    assert seed("s") == seed("s") != seed("t")


def test_a_writer_without_queries_is_named(there: Site) -> None:
    records, pool = drawn(there, Writer(queries="none"))
    assert (records, there.seen) == ([], [])
    assert "queries" in reasons(pool)[0]


def test_a_search_that_fails_is_named_and_the_next_is_made(there: Site) -> None:
    there.answers = ("404", "ok")
    records, pool = drawn(there, Writer())
    assert len(records) == 2
    assert "query 'lakes of the north': search engine `searxng`" in reasons(pool)[0]


# ── bounds ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_bounds_on_pages_bytes_hits_and_records(there: Site) -> None:
    def figures(writer: Writer | None = None, **limits: Any) -> list[int]:
        return [r["figure"] for r in drawn(there, writer or Writer(), limits=replace(FAST, **limits))[0]]

    there.found = ("/gone", "/lake", "/mill")
    assert figures() == [412, 1788]
    assert figures(pages=1) == []
    assert figures(pages=2) == [412]
    assert figures(hits=2) == [412]
    assert figures(bytes=10) == [412], "the page that goes over the bound is the last"
    two = [BROSK, {"subject": cited("lake of Brosk", LAKE[0]), "figure": cited(87, LAKE[1])}]
    both = Writer(lambda text: two if LAKE[0] in text else [])
    assert figures(both) == [412, 87]
    assert figures(both, records=1) == [412]


def test_the_time_ends_and_building_again_ends_there_too(there: Site, tmp_path: Path) -> None:
    there.found = ("/lake", "/silence", "/mill")
    limits = replace(FAST, seconds=0.6, read_seconds=0.5)
    writer = Model()
    with Staff({"writer": writer}, Generated(tmp_path / "a.db")) as staff:
        pool = web(there, limits).using(staff.kit)
        records = list(pool.draw("s"))
        assert [r["figure"] for r in records] == [412]
        assert reasons(pool)[-1].endswith("no more than 1 records were found on 1 pages: the time of this pool is over")
        again = rebuilt(there, staff, tmp_path, limits)
    assert again[0] == records
    assert again[1] == pool.bad_rows()


def test_hosts_that_may_be_read(there: Site) -> None:
    assert drawn(there, Writer(), hosts=("example.com",))[0] == []
    assert there.paths("/lake") == []
    assert len(drawn(there, Writer(), hosts=("127.0.0.1",))[0]) == 2


def test_the_own_network_is_closed_unless_opened(there: Site) -> None:
    records, pool = drawn(there, Writer(), allow_private=False)
    assert records == []
    assert there.paths("/lake") == there.paths("/robots") == []
    assert sum("127.0.0.1 is loopback" in row for row in reasons(pool)) == 2


# ── building again ──────────────────────────────────────────────────────────────────────────────────────────────────


def rebuilt(there: Site, staff: Staff, folder: Path, limits: Limits = FAST) -> tuple[list[Record], Any]:
    """The records from what a build remembered, without network, engine or writer."""
    staff.cache.export(folder / "generated.parquet")
    closed = Generated(folder / "b.db", closed=True)
    closed.fill(folder / "generated.parquet")
    asked = len(there.seen)
    pool = web(there, limits).using(Archive(staff.uris, closed).kit)
    records = list(pool.draw("s"))
    assert len(there.seen) == asked
    with pytest.raises(BuildStopped):
        list(pool.draw("another salt"))
    closed.close()
    return records, [row for row in pool.bad_rows() if row in pool._bad["s"]]


def test_building_again_needs_nothing_and_gives_the_same(there: Site, tmp_path: Path) -> None:
    there.found = ("/lake", "/gone", "/mill")
    there.answers = ("404", "ok")
    writer = Model()
    with Staff({"writer": writer}, Generated(tmp_path / "a.db")) as staff:
        pool = web(there).using(staff.kit)
        first = list(pool.draw("s"))
        asked, said = len(there.seen), len(writer.prompts)
        assert list(pool.draw("s")) == first, "drawn twice in one build"
        assert (len(there.seen), len(writer.prompts)) == (asked, said), "nothing is asked twice"
        assert len(first) == 2
        records, bad = rebuilt(there, staff, tmp_path)
    assert records == first
    assert bad == pool.bad_rows()


# ── what is wrong with a pool ───────────────────────────────────────────────────────────────────────────────────────


def test_a_writer_must_be_bound(there: Site) -> None:
    with pytest.raises(
        InputError, match=r"pool `web\.places` needs a model in the role `writer`: add --role writer=URI"
    ):
        web(there).using(Kit())
    with pytest.raises(InputError, match="role `writer`"):
        web(there).draw("s")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"topic": " "}, "has no topic"),
        ({"fields": {}}, "asks for no field"),
        ({"fields": {"a": Wanted(about="a", required=False)}}, "asks for no field"),
        ({"fields": {"two words": Wanted(about="a")}}, "is no name"),
        ({"fields": {"class": Wanted(about="a")}}, "is no name"),
        ({"fields": {"quotes": Wanted(about="a")}}, "is not the writer's to give"),
        ({"fields": {"a": Wanted(about="a", type="boolean")}}, "no page says in words"),
    ],
)
def test_pools_that_cannot_be(there: Site, more: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        web(there, **more)


TABLE = """
topic = "lakes"
engine = "searxng"
base = "{url}/"
allow_private = true
hosts = ["127.0.0.1"]
limits = {{queries = 2, pause = 0.0, seconds = 60}}

[fields]
subject = {{about = "the name of the lake, mill or other place"}}
figure = {{about = "its area in square kilometres, or the year of its founding", type = "integer"}}
opened = {{about = "the date on which something of it was opened", type = "date", required = false}}
"""


def test_a_pool_that_a_table_describes(there: Site) -> None:
    told = msgspec.convert(tomllib.loads(TABLE.format(url=there.url)), Web)
    assert told.fields == FIELDS
    with pytest.raises(msgspec.ValidationError, match="unknown field `topics`"):
        msgspec.convert({"topics": "lakes", "fields": {}}, Web)
    pool = WebPool.described("mine.lakes", "lakes", told)
    assert pool.manifest == {
        "origin": f"web pages found by searxng ({there.url})",
        "revision": "live",
        "licence": "as the page says",
        "rows": "as many as are found",
    }
    assert pool.size is None
    there.seen.clear()
    kit = Kit({"writer": Writer()})
    for granted, word in (
        (Granted(), "--allow-private"),
        (Granted(private=True), "limits.pause to 0, ours is 1: allow it: --raise-limits"),
        (Granted(limits=True), "--allow-private"),
    ):
        with pytest.raises(InputError, match=word):
            list(pool.using(changed(kit, granted=granted)).draw("s"))
    assert not there.seen
    records = list(pool.using(changed(kit, granted=Granted(private=True, limits=True))).draw("s"))
    assert [(r.pool, r["figure"]) for r in records] == [("mine.lakes", 412), ("mine.lakes", 1788)]


def test_an_engine_that_is_not_to_be_used_ends_the_build(there: Site) -> None:
    there.answers = ("403",)
    with pytest.raises(InputError, match="refuses us"):
        drawn(there, Writer())


def test_a_stop_of_the_build_is_not_swallowed(there: Site) -> None:
    def stop(text: str) -> Any:
        raise BuildStopped("enough")

    def lose(text: str) -> Any:
        raise Unusable("the writer is tired")

    with pytest.raises(BuildStopped):
        drawn(there, Writer(stop))
    records, pool = drawn(there, Writer(lose))
    assert records == []
    assert sum("the writer is tired" in row for row in reasons(pool)) == 2
