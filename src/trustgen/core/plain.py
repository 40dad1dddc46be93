"""Files that others may have written, opened so that none of them hangs, fills memory or leads elsewhere.

Everything that is no plain file is an `OSError` whose `strerror` says what it is: a link where links are not followed,
a folder, a pipe, a device; so is a file over its bound.
"""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any

MOST = 64 << 20
"""Bytes of a file that is held in memory as a whole."""
MOST_TEXT = 1 << 20
"""Bytes of a file that people write by hand: a suite, a policy, a manifest, a price table."""
_DOTS = 1_000
"""In one line of TOML: what reads it takes time by the square of the parts of a key."""


def opened(path: Path, most: int | None = None, *, follow: bool = False) -> BufferedReader:
    """A plain file of at most `most` bytes, to read. `follow` a link only where a person named the file."""
    # Without O_NONBLOCK a pipe would hold us until somebody writes to it.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        handle = os.open(path, flags if follow else flags | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            raise OSError(errno.ELOOP, "it is a link, which is not followed", str(path)) from None
        raise
    try:
        found = os.fstat(handle)
        if fault := not_plain(found.st_mode):
            raise OSError(errno.EINVAL, fault, str(path))
        if most is not None and found.st_size > most:
            raise OSError(errno.EFBIG, f"it has {found.st_size:,} bytes, over {most:,}", str(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def not_plain(mode: int) -> str:
    """What a file is by its mode, in words, where it is no plain file; "" for one."""
    kinds = {stat.S_IFDIR: "folder", stat.S_IFLNK: "link", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return "" if stat.S_ISREG(mode) else f"it is a {kinds.get(stat.S_IFMT(mode), 'device')}, no plain file"


def read(path: Path, most: int = MOST, *, follow: bool = False) -> bytes:
    """The bytes of a plain file, at most `most`."""
    with opened(path, most, follow=follow) as file:
        body = file.read(most + 1)  # it may have grown, or never have told its size
    if len(body) > most:
        raise OSError(errno.EFBIG, f"it has over {most:,} bytes", str(path))
    return body


def read_text(path: Path, most: int = MOST_TEXT) -> str:
    """The text of a file that a person named, in UTF-8; `ValueError` where it is no such text."""
    return read(path, most, follow=True).decode("utf-8-sig")


def open_text(path: Path, *, newline: str | None = None) -> TextIOWrapper:
    """A text file in UTF-8 that a person named, to read line by line."""
    return TextIOWrapper(opened(path, follow=True), encoding="utf-8-sig", newline=newline)


def toml(text: str) -> dict[str, Any]:
    """What a TOML text says; all that is wrong with it is a `TOMLDecodeError`."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > _DOTS:
            raise tomllib.TOMLDecodeError(f"line {number} has over {_DOTS:,} dots: break it")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("its brackets are nested too deep") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise tomllib.TOMLDecodeError(str(error)) from None


__all__ = ["MOST", "MOST_TEXT", "not_plain", "open_text", "opened", "read", "read_text", "toml"]
