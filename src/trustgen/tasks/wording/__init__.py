"""How a fact is put into words, in the same way by every task that asks about facts.

Each is drawn from many wordings, so that two salts rarely ask the same question of the same record.
"""

from __future__ import annotations

from random import Random

from trustgen.core import Prompts, Record

PROMPTS = Prompts(__package__)


def question(record: Record, draw: Random, subject: str = "") -> str:
    """The record's question, or the same about another subject."""
    return PROMPTS[record["relation"]](draw, subject=subject or record["subject"])


def brief(record: Record, draw: Random) -> str:
    """The request to give the answer alone."""
    return PROMPTS[f"{record['relation']}_only"](draw)


def statement(record: Record, draw: Random, answer: str) -> str:
    """A sentence which says that the record's answer is `answer`."""
    return PROMPTS[f"{record['relation']}_is"](draw, subject=record["subject"], answer=answer)


__all__ = ["brief", "question", "statement"]
