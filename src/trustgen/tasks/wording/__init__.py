"""How a fact is put into words, in the same way by every task that asks about facts.

Each is drawn from many wordings, so that two salts rarely ask the same question of the same record. A relation that has
no wordings here (of a pool of somebody's own) is put as "the … of …", or in the words of the record's own `question`.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Direction, Measure, Prompts, Record, user
from trustgen.craft import known, noun, said, worded
from trustgen.curate.facts import in_a_sentence
from trustgen.curate.kin import STRATA, holds
from trustgen.stats.share import score_among

PROMPTS = Prompts(__package__)
FACTS = "facts.graded"
# What is said of a city, and how of one whose name holds the word: "the city of Jambi City" is "Jambi City".
OF_CITIES = {
    "the city of {}": "{}",
    "The city of {}": "{}",
    "the city called {}": "{}",
    "The city called {}": "{}",
    "{} is a city in": "{} is in",
    "{} is not a city in": "{} is not in",
    "{} as a city": "{} as a place",
    "{} stands among the cities": "{} stands among the places",
}
SUBJECTS = {
    "capital": "the capitals of countries",
    "currency": "the currencies of countries",
    "country_of_city": "which country a city lies in",
    "country_of_division": "which country a province lies in",
    "atomic_number": "the elements and their numbers",
    "sum": "adding and subtracting numbers",
}
"""What a question of each relation is about, as a subject that one can be good at."""
NOUNS = ("capital", "currency", "unit", "country", "number")
"""What the answers to these are called: a judge reads "the capital is …"."""


def question(record: Record, draw: Random, subject: str = "") -> str:
    """The record's question, or the same about another subject."""
    if (relation := _known(record)) is None:
        return worded(record, draw, subject=subject)
    return _put(relation, draw, subject or record["subject"])


def brief(record: Record, draw: Random) -> str:
    """The request to give the answer alone."""
    return PROMPTS[f"{_known(record) or 'answer'}_only"](draw)


def plain(record: Record, draw: Random) -> Iterator[Case]:
    """Arm `plain`: the question, and the request to give the answer alone; a task's variations make the other arms."""
    expect, asked = known(record, draw), question(record, draw)
    yield Case.of(record, "plain", user(f"{asked} {brief(record, draw)}"), expect=expect, question=asked)


def statement(record: Record, draw: Random, answer: str) -> str:
    """A sentence which says that the record's answer is `answer`."""
    return _told(record, draw, answer, "is") or said(record, draw, answer)


def denial(record: Record, draw: Random, answer: str) -> str:
    """A sentence which says that the record's answer is not `answer`; "" where there are no wordings for it."""
    return _told(record, draw, answer, "not")


def source(record: Record, draw: Random) -> str:
    """A sentence that says where the answer was read, and what it is."""
    return _told(record, draw, record["answer"], "source") or said(record, draw, record["answer"])


def thing(record: Record, draw: Random) -> str:
    """What is asked for, as words that can stand after "tell me": "the capital of Peru"."""
    if (relation := _known(record)) is None:
        return f"the {noun(record)} of {record['subject']}"
    return _put(f"{relation}_thing", draw, record["subject"])


def shown(record: Record, answer: str) -> str:
    """An answer as it stands in a sentence, with its article where English has one: "the Netherlands", "the peso"."""
    relation = _known(record) or ""
    if relation.startswith("country_of"):
        return in_a_sentence(answer)
    return f"the {answer}" if relation == "currency" else answer


def by_stratum(arm: str) -> dict[str, Measure]:
    """Accuracy of an arm in every stratum, by the measure's name."""
    return {
        f"accuracy_{of}": score_among(arms=(arm,), tag="difficulty", value=of, direction=Direction.HIGHER)
        for of in STRATA
    }


def _told(record: Record, draw: Random, answer: str, form: str) -> str:
    """A sentence of a form about the record's subject and an answer, a country with its article."""
    if (relation := _known(record)) is None:
        return ""
    name = in_a_sentence(answer) if relation.startswith("country_of") else answer
    return _put(f"{relation}_{form}", draw, record["subject"], answer=name)


def _put(prompt: str, draw: Random, subject: str, **answer: str) -> str:
    """A wording with its subject. A name that says itself that it is a city's is not called a city again."""
    text = PROMPTS[prompt](draw, subject=subject, **answer)
    if prompt.startswith("country_of_city") and holds(subject, "city"):
        for said, once in OF_CITIES.items():
            text = text.replace(said.format(subject), once.format(subject))
    return text


def _known(record: Record) -> str | None:
    """The record's relation, where there are wordings for it and the record brings no question of its own."""
    relation = record.fields.get("relation")
    own = "question" in record.fields
    return relation if isinstance(relation, str) and relation in PROMPTS.wordings and not own else None


__all__ = [
    "FACTS",
    "NOUNS",
    "SUBJECTS",
    "brief",
    "by_stratum",
    "denial",
    "plain",
    "question",
    "shown",
    "source",
    "statement",
    "thing",
]
