"""Small, careful file work: whole files or none, and hashes of what was written."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from trustgen.core import FolderError


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well, and vanishes when it does not."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def as_json(value: Any) -> bytes:
    """Indented JSON with sorted keys: equal values, equal bytes."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2) + b"\n"


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(as_json(value))


def read_json(path: Path, as_type: Any, what: str) -> Any:
    """Read JSON into a type; a file that is missing or malformed raises a `FolderError` that names it."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=as_type)
    except FileNotFoundError:
        raise FolderError(f"`{path.parent}` is not {what}: it has no {path.name}") from None
    except (OSError, ValueError) as error:
        raise FolderError(f"`{path}` cannot be read: {error}") from error


OURS = {".lock", "edition", "assets", "cases.parquet", "records.parquet", "rejects.parquet", "generated.parquet"}
OURS_BEGIN = (".edition.", ".run.json.", "journal.db", "generated.db")
"""What a run or a build that was killed before its manifest was written may have left: none of it is a stranger's."""


def claim(folder: Path, marker: str, what: str) -> None:
    """Create `folder`, or accept it when empty or holding `marker`; anything else is somebody else's folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in folder.iterdir()}
        foreign = {name for name in names - OURS if not name.startswith(OURS_BEGIN)}
        if foreign and marker not in names:
            raise FolderError(
                f"`{folder}` holds other files ({min(foreign)} …) and is not {what}: choose another with -o"
            )
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FolderError(f"cannot write to `{folder}`: {error.strerror}: choose another folder with -o") from error


def link_or_copy(source: Path, target: Path) -> None:
    """Put the same bytes at `target`, without copying where the file system can share them."""
    import shutil

    try:
        os.link(source, target)
    except OSError:
        with replacing(target) as temporary:  # half a copy must not pass for a whole one after a kill
            shutil.copyfile(source, temporary)
