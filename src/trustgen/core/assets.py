"""Pictures' bytes. Records, cases and replies name a picture by the SHA-256 of its bytes; assets hold the bytes."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from threading import Lock

from .errors import InputError, Unusable
from .records import Image

_NAME = re.compile(r"[0-9a-f]{64}")
_MAGIC = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG segments that tell the size
_BARE = frozenset((0x01, *range(0xD0, 0xDA)))  # JPEG segments without a length


def is_name(text: str) -> bool:
    """Whether a text can name a blob: others may have written it, and it becomes a path."""
    return bool(_NAME.fullmatch(text))


class Assets:
    """Where bytes lie by their hash; one that holds nothing, and keeps nothing."""

    def asset(self, sha256: str) -> bytes:
        """The bytes of a picture. Raises `InputError` where they are not here, or are not those any more."""
        raise InputError(f"picture {sha256[:12]}… is not here")

    def keep(self, body: bytes, alt: str = "") -> Image:
        """Keep a picture; returns what names it. Raises `Unusable` for bytes that are none (see `picture`)."""
        raise InputError("pictures cannot be kept here")


NO_ASSETS = Assets()


class Chain(Assets):
    """The first of several assets that has a picture; new ones are kept in the last."""

    def __init__(self, *parts: Assets) -> None:
        self._parts = parts

    def asset(self, sha256: str) -> bytes:
        """The bytes, from whichever part has them."""
        for part in self._parts[:-1]:
            try:
                return part.asset(sha256)
            except InputError:
                continue
        return self._parts[-1].asset(sha256)

    def keep(self, body: bytes, alt: str = "") -> Image:
        """Keep a picture in the last part."""
        return self._parts[-1].keep(body, alt)


class Scratch(Assets):
    """Pictures that were made and are in no edition yet, in a folder that goes when the process ends."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock = Lock()

    def asset(self, sha256: str) -> bytes:
        """The bytes of a picture that was kept."""
        if self._folder is None or not is_name(sha256) or not (path := self._folder / sha256).is_file():
            return super().asset(sha256)
        return path.read_bytes()

    def keep(self, body: bytes, alt: str = "") -> Image:
        """Keep a picture for as long as the process lives."""
        made = picture(body, alt)
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="trustgen-"))
                atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
            (self._folder / made.sha256).write_bytes(body)
        return made


def picture(body: bytes, alt: str = "") -> Image:
    """What names a picture: the hash of its bytes, its kind and its size, as its head tells them.

    PNG, JPEG, GIF and WebP are known; nothing is decoded. `alt` says in words what it shows. Raises `Unusable` for
    other bytes, and for a head that breaks off.
    """
    kind = next((kind for magic, kind in _MAGIC if body.startswith(magic)), "")
    kind = kind or ("webp" if body[:4] == b"RIFF" and body[8:12] == b"WEBP" else "")
    size = _SIZES[kind](body) if kind else None
    if size is None or 0 in size:
        what = f"a broken {kind.upper()}" if kind else "no PNG, JPEG, GIF or WebP"
        raise Unusable(f"{len(body):,} bytes are {what}: they cannot be used as a picture")
    return Image(sha256(body).hexdigest(), f"image/{kind}", alt, *size)


def _png(body: bytes) -> tuple[int, int] | None:
    return (_big(body[16:20]), _big(body[20:24])) if body[12:16] == b"IHDR" and len(body) >= 24 else None


def _gif(body: bytes) -> tuple[int, int] | None:
    return (_little(body[6:8]), _little(body[8:10])) if len(body) >= 10 else None


def _webp(body: bytes) -> tuple[int, int] | None:
    if len(body) < 30:
        return None
    if body[12:16] == b"VP8X":
        return _little(body[24:27]) + 1, _little(body[27:30]) + 1
    if body[12:16] == b"VP8L":
        bits = _little(body[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return (_little(body[26:28]) & 0x3FFF, _little(body[28:30]) & 0x3FFF) if body[12:16] == b"VP8 " else None


def _jpeg(body: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(body):
        if body[at] != 0xFF:
            return None
        kind = body[at + 1]
        if kind in _FRAMES:
            return _big(body[at + 7 : at + 9]), _big(body[at + 5 : at + 7])
        at += 1 if kind == 0xFF else 2 if kind in _BARE else 2 + max(2, _big(body[at + 2 : at + 4]))
    return None


def _big(part: bytes) -> int:
    return int.from_bytes(part, "big")


def _little(part: bytes) -> int:
    return int.from_bytes(part, "little")


_SIZES = {"png": _png, "jpeg": _jpeg, "gif": _gif, "webp": _webp}

__all__ = ["NO_ASSETS", "Assets", "Chain", "Scratch", "is_name", "picture"]
