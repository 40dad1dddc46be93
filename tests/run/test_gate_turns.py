"""The gate's turns: one that is given and not taken goes to the next, and a pause is never cut short."""

from __future__ import annotations

import asyncio

import pytest

from trustgen.run.gate import Gate


@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_whoever_is_called_in_and_cancelled_passes_the_turn_on(pause: float) -> None:
    """Else the next one waits for a place that is free: for ever, where nobody is inside to leave."""

    async def run() -> int:
        gate = Gate(1, fixed=True)
        await gate.enter()
        called, next_ = asyncio.create_task(gate.enter()), asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        if pause:
            gate.complained(pause)
        gate.leave()
        if pause:
            await asyncio.sleep(0)  # it was called in, and waits for the end of the pause
        called.cancel()
        await asyncio.wait_for(next_, 5)
        return gate.inside

    assert asyncio.run(run()) == 1


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    async def run() -> bool:
        gate = Gate(8)
        gate.complained(30.0)
        gate.complained(0.001)
        await asyncio.sleep(0.01)
        return gate.paused

    assert asyncio.run(run())
