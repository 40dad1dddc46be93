"""How much a set of texts repeats itself: distinct n-grams and the Vendi score."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice

import numpy as np

from trustgen.stats.grades import Floats

VENDI_TEXTS = 300
"""Texts that a Vendi score reads, at most."""

_WORDS = re.compile(r"\w+(?:['’]\w+)*")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, punctuation left out."""
    return _WORDS.findall(text.casefold())


def ngrams(words: Sequence[str], n: int) -> zip[tuple[str, ...]]:
    """All runs of `n` words."""
    return zip(*(islice(words, start, None) for start in range(n)), strict=False)


def distinct_n(texts: Sequence[str], n: int) -> float:
    """Different n-grams over all n-grams (Li et al. 2016), in (0, 1]; `nan` where no text has `n` words.

    It falls as there is more text, so it compares sets of one size only.
    """
    counted = Counter(chain.from_iterable(ngrams(words_of(text), n) for text in texts))
    total = counted.total()
    return len(counted) / total if total else math.nan


def vendi_score(texts: Sequence[str], orders: Sequence[int] = (1, 2)) -> float:
    """How many wholly different texts this set is worth, from 1 to their number (Friedman and Dieng 2023).

    The exponential of the entropy of the eigenvalues of K/n, where K is the cosine of n-gram counts, averaged over
    `orders`. Texts all alike give 1, texts without a common word their number; no text gives `nan`.
    """
    if not texts:
        return math.nan
    read = [words_of(text) for text in texts]
    kernel = np.array([_cosines(read, n) for n in orders]).mean(axis=0)
    values = eigenvalues(kernel / len(texts))
    values = values[values > 1e-12]
    return float(np.clip(np.exp(-(values * np.log(values)).sum()), 1.0, len(texts)))


def _cosines(read: Sequence[Sequence[str]], n: int) -> Floats:
    """Cosines of n-gram counts. Texts are framed by empty words, so that even the empty one has an n-gram."""
    from scipy.sparse import csr_array

    places: dict[tuple[str, ...], int] = {}
    columns, values, ends = [], [], [0]
    for words in read:
        framed = ["", *words, ""] if n > 1 or not words else words
        counted = Counter(ngrams(framed, n))
        length = math.sqrt(sum(count * count for count in counted.values()))
        columns += [places.setdefault(gram, len(places)) for gram in counted]
        values += [count / length for count in counted.values()]
        ends.append(len(columns))
    table = csr_array((values, columns, ends), shape=(len(read), len(places)))
    return np.asarray((table @ table.T).toarray(), dtype=np.float64)


def eigenvalues(symmetric: Floats) -> Floats:
    """Eigenvalues of a symmetric matrix, in ascending order.

    Householder's reduction to three diagonals, then LAPACK on these. Not `eigvalsh`: threads of a BLAS library wait on
    one another where the cores are busy, and this takes a tenth of a second for 300 texts whatever else runs.
    """
    from scipy.linalg import eigvalsh_tridiagonal

    rest: Floats = np.array(symmetric, dtype=np.float64)
    size = len(rest)
    if size == 1:
        return np.array([rest[0, 0]])
    diagonal, beside = np.empty(size), np.zeros(size - 1)
    for k in range(size - 2):
        diagonal[k] = rest[0, 0]
        mirror = rest[1:, 0].copy()
        beside[k] = -math.copysign(math.sqrt(float((mirror * mirror).sum())), mirror[0])
        mirror[0] -= beside[k]
        squared = float((mirror * mirror).sum())
        rest = rest[1:, 1:]
        if squared > 1e-300:
            across = np.einsum("ij,j->i", rest, mirror) * (2 / squared)
            across -= float((mirror * across).sum()) / squared * mirror
            rest -= np.multiply.outer(across, mirror)
            rest -= np.multiply.outer(mirror, across)
    diagonal[-2:] = np.diag(rest)
    beside[-1] = rest[0, 1]
    return np.asarray(eigvalsh_tridiagonal(diagonal, beside), dtype=np.float64)
