"""Can a small classifier tell generated texts from the reference, and what does one learn from them?

The classifier two-sample test (Lopez-Paz and Oquab 2017): an accuracy near 0.5 on texts it has not seen means that
nothing in their words gives generated texts away. Second order: train on generated texts, test on the reference.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import MissingExtra, keyed

from .sampled import Passage, record_rate
from .shift import one_each, permutation_p, sides

FOLDS = 5
PERMUTATIONS = 49
TEXTS = 300
"""Texts of each side that take part, at most."""

FEW = 20
"""Texts of each side that the test needs."""

PER_LABEL = 10

Codes = NDArray[np.int64]


class TwoSample(NamedTuple):
    """Accuracy on unseen texts with 95 % limits, the permutation p of no difference, and texts of each side."""

    accuracy: float
    low: float
    high: float
    p: float
    texts: int


class Transfer(NamedTuple):
    """Macro F1 on the reference of a classifier trained on generated texts, and of one trained on the reference itself
    (on unseen folds); `drop` is the second less the first."""

    generated: float
    reference: float
    drop: float
    labels: tuple[str, ...]


def two_sample(
    generated: Iterable[Passage],
    reference: Iterable[Passage],
    *,
    permutations: int = PERMUTATIONS,
    texts: int = TEXTS,
    key: str = "",
) -> TwoSample | None:
    """The test on as many texts of each side, one a record; None where a side has fewer than `FEW`.

    A record with a text on both sides is in one fold. The p value is of the same procedure with sides dealt at random,
    so that whatever folds do to an accuracy is done to both.
    """
    ours, theirs = one_each(generated), one_each(reference)
    size = min(len(ours), len(theirs), texts)
    if size < FEW:
        return None
    ours, theirs = ours[:size], theirs[:size]
    both = [*ours, *theirs]
    features = _features([passage.text for passage in both])
    folds = _folds(both, ["generated"] * size + ["reference"] * size, key)
    dealt = sides(ours, theirs, permutations, key).astype(np.int64)
    with one_thread():
        right = np.array([_predicted(features, truth, folds) == truth for truth in dealt])
    shown = record_rate(right[0].astype(float).tolist(), (p.cluster for p in both))
    return TwoSample(*shown, permutation_p(right.mean(axis=1)) if permutations else math.nan, size)


def transfer(generated: Iterable[Passage], reference: Iterable[Passage], *, key: str = "") -> Transfer | None:
    """Train on generated texts with their labels, test on the reference's; None where the two share no two labels.

    A label counts when each side has at least `PER_LABEL` texts of it. A record on both sides is left out of what is
    trained on, so that no answer is learnt by heart.
    """
    theirs = [p for p in one_each(reference) if p.label]
    held = {passage.cluster for passage in theirs}
    ours = [p for p in one_each(generated) if p.label and p.cluster not in held]
    counts = [_counted(side) for side in (ours, theirs)]
    labels = sorted(x for x in counts[0] if min(counts[0][x], counts[1].get(x, 0)) >= PER_LABEL)
    if len(labels) < 2:
        return None
    ours, theirs = ([p for p in side if p.label in labels] for side in (ours, theirs))
    learnt, tested = (np.array([labels.index(p.label) for p in side]) for side in (ours, theirs))
    features = _features([p.text for p in (*ours, *theirs)])
    cut = len(ours)
    folds = _folds(theirs, [p.label for p in theirs], key)
    with one_thread():
        from_generated = _fit(features[:cut], learnt).predict(features[cut:])
        from_reference = _predicted(features[cut:], tested, folds)
    scores = [macro_f1(tested, guessed, len(labels)) for guessed in (from_generated, from_reference)]
    return Transfer(scores[0], scores[1], scores[1] - scores[0], tuple(labels))


def macro_f1(truth: Codes, guessed: Codes, labels: int) -> float:
    """Mean F1 over labels, each with at least one true text; 0 for a label that is never rightly guessed."""
    scores = []
    for label in range(labels):
        both = int(((truth == label) & (guessed == label)).sum())
        named = int((truth == label).sum() + (guessed == label).sum())
        scores.append(2 * both / named if named else 0.0)
    return sum(scores) / len(scores)


def _counted(passages: Sequence[Passage]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for passage in passages:
        counts[passage.label] = counts.get(passage.label, 0) + 1
    return counts


def _folds(passages: Sequence[Passage], strata: Sequence[str], key: str) -> Codes:
    """A fold for each text: dealt out in keyed order within each stratum, a record's texts to the fold of its first."""
    order = sorted(range(len(passages)), key=lambda i: keyed("audit", "fold", key, passages[i].cluster).random())
    of: dict[str, int] = {}
    dealt: dict[str, int] = {}
    for i in order:
        if passages[i].cluster not in of:
            of[passages[i].cluster] = dealt.get(strata[i], 0) % FOLDS
            dealt[strata[i]] = dealt.get(strata[i], 0) + 1
    return np.array([of[passage.cluster] for passage in passages])


def _features(texts: Sequence[str]) -> Any:
    """Hashed counts of words and word pairs, each text of length 1."""
    try:
        from sklearn.feature_extraction.text import HashingVectorizer
    except ImportError:
        raise MissingExtra(
            "telling generated texts from a reference", "scikit-learn", "pip install 'trustgen[audit]'"
        ) from None
    reader = HashingVectorizer(n_features=2**12, ngram_range=(1, 2), alternate_sign=False, token_pattern=r"\w+|[^\w\s]")
    return reader.transform(texts)


def one_thread() -> Any:
    """Threads of a BLAS library wait on one another where the cores are busy; fits this small need none."""
    return import_module("threadpoolctl").threadpool_limits(1)  # scikit-learn depends on it


def _fit(features: Any, truth: Codes) -> Any:
    from sklearn.linear_model import LogisticRegression

    # Not `liblinear`: measured a hundred times as slow.
    return LogisticRegression(C=10.0, max_iter=300).fit(features, truth)


def _predicted(features: Any, truth: Codes, folds: Codes) -> Codes:
    """What classifiers that have not seen a text's fold say of it."""
    guessed = np.empty(len(truth), dtype=np.int64)
    for fold in np.unique(folds):
        unseen = folds == fold
        if len(np.unique(truth[~unseen])) < 2:  # nothing to tell apart: say what there is
            guessed[unseen] = truth[~unseen][0]
            continue
        guessed[unseen] = _fit(features[~unseen], truth[~unseen]).predict(features[unseen])
    return guessed
