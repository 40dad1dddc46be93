"""Strings that a regular expression is slow on, made of its own parts; and how time grows with their length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

from costs import growth

BLANKS = frozenset(
    (" ", "\n", "\t", "a", "A", "1", "-", ".", ",", '"', "'", "(", "[", "<", "#", ", ", "a ", "1 ", "A ", ". ")
)
_CATEGORY = {
    codes.CATEGORY_SPACE: " ", codes.CATEGORY_NOT_SPACE: "a", codes.CATEGORY_DIGIT: "1", codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_WORD: "a", codes.CATEGORY_NOT_WORD: " ",
}  # fmt: skip


def patterns(*modules: ModuleType) -> Iterator[re.Pattern[str]]:
    """The compiled patterns that stand in modules, within tables too."""
    return (pattern for module in modules for _, pattern in named_patterns(module))


def named_patterns(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns of text that a module holds by the names they stand under: in tables, records and classes too."""
    waiting: list[tuple[str, Any]] = [(k, v) for k, v in vars(module).items() if not k.startswith("__")]
    seen: list[Any] = []  # kept alive, so that no id is given twice
    known: set[int] = set()
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, re.Pattern):
            if isinstance(one.pattern, str):
                yield name, one
            continue
        if id(one) in known or isinstance(one, str | bytes | int | float | None):
            continue
        known.add(id(one))
        seen.append(one)
        waiting += [(name, part) for part in _held(one)]


def _held(one: Any) -> list[Any]:
    """What a value holds: the rows of a table, the fields of a record, the attributes of a class of ours."""
    if isinstance(one, tuple | list | set | frozenset):
        return list(one)
    if isinstance(one, dict):
        return [*one, *one.values()]
    ours = one if isinstance(one, type) else type(one)
    if not ours.__module__.startswith("trustgen."):
        return []
    slots = [getattr(one, slot, None) for kind in ours.__mro__ for slot in getattr(kind, "__slots__", ())]
    return [*getattr(one, "__dict__", {}).values(), *slots]


def parts(pattern: re.Pattern[str]) -> set[str]:
    """Texts that a pattern is made of: one that it may match, what it begins with, its repeats and alternatives."""
    found: set[str] = set()

    def one_of(items: list[Any]) -> str:
        negated = items[0][0] is codes.NEGATE
        if negated:
            for char in "a1 .-\n":
                if re.compile("".join(("[", *map(_written, items[1:]), "]"))).match(char) is None:
                    return char
            return "x"
        kind, value = items[0]
        return _CATEGORY.get(value, "a") if kind is codes.CATEGORY else chr(value[0] if kind is codes.RANGE else value)

    def told(nodes: Any) -> str:
        text = ""
        for kind, value in nodes:
            if kind is codes.LITERAL:
                text += chr(value)
            elif kind is codes.ANY or kind is codes.NOT_LITERAL:
                text += "a"
            elif kind is codes.IN:
                text += one_of(value)
            elif kind in (codes.MAX_REPEAT, codes.MIN_REPEAT):
                low, high, inner = value
                again = told(inner)
                if again and high > 3:
                    found.add(again[:60])
                text += again * max(low, 1)
            elif kind is codes.SUBPATTERN:
                text += told(value[3])
            elif kind is codes.BRANCH:
                all_ = [told(branch) for branch in value[1]]
                found.update(a[:60] for a in all_[:6] if a)
                text += all_[0]
            elif kind in (codes.ASSERT, codes.ASSERT_NOT):
                told(value[1])
        return text

    whole = told(parser.parse(pattern.pattern, pattern.flags))
    found |= {whole[:80]} | {whole[:i] for i in range(1, min(len(whole), 24))} | BLANKS
    return found - {""}


def _written(item: Any) -> str:
    kind, value = item
    if kind is codes.LITERAL:
        return re.escape(chr(value))
    if kind is codes.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    known = {
        codes.CATEGORY_SPACE: r"\s",
        codes.CATEGORY_DIGIT: r"\d",
        codes.CATEGORY_WORD: r"\w",
        codes.CATEGORY_NOT_SPACE: r"\S",
    }
    return known.get(value, r"\W")


def grows(call: Callable[[str], object], part: str, low: int, high: int, least: float = 0.03) -> float:
    """How many times longer a call takes on `high` characters of a part than on `low`; 0 where both take no time."""

    def told(length: int) -> str:
        return (part * (length // len(part) + 1))[:length]

    return growth(call, told(low), told(high), least)


__all__ = ["BLANKS", "grows", "named_patterns", "parts", "patterns"]
