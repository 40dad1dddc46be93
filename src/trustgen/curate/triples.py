"""Triples to records: one query for each relation, and what its rows say, with the path that shows why.

A relation is a path of one or two properties from the things of a class. Only a thing with exactly one answer makes a
record; the others are left out and counted. Each record also brings a counterfactual: a false answer of the same kind,
and the triple that would make it true.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from trustgen.core import InputError, Record, Source, keyed

from .kin import ENOUGH, holds, plain

WRONG = 24  # wrong answers that a record names at most
OWN = "urn:trustgen:"
NAME = "http://www.w3.org/2000/01/rdf-schema#label"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PREFIXES = {
    "own": OWN,
    "rdf": TYPE.removesuffix("type"),
    "rdfs": NAME.removesuffix("label"),
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


class Relation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which triples make a record, as IRIs or prefixed names.

    Things of the class `subject` are asked about; `path` leads from them to the answer in one or two properties, each
    followed backwards where it starts with `^`. `answer` is the class of answers, where one is demanded. `words` say
    each property in the explanation. `label` and `alias` are the properties that name things, in `language`.
    """

    name: str
    subject: str
    path: tuple[str, ...]
    answer: str = ""
    type: str = "rdf:type"
    label: str = "rdfs:label"
    alias: str = "skos:altLabel"
    language: str = "en"
    words: tuple[str, ...] = ()
    kind: str = ""


class Term(NamedTuple):
    """A node: its `kind` (`iri`, `literal`, `blank`), its IRI or text, and a literal's `@en` or `^^<datatype>`."""

    kind: str
    value: str
    suffix: str = ""

    def __str__(self) -> str:
        if self.kind == "iri":
            return f"<{self.value}>"
        text = self.value.translate({92: r"\\", 34: r"\"", 10: r"\n", 13: r"\r"})
        return f'"{text}"{self.suffix}'


Row = Mapping[str, Term]
"""One solution of `query`: `s`, `m` and `o` with their names `sl`, `ml`, `ol` and `oa`; what is unbound is absent."""


def query(relation: Relation, prefixes: Mapping[str, str], limit: int = 0, offset: int = 0) -> str:
    """The SPARQL of a relation, a page of it where `limit` is given. The order is total, so pages do not overlap.

    Names and classes of answers are optional in it: a second answer without a name must still be seen.
    """

    def iri(name: str) -> str:
        return f"<{expanded(name, prefixes)}>"

    if len(relation.path) not in (1, 2):
        raise InputError(f"relation `{relation.name}` has {len(relation.path)} steps: give a path of one or two")
    if not _LANGUAGE.fullmatch(relation.language):
        raise InputError(f"relation `{relation.name}`: language {relation.language!r} is no code such as `en`")
    spoken = f'IN ("{relation.language}", "")'
    nodes = ("?s", "?o") if len(relation.path) == 1 else ("?s", "?m", "?o")
    steps = [
        f"{b} {iri(step[1:])} {a} ." if step.startswith("^") else f"{a} {iri(step)} {b} ."
        for step, a, b in zip(relation.path, nodes, nodes[1:], strict=False)
    ]
    named = [f"OPTIONAL {{ {n} {iri(relation.label)} {n}l . FILTER(LANG({n}l) {spoken}) }}" for n in nodes]
    if relation.alias:
        named.append(f"OPTIONAL {{ ?o {iri(relation.alias)} ?oa . FILTER(LANG(?oa) {spoken}) }}")
    if relation.answer:
        named.append(f"OPTIONAL {{ ?o {iri(relation.type)} ?oc . FILTER(?oc = {iri(relation.answer)}) }}")
    names = " ".join(["?s", "?sl", "?m", "?ml", "?o", "?ol", "?oa", "?oc"])
    page = f" LIMIT {limit} OFFSET {offset}" if limit else ""
    subject = f"?s {iri(relation.type)} {iri(relation.subject)} ."
    return f"SELECT DISTINCT {names} WHERE {{ {subject} {' '.join([*steps, *named])} }} ORDER BY {names}{page}"


def expanded(name: str, prefixes: Mapping[str, str]) -> str:
    """A full IRI. Raises `InputError` for an unknown prefix and for anything that could end the IRI in a query."""
    prefix, colon, rest = name.partition(":")
    known = {**PREFIXES, **prefixes}
    full = known[prefix] + rest if colon and prefix in known and not rest.startswith("//") else name
    if not _IRI.fullmatch(full) or (full == name and prefix not in ("http", "https", "urn")):
        raise InputError(f"`{name[:80]}` is no IRI: give a full one, or a [prefixes] entry for `{prefix[:40]}`")
    return full


def suffix(language: str | None, datatype: str | None) -> str:
    """What stands behind a literal's text in N-Triples."""
    if language:
        return f"@{language}"
    return f"^^<{datatype}>" if datatype and not datatype.endswith("#string") else ""


# ── rows to records ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Thing(NamedTuple):
    """A subject with all that the rows say of it."""

    names: set[str]
    answers: dict[Term, set[Term | None]]  # each answer with the nodes that lead to it


def records_of(
    relation: Relation, rows: Iterable[Row], prefixes: Mapping[str, str], pool: str, source: Source
) -> tuple[list[Record], Counter[str]]:
    """The records of a relation, and how many of its subjects are left out for which reason."""
    things: dict[Term, _Thing] = {}
    names: dict[Term, set[str]] = defaultdict(set)
    others: dict[Term, set[str]] = defaultdict(set)
    typed: set[Term] = set()
    for row in rows:
        s, o, middle = row["s"], row["o"], row.get("m")
        thing = things.setdefault(s, _Thing(set(), {}))
        thing.answers.setdefault(o, set()).add(middle)
        for node, key, into in ((s, "sl", names), (middle, "ml", names), (o, "ol", names), (o, "oa", others)):
            if node is not None and key in row:
                into[node].add(row[key].value)
        if o.kind == "literal":
            names[o].add(o.value)
        if "oc" in row:
            typed.add(o)
    call = {node: min(found, key=lambda name: (len(name), name)) for node, found in names.items()}
    shared = Counter(plain(call[s]) for s in things if s in call)
    left: Counter[str] = Counter()
    usable: dict[Term, Term] = {}
    for s, thing in things.items():
        if why := _unusable(relation, s, thing, call, shared, typed):
            left[why] += 1
        else:
            usable[s] = next(iter(thing.answers))
    spelt = {o: sorted({call[o], *names[o], *others[o]}, key=lambda n: (n != call[o], n)) for o in usable.values()}
    known = sorted(set(usable.values()))
    made = []
    for s, o in sorted(usable.items()):
        wrong = _wrong(s, o, known, spelt, call[s])
        if len(wrong) < ENOUGH:
            left["too few wrong answers"] += 1
            continue
        middle = min((m for m in things[s].answers[o] if m), default=None)
        path = [s, o] if middle is None else [s, middle, o]
        fields = _fields(relation, path, wrong, spelt, call, prefixes)
        made.append(Record.of(pool, source, **fields))
    return made, left


def _unusable(
    relation: Relation,
    s: Term,
    thing: _Thing,
    call: Mapping[Term, str],
    shared: Counter[str],
    typed: set[Term],
) -> str:
    if len(thing.answers) > 1:
        return "several answers"
    o = next(iter(thing.answers))
    middles = [m for m in thing.answers[o] if m is not None]
    if "blank" in (s.kind, o.kind) or s not in call or o not in call or any(m not in call for m in middles):
        return "without a name"
    if shared[plain(call[s])] > 1:
        return "a name that another has too"
    if relation.answer and o not in typed:
        return "an answer of another class"
    given = holds(call[s], call[o]) or holds(call[o], call[s])
    return "a name that gives the answer away" if given else ""


def _wrong(s: Term, o: Term, known: list[Term], spelt: Mapping[Term, list[str]], subject: str) -> list[Term]:
    """Answers of other subjects, in an order of this subject's own, none of which is right in any spelling."""
    draw = keyed("", "graph", s.value)
    wrong: list[Term] = []
    taken: set[str] = set()
    for other in draw.sample(known, min(len(known), 4 * WRONG)):
        alike = any(holds(a, b) or holds(b, a) for a in spelt[other] for b in spelt[o])
        first = plain(spelt[other][0])
        if other != o and not alike and first not in taken and not holds(subject, spelt[other][0]):
            wrong.append(other)
            taken.add(first)
        if len(wrong) == WRONG:
            break
    return wrong


def _fields(
    relation: Relation,
    path: list[Term],
    wrong: list[Term],
    spelt: Mapping[Term, list[str]],
    call: Mapping[Term, str],
    prefixes: Mapping[str, str],
) -> dict[str, Any]:
    s, o = path[0], path[-1]
    iris = [expanded(step.removeprefix("^"), prefixes) for step in relation.path]
    back = [step.startswith("^") for step in relation.path]
    said = relation.words if len(relation.words) == len(iris) else tuple(re.split(r"[/#:]", iri)[-1] for iri in iris)
    pairs = [(b, a) if turned else (a, b) for turned, a, b in zip(back, path, path[1:], strict=False)]
    last = (wrong[0], pairs[-1][1]) if back[-1] else (pairs[-1][0], wrong[0])
    return {
        "subject": call[s],
        "relation": relation.name,
        "answer": call[o],
        "aliases": _different(spelt[o]),
        "distractors": [call[w] for w in wrong],
        "kind": relation.kind or relation.name,
        "hops": len(iris),
        "path": [[call[a], word, call[b]] for (a, b), word in zip(pairs, said, strict=True)],
        "triples": [f"{a} <{iri}> {b} ." for (a, b), iri in zip(pairs, iris, strict=True)],
        "false_answer": call[wrong[0]],
        "edited": f"{last[0]} <{iris[-1]}> {last[1]} .",
        "core": f"{call[s]}|{relation.name}",
        "difficulty": str(len(iris)),
    }


def _different(spellings: list[str]) -> list[str]:
    """All spellings behind the first that a reader would tell from those before."""
    seen = {plain(spellings[0])}
    return [name for name in spellings[1:] if plain(name) not in seen and not seen.add(plain(name))]  # type: ignore[func-returns-value]


__all__ = ["NAME", "OWN", "PREFIXES", "TYPE", "Relation", "Row", "Term", "expanded", "query", "records_of", "suffix"]
