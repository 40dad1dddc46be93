"""One door for what is built in and what is plugged in: entry points, listed by name without importing anything."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from .errors import InputError, UnknownName


@cache
def _points(kind: str) -> dict[str, EntryPoint]:
    return {p.name: p for p in entry_points(group=f"trustgen.{kind}s")}


def names(kind: str) -> list[str]:
    """Registered names of a kind (`task`, `model`, `pool`), sorted, nothing imported."""
    return sorted(_points(kind))


def load(kind: str, name: str) -> Any:
    """Import what is registered under a name."""
    points = _points(kind)
    if name not in points:
        raise UnknownName(kind, name, points)
    try:
        return points[name].load()
    except (ImportError, AttributeError) as error:
        raise InputError(f"{kind} `{name}` ({points[name].value}) does not import: {error}") from error
