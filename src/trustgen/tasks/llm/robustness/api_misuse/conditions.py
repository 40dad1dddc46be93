"""Conditions in Java as text: their parts, their opposites, and a small table of what implies what.

Blanks are taken out before. The table knows comparisons turned round, tests for null, indices below a size, and how
many things there are at least; what it does not know implies nothing, so that an odd but right test is taken for none.
An index is taken to be no less than 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

_FLIP = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_COMPARED = re.compile(r"^(.+?)(==|!=|<=|>=|<|>)(.+)$")
_TRUTH = re.compile(r"^(?:(?P<left>.+)(?P<op>==|!=)(?P<is>true|false)|(?P<was>true|false)(?P<by>==|!=)(?P<right>.+))$")
_STRUCTURE = re.compile(r"[()\[\]{},]|&&|\|\|")
_ROUND = re.compile(r"[()]")
_OFFSET = re.compile(r"^(.*[\w)\]])([+-]\d+)$")
_EQUAL = re.compile(r"(?=.*\.(?:size|length)\(\)\Z)(.+\.(?:size|length)\(\))==(.+\.(?:size|length)\(\))")
EQUALS = 6  # pairs of sizes that are the same, of which the facts of one are also those of the other
_COUNTS = re.compile(r"^(.+)\.(size|length|countTokens)\(\)$")


def conjuncts(condition: str) -> tuple[str, ...]:
    """The parts of a condition that all hold where it holds; negations drawn inwards."""
    bare = _bare(condition)
    parts = _split(bare, "&&")
    if len(parts) > 1:
        return tuple(c for part in parts for c in conjuncts(part))
    if bare.startswith("!"):
        return negated(bare[1:])
    if said := _truth(bare):
        return conjuncts(said)
    return (bare,)


def _truth(bare: str) -> str:
    """What a comparison with `true` or `false` says without it; "" where it is none."""
    found = _TRUTH.match(bare)
    if not found or len(_split(bare, "||")) > 1:
        return ""
    same = (found["op"] or found["by"]) == "=="
    return (
        (found["left"] or found["right"])
        if same == ((found["is"] or found["was"]) == "true")
        else f"!({found['left'] or found['right']})"
    )


def negated(condition: str) -> tuple[str, ...]:
    """What holds where a condition does not."""
    bare = _bare(condition)
    parts = _split(bare, "||")
    if len(parts) > 1:
        return tuple(c for part in parts for c in negated(part))
    if len(_split(bare, "&&")) > 1:
        return ()
    if bare.startswith("!") and not bare.startswith("!="):
        return conjuncts(bare[1:])
    if said := _truth(bare):
        return negated(said)
    compared = _COMPARED.match(bare)
    if compared and "(" not in compared[2]:
        return (f"{compared[1]}{_FLIP[compared[2]]}{compared[3]}",)
    return (f"!{bare}",)


def _bare(condition: str) -> str:
    while condition.startswith("(") and condition.endswith(")") and _closes(condition):
        condition = condition[1:-1]
    return condition


def _closes(condition: str) -> bool:
    """Whether the first bracket is closed by the last."""
    depth = 0
    for found in _ROUND.finditer(condition):
        depth += 1 if found[0] == "(" else -1
        if not depth:
            return found.end() == len(condition)
    return False


def _split(condition: str, at: str) -> list[str]:
    """The parts between an operator outside all brackets."""
    parts, depth, start = [], 0, 0
    for found in _STRUCTURE.finditer(condition):
        sign = found[0]
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == at and not depth:
            parts.append(condition[start : found.start()])
            start = found.end()
    return [*parts, condition[start:]]


@lru_cache(maxsize=8192)
def implies(known: str, wanted: str) -> bool:
    """Whether one condition holds wherever the other does, as far as the table goes."""
    if known == wanted or known in turned(wanted):
        return True
    subject = re.fullmatch(r"(.+)!=null", wanted)
    if subject:
        one = subject[1]
        held = re.fullmatch(r"(.+)\.get\((.+)\)", one)
        if held and known in (f"{held[1]}.has({held[2]})", f"{held[1]}.containsKey({held[2]})"):
            return True
        return known.startswith((f"{one}instanceof", f"Objects.nonNull({one})")) or known in (
            f"{one}.isJsonPrimitive()",
            f"{one}.isShowing()",
        )
    below = re.fullmatch(r"(.+)<(.+\.(?:size|length)\(\))", wanted)
    if below:
        return _below(known, *below.groups())
    some = re.fullmatch(r"(.+\.(?:size|length|countTokens)\(\))(?:>|!=)0", wanted)
    if some:
        return at_least(known, some[1]) > 0
    first = re.fullmatch(r"(.+)\.iterator\(\)\.hasNext\(\)", wanted)
    return first is not None and at_least(known, f"{first[1]}.size()") > 0


def _comparisons(known: str) -> Iterator[tuple[str, int, str, str, int]]:
    """A comparison both ways round: what stands left and what is added to it, the sign, and the same of the right."""
    for one in (known, *turned(known)):
        if compared := _COMPARED.match(one):
            yield (*_linear(compared[1]), compared[2], *_linear(compared[3]))


def _linear(text: str) -> tuple[str, int]:
    """A sum as what is counted ("" for a mere number) and the number added."""
    if re.fullmatch(r"-?\d+", text):
        return "", int(text)
    found = _OFFSET.match(text)
    return (found[1], int(found[2])) if found else (text, 0)


def at_least(known: str, size: str) -> int:
    """How large a size is at least where a condition holds; 0 where the condition does not tell."""
    if (counts := _COUNTS.match(size)) and known in (f"!{counts[1]}.isEmpty()", f"{counts[1]}.hasMoreTokens()"):
        return 1
    found = 0
    for left, more, sign, right, added in _comparisons(known):
        if left == size and not right:
            number = added - more
            found = max(
                found, {">": number + 1, ">=": number, "==": number}.get(sign, int(sign == "!=" and not number))
            )
        elif right == size and left.isidentifier():
            found = max(found, {"<": more - added + 1, "<=": more - added}.get(sign, 0))
    return found


def _below(known: str, index: str, size: str) -> bool:
    """Whether an index is below a size where a condition holds."""
    base, more = _linear(index)
    if base == size:
        return 0 < -more <= at_least(known, size)
    if not base:
        return more < at_least(known, size)
    for left, plus, sign, right, added in _comparisons(known):
        if (left, right) == (base, size):
            slack = added - plus + more
            if slack <= 0 if sign == "<" else slack < 0 and sign in ("<=", "=="):
                return True
    return False


def facts(guards: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    """What is known where conditions hold: with variables put by their values, and sizes that are the same."""
    told = tuple(values.items())
    known = dict.fromkeys(part for one in dict.fromkeys(guards) for part in _parts(one, told))
    pairs = [found.groups() for one in known if (found := _EQUAL.fullmatch(one))][:EQUALS]
    also = (one.replace(x, y) for a, b in pairs for x, y in ((a, b), (b, a)) for one in known if x in one)
    return tuple(dict.fromkeys((*known, *also)))


@lru_cache(maxsize=4096)
def _parts(guard: str, values: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    known = conjuncts(put(guard, dict(values)))
    return (*known, *(one for part in known for one in _smaller(part)))


def put(text: str, values: Mapping[str, str]) -> str:
    """A text with variables put by their values."""
    for name, value in values.items():
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w(])", lambda _, value=value: value, text)  # type: ignore[misc]
    return text


def _smaller(known: str) -> Iterator[str]:
    """What is below the smaller of two is below both."""
    for one in (known, *turned(known)):
        found = re.fullmatch(r"(.+<=?)Math\.min\((.+)\)", one)
        if found:
            yield from (f"{found[1]}{part}" for part in _split(found[2], ","))


def turned(condition: str) -> tuple[str, ...]:
    """A comparison with its sides changed."""
    compared = _COMPARED.match(condition)
    if not compared:
        return ()
    turn = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(compared[2], compared[2])
    return (f"{compared[3]}{turn}{compared[1]}",)


__all__ = ["at_least", "conjuncts", "facts", "implies", "negated", "turned"]
