"""From noise to a picture: DDPM, DDIM and DPM-Solver, in NumPy, for a network that tells the clean picture.

What is noisy is `signal` × clean + `noise` × standard Gaussian, with signal² + noise² = 1. A level is the share of the
way from the clean picture (0) to nothing but noise (1). Sources: Ho et al. 2020, Song et al. 2021, Lu et al. 2022 (the
first-order solver, and the second-order multistep one in the form that extrapolates the clean picture).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple, get_args

from numpy.typing import NDArray

Floats = NDArray[Any]
Sampler = Literal["ddim", "ddpm", "dpm1", "dpm"]
SAMPLERS: Final[tuple[Sampler, ...]] = get_args(Sampler)
MOST_STEPS: Final = 1000


class Level(NamedTuple):
    """How much is signal and how much is noise."""

    signal: float
    noise: float

    @property
    def snr(self) -> float:
        """The log of the ratio of their squares; infinite where there is no noise."""
        return 2 * math.log(self.signal / self.noise) if self.noise else math.inf


class Schedule(NamedTuple):
    """A cosine of which the ratio of signal to noise is `shift` times as large, held between two log ratios."""

    shift: float
    least: float
    most: float

    def level(self, share: float) -> Level:
        """Signal and noise at a share of the way; 0 has no noise at all."""
        if share <= 0:
            return Level(1.0, 0.0)
        tangent = math.tan(math.pi / 2 * min(share, 1 - 1e-9)) / self.shift
        snr = min(max(-2 * math.log(tangent), self.least), self.most)
        return Level((1 + math.exp(-snr)) ** -0.5, (1 + math.exp(snr)) ** -0.5)

    def levels(self, steps: int) -> list[Level]:
        """From noise to the clean picture in even steps, both ends included."""
        return [self.level(1 - at / steps) for at in range(steps + 1)]


Denoise = Callable[[Floats, float], Floats]
"""What is noisy, and its log signal-to-noise ratio, to the clean picture."""


def sampled(
    denoise: Denoise, start: Floats, levels: list[Level], sampler: Sampler, fresh: Callable[[], Floats]
) -> Floats:
    """The clean picture that a sampler arrives at from noise; `fresh` draws noise like `start`, and only DDPM asks."""
    if sampler == "dpm":
        return _second_order(denoise, start, levels)
    x = start
    for here, there in pairwise(levels):
        clean = denoise(x, here.snr)
        eps = (x - here.signal * clean) / here.noise
        if sampler == "dpm1":
            # noise' × (exp(h) - 1), where h is the step of log(signal / noise): finite where noise' is 0
            step = there.signal * here.noise / here.signal - there.noise
            x = there.signal / here.signal * x - step * eps
        elif sampler == "ddpm" and there.noise:
            anew = _posterior(here, there)
            x = there.signal * clean + math.sqrt(there.noise**2 - anew**2) * eps + anew * fresh()
        else:
            x = there.signal * clean + there.noise * eps
    return x


def _posterior(here: Level, there: Level) -> float:
    """How much of the noise at the next level is drawn anew: the deviation of q(there | here, clean)."""
    kept = min(1.0, (here.signal / there.signal) ** 2)
    return there.noise / here.noise * math.sqrt(1 - kept)


def _second_order(denoise: Denoise, start: Floats, levels: list[Level]) -> Floats:
    x, before = start, None
    for (here, there), ratio in zip(pairwise(levels), _ratios(levels), strict=True):
        clean = denoise(x, here.snr)
        ahead = clean if before is None or not ratio else clean + (clean - before) * (ratio / 2)
        x = there.noise / here.noise * x + (there.signal - there.noise * here.signal / here.noise) * ahead
        before = clean
    return x


def _ratios(levels: list[Level]) -> Iterator[float]:
    """Each step of the log ratio over the one before; 0 for the first, for one that follows none, and for the last,
    which goes to where there is no noise and is of first order."""
    steps = [there.snr - here.snr for here, there in pairwise(levels)]
    yield 0.0
    yield from (now / then if then > 0 and math.isfinite(now) else 0.0 for then, now in pairwise(steps))


__all__ = ["MOST_STEPS", "SAMPLERS", "Denoise", "Floats", "Level", "Sampler", "Schedule", "sampled"]
