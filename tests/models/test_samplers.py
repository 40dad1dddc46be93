"""Samplers: against each other, against their schedule, and on a Gaussian whose exact denoiser is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustgen.models.samplers import SAMPLERS, Denoise, Floats, Level, Sampler, Schedule, sampled

SCHEDULE = Schedule(0.5, -9.0, 7.0)
MEAN, DEVIATION = 0.4, 0.3


def exact(mean: float = MEAN, deviation: float = DEVIATION) -> Denoise:
    """The expectation of the clean value, where clean values are Gaussian."""

    def denoise(x: Floats, snr: float) -> Floats:
        signal, noise = (1 + math.exp(-snr)) ** -0.5, (1 + math.exp(snr)) ** -0.5
        kept = signal * deviation**2 / (signal**2 * deviation**2 + noise**2)
        return np.asarray(mean + kept * (x - signal * mean))

    return denoise


def bent(x: Floats, snr: float) -> Floats:
    """A denoiser that is not linear."""
    return np.asarray(np.tanh(x * (1 + 0.1 * snr) + np.sin(3 * x)))


def arrived(sampler: Sampler, steps: int, denoise: Denoise, *, count: int = 20_000, seed: int = 1) -> Floats:
    draw = np.random.default_rng(seed)
    start = draw.standard_normal(count)
    return sampled(denoise, start, SCHEDULE.levels(steps), sampler, lambda: draw.standard_normal(count))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_on_a_gaussian_every_sampler_arrives_at_its_mean_and_variance(sampler: Sampler) -> None:
    found = arrived(sampler, 400, exact())
    assert abs(found.mean() - MEAN) < 0.01
    assert abs(found.std() - DEVIATION) < 0.01


def test_the_second_order_is_nearer_to_the_exact_way_after_few_steps() -> None:
    """The last step, to where there is no noise, is left out: it is of first order for all."""
    start, levels = np.random.default_rng(2).standard_normal(2000), SCHEDULE.levels(12)[:-1]

    def along(level: Level) -> tuple[float, float]:
        return level.signal * MEAN, math.hypot(level.signal * DEVIATION, level.noise)

    (first, wide), (last, narrow) = along(levels[0]), along(levels[-1])
    exactly = last + narrow * (start - first) / wide
    far = {name: np.abs(sampled(exact(), start, levels, name, start.copy) - exactly).max() for name in SAMPLERS}
    assert far["dpm"] < far["ddim"] / 3


@settings(max_examples=30, deadline=None)
@given(steps=st.integers(1, 60), seed=st.integers(0, 2**32 - 1))
def test_the_first_order_solver_is_ddim(steps: int, seed: int) -> None:
    one, other = (arrived(name, steps, bent, count=64, seed=seed) for name in ("ddim", "dpm1"))
    assert np.abs(one - other).max() < 1e-5


@pytest.mark.parametrize("sampler", ["ddim", "dpm1", "dpm"])
def test_without_fresh_noise_nothing_is_left_to_chance(sampler: Sampler) -> None:
    def never() -> Floats:
        raise AssertionError("noise was drawn")

    start = np.random.default_rng(3).standard_normal(50)
    one, again = (sampled(bent, start.copy(), SCHEDULE.levels(12), sampler, never) for _ in range(2))
    assert np.array_equal(one, again)


def test_the_other_one_draws_at_every_step_but_the_last() -> None:
    drawn = []

    def fresh() -> Floats:
        drawn.append(1)
        return np.zeros(4)

    sampled(bent, np.ones(4), SCHEDULE.levels(9), "ddpm", fresh)
    assert len(drawn) == 8


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_one_step_is_what_the_network_says(sampler: Sampler) -> None:
    start = np.random.default_rng(5).standard_normal(30)
    found = sampled(bent, start, SCHEDULE.levels(1), sampler, lambda: start)
    assert np.allclose(found, bent(start, SCHEDULE.level(1).snr), atol=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.8, 0.99])
def test_what_is_made_noisy_has_the_moments_of_the_schedule(share: float) -> None:
    draw, level = np.random.default_rng(7), SCHEDULE.level(share)
    clean = MEAN + DEVIATION * draw.standard_normal(400_000)
    noisy = level.signal * clean + level.noise * draw.standard_normal(400_000)
    assert abs(noisy.mean() - level.signal * MEAN) < 0.006
    assert abs(noisy.var() - (level.signal**2 * DEVIATION**2 + level.noise**2)) < 0.01


@given(share=st.floats(0, 1), other=st.floats(0, 1))
def test_the_schedule_keeps_variance_and_only_grows_noisier(share: float, other: float) -> None:
    one, two = SCHEDULE.level(min(share, other)), SCHEDULE.level(max(share, other))
    assert math.isclose(one.signal**2 + one.noise**2, 1, abs_tol=1e-12)
    assert one.noise <= two.noise + 1e-12


def test_the_schedule_is_the_cosine_shifted() -> None:
    plain, shifted = Schedule(1, -30, 30).level(0.5), Schedule(0.5, -30, 30).level(0.5)
    assert plain.signal == pytest.approx(plain.noise)
    assert shifted.snr == pytest.approx(2 * math.log(0.5))


def test_levels_go_from_noise_to_the_clean_picture() -> None:
    levels = SCHEDULE.levels(20)
    assert len(levels) == 21
    assert levels[0].snr == pytest.approx(-9)
    assert levels[-1] == Level(1.0, 0.0)
    assert levels[-1].snr == math.inf
