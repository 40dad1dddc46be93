"""A run held to its seal, in words: which file was changed since, and what that means for what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from trustgen.core import FolderError, InputError
from trustgen.store import Link, RunFolder, Sealed, check_seal

from .reading import read_run
from .recount import recounted

MEANS = {
    "run.json": "the models, judges, versions and costs it tells of may not be those of the run",
    "edition/edition.json": "what it says of the cases may not be so of those that were asked",
    "responses.parquet": "replies may not be what the models said",
    "verdicts.parquet": "verdicts may not be the judges', nor may any number that is counted from them",
    "judged.parquet": "it is not what the judging models said; verdicts do not rest on it until they are made again",
    "estimates.json": "values are counted anew from the rows, but judges' errors and people's figures are as it says",
    "settled.json": "it may not be what people settled, and numbers count it",
    "calibration.json": "it may not be how the judges erred on this run; the next estimates would rest on it",
    "labels.jsonl": "labels may not be those that people gave; the next estimates would rest on them",
    "review.json": "replies may not be those that were drawn for people, nor drawn with these chances",
    "review.parquet": "replies may not be those that were drawn for people, nor drawn with these chances",
    "journal.db": "rows are read from it, in the place of the sealed tables",
    "seal.json": "it shows no more of the other files than that",
}
"""What is to be believed less where a file is not as it was sealed."""
UNSEALED = (
    "it was made before runs were sealed, so edits would not show: `trustgen rejudge` it, or run it again, to seal it"
)


def breaches(sealed: Sealed) -> Iterator[str]:
    """What was edited or damaged since the run was sealed, a sentence a file."""
    for name, how in sealed.changed.items():
        yield f"`{name}` was {how} after the run was sealed: {MEANS[name]}"


def unsealed(sealed: Sealed) -> str:
    """Why nothing can be said, or not of all files; "" where the whole run is sealed."""
    if sealed.open:
        told = ", ".join(f"{did}, {at}" for did, at in sealed.open.items())
        return f"a session ({told}) is under way or was killed before it sealed the run: give its command again"
    return "" if sealed.links or sealed.changed else UNSEALED


def differs(sealed: Sealed, head: str) -> str:
    """Why a folder is not what was noted as `head`; "" where it is."""
    if sealed.head == head:
        begun = ", ".join(f"{did}, {at}" for did, at in sealed.open.items())
        return f"a session ({begun}) has begun since and not ended, so the files it writes are in flux" if begun else ""
    heads = [link.head for link in sealed.links]
    if head not in heads:
        mine = f"the run's seal is {sealed.head}" if sealed.head else "the run has no seal"
        return f"{mine}, and {head} is not in its chain: it is another run, or was sealed anew"
    since = ", ".join(f"{link.did} {link.at}" for link in sealed.links[heads.index(head) + 1 :])
    return f"{head} is link {heads.index(head) + 1} of {len(heads)}: the run was gone on with since ({since})"


def known_head(text: str) -> str:
    """A head as people give it; raises `InputError` for what can be none."""
    if text and not re.fullmatch(r"[0-9a-f]{32}", text):
        raise InputError(f"--seal {text}: a seal has 32 hex digits, as `trustgen report RUN` prints it")
    return text


def told(sealed: Sealed) -> dict[str, Any]:
    """What `--json` says of a seal."""
    return {
        "head": sealed.head,
        "links": len(sealed.links),
        "open": sealed.open,
        "changed": sealed.changed,
        "note": unsealed(sealed),
    }


def seal_lines(folders: Iterable[Path]) -> tuple[list[str], list[str]]:
    """What was edited in some runs, and of which nothing can be said, each with its folder."""
    seals = {folder: check_seal(folder) for folder in folders}
    broken = [f"`{folder}`: {text}" for folder, sealed in seals.items() for text in breaches(sealed)]
    return broken, [f"`{folder}`: {text}" for folder, sealed in seals.items() if (text := unsealed(sealed))]


# ── verify ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class VerifiedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run held to its seal, its edition's and its own rows.

    `faults` are all that is not as it should be, in words; `notes` what could not be checked.
    """

    run: str
    head: str
    links: tuple[Link, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is known against the run."""
        return not self.faults


def verify_run(folder: Path, head: str = "") -> VerifiedRun:
    """Check a run's files against their hashes, its numbers against its rows, and its seal against a `head` noted.

    No model is asked. A file that cannot be read is a fault like any other; only `run.json` must be one.
    """
    run = RunFolder.open(folder)
    sealed = check_seal(folder)
    faults = list(breaches(sealed))
    notes = [text] if (text := unsealed(sealed)) else []
    if head and (why := differs(sealed, known_head(head))):
        faults.append(why)
    try:
        faults += run.lost_pictures()
        again = recounted(read_run(run))
        faults += [f"{doubt.model}: {doubt.told}" for doubt in again.doubts]
        notes += [f"{task}: its numbers cannot be counted anew: {why}" for task, why in again.absent.items()]
    except FolderError as error:
        faults.append(str(error))
    return VerifiedRun(run=str(folder), head=sealed.head, links=sealed.links, faults=tuple(faults), notes=tuple(notes))
