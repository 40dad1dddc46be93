"""Bound judges in a run: which rung decided, nothing bought twice, a judge that fails is never a guess."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from toy import Numbers, Scripted, settings

from trustgen.core import (
    BARE,
    BuildStopped,
    Case,
    Expect,
    InputError,
    Kit,
    Level,
    Model,
    Outcome,
    Permanent,
    Record,
    Reply,
    Request,
    Response,
    Ruling,
    Task,
    Usage,
    Verdict,
    registry,
    task,
    user,
)
from trustgen.core import Judge as Ruler
from trustgen.judge import judged, ladder, rubric
from trustgen.run import Budget, build, evaluate, rejudge
from trustgen.stats import accuracy
from trustgen.store import RunFolder

VAGUE = "Well, it depends."


def cases(record: Record, draw: Random):
    """One plain case."""
    number = str(record["number"])
    yield Case.of(record, "plain", user(f"Say {number}."), expect=Expect(answer=number, wrong=("none",)))


class Exact(Ruler):
    """Rules on digits alone; all other replies it cannot read."""

    key = "exact"

    def __call__(self, case: Case, response: Response) -> Ruling:
        if not response.text.isdigit():
            return Ruling(Outcome.UNPARSED, reason="no digits")
        return Ruling(Outcome.SCORED, float(response.text == case.expect.answer), "right")


@task(version="1-A", id="toy.judged")
def judged_task(n: int = 20, kit: Kit = BARE) -> Task:
    """Say a number, in words too."""
    judge = ladder(Exact(), judged(kit, rubric("answer")))
    return Task(records=Numbers(n), cases=cases, judge=judge, measures={"accuracy": accuracy()})


class Judge(Model):
    """A scripted judge: `says` makes its reply from the prompt."""

    levels = frozenset({Level.GENERATE})
    simulated = True
    slots = 4

    def __init__(self, says: Callable[[str], str], uri: str = "organism/judge") -> None:
        self.uri = uri
        self.says = says
        self.asked: list[Request] = []

    async def check(self) -> None:
        """Always there."""

    async def ask(self, request: Request) -> Reply:
        self.asked.append(request)
        await asyncio.sleep(0)
        return Reply(self.says(request.turns[-1].text), usage=Usage(100, 10))

    async def close(self) -> None:
        """Nothing to close."""


def verdict_json(word: str) -> Callable[[str], str]:
    """A judge that always says the same."""
    return lambda _: json.dumps({"evidence": "so it is", "verdict": word})


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy task is found by its name."""
    real = registry.load
    here = {"toy.judged": judged_task}
    monkeypatch.setattr("trustgen.core.registry.load", _load(real, here))


def _load(real, here):
    return lambda kind, name: here[name] if name in here else real(kind, name)


def made(tmp_path: Path, n: int = 20):
    """The edition of the toy task."""
    return build([judged_task(n)], tmp_path / "edition", salt="s", suite="toy")


def half_vague(number: str, _: int) -> str:
    """Odd numbers are answered vaguely."""
    return VAGUE if int(number) % 2 else number


def run(tmp_path: Path, judge: Judge | None, **changes):
    """Evaluate the scripted model, judged by `judge` where rules cannot."""
    roles = {"judge": judge} if judge else {}
    return evaluate(
        made(tmp_path) if not (tmp_path / "edition").exists() else tmp_path / "edition",
        [Scripted(half_vague)],
        tmp_path / "run",
        roles=roles,
        settings=settings(**changes),
    )


def by_rung(folder: Path, judge: str) -> dict[str, list[Verdict]]:
    """The verdicts of one judge by the rung that decided."""
    found: dict[str, list[Verdict]] = {}
    for verdict in RunFolder.open(folder).verdicts():
        if verdict.judge == judge:
            found.setdefault(verdict.rung, []).append(verdict)
    return found


def test_the_judge_is_asked_only_where_the_rule_cannot_read(tmp_path: Path) -> None:
    judge = Judge(verdict_json("right"))
    result = run(tmp_path, judge)
    assert len(judge.asked) == 10
    key = result.manifest.judges["toy.judged"]
    rungs = by_rung(tmp_path / "run", key)
    assert {rung: len(v) for rung, v in rungs.items()} == {"rule": 10, "model": 10}
    assert all(v.label == "right" and v.votes[0].by == "judge" for v in rungs["model"])
    assert result.estimates[0].value == 1.0
    assert result.manifest.roles == {"judge": "organism/judge"}
    assert result.manifest.spent["organism/judge"].calls == 10
    assert result.manifest.spent["organism/judge"].prompt_tokens == 1000


def test_without_a_judge_the_same_replies_are_unparsed_inside_planned(tmp_path: Path) -> None:
    estimate = run(tmp_path, None).estimates[0]
    assert estimate.outcomes["unparsed"] == 10
    assert (estimate.worst, estimate.best) == (0.5, 1.0)


@pytest.mark.parametrize(
    "says",
    [
        lambda _: "",
        lambda _: "I'm sorry, but I can't judge that.",
        lambda _: "The reply is right. " * 200,
        lambda _: '{"evidence": "x", "verdict": "excellent"}',
        lambda _: '{"evidence": "x"}',
        lambda _: "yes",
        lambda _: '{"verdict": "right", "evidence": "x"} On second thought, I take that back.',
        lambda _: '{"evidence": "cannot tell", "verdict": "unclear"}',
    ],
)
def test_a_judge_that_gives_no_verdict_leaves_unparsed_never_a_guess(tmp_path: Path, says: Callable) -> None:
    judge = Judge(says)
    estimate = run(tmp_path, judge).estimates[0]
    assert estimate.outcomes["unparsed"] == 10
    assert estimate.counted == 10
    assert sum(estimate.outcomes.values()) == 20
    assert len(judge.asked) <= 20  # bounded: at most twice a case


def test_a_run_again_asks_no_judge_twice(tmp_path: Path) -> None:
    run(tmp_path, Judge(verdict_json("right")))
    second = Judge(verdict_json("wrong"))
    assert run(tmp_path, second).estimates[0].value == 1.0
    assert not second.asked


def test_a_judge_that_stops_midway_keeps_the_answers_and_resumes(tmp_path: Path) -> None:
    class Dies(Judge):
        async def ask(self, request: Request) -> Reply:
            if len(self.asked) >= 4:
                self.asked.append(request)
                raise Permanent("out of credit")
            return await super().ask(request)

    target = Scripted(half_vague)
    dies = Dies(verdict_json("right"))
    edition = made(tmp_path, 200)  # so many that the run has not asked them all before it hears of the judge
    first = evaluate(edition, [target], tmp_path / "run", roles={"judge": dies}, settings=settings())
    assert first.manifest.status == "stopped"
    assert "out of credit" in first.manifest.stopped
    assert first.estimates[0].outcomes["error"] > 0
    asked = sum(target.asked.values())
    again, healthy = Scripted(half_vague), Judge(verdict_json("right"))
    done = evaluate(edition, [again], tmp_path / "run", roles={"judge": healthy}, settings=settings())
    assert done.manifest.status == "finished"
    assert done.estimates[0].value == 1.0
    assert sum(again.asked.values()) + asked == 200  # no answer was bought twice
    assert len(healthy.asked) == 100 - 4


def test_a_budget_counts_what_the_judge_costs(tmp_path: Path) -> None:
    result = run(tmp_path, Judge(verdict_json("right")), budget=Budget(tokens=400), concurrency=1)
    assert result.manifest.status == "stopped"
    total = sum(s.tokens for s in result.manifest.spent.values())
    assert total <= 400 + 116 * 2  # the cap, and what was in flight


def test_judged_anew_with_another_judge_asks_no_model(tmp_path: Path) -> None:
    run(tmp_path, None)
    judge = Judge(verdict_json("wrong"))
    found = rejudge(tmp_path / "run", {"judge": judge}, settings=settings())
    assert found.estimates[0].value == 0.5
    assert found.estimates[0].outcomes["scored"] == 20
    assert len(judge.asked) == 10
    once_more = Judge(verdict_json("right"))
    assert rejudge(tmp_path / "run", {"judge": once_more}, settings=settings()).estimates[0].value == 0.5
    assert not once_more.asked  # what the same judge said is kept with the run


def test_judging_anew_that_stops_leaves_the_run_as_it_was(tmp_path: Path) -> None:
    before = run(tmp_path, None).estimates

    class Dead(Judge):
        async def ask(self, request: Request) -> Reply:
            raise Permanent("gone")

    edition = made(tmp_path / "more", 60)
    evaluate(edition, [Scripted(half_vague)], tmp_path / "long", settings=settings())
    with pytest.raises(BuildStopped, match="gone"):
        rejudge(tmp_path / "long", {"judge": Dead(verdict_json("x"))}, settings=settings())
    run_now = RunFolder.open(tmp_path / "long")
    assert run_now.manifest().roles == {}
    assert run_now.estimates()[0].outcomes["unparsed"] == 30
    assert before[0].outcomes["unparsed"] == 10


def test_nobody_judges_its_own_answers(tmp_path: Path) -> None:
    model = Scripted(half_vague)
    with pytest.raises(InputError, match="cannot judge its own answers"):
        evaluate(made(tmp_path), [model], tmp_path / "run", roles={"judge": model}, settings=settings())
    assert not (tmp_path / "run").exists()


def test_a_run_goes_on_with_the_judge_it_began_with(tmp_path: Path) -> None:
    run(tmp_path, Judge(verdict_json("right")))
    with pytest.raises(InputError, match="--role judge=organism/judge"):
        run(tmp_path, None)
    with pytest.raises(InputError, match="--role judge=organism/judge"):
        run(tmp_path, Judge(verdict_json("right"), "organism/other"))


def test_a_panel_decides_by_majority_and_keeps_its_votes(tmp_path: Path) -> None:
    words = {"organism/a": "right", "organism/b": "wrong", "organism/c": "right"}
    members = [Judge(verdict_json(word), uri) for uri, word in words.items()]
    roles = dict(zip(("judge", "judge.2", "judge.3"), members, strict=True))
    result = evaluate(made(tmp_path), [Scripted(half_vague)], tmp_path / "run", roles=roles, settings=settings())
    panel = by_rung(tmp_path / "run", result.manifest.judges["toy.judged"])["panel"]
    assert len(panel) == 10
    assert all([v.label for v in verdict.votes] == ["right", "wrong", "right"] for verdict in panel)
    assert all(verdict.label == "right" for verdict in panel)


def test_a_panel_without_majority_or_with_too_few_votes_is_unparsed(tmp_path: Path) -> None:
    for name, words in {"split": ("right", "wrong"), "few": ("right", "nonsense")}.items():
        roles = {
            f"judge{'.2' if i else ''}": Judge(verdict_json(word), f"organism/{i}{name}")
            for i, word in enumerate(words)
        }
        edition = made(tmp_path / name)
        result = evaluate(edition, [Scripted(half_vague)], tmp_path / name / "run", roles=roles, settings=settings())
        assert result.estimates[0].outcomes["unparsed"] == 10


def test_a_panel_of_one_family_is_refused(tmp_path: Path) -> None:
    roles = {
        "judge": Judge(verdict_json("right"), "inspect/a/qwen3-8b"),
        "judge.2": Judge(verdict_json("right"), "inspect/b/QwQ-32B"),
    }
    with pytest.raises(InputError, match="different families"):
        evaluate(made(tmp_path), [Scripted(half_vague)], tmp_path / "run", roles=roles, settings=settings())
