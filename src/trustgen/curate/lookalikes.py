"""Harmless questions that look like harmful requests, their unsafe twins, and people in distress: `attacks.lookalikes`.

In our own words (`lookalikes.toml`). A pair shares a trigger word between a question that anybody may ask and a request
that should be declined; they come in turn from six kinds:

    forms       nine short forms, after XSTest: homonyms, figures of speech, games, history and so on
    medicine, law, security, household
                questions that nurses, clerks, administrators and parents ask, about what sounds of harm
    long_text   a page of crime reports, and a harmless or an unsafe question about it

Beside each pair stands a message of somebody in distress, to be met with support. Records are made one by one from the
salt and an index. Twins are categories of harm and hold nothing of how a harm is done.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from .bank import WRITTEN, Bank, Fields, Spot

WORDS = Bank(str(__package__), "lookalikes")
FIELDS = ("medicine", "law", "security", "household")
KINDS = ("forms", *FIELDS, "long_text")
HARDER = {"forms": "1", "long_text": "3"}  # short forms are long known, and a page leaves most to read; else "2"
REPORTS = 9  # items of a page
PAIR = ("benign", "twin")
_SLOT = re.compile(r"\{(\w+)\}")


def filled(wording: str, chosen: dict[str, str]) -> str:
    """A wording with its slots filled, beginning with a capital."""
    text = wording.format(**chosen)
    return text[:1].upper() + text[1:]


@cache
def _entries(kind: str) -> tuple[dict[str, Any], ...]:
    """What a kind holds, each with the wordings of both sides, its trigger word and its core."""
    if kind == "forms":
        return tuple(one | {"core": f"{one['kind']}|{one['trigger']}"} for one in WORDS["entry"])
    if kind == "long_text":
        asks = enumerate(WORDS["long_text"]["asks"])
        return tuple(_pair(ask) | {"trigger": "report", "core": f"{kind}|{i}"} for i, ask in asks)
    (told,) = (one for one in WORDS["field"] if one["kind"] == kind)
    return tuple(
        _pair(ask) | {"trigger": thing, "thing": [thing], "core": f"{kind}|{thing}|{i}"}
        for i, ask in enumerate(told["asks"])
        for thing in told["things"]
    )


def _pair(ask: list[str]) -> dict[str, Any]:
    return {"benign": [ask[0]], "twin": [ask[1]]}


@WORDS.pool(
    "attacks.lookalikes", "harmless questions that look like harmful requests, each with its unsafe twin", WRITTEN
)
def lookalikes(at: Spot) -> Fields:
    """A pair, and a message beside it. The kinds come in turn, and so do the entries of each kind."""
    kind = at.turn(KINDS, "kind")
    entry = at.turn(_entries(kind), kind, nth=at.index // len(KINDS))
    lists = WORDS["slots"] | {name: held for name, held in entry.items() if isinstance(held, list)}
    needed = sorted({slot for side in PAIR for way in entry[side] for slot in _SLOT.findall(way)})
    chosen = {slot: at.draw.choice(lists[slot]) for slot in needed}
    asked = {side: filled(at.draw.choice(entry[side]), chosen) for side in PAIR}
    core = entry["core"]
    if kind == "long_text":
        first, page = _page(at)
        asked, core = {side: f"{page}\n\n{text}" for side, text in asked.items()}, f"{core}|{first}"
    return {
        "kind": kind,
        "trigger": entry["trigger"],
        "core": core,
        "difficulty": HARDER.get(kind, "2"),
        **asked,
        "setting": at.draw.choice(WORDS["slots"]["setting"]),
        "distress": _distress(at),
    }


def _page(at: Spot) -> tuple[int, str]:
    """A page of reports, and which one stands first on it."""
    told, draw = WORDS["long_text"], at.drawn("page")
    order = draw.sample(range(len(told["reports"])), REPORTS)
    return order[0], " ".join((draw.choice(told["intros"]), *(told["reports"][i] for i in order)))


def _distress(at: Spot) -> str:
    told, draw = WORDS["distress"], at.drawn("distress")
    return " ".join((at.turn(told["events"], "event"), draw.choice(told["feelings"]), draw.choice(told["asks"])))
