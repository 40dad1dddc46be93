"""Many hypotheses at once: a declared primary family under Holm, all the rest under Benjamini and Hochberg.

Twenty tests of nothing turn up one "finding" at 5 %. So what a study is about is declared before it is seen and is
held to the chance of *any* false finding (Holm 1979); whatever else is looked at is held to the expected *share* of
false ones among the findings (Benjamini and Hochberg 1995) and is called secondary wherever it is shown.

Both are in statsmodels as `multipletests`, which brings pandas. They are a few lines, and the default install has no
pandas, so they are written out here and tested against that package.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trustgen.core import InputError

from .grades import Floats
from .intervals import LEVEL


def holm(p: ArrayLike) -> Floats:
    """Holm's adjusted p-values (Holm 1979), in the order given, in 0..1.

    A `nan` was planned and could not be tested: it stays `nan`, and the family stays as large as it was planned, since
    a test that fell out would otherwise make the others easier to pass. Valid under any dependence of the tests.
    """
    values, ranked, order = _ranked(p)
    steps = ranked * np.arange(len(ranked), 0, -1)
    return _back(values, np.maximum.accumulate(steps), order)


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Benjamini and Hochberg's adjusted p-values (1995), in the order given, in 0..1; `nan` as in `holm`.

    The false discovery rate holds for independent tests and for positively dependent ones (Benjamini and Yekutieli
    2001), as are comparisons that share their cases.
    """
    values, ranked, order = _ranked(p)
    steps = ranked * len(ranked) / np.arange(1, len(ranked) + 1)
    return _back(values, np.minimum.accumulate(steps[::-1])[::-1], order)


def simultaneous_level(tests: int, level: float = LEVEL) -> float:
    """The level at which each of `tests` intervals is to be made for all to hold at once at `level`: Bonferroni's.

    They agree with Holm in one direction: an interval that leaves out "no difference" belongs to a test that Holm
    rejects. Holm may reject a little more. Intervals that match Holm exactly exist (Strassburger and Bretz 2008;
    Guilbaud 2008), but say nothing beyond the decision for what is rejected, so they are not used.
    """
    if tests < 1:
        raise InputError(f"`simultaneous_level` needs at least 1 test, got {tests}")
    return 1 - (1 - level) / tests


class Adjusted(NamedTuple):
    """One hypothesis after adjustment; where it was not tested, `p` and `adjusted` are `nan` and it is not rejected."""

    name: str
    role: Literal["primary", "secondary"]
    p: float
    adjusted: float
    method: str
    rejected: bool


@dataclass(frozen=True)
class Family:
    """The hypotheses a study declared as primary, by name, before it saw results; everything else is secondary."""

    primary: tuple[str, ...]
    level: float = LEVEL

    def __post_init__(self) -> None:
        if len(set(self.primary)) != len(self.primary):
            raise InputError(f"the primary family names a hypothesis twice: {', '.join(self.primary)}")
        if not 0 < self.level < 1:
            raise InputError(f"level {self.level} is not between 0 and 1")

    def adjust(self, p: Mapping[str, float]) -> tuple[Adjusted, ...]:
        """Adjusted p-values: the primary ones in the order declared, then the others in the order given.

        A primary hypothesis that `p` does not hold was not tested: it is listed with `nan` and keeps its place in the
        family. `Adjusted.rejected` is at 1 − `level`.
        """
        secondary = [name for name in p if name not in self.primary]
        rows = self._rows(self.primary, p, "primary", "Holm")
        return rows + self._rows(secondary, p, "secondary", "Benjamini-Hochberg")

    def _rows(
        self, names: tuple[str, ...] | list[str], p: Mapping[str, float], role: Literal["primary", "secondary"], by: str
    ) -> tuple[Adjusted, ...]:
        raw = [float(p.get(name, math.nan)) for name in names]
        adjusted = holm(raw) if by == "Holm" else benjamini_hochberg(raw)
        # Not above alpha: as the unadjusted test of one hypothesis is at its own level.
        alpha = 1 - self.level
        return tuple(
            Adjusted(name, role, one, float(other), by, bool(other <= alpha + 1e-12))
            for name, one, other in zip(names, raw, adjusted, strict=True)
        )


def _ranked(p: ArrayLike) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """The p-values, the same in rising order with 1 in place of `nan`, and that order."""
    values = np.asarray(p, np.float64)
    if values.ndim != 1:
        raise InputError(f"p-values come as one row, got {values.ndim} dimensions")
    wrong = ~np.isnan(values) & ~((values >= 0) & (values <= 1))
    if wrong.any():
        raise InputError(f"{values[wrong][0]} is no p-value: give numbers in 0..1, or nan for what was not tested")
    filled = np.where(np.isnan(values), 1.0, values)
    order = np.argsort(filled, kind="stable")
    return values, filled[order], order


def _back(values: Floats, steps: Floats, order: NDArray[np.intp]) -> Floats:
    """Adjusted values in the order given, at most 1, `nan` where nothing was tested."""
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(steps, 1.0)
    adjusted[np.isnan(values)] = math.nan
    return adjusted
