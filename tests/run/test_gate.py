"""The gate: finds an endpoint's pace, and listens when it complains."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import InputError
from trustgen.run import Budget, Price, Retry
from trustgen.run.gate import Gate


def test_it_starts_slowly_and_doubles_each_round_trip() -> None:
    async def run() -> list[float]:
        gate, seen = Gate(256), []
        inside: list[asyncio.Future[None]] = []

        async def worker() -> None:
            while True:
                await gate.enter()
                inside.append(asyncio.get_running_loop().create_future())
                await inside[-1]
                gate.leave()
                gate.went_well()

        workers = [asyncio.create_task(worker()) for _ in range(256)]
        for _ in range(4):
            for _ in range(5):
                await asyncio.sleep(0)
            seen.append(gate.limit)
            answered, inside[:] = inside[:], []  # one round trip: all calls in flight come back
            for call in answered:
                call.set_result(None)
        for job in workers:
            job.cancel()
        return seen

    seen = asyncio.run(run())
    assert seen[0] == 8
    assert all(1.5 * a < b < 3 * a for a, b in pairwise(seen)), seen


def test_a_complaint_halves_the_limit_once_a_second_and_growth_turns_slow() -> None:
    async def run() -> tuple[float, float, float]:
        gate = Gate(256, start=64)
        for _ in range(10):
            gate.complained(None)
        halved = gate.limit
        for _ in range(31):
            await gate.enter()
        gate.went_well()
        return halved, gate.limit, gate.cuts

    assert asyncio.run(run()) == (32.0, 32.0 + 1 / 32, 1)


def test_retry_after_holds_everybody_back() -> None:
    async def run() -> float:
        gate = Gate(8)
        gate.complained(0.2)
        assert gate.paused
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(gate.enter() for _ in range(3)))
        assert not gate.paused
        return asyncio.get_running_loop().time() - began

    assert 0.19 < asyncio.run(run()) < 1.0


@given(st.lists(st.sampled_from(["well", "complain", "cancel"]), max_size=60), st.integers(1, 12))
def test_never_more_inside_than_the_limit_and_nobody_is_forgotten(events: list[str], most: int) -> None:
    async def run() -> None:
        gate = Gate(most)
        peak = 0

        async def call(event: str) -> None:
            nonlocal peak
            await gate.enter()
            peak = max(peak, gate.inside)
            try:
                await asyncio.sleep(0)
                if event == "complain":
                    gate.complained(None)
                else:
                    gate.went_well()
            finally:
                gate.leave()

        jobs = [asyncio.create_task(call(event)) for event in events]
        await asyncio.sleep(0)
        for job, event in zip(jobs, events, strict=True):
            if event == "cancel":
                job.cancel()
        async with asyncio.timeout(5):
            await asyncio.gather(*jobs, return_exceptions=True)
        assert gate.inside == 0
        assert peak <= most

    asyncio.run(run())


def test_a_fixed_gate_stays() -> None:
    async def run() -> float:
        gate = Gate(5, fixed=True)
        gate.complained(None)
        gate.went_well()
        return gate.limit

    assert asyncio.run(run()) == 5


@pytest.mark.parametrize(
    ("text", "field", "amount"),
    [
        ("5usd", "usd", 5.0),
        ("0.5USD", "usd", 0.5),
        ("200k-tokens", "tokens", 200_000),
        ("1.5m-tokens", "tokens", 1_500_000),
        ("500-calls", "calls", 500),
        ("90s", "seconds", 90),
        ("10m", "seconds", 600),
        ("2h", "seconds", 7_200),
    ],
)
def test_budgets_are_read(text: str, field: str, amount: float) -> None:
    assert getattr(Budget.parse([text]), field) == amount


def test_several_caps_stand_together() -> None:
    assert Budget.parse(["5usd,10m", "500-calls"]) == Budget(usd=5, seconds=600, calls=500)
    assert str(Budget.parse(["5usd,10m"])) == "5usd,600s"


@pytest.mark.parametrize("text", ["-5usd", "0usd", "5", "usd", "5 dollars", "", "5usd 10m", "nanusd"])
def test_a_budget_that_cannot_be_one_says_how_to_write_it(text: str) -> None:
    with pytest.raises(InputError, match=r"budget `.*`: (write 5usd|a budget must be more than 0)"):
        Budget.parse([text])


@pytest.mark.parametrize("text", ["1", "a/b", "1/2/3/4", "-1/2", "inf/1", "nan/1"])
def test_a_price_that_cannot_be_one_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="price"):
        Price.parse(text)


@given(st.integers(1, 50))
def test_pauses_grow_and_stay_bounded(attempt: int) -> None:
    retry = Retry(base=0.5, cap=30.0)
    assert 0.25 <= retry.pause(attempt) <= 30.0
