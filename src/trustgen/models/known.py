"""Files that came in a package and are loaded as weights: only those whose hash is known, looked at before they are.

Some are pickles, which run as code when they are loaded; of any, other bytes are another instrument.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from trustgen.core import InputError, MissingExtra


def folder_of(package: str, what: str, install: str) -> Path:
    """The folder of a package, which is not imported. Raises `MissingExtra` where it is not installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingExtra(what, package, install)
    return Path(spec.origin).parent


def check(folder: Path, known: Mapping[str, str], what: str, mend: str) -> None:
    """Raise `InputError` unless the files below a folder have these SHA-256; a name with a / at its end is a folder."""
    for name, wanted in known.items():
        found = (_tree if name.endswith("/") else _file)(folder / name)
        if found != wanted:
            said = f"sha256 {found[:12]}… instead of {wanted[:12]}…" if found else "missing"
            raise InputError(f"{what}: `{name}` is altered ({said}): run  {mend}")


def _file(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _tree(folder: Path) -> str:
    """The hash of the names and hashes of all files below a folder, but for compiled code."""
    hashed = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        hashed.update(f"{path.relative_to(folder).as_posix()}\0{_file(path)}\n".encode())
    return hashed.hexdigest()


__all__ = ["check", "folder_of"]
