"""How a fact is put into words, in the same way by every task that asks about facts.

Each is drawn from many wordings, so that two salts rarely ask the same question of the same record. A relation that has
no wordings here (of a pool of somebody's own) is put as "the … of …", or in the words of the record's own `question`.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Prompts, Record, user
from trustgen.craft import known, said, worded

PROMPTS = Prompts(__package__)
FACTS = ("facts.capitals", "facts.currencies")
NOUNS = ("capital", "currency", "code")
"""What the answers to these are called: a judge reads "the capital is …"."""


def question(record: Record, draw: Random, subject: str = "") -> str:
    """The record's question, or the same about another subject."""
    if (relation := _known(record)) is None:
        return worded(record, draw, subject=subject)
    return PROMPTS[relation](draw, subject=subject or record["subject"])


def brief(record: Record, draw: Random) -> str:
    """The request to give the answer alone."""
    return PROMPTS[f"{_known(record) or 'answer'}_only"](draw)


def plain(record: Record, draw: Random) -> Iterator[Case]:
    """Arm `plain`: the question, and the request to give the answer alone; a task's variations make the other arms."""
    expect, asked = known(record, draw), question(record, draw)
    yield Case.of(record, "plain", user(f"{asked} {brief(record, draw)}"), expect=expect, question=asked)


def statement(record: Record, draw: Random, answer: str) -> str:
    """A sentence which says that the record's answer is `answer`."""
    if (relation := _known(record)) is None:
        return said(record, draw, answer)
    return PROMPTS[f"{relation}_is"](draw, subject=record["subject"], answer=answer)


def _known(record: Record) -> str | None:
    """The record's relation, where there are wordings for it and the record brings no question of its own."""
    relation = record.fields.get("relation")
    own = "question" in record.fields
    return relation if isinstance(relation, str) and relation in PROMPTS.wordings and not own else None


__all__ = ["FACTS", "NOUNS", "brief", "plain", "question", "statement"]
