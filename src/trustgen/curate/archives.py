"""Bytes that others packed, opened within bounds: plain files, zip, tar, gzip.

An archive is read in memory, one member at a time, and nothing is ever unpacked to disk. One that tries something (a
path that leaves it, a link, a bomb, an archive within) is refused as a whole, with one line that says why.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import msgspec

from trustgen.core import InputError, plain

PACKED = (".zip", ".tar", ".tar.gz", ".tgz")
NESTED = (*PACKED, ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tbz2", ".txz", ".jar", ".whl")
SMALL = 1 << 20  # bytes up to which a ratio says nothing: a short text of one letter packs as well as a bomb
ENTRY = 1 << 10  # bytes of a zip's directory that one member may take
ENDS = 22 + 0xFFFF  # bytes within which a zip's end record stands
# All that the standard library has been seen to raise on a damaged file.
BROKEN = (
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    tarfile.TarError,
)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a source may cost. Sizes in bytes, after unpacking, unless they say characters."""

    file: int = 4 << 30  # a plain file, or what a member or a .gz unpacks to
    whole: int = (
        64 << 20
    )  # what must be held in memory at once: a JSON document, a Parquet column, a packed Parquet file
    values: int = 352 << 20  # what the values of a JSON document may take in memory
    row: int = 4 << 20  # one row of a CSV or JSONL file
    field: int = 100_000  # characters of one text in a record
    ratio: int = 200  # unpacked size over packed size
    members: int = 10_000  # of an archive
    files: int = 1_000  # of a dataset folder


LIMITS = Limits()


class Bounded(io.RawIOBase):
    """A stream that stops being read, with `InputError`, when more comes out of it than was agreed."""

    def __init__(self, inner: BinaryIO, name: str, limits: Limits, packed: Callable[[], int]) -> None:
        self._inner, self._name, self._limits, self._packed = inner, name, limits, packed
        self._seen = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Some bytes; raises `InputError` past a bound or where the packing is broken."""
        try:
            got = self._inner.read(len(buffer))
        except BROKEN as error:
            raise InputError(f"{self._name} is damaged ({error}): fetch it again") from error
        self._seen += len(got)
        if self._seen > self._limits.file:
            raise InputError(f"{self._name} unpacks to more than {self._limits.file:,} bytes: refused")
        if self._seen > SMALL and self._seen > self._limits.ratio * max(self._packed(), 1):
            raise InputError(f"{self._name} unpacks to over {self._limits.ratio} times its size: refused")
        buffer[: len(got)] = got
        return len(got)


def is_packed(name: str) -> bool:
    """Whether a file name says that members are inside."""
    return name.lower().endswith(PACKED)


@contextmanager
def opened(source: Path | bytes, name: str, member: str = "", limits: Limits = LIMITS) -> Iterator[BinaryIO]:
    """A file, or a member of an archive, as a stream of its unpacked bytes. `name` is what errors call it.

    A plain file comes as it is and can be sought in. Raises `InputError` for whatever is missing, broken or hostile.
    """
    lower = name.lower()
    with _raw(source, name, limits) as raw:
        if lower.endswith(".zip"):
            with _zipped(raw, name, member, limits) as stream:
                yield stream
        elif lower.endswith((".tar", ".tar.gz", ".tgz")):
            yield _tarred(raw, name, member, limits)
        elif member:
            raise InputError(f"{name} has no members: leave out `member`, or name a {', '.join(PACKED)} file")
        elif lower.endswith(".gz"):
            yield _unzipped(raw, name, limits)
        else:
            yield raw


@contextmanager
def _raw(source: Path | bytes, name: str, limits: Limits) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        size = len(source)
        stream: BinaryIO = io.BytesIO(source)
    else:
        try:
            stream = plain.opened(source)
            size = os.fstat(stream.fileno()).st_size
        except OSError as error:
            raise InputError(f"{name} cannot be read ({error.strerror}): check the path and the permissions") from error
    with stream:
        if size == 0:
            raise InputError(f"{name} is empty: fetch it again, or name another file")
        if size > limits.file:
            raise InputError(f"{name} has {size:,} bytes, over the limit of {limits.file:,}: split it")
        yield stream


def _unzipped(raw: BinaryIO, name: str, limits: Limits) -> BinaryIO:
    inner: BinaryIO = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]
    return io.BufferedReader(Bounded(inner, name, limits, raw.tell))


def _check_name(name: str, member: str) -> None:
    """Refuse a member whose path would leave the folder that it is unpacked to."""
    windows = "\\" in member or member[1:2] == ":"
    if windows or member.startswith("/") or ".." in PurePosixPath(member).parts or "\0" in member:
        raise InputError(f"{name} holds {member[:80]!r}, a path that leads out of it: refused")


def _check_count(name: str, count: int, limits: Limits) -> None:
    if count > limits.members:
        raise InputError(f"{name} holds more than {limits.members:,} members: refused")


def _check_chosen(name: str, member: str, known: list[str]) -> None:
    if not member:
        raise InputError(f"{name} is an archive: name a `member`, such as {', '.join(known[:5]) or '(it is empty)'}")
    if member not in known:
        raise InputError(f"{name} has no member `{member}`: it holds {', '.join(known[:5]) or 'none'}")
    if member.lower().endswith(NESTED):
        raise InputError(f"{name} holds `{member}`, an archive in an archive: unpack it first")


@contextmanager
def _zipped(raw: BinaryIO, name: str, member: str, limits: Limits) -> Iterator[BinaryIO]:
    _check_directory(raw, name, limits)
    try:
        archive = zipfile.ZipFile(raw)
    except BROKEN as error:
        raise InputError(f"{name} is not a usable zip file ({error}): fetch it again") from error
    with archive:
        infos = archive.infolist()
        _check_count(name, len(infos), limits)
        for info in infos:
            _check_name(name, info.orig_filename)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise InputError(f"{name} holds `{info.filename}`, a link: refused")
        _check_chosen(name, member, [info.filename for info in infos if not info.is_dir()])
        info = archive.getinfo(member)
        if info.file_size > limits.file:
            raise InputError(f"{name}: `{member}` says it unpacks to {info.file_size:,} bytes: refused")
        if info.file_size > SMALL and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise InputError(f"{name}: `{member}` says it unpacks to over {limits.ratio} times its size: refused")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise InputError(f"{name}: `{member}` is encrypted or packed otherwise than with deflate: pack it again")
        try:
            inner = archive.open(info)
        except BROKEN as error:
            raise InputError(f"{name}: `{member}` is damaged ({error}): fetch it again") from error
        packed = info.compress_size
        yield io.BufferedReader(Bounded(inner, f"{name}: `{member}`", limits, lambda: packed))  # type: ignore[arg-type]


def _check_directory(raw: BinaryIO, name: str, limits: Limits) -> None:
    """Refuse a directory that is too big before `zipfile` reads all of it."""
    size = raw.seek(0, io.SEEK_END)
    raw.seek(max(0, size - ENDS))
    tail = raw.read()
    raw.seek(0)
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < 22:
        raise InputError(f"{name} is not a zip file: fetch it again, or give it its right ending")
    count, length = struct.unpack("<HI", tail[place + 10 : place + 16])
    # A count or length of all ones stands in a 64-bit record elsewhere: only archives over these bounds need one.
    if count > limits.members or length > limits.members * ENTRY or length == 0xFFFFFFFF:
        raise InputError(f"{name} holds more than {limits.members:,} members: refused")


def _tarred(raw: BinaryIO, name: str, member: str, limits: Limits) -> BinaryIO:
    """A member of a tar file, after every member has been looked at."""
    known: list[str] = []
    found: bytes | None = None
    start = raw.read(2)
    raw.seek(0)
    stream = _unzipped(raw, name, limits) if start == b"\x1f\x8b" else raw
    try:
        # As a stream: each member is passed over within the bounds of what `stream` may give.
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for info in archive:
                _check_count(name, len(known) + 1, limits)
                _check_name(name, info.name)
                if info.issym() or info.islnk():
                    raise InputError(f"{name} holds `{info.name}`, a link: refused")
                if not (info.isreg() or info.isdir()) or info.issparse():
                    raise InputError(f"{name} holds `{info.name}`, which is no plain file: refused")
                known.append(info.name)
                if info.name == member and info.isreg():
                    found = _member(archive, info, name, limits)
    except BROKEN as error:
        raise InputError(f"{name} is not a usable tar file ({error}): fetch it again") from error
    _check_chosen(name, member, known)
    return io.BytesIO(found or b"")


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str, limits: Limits) -> bytes:
    # A stream cannot go back, and a later member may yet be hostile: the chosen one waits in memory.
    if info.size > limits.whole:
        raise InputError(f"{name}: `{info.name}` has {info.size:,} bytes, over {limits.whole:,}: unpack it first")
    inner = archive.extractfile(info)
    return inner.read(limits.whole + 1) if inner else b""


__all__ = ["LIMITS", "PACKED", "Bounded", "Limits", "is_packed", "opened"]
