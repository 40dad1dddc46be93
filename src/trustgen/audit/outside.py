"""What an audit is given from outside: texts to compare with, and human labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from trustgen.core import LETTERS, Case, InputError
from trustgen.core.plain import open_text
from trustgen.store import Edition

from .labels import Labelled, majority, share
from .sampled import CHARACTERS, Passage, asked, mark


@dataclass(frozen=True)
class Reference:
    """Texts to compare an edition with: a `.txt` (one a line), a `.jsonl` with `text`, or another edition's folder.

    A row may also have `task` (else it is compared with the whole edition), `record` (rows that belong together) and
    `label`. `published` says that models may have read these texts, so that what an edition shares with them is
    contamination. A file that cannot be read raises `InputError`.
    """

    path: Path
    published: bool = False

    def __post_init__(self) -> None:
        if self.path.is_dir():
            Edition.open(self.path)
        elif self.path.suffix not in (".txt", ".jsonl"):
            raise InputError(
                f"reference `{self.path}`: give a .txt (one text a line), a .jsonl with `text`, or an edition"
            )
        elif not self.path.is_file():
            raise InputError(f"reference `{self.path}`: there is no such file")

    def passages(self) -> Iterator[Passage]:
        """The texts, read anew each time, in a stream."""
        if self.path.is_dir():
            return map(passage_of, Edition.open(self.path).cases())
        return self._rows() if self.path.suffix == ".jsonl" else self._lines()

    def _lines(self) -> Iterator[Passage]:
        for _, line in lines(self.path):
            yield Passage(line[:CHARACTERS], f"{mark(line):x}")

    def _rows(self) -> Iterator[Passage]:
        for number, line in lines(self.path):
            row = row_of(line, self.path, number)
            text = row.get("text")
            if not isinstance(text, str) or not text.strip():
                raise InputError(f"{self.path}:{number} has no `text`: every row needs one")
            cluster = str(row.get("record") or f"{mark(text):x}")
            label = "" if row.get("label") is None else label_of(row["label"])
            yield Passage(text[:CHARACTERS], cluster, str(row.get("task") or ""), label)


def passage_of(case: Case) -> Passage:
    """What a case asks, with its answer as label where that is one of a closed set shown as such (true, yes …)."""
    answer = case.expect.answer
    label = label_of(answer) if answer in case.expect.options else ""
    return Passage(asked(case)[:CHARACTERS], case.cluster, case.task, label)


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file that hold anything, with their numbers."""
    try:
        with open_text(path) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"`{path}` cannot be read as UTF-8 text: {error}") from error


def row_of(line: str, path: Path, number: int) -> dict[str, Any]:
    """A line of JSON that is an object."""
    try:
        row = msgspec.json.decode(line.encode(), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise InputError(f"{path}:{number} is no JSON object: {error}") from None
    return row


def label_of(value: Any) -> str:
    """A label as text: numbers by value, words in lower case."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(value, "g")
    return " ".join(str(value).casefold().split())


Rows = dict[str | int, tuple[tuple[str, ...], tuple[str, ...]]]
"""The human and the generated labels of each case, by its id, or by a mark of its question."""


class LabelBook:
    """Human labels of cases, and the labels that a model or the edition gives them.

    Each row of a `.jsonl` names a `case` (its id) or a `question` (its words), the human `labels`, and may hold
    `generated` labels; without these, the gold answer is the one generated label. Several files are several readers'.
    """

    def __init__(self, *paths: Path) -> None:
        self.paths = paths
        self._readers = [_rows(path) for path in paths]
        self._rows: Rows = {}
        self._gold: dict[str | int, frozenset[str]] = {}
        self._task: dict[str | int, str] = {}
        self._letters: dict[str | int, dict[str, str]] = {}
        for reader in self._readers:
            for key, (labels, generated) in reader.items():
                before = self._rows.get(key, ((), ()))
                self._rows[key] = (before[0] + labels, before[1] + generated)
        self._by_words = any(isinstance(key, int) for key in self._rows)

    def see(self, case: Case) -> None:
        """Note the gold answer of a case that has labels."""
        for key in (case.id, _question(asked(case))) if self._by_words else (case.id,):
            if key in self._rows:
                self._gold[key] = self._gold.get(key, frozenset()) | _golds(case)
                self._task[key] = case.task
                self._letters[key] = _letters(case)

    def items(self) -> list[Labelled]:
        """The rows whose case was seen, each with its generated labels."""
        if not self._gold:
            raise InputError(f"labels {self.named}: no row names a case or a question of this edition")
        return [self._item(key) for key in self._rows if key in self._gold]

    def _item(self, key: str | int) -> Labelled:
        human, generated = self._rows[key]
        return Labelled(str(key), human, generated or _told(human, self._gold[key]))

    def by_task(self) -> dict[str, Any]:
        """Of each task: its `items`; `met`, for each file the share of its rows whose most frequent label is right or
        generated; and `alike`, the share of items with two labels or more on which all are one. `nan` over nothing."""
        found: dict[str, Any] = {}
        for task in sorted(set(self._task.values())):
            keys = [key for key in self._rows if self._task.get(key) == task]
            told = {key: frozenset(self._rows[key][1]) or self._gold[key] for key in keys}
            labels = [[self._letters[key].get(said, said) for said in self._rows[key][0]] for key in keys]
            found[task] = {
                "items": len(keys),
                "met": [
                    share(bool(majority(reader[key][0]) & told[key]) for key in keys if key in reader)
                    for reader in self._readers
                ],
                "alike": share(len(set(said)) == 1 for said in labels if len(said) > 1),
            }
        return found

    @property
    def named(self) -> str:
        """The files, as a reader is told of them."""
        return " and ".join(f"`{path}`" for path in self.paths)

    @property
    def unknown(self) -> int:
        """Rows that name no case of the edition."""
        return len(self._rows) - len(self._gold)


def _rows(path: Path) -> Rows:
    """The human and the generated labels of a file's rows, by case or question. Raises `InputError`."""
    if not path.is_file():
        raise InputError(f"labels `{path}`: there is no such file")
    found: Rows = {}
    for number, line in lines(path):
        row = row_of(line, path, number)
        labels, generated = row.get("labels"), row.get("generated", [])
        name = row.get("case") or row.get("question")
        if labels == [] and row.get("case"):  # a sheet's row that its reader left empty
            continue
        if not isinstance(name, str) or not isinstance(labels, list) or not labels or not isinstance(generated, list):
            raise InputError(
                f'{path}:{number}: a row is {{"case": id or "question": text, "labels": [...]}}, with "generated": '
                "[...] where there are any"
            )
        key: str | int = row["case"] if row.get("case") else _question(name)
        if key in found:
            raise InputError(f"{path}:{number} names `{name[:60]}` again: put all its labels into one row")
        found[key] = (tuple(map(label_of, labels)), tuple(map(label_of, generated)))
    if not found:
        raise InputError(f"labels `{path}`: the file holds no row with labels")
    return found


def _question(text: str) -> int:
    return mark(" ".join(text.casefold().split()))


def _letters(case: Case) -> dict[str, str]:
    """The letters by which a reader may name the options, which are no options themselves."""
    options = list(map(label_of, case.expect.options))
    letters = map(label_of, LETTERS[: len(options)])
    return {letter: option for letter, option in zip(letters, options, strict=True) if letter not in options}


def _golds(case: Case) -> frozenset[str]:
    """Ways to write the gold answer: as it stands, its aliases, the option behind a letter, and what is as right."""
    expect, sides = case.expect, case.tags.get("sides", "").split()
    known = {expect.answer, *expect.aliases}
    place = ord(expect.answer) - ord("A") if len(expect.answer) == 1 else -1
    if expect.answer not in expect.options and 0 <= place < len(expect.options):
        known.add(expect.options[place])
    if len(sides) == len(expect.options):  # several options may stand for what is right, and one is named
        right = {side for side, option in zip(sides, expect.options, strict=True) if option in known}
        known |= {option for side, option in zip(sides, expect.options, strict=True) if side in right}
    return frozenset(label_of(word) for word in known if word)


def _told(human: tuple[str, ...], gold: frozenset[str]) -> tuple[str, ...]:
    """The gold answer in the words that people used, else in its own."""
    shared = sorted(gold & set(human))
    return tuple((shared or sorted(gold))[:1])
