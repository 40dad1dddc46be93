"""Pictures in answers: as Base64, in a `data:` URL, or where they lie; asked for, read, bounded and kept alike.

Every endpoint that gives pictures shares this file, so that the same bytes are told for the same thing everywhere.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from trustgen.core import Drawing, Image, NoPicture, Reply, Request, Transient, Unusable

from .faults import clean

MOST = 20 * 2**20
"""Bytes of one picture, however it comes."""

Fetch = Callable[[str], Awaitable[bytes]]
"""The bytes at a URL; raises the `ModelFault` that their absence amounts to."""


def wished(drawing: Drawing) -> dict[str, Any]:
    """What a drawing says of the picture, in the words that servers have for it."""
    told = {
        "size": f"{drawing.width}x{drawing.height}" if drawing.width and drawing.height else None,
        "num_inference_steps": drawing.steps or None,
        "guidance_scale": drawing.guidance,
        "negative_prompt": drawing.negative or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def place(item: Mapping[str, Any]) -> str:
    """The URL of the picture in an item of an answer, a `data:` URL for bytes; "" where there is none."""
    raw = item.get("b64_json")
    if isinstance(raw, str) and raw:
        return raw if _is_data(raw) else f"data:;base64,{raw}"
    told = item.get("image_url") or item.get("url")
    url = told.get("url") if isinstance(told, dict) else told
    return url.strip() if isinstance(url, str) else ""


async def pictured(
    reply: Reply, places: Sequence[str], request: Request, fetch: Fetch, hide: str | Sequence[str] = ""
) -> Reply:
    """What a chat said, with the pictures that came along, where some were asked for: else it is as it is.

    So is one of words alone: judges say what that comes to. Raises `Transient` for nothing at all, and what `kept`
    raises.
    """
    if request.sampling.image is None:
        return reply
    if not places:
        if reply.silence and reply.finish != "length" and not reply.thoughts:
            raise Transient("the answer holds neither a picture nor words")
        return reply
    images = await kept(places, request, fetch, hide)
    finish = reply.finish if len(images) == request.sampling.image.count else "other"
    return msgspec.structs.replace(reply, images=images, finish=finish)


async def kept(
    places: Sequence[str], request: Request, fetch: Fetch, hide: str | Sequence[str] = ""
) -> tuple[Image, ...]:
    """The pictures at these places, as many of those asked for as are some. `hide` are keys that no error may show.

    Raises `NoPicture` where none is, with what the first one is, and what `fetch` raises.
    """
    images, faults = [], []
    for one in places[: (request.sampling.image or Drawing()).count]:
        try:
            found: bytes | str = one if not one or _is_data(one) else await fetch(one)
            images.append(await asyncio.to_thread(_keep, found, request))
        except NoPicture as fault:
            faults.append(clean(str(fault), hide))
    if faults and not images:
        raise NoPicture(faults[0])
    return tuple(images)


def elsewhere(url: str, hide: str | Sequence[str] = "") -> NoPicture:
    """The fault of a picture that is not fetched from where it lies; only scheme and host are shown."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2]
    where = f"{scheme}://{host}" if host else scheme.partition(":")[0][:20]
    return NoPicture(f"the picture lies on another server ({clean(where, hide)}): it is not fetched")


def _is_data(url: str) -> bool:
    return url[:5].lower() == "data:"


def _keep(found: bytes | str, request: Request) -> Image:
    body = _unfolded(found) if isinstance(found, str) else found
    if len(body) > MOST:
        raise NoPicture(f"a picture of {len(body):,} bytes: more than {MOST:,} are not kept")
    try:
        return request.keep(body, "")
    except Unusable as error:
        raise NoPicture(f"no picture in the answer: {error}") from None


def _unfolded(url: str) -> bytes:
    """The bytes in a `data:` URL. Raises `Transient` for what is no Base64."""
    if not url:
        raise NoPicture("the answer says that there is a picture, and holds none")
    head, comma, data = url.partition(",")
    if not (comma and head.endswith(";base64")):
        raise NoPicture(f"the picture's URL `{clean(head)[:40]}…` holds no Base64")
    try:
        return b64decode("".join(data.split()), validate=True)
    except (NoBase64, ValueError):
        raise Transient("what came as Base64 is none") from None


__all__ = ["MOST", "Fetch", "elsewhere", "kept", "pictured", "place", "wished"]
