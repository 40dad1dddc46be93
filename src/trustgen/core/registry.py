"""One door for what is built in and what is plugged in: entry points, listed by name without importing anything."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from .errors import InputError, TrustGenError, UnknownName

KINDS = ("task", "form", "model", "mitigation", "pool", "judge", "world")
"""What can be registered; the entry points of a kind stand in the group `trustgen.` and its plural."""


@cache
def _points(kind: str) -> dict[str, EntryPoint]:
    return {p.name: p for p in entry_points(group=f"trustgen.{kind}s")}


def names(kind: str) -> list[str]:
    """Registered names of a kind, sorted, nothing imported."""
    return sorted(_points(kind))


def load(kind: str, name: str) -> Any:
    """Import what is registered under a name. Raises `InputError` where it cannot be: whatever a plug-in raises.

    A form is a task that says by its settings what it asks: `ask.products` is the form `ask`, called so.
    """
    points = _points(kind)
    form, _, own = name.partition(".")
    if kind == "task" and name not in points and own and form in _points("form"):
        return load("form", form).called(name)
    if name not in points:
        raise UnknownName(kind, name, points)
    try:
        return points[name].load()
    except TrustGenError:
        raise
    except Exception as error:  # a broken plug-in costs itself alone
        why = f"{type(error).__name__}: {error}"
        raise InputError(f"{kind} `{name}` ({points[name].value}) does not import: {why}") from error


def plugged_in() -> list[tuple[str, str, str]]:
    """Kind, name and distribution of all that another distribution than TrustGen's registers."""
    found = ((kind, p.name, p.dist.name if p.dist else "") for kind in KINDS for p in _points(kind).values())
    return sorted(one for one in found if one[2] != "trustgen")
