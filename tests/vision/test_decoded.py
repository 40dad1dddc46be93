"""The gate: any bytes are a picture, a blank, a stand-in or an error with its reason, and nothing raises."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictures import png as square
from trustgen.core import keyed
from trustgen.vision import decode
from trustgen.vision.decode import MOST_BYTES, decoded
from trustgen.vision.measure import measure
from trustgen.vision.render import digest_of, picture_of, png
from trustgen.vision.scene import Scene, Thing

Image: Any = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")

SCENE = Scene((Thing("a", "star", "red", "large"),), background="white")
PIXELS = picture_of(SCENE, keyed("tests", "decoded"), 64)[1]


def saved(image: Any, kind: str, **options: Any) -> bytes:
    """An image as the bytes of a container."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


PICTURE = Image.fromarray(PIXELS)
PNG = png(PIXELS)
JPEG = saved(PICTURE, "JPEG", quality=95)


def headed(width: int, height: int) -> bytes:
    """A PNG of hardly any bytes whose head says that it is so large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


# ── pictures ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_pixels_are_the_same_picture_through_any_container() -> None:
    few = PICTURE.quantize(64).convert("RGB")  # a GIF holds 256 colours
    bodies = [saved(few, "PNG"), saved(few, "WEBP", lossless=True), saved(few, "GIF"), saved(few.quantize(256), "PNG")]
    found = [decoded(body) for body in bodies]
    assert {one.kind for one in found} == {"picture"}
    assert {one.digest for one in found} == {digest_of(np.asarray(few))}
    assert [one.media_type for one in found] == ["image/png", "image/webp", "image/gif", "image/png"]
    assert decoded(PNG).digest == digest_of(PIXELS) != digest_of(PIXELS.reshape(32, 128, 3))


def test_a_decoded_render_is_measured_as_it_was_drawn() -> None:
    for body in (PNG, JPEG):
        made = decoded(body)
        assert made.pixels is not None
        assert [(t.colour, t.shape) for t in measure(made.pixels).things] == [("red", "star")]


GREY = PIXELS[:, :, 1]


@pytest.mark.parametrize(
    ("image", "kind", "wanted"),
    [
        (PICTURE.convert("RGBA"), "PNG", PIXELS),
        (Image.fromarray(GREY), "PNG", np.stack([GREY] * 3, axis=2)),
        (Image.fromarray(GREY).convert("LA"), "PNG", np.stack([GREY] * 3, axis=2)),
        (Image.fromarray(GREY.astype(np.uint16) * 257), "PNG", np.stack([GREY] * 3, axis=2)),
        (Image.fromarray(GREY > 128), "PNG", np.stack([(GREY > 128) * np.uint8(255)] * 3, axis=2)),
    ],
    ids=["RGBA", "L", "LA", "I;16", "1"],
)
def test_every_mode_becomes_the_same_rgb(image: Any, kind: str, wanted: np.ndarray) -> None:
    found = decoded(saved(image, kind))
    assert found.kind == "picture"
    assert found.pixels is not None
    assert (found.pixels == wanted).all()


def test_what_is_transparent_lies_over_white() -> None:
    alpha = np.zeros((64, 64), dtype=np.uint8)
    alpha[16:48, 16:48] = 255
    black = np.zeros((64, 64, 4), dtype=np.uint8)
    black[:, :, 3] = alpha
    found = decoded(saved(Image.fromarray(black), "PNG"))
    assert found.pixels is not None
    assert (found.pixels[0, 0] == 255).all()
    assert (found.pixels[32, 32] == 0).all()
    palette = Image.fromarray(np.where(alpha > 0, 1, 0).astype(np.uint8), "P")
    palette.putpalette([255, 0, 0, 0, 0, 255])
    found = decoded(saved(palette, "PNG", transparency=0))
    assert found.pixels is not None
    assert found.pixels[0, 0].tolist() == [255, 255, 255]
    assert found.pixels[32, 32].tolist() == [0, 0, 255]


def test_cmyk_is_read_as_its_colours() -> None:
    found = decoded(saved(PICTURE.convert("CMYK"), "JPEG", quality=95))
    assert found.pixels is not None
    assert np.abs(found.pixels.astype(int) - PIXELS).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says(orientation: int) -> None:
    from PIL import ImageOps

    tall = Image.fromarray(np.arange(64 * 32 * 3, dtype=np.uint32).reshape(64, 32, 3).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    body = saved(tall, "PNG", exif=exif)
    found = decoded(body)
    with Image.open(io.BytesIO(body)) as image:
        wanted = np.asarray(ImageOps.exif_transpose(image))
    assert found.pixels is not None
    assert found.pixels.shape == wanted.shape
    assert (found.pixels == wanted).all()


def test_exif_that_is_broken_or_says_nonsense_spoils_no_pixel() -> None:
    for exif in (b"Exif\0\0MM\0*garbage", b"Exif\0\0" + b"\xff" * 40):
        found = decoded(saved(PICTURE, "JPEG", quality=95, exif=exif))
        assert found.digest == decoded(JPEG).digest
    nonsense = Image.Exif()
    nonsense[0x0112] = 77
    assert decoded(saved(PICTURE, "PNG", exif=nonsense)).digest == digest_of(PIXELS)


# ── what is no picture ──────────────────────────────────────────────────────────────────────────────────────────────


def test_one_colour_is_blank_whatever_its_colour_and_a_known_stand_in_is_replaced() -> None:
    for colour in ("red", "white", "green"):
        assert decoded(square(colour)).kind == "blank"
    grain = np.random.default_rng(0).normal(0, 1, (64, 64, 3))
    for level in (0, 120, 255):
        nearly = np.clip(np.rint(level + grain), 0, 255).astype(np.uint8)
        assert decoded(png(nearly)).kind == "blank"
    assert decoded(png(np.clip(np.rint(120 + 4 * grain), 0, 255).astype(np.uint8))).kind == "picture"
    one_dot = np.full((64, 64, 3), 255, dtype=np.uint8)
    one_dot[30:34, 30:34] = 0
    assert decoded(png(one_dot)).kind == "picture"
    clear = np.zeros((64, 64, 4), dtype=np.uint8)
    clear[:, :, 0] = np.arange(64)
    assert decoded(saved(Image.fromarray(clear), "PNG")).kind == "blank"
    known = {decoded(PNG).digest, decoded(square("red")).digest}
    assert decoded(PNG, known).kind == decoded(square("red"), known).kind == "replaced"


FRAMES = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "green")]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "no bytes at all"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG"),
        (b'\xef\xbb\xbf  <?xml version="1.0"?>\n<!-- made -->\n<svg/>', "an SVG"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "an HTML page"),
        (b'{"error": {"code": "content_policy_violation"}}', "JSON"),
        (b"data:image/png;base64,iVBORw0KGgo=", "a data URL"),
        (b"Sorry, I cannot draw that.", "text, no picture"),
        (b"iVBORw0KGgoAAAANSUhEUg==", "text, no picture"),
        (b"%PDF-1.7 ...", "a PDF"),
        (saved(PICTURE, "BMP"), "a BMP"),
        (saved(PICTURE, "TIFF"), "a TIFF"),
        (b"\0\0\0\x20ftypavif....", "an AVIF or HEIF"),
        (b"PK\x03\x04....", "an archive"),
        (b"\x01\x02\x03\x04" * 10, "are no PNG, JPEG, GIF or WebP"),
        (PNG[: len(PNG) // 2], "a broken PNG"),
        (PNG[:20], "a broken PNG"),
        (JPEG[: len(JPEG) // 2], "a broken JPEG"),
        (saved(PICTURE, "WEBP")[:-40], "a broken WEBP"),
        (saved(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]), "an animated GIF"),
        (saved(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:]), "an animated PNG"),
        (saved(FRAMES[0], "WEBP", save_all=True, append_images=FRAMES[1:]), "an animated WEBP"),
        (headed(30_000, 30_000), "30,000 × 30,000 pixels: more than 20,000,000 are not decoded"),
        (b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES), "more than 20,971,520 are not read"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(body: bytes, told: str) -> None:
    found = decoded(body)
    assert found.kind == "error"
    assert told in found.reason
    assert found.pixels is None


def test_a_bomb_is_refused_before_any_decoder_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("a decoder was asked"))
    for body in (headed(30_000, 30_000), bytes(MOST_BYTES + 1), b"<svg/>", b"\x89PNG\r\n\x1a\n"):
        assert decoded(body).kind == "error"


def test_a_head_that_lies_is_bounded_by_what_the_decoder_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "MOST_PIXELS", 100 * 100)
    assert "128 × 128 pixels" in decoded(saved(PICTURE.resize((128, 128)), "WEBP")).reason
    monkeypatch.setattr(
        decode, "picture", lambda body: type("Head", (), {"width": 1, "height": 1, "media_type": "image/png"})
    )
    assert "128 × 128 pixels" in decoded(saved(PICTURE.resize((128, 128)), "PNG")).reason


@given(st.binary(max_size=400))
def test_no_bytes_raise(body: bytes) -> None:
    assert decoded(body).kind == "error"


WHOLE = [PNG, JPEG, saved(PICTURE, "WEBP"), saved(PICTURE, "GIF"), saved(PICTURE.quantize(8), "PNG")]


@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=12))
def test_no_picture_with_bytes_changed_raises(body: bytes, changes: list[tuple[int, int]]) -> None:
    spoilt = bytearray(body)
    for at, value in changes:
        spoilt[at % len(spoilt)] = value
    found = decoded(bytes(spoilt))
    assert (found.pixels is None) == (found.kind == "error") == (not found.digest)
    assert bool(found.reason) == (found.kind != "picture")
