"""The door to every pool: by the name it is registered under, or by the manifest file that describes it."""

from __future__ import annotations

from trustgen.core import BARE, InputError, Kit, Pool
from trustgen.core.registry import load

from .pool import Selection


def open_pool(name: str, kit: Kit = BARE) -> Pool:
    """The pool registered under a name, or the one that a manifest file `….toml` describes."""
    found: Pool
    if name.endswith(".toml"):
        from .manifest import read_manifest

        found = read_manifest(name)
    else:
        found = load("pool", name)
    if not isinstance(found, Pool):
        raise InputError(f"pool `{name}`: make `{type(found).__name__}` a subclass of `trustgen.Pool`")
    return found.using(kit)


def pool(*names: str, n: int, kit: Kit = BARE) -> Selection:
    """`n` records from the named pools or manifest files: `pool("facts.capitals", n=50)`, `pool("mine.toml", n=50)`.

    No pool is read before records are drawn: judging and counting what was asked needs none.
    """
    return Selection(tuple(open_pool(name, kit) for name in names), n)
