"""What a judge gets right and wrong on a labelled set, with intervals."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from trustgen.core import InputError

from .intervals import LEVEL, wilson


class Share(NamedTuple):
    """A proportion with its interval, over the rows that the judge could read; `nan` over an empty denominator.

    `worst` and `best` are what the value would be if every unread row had been read wrongly, and rightly.
    """

    value: float
    low: float
    high: float
    worst: float
    best: float


class Confusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A judge's verdicts on labelled rows, counted; store it as JSON with `msgspec.json.encode`.

    Rows that the judge could not read are kept by their true label. They stay in `planned` and are never counted as
    right or as wrong: each share is over the rows read, because a run's corrected rate is over the cases read too, and
    each carries the two bounds that the unread rows leave open. `read` is how large a part was read at all.

    `effect` is the design effect of the positive and of the negative rows, 1 where each has a source of its own:
    replies to one prompt are read rightly or wrongly together, and tell less than as many replies to different ones.
    """

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int
    unread_positive: int = 0
    unread_negative: int = 0
    effect: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        if min(self.effect) < 1:
            raise InputError(
                f"confusion: design effects {self.effect}: rows cannot tell more than alone, give 1 or more"
            )
        for name in self.__struct_fields__[:-1]:
            if getattr(self, name) < 0:
                raise InputError(f"confusion: {name} is {getattr(self, name)}: give a count of rows, 0 or more")

    @classmethod
    def of(cls, pairs: Iterable[tuple[bool | None, bool]] | Mapping[tuple[bool | None, bool], int]) -> Confusion:
        """Of (predicted, true) pairs, to count or counted; predicted is `None` where the judge could not be read."""
        counts = Counter(pairs)
        return cls(
            true_positive=counts[True, True],
            false_positive=counts[True, False],
            true_negative=counts[False, False],
            false_negative=counts[False, True],
            unread_positive=counts[None, True],
            unread_negative=counts[None, False],
        )

    @property
    def positives(self) -> int:
        """Rows read whose true label is positive."""
        return self.true_positive + self.false_negative

    @property
    def negatives(self) -> int:
        """Rows read whose true label is negative."""
        return self.true_negative + self.false_positive

    @property
    def unread(self) -> int:
        """Rows that the judge could not read."""
        return self.unread_positive + self.unread_negative

    @property
    def planned(self) -> int:
        """All labelled rows: read and unread."""
        return self.positives + self.negatives + self.unread

    @property
    def read(self) -> Share:
        """Share of planned rows that the judge could read."""
        known = self.planned - self.unread
        return _share(known, self.unread, 0, 0)

    @property
    def sensitivity(self) -> Share:
        """Share of true positives that the judge calls positive (recall)."""
        unread = self.unread_positive
        return _share(self.true_positive, self.false_negative, unread, unread, effect=self.effect[0])

    @property
    def specificity(self) -> Share:
        """Share of true negatives that the judge calls negative."""
        unread = self.unread_negative
        return _share(self.true_negative, self.false_positive, unread, unread, effect=self.effect[1])

    @property
    def accuracy(self) -> Share:
        """Share of verdicts that are right; it depends on the labelled set's balance as precision does."""
        wrong = self.false_positive + self.false_negative
        return _share(self.true_positive + self.true_negative, wrong, self.unread, self.unread)

    @property
    def f1(self) -> Share:
        """F1 = 2·TP/(2·TP + FP + FN), the harmonic mean of precision and sensitivity.

        F1 = 2J/(1 + J) with J = TP/(TP + FP + FN), Jaccard's index. Among rows drawn at random, and given how many are
        not true negatives, TP is binomial with share J: Wilson's limits for J, sent through that increasing function,
        are limits for F1. They need no normal approximation of F1 itself, unlike the delta method of Takahashi et al.
        (2022), and they do not shrink to a point at F1 = 1. With fixed numbers of positives and negatives they are a
        little wide.
        """
        wrong = self.false_positive + self.false_negative
        return _share(self.true_positive, wrong, self.unread_positive, self.unread, lambda j: 2 * j / (1 + j))

    def youden(self, level: float = LEVEL) -> tuple[float, float, float]:
        """Youden's J = sensitivity + specificity − 1 with its interval; 0 is a judge that guesses. `nan` if either is.

        The interval joins the two Wilson intervals as Newcombe (1998, method 10) does for a difference of proportions.
        """
        if not self.positives or not self.negatives:
            return math.nan, math.nan, math.nan
        se, sp = self.true_positive / self.positives, self.true_negative / self.negatives
        se_low, se_high = wilson(self.true_positive / self.effect[0], self.positives / self.effect[0], level)
        sp_low, sp_high = wilson(self.true_negative / self.effect[1], self.negatives / self.effect[1], level)
        j = se + sp - 1
        return j, j - math.hypot(se - se_low, sp - sp_low), j + math.hypot(se_high - se, sp_high - sp)


def _share(
    right: int,
    wrong: int,
    may_right: int,
    may_wrong: int,
    scale: Callable[[float], float] = lambda share: share,
    *,
    effect: float = 1.0,
) -> Share:
    """A proportion with Wilson's interval over the rows divided by their design effect, `scale` applied to all of it.

    `may_right` unread rows could add to `right`, or `may_wrong` to `wrong`.
    """
    total = right + wrong
    low, high = wilson(right / effect, total / effect)
    value = right / total if total else math.nan
    worst = right / (total + may_wrong) if total + may_wrong else math.nan
    best = (right + may_right) / (total + may_right) if total + may_right else math.nan
    return Share(*(scale(end) for end in (value, low, high, worst, best)))
