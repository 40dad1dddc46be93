"""Pools of pictures. A record names its picture by hash; the pool hands the bytes out, and an edition keeps them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from trustgen.core import InputError, Record, Source
from trustgen.curate.origins import packaged
from trustgen.curate.pool import Table

INSTALL = "pip install --no-deps scikit-image==0.26.0"


@dataclass(frozen=True)
class Pictures(Table):
    """A pool whose records have a picture each: fields `image` (SHA-256) and `media_type`, and what is in it."""

    body: Callable[[str], bytes] = lambda _: b""

    def asset(self, sha: str) -> bytes:
        """The bytes of a picture. Raises `InputError` where it is none of this pool's, or is not as it was."""
        body = self.body(sha)
        if sha256(body).hexdigest() != sha:
            raise InputError(f"pool `{self.name}`: picture {sha[:12]}… is not as its package shipped it: reinstall it")
        return body


@cache
def _told() -> tuple[dict[str, object], ...]:
    return tuple(tomllib.loads((files(__package__) / "photos.toml").read_text("utf-8"))["photo"])


def _source() -> Source:
    path, version = packaged("pool `images.photos`", "scikit-image", "skimage/data/README.txt", INSTALL)
    licence = "package: BSD-3-Clause; pictures: public domain, CC0 or no known restrictions, as it says of each"
    return Source(
        origin="scikit-image", revision=version, licence=licence, sha256=sha256(path.read_bytes()).hexdigest()
    )


@cache
def _photos() -> tuple[Record, ...]:
    """The pictures as they are installed, with labels that people gave; other labels are the distractors."""
    source, made = _source(), []
    labels = sorted({str(told["label"]) for told in _told()})
    for told in _told():
        path, _ = packaged("pool `images.photos`", "scikit-image", f"skimage/data/{told['file']}", INSTALL)
        fields = {key: value for key, value in told.items() if key not in ("file", "also")}
        not_this = {told["label"], *told.get("also", ())}  # type: ignore[misc]
        others = [label for label in labels if label not in not_this]
        name = sha256(path.read_bytes()).hexdigest()
        kind = "image/jpeg" if path.suffix == ".jpg" else "image/png"
        made.append(
            Record.of(
                "images.photos", source, image=name, media_type=kind, answer=told["label"], distractors=others, **fields
            )
        )
    return tuple(made)


def _body(name: str) -> bytes:
    for record, told in zip(_photos(), _told(), strict=True):
        if record["image"] == name:
            path, _ = packaged("pool `images.photos`", "scikit-image", f"skimage/data/{told['file']}", INSTALL)
            return path.read_bytes()
    raise InputError(f"pool `images.photos` has no picture {name[:12]}…")


photos = Pictures("images.photos", "photographs with what is in them, labelled by hand", _source, _photos, _body)
