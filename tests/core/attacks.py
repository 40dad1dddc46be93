"""Texts made to slow one regular expression down, from its own parts; and whether its time grows with their length."""

from __future__ import annotations

import re
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from patterned import _CATEGORY, _written

from trustgen.core import keyed

ALPHABET = " \n\ta1A.,:;-_'\"()[]{}<>#*/|`=$%!?\u2019"
AT_ONCE = 8  # texts that one piece of a pattern is taken to stand for
LONGEST = 80  # characters of a unit
FAILS = "\0"  # ends no match: a pattern that ran through all repeats must go back
RATIO = 7.0  # times longer on four times the text; quadratic time is sixteen
NO_MATTER = 0.02  # seconds for 20,000 characters that are never too long
LATE = 0.6  # seconds after which 20,000 characters are too many, whatever the ratio


class Attack(NamedTuple):
    """A text of any length: a lead, then one unit over and over, then a tail."""

    lead: str
    unit: str
    tail: str

    def text(self, length: int) -> str:
        return self.lead + (self.unit * (length // len(self.unit) + 1))[:length] + self.tail


def attacks(pattern: re.Pattern[str], most: int) -> list[Attack]:
    """Up to `most` attacks, by draw: its repeats behind what leads to them, its alternatives, beginnings and pairs."""
    whole, units, leads = _pieces(pattern)
    draw = keyed("attacks", pattern.pattern)
    units |= {whole[:i] for i in range(1, min(len(whole), 24))} | {" ", "\n", "a", "1", " \n"}
    short = sorted(unit for unit in units if len(unit) <= 12)
    units |= {"".join(draw.sample(short, 2)) for _ in range(20)}
    repeats = [Attack(lead, unit, FAILS) for lead, unit in sorted(leads)]
    rest = [Attack("", unit, tail) for unit, tail in product(sorted(units), ("", FAILS))]
    return [*draw.sample(repeats, min(len(repeats), most // 2)), *draw.sample(rest, min(len(rest), most))][:most]


def _pieces(pattern: re.Pattern[str]) -> tuple[str, set[str], set[tuple[str, str]]]:
    """A text that a pattern may match, texts of its parts, and each repeated part with what stands before it."""
    units: set[str] = set()
    leads: set[tuple[str, str]] = set()

    def texts(nodes: Any, lead: str) -> list[str]:
        """A few texts for a run of nodes, the plainest first."""
        found = [""]
        for kind, value in nodes:
            new = [text[:LONGEST] for text in node(kind, value, (lead + found[0])[-60:])[:AT_ONCE]] or [""]
            found = [*dict.fromkeys([*(found[0] + text for text in new), *(text + new[0] for text in found[1:])])][:12]
        return found

    def node(kind: Any, value: Any, lead: str) -> list[str]:
        if kind is codes.LITERAL:
            return [chr(value)]
        if kind in (codes.ANY, codes.NOT_LITERAL):
            return ["a", " "]
        if kind is codes.IN:
            return _members(value)
        if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            low, high, inner = value
            again = [text[:LONGEST] for text in texts(inner, lead) if text]
            if high > 3:
                units.update(again)
                leads.update((lead, text) for text in again)
            return [text * max(low, 1) for text in again] if low else [*again[:1], "", *again[1:]]
        if kind is codes.SUBPATTERN:
            return texts(value[3], lead)
        if kind is codes.ATOMIC_GROUP:
            return texts(value, lead)
        if kind is codes.BRANCH:
            branches = [text for branch in value[1] for text in texts(branch, lead)[:2]]
            units.update(text[:LONGEST] for text in branches[:40] if text)
            return branches
        if kind is codes.ASSERT:
            inside = texts(value[1], lead)
            return inside[:2] if value[0] > 0 or not lead else [""]
        if kind is codes.ASSERT_NOT:
            texts(value[1], lead)
        return [""]

    own = [text for text in texts(parser.parse(pattern.pattern, pattern.flags), "") if text]
    units.update(text[:LONGEST] for text in own)
    return (own or ["a"])[0], units, leads


def _members(items: list[Any], most: int = 4) -> list[str]:
    """Some characters of a class."""
    if items[0][0] is codes.NEGATE:
        shut = re.compile("".join(("[^", *map(_written, items[1:]), "]")))
        return [char for char in ALPHABET if shut.match(char)][:most] or ["\u00e9"]
    found: list[str] = []
    for kind, value in items:
        if kind is codes.CATEGORY:
            plain = _CATEGORY.get(value, "a")
            found += {" ": [" ", "\n"], "a": ["a", "1"]}.get(plain, [plain])
        else:
            found.append(chr(value[0] if kind is codes.RANGE else value))
    return [*dict.fromkeys(found)][:most]


# ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _TooLong(Exception):
    pass


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Stop what runs after so much processor time: the matcher of `re` looks for signals while it goes back."""

    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


Scan = Callable[[str], object]


def everything(pattern: re.Pattern[str]) -> Scan:
    """Finding all that a pattern matches, wherever it stands."""
    return lambda text: deque(pattern.finditer(text), maxlen=0)


def took(scan: Scan, text: str, most: float = LATE) -> float:
    """Seconds that a scan takes; `most` where it would be longer.

    Of processor time, or less by the clock: the first has steps of some milliseconds on some machines, the other goes
    on while others have the processor.
    """
    began, clock = time.process_time(), time.perf_counter()
    try:
        with _at_most(most):
            scan(text)
    except _TooLong:
        return most
    wall = time.perf_counter() - clock
    return wall if wall < 0.01 else min(most, wall, time.process_time() - began)


def runs_away(scan: Scan, attack: Attack) -> bool:
    """Whether time grows faster than an attack: looked at on short texts, and measured on long ones where in doubt."""
    short, long = attack.text(500), attack.text(2_000)
    first = took(scan, long)
    # The least of three: one that is held up while others have the processor makes a quadratic pattern look linear.
    if first < 0.001 or (first < LATE and first < 5 * min(took(scan, short) for _ in range(3))):
        return False
    return grows(scan, attack)


def grows(scan: Scan, attack: Attack) -> bool:
    """Whether time grows faster than a long attack, measured without a look at short ones."""
    if (longest := took(scan, attack.text(20_000))) < NO_MATTER:
        return False
    if longest >= LATE:
        return True
    quarter = attack.text(5_000)
    longest = min(longest, *(took(scan, attack.text(20_000)) for _ in range(2)))
    return longest > max(NO_MATTER, RATIO * max(took(scan, quarter) for _ in range(3)))
