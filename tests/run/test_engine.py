"""The engine: every planned case ends in one outcome, resumes where it was, stops when told."""

from __future__ import annotations

from pathlib import Path

import pytest
import toy
from toy import Scripted, edition, settings

from costs import within
from trustgen.core import (
    Blocked,
    FolderError,
    InputError,
    LevelError,
    ModelOptions,
    Outcome,
    Permanent,
    RateLimited,
    Reply,
    Request,
    Ruling,
    Transient,
)
from trustgen.run import Budget, Price, Result, evaluate, rejudge
from trustgen.store import RunFolder


def outcomes(result: Result, model: str = "scripted/model") -> dict[str, int]:
    """The outcomes that did happen, of the one measure."""
    (estimate,) = [e for e in result.estimates if e.model == model]
    assert sum(estimate.outcomes.values()) == estimate.planned == 40
    return {name: count for name, count in estimate.outcomes.items() if count}


def raising(fault: Exception, times: int = 10**9) -> Scripted:
    """A model that raises for number 7, `times` times."""

    def answer(number: str, before: int) -> str:
        if number == "7" and before < times:
            raise fault
        return number

    return Scripted(answer)


def test_a_run_asks_every_case_once_and_seals(tmp_path: Path) -> None:
    model = Scripted()
    result = evaluate(edition(tmp_path / "e"), [model], tmp_path / "run", settings=settings())
    assert outcomes(result) == {"scored": 40}
    assert result.estimates[0].value == 1.0
    assert sum(model.asked.values()) == 20 + 2 * 20, "one call for the plain arm, two for the other"
    assert model.closed == 1
    names = {p.name for p in (tmp_path / "run").iterdir()}
    tables = {"responses.parquet", "verdicts.parquet"}
    assert names == tables | {"run.json", "edition", "estimates.json", "seal.json", ".lock", ".seal.json.lock"}
    run = RunFolder.open(tmp_path / "run")
    assert len(list(run.responses())) == len(list(run.verdicts())) == 40
    assert run.manifest().status == "finished"
    assert run.manifest().spent["scripted/model"].tokens == 60 * 6


def test_the_second_turn_sees_the_first_reply(tmp_path: Path) -> None:
    model = Scripted()
    evaluate(edition(tmp_path / "e", 1), [model], tmp_path / "run", settings=settings())
    longest = max(model.requests, key=lambda r: len(r.turns))
    assert [(t.role, t.text) for t in longest.turns] == [("user", "Say 0."), ("assistant", "0"), ("user", "Again.")]


def test_only_an_organism_is_handed_the_case(tmp_path: Path) -> None:
    real, organism = Scripted(), Scripted(uri="scripted/organism")
    organism.simulated = True
    result = evaluate(edition(tmp_path / "e"), [real, organism], tmp_path / "run", settings=settings())
    assert all(r.case is None for r in real.requests)
    assert all(r.case is not None for r in organism.requests)
    assert result.manifest.simulated == ("scripted/organism",)


def test_running_again_buys_nothing_twice_and_adds_a_model(tmp_path: Path) -> None:
    made = edition(tmp_path / "e")
    first = evaluate(made, [Scripted()], tmp_path / "run", settings=settings())
    again, other = Scripted(), Scripted(lambda *_: "wrong", uri="scripted/other")
    result = evaluate(made, [again, other], tmp_path / "run", settings=settings())
    assert not again.asked
    assert sum(other.asked.values()) == 60
    assert [e for e in result.estimates if e.model == "scripted/model"] == first.estimates
    assert result.manifest.models == ("scripted/model", "scripted/other")
    assert outcomes(result, "scripted/other") == {"scored": 40}


@pytest.mark.parametrize(
    ("fault", "outcome", "calls", "again"),
    [
        (Permanent("bad request"), "error", 1, 1),
        (Transient("dropped"), "error", 3, 3),
        (RateLimited("trouble", paced=False), "error", 3, 3),
        (ValueError("a plug-in's bug"), "error", 1, 1),
        (Blocked("filtered"), "blocked", 1, 0),
    ],
)
def test_faults_become_outcomes_and_errors_are_asked_again(
    tmp_path: Path, fault: Exception, outcome: str, calls: int, again: int
) -> None:
    made = edition(tmp_path / "e")
    model = raising(fault)
    result = evaluate(made, [model], tmp_path / "run", settings=settings())
    assert outcomes(result) == {"scored": 38, outcome: 2}
    assert model.asked["7/1"] == 2 * calls, "both arms of number 7, each tried this often"
    reasons = {v.reason for v in RunFolder.open(tmp_path / "run").verdicts() if v.outcome == outcome}
    assert all(str(fault) in reason for reason in reasons)
    mended = Scripted()
    result = evaluate(made, [mended], tmp_path / "run", settings=settings())
    assert mended.asked["7/1"] == (2 if again else 0)
    assert sum(mended.asked.values()) == (3 if again else 0), "nothing else is asked again"
    assert outcomes(result) == ({"scored": 40} if again else {"scored": 38, "blocked": 2})


def test_a_passing_fault_is_retried(tmp_path: Path) -> None:
    result = evaluate(edition(tmp_path / "e"), [raising(Transient("x"), 2)], tmp_path / "run", settings=settings())
    assert outcomes(result) == {"scored": 40}
    attempts = {r.attempts for r in RunFolder.open(tmp_path / "run").responses()}
    assert attempts > {1, 2}, "retries are counted"


def test_a_hanging_call_ends_at_its_deadline(tmp_path: Path) -> None:
    class Hanging(Scripted):
        async def ask(self, request: Request) -> Reply:
            if "7." in request.turns[0].text:
                self.delay = 60.0
            else:
                self.delay = 0.0
            return await super().ask(request)

    quick = settings(options=ModelOptions(timeout=0.1))
    with within(50):
        result = evaluate(edition(tmp_path / "e"), [Hanging()], tmp_path / "run", settings=quick)
    assert outcomes(result) == {"scored": 36, "error": 4}, "7 and 17, both arms"


def test_an_endpoint_that_answers_nobody_is_given_up(tmp_path: Path) -> None:
    def answer(number: str, before: int) -> str:
        raise Transient("connection refused")

    model = Scripted(answer)
    result = evaluate(edition(tmp_path / "e", 200), [model], tmp_path / "run", settings=settings())
    assert result.manifest.status == "stopped"
    assert (
        "scripted/model was given up: 50 cases in a row failed, the last with: connection refused"
        in result.manifest.stopped
    )
    (estimate,) = result.estimates
    assert estimate.outcomes["error"] + estimate.outcomes["skipped"] == 400
    assert estimate.outcomes["error"] < 80


def test_a_stalled_run_ends(tmp_path: Path) -> None:
    model = Scripted()
    model.delay = 60.0
    slow = settings(stall=1.0, options=ModelOptions(timeout=50.0))
    with within(50):
        result = evaluate(edition(tmp_path / "e"), [model], tmp_path / "run", settings=slow)
    assert "nothing came back for 1 s" in result.manifest.stopped
    assert outcomes(result) == {"skipped": 40}
    assert result.estimates[0].value != result.estimates[0].value, "nothing counted is nan"


@pytest.mark.parametrize("cap", ["10-calls", "60-tokens", "0.00001usd"])
def test_a_budget_stops_within_what_is_in_flight_and_resumes(tmp_path: Path, cap: str) -> None:
    made = edition(tmp_path / "e")
    model = Scripted()
    capped = settings(budget=Budget.parse([cap]), prices={"scripted/model": Price(0.1, 0.5)})
    result = evaluate(made, [model], tmp_path / "run", settings=capped)
    assert result.manifest.status == "stopped"
    assert "budget" in result.manifest.stopped
    calls = sum(model.asked.values())
    assert 10 <= calls <= 10 + 2 * model.slots, "at most what was in flight beyond the cap"
    seen = outcomes(result)
    assert seen["scored"] + seen["skipped"] == 40
    assert result.estimates[0].worst < result.estimates[0].value == 1.0 == result.estimates[0].best
    rest = Scripted()
    result = evaluate(made, [rest], tmp_path / "run", settings=settings())
    assert calls + sum(rest.asked.values()) == 60, "every call is bought once"
    assert outcomes(result) == {"scored": 40}


def test_a_narrow_interval_stops_asking(tmp_path: Path) -> None:
    model = Scripted()
    model.delay = 0.02
    made = edition(tmp_path / "e", 800)
    result = evaluate(made, [model], tmp_path / "run", settings=settings(until_width=0.2))
    assert result.manifest.status == "finished"
    (estimate,) = result.estimates
    assert estimate.high - estimate.low <= 0.2
    assert estimate.outcomes["skipped"] > 200


def test_a_judge_that_fails_is_the_machinerys_fault_and_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = edition(tmp_path / "e")
    with monkeypatch.context() as broken:
        broken.setattr(toy.Echo, "__call__", lambda *_: 1 / 0)
        result = evaluate(made, [Scripted()], tmp_path / "run", settings=settings())
    assert outcomes(result) == {"error": 40}
    model = Scripted()
    result = evaluate(made, [model], tmp_path / "run", settings=settings())
    assert not model.asked, "the answers were there"
    assert outcomes(result) == {"scored": 40}


def test_a_changed_judge_rules_again_and_asks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate(edition(tmp_path / "e"), [Scripted()], tmp_path / "run", settings=settings())
    monkeypatch.setattr(toy.Echo, "key", "toy-judge-2")
    monkeypatch.setattr(toy.Echo, "__call__", lambda *_: Ruling(Outcome.SCORED, 0.0))
    result = rejudge(tmp_path / "run")
    assert result.estimates[0].value == 0.0
    assert result.estimates[0].judge == "toy-judge-2"
    assert len(list(RunFolder.open(tmp_path / "run").verdicts())) == 80, "the earlier ruling is kept"


def test_a_level_that_a_model_lacks_is_not_applicable(tmp_path: Path) -> None:
    made = edition(tmp_path / "e", with_images=True)
    result = evaluate(made, [Scripted()], tmp_path / "run", settings=settings())
    assert [(n.task, n.level) for n in result.manifest.not_applicable] == [("toy.images", "image_out")]
    assert {e.task for e in result.estimates} == {"toy.echo"}
    from trustgen.run import build

    only = build([toy.images(3)], tmp_path / "i", salt="s")
    with pytest.raises(LevelError, match=r"need the level image_out, which `scripted/model` does not offer"):
        evaluate(only, [Scripted()], tmp_path / "none", settings=settings())
    assert not (tmp_path / "none").exists()


def test_a_run_on_another_edition_is_refused(tmp_path: Path) -> None:
    evaluate(edition(tmp_path / "e"), [Scripted()], tmp_path / "run", settings=settings())
    with pytest.raises(FolderError, match="is a run on another edition"):
        evaluate(edition(tmp_path / "f", salt="t"), [Scripted()], tmp_path / "run", settings=settings())


def test_an_edition_of_another_task_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = edition(tmp_path / "e")
    monkeypatch.setattr(toy.echo, "version", "2-A")
    with pytest.raises(InputError, match=r"holds `toy.echo` 1-A, installed is 2-A: rebuild"):
        evaluate(made, [Scripted()], tmp_path / "run", settings=settings())


def test_corrupt_rows_stop_a_resume_until_dropped(tmp_path: Path) -> None:
    import sqlite3

    made = edition(tmp_path / "e")
    evaluate(made, [Scripted()], tmp_path / "run", settings=settings(budget=Budget.parse(["20-calls"])))
    run = RunFolder(tmp_path / "run")
    run.begin("run")
    run.journal().close()  # as a killed run would leave it
    with sqlite3.connect(run.journal_path) as raw:
        raw.execute("UPDATE responses SET body = x'00' WHERE key = (SELECT min(key) FROM responses)")
    raw.close()
    with pytest.raises(FolderError, match=r"1 corrupt rows .* --drop-corrupt"):
        evaluate(made, [Scripted()], tmp_path / "run", settings=settings())
    result = evaluate(made, [Scripted()], tmp_path / "run", settings=settings(drop_corrupt=True))
    assert outcomes(result) == {"scored": 40}


def test_the_same_salt_gives_the_same_edition_and_another_salt_another(tmp_path: Path) -> None:
    first, second, third = (edition(tmp_path / name, salt=salt) for name, salt in (("a", "s"), ("b", "s"), ("c", "t")))
    assert first.manifest == second.manifest
    assert not {c.id for c in first.cases()} & {c.id for c in third.cases()}
