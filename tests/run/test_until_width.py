"""`--until-width`: calls drop as promised, on whole records in the order of asking, and pairs stay pairs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import toy
from toy import JUDGE, Numbers, Scripted, edition, settings

from trustgen.core import Case, Expect, InputError, Record, Reply, Request, Task, Usage, task, user
from trustgen.run import Budget, Result, build, evaluate
from trustgen.run.narrow import Watched, batch_of
from trustgen.stats import accuracy
from trustgen.stats.power import half_width
from trustgen.stats.stopping import looks
from trustgen.store import Edition, RunFolder

RATES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)


def one(record: Record, draw: Random) -> Iterator[Case]:
    """One plain case."""
    number = str(record["number"])
    yield Case.of(record, "plain", user(f"Say {number}."), expect=Expect(answer=number, wrong=("none",)))


@task(version="1-A", id="toy.single")
def single(n: int = 20) -> Task:
    """Say a number, once."""
    return Task(records=Numbers(n), cases=one, judge=JUDGE, measures={"accuracy": accuracy()})


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy task is found by its name."""
    monkeypatch.setitem(toy.FACTORIES, "toy.single", single)


def asked_of(folder: Path) -> dict[str, set[str]]:
    """The cases that each model was asked."""
    found: dict[str, set[str]] = {}
    for response in RunFolder.open(folder).responses():
        found.setdefault(response.model, set()).add(response.case)
    return found


def in_order(made: Edition) -> list[str]:
    """Case ids in the order of asking."""
    return [case.id for case in made.cases()]


# ── calls drop ──────────────────────────────────────────────────────────────────────────────────────────────────────


def calls(made: Edition, rate: float, width: float, folder: Path, seed: int = 0) -> int:
    """Cases that an organism of that ability is asked until its interval is narrow."""
    result = evaluate(made, [f"organism/able?rate={rate}&seed={seed}"], folder, settings=settings(until_width=width))
    (found,) = result.estimates
    assert result.manifest.status == "finished"
    assert found.high - found.low <= width
    assert found.planned == made.planned
    assert found.outcomes["scored"] + found.outcomes["skipped"] == found.planned
    if found.outcomes["skipped"]:
        assert found.notes["asked_until_width"] == f"{width:g}"
        assert found.worst < found.value < found.best or found.value in (found.worst, found.best)
    return found.outcomes["scored"]


def test_calls_drop_small(tmp_path: Path) -> None:
    width = 0.2
    fixed = next(n for n in range(1, 5000) if half_width(n) <= width / 2)
    made = build([single(fixed + 40)], tmp_path / "e", salt="s", suite="toy")
    shares = {rate: calls(made, rate, width, tmp_path / f"{rate}") / fixed for rate in (0.02, 0.5, 0.98)}
    assert shares[0.02] < 0.8
    assert shares[0.98] < 0.8
    assert 0.9 < shares[0.5] < 1.35


@pytest.mark.proof
def test_calls_drop_as_promised(tmp_path: Path) -> None:
    """Width .06, more records than the hardest rate needs: the share of the calls of a run of fixed length."""
    width, seeds = 0.06, range(6)
    fixed = next(n for n in range(1, 5000) if half_width(n) <= width / 2)
    made = build([single(fixed + 150)], tmp_path / "e", salt="s", suite="toy")
    shares = {}
    for rate in RATES:
        taken = [calls(made, rate, width, tmp_path / f"{rate}-{seed}", seed) for seed in seeds]
        shares[rate] = sum(taken) / len(taken) / fixed
    mean = sum(shares.values()) / len(shares)
    print(f"\nfixed {fixed}; asked:", *(f"{p}: {s:.0%}" for p, s in shares.items()), f"mean {mean:.0%}", end="")
    assert mean <= 0.7
    assert max(share for rate, share in shares.items() if not 0.1 <= rate <= 0.9) <= 0.45


# ── what is asked does not depend on who is quick ───────────────────────────────────────────────────────────────────


class Uneven(Scripted):
    """Right on even numbers, and much slower there: the first answers that come back are wrong ones."""

    slow, quick = 0.03, 0.001

    async def ask(self, request: Request) -> Reply:
        number = int(request.turns[0].text.removeprefix("Say ").removesuffix("."))
        self.asked[str(number)] += 1
        self.requests.append(request)
        await asyncio.sleep(self.slow if number % 2 == 0 else self.quick)
        return Reply(str(number) if number % 2 == 0 else "none", usage=Usage(5, 1))


def test_slow_answers_are_not_left_out(tmp_path: Path) -> None:
    """Where it stops is a set of whole records without holes, in the order of asking, and half of it is right."""
    made = build([single(400)], tmp_path / "e", salt="s", suite="toy")
    model = Uneven()
    result = evaluate(made, [model], tmp_path / "r", settings=settings(until_width=0.25, concurrency=8))
    order, asked = in_order(made), asked_of(tmp_path / "r")[model.uri]
    assert set(order[: len(asked)]) == asked
    assert len(asked) < 150
    assert abs(result.estimates[0].value - 0.5) < 0.03


def test_a_look_sees_whole_records_from_the_first_on_only(tmp_path: Path) -> None:
    """Verdicts in a wild order: closed at the first look that is narrow, though later records came long before."""
    made = edition(tmp_path / "e", 300)
    evaluate(made, ["organism/able?rate=0.9"], tmp_path / "r", settings=settings())
    verdicts = list(RunFolder.open(tmp_path / "r").verdicts())
    place = {case: i for i, case in enumerate(in_order(made))}
    verdicts.sort(key=lambda v: place[v.case])

    def limit(order: list, begun: int) -> int | None:
        watched = Watched(toy.echo(300), made, [verdicts[0].model], 0.2)
        watched.may_begin(0, begun)
        for verdict in order:
            watched.end(verdict)
            if watched.limit is not None:
                return watched.limit
        return None

    straight = limit(verdicts, 0)
    assert straight in looks(accuracy(), 300, batch_of(300))
    mixed = list(verdicts)
    Random(1).shuffle(mixed)
    assert limit(mixed, 0) == limit(verdicts[::-1], 0) == straight
    assert limit(verdicts[2:], 0) is None, "the first record lacks its verdicts: nothing can be seen"
    assert limit(verdicts[:1] + verdicts[2:], 0) is None, "in one of its two arms"
    assert limit(verdicts[: 2 * straight - 1], 0) is None
    assert limit(verdicts[: 2 * straight], 0) == straight


def test_ranks_follow_the_edition(tmp_path: Path) -> None:
    made = edition(tmp_path / "e", 30)
    watched = Watched(toy.echo(30), made, ["m"], 0.2)
    clusters = list(dict.fromkeys(case.cluster for case in made.cases()))
    assert all(watched.rank(case.id) == clusters.index(case.cluster) for case in made.cases())


# ── several models ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_models_of_unlike_pace_and_ability_stop_on_the_same_records(tmp_path: Path) -> None:
    """One is quick and always right, and would be narrow early; the other slow and of middling ability."""
    made = edition(tmp_path / "e", 300)
    quick = Scripted(uri="scripted/quick")
    slow = Scripted(lambda number, _: number if int(number) % 3 else "none", uri="scripted/slow")
    slow.delay = 0.004
    result = evaluate(made, [quick, slow], tmp_path / "r", settings=settings(until_width=0.25, concurrency=4))
    assert result.manifest.status == "finished"
    asked = asked_of(tmp_path / "r")
    assert asked["scripted/quick"] == asked["scripted/slow"]
    assert len(asked["scripted/slow"]) % 2 == 0, "whole records"
    alone = evaluate(made, [Scripted(uri="scripted/quick")], tmp_path / "q", settings=settings(until_width=0.25))
    assert sum(v > 0 for v in alone.estimates[0].outcomes.values()) == 2
    assert alone.estimates[0].outcomes["scored"] < 0.6 * len(asked["scripted/slow"])
    assert all(e.high - e.low <= 0.25 and e.outcomes["skipped"] > 300 for e in result.estimates)


def test_errors_do_not_hold_the_others_up(tmp_path: Path) -> None:
    """A record that ends in `error` has ended; a resumed run asks it again and nothing else."""
    from trustgen.core import Permanent

    def answer(number: str, _: int) -> str:
        if number == "3":
            raise Permanent("no")
        return number

    made = edition(tmp_path / "e", 300)
    first = evaluate(made, [Scripted(answer)], tmp_path / "r", settings=settings(until_width=0.25))
    assert first.estimates[0].outcomes["error"] == 2
    assert first.estimates[0].outcomes["skipped"] > 300
    again = Scripted()
    mended = evaluate(made, [again], tmp_path / "r", settings=settings(until_width=0.25))
    assert sorted(again.asked) == ["3/1", "3/3"]
    assert mended.manifest.status == "finished"
    assert mended.estimates[0].outcomes["error"] == 0


# ── stopped, resumed, widened ───────────────────────────────────────────────────────────────────────────────────────


def counted(result: Result) -> dict[str, int]:
    (estimate,) = result.estimates
    return {name: n for name, n in estimate.outcomes.items() if n}


def test_a_stopped_run_resumes_to_the_same_records(tmp_path: Path) -> None:
    made = edition(tmp_path / "e", 300)
    until = {"until_width": 0.25, "concurrency": 1}
    whole = evaluate(made, [Scripted()], tmp_path / "whole", settings=settings(**until))
    cut = evaluate(made, [Scripted()], tmp_path / "cut", settings=settings(budget=Budget(calls=21), **until))
    assert cut.manifest.status == "stopped"
    rest = Scripted()
    resumed = evaluate(made, [rest], tmp_path / "cut", settings=settings(**until))
    assert resumed.manifest.status == "finished"
    assert counted(resumed) == counted(whole)
    nothing = Scripted()
    again = evaluate(made, [nothing], tmp_path / "cut", settings=settings(**until))
    assert not nothing.asked
    assert again.estimates == resumed.estimates
    full = evaluate(made, [Scripted()], tmp_path / "cut", settings=settings())
    assert counted(full) == {"scored": 600}
    assert "asked_until_width" not in full.estimates[0].notes


def test_a_width_that_is_never_reached_asks_everything(tmp_path: Path) -> None:
    result = evaluate(edition(tmp_path / "e"), [Scripted()], tmp_path / "r", settings=settings(until_width=0.01))
    assert counted(result) == {"scored": 40}


def test_a_width_beyond_the_range_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    model = Scripted()
    with pytest.raises(InputError, match=r"width 1\.5"):
        evaluate(edition(tmp_path / "e"), [model], tmp_path / "r", settings=settings(until_width=1.5))
    assert not (tmp_path / "r").exists()
    assert not model.asked


def test_two_tasks_close_each_on_its_own(tmp_path: Path) -> None:
    """One organism, right on one task and middling on the other: the first is closed, the second goes on."""
    made = build([single(250), toy.echo(250)], tmp_path / "e", salt="s", suite="toy")

    def answer(number: str, before: int) -> str:
        return number

    class Split(Scripted):
        async def ask(self, request: Request) -> Reply:
            found = await super().ask(request)
            assert request.case is not None
            wrong = request.case.task == "toy.echo" and int(found.text) % 2
            return Reply("none" if wrong else found.text, usage=Usage(5, 1))

    model = Split(answer)
    model.simulated = True
    result = evaluate(made, [model], tmp_path / "r", settings=settings(until_width=0.2, concurrency=4))
    by_task = {e.task: e for e in result.estimates}
    assert by_task["toy.single"].outcomes["scored"] < 80
    assert by_task["toy.echo"].outcomes["scored"] > 180
    assert all(e.high - e.low <= 0.2 for e in result.estimates)
