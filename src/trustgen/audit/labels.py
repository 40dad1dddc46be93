"""Labels: is the gold answer balanced, and do generated labels spread as human ones do?

Gold answers are read by their place among the options, so letters, true or false, and whole answers are one thing.
Human and generated labels are compared as in "Under the Surface" (arXiv 2401.14698): majorities, minorities, variance
per item, and which label turns into which.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np

from trustgen.core import LETTERS, Expect, keyed

ENOUGH = 20
"""Records that a test of balance needs."""

SOME = 10
"""Records that must agree before a gold answer is called constant."""

DRAWS = 1_000


class Gold(NamedTuple):
    """Where the gold answer stands: `place` of `options` places. `longest` is 1 when it is the longest option by
    itself, 0 when another is, -1 when none is."""

    place: int
    options: int
    longest: int = -1


def gold_of(expect: Expect) -> Gold | None:
    """The place of the gold answer among the options, given as a letter or as text; None where it has no place."""
    options, answer = expect.options, expect.answer
    if len(options) < 2 or not answer:
        return None
    if answer in options:
        index = options.index(answer)
    else:
        index = LETTERS.find(answer) if len(answer) == 1 else -1
        if not 0 <= index < len(options):
            return None
    sizes = sorted(map(len, options))
    longest = int(len(options[index]) == sizes[-1]) if sizes[-1] > sizes[-2] else -1
    return Gold(index, len(options), longest)


def balance_p(records: Iterable[Sequence[Gold]]) -> float:
    """Chi-square p that gold answers are spread evenly over their places; each record has one vote.

    A record with several cases splits its vote among them, which errs towards balance. `nan` under `ENOUGH` records.
    """
    seen, due = defaultdict[int, float](float), defaultdict[int, float](float)
    votes = 0
    for cases in records:
        votes += 1
        for gold in cases:
            seen[gold.place] += 1 / len(cases)
            for place in range(gold.options):
                due[place] += 1 / len(cases) / gold.options
    if votes < ENOUGH:
        return math.nan
    from scipy.special import chdtrc

    statistic = sum((seen[place] - expected) ** 2 / expected for place, expected in due.items())
    return float(chdtrc(len(due) - 1, statistic))


def longest_excess(records: Iterable[Sequence[Gold]]) -> tuple[float, float, float]:
    """How much more often than by chance the gold answer is the longest option, with 95 % limits over records.

    In −1 to 1; 0 where length gives nothing away. Cases without a single longest option do not count.
    """
    from scipy.special import stdtrit

    votes = []
    for cases in records:
        told = [gold.longest - 1 / gold.options for gold in cases if gold.longest >= 0]
        if told:
            votes.append(sum(told) / len(told))
    if len(votes) < ENOUGH:
        return math.nan, math.nan, math.nan
    mean, half = float(np.mean(votes)), float(np.std(votes, ddof=1) / math.sqrt(len(votes)))
    half *= float(stdtrit(len(votes) - 1, 0.975))
    return mean, mean - half, mean + half


# ── human and generated labels ──────────────────────────────────────────────────────────────────────────────────────


class Labelled(NamedTuple):
    """One item's labels: by several people, and by a model asked several times or by several models."""

    item: str
    human: tuple[str, ...]
    generated: tuple[str, ...]


def majority(labels: Sequence[str]) -> frozenset[str]:
    """The most frequent label, or all that are equally frequent."""
    counts = Counter(labels)
    top = max(counts.values(), default=0)
    return frozenset(label for label, count in counts.items() if count == top)


def minority(labels: Sequence[str]) -> frozenset[str]:
    """The labels that were given, but not most often."""
    return frozenset(labels) - majority(labels)


def spread(labels: Sequence[str]) -> float:
    """Unbiased variance of one item's labels; for labels that are no numbers, the chance that two of them differ.

    `nan` for fewer than two labels.
    """
    n = len(labels)
    if n < 2:
        return math.nan
    numbers = [_number(label) for label in labels]
    if not any(math.isnan(x) for x in numbers):
        return float(np.var(numbers, ddof=1))
    return (1 - sum((count / n) ** 2 for count in Counter(labels).values())) * n / (n - 1)


def _number(label: str) -> float:
    try:
        value = float(label)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def flip_matrix(items: Iterable[Labelled]) -> dict[str, dict[str, float]]:
    """How many items turn from a human majority label (outer) into a generated one (inner); ties split their item."""
    table: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for item in items:
        human, generated = majority(item.human), majority(item.generated)
        for before in human:
            for after in generated:
                table[before][after] += 1 / len(human) / len(generated)
    return {before: dict(sorted(row.items())) for before, row in sorted(table.items())}


def agreement(items: Sequence[Labelled], draw: Random | None = None) -> dict[str, Any]:
    """How generated labels stand to human ones, over items that have both.

    `majority_match` and `minority_match`: share of items where the sets of labels intersect; the second only over items
    where people disagree. `variance_ratio`: mean human over mean generated variance per item, with bootstrap limits;
    above 1 the generated labels disagree too little. `flip_rate`: share of `flips` off the diagonal. Nothing: `nan`.
    """
    items = [item for item in items if item.human and item.generated]
    split = [item for item in items if minority(item.human)]
    flips = flip_matrix(items)
    kept = sum(row.get(before, 0.0) for before, row in flips.items())
    pairs = [(spread(item.human), spread(item.generated)) for item in items]
    ratio, low, high = variance_ratio(
        [pair for pair in pairs if not any(map(math.isnan, pair))], draw or keyed("audit", "labels")
    )
    return {
        "items": len(items),
        "disputed": len(split),
        "majority_match": share(bool(majority(i.human) & majority(i.generated)) for i in items),
        "minority_match": share(bool(minority(i.human) & minority(i.generated)) for i in split),
        "variance_ratio": ratio,
        "variance_ratio_low": low,
        "variance_ratio_high": high,
        "flip_rate": 1 - kept / len(items) if items else math.nan,
        "flips": flips,
    }


def variance_ratio(pairs: Sequence[tuple[float, float]], draw: Random) -> tuple[float, float, float]:
    """Mean human variance over mean generated variance, with 95 % bootstrap limits over items.

    The means are divided, not item by item, since generated labels of one item often agree wholly. Infinite where the
    generated labels never differ and human ones do; `nan` where neither differ.
    """
    if not pairs:
        return math.nan, math.nan, math.nan
    table = np.asarray(pairs, dtype=np.float64)
    value = _ratio(*table.mean(axis=0))
    weights = np.random.default_rng(draw.getrandbits(64)).multinomial(len(table), [1 / len(table)] * len(table), DRAWS)
    drawn = sorted(_ratio(*row) for row in np.einsum("di,ic->dc", weights, table))
    drawn = [ratio for ratio in drawn if not math.isnan(ratio)]
    if not drawn:
        return value, math.nan, math.nan
    return value, drawn[int(0.025 * (len(drawn) - 1))], drawn[math.ceil(0.975 * (len(drawn) - 1))]


def _ratio(human: float, generated: float) -> float:
    if generated > 1e-12:
        return float(human / generated)
    return math.inf if human > 1e-12 else math.nan


def share(hits: Iterable[bool]) -> float:
    """Share of what is true, in 0..1; `nan` over nothing."""
    values = list(hits)
    return sum(values) / len(values) if values else math.nan
