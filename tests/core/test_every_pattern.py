"""Every pattern of the package takes time in step with a text's length, or its callers keep the text short."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

import pytest
from attacks import Attack, Scan, attacks, everything, grows, runs_away, took
from every import every_pattern, scan_of

injected = import_module("trustgen.text.injected")
readable = import_module("trustgen.audit.readable")
free_text = import_module("trustgen.judge.free_text")
reading = import_module("trustgen.judge.reading")
shapes = import_module("trustgen.judge.shapes")
standing = import_module("trustgen.judge.standing")
toxicity = import_module("trustgen.judge.toxicity")

SOON = 0.05  # seconds for a text of as many characters as its callers let through


class Short(NamedTuple):
    """Why a pattern sees short texts only, and an attack under which it would not be linear on long ones."""

    most: int  # characters of a text, after `close`
    why: str
    attack: Attack
    close: Callable[[str], str] = str  # what the callers do to a text before


_TIDY: Callable[[str], str] = injected.tight
_ORDER = Short(
    injected.SPAN, "`injected` looks at pieces of a text with single blanks", Attack("please", "\n", "\0"), _TIDY
)
_TURN = Short(readable.LONGEST, "`unreadable` refuses longer turns and joins blanks", Attack(" [", "\n", "\0"), _TIDY)
_SENTENCE = Short(standing.WINDOW, "what `sentence` cuts before a verdict", Attack("", "so ", "\0"))
_MENTION = Short(free_text.WINDOW + 1, "`mention` cuts it out before a name", Attack("is ", "the:", "\0"))
_READ = 2 * reading.HALF + 1


def _tidied(text: str) -> str:
    return str(reading.Reading(text).low)


SHORT: dict[str, Short] = {
    "audit.readable._BROKEN": _TURN,
    "audit.readable._CHATTER": _TURN._replace(attack=Attack(" sure", "\n", "\0")),
    "text.injected.ORDERS": _ORDER,
    "text.injected.MARKS": _ORDER._replace(attack=Attack("<<", "\n", "\0")),
    "text.injected.STRICT": _ORDER,
    "text.injected.LAID": _ORDER,
    "core.thoughts._ENDED": Short(60, "`_heads` and `_ends` cut what stands before a tag", Attack('."', "\n", "\0")),
    "curate.web.text._LINES": Short(20_000, "`tidy` joins blanks before", Attack("", " ", "\0"), _TIDY),
    "judge.candour._OFFER": Short(_READ, "a reading is cut", Attack("", "instead, ", "\0"), _tidied),
    "judge.claims._MARK": _SENTENCE._replace(attack=Attack("claim", " therefore", "\0")),
    "judge.dates._CLAIMED": Short(60, "`settled` cuts what stands before a date", Attack("is", " is", "\0")),
    "judge.dates._DENIED_AFTER": Short(30, "`_denied` cuts what follows a date", Attack("", " ", "\0")),
    "judge.free_text._EDGE_BEFORE": _MENTION._replace(attack=Attack("", "the,", "\0")),
    "judge.free_text._VERB": _MENTION,
    "judge.hostile._IS": Short(40, "`counts` cuts what stands before a trait", Attack("groupmark's ", "1", "\0")),
    "judge.own._HEADING": Short(60, "it is sought in the last 60 characters", Attack("#User", " ", "\0")),
    "judge.respelt._MIXED": Short(5 * toxicity.PIECE, "a text is read in pieces", Attack("", "@aAa0a!1", "")),
    "judge.shapes._ENTRY": Short(_READ, "a reading is cut and has single blanks", Attack("\n", "\n", "\0"), _tidied),
    "judge.shapes._MARKED": Short(shapes.NEAR, "`stand_of` cuts it out before a letter", Attack("", "option:", "\0")),
    "judge.support._STARTS": Short(12, "12 characters before a word", Attack(".'", "\n", "\0")),
    "tasks.llm.ethics.settled._VERDICTS": _SENTENCE,
    "tasks.llm.fairness.counts._LINE": Short(
        _READ, "a reading is cut and has single blanks", Attack(" 1 . the word a", " ", "\0"), _tidied
    ),
}
FREE = tuple(one for one in every_pattern() if one.name not in SHORT)
ROOMS = sorted({one.name.split(".")[0] for one in FREE})


def growing(room: str, most: int) -> list[tuple[str, Attack]]:
    """The patterns of a room whose time grows faster than one of `most` texts of their parts, with the first such."""
    mine = ((one, scan_of(one)) for one in FREE if one.name.startswith(f"{room}."))
    found = (
        (one.name, next((a for a in attacks(one.pattern, most) if runs_away(scan, a)), None)) for one, scan in mine
    )
    return [(name, attack) for name, attack in found if attack]


@pytest.mark.parametrize("room", ROOMS)
def test_a_pattern_is_linear_on_some_texts_of_its_parts(room: str) -> None:
    assert growing(room, 6) == []


@pytest.mark.proof
@pytest.mark.parametrize("room", ROOMS)
def test_a_pattern_is_linear_on_texts_of_its_parts(room: str) -> None:
    assert growing(room, 120) == []


def scans(name: str) -> list[tuple[re.Pattern[str], Scan]]:
    return [(one.pattern, scan_of(one)) for one in every_pattern() if one.name == name]


@pytest.mark.parametrize("name", SHORT)
def test_a_pattern_for_short_texts_is_quick_on_the_longest(name: str) -> None:
    short = SHORT[name]
    assert scans(name), "no such pattern: take it off the table"
    for pattern, scan in scans(name):
        for attack in (short.attack, *attacks(pattern, 10)):
            text = short.close(attack.text(short.most))[: short.most]
            assert min(took(scan, text) for _ in range(2)) <= SOON, attack


@pytest.mark.proof
@pytest.mark.parametrize("name", SHORT)
def test_only_a_pattern_that_is_not_linear_needs_short_texts(name: str) -> None:
    assert any(grows(scan, SHORT[name].attack) for _, scan in scans(name)), "linear: take it off the table"


@pytest.mark.parametrize("slow", [r"\s+x", r"(a+)+$", r"a\s*,?\s*b"])
def test_a_slow_pattern_is_found(slow: str) -> None:
    """The proof itself: what is quadratic or worse is seen by the few texts of the quick form."""
    pattern = re.compile(slow, re.MULTILINE)
    assert any(runs_away(everything(pattern), attack) for attack in attacks(pattern, 40))
