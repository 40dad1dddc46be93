"""The budget's promise: a run never exceeds a cap by more than what is in flight, judges and resumed runs included."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest
import toy
from test_judging import VAGUE, judged_task, verdict_json
from toy import Scripted, edition, settings

from trustgen.core import (
    Level,
    Model,
    Outcome,
    Permanent,
    RateLimited,
    Reply,
    Request,
    Sampling,
    Usage,
    assistant,
    user,
)
from trustgen.run import Budget, Price, Quiet, build, evaluate
from trustgen.run.ask import Halted
from trustgen.run.budget import Metered, Purse
from trustgen.store import RunFolder, Spent

PRICE = Price(10.0, 1000.0)
IN, OUT = 4000, 70  # tokens of the largest call: what the texts can come to, or the run would not believe it
CALL = {"calls": 1.0, "tokens": IN + OUT, "usd": PRICE.of(Spent(1, IN, OUT))}


class Weighed(Model):
    """A model that takes some time, and up to `IN` and `OUT` tokens, for each call; it counts what was begun."""

    levels = frozenset({Level.GENERATE})
    simulated = False
    slots = 64

    def __init__(self, uri: str, says: str = VAGUE, delay: float = 0.002) -> None:
        self.uri, self.says, self.delay = uri, says, delay
        self.spent = Spent()
        self.now = self.most = 0
        self.busy = False  # whether the first call is told to slow down

    async def ask(self, request: Request) -> Reply:
        if self.busy:
            self.busy = False
            self.spent.join(Spent(1, 0, 0))  # a call that is refused is a call
            raise RateLimited("slow down", None)
        draw = Random(f"{self.uri} {self.spent.calls}")
        usage = Usage(draw.randint(IN // 2, IN), draw.randint(OUT // 2, OUT))
        self.spent.join(Spent(1, usage.prompt, usage.completion))
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self.delay * draw.random())
        self.now -= 1
        return Reply(self.says, usage=usage)


def amount(unit: str, *models: Weighed) -> float:
    """What models were asked in one unit, begun calls included."""
    spent = Spent()
    for model in models:
        spent.join(model.spent)
    return {"calls": spent.calls, "tokens": spent.tokens, "usd": PRICE.of(spent)}[unit]


def priced(*models: Weighed) -> dict[str, Price]:
    return dict.fromkeys((m.uri for m in models), PRICE)


@pytest.mark.parametrize("at_once", [1, 3, 16])
@pytest.mark.parametrize("unit", ["calls", "tokens", "usd"])
def test_a_run_and_its_resumption_stay_within_what_is_in_flight(tmp_path: Path, unit: str, at_once: int) -> None:
    """Cases of one and of two calls; the largest case is two calls. The second session may spend the rest only."""
    made = edition(tmp_path / "e", 60)
    models = [Weighed("scripted/a"), Weighed("scripted/b")]
    flying = 2 * at_once * 2 * CALL[unit]
    for share in (0.3, 0.3, 0.6):  # the same cap again buys nothing
        cap = 180 * share * CALL[unit]
        before = amount(unit, *models)
        result = evaluate(
            made,
            models,
            tmp_path / "run",
            settings=settings(concurrency=at_once, budget=Budget(**{unit: cap}), prices=priced(*models), grace=5.0),
        )
        assert result.manifest.status == "stopped"
        assert "budget" in result.manifest.stopped
        spent = amount(unit, *models)
        assert cap <= spent, "it is used before the run stops"
        assert spent <= max(cap + flying, before)
        assert max(model.most for model in models) <= at_once
    stored = result.manifest.spent
    assert sum(s.calls for s in stored.values()) == amount("calls", *models)
    assert sum(s.tokens for s in stored.values()) == amount("tokens", *models)


@pytest.mark.parametrize("at_once", [1, 4])
@pytest.mark.parametrize("unit", ["calls", "tokens", "usd"])
def test_judges_count_and_stop_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: str, at_once: int) -> None:
    """Every reply is vague, so that each is judged; nobody can say how many threads wait for the judge."""
    monkeypatch.setitem(toy.FACTORIES, "toy.judged", judged_task)
    made = build([judged_task(120)], tmp_path / "e", salt="s", suite="toy")
    target, judge = Weighed("scripted/model"), Weighed("organism/judge", verdict_json("right")(""), delay=0.004)
    cap = 60 * CALL[unit]
    for _ in range(2):
        result = evaluate(
            made,
            [target],
            tmp_path / "run",
            roles={"judge": judge},
            settings=settings(
                concurrency=at_once, budget=Budget(**{unit: cap}), prices=priced(target, judge), grace=5.0
            ),
        )
        assert result.manifest.status == "stopped"
        assert "budget" in result.manifest.stopped
        assert cap <= amount(unit, target, judge) <= cap + 2 * at_once * CALL[unit]
    assert judge.spent.calls > 10


@pytest.mark.parametrize("unit", ["calls", "tokens", "usd"])
def test_whoever_waits_for_a_place_or_a_judge_begins_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: str
) -> None:
    """Quick models before a slow judge: dozens of cases wait, for a place or for a judgement, when the cap is reached.

    Counting a case when it was judged, or asking for the cap before a case alone, exceeds it here by all that waited.
    """
    monkeypatch.setitem(toy.FACTORIES, "toy.judged", judged_task)
    made = build([judged_task(200)], tmp_path / "e", salt="s", suite="toy")
    targets = [Weighed(f"scripted/{name}") for name in "abc"]
    judge = Weighed("organism/judge", verdict_json("right")(""), delay=0.05)
    judge.slots = 2
    for target in targets:
        target.busy = True  # so few of the 64 cases that are taken up get a place at once
    cap = 60 * CALL[unit]
    result = evaluate(
        made,
        targets,
        tmp_path / "run",
        roles={"judge": judge},
        settings=settings(budget=Budget(**{unit: cap}), prices=priced(*targets, judge), grace=5.0),
    )
    assert "budget" in result.manifest.stopped
    flying = sum(model.most for model in (*targets, judge))
    assert flying < 60
    assert cap <= amount(unit, *targets, judge) <= cap + flying * CALL[unit]


def test_a_used_up_purse_begins_no_call_and_ends_no_conversation(tmp_path: Path) -> None:
    told: list[str] = []
    purse = Purse(Budget(calls=2), {}, told.append)
    purse.before({"m": Spent(1, 5, 5)})
    first, going = Request((user("a"),), Sampling()), Request((user("a"), assistant("b"), user("c")), Sampling())
    model = Weighed("m")
    asyncio.run(Metered(model, purse).ask(first))
    assert told == ["call budget of 2 used"]
    with pytest.raises(Halted):
        asyncio.run(Metered(model, purse).ask(first))
    with pytest.raises(Halted):
        asyncio.run(Metered(model, purse, begun=False).ask(going))
    assert model.spent.calls == 1
    asyncio.run(Metered(model, purse).ask(going))
    assert model.spent.calls == 2
    assert len(told) == 1, "said once"


def test_the_last_call_may_reach_the_cap_and_the_run_is_finished(tmp_path: Path) -> None:
    model = Scripted()
    result = evaluate(edition(tmp_path / "e"), [model], tmp_path / "run", settings=settings(budget=Budget(calls=60)))
    assert result.manifest.status == "finished"
    assert sum(model.asked.values()) == 60


def test_failed_calls_count_as_calls(tmp_path: Path) -> None:
    def answer(number: str, before: int) -> str:
        if number in "13579":
            raise Permanent("no")
        return number

    model = Scripted(answer)
    capped = settings(budget=Budget(calls=12), concurrency=1)
    result = evaluate(edition(tmp_path / "e"), [model], tmp_path / "run", settings=capped)
    assert 12 <= sum(model.asked.values()) <= 13
    verdicts = list(RunFolder.open(tmp_path / "run").verdicts())
    assert sum(v.outcome == Outcome.ERROR for v in verdicts) == 4
    assert result.manifest.status == "stopped"


def test_a_listed_price_is_told_with_its_date(tmp_path: Path) -> None:
    class Told(Quiet):
        notes: list[str] = []  # noqa: RUF012

        def note(self, text: str) -> None:
            self.notes.append(text)

    told = Told()
    known = {"scripted/model": Price(1, 2, "a page, as of 2026-10")}
    evaluate(edition(tmp_path / "e", 2), [Scripted()], tmp_path / "r", settings=settings(prices=known), progress=told)
    assert told.notes == ["price of scripted/model: 1/2 US dollars per million tokens in/out (a page, as of 2026-10)"]
