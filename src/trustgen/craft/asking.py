"""How a record is put into words where a task brings no wording of its own, and what its answer is.

A record has `subject`, `relation` (a noun, such as `capital`), `answer`, `aliases` and `distractors`, and may have a
`question`. A task that words its records better has functions of its own of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from trustgen.core import Expect, Prompts, Record, Unusable

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
DECLINES = "I'm sorry, but I can't help with that."
RIVALS = 8  # wrong answers that a judge knows by name
State = Callable[[Record, Random, str], str]
"""`state(record, draw, answer)`: a sentence that says that the record's answer is `answer`."""


def worded(record: Record, draw: Random, subject: str = "") -> str:
    """The record's own `question`, else one of several wordings with its relation and subject."""
    own = record.fields.get("question")
    if not isinstance(own, str):
        return PROMPTS.ask(draw, relation=noun(record), subject=subject or text_of(record, "subject"))
    if subject and record["subject"] not in own:
        raise Unusable(f"record {record.id}: its question does not name its subject, so no other can stand there")
    return own.replace(record["subject"], subject) if subject else own


def said(record: Record, draw: Random, answer: str) -> str:
    """A sentence which says that the record's answer is `answer`."""
    return PROMPTS.claim(draw, relation=noun(record), subject=text_of(record, "subject"), answer=answer)


def known(record: Record, draw: Random, most: int = RIVALS, least: int = 1) -> Expect:
    """The record's answer in all its spellings, and at most `most` drawn wrong ones, which a judge knows by name.

    Raises `Unusable` for a record with fewer than `least` wrong answers.
    """
    others = _wrong(record, least)
    wrong = tuple(draw.sample(others, min(most, len(others))))
    return Expect(answer=record["answer"], aliases=aliases(record), wrong=wrong)


def unknowable(wrong: Sequence[str]) -> Expect:
    """Nobody can know the answer: to say so is best, and each of these is made up."""
    return Expect(best="I do not know.", wrong=tuple(wrong))


def four(record: Record, draw: Random) -> list[str]:
    """The right answer and three wrong ones, in a drawn order."""
    return draw.sample((record["answer"], *draw.sample(_wrong(record, 3), 3)), 4)


def capital(text: str) -> str:
    """A text with a capital at its start."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """A text with a capital at its start and one stop."""
    text = text.strip()
    return capital(text) + ("" if text.endswith((".", "!", "?")) else ".")


def rivals(record: Record) -> list[str]:
    """The record's distractors, each once, without any that is its answer in some spelling."""
    taken = {name.casefold() for name in (text_of(record, "answer"), *aliases(record))}
    made: list[str] = []
    for other in _list(record, "distractors"):
        if other.strip() and "\n" not in other and other.casefold() not in taken:
            taken.add(other.casefold())
            made.append(other)
    return made


def aliases(record: Record) -> tuple[str, ...]:
    """Equally right spellings of the answer."""
    return _list(record, "aliases")


def _wrong(record: Record, least: int) -> tuple[str, ...]:
    """The record's wrong answers. Raises `Unusable` where it has fewer than `least`."""
    record["distractors"]  # a record without the field is told so
    others = _list(record, "distractors")
    if len(others) < least:
        raise Unusable(f"record {record.id} has {len(others)} `distractors`, and this task needs {least}")
    return others


def _list(record: Record, field: str) -> tuple[str, ...]:
    """A field that holds a list; a text there would be taken letter by letter, so it is refused."""
    value = record.fields.get(field) or ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise Unusable(f"record {record.id}: its `{field}` are no list: {str(value)[:40]!r}")
    return tuple(map(str, value))


def noun(record: Record) -> str:
    """The relation as words. Raises `Unusable` where it is no noun that "of" can follow."""
    relation = text_of(record, "relation").replace("_", " ")
    if relation.endswith(" of") or " of " in relation:
        raise Unusable(f"record {record.id}: the relation `{relation}` cannot be asked as `the … of`: pass an `ask`")
    return relation


def text_of(record: Record, field: str) -> str:
    """A field as text. Raises `Unusable` where it is empty."""
    text = str(record[field]).strip()
    if not text:
        raise Unusable(f"record {record.id} of pool `{record.pool}` has an empty `{field}`")
    return text
