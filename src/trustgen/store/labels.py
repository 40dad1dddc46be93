"""What people said of a run's replies: `labels.jsonl`, one line a label, only ever appended.

A line counts once it is on disk (`fsync`), so a kill loses no label that was acknowledged; the half line that it may
leave is passed over and counted. Several people may label at once: a line is appended under a lock. A label that was a
slip is withdrawn by a further line, so the file remains the whole story.

What the labels settle is laid over the machine's verdicts (`settled.json`); those stay as they are.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from trustgen.core import FolderError, Outcome, Verdict
from trustgen.core.plain import read

from .files import open_own, read_json, write_json

LABELS = "labels.jsonl"
SETTLED = "settled.json"


class GivenLabel(msgspec.Struct, frozen=True, kw_only=True):
    """What one labeller said of one reply. `chance` is that with which the reply was picked; "" withdraws a label."""

    response: str
    labeller: str
    label: str
    at: str  # ISO date-time
    chance: float


class Labels(NamedTuple):
    """The lines of a run in the order they were written, and how many could not be read."""

    given: tuple[GivenLabel, ...]
    broken: int

    @property
    def live(self) -> list[GivenLabel]:
        """The labels that were not withdrawn; two of one labeller on one reply both stand, and contradict or repeat."""
        kept: dict[tuple[str, str], list[tuple[int, GivenLabel]]] = {}
        for place, given in enumerate(self.given):
            mine = kept.setdefault((given.response, given.labeller), [])
            if given.label:
                mine.append((place, given))
            else:
                mine.clear()
        return [given for _, given in sorted((p for mine in kept.values() for p in mine), key=lambda pair: pair[0])]


_line = msgspec.json.Decoder(GivenLabel)


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """A file opened for appending that no other process has locked; waits for its turn."""
    handle = open_own(path, os.O_APPEND)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)  # and with it the lock


def append_label(folder: Path, given: GivenLabel) -> None:
    """Add one label to a run; it is on disk when this returns."""
    path = folder / LABELS
    fresh = not path.exists()
    with locked(path) as handle:
        end = os.fstat(handle).st_size
        # A killed process may have left half a line: end it, or the next label would be lost with it.
        mended = b"\n" if end and os.pread(handle, 1, end - 1) != b"\n" else b""
        line = mended + msgspec.json.encode(given) + b"\n"
        try:
            while line:
                line = line[os.write(handle, line) :]
            os.fsync(handle)
        except OSError as error:
            raise FolderError(f"cannot write to `{path}` ({error.strerror}): this label was not kept") from error
    if fresh:
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def read_labels(folder: Path) -> Labels:
    """All labels of a run; lines that cannot be read are counted and passed over."""
    try:
        lines = read(folder / LABELS).split(b"\n")
    except FileNotFoundError:
        return Labels((), 0)
    except OSError as error:
        raise FolderError(f"`{folder / LABELS}` cannot be read ({error.strerror}): make it readable") from error
    given, broken = [], 0
    for line in filter(None, lines):
        try:
            given.append(_line.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            broken += 1
    return Labels(tuple(given), broken)


# ── laid over what the machine said ─────────────────────────────────────────────────────────────────────────────────


def settled(folder: Path) -> dict[str, Verdict]:
    """What people settled that the machine could not read, by verdict key; empty where nobody did."""
    path = folder / SETTLED
    if not os.path.lexists(path):
        return {}
    found: list[Verdict] = read_json(path, list[Verdict], "a run")
    return {verdict.key: verdict for verdict in found}


def write_settled(folder: Path, verdicts: Sequence[Verdict]) -> None:
    """Keep what people settled; whatever was kept before is replaced."""
    if verdicts or (folder / SETTLED).exists():
        write_json(folder / SETTLED, sorted(verdicts, key=lambda verdict: verdict.key))


def overlaid(folder: Path, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Verdicts, with what people settled in the place of those that the machine left `unparsed`."""
    known = settled(folder)
    for verdict in verdicts:
        yield known.get(verdict.key, verdict) if verdict.outcome == Outcome.UNPARSED else verdict


def settled_columns(folder: Path) -> Iterator[tuple[tuple[str, str, str], list[list[Any]]]]:
    """What people settled as the last batches of `RunFolder.joined`: what is filled in last stands."""
    by_judge: dict[tuple[str, str, str], list[Verdict]] = {}
    for v in settled(folder).values():
        by_judge.setdefault((v.task, v.model, v.judge), []).append(v)
    for key, found in by_judge.items():
        rows = [(v.case, v.outcome.value, v.score, v.label, v.confidence) for v in found]
        yield key, [list(column) for column in zip(*rows, strict=True)]
