"""How a scene went: valid actions, what was done how often, and how far that is from a reference."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from .scene import Event


def validity(events: Iterable[Event]) -> float:
    """Share of chosen actions that the world allowed, 0..1; nan where nothing was chosen."""
    counts = Counter(not event.refused for event in events)
    return counts[True] / counts.total() if counts else math.nan


def action_shares(events: Iterable[Event]) -> dict[str, float]:
    """Share of each kind of action among those that happened; empty where nothing did."""
    counts = Counter(type(event.action).__name__.lower() for event in events if not event.refused)
    return {kind: n / counts.total() for kind, n in sorted(counts.items())}


def realism(shares: Mapping[str, float], reference: Mapping[str, float]) -> float:
    """Jensen–Shannon distance (base 2, 0..1) between shares of actions and a reference table's; 0 is the same.

    Both are scaled to sum to 1. An empty table gives nan. Lin 1991; the distance is the divergence's root.
    """
    p, q = _scaled(shares), _scaled(reference)
    if not p or not q:
        return math.nan
    kinds = sorted(p.keys() | q.keys())
    middle = {k: (p.get(k, 0) + q.get(k, 0)) / 2 for k in kinds}
    divergence = sum(_term(d.get(k, 0), middle[k]) for d in (p, q) for k in kinds) / 2
    return math.sqrt(min(1.0, max(0.0, divergence)))


def _scaled(shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    return {k: v / total for k, v in shares.items()} if total > 0 else {}


def _term(p: float, m: float) -> float:
    return p * math.log2(p / m) if p > 0 else 0.0
