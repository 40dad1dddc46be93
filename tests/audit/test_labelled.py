"""How much of a broken writer's work the audit rejects, and how much good work it loses, on hand-labelled rows."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from crafted_cases import SOURCE, Step

from trustgen.audit import Auditor, injected
from trustgen.core import Case, Crafted, Expect, Keep, Record, user
from trustgen.curate.grounding import ungrounded
from trustgen.stats import wilson

LABELLED = Path(__file__).parent / "labelled"
FAULTS = ("wrong_label", "meaning", "duplicate", "off_topic", "injected")
Row = dict[str, Any]


def rows(name: str) -> dict[str, Row]:
    lines = (LABELLED / name).read_text("utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def as_case(side: Row, record: Record, arm: str) -> Case:
    expect = Expect(
        answer=side["answer"],
        aliases=tuple(side["aliases"]),
        options=tuple(side["options"]),
        wrong=tuple(side["wrong"]),
    )
    return Case.of(record, arm, user(side["text"]), expect=expect, question=side["question"]).sealed("t")


def as_crafted(row: Row) -> Crafted:
    record = Record.of("labelled", SOURCE, **row["record"])
    if row["base"] is None:
        return Crafted(as_case(row["varied"], record, row["kind"]), record, by="writer")
    base = as_case(row["base"], record, "plain")
    step = Step(row["kind"], keeps=frozenset(Keep(k) for k in row["keeps"]))
    return Crafted(as_case(row["varied"], record, row["kind"]), record, base, step, by="writer")


def verdict(row: Row, known: dict[str, Row]) -> str:
    """Why the audit rejects a row; for a page, first why its field cannot be taken from it."""
    audit = Auditor()
    if row["after"]:
        audit.repeated(as_crafted(known[row["after"]]))
    if page := row["page"]:
        about = row["record"]["subject"]
        reason = ungrounded(page["text"], page["value"], page["quote"], subject=about, field=page["field"])
        if reason := reason or injected(page["text"]):
            return reason
    made = as_crafted(row)
    return audit(made) or audit.repeated(made)


def figures(name: str) -> tuple[float, float]:
    """The share of bad rows rejected and of good rows lost; prints both by fault, with 95 % Wilson intervals."""
    known = rows(name)
    counted: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for row in known.values():
        kind = row["fault"] or "good"
        counted[kind] += 1
        rejected[kind] += bool(verdict(row, known))
    counted["bad"], rejected["bad"] = (sum(c[f] for f in FAULTS) for c in (counted, rejected))
    for kind in ("good", "bad", *FAULTS):
        n, k = counted[kind], rejected[kind]
        low, high = wilson(k, n)
        print(f"{name:14} {kind:12} rejected {k:3} of {n:3} = {k / n:.3f} [{low:.3f}, {high:.3f}]")
    return rejected["bad"] / counted["bad"], rejected["good"] / counted["good"]


def test_the_development_set() -> None:
    """The rules were mended on these rows, so the figures flatter them."""
    caught, lost = figures("dev.jsonl")
    assert caught >= 0.95
    assert lost <= 0.05


@pytest.mark.parametrize(("said", "share"), [("", 0.0), ("no", 1.0)])
def test_the_figures_depend_on_the_audit(said: str, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an audit that lets all pass, or none, the figures say so."""
    monkeypatch.setitem(globals(), "verdict", lambda row, known: said)
    assert figures("dev.jsonl") == (share, share)


def test_the_held_out_set() -> None:
    """Held out once: then the audit rejected 75 % of the bad rows and lost 29 % of the good. Since, rules were mended
    on them and the weights fitted, so these figures flatter too."""
    caught, lost = figures("held_out.jsonl")
    assert caught >= 0.90
    assert lost <= 0.12


def test_the_final_set() -> None:
    """Never read by who wrote the rules or fitted the weights: 82 % of the bad rows are rejected and 20 % of the good
    ones lost, measured once. The goal of 95 and 5 is not met.

    The floors are the ends of the 95 % intervals. They tell of a change, not of the goal.
    """
    caught, lost = figures("final.jsonl")
    assert caught >= 0.77
    assert lost <= 0.26
