"""Ratings from pairwise verdicts: planted strengths recovered, and a reason instead of a number where there is none."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from planted import least_plausible

from trustgen.core import InputError
from trustgen.stats.ratings import Bout, Ratings, bradley_terry, position_bias

STRENGTH = {"ace": 1.2, "bee": 0.6, "cod": 0.3, "dog": 0.0, "elk": -0.9}


def bouts(rng: np.random.Generator, items: int, pull: float = 0.0, ties: float = 0.1) -> list[Bout]:
    """Every pair on every item; players differ by `STRENGTH` in log odds, shifted by an item's own taste."""
    made = []
    for k in range(items):
        taste = {name: 0.4 * rng.normal() for name in STRENGTH}
        for pair in combinations(STRENGTH, 2):
            first, second = pair if rng.random() < 0.5 else pair[::-1]
            odds = STRENGTH[first] + taste[first] - STRENGTH[second] - taste[second] + pull
            won = rng.random() < 1 / (1 + math.exp(-odds))
            made.append(Bout(f"i{k}", first, second, "tie" if rng.random() < ties else "first" if won else "second"))
    return made


def test_two_players_by_hand() -> None:
    made = [Bout(f"i{k}", "a", "b", "first") for k in range(30)] + [Bout(f"j{k}", "b", "a", "first") for k in range(9)]
    made += [Bout("t", "a", "b", "tie"), Bout("u", "b", "a", "tie")]
    found = bradley_terry(made, draws=200)
    a, b = found.players
    assert (a.name, b.name, a.wins, a.bouts) == ("a", "b", 31.0, 41)
    assert a.rating - b.rating == pytest.approx(400 * math.log10(31 / 10), abs=1e-3)
    assert (a.rating + b.rating) / 2 == pytest.approx(1500)
    assert found.chance("a", "b") == pytest.approx(31 / 41, abs=1e-6)
    assert a.low < a.rating < a.high
    wider = bradley_terry(made, draws=200, scale=800, anchor=0)
    assert wider.players[0].rating == pytest.approx(2 * (a.rating - 1500), abs=1e-6)
    assert wider.chance("a", "b") == pytest.approx(31 / 41, abs=1e-6)


def test_order_of_bouts_and_of_players_changes_nothing() -> None:
    made = bouts(np.random.default_rng(2), 12)
    turned = [
        Bout(b.item, b.second, b.first, {"first": "second", "second": "first", "tie": "tie"}[b.winner]) for b in made
    ]
    assert ratings(bradley_terry(turned[::-1], draws=30)) == pytest.approx(
        ratings(bradley_terry(made, draws=30)), abs=1e-4
    )


def ratings(found: Ratings) -> dict[str, float]:
    return {p.name: p.rating for p in found.players}


def test_who_wins_all_has_no_rating_and_changes_nobodys() -> None:
    made = bouts(np.random.default_rng(3), 12)
    plain = bradley_terry(made, draws=20)
    extra = [Bout("x", "zed", name, "first") for name in STRENGTH] + [
        Bout("x", name, "yak", "first") for name in STRENGTH
    ]
    found = bradley_terry(made + extra, draws=20)
    assert ratings(found) == pytest.approx({**ratings(plain), "zed": math.nan, "yak": math.nan}, nan_ok=True)
    reasons = {p.name: p.reason for p in found.players}
    assert reasons["zed"].startswith("won every")
    assert reasons["yak"].startswith("lost every")
    assert reasons["ace"] == ""
    assert math.isnan(found.chance("zed", "ace"))


def test_groups_that_never_met_are_not_compared() -> None:
    def split(a: str, b: str, n: int) -> list[Bout]:
        return [Bout(f"{a}{k}", *((a, b) if k % 2 else (b, a)), "first") for k in range(n)]

    even = bradley_terry(split("a", "b", 6) + split("c", "d", 6), draws=20)
    assert all(math.isnan(p.rating) and "compare more pairs" in p.reason for p in even.players)
    uneven = bradley_terry(split("a", "b", 6) + split("c", "d", 6) + split("b", "e", 6), draws=20)
    known = {p.name: p.reason for p in uneven.players if math.isnan(p.rating)}
    assert set(known) == {"c", "d"}
    assert "never compared" in known["c"]
    assert bradley_terry([]).players == ()


def test_one_loss_leaves_the_upper_limit_open() -> None:
    made = [Bout(f"i{k}", "a", "b", "first") for k in range(19)] + [Bout("z", "b", "a", "first")]
    a, b = bradley_terry(made, draws=300).players
    assert math.isfinite(a.rating)
    assert math.isfinite(a.low) or a.low == -math.inf
    assert a.high == math.inf
    assert b.low == -math.inf


def covered(repeats: int, items: int, draws: int, ties: float) -> float:
    """With ties at random, differences shrink by what a tie is worth: the truth is taken from a long run."""
    rng = np.random.default_rng(7)
    truth = ratings(bradley_terry(bouts(rng, 6000, ties=ties), draws=2))
    held = 0
    for _ in range(repeats):
        held += sum(
            p.low <= truth[p.name] <= p.high for p in bradley_terry(bouts(rng, items, ties=ties), draws=draws).players
        )
    return held / repeats / len(STRENGTH)


def test_intervals_hold_planted_strengths() -> None:
    assert covered(20, 40, 60, 0.1) >= least_plausible(20, 1)


@pytest.mark.proof
@pytest.mark.parametrize(("items", "ties"), [(30, 0.0), (100, 0.2)])
def test_coverage(items: int, ties: float) -> None:
    share = covered(200, items, 300, ties)
    print(f"\n{items} items, {100 * ties:.0f} % ties: {100 * share:.1f} %")
    assert 0.93 <= share <= 0.98


def test_position_bias_is_recovered_whatever_the_strengths() -> None:
    rng = np.random.default_rng(4)
    made = []
    for k in range(400):
        for first, second in (("ace", "elk"), ("elk", "ace")):
            odds = STRENGTH[first] - STRENGTH[second]
            fair = rng.random() < 1 / (1 + math.exp(-odds))
            won = True if rng.random() < 0.3 else fair  # a judge that takes the first one 3 times in 10
            made.append(Bout(f"i{k}", first, second, "first" if won else "second"))
    found = position_bias([*made, Bout("once", "ace", "elk", "second")])
    assert found.low <= 0.5 + 0.3 / 2 <= found.high
    assert found.low > 0.5
    assert found.swaps == 400


def test_position_bias_by_hand() -> None:
    steady = [Bout("x", "a", "b", "first"), Bout("x", "b", "a", "second")]
    pulled = [Bout("y", "a", "b", "first"), Bout("y", "b", "a", "first")]
    assert position_bias(steady).first == 0.5
    assert position_bias(steady).consistent == 1.0
    assert position_bias(pulled).first == 1.0
    both = position_bias(steady + pulled)
    assert (both.first, both.consistent, both.swaps) == (0.75, 0.5, 2)
    assert math.isnan(position_bias([Bout("x", "a", "b", "first")]).first)


def test_wrong_input_is_named() -> None:
    with pytest.raises(InputError, match="winner `a`"):
        bradley_terry([Bout("x", "a", "b", "a")])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="meets itself"):
        bradley_terry([Bout("x", "a", "a", "first")])
    with pytest.raises(InputError, match="no player `q`"):
        bradley_terry([Bout("x", "a", "b", "tie")], draws=5).chance("a", "q")
