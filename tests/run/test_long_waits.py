"""An endpoint that asks for one long pause after another: the sum is bounded, and it is said who asks for them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from toy import edition, settings

from costs import within
from trustgen.core import Level, Model, RateLimited, Reply, Request
from trustgen.run import Quiet, Retry, evaluate
from trustgen.run import gate as gates
from trustgen.run.gate import EARNED, Gate


class Told(Quiet):
    """Progress that keeps its notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


class Unwilling(Model):
    """A model that answers one call in ten, and says to all others that they may come back much later."""

    uri, levels, simulated, slots = "scripted/unwilling", frozenset({Level.GENERATE}), False, 8

    def __init__(self, wait: float) -> None:
        self.wait, self.calls = wait, 0

    async def ask(self, request: Request) -> Reply:
        self.calls += 1
        if self.calls % 10 == 1:
            return Reply("yes")
        raise RateLimited("HTTP 429: later", self.wait)


def test_pauses_are_bounded_in_all_and_an_answer_earns_some() -> None:
    """Retry-After 10^9 comes as 600 s, for each of 6 tries of 50 cases: that was 50 hours."""

    async def held() -> tuple[float, float, bool]:
        gate = Gate(8)
        loop = asyncio.get_running_loop()
        for _ in range(300):
            gate.complained(600.0)
            gate._closed_until = loop.time()  # it was waited for
        first = gate.held
        gate.went_well()
        for _ in range(10):
            gate.complained(600.0)
            gate._closed_until = loop.time()
        return first, gate.held, gate.worn

    first, then, worn = asyncio.run(held())
    assert first == pytest.approx(3600, abs=1)
    assert then == pytest.approx(3600 + EARNED, abs=1)
    assert worn


def test_pauses_at_once_count_once() -> None:
    async def held() -> float:
        gate = Gate(8)
        for _ in range(256):
            gate.complained(20.0)
        return gate.held

    assert asyncio.run(held()) == pytest.approx(20, abs=0.5)


def test_a_run_ends_and_says_who_made_it_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "EARNED", 0.1)
    monkeypatch.setattr(Gate.__init__, "__kwdefaults__", {**Gate.__init__.__kwdefaults__, "longest": 1.5})
    monkeypatch.setattr("trustgen.run.watch.LONG_WAIT", 0.2)
    told, model = Told(), Unwilling(wait=1.2)
    made = edition(tmp_path / "e", 12)
    how = settings(retry=Retry(patience=900.0, base=0.01, cap=0.02))
    with within(120):
        result = evaluate(made, [model], tmp_path / "run", settings=how, progress=told)
    notes = [note for note in told.notes if "asks to be left alone" in note]
    assert notes
    assert notes[0].startswith("scripted/unwilling asks to be left alone: 1 s to wait")
    outcomes = result.estimates[0].outcomes
    assert outcomes["error"] > 0
    assert sum(outcomes.values()) == 24
