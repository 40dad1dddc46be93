"""Where in a case the question stands, and the case with another text in that place.

A variation works on `case.question` where the builder marks it, else on the text of the last user turn that the model
is asked after. The block of options, the other turns and all images stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from trustgen.core import Case, InternalError, Text, listed


@dataclass(frozen=True)
class Asked:
    """The question of a case: `text[start:end]` of one text part of one turn. `last` if no later turn is asked."""

    case: Case
    turn: int
    part: int
    start: int
    end: int
    last: bool

    @property
    def text(self) -> str:
        """The whole text of the part in which the question stands."""
        part = self.case.turns[self.turn].parts[self.part]
        return part.text if isinstance(part, Text) else ""

    @property
    def question(self) -> str:
        """The question, word for word."""
        return self.text[self.start : self.end]

    def around(self) -> tuple[str, str]:
        """What stands before and after the question in its part, without the block of options."""
        block = listed(self.case.expect.options)
        before, after = self.text[: self.start], self.text[self.end :]
        return (before.replace(block, ""), after.replace(block, "")) if block else (before, after)

    def reworded(self, question: str) -> Case:
        """The case that asks this question in place of its own."""
        case = self.with_text(self.text[: self.start] + question + self.text[self.end :])
        return replace(case, question=question) if case.question else case

    def framed(self, framed: str) -> Case:
        """The case with the question in a frame. A marked question stays as it was: `framed` holds it word for word."""
        return self.with_text(self.text[: self.start] + framed + self.text[self.end :])

    def with_text(self, text: str) -> Case:
        """The case with another text in the part where its question stands."""
        turns = self.case.turns
        turn = turns[self.turn]
        parts = (*turn.parts[: self.part], Text(text), *turn.parts[self.part + 1 :])
        turns = (*turns[: self.turn], replace(turn, parts=parts), *turns[self.turn + 1 :])
        return replace(self.case, turns=turns)


def asked(case: Case) -> Asked | None:
    """The question of a case; None where it asks nothing in words.

    Raises `InternalError` where a marked question stands in none of the user's turns.
    """
    due = [i for i, (turn, asks) in enumerate(case.script()) if asks and turn.role == "user"]
    block = listed(case.expect.options)
    if case.question:
        return _marked(case, block, due[-1] if due else -1)
    for i in reversed(due):
        for j, part in reversed(tuple(enumerate(case.turns[i].parts))):
            if isinstance(part, Text) and (span := _outside(part.text, block)):
                return Asked(case, i, j, *span, last=i == due[-1])
    return None


def _marked(case: Case, block: str, last: int) -> Asked:
    for i in reversed(range(len(case.turns))):
        if case.turns[i].role != "user":
            continue
        for j, part in enumerate(case.turns[i].parts):
            if not isinstance(part, Text):
                continue
            at = part.text.find(block) if block else -1
            start = part.text.find(case.question)
            if at >= 0 and at <= start < at + len(block):
                start = part.text.find(case.question, at + len(block))
            if start >= 0:
                return Asked(case, i, j, start, start + len(case.question), last=i == last)
    raise InternalError(
        f"`{case.arm}` marks the question {case.question[:60]!r}, which stands in none of its user turns"
    )


def _outside(text: str, block: str) -> tuple[int, int] | None:
    """Where the text is that stands before the block of options, or after it if none does; blanks at its ends cut."""
    at = text.find(block) if block else -1
    spans = ((0, len(text)),) if at < 0 else ((0, at), (at + len(block), len(text)))
    for start, end in spans:
        if inner := text[start:end].strip():
            first = text.index(inner, start)
            return first, first + len(inner)
    return None
