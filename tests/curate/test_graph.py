"""Graphs: every record follows from its triples, and its counterfactual is false until the graph is edited."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trustgen.core import InputError, Record, Source
from trustgen.curate import packaged
from trustgen.curate.graph import Graph
from trustgen.curate.kin import ENOUGH, holds
from trustgen.curate.manifest import read_manifest
from trustgen.curate.triples import Relation, expanded, query, records_of

SOURCE = Source(origin="x", revision="1", licence="none")
POOL = packaged.graph_countries


@cache
def drawn() -> list[Record]:
    """All records of the pool."""
    return list(POOL.draw("s"))


EX = {"ex": "http://example.org/"}
HEAD = (
    "@prefix ex: <http://example.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
)
LIVES = Relation(name="home", subject="ex:Person", path=("ex:lives",))
BORN = {
    ("capital", "France"): "Paris",
    ("capital", "Japan"): "Tokyo",
    ("capital", "Kenya"): "Nairobi",
    ("capital", "Peru"): "Lima",
    ("currency", "Japan"): "yen",
    ("currency", "Thailand"): "baht",
    ("capital_of", "Ottawa"): "Canada",
    ("capital_of", "Cairo"): "Egypt",
    ("currency_of_capital", "Nairobi"): "shilling",
    ("currency_of_capital", "Oslo"): "krone",
    ("currency_of_capital", "Budapest"): "forint",
    ("currency_of_capital", "Hanoi"): "đồng",
}


def people(*more: str, n: int = 12) -> str:
    """`n` people, each in a town of their own, and whatever else is said."""
    lines = [f'ex:p{i} a ex:Person ; rdfs:label "Person {i}"@en ; ex:lives ex:t{i} .' for i in range(n)]
    lines += [f'ex:t{i} rdfs:label "Town{i}"@en .' for i in range(n)]
    return HEAD + "\n".join([*lines, *more])


def made_of(turtle: str, tmp_path: Path, relation: Relation = LIVES) -> tuple[dict[str, Record], Counter[str]]:
    path = tmp_path / "g.ttl"
    path.write_text(turtle)
    records, left = records_of(relation, Graph.load(path).rows(relation, EX), EX, "p", SOURCE)
    return {record["subject"]: record for record in records}, left


@pytest.mark.parametrize(("fact", "answer"), BORN.items())
def test_facts_checked_by_hand(fact: tuple[str, str], answer: str) -> None:
    assert {(r["relation"], r["subject"]): r["answer"] for r in drawn()}[fact] == answer


def test_a_record_follows_from_its_path() -> None:
    assert Counter(r["relation"] for r in drawn()).keys() == {
        "capital",
        "currency",
        "capital_of",
        "currency_of_capital",
    }
    store = POOL.graph.store
    for record in drawn():
        assert len(record["path"]) == len(record["triples"]) == record["hops"]
        for line in record["triples"]:
            triple = next(iter(ox.parse(input=line.encode(), format=ox.RdfFormat.N_TRIPLES)))
            assert any(store.quads_for_pattern(triple.subject, triple.predicate, triple.object))
        ends = {name for a, _, b in record["path"] for name in (a, b)}
        assert {record["subject"], record["answer"]} <= ends


def test_wrong_answers_are_wrong_and_of_the_same_kind() -> None:
    answers = {relation: set() for relation in ("capital", "currency", "capital_of", "currency_of_capital")}
    for record in drawn():
        answers[record["relation"]].add(record["answer"])
    for record in drawn():
        wrong, right = record["distractors"], [record["answer"], *record["aliases"]]
        assert ENOUGH <= len(wrong) == len(set(wrong))
        assert set(wrong) <= answers[record["relation"]]
        assert not any(holds(w, r) or holds(r, w) for w in wrong for r in right)
        assert record["false_answer"] in wrong


def edited_by(graph: Graph, record: Record) -> Graph:
    """A copy in which the record's false answer is true."""
    store = ox.Store()
    store.extend(iter(graph.store))
    gone, new = (
        next(iter(ox.parse(input=line.encode(), format=ox.RdfFormat.N_TRIPLES)))
        for line in (record["triples"][-1], record["edited"])
    )
    store.remove(ox.Quad(gone.subject, gone.predicate, gone.object))
    store.add(ox.Quad(new.subject, new.predicate, new.object))
    return Graph(store)


@pytest.mark.parametrize("relation", ["capital", "currency", "capital_of", "currency_of_capital"])
def test_the_edited_graph_makes_the_false_answer_true(relation: str) -> None:
    spec = next(r for r in POOL._described.relation if r.name == relation)
    for record in [r for r in drawn() if r["relation"] == relation][:3]:
        edited = edited_by(POOL.graph, record)
        assert len(edited) == len(POOL.graph)
        found, _ = records_of(spec, edited.rows(spec), {}, POOL.name, SOURCE)
        now = {r["subject"]: r["answer"] for r in found}
        if spec.path[-1].startswith("^"):
            # Turned round, the false country has two capitals now, and the true one none.
            assert record["subject"] not in now or now[record["subject"]] == record["false_answer"]
        else:
            assert now[record["subject"]] == record["false_answer"] != record["answer"]
    assert POOL.graph.store is not edited.store


def test_a_second_answer_leaves_the_subject_out_even_where_it_has_no_name(tmp_path: Path) -> None:
    records, left = made_of(people("ex:p3 ex:lives ex:nameless ."), tmp_path)
    assert "Person 3" not in records
    assert left == {"several answers": 1}
    assert len(records) == 11


def test_what_cannot_be_asked_is_left_out_and_counted(tmp_path: Path) -> None:
    more = (
        "ex:q a ex:Person ; ex:lives ex:t1 .",  # no name
        'ex:u a ex:Person ; rdfs:label "Une personne"@fr ; ex:lives ex:t1 .',  # no name in this language
        'ex:v a ex:Person ; rdfs:label "Person 1"@en ; ex:lives ex:t2 .',  # a name that another has
        'ex:w a ex:Person ; rdfs:label "Lady of Town2"@en ; ex:lives ex:t2 .',  # gives the answer away
        'ex:x a ex:Person ; rdfs:label "Person X"@en ; ex:lives [ rdfs:label "somewhere" ] .',
    )
    records, left = made_of(people(*more), tmp_path)
    assert left == {
        "without a name": 3,
        "a name that another has too": 2,
        "a name that gives the answer away": 1,
    }
    assert len(records) == 11


def test_aliases_are_right_and_never_wrong(tmp_path: Path) -> None:
    more = ('ex:t1 skos:altLabel "Oldtown"@en, "Town 1"@en, "Villeneuve"@fr .', 'ex:t2 skos:altLabel "Oldtown"@en .')
    records, _ = made_of(people(*more), tmp_path)
    assert records["Person 1"]["aliases"] == ["Oldtown", "Town 1"]
    assert "Town2" not in records["Person 1"]["distractors"], "it has a name of the right answer"
    assert "Town2" in records["Person 3"]["distractors"]


def test_an_answer_of_another_class_is_no_answer(tmp_path: Path) -> None:
    more = [f"ex:t{i} a ex:Town ." for i in range(11)]
    records, left = made_of(
        people(*more), tmp_path, Relation(name="home", subject="ex:Person", path=("ex:lives",), answer="ex:Town")
    )
    assert left == {"an answer of another class": 1}
    assert all("Town11" not in record["distractors"] for record in records.values())


def test_literals_are_answers_too(tmp_path: Path) -> None:
    born = "\n".join(f'ex:p{i} ex:born {1900 + i} ; ex:said "a \\"quote\\" {i}"@en .' for i in range(12))
    number = Relation(name="born", subject="ex:Person", path=("ex:born",))
    records, _ = made_of(people(born), tmp_path, number)
    assert records["Person 4"]["answer"] == "1904"
    path = tmp_path / "g.ttl"
    edited = edited_by(Graph.load(path), records["Person 4"])
    found, _ = records_of(number, edited.rows(number, EX), EX, "p", SOURCE)
    assert {r["subject"]: r["answer"] for r in found}["Person 4"] == records["Person 4"]["false_answer"]
    said = Relation(name="said", subject="ex:Person", path=("ex:said",))
    quoted, _ = made_of(people(born), tmp_path, said)
    assert quoted["Person 4"]["answer"] == 'a "quote" 4'
    edited = edited_by(Graph.load(path), quoted["Person 4"])
    assert len(edited) == len(Graph.load(path)), "the old triple stands beside the new one"


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), min_size=1, max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exactly_the_subjects_with_one_answer_make_records(tmp_path: Path, edges: list[tuple[int, int]]) -> None:
    towns = "\n".join(f'ex:z{i} rdfs:label "Zone{i}"@en .' for i in range(15))
    lived = "\n".join(f'ex:a{a} a ex:Person ; rdfs:label "Someone {a}"@en ; ex:lives ex:z{b} .' for a, b in edges)
    records, left = made_of(people(towns, lived), tmp_path)
    homes: dict[int, set[int]] = {}
    for a, b in edges:
        homes.setdefault(a, set()).add(b)
    once = {f"Someone {a}": f"Zone{min(b)}" for a, b in homes.items() if len(b) == 1}
    assert {s: r["answer"] for s, r in records.items() if s.startswith("Someone")} == once
    assert left["several answers"] == sum(len(b) > 1 for b in homes.values())


@pytest.mark.parametrize(
    "name", ["http://x/> . ?a ?b ?c . <http://y", "ex:a b", "nobody:x", "ex", "javascript:alert(1)", "ex:a}"]
)
def test_nothing_but_an_iri_reaches_the_query(name: str) -> None:
    with pytest.raises(InputError, match="is no IRI"):
        query(Relation(name="x", subject="own:A", path=(name,)), EX)


def test_prefixes_expand_and_full_iris_stay() -> None:
    assert expanded("ex:a", EX) == "http://example.org/a"
    assert expanded("http://example.org/a", EX) == "http://example.org/a"
    assert expanded("own:Country", {}) == "urn:trustgen:Country"


def test_a_relation_has_one_or_two_steps_and_a_language() -> None:
    with pytest.raises(InputError, match="has 3 steps"):
        query(Relation(name="x", subject="own:A", path=("own:a",) * 3), {})
    with pytest.raises(InputError, match="is no code"):
        query(Relation(name="x", subject="own:A", path=("own:a",), language='en" . }'), {})


GRAPH = '[origin]\ngraph = "g.ttl"\n[prefixes]\nex = "http://example.org/"\n'
ASKED = '[[relation]]\nname = "home"\nsubject = "ex:Person"\npath = ["ex:lives"]\n'


def manifest_of(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "m.toml"
    path.write_text(f'name = "mine"\nabout = "people"\nlicence = "CC0-1.0"\n{body}')
    return path


def test_a_manifest_makes_a_graph_a_pool(tmp_path: Path) -> None:
    (tmp_path / "g.ttl").write_text(people())
    made = read_manifest(manifest_of(tmp_path, GRAPH + ASKED))
    assert made.size == 12
    assert made.manifest["origin"] == "g.ttl"
    drawn = list(made.draw("s"))
    assert [r.id for r in drawn] != [r.id for r in made.draw("t")]
    assert {r.pool for r in drawn} == {"mine"}
    assert len(drawn[0].source.sha256) == 64


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (GRAPH, "at least one"),
        (GRAPH + ASKED + ASKED, "stands twice"),
        (GRAPH + ASKED + '[fields]\na = "b"\n', "for files of rows"),
        (GRAPH + ASKED.replace("path", "paths"), "line 11: unknown key `paths`: did you mean `path`"),
        (GRAPH + ASKED.replace("ex:lives", "no:lives"), "is no IRI"),
        (GRAPH.replace("g.ttl", "../g.ttl") + ASKED, "leads out of its folder"),
    ],
)
def test_a_manifest_that_cannot_be_says_so(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_manifest(manifest_of(tmp_path, body))


def test_a_graph_that_makes_no_record_says_why(tmp_path: Path) -> None:
    (tmp_path / "g.ttl").write_text(people(n=5))
    with pytest.raises(InputError, match=r"makes no record.*'too few wrong answers': 5"):
        list(read_manifest(manifest_of(tmp_path, GRAPH + ASKED)).draw("s"))


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    '<rdf:Description rdf:about="http://e/s"><e:p>&j;</e:p></rdf:Description></rdf:RDF>'
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("g.ttl", "ex:a ex:b ex:c .", "g.ttl, line 1: "),
        ("g.ttl", HEAD, "holds no triple"),
        ("g.nt", "<http://a> <http://b> .", "g.nt, line 1: "),
        ("g.rdf", "<not xml", "g.rdf"),
        ("g.rdf", BOMB, "declares XML entities"),
        ("g.csv", "a,b", "a graph is read from .ttl, .nt, .rdf"),
    ],
)
def test_a_broken_graph_is_one_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        Graph.load(tmp_path / name)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_graph_has_bounds(tmp_path: Path) -> None:
    path = tmp_path / "g.ttl"
    path.write_text(people())
    with pytest.raises(InputError, match="over 10:"):
        Graph.load(path, most_bytes=10)
    with pytest.raises(InputError, match="over 5 triples"):
        Graph.load(path, most_triples=5)
    with pytest.raises(InputError, match="cannot be read"):
        Graph.load(tmp_path / "none.ttl")
