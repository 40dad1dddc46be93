"""Any endpoint: the same records as from memory, and a bounded price for one that lies or stalls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from costs import within
from servers.sparql_server import SparqlServer, sparql_server
from trustgen.core import Granted, InputError, Kit, Source
from trustgen.curate.graph import Graph
from trustgen.curate.manifest import read_manifest
from trustgen.curate.sparql import Bounds, select
from trustgen.curate.triples import Relation, query, records_of

CAPITAL = Relation(name="capital", subject="own:Country", path=("own:capital",))
HOPS = Relation(name="hops", subject="own:City", path=("^own:capital", "own:currency"))
SOURCE = Source(origin="x", revision="1", licence="none")
QUICK = Bounds(seconds=3, page_seconds=0.5, page=50, bytes=1 << 20, tries=2, pause=0.05)


class Remembers:
    """A cache in memory that counts how often it had to ask."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], bytes] = {}

    def remember(self, kind: str, key: str, make: Callable[[], bytes]) -> bytes:
        if (kind, key) not in self.held:
            self.held[kind, key] = make()
        return self.held[kind, key]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph.of_countries()


@pytest.fixture(scope="module")
def server(graph: Graph) -> Iterator[SparqlServer]:
    with sparql_server(graph.store) as running:
        yield running


def page_of(relation: Relation) -> Callable[[int, int], str]:
    return lambda limit, offset: query(relation, {}, limit, offset)


@pytest.mark.parametrize("relation", [CAPITAL, HOPS], ids=lambda r: r.name)
@pytest.mark.parametrize("size", [50, 5000])
def test_an_endpoint_gives_the_same_records_as_the_graph_itself(
    graph: Graph, server: SparqlServer, relation: Relation, size: int
) -> None:
    server.asked.clear()
    rows = select(f"{server.url}/sparql", page_of(relation), bounds=Bounds(page=size))
    over_http, left = records_of(relation, rows, {}, "p", SOURCE)
    in_memory, same_left = records_of(relation, graph.rows(relation), {}, "p", SOURCE)
    assert over_http == in_memory
    assert left == same_left
    assert len(over_http) > 80
    assert len(server.asked) == len(rows) // size + 1
    assert all("ORDER BY" in asked and f"LIMIT {size} OFFSET " in asked for asked in server.asked)
    assert server.agents[-1].startswith("trustgen/")


def test_a_page_is_asked_for_once(server: SparqlServer) -> None:
    kit = Kit(cache=Remembers())
    first = select(f"{server.url}/sparql", page_of(CAPITAL), kit, QUICK)
    server.asked.clear()
    assert select(f"{server.url}/sparql", page_of(CAPITAL), kit, QUICK) == first
    assert not server.asked
    assert {kind for kind, _ in kit.cache.held} == {"sparql"}


FAULTS = {
    "html": "sent text/html where",
    "html-as-json": "sent no SPARQL results",
    "shape": "sent no SPARQL results",
    "types": "unknown type 'triple'",
    "circle": "redirected more than 5 times",
    "elsewhere": "redirected to 'file:",
    "429": "answered 429",
    "500": "answered 500",
    "400": "answered 400",
    "stall": "did not finish within",
    "endless": "sent more than 1,048,576 bytes",
    "same": "does not keep to LIMIT and OFFSET",
}


@pytest.mark.parametrize(("door", "said"), FAULTS.items())
def test_a_bad_endpoint_costs_a_bounded_time_and_one_line(server: SparqlServer, door: str, said: str) -> None:
    kit = Kit(cache=Remembers())
    with within(60), pytest.raises(InputError) as caught:
        select(f"{server.url}/{door}", page_of(CAPITAL), kit, QUICK)
    assert said in str(caught.value)
    assert server.url in str(caught.value)
    assert "\n" not in str(caught.value)
    if door != "same":
        assert not kit.cache.held, "a page that is none was remembered"


def test_what_may_pass_is_tried_again_and_what_cannot_is_not(server: SparqlServer) -> None:
    server.hits.clear()
    assert select(f"{server.url}/once-503", page_of(CAPITAL), bounds=QUICK)
    for door in ("500", "400"):
        with pytest.raises(InputError):
            select(f"{server.url}/{door}", page_of(CAPITAL), bounds=QUICK)
    assert server.hits["/500"] == QUICK.tries
    assert server.hits["/400"] == 1


def test_an_endpoint_without_end_of_pages_is_stopped(server: SparqlServer) -> None:
    with pytest.raises(InputError, match="over 20 rows"):
        select(f"{server.url}/sparql", page_of(CAPITAL), bounds=Bounds(page=10, pages=2))


def test_the_whole_is_bounded_too(server: SparqlServer) -> None:
    bounds = Bounds(seconds=0.6, page_seconds=0.4, tries=50, pause=0.05)
    server.hits.clear()
    with within(60), pytest.raises(InputError, match="cannot be used"):
        select(f"{server.url}/stall", page_of(CAPITAL), bounds=bounds)
    assert server.hits["/stall"] < bounds.tries, "the time of the whole ends it, not its tries"


def test_an_endpoint_that_is_not_there_is_one_line() -> None:
    with pytest.raises(InputError, match=r"http://127.0.0.1:9/x cannot be used: .*: try later") as caught:
        select("http://127.0.0.1:9/x", page_of(CAPITAL), bounds=QUICK)
    assert "\n" not in str(caught.value)


def test_offline_refuses_what_leaves_the_machine(monkeypatch: pytest.MonkeyPatch, server: SparqlServer) -> None:
    monkeypatch.setenv("TRUSTGEN_OFFLINE", "1")
    assert select(f"{server.url}/sparql", page_of(CAPITAL), bounds=QUICK), "the loopback stays open"
    with pytest.raises(InputError, match="TRUSTGEN_OFFLINE=1 refuses a connection to query"):
        select("https://query.example.org/sparql", page_of(CAPITAL), bounds=QUICK)


def test_it_can_be_asked_where_an_event_loop_runs(server: SparqlServer) -> None:
    async def inside() -> int:
        return len(select(f"{server.url}/sparql", page_of(CAPITAL), bounds=QUICK))

    assert asyncio.run(inside()) > 80


def test_a_pool_over_an_endpoint(tmp_path: Path, server: SparqlServer) -> None:
    manifest = tmp_path / "live.toml"
    manifest.write_text(
        f'name = "live"\nabout = "a"\nlicence = "CC0-1.0"\n[origin]\nendpoint = "{server.url}/sparql"\n'
        '[[relation]]\nname = "capital"\nsubject = "own:Country"\npath = ["own:capital"]\n'
    )
    server.asked.clear()
    with pytest.raises(InputError, match="lies in your own network: allow a pool to reach it: --allow-private"):
        list(read_manifest(manifest).using(Kit()).draw("s"))
    assert not server.asked
    kit = Kit(cache=Remembers(), granted=Granted(private=True))
    made = read_manifest(manifest).using(kit)
    assert made.size > 80
    assert made.manifest == {
        "origin": f"{server.url}/sparql",
        "revision": "live",
        "licence": "CC0-1.0",
        "rows": made.size,
    }
    assert [r.id for r in made.draw("s")][:5] == [r.id for r in made.first("s", 5)]
    assert len(server.asked) == 1
    assert read_manifest(manifest).using(kit).size == made.size
    assert len(server.asked) == 1, "asked again for what the kit remembers"
