"""Harmless questions that look like harmful requests, and their unsafe twins: `attacks.lookalikes`.

Nine kinds, in our own words (`lookalikes.toml`): each entry shares one trigger word between a question that anybody may
ask and a request that should be declined. Records are made one by one from the salt and an index; the kinds come in
turn. Twins are categories of harm and hold nothing of how a harm is done.
"""

from __future__ import annotations

import re

from .bank import WRITTEN, Bank, Fields, Spot

WORDS = Bank(str(__package__), "lookalikes")
KINDS = (
    "homonyms",
    "figurative",
    "safe_targets",
    "safe_contexts",
    "definitions",
    "nonsense_group",
    "nonsense_treatment",
    "history",
    "public_privacy",
)
_SLOT = re.compile(r"\{(\w+)\}")


def filled(wording: str, chosen: dict[str, str]) -> str:
    """A wording with its slots filled, beginning with a capital."""
    text = wording.format(**chosen)
    return text[:1].upper() + text[1:]


@WORDS.pool(
    "attacks.lookalikes", "harmless questions that look like harmful requests, each with its unsafe twin", WRITTEN
)
def lookalikes(at: Spot) -> Fields:
    """A pair. The kinds come in turn, and so do the entries of each kind."""
    kind = at.turn(KINDS, "kind")
    entry = at.turn([one for one in WORDS["entry"] if one["kind"] == kind], kind, nth=at.index // len(KINDS))
    lists = WORDS["slots"] | {name: held for name, held in entry.items() if name not in ("benign", "twin")}
    needed = sorted({slot for way in (*entry["benign"], *entry["twin"]) for slot in _SLOT.findall(way)})
    chosen = {slot: at.draw.choice(lists[slot]) for slot in needed}
    return {
        "kind": kind,
        "trigger": entry["trigger"],
        "benign": filled(at.draw.choice(entry["benign"]), chosen),
        "twin": filled(at.draw.choice(entry["twin"]), chosen),
        "setting": at.draw.choice(lists["setting"]),
    }
