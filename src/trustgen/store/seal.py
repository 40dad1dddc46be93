"""The seal of a run: `seal.json`, a chain of hashes over what each session left in the folder.

    {"format": 1, "open": {}, "links": [{"did": "run", "at", "version", "edition", "judges": {task: key},
     "files": {name: {"bytes", "sha256"}}, "before": "", "head"}, …]}

A link says what was done and holds the hash of each file that it wrote; its `head` is the hash of all that and of the
head before. Whoever goes on with a run appends a link, so those before stay as its history. A session that begins is
marked in `open`: until it ends, or after a kill, the files that it writes are in flux and are held to nothing.

There is no secret in a chain: it shows edits and damage, and nobody who makes the whole chain anew. For that a head is
noted elsewhere. Blobs need no place in it: they go by the hash of their bytes, which stands in the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from trustgen.core import FolderError, digest
from trustgen.core.plain import opened, read
from trustgen.version import VERSION

from .files import as_json, now, write_json
from .labels import LABELS, SETTLED, locked

SEAL = "seal.json"
FORMAT = 1
_PIECE = 1 << 20

Did = Literal["run", "resumed", "rejudged", "estimated again", "picked", "labelled"]

_MADE = frozenset({"estimates.json", SETTLED, "calibration.json"})
_ROWS = frozenset({"run.json", "responses.parquet", "verdicts.parquet", "judged.parquet"})
_PICKS = frozenset({"review.json", "review.parquet"})
_EDITION = "edition/edition.json"  # and in it the hashes of the edition's other files
_JOURNAL = "journal.db"
WRITES: Mapping[Did, frozenset[str]] = {
    "run": _ROWS | _MADE,
    "resumed": _ROWS | _MADE,
    "rejudged": _ROWS | _MADE,
    "estimated again": _MADE,
    "picked": _PICKS,
    "labelled": frozenset(),
}
"""What each kind of session writes; labels are only ever appended, and every link takes the new ones in."""
ASKING: frozenset[Did] = frozenset({"run", "resumed", "rejudged"})
"""Sessions that have a journal; they hold the run's lock, as does "estimated again"."""
NAMES = (*sorted(_ROWS | _MADE | _PICKS), LABELS, _EDITION)
"""What is sealed, where it is there."""


class Kept(msgspec.Struct, frozen=True):
    """A file as a session left it; of labels, the first `bytes`."""

    bytes: int
    sha256: str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What one session did. `judges` are the keys of the judges that the numbers rest on, by task."""

    did: Did
    at: str  # ISO date-time
    version: str
    edition: str
    judges: dict[str, str]
    files: dict[str, Kept]
    before: str  # the head of the link before; "" for the first
    head: str = ""

    def sealed(self) -> Link:
        """The link with its head."""
        return msgspec.structs.replace(self, head=digest(msgspec.to_builtins(msgspec.structs.replace(self, head=""))))


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """`seal.json`. `open` has the sessions that began and did not end, each with its time."""

    links: tuple[Link, ...] = ()
    open: dict[Did, str] = {}
    format: int = FORMAT

    @property
    def files(self) -> dict[str, Kept]:
        """Each file as the last link that wrote it has it."""
        return {name: kept for link in self.links for name, kept in link.files.items()}

    @property
    def flux(self) -> frozenset[str]:
        """What open sessions may be writing now."""
        return frozenset[str]().union(*(WRITES[did] for did in self.open))

    @property
    def whole(self) -> bool:
        """Whether every link follows from the one before, and none was altered."""
        heads = ["", *(link.head for link in self.links)]
        return all(link.before == head and link.sealed() == link for head, link in zip(heads, self.links, strict=False))


How = Literal["changed", "removed", "added"]


class Sealed(NamedTuple):
    """A run held to its seal: `changed` names each file that is not as the last session left it, and how."""

    links: tuple[Link, ...] = ()
    open: Mapping[Did, str] = {}
    changed: Mapping[str, How] = {}

    @property
    def head(self) -> str:
        """The hash that stands for all of it, 32 hex digits; "" for a run that was never sealed."""
        return self.links[-1].head if self.links else ""

    @property
    def whole(self) -> bool:
        """Whether the head stands for what is in the folder now, so that it may be noted."""
        return bool(self.links) and not self.open and not self.changed


def check_seal(folder: Path) -> Sealed:
    """Hold a run's files to its seal: each is read once, in pieces.

    The edition's tables are held to its manifest by whoever opens it. A seal of another format is a `FolderError`.
    """
    while True:
        body = _body(folder)
        found = _checked(folder, body)
        # A session that began or ended meanwhile has changed what it said before.
        if not found.changed or _body(folder) == body:
            return found


def _checked(folder: Path, body: bytes | None) -> Sealed:
    found, sound = _decoded(body)
    changed: dict[str, How] = {} if sound else {SEAL: "changed"}
    if not found.links:
        return Sealed(open=found.open, changed=changed)
    kept, flux = found.files, found.flux
    for name in NAMES:
        if name not in flux and (how := _how(folder / name, kept.get(name))):
            changed[name] = how
    # Where there is a journal it is read in the place of the sealed tables.
    if not ASKING & found.open.keys() and _size(folder / _JOURNAL) is not None:
        changed[_JOURNAL] = "added"
    return Sealed(found.links, found.open, changed)


def _how(path: Path, kept: Kept | None) -> How | None:
    """In what a file is not as it was kept; labels may have come, those that were there must stand as they did."""
    size, grows = _size(path), path.name == LABELS
    if kept is None:
        return None if size is None or grows else "added"
    if size is None:
        return "removed"
    if size < kept.bytes or (size > kept.bytes and not grows):
        return "changed"
    return None if _kept(path, kept.bytes) == kept else "changed"


def begin(folder: Path, did: Did) -> Did:
    """Mark that a session begins to write; returns what it is: a "run" where there is one already is "resumed".

    Whoever asks or judges must hold the run's lock. Such a session takes up the rows, and refuses them with a
    `FolderError` where they were edited: its own link would make them look as if nobody had.
    """
    with _held(folder):
        before = _sound(folder)
        if did in ASKING:
            if edited := sorted({*_ROWS, _EDITION, _JOURNAL} & check_seal(folder).changed.keys()):
                raise FolderError(
                    f"run `{folder}` was edited after it was sealed ({', '.join(edited)}) and is not gone on with: "
                    f"bring it back as it was, or remove {folder / SEAL} to seal it anew as it is"
                )
            if did == "run" and (before.links or (not before.open and (folder / "run.json").exists())):
                did = "resumed"
        # Who holds the run's lock finds no mark of such a session but those of the dead.
        marks = {other: at for other, at in before.open.items() if not (did in ASKING and other in ASKING)}
        write_json(folder / SEAL, Seal(links=before.links, open={**marks, did: now()}))
    return did


def end(folder: Path, did: Did, edition: str, judges: Mapping[str, str]) -> None:
    """Append the link of a session, over what it wrote and the labels that came since, and take its mark away.

    Where no file is another than before there is nothing to say, and the head stays.
    """
    with _held(folder):
        before = _sound(folder)
        gone: frozenset[Did] = ASKING | {"estimated again"} if did in ASKING else frozenset({did})
        marks = {other: at for other, at in before.open.items() if other not in gone}
        names = WRITES[did] if before.links else frozenset(NAMES) - Seal(open=marks).flux - {LABELS}
        left = {name: kept for name in sorted(names) if (kept := _kept(folder / name)) is not None}
        old = before.files
        files = {name: kept for name, kept in left.items() if old.get(name) != kept}
        files |= _new_labels(folder, old.get(LABELS))
        links = before.links
        if files:
            made = Link(
                did=did,
                at=now(),
                version=VERSION,
                edition=edition,
                judges=dict(judges),
                files=files,
                before=links[-1].head if links else "",
            )
            links = (*links, made.sealed())
        if (after := Seal(links=links, open=marks)) != before:
            write_json(folder / SEAL, after)


def _new_labels(folder: Path, before: Kept | None) -> dict[str, Kept]:
    """The labels, where some were added to those sealed before; edited ones are not taken in, so that they show."""
    now = _kept(folder / LABELS)
    if now is None or now == before or (before and _kept(folder / LABELS, before.bytes) != before):
        return {}
    return {LABELS: now}


# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _body(folder: Path) -> bytes | None:
    try:
        return read(folder / SEAL)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FolderError(f"`{folder / SEAL}` cannot be read: {error.strerror}") from error


def _decoded(body: bytes | None) -> tuple[Seal, bool]:
    """The seal, an empty one where there is none, and whether it is as we write it and follows from link to link."""
    if body is None:
        return Seal(), True
    try:
        found = msgspec.json.decode(body, type=Seal)
    except (ValueError, RecursionError):
        return Seal(), False
    if found.format != FORMAT:
        raise FolderError(
            f"{SEAL} has format {found.format}, this TrustGen reads format {FORMAT}: use the one that made the run"
        )
    return found, found.whole and as_json(found) == body


def _sound(folder: Path) -> Seal:
    """The seal, to go on from: an edited one is refused."""
    found, sound = _decoded(_body(folder))
    if not sound:
        raise FolderError(f"`{folder / SEAL}` was edited: bring it back as it was, or remove it to seal the run anew")
    return found


def _kept(path: Path, most: int | None = None) -> Kept | None:
    """A file as it is, or its first `most` bytes; nothing where there is no such plain file."""
    hashed, length = hashlib.sha256(), 0
    try:
        with opened(path) as file:
            while piece := file.read(_PIECE if most is None else min(_PIECE, most - length)):
                hashed.update(piece)
                length += len(piece)
    except OSError:
        return None
    return Kept(length, hashed.hexdigest())


def _size(path: Path) -> int | None:
    try:
        return path.stat(follow_symlinks=False).st_size
    except OSError:
        return None


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """One writer at a time; a full disk is a `FolderError` with the mend."""
    try:
        with locked(folder / f".{SEAL}.lock"):
            yield
    except OSError as error:
        raise FolderError(
            f"cannot write to `{folder / SEAL}` ({error.strerror}): make room and give the same command again"
        ) from error


__all__ = ["SEAL", "Did", "How", "Link", "Sealed", "begin", "check_seal", "end"]
