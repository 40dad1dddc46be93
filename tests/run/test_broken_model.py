"""One model that cannot work costs a case or two, and nothing of the others; a resume asks only what is missing."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import toy
from toy import Scripted, edition, settings
from yes_or_no import yes_or_no

from trustgen.core import Case, Expect, ModelOptions, Permanent, Response, Sampling, Transient, user
from trustgen.core.registry import load
from trustgen.run import Result, Retry, Settings, build, evaluate
from trustgen.run.line import BREAKER, PROBES
from trustgen.run.probing import Work, probes
from trustgen.store import Edition, RunFolder
from trustgen.testing.server import MockServer

QUICK = Settings(
    options=ModelOptions(timeout=2.0), retry=Retry(attempts=2, base=0.001, cap=0.002, patience=0.2), concurrency=4
)


@contextmanager
def servers(*names: str) -> Iterator[list[MockServer]]:
    """A server for each name: what it does to every question."""
    with ExitStack() as stack:
        yield [stack.enter_context(_server(name)) for name in names]


def _server(name: str) -> MockServer:
    return MockServer(lambda prompt, _: name if prompt else "ok", reply=yes_or_no)


def uris(running: list[MockServer]) -> list[str]:
    return [f"openai-api:m{i}@{server.url}" for i, server in enumerate(running)]


def asked(server: MockServer) -> int:
    return sum(server.asked.values())


def ended(result: Result) -> dict[str, dict[str, int]]:
    """How many cases of each model ended how; what was never asked is left out."""
    found: dict[str, Counter[str]] = {}
    for verdict in RunFolder.open(result.folder).verdicts():
        found.setdefault(verdict.model, Counter())[verdict.outcome.value] += 1
    return {model: dict(counts) for model, counts in found.items()}


@pytest.fixture
def made(tmp_path: Path) -> Edition:
    """160 cases of one task."""
    return build([load("task", "llm.fairness.counterfactual")(40)], tmp_path / "e", salt="b")


@pytest.mark.parametrize(
    ("name", "cases", "calls", "why"),
    [
        ("404", 1, 1, "its first case failed: HTTP 404: no such model"),
        ("400", PROBES, PROBES, f"its first {PROBES} cases failed, the last with: HTTP 400"),
        ("500", BREAKER, 2 * BREAKER, f"{BREAKER} cases in a row failed, the last with: HTTP 500"),
    ],
)
def test_a_broken_model_is_given_up_alone(
    tmp_path: Path, made: Edition, name: str, cases: int, calls: int, why: str
) -> None:
    in_flight = 0 if cases <= PROBES else 4
    with servers(name, "ok", "ok") as (broken, *healthy):
        models = uris([broken, *healthy])
        result = evaluate(made, models, tmp_path / "run", settings=QUICK)
        assert calls <= asked(broken) <= calls + 2 * in_flight
        assert [asked(server) for server in healthy] == [160, 160]
        outcomes = ended(result)
        assert outcomes[models[1]] == outcomes[models[2]] == {"scored": 160}
        assert cases <= outcomes[models[0]]["error"] <= cases + in_flight
        assert outcomes[models[0]].keys() == {"error"}
        for e in result.estimates:
            assert sum(e.outcomes.values()) == e.planned
            assert (e.outcomes["skipped"] > 0) == (e.model == models[0])
        assert result.manifest.status == "stopped"
        assert result.manifest.given_up.keys() == {models[0]}
        assert f"{models[0]} was given up: {why}" in result.manifest.stopped == result.manifest.given_up[models[0]]

        before = [asked(server) for server in (broken, *healthy)]
        again = evaluate(made, models, tmp_path / "run", settings=QUICK)
        tries = 2 if name == "500" else 1
        assert [asked(server) for server in (broken, *healthy)] == [before[0] + tries, *before[1:]], "one probe"
        assert again.manifest.given_up.keys() == {models[0]}
        assert ended(again)[models[1]] == {"scored": 160}


def test_a_model_that_was_mended_is_asked_what_is_missing(tmp_path: Path, made: Edition) -> None:
    with MockServer(lambda prompt, _: state[0] if prompt else "ok", reply=yes_or_no) as server:
        state = ["404"]
        (model,) = uris([server])
        first = evaluate(made, [model], tmp_path / "run", settings=QUICK)
        assert first.manifest.status == "stopped"
        assert ended(first) == {model: {"error": 1}}
        state[0] = "ok"
        second = evaluate(made, [model], tmp_path / "run", settings=QUICK)
        assert ended(second) == {model: {"scored": 160}}
        assert (second.manifest.status, second.manifest.given_up) == ("finished", {})
        assert asked(server) == 161
        assert RunFolder.open(tmp_path / "run").manifest().given_up == {}


def scripted(fails: Callable[[str], bool], fault: Exception, uri: str = "scripted/model") -> Scripted:
    def answer(number: str, _: int) -> str:
        if fails(number):
            raise fault
        return number

    return Scripted(answer, uri)


def test_a_fault_that_lies_in_the_first_case_ends_no_model(tmp_path: Path) -> None:
    """The probes look at other records, and at other tasks where there are some."""
    made = edition(tmp_path / "e")
    first = next(made.cases()).turns[0].text.removeprefix("Say ").removesuffix(".")
    model = scripted(lambda number: number == first, Permanent("too long"))
    result = evaluate(made, [model], tmp_path / "run", settings=settings())
    assert ended(result) == {"scripted/model": {"scored": 38, "error": 2}}
    assert result.manifest.status == "finished"


def test_a_task_that_a_model_cannot_do_ends_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(toy.Numbers):
        def select(self, salt: str):
            yield from (r for r in super().select(f"{salt} other") if True)

    def shouted(record, draw):
        for case in toy.cases(record, draw):
            yield toy.Case.of(record, case.arm, toy.user(case.turns[0].text.replace("Say", "SAY")), expect=case.expect)

    @toy.task(version="1-A", id="toy.shout")
    def shout(n: int = 20) -> toy.Task:
        return toy.Task(records=Other(n), cases=shouted, judge=toy.JUDGE, measures={"accuracy": toy.accuracy()})

    monkeypatch.setitem(toy.FACTORIES, "toy.shout", shout)
    made = build([shout(20), toy.echo(20)], tmp_path / "e", salt="s", suite="toy")
    model = scripted(lambda number: number.startswith("SAY"), Permanent("no pictures here"))
    result = evaluate(made, [model], tmp_path / "run", settings=settings())
    outcomes = {e.task: e.outcomes for e in result.estimates}
    assert outcomes["toy.shout"]["error"] == 40
    assert outcomes["toy.echo"]["scored"] == 40
    again = evaluate(made, [model], tmp_path / "run", settings=settings())
    assert {e.task: e.outcomes for e in again.estimates} == outcomes, "stored answers show that the model lives"
    assert again.manifest.given_up == {}


def test_the_probe_is_a_case_of_the_plan_and_is_asked_alone(tmp_path: Path) -> None:
    at_once = []

    class Watched(Scripted):
        inside = 0

        async def ask(self, request):
            self.inside += 1
            at_once.append(self.inside)
            try:
                return await super().ask(request)
            finally:
                self.inside -= 1

    model = Watched()
    model.delay = 0.002
    result = evaluate(edition(tmp_path / "e"), [model], tmp_path / "run", settings=settings())
    assert sum(model.asked.values()) == 60, "no call beyond the plan's"
    assert at_once[0] == 1
    assert at_once[1] == 1, "one call, or the first of two, has come back before others are made"
    assert max(at_once) > 2
    assert ended(result) == {"scripted/model": {"scored": 40}}


def test_all_models_given_up_stops_the_run(tmp_path: Path) -> None:
    broken = [scripted(lambda _: True, Transient("refused"), f"scripted/{name}") for name in "ab"]
    result = evaluate(edition(tmp_path / "e", 60), broken, tmp_path / "run", settings=settings())
    assert result.manifest.status == "stopped"
    assert result.manifest.given_up.keys() == {"scripted/a", "scripted/b"}
    assert all(uri in result.manifest.stopped for uri in ("scripted/a", "scripted/b"))


def test_a_model_that_is_given_up_holds_nobody_back_under_until_width(tmp_path: Path) -> None:
    """All models meet the same records as far as they go; one that is asked no more is no longer waited for."""
    good = Scripted(uri="scripted/good")
    broken = scripted(lambda _: True, Transient("refused"), "scripted/broken")
    made = edition(tmp_path / "e", 800)
    result = evaluate(made, [good, broken], tmp_path / "run", settings=settings(until_width=0.1, stall=10.0))
    assert result.manifest.given_up.keys() == {"scripted/broken"}
    outcomes = ended(result)
    assert outcomes["scripted/good"]["scored"] > 100
    (estimate,) = [e for e in result.estimates if e.model == "scripted/good"]
    assert estimate.high - estimate.low <= 0.1
    assert "nothing came back" not in result.manifest.stopped


def test_a_model_given_up_for_its_first_cases_is_won_back_by_another(tmp_path: Path) -> None:
    """The probe of a resume is a case that was not asked yet: else three bad records would shut a good model out."""
    made = edition(tmp_path / "e")
    records = list(dict.fromkeys(case.cluster for case in made.cases()))[:PROBES]
    bad = {c.turns[0].text.removeprefix("Say ").removesuffix(".") for c in made.cases() if c.cluster in records}
    model = scripted(lambda number: number in bad, Permanent("too long"))
    first = evaluate(made, [model], tmp_path / "run", settings=settings())
    assert first.manifest.given_up.keys() == {"scripted/model"}
    assert ended(first) == {"scripted/model": {"error": PROBES}}
    second = evaluate(made, [model], tmp_path / "run", settings=settings())
    assert second.manifest.given_up == {}
    assert ended(second) == {"scripted/model": {"scored": 34, "error": 6}}
    assert second.manifest.status == "finished"


def test_which_cases_are_probes() -> None:
    """Of other tasks first, then of other records, then whatever is left; failed ones last, stored ones never."""

    def work(task: str, record: str, **more: Any) -> Work:
        case = Case(f"{task}{record}", task, "plain", (user("?"),), Expect(), (record,))
        return Work(case, Sampling(), case.id, **more)

    given = [
        work("a", "1", failed=True),
        work("a", "1b", answer=Response("k", "a1b", "a", "m", "answered")),
        work("a", "2"),
        work("a", "3"),
        work("b", "2"),
        work("b", "4"),
        work("a", "5"),
    ]
    held: deque[Work] = deque()
    found = [item.case.id for item in probes(iter(given), held)]
    assert found == ["a2", "b4", "a3", "a5", "b2", "a1"]
    assert [item.case.id for item in held] == ["a1b"], "what is stored waits to be judged"
