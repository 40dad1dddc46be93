"""Bytes that others packed or sent, opened within bounds: zip, tar, gzip, and one file over HTTP.

An archive is read in memory, one member at a time, and nothing is ever unpacked to disk. One that tries something (a
path that leaves it, a link, a bomb, an archive within) is refused as a whole, with one line that says why.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Literal
from urllib.parse import urljoin, urlsplit

import msgspec

from trustgen.core import InputError, TrustGenError, Unusable
from trustgen.models.offline import VARIABLE, is_loopback, offline

if TYPE_CHECKING:
    import aiohttp

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
    row: int = 4 << 20  # one row of a CSV or JSONL file
    field: int = 100_000  # characters of one text in a record
    ratio: int = 200  # unpacked size over packed size
    members: int = 10_000  # of an archive
    files: int = 1_000  # of a dataset folder


LIMITS = Limits()


class FetchError(TrustGenError):
    """A fetch that gave nothing usable. `lasting` is False where the same request may succeed later."""

    def __init__(self, message: str, *, lasting: bool = True) -> None:
        super().__init__(message)
        self.lasting = lasting


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
            size = source.stat().st_size
            stream = source.open("rb")
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


# ── one file over HTTP ──────────────────────────────────────────────────────────────────────────────────────────────


def fetch(
    url: str,
    *,
    seconds: float,
    most: int,
    method: Literal["GET", "POST"] = "GET",
    data: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    redirects: int = 5,
) -> tuple[bytes, str]:
    """The body and the media type of one answer, within `seconds` in all and `most` bytes after decompression.

    Raises `FetchError` in one line for all else: another status than 200, a loop of redirects, a stall, no end.
    Blocking, also where an event loop runs already.
    """
    asked = _fetch(url, seconds, most, method, data, dict(headers or {}), redirects)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asked)
    with ThreadPoolExecutor(1) as aside:  # the caller's own loop waits for this, whatever it is doing
        return aside.submit(asyncio.run, asked).result()


async def _fetch(
    url: str,
    seconds: float,
    most: int,
    method: str,
    data: Mapping[str, str] | None,
    headers: dict[str, str],
    redirects: int,
) -> tuple[bytes, str]:
    import aiohttp

    host = urlsplit(url).netloc
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:  # `trust_env` would send what ~/.netrc holds
            for _ in range(redirects + 1):
                _check_allowed(url)
                proxy = _proxy(url)
                async with session.request(
                    method, url, data=data, headers=headers, allow_redirects=False, proxy=proxy
                ) as answer:
                    if answer.status in (301, 302, 303, 307, 308) and "Location" in answer.headers:
                        place = _followed(url, answer.headers["Location"])
                        if _origin(place) != _origin(url):  # what was meant for one server is not told to another
                            method, data = "GET", None
                            headers = {name: value for name, value in headers.items() if name in _FOR_ANYBODY}
                        url = place
                        continue
                    return await _body(answer, host, most), answer.content_type
            raise FetchError(f"{host} redirected more than {redirects} times: check the address")
    except TimeoutError as error:
        raise FetchError(f"{host} did not finish within {seconds:g} seconds", lasting=False) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchError(f"{host}: {type(error).__name__}: {error}"[:300], lasting=False) from error


_FOR_ANYBODY = ("Accept", "User-Agent")  # headers that say nothing of the user


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for an address."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    found = getproxies()
    return None if proxy_bypass(parts.netloc) else found.get(parts.scheme) or found.get("all")


def _check_allowed(url: str) -> None:
    host = urlsplit(url).hostname or ""
    if offline() and not is_loopback(host):
        raise FetchError(f"{VARIABLE}=1 refuses a connection to {host}: unset it, or use what was fetched before")


def _followed(url: str, place: str) -> str:
    """Where a redirect leads: not to another scheme, and not from the open web into somebody's network."""
    from .web.addresses import place as checked

    target = urljoin(url, place)
    refused = urlsplit(target).scheme not in ("http", "https") or (url[:6] == "https:" and target[:5] == "http:")
    if not refused and _open_web(url):
        try:
            checked(target)
        except Unusable:
            refused = True
    if refused:
        raise FetchError(f"{urlsplit(url).netloc} redirected to {target[:120]!r}: refused")
    return target


def _open_web(url: str) -> bool:
    from .web.addresses import place as checked

    try:
        checked(url)
    except Unusable:
        return False
    return True


async def _body(answer: aiohttp.ClientResponse, host: str, most: int) -> bytes:
    if answer.status != 200:
        lasting = answer.status < 500 and answer.status != 429
        raise FetchError(f"{host} answered {answer.status} {answer.reason or ''}".rstrip(), lasting=lasting)
    body = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > most:
            raise FetchError(f"{host} sent more than {most:,} bytes: refused")
    return bytes(body)


__all__ = ["LIMITS", "PACKED", "Bounded", "FetchError", "Limits", "fetch", "is_packed", "opened"]
