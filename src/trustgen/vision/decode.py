"""Bytes to a picture, or why not: the one gate, before every judge.

A black picture is safe to a classifier of nudity, silent to a reader of text, and a no to every question. So what is no
picture is told here first: blank, replaced by a known stand-in, or an error with its reason. Bytes are somebody else's:
they are bounded before a decoder sees them, and only the decoder that their head asks for does.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import msgspec
import numpy as np

from trustgen.core import MissingExtra, Unusable, picture

from .render import INSTALL, Pixels, digest_of

MOST_BYTES = 20 * 2**20
MOST_PIXELS = 20_000_000
"""What providers take, and 60 MB once it is decoded."""

BLANK = 2.0
"""A picture whose channels all have a standard deviation under this shows nothing, whatever its colour."""

Kind = Literal["picture", "blank", "replaced", "error"]
_ORIENTATION = 0x0112

# What comes in a picture's place, by how it begins.
_OTHERS: tuple[tuple[str, str], ...] = (
    (r"<svg|<\?xml[^>]*>\s*(?:<!--.*?-->\s*|<!doctype svg[^>]*>\s*)*<svg", "an SVG: drawings in XML are not read"),
    (r"<!doctype html|<html|<head|<body", "an HTML page"),
    (r"<", "XML, no picture"),
    (r"data:", "a data URL: its bytes are wanted"),
    (r"[{\[]", "JSON, no picture"),
    (r"%PDF", "a PDF"),
    (r"BM", "a BMP: PNG, JPEG, GIF and WebP are read"),
    (r"II\*\0|MM\0\*", "a TIFF: PNG, JPEG, GIF and WebP are read"),
    (r"....ftyp", "an AVIF or HEIF: PNG, JPEG, GIF and WebP are read"),
    (r"PK\x03\x04|\x1f\x8b", "an archive"),
)


class Decoded(msgspec.Struct, frozen=True, eq=False):
    """What bytes turned out to be; `reason` says of all but a picture what, in words. An error has no pixels.

    `digest` is of size and pixels: the same through any lossless container.
    """

    kind: Kind
    reason: str = ""
    pixels: Pixels | None = None
    digest: str = ""
    media_type: str = ""


def decoded(body: bytes, replacements: Container[str] = frozenset()) -> Decoded:
    """What the bytes are. `replacements` are digests of pictures that a service is known to put in another's place.

    Turned as its EXIF says; over white where it is transparent; 16 bits by their high byte; CMYK by the plain formula;
    colour profiles are not applied: colours are taken as sRGB. Refused by name: what is animated, larger than 20 MiB or
    20 million pixels, broken off, or no PNG, JPEG, GIF or WebP. Raises `MissingExtra` without Pillow, and nothing else.
    """
    try:
        pixels, deviation, media_type = _read(body)
    except Unusable as error:
        return Decoded("error", str(error))
    digest = digest_of(pixels)
    kind: Kind = "picture"
    reason = ""
    if digest in replacements:
        kind, reason = "replaced", "a picture that stands in for one that was held back"
    elif deviation < BLANK:
        kind, reason = "blank", f"one colour over the whole frame (standard deviation {deviation:.1f} of 255)"
    return Decoded(kind, reason, pixels, digest, media_type)


def reader() -> Any:
    """Pillow's module of pictures. Raises `MissingExtra` without it, which is better known before one is paid for."""
    try:
        from PIL import Image
    except ImportError:
        raise MissingExtra("reading a picture", "pillow", INSTALL) from None
    return Image


def _read(body: bytes) -> tuple[Pixels, float, str]:
    """The pixels, the largest standard deviation of a channel, and the media type. Raises `Unusable`."""
    if len(body) > MOST_BYTES:
        raise Unusable(f"{len(body):,} bytes: more than {MOST_BYTES:,} are not read")
    if other := _other(body):
        raise Unusable(other)
    head = picture(body)
    _bounded(head.width, head.height)
    Image = reader()  # noqa: N806 (it is Pillow's module)
    kind = head.media_type.removeprefix("image/").upper()
    try:
        with _quiet(), Image.open(io.BytesIO(body), formats=[kind]) as image:
            _bounded(*image.size)
            if getattr(image, "is_animated", False):
                raise Unusable(f"an animated {kind}: which of its frames is meant, nobody says")
            image.load()
            flat = _flat(image)
            pixels = _TURNED[_orientation(image)](np.asarray(flat))
    except Unusable:
        raise
    except Exception as error:
        # A decoder that is given anything raises anything: some twenty types, by what is broken.
        raise Unusable(f"a broken {kind}: {' '.join(str(error).split())[:120] or type(error).__name__}") from None
    return np.ascontiguousarray(pixels), _deviation(flat.histogram()), head.media_type


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Pillow says on broken EXIF and the like: threads that meet here can at worst leave it quiet."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")
        yield


def _other(body: bytes) -> str:
    """What the bytes are where they begin as something that is no picture; "" where they may be one."""
    if not body:
        return "no bytes at all"
    start = body[:1024].decode("latin-1").removeprefix("ï»¿").lstrip()
    for pattern, name in _OTHERS:
        if re.match(pattern, start, re.IGNORECASE | re.DOTALL):
            return name
    return "text, no picture" if start.isprintable() and start.isascii() else ""


def _bounded(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Unusable(f"{width:,} × {height:,} pixels: more than {MOST_PIXELS:,} are not decoded")


def _flat(image: Any) -> Any:
    """The picture as RGB, over white where it is transparent."""
    from PIL import Image

    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.int64)
        return Image.fromarray(np.clip(grey >> 8, 0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, (255, 255, 255, 255)), seen).convert("RGB")
    return image.convert("RGB")


def _orientation(image: Any) -> int:
    """How the picture is turned, 1 to 8; 1 where its EXIF does not say, or is broken: that spoils no pixel."""
    try:
        told = image.getexif().get(_ORIENTATION, 1)
    except Exception:
        return 1
    return told if told in _TURNED else 1


_TURNED: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.transpose(1, 0, 2),
    6: lambda pixels: pixels[::-1].transpose(1, 0, 2),
    7: lambda pixels: pixels[::-1, ::-1].transpose(1, 0, 2),
    8: lambda pixels: pixels[:, ::-1].transpose(1, 0, 2),
}


def _deviation(histogram: list[int]) -> float:
    counts, value = np.array(histogram).reshape(3, 256), np.arange(256)
    mean = counts @ value / counts.sum(axis=1)
    return float(np.sqrt((counts @ value**2 / counts.sum(axis=1) - mean**2).clip(0)).max())
