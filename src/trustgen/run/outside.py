"""Judges held against labelled replies of one's own, or of others: one JSON object a line, in a file or a folder.

A line has `reply` and `label`, and what the judge needs: `prompt`, and `answers` (the right ones), `wrong`, `options`,
`arm` or `tags` where its rule reads them. `set`, `model`, `language`, `source`, `licence` and `split` say where it
comes from; other fields are passed over. Only figures are kept, never the replies.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import msgspec

from trustgen.core import Case, Expect, InputError, Judge, Reply, Response, digest, plain, user
from trustgen.judge.families import family
from trustgen.judge.words import NOTHING, Words, offered, table, words_of
from trustgen.stats.calibration import NO_ANSWER, Calibration, Told, counted
from trustgen.store.files import write_json

from .calibrate import RIGHT, paired

PLACE = files("trustgen.run") / "outside.json"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled reply."""

    reply: str
    label: str
    prompt: str = ""
    answers: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    arm: str = ""
    tags: dict[str, str] = {}
    set: str = ""
    model: str = ""
    language: str = "en"
    source: str = ""
    licence: str = ""
    split: str = ""

    def case(self) -> Case:
        """The case that the reply answers."""
        expect = Expect(
            answer=self.answers[0] if self.answers else "",
            aliases=self.answers[1:],
            wrong=self.wrong,
            options=self.options,
        )
        turns = (user(self.prompt or "(not recorded)"),)
        return Case("row", "labels", self.arm, turns, expect, ("row",), tags=self.tags, question=self.prompt)

    def response(self) -> Response:
        """The reply, as a model's only one."""
        return Response("row", "row", "labels", self.model, "answered", (Reply(self.reply),))


class Labelled(NamedTuple):
    """One labelled set: its distinct rows, and what was wrong with the others."""

    name: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def labels(self) -> Counter[str]:
        """How many rows have which label."""
        return Counter(row.label for row in self.rows)


class Held(NamedTuple):
    """A judge on a set: the figures, whole and by part, and what is not in them."""

    judge: Judge
    set: str
    found: list[Calibration]
    notes: list[str]


BIGGEST = 1 << 30  # bytes of a file of labels


def labelled(path: Path) -> list[Labelled]:
    """The sets of a file, or of every `*.jsonl` of a folder. Raises `InputError` at the first line that is no row."""
    paths = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not paths:
        raise InputError(f"`{path}` holds no labels: give a JSON Lines file, or a folder with `*.jsonl`")
    by: dict[str, list[Row]] = defaultdict(list)
    for one in paths:
        for row in _rows(one):
            by[row.set or one.stem].append(row)
    return [_distinct(name, rows) for name, rows in sorted(by.items())]


def _rows(path: Path) -> Iterator[Row]:
    try:
        lines = plain.read(path, BIGGEST, follow=True).split(b"\n")
    except OSError as error:
        raise InputError(f"`{path}` cannot be read ({error.strerror}): give a JSON Lines file or a folder") from error
    count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=Row)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path.name}, line {number}: {error}: a row needs `reply` and `label`") from None
        if not row.label.strip():
            raise InputError(f"{path.name}, line {number}: the label is empty: drop the row, or label it")
        count += 1
        yield row
    if not count:
        raise InputError(f"`{path}` is empty: a row a line, each with `reply` and `label`")


def _distinct(name: str, rows: Iterable[Row]) -> Labelled:
    """Each reply once; one that has two labels is left out, since nobody knows which holds."""
    by: dict[tuple[str, str, str], dict[str, Row]] = defaultdict(dict)
    twice = 0
    for row in rows:
        held = by[row.model, row.prompt, row.reply]
        twice += row.label in held
        held.setdefault(row.label, row)
    kept = tuple(next(iter(held.values())) for held in by.values() if len(held) == 1)
    torn = len(by) - len(kept)
    notes = [f"rows that stand there again, counted once: {twice}"] if twice else []
    notes += [f"replies with two labels, left out: {torn}"] if torn else []
    return Labelled(name, kept, tuple(notes))


def fits(judge: Judge, labels: Labelled) -> bool:
    """Whether a set can be held against a judge without being asked: it knows its labels, and has what it reads."""
    words = words_of(judge)
    if words is None or not words.rows or RIGHT.get(judge.reads, words.positive) != words.positive:
        return False
    known = {label for label in labels.labels if words.told(label) not in ("", *NO_ANSWER)}
    return len(known) >= min(2, len(labels.labels)) and all(
        getattr(row, field) for row in labels.rows for field in words.rows
    )


def hold(judge: Judge, labels: Labelled, made: str = "") -> Held:
    """A judge against a set: all of it, each model family and each language. Raises `InputError` where it cannot read.

    Rows with a label that the judge has no word for are counted in the notes and in nothing else.
    """
    words = words_of(judge)
    if words is None:
        raise InputError(f"`{judge.title}` says nowhere which labels it may give: it cannot be held against rows")
    known = {words.told(label) for label in labels.labels}
    folded = {label: told for label, told in words.folded.items() if label not in known}
    pairs: dict[tuple[str, str], list[Told]] = defaultdict(list)
    strange = Counter[str]()
    for row in labels.rows:
        pair = _pair(judge, words, folded, row, labels.name)
        if pair is None:
            strange[row.label] += 1
        else:
            pairs[family(row.model) if row.model else "", row.language].append((*pair, row.prompt))
    if not pairs:
        own, told = ", ".join(words.labels) or words.takes, ", ".join(sorted(labels.labels)[:8])
        raise InputError(
            f"set `{labels.name}`: `{words_name(judge)}` knows none of its labels ({told}): its own are {own}"
        )
    head = _head(judge, words, labels, made)
    found = list(_parts(msgspec.structs.replace(head, folded=folded), pairs))
    return Held(judge, labels.name, found, [*labels.notes, *_left_out(judge, labels, strange, found[0])])


def _head(judge: Judge, words: Words, labels: Labelled, made: str) -> Calibration:
    """What all figures of a judge on a set share."""
    first = labels.rows[0]
    return Calibration(
        judge=judge.key,
        name=judge.title,
        kind=judge.reads,
        set=labels.name,
        sha256=digest(sorted((row.prompt, row.reply, row.label) for row in labels.rows)),
        language="all",
        cells=(),
        right=words.positive or ("right",),
        split=first.split,
        made=made,
        outside=True,
        source=first.source,
        licence=first.licence,
    )


def _left_out(judge: Judge, labels: Labelled, strange: Counter[str], whole: Calibration) -> Iterator[str]:
    """Which rows are in no figure, and which figure a set cannot give."""
    if strange:
        told = ", ".join(f"{label} ({n})" for label, n in strange.most_common())
        rest = f"{strange.total()} of {len(labels.rows)} rows are in no figure"
        yield f"{rest}: `{words_name(judge)}` has no {told}"
    confusion = whole.confusion()
    if not confusion.positives or not confusion.negatives:
        lost = "specificity" if confusion.positives else "sensitivity"
        yield f"people gave labels of one class alone: its {lost} cannot be told"


def words_name(judge: Judge) -> str:
    """A judge's name, short."""
    return judge.title.partition(" → ")[0]


def _pair(judge: Judge, words: Words, folded: Mapping[str, str], row: Row, name: str) -> tuple[str, str] | None:
    """What people and the judge said; None where the judge has no word for what people said."""
    case = row.case()
    try:
        scores = offered(judge, case)
        label = words.means.get(row.label, row.label)
        if label not in scores and label not in NO_ANSWER:
            return None
        ruling = judge(case, row.response())
    except (KeyError, IndexError, ValueError) as error:
        raise InputError(
            f"set `{name}`: `{words_name(judge)}` needs {error} in every row, and one has it not: {row.reply[:40]!r}"
        ) from error
    true, said = paired(scores, label if label in scores else NOTHING, ruling, by_score=not words.positive)
    return folded.get(true, true), folded.get(said, said)


def _parts(head: Calibration, pairs: Mapping[tuple[str, str], list[Told]]) -> Iterator[Calibration]:
    """The whole, then each language and each model family where there are several."""
    families = sorted({kin for kin, _ in pairs})
    languages = sorted({language for _, language in pairs})
    one = languages[0] if len(languages) == 1 else "all"
    every = [pair for found in pairs.values() for pair in found]
    if every:
        yield counted(head, every, language=one)
    for language in languages if len(languages) > 1 else ():
        mine = [pair for (_, of), found in pairs.items() if of == language for pair in found]
        yield counted(head, mine, language=language)
    for kin in families if len(families) > 1 else ():
        mine = [pair for (of, _), found in pairs.items() if of == kin for pair in found]
        yield counted(head, mine, language=one, family=kin)


def in_full(calibration: Calibration) -> tuple[str, ...]:
    """Of the labels that a judge is there to see, those worth 1; none where that is all, or nobody gave others."""
    words = table().get(calibration.name.partition(" → ")[0].partition(",")[0])
    full = tuple(label for label in calibration.right if words and words.labels.get(label) == 1)
    return full if set(full) < set(calibration.right) and calibration.knows(calibration.right) else ()


def record(found: Iterable[Calibration]) -> Path:
    """Write the figures into this installation, in place of those there: for whoever releases it."""
    rows = sorted(found, key=lambda c: (c.kind, c.name, c.judge, c.set, c.family, c.language))
    path = Path(str(PLACE))
    write_json(path, rows)
    return path
