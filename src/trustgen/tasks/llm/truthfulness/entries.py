"""Questions to a record of `graph.made`: along its chain, of one of two towns of one name, of a year; told and missing.

Each is asked twice of as many entries of the same kinds: once they tell the answer; once an entry on the way is of
another thing, or the year lies before all that is known. Only who follows the entries knows which it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from trustgen.core import Expect, Record
from trustgen.craft.retrieve import Triple

from .beside import Shown

KINDS = ("path", "namesake", "dated")
CLASSES = ("told", "missing")
ARMS = tuple(f"{kind}{end}" for kind in KINDS for end in ("", "_missing"))
WHO = {"person": "Who", "town": "Which town", "firm": "Which firm"}
SILENT = "The entries do not say."


def of_made(record: Record, draw: Random) -> Iterator[Shown]:
    """The three questions, told and missing."""
    mine = draw.randrange(2)
    for kind in KINDS:
        for told in CLASSES:
            question, triples, expect = _one(record, kind, told == "told", mine, draw)
            arm = kind if told == "told" else f"{kind}_missing"
            yield Shown(arm, "entries", triples, question, question, expect, {"class": told})


def _one(record: Record, kind: str, told: bool, mine: int, draw: Random) -> tuple[str, list[Triple], Expect]:
    chains = [[Triple(*entry) for entry in chain] for chain in record["chains"]]
    names, year, right, near = list(record["starts"]), 0, chains[mine][-1].object, chains[1 - mine][-1].object
    also, spare = record["former"][mine], record["strangers"][-1][-1]
    strangers = [Triple(*entry) for entry in record["strangers"]]
    if kind == "dated":
        chains, year, right, also = _dated(record, chains, told, mine, draw)
    elif not told:  # another thing has it in the place of this one, so that there are as many of each kind of entry
        at = draw.randrange(len(chains[mine]))
        chains[mine][at] = strangers[at]
    elsewhere = [Triple(name, "lies in", land) for name, land in zip(names, record["lands"], strict=True)]
    triples = [*chains[0], *chains[1], *(Triple(*entry) for entry in record["around"]), *elsewhere]
    subject = names[mine]
    if kind == "namesake":
        both = {name: f"{names[0]} ({place})" for place, name in enumerate(names, 1)}
        triples = [Triple(both.get(t.subject, t.subject), t.words, both.get(t.object, t.object)) for t in triples]
        subject = f"{names[0]} in {record['lands'][mine]}"
    expect = Expect(answer=right, wrong=(near, also, spare))
    silent = Expect(best=SILENT, wrong=(right, near, also))
    return _question(record, subject, year), draw.sample(triples, len(triples)), expect if told else silent


def _dated(
    record: Record, chains: Sequence[list[Triple]], told: bool, mine: int, draw: Random
) -> tuple[list[list[Triple]], int, str, str]:
    """The chains with a former and a present value at their ends; the year asked of, what is right, what is not."""
    last, came, change = record["along"][-1], record["came"], record["change"]
    found = []
    for chain, former in zip(chains, record["former"], strict=True):
        *before, end = chain
        was, now = last["past"].format(when=f"from {came} to {change}"), last["since"].format(when=f"since {change}")
        found.append([*before, Triple(end.subject, was, former), Triple(end.subject, now, end.object)])
    former, present = record["former"][mine], chains[mine][-1].object
    if not told:
        return found, came - draw.randint(2, 20), former, present
    if draw.random() < 0.5:
        return found, draw.randint(came + 1, change - 1), former, present
    return found, change + draw.randint(1, 20), present, former


def _question(record: Record, subject: str, year: int) -> str:
    what = subject
    for relation in record["along"]:
        what = relation["noun"].format(x=what)
    who = WHO[record["along"][-1]["to"]]
    return f"{who} was {what} in {year}?" if year else f"{who} is {what}?"
