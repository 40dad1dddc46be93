"""Small, careful file work: whole files or none, hashes of what was written, and which names are ours.

A folder of ours may come from somebody else. So each of our names in it must be what we would have put there, and no
file of it is opened through a link; what else lies there is not looked at.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from trustgen.core import FolderError
from trustgen.core.plain import not_plain, opened, read

_TAILS = ("", "-wal", "-shm", "-journal")  # what SQLite puts beside a database


class Kind(NamedTuple):
    """A kind of folder of ours: what it is called, the file that marks it, the names that it may hold."""

    what: str
    marker: str
    files: frozenset[str]
    folders: frozenset[str]

    def owns(self, name: str) -> bool:
        """Whether a name is ours: also that of something temporary (`.NAME.RANDOM`), which a kill may have left."""
        known = self.files | self.folders
        return name in known or (name.startswith(".") and name[1:].rpartition(".")[0] in known)


def _kind(what: str, marker: str, files: str, databases: str, folders: str) -> Kind:
    tails = {name + tail for name in databases.split() for tail in _TAILS}
    return Kind(what, marker, frozenset({marker, *files.split(), *tails}), frozenset(folders.split()))


TABLES = ("cases.parquet", "records.parquet", "rejects.parquet")
GENERATED = "generated.parquet"
EDITION = _kind("an edition", "edition.json", " ".join((*TABLES, GENERATED)), "generated.db", "assets")
RUN = _kind(
    "a run",
    "run.json",
    ".lock estimates.json responses.parquet verdicts.parquet judged.parquet labels.jsonl settled.json review.json "
    "review.parquet .review.json.lock calibration.json seal.json .seal.json.lock",
    "journal.db judged.db alignment.db",
    "edition assets",
)


def check_names(folder: Path, kind: Kind) -> None:
    """Raise `FolderError` where one of our names in a folder is a link, a pipe, a device or otherwise not ours."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                mode = entry.stat(follow_symlinks=False).st_mode
                if entry.name in kind.folders:
                    fault = "" if stat.S_ISDIR(mode) else "it is no folder, or a link to one"
                else:
                    fault = not_plain(mode) if entry.name in kind.files else ""
                if fault:
                    raise FolderError(f"`{entry.path}` cannot be used: {fault}: get {kind.what} that is whole")
    except OSError as error:
        raise FolderError(f"`{folder}` cannot be read: {error.strerror}") from error


def now() -> str:
    """The time of day, as manifests and labels carry it: ISO, to the second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def sha256_file(path: Path, *, follow: bool = False) -> str:
    """Hex SHA-256 of a plain file, read in pieces."""
    with opened(path, follow=follow) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well, and vanishes when it does not.

    Its mode is that of any new file under the caller's umask. A link at `path` is replaced, not followed.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666))
    try:
        yield temporary
        with opened(temporary) as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def as_json(value: Any) -> bytes:
    """Indented JSON with sorted keys: equal values, equal bytes."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2) + b"\n"


def write_bytes(path: Path, body: bytes) -> None:
    """Write bytes, whole or not at all; when this returns they are on disk, and so is their name."""
    with replacing(path) as temporary:
        temporary.write_bytes(body)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(as_json(value))


class Head(msgspec.Struct, frozen=True):
    """What the manifest of an edition or a run says in every format."""

    suite: str = ""
    salt: str = ""
    models: tuple[str, ...] = ()
    format: int = 0


def read_json(path: Path, as_type: Any, what: str) -> Any:
    """Read JSON of ours into a type; a file that is missing, malformed or no plain file raises a `FolderError`."""
    try:
        return msgspec.json.decode(read(path), type=as_type)
    except FileNotFoundError:
        raise FolderError(f"`{path.parent}` is not {what}: it has no {path.name}") from None
    except OSError as error:
        raise FolderError(f"`{path}` cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise FolderError(f"`{path}` cannot be read: {error}") from error


def claim(folder: Path, kind: Kind) -> None:
    """Create `folder`, or accept it when empty or of this kind; anything else is somebody else's folder.

    A new run is its owner's alone, whatever the umask: replies may be harmful or private.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700 if kind is RUN else 0o777, exist_ok=True)
        names = {path.name for path in folder.iterdir()}
        foreign = {name for name in names if not kind.owns(name)}
        if foreign and kind.marker not in names:
            raise FolderError(
                f"`{folder}` holds other files ({min(foreign)} …) and is not {kind.what}: choose another with -o"
            )
        check_names(folder, kind)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FolderError(f"cannot write to `{folder}`: {error.strerror}: choose another folder with -o") from error


def open_own(path: Path, flags: int = 0) -> int:
    """A handle of a file of ours that is written in place, made where it is missing.

    Never through a link, nor where the file has a second name elsewhere, and nothing in it is cut off.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | flags, 0o666)
    except OSError as error:
        raise FolderError(f"cannot write to `{path}` ({error.strerror}): make it writable") from error
    found = os.fstat(handle)
    if fault := not_plain(found.st_mode) or ("it has a second name" if found.st_nlink > 1 else ""):
        os.close(handle)
        raise FolderError(f"cannot write to `{path}`: {fault}: remove it")
    return handle


def link_or_copy(source: Path, target: Path) -> None:
    """Put the same bytes at `target`, without copying where the file system can share them."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        # Half a copy must not pass for a whole one after a kill.
        with replacing(target) as temporary, opened(source) as file, temporary.open("wb") as copy:
            shutil.copyfileobj(file, copy)
