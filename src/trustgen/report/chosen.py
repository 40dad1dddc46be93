"""Which of the cases worth reading stand on the page.

A page is made to be mailed: it holds so many cases and so much text, whatever the run's size; the run's folder has all.
"""

from __future__ import annotations

from itertools import zip_longest

from trustgen.core.shown import MOST
from trustgen.stats.planned import Pair

from .examples import Example
from .summary import Findings

CASES, BYTES = 150, 600_000
"""Cases on a page, and bytes of their texts, at most."""


def chosen(found: Findings) -> dict[Pair, list[Example]]:
    """The first case of every pair, then the second of each, until the page is full."""
    kept: dict[Pair, list[Example]] = {}
    left, room = CASES, BYTES
    pairs = [(pair, examples) for pair, examples in found.examples.items() if examples]
    for layer in zip_longest(*(examples for _, examples in pairs)):
        for (pair, _), example in zip(pairs, layer, strict=True):
            if example is None or not left or (size := _size(example)) > room:
                continue
            kept.setdefault(pair, []).append(example)
            left, room = left - 1, room - size
    return kept


def _size(x: Example) -> int:
    texts = [*(text for _, text in x.said), x.expected, x.reason, x.label, x.beside_reply]
    return sum(len(text[:MOST].encode()) for text in texts)
