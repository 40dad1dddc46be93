"""Texts in Java code that are built from others: is a command, or a query, made of what comes from outside?

A text is *fixed* where all its parts are literals, numbers, constants in capitals, or variables that are set to such.
It is *built* where a part that is not fixed is joined to others by `+`, `append`, `format` and the like. A lone name
whose value is not seen is neither: what a caller puts into it is not judged. Blanks are taken out before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from .java import Code

MOST, VALUES, DEEP = 40, 60, 100  # variables that are followed, values of one, and parts inside one another
_LITERAL = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*+"""|"(?:[^"\\]|\\.)*+"|\'(?:[^\'\\]|\\.)*+\'')
_NUMBERS = ("int", "long", "short", "byte", "double", "float", "boolean", "Integer", "Long", "Short", "Double", "UUID")
_NUMBER = re.compile(r"-?\d[\w.]*|(?:Integer|Long|Double)\.(?:parse\w+|valueOf)\(.*\)|[\w.]+\.(?:size|length)(?:\(\))?")
_CONSTANT = re.compile(r"(?:\w+\.)*[A-Z][A-Z\d_]*")
_FORMATS = re.compile(  # what does not end in a bracket is seen at once, and not from every `formatted(` again
    r"(?=.*\)\Z)(?:(?:String\.(?:format|join)|MessageFormat\.format)\((.*)\)|.+\.(?:formatted|concat)\((.*)\))"
)
_LISTS = re.compile(r"(?:new\w+\[\])?\{(.*)\}|(?:List\.of|Arrays\.asList|newArrayList<[^>]*>)\((.*)\)")
_CUT = re.compile(r"(.+)\.(?:split|trim|strip|toString|toArray)\(.*\)")
_SAME = re.compile(r'(?:"")?|""\.repeat\(.*\)|Collections\.nCopies\(.*,""\)|.+\.map\(\w+->""\)\.collect\(.*\)')
_BUILDER = re.compile(r"newString(?:Builder|Buffer)\((.*)\)")
_ARRAY = re.compile(r"\.toArray\(.*\)$")
_APPENDED = re.compile(r"\.append\(")


def spelt(args: Iterable[str], code: Code) -> Iterator[str]:
    """Arguments as they stand, with each variable put by every value that it is set to, and what a list is given."""
    given = tuple(args)
    yield ",".join(given)
    for at, arg in enumerate(given):
        named = _ARRAY.sub("", arg)
        for value in code.told.get(named, ())[:VALUES]:
            yield ",".join((*given[:at], value, *given[at + 1 :]))
        added = [one for e in code.events if e.name == "add" and e.receiver == named for one in e.args]
        if added:
            yield ",".join(added[:VALUES])


def built(said: str, code: Code) -> bool:
    """Whether a text, or one in a list of texts, is made of parts of which some are not fixed."""
    if said not in code.built:
        code.built[said] = _Reader(code).built(_blank(said))
    return code.built[said]


class _Reader:
    """Follows variables, each once: what is met again adds nothing."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.seen: set[tuple[str, str]] = set()
        self.depth = 0

    def _values(self, name: str, sought: str) -> Iterator[str]:
        """What a variable is set to, and what a list of that name is given."""
        if (name, sought) not in self.seen and len(self.seen) < MOST:
            self.seen.add((name, sought))
            given = (arg for e in self.code.events if e.name == "add" and e.receiver == name for arg in e.args)
            yield from map(_blank, islice(chain(self.code.told[name], given), VALUES))

    def built(self, said: str) -> bool:
        """Whether a text is joined of parts that are not all fixed; too deep, it is not."""
        self.depth += 1
        found = self.depth < DEEP and self._built(said)
        self.depth -= 1
        return found

    def _built(self, said: str) -> bool:
        said = _bare(said)
        if said in self.code.told:
            return any(self.built(value) for value in self._values(said, "built"))
        if ".append(" in said:
            return not all(map(self.fixed, _appended(said)))
        if cut := _CUT.fullmatch(said):
            return not self._grown_of_fixed(cut[1]) or self.built(cut[1])
        if len(parts := _split(said, "+")) > 1:
            return not all(map(self.fixed, parts))
        if listed := _LISTS.fullmatch(said):
            return any(map(self.built, _split(listed[1] or listed[2] or "", ",")))
        joined = _FORMATS.fullmatch(said)
        return joined is not None and not all(map(self.fixed, _split(joined[1] or joined[2] or "", ",")))

    def _grown_of_fixed(self, name: str) -> bool:
        """Whether what is appended to a builder of this name is fixed."""
        grown = (e for e in self.code.events if e.name == "append" and _head(e.receiver) == name)
        return all(self.fixed(_blank(arg)) for e in grown for arg in e.args)

    def fixed(self, part: str) -> bool:
        """Whether a part of a text is the same whatever comes from outside, or a number; too deep, it is neither."""
        self.depth += 1
        found = self.depth < DEEP and self._fixed(part)
        self.depth -= 1
        return found

    def _fixed(self, part: str) -> bool:
        part = _bare(part)
        if _SAME.fullmatch(part) or _NUMBER.fullmatch(part) or self.code.types.get(part) in _NUMBERS:
            return True
        choice = _split(part, "?")
        parts = _split(choice[1], ":") if len(choice) == 2 else _split(part, "+")
        joined = _FORMATS.fullmatch(part) or _BUILDER.fullmatch(part)
        if joined and len(parts) == 1:
            parts = _split(joined[1] or joined[joined.re.groups] or "", ",")
        return all(map(self.fixed, parts)) if joined or len(parts) > 1 else self._steady(part)

    def _steady(self, part: str) -> bool:
        """Whether a name is a constant, or a variable or builder into which nothing comes but what is fixed."""
        if (cut := _CUT.fullmatch(part)) and ".append(" not in part:
            return self._grown_of_fixed(cut[1]) and self.fixed(cut[1])
        if part in self.code.told and part not in self.code.lent:
            return all(map(self.fixed, self._values(part, "fixed")))
        return _CONSTANT.fullmatch(part) is not None


def _blank(said: str) -> str:
    """A text with each literal in it empty."""
    return _LITERAL.sub('""', said)


def _bare(said: str) -> str:
    """A text without the brackets around the whole of it."""
    while said.startswith("(") and said.endswith(")") and len(_split(said[1:-1], ")")) == 1:
        said = said[1:-1]
    return said


def _head(receiver: str) -> str:
    """What a chain of calls begins with."""
    return receiver.partition(".append(")[0]


def _appended(said: str) -> Iterator[str]:
    """What a chain of `append` in one expression puts together."""
    for found in _APPENDED.finditer(said):
        yield _split(said[found.end() :], ")")[0]


def _split(said: str, at: str) -> list[str]:
    """The parts between a sign outside all brackets."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(said):
        if sign == at and not depth:
            parts.append(said[start:place])
            start = place + 1
        depth += (sign in "([{") - (sign in ")]}")
    return [*parts, said[start:]]


__all__ = ["built", "spelt"]
