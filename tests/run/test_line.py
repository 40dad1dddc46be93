"""A line, driven by hand: no folder, no journal, no signals."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from toy import FAST, Scripted, echo, edition

from trustgen.core import NO_ASSETS, Case, Outcome, Permanent, Sampling
from trustgen.run import Settings
from trustgen.run.ask import Asker, Stop
from trustgen.run.gate import Gate
from trustgen.run.judging import Judges
from trustgen.run.line import BREAKER, Host, Line, Row
from trustgen.run.probing import Work


class Hand(Host):
    """Keeps the rows in a list; `room` is how many it takes before it is full."""

    def __init__(self, room: int = 10**6, turns: int = 10**6) -> None:
        self.rows: list[Row] = []
        self.notes: list[str] = []
        self.lost: list[str] = []
        self.room, self.turns, self.over = room, turns, False

    @property
    def full(self) -> bool:
        return len(self.rows) >= self.room

    @property
    def halted(self) -> bool:
        return self.over

    async def turn(self, case: Case, stop: Stop) -> bool:
        self.turns -= 1
        return self.turns >= 0

    def put(self, row: Row) -> None:
        self.rows.append(row)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def gave_up(self, model: str) -> None:
        self.lost.append(model)


def cases(tmp_path: Path) -> list[Work]:
    return [Work(case, Sampling(), f"key {case.id}") for case in edition(tmp_path / "e").cases()]


def driven(model: Scripted, work: list[Work], host: Host, tmp_path: Path, **more: Any) -> Line:
    """Serve all of the work, or as much as comes in a second."""

    async def drive() -> Line:
        with Judges({}, tmp_path, Settings()) as judges:
            asker = Asker(model, NO_ASSETS, gate=Gate(4), retry=FAST, timeout=5.0, stop=Stop())
            line = Line(asker, {"toy.echo": echo(20)}, judges, host)
            jobs = line.workers(iter(work), len(work), **more)
            await asyncio.wait(jobs, timeout=1.0)
            for job in jobs:
                job.cancel()
            return line

    return asyncio.run(drive())


def test_every_case_becomes_a_row(tmp_path: Path) -> None:
    host, work = Hand(), cases(tmp_path)
    driven(Scripted(), work, host, tmp_path)
    assert sorted(row.verdict.case for row in host.rows) == sorted(item.case.id for item in work)
    assert {row.verdict.outcome for row in host.rows} == {Outcome.SCORED}
    for row in host.rows:
        assert row.response is not None
        assert row.response.key == row.verdict.response == f"key {row.verdict.case}"


def test_what_is_answered_is_only_judged(tmp_path: Path) -> None:
    host, work = Hand(), cases(tmp_path)
    driven(Scripted(), work, host, tmp_path)
    told = {row.verdict.case: row for row in host.rows}
    again, model = Hand(), Scripted()
    driven(model, [item._replace(answer=told[item.case.id].response) for item in work], again, tmp_path, known=True)
    assert not model.requests
    assert {row.verdict for row in again.rows} == {row.verdict for row in host.rows}
    assert all(row.response is None for row in again.rows)


def test_a_line_waits_for_room_and_for_its_turn(tmp_path: Path) -> None:
    host, work = Hand(room=5), cases(tmp_path)
    driven(Scripted(), work, host, tmp_path)
    assert 5 <= len(host.rows) <= 5 + 5, "those in flight, one a worker, still come"
    host = Hand(turns=7)
    driven(Scripted(), work, host, tmp_path)
    assert len(host.rows) == 7


def test_a_halted_host_is_asked_before_each_case(tmp_path: Path) -> None:
    host = Hand()
    host.over = True
    driven(Scripted(), cases(tmp_path), host, tmp_path)
    assert not host.rows


@pytest.mark.parametrize(("everywhere", "rows"), [(True, 1), (False, BREAKER)])
def test_a_line_gives_its_model_up_and_says_so(tmp_path: Path, everywhere: bool, rows: int) -> None:
    def fails(number: str, before: int) -> str:
        raise Permanent("no credit", everywhere=everywhere)

    host = Hand()
    work = [item._replace(key=f"{i}") for i in range(3) for item in cases(tmp_path)]
    line = driven(Scripted(fails), work, host, tmp_path, known=not everywhere)
    assert rows <= len(host.rows) <= rows + 4
    assert host.lost == ["scripted/model"]
    assert host.notes == [line.given_up]
    assert "was given up" in line.given_up


def test_a_host_that_keeps_nothing_says_so() -> None:
    with pytest.raises(NotImplementedError, match="give it `def put"):
        Host().put(Row(None, None))  # type: ignore[arg-type]
