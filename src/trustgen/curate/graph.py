"""Pools of facts out of a knowledge graph: a file of triples, our own facts, or any SPARQL endpoint."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.parsers import expat

from trustgen.core import BARE, InputError, Kit, MissingExtra, Pool, PoolManifest, Record, Source
from trustgen.core.plain import opened

from . import facts
from .described import Described
from .kin import holds, plain
from .origins import beside, hash_of
from .pool import manifest_of, ranked
from .sparql import select
from .triples import NAME, OWN, PREFIXES, TYPE, Relation, Row, Term, query, records_of, suffix

if TYPE_CHECKING:
    from pyoxigraph import Store

MOST_BYTES = 64 << 20  # of a file of triples
MOST_TRIPLES = 2_000_000
DEEPEST = 64  # elements of RDF/XML within each other: the engine takes time by the square
FACTS = "facts"  # the origin that is our own facts


class Graph:
    """Triples in memory, which a relation can be asked of. Needs the extra `graph`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @classmethod
    def load(cls, path: Path, most_bytes: int = MOST_BYTES, most_triples: int = MOST_TRIPLES) -> Graph:
        """The triples of a Turtle, N-Triples or RDF/XML file, told apart by its ending."""
        ox = oxigraph()
        kinds = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML}
        if path.suffix not in kinds:
            raise InputError(f"{path.name}: a graph is read from {', '.join(kinds)}")
        store = ox.Store()
        try:
            with opened(path) as file:
                if (size := os.fstat(file.fileno()).st_size) > most_bytes:
                    raise InputError(
                        f"{path.name} has {size:,} bytes, over {most_bytes:,}: serve it from an `endpoint`"
                    )
                if path.suffix == ".rdf":
                    _check_xml(file, path.name)
                    file.seek(0)
                for count, quad in enumerate(ox.parse(input=file, format=kinds[path.suffix]), 1):
                    if count > most_triples:
                        raise InputError(f"{path.name} has over {most_triples:,} triples: serve it from an `endpoint`")
                    store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
        except SyntaxError as error:
            raise InputError(f"{path.name}, line {error.lineno}: {error.msg}") from error
        except MemoryError as error:
            raise InputError(f"{path.name} cannot be read as a graph: a name or text in it has no end") from error
        except (OSError, ValueError) as error:
            raise InputError(f"{path.name} cannot be read as a graph: {str(error)[:200]}") from error
        if not len(store):
            raise InputError(f"{path.name} holds no triple: name another file")
        return cls(store)

    @classmethod
    def of_countries(cls) -> Graph:
        """Our own facts as triples: countries, their capitals, currencies and regions, of unambiguous records only."""
        ox = oxigraph()
        store = ox.Store()

        def add(subject: str, step: str, value: Any) -> None:
            store.add(ox.Quad(ox.NamedNode(subject), ox.NamedNode(step), value))

        def thing(kind: str, key: str, *names: str) -> Any:
            node = f"{OWN}{kind.lower()}:{plain(key).replace(' ', '-')}"
            add(node, TYPE, ox.NamedNode(f"{OWN}{kind}"))
            for i, name in enumerate(names):
                add(node, NAME if i == 0 else f"{PREFIXES['skos']}altLabel", ox.Literal(name, language="en"))
            return ox.NamedNode(node)

        for pool, kind in ((facts.capitals, "City"), (facts.currencies, "Currency")):
            for record in pool.read():
                country = thing("Country", record["subject"], record["subject"])
                # A unit is of many countries, its full name of one: "Danish krone" is no name of every krone.
                also = [name for name in record["aliases"] if not holds(name, record["answer"]) or kind == "City"]
                answer = thing(kind, record["answer"], record["answer"], *also)
                add(country.value, f"{OWN}{record['relation']}", answer)
                add(country.value, f"{OWN}region", thing("Region", record["region"], record["region"]))
        return cls(store)

    def __len__(self) -> int:
        return len(self.store)

    def rows(self, relation: Relation, prefixes: Mapping[str, str] | None = None) -> Iterator[dict[str, Term]]:
        """The solutions of a relation's query."""
        solutions: Any = self.store.query(query(relation, prefixes or {}))
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            yield {name: term(solution[name]) for name in names if solution[name] is not None}


def _check_xml(file: BinaryIO, name: str) -> None:
    """Refuse XML that declares entities, which the engine expands without a bound, and elements nested too deep."""
    depth = 0

    def begins(_: str, given: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST or len(given) > DEEPEST:
            raise InputError(
                f"{name} nests over {DEEPEST} elements, or gives one as many attributes: convert it to Turtle"
            )

    def ends(_: str) -> None:
        nonlocal depth
        depth -= 1

    def declares(*_: object) -> None:
        raise InputError(f"{name} declares XML entities, which can grow without end: convert it to Turtle")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = begins, ends, declares
    try:
        parser.ParseFile(file)
    except expat.ExpatError as error:
        raise InputError(f"{name} cannot be read as a graph: {error}") from error


def oxigraph() -> Any:
    """The engine; raises `MissingExtra` where it is not installed."""
    try:
        import pyoxigraph
    except ImportError as error:
        raise MissingExtra("a knowledge graph", "pyoxigraph", 'pip install "trustgen[graph]"') from error
    return pyoxigraph


def term(node: Any) -> Term:
    """A node of the engine as a `Term`."""
    kind = {"NamedNode": "iri", "Literal": "literal"}.get(type(node).__name__, "blank")
    if kind != "literal":
        return Term(kind, node.value)
    return Term(kind, node.value, suffix(node.language, node.datatype.value))


# ── the pool ────────────────────────────────────────────────────────────────────────────────────────────────────────


class GraphPool(Pool):
    """The records of the relations that a manifest names. `left_out` counts what made none, by relation and reason."""

    def __init__(self, described: Described, path: Path, kit: Kit = BARE) -> None:
        self._described, self._path, self._kit = described, path, kit
        self.name, self.about = described.name, described.about
        self._prefixes = described.prefixes
        self.left_out: dict[str, Counter[str]] = {}

    @classmethod
    def described(cls, described: Described, path: Path) -> GraphPool:
        """The pool of a manifest; raises `InputError` for relations that cannot be asked."""
        if not described.relation:
            raise InputError(f"manifest `{path}`: a graph needs at least one [[relation]]")
        names = [relation.name for relation in described.relation]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise InputError(f"manifest `{path}`: relation `{repeated[0]}` stands twice: give each its own name")
        if described.fields or described.where or described.canary:
            raise InputError(
                f"manifest `{path}`: [fields], [where] and `canary` are for files of rows, not for a graph"
            )
        for relation in described.relation:
            query(relation, described.prefixes)
        return cls(described, path)

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self._records)

    @property
    def manifest(self) -> PoolManifest:
        """Source, licence and size."""
        return manifest_of(self._source, self.size)

    def using(self, kit: Kit) -> GraphPool:
        """The pool with every answer of its endpoint remembered by `kit`; itself where it has no endpoint."""
        return GraphPool(self._described, self._path, kit) if self._described.origin.endpoint else self

    def draw(self, salt: str) -> Iterator[Record]:
        """Every record once, by rank."""
        return iter(ranked(self._records, salt))

    @cached_property
    def graph(self) -> Graph:
        """The triples, where they are in memory."""
        origin = self._described.origin
        return Graph.of_countries() if origin.graph == FACTS else Graph.load(beside(self._path, origin.graph))

    @cached_property
    def _source(self) -> Source:
        told, origin = self._described, self._described.origin
        if origin.endpoint:
            return Source(origin=origin.endpoint, revision=told.revision or "live", licence=told.licence)
        if origin.graph == FACTS:
            source = facts.capitals.source()
            return Source(origin=source.origin, revision=source.revision, licence=told.licence)
        digest, _ = hash_of(beside(self._path, origin.graph))
        if told.sha256 and digest != told.sha256:
            raise InputError(
                f"pool `{self.name}`: {origin.graph} has sha256 {digest}, not {told.sha256}: fetch it again"
            )
        name = Path(origin.graph).name
        return Source(origin=name, revision=told.revision or digest[:12], licence=told.licence, sha256=digest)

    @cached_property
    def _records(self) -> tuple[Record, ...]:
        made: list[Record] = []
        source = self._source
        for relation in self._described.relation:
            found, left = records_of(relation, self._rows(relation), self._prefixes, self.name, source)
            made += found
            self.left_out[relation.name] = left
        if not made:
            why = {name: dict(left) for name, left in self.left_out.items()}
            raise InputError(f"pool `{self.name}` makes no record: of its subjects are left out {why}")
        return tuple(made)

    def _rows(self, relation: Relation) -> Iterator[Row]:
        if not self._described.origin.endpoint:
            return self.graph.rows(relation, self._prefixes)

        def page(limit: int, offset: int) -> str:
            return query(relation, self._prefixes, limit, offset)

        inside = self._kit.granted.private  # the endpoint's name comes from a file, which others may have written
        return iter(select(self._described.origin.endpoint, page, self._kit, allow_private=inside))


__all__ = ["Graph", "GraphPool", "Relation", "Row", "Term", "query", "records_of", "term"]
