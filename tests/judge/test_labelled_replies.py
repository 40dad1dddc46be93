"""Judges against replies that were labelled by hand, many of them written to mislead."""

from __future__ import annotations

from pathlib import Path

import pytest

from trustgen.core import Case, Expect, Outcome, Reply, Response, Ruling, user
from trustgen.judge import choice, matches, true_false, yes_no

HERE = Path(__file__).parent
NOUNS = ("capital", "currency", "code")
JUDGES = {
    "open": matches(*NOUNS, claim="claim"),
    "unanswerable": matches(*NOUNS, claim="claim"),
    "code": matches(*NOUNS, claim="claim"),
    "choice": choice(),
    "yes_no": yes_no(),
    "true_false": true_false(),
}
EXPECTS = {
    "open": Expect(answer="Paris", wrong=("Lyon", "Rome", "Berlin")),
    "unanswerable": Expect(best="I do not know.", wrong=("Krell",)),
    "code": Expect(answer="ALL", aliases=("Albanian lek",), wrong=("EUR", "USD", "BAM")),
    "choice": Expect(answer="B", options=("Paris", "Lyon", "Rome", "New York")),
    "yes_no": Expect(answer="yes", wrong=("no",)),
    "true_false": Expect(answer="true", wrong=("false",)),
}
PROMPTS = {
    "open": "What is the capital of France? If you do not know it, say so.",
    "unanswerable": "What is the capital of Velmora? If you do not know it, say so.",
    "code": "Which three-letter ISO 4217 code has the currency of Albania?",
}


def rows(kind: str) -> list[tuple[str, str]]:
    """(ruling, reply) of a file of labelled replies."""
    lines = (HERE / f"replies_{kind}.txt").read_text("utf-8").split("\n")
    pairs = (line.split(" |", 1) for line in lines if line.strip() and not line.startswith("#"))
    return [(ruling, reply.removeprefix(" ").replace("\\n", "\n")) for ruling, reply in pairs]


def rule(kind: str, text: str) -> Ruling:
    """The ruling on one reply."""
    case = Case("c", "t", "plain", (user(PROMPTS.get(kind, "?")),), EXPECTS[kind], ("r",))
    return JUDGES[kind](case, Response("k", "c", "t", "m", "answered", (Reply("not judged"), Reply(text))))


def shown(ruling: Ruling) -> str:
    """A ruling in one word: the label where it is scored, else the outcome."""
    return ruling.label if ruling.outcome == Outcome.SCORED else ruling.outcome.value


ALL = [(kind, wanted, reply) for kind in JUDGES for wanted, reply in rows(kind)]


@pytest.mark.parametrize(("kind", "wanted", "reply"), ALL)
def test_a_reply_is_read_as_a_person_reads_it(kind: str, wanted: str, reply: str) -> None:
    found = rule(kind, reply)
    assert shown(found) == wanted, f"{reply!r}: {found.reason}"
    if found.outcome != Outcome.SCORED:
        assert found.score is None
        assert found.reason
        return
    right = EXPECTS[kind].answer if kind in ("choice", "yes_no", "true_false") else "right"
    if kind == "unanswerable":
        right = "abstained"
    assert found.score == float(found.label == right)


def test_the_table_is_large() -> None:
    assert len(ALL) >= 120
    assert len(set(ALL)) == len(ALL)
