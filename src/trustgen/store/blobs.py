"""Bytes by their hash, in the `assets/` of an edition or a run: each a file named by its SHA-256.

A blob is written, synced and renamed before any row may name it, so a row never names what a kill took. What no row
names in the end, as after a kill between the two, goes when the run is sealed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container
from pathlib import Path

from trustgen.core import Assets, FolderError, Image, picture
from trustgen.core.assets import is_name
from trustgen.core.plain import read

from .files import write_bytes

ASSETS = "assets"


class Blobs(Assets):
    """The blobs of one folder. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __contains__(self, sha256: str) -> bool:
        return is_name(sha256) and (self.folder / sha256).is_file()

    def asset(self, sha256: str) -> bytes:
        """A blob's bytes. Raises `FolderError` where it is missing, no plain file, or not what its name says."""
        if not is_name(sha256):
            raise FolderError(f"`{self.folder}` is asked for {sha256[:80]!r}, which names no asset: refused")
        try:
            body = read(self.folder / sha256)
        except OSError as error:
            raise FolderError(f"asset {sha256} of `{self.folder.parent}` cannot be read: {error.strerror}") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise FolderError(f"asset {sha256} of `{self.folder.parent}` was changed after it was sealed")
        return body

    def put(self, body: bytes) -> str:
        """Write bytes, so that they are on disk when this returns; returns their SHA-256."""
        name = hashlib.sha256(body).hexdigest()
        if name in self:
            return name
        try:
            self.folder.mkdir(exist_ok=True)
            write_bytes(self.folder / name, body)
        except OSError as error:
            raise FolderError(
                f"cannot write to `{self.folder}` ({error.strerror}): make room and give the same command again"
            ) from error
        return name

    def keep(self, body: bytes, alt: str = "") -> Image:
        """Write a picture; returns what names it. Raises `Unusable` for bytes that are none."""
        made = picture(body, alt)
        self.put(body)
        return made

    def only(self, named: Container[str]) -> None:
        """Remove what is not named, and what a kill left half written."""
        if not self.folder.is_dir():
            return
        for entry in list(os.scandir(self.folder)):
            half = entry.name.startswith(".") and is_name(entry.name[1:].partition(".")[0])
            if half or (is_name(entry.name) and entry.name not in named):
                Path(entry.path).unlink()

    def fault(self, sha256: str) -> str:
        """Whether a blob is missing, or its bytes are not those that it is named by, in words; "" for a sound one."""
        if sha256 not in self:
            return "is missing"
        try:
            self.asset(sha256)
        except FolderError:
            return "was changed"
        return ""


__all__ = ["ASSETS", "Blobs"]
