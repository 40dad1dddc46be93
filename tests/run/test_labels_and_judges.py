"""What people's labels come to under a rubric of one's own, and what else the judges of a run must not get wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
import toy
from test_judging import VAGUE, Exact, Judge, cases, judged_task, verdict_json
from test_review import label_all
from toy import Numbers, Scripted, edition, settings

from trustgen.core import (
    BARE,
    Case,
    Expect,
    InputError,
    Kit,
    MissingExtra,
    Outcome,
    Reply,
    Response,
    Ruling,
    Task,
    Verdict,
    task,
    user,
)
from trustgen.judge import judged, ladder, matches
from trustgen.judge.rubric import Rubric
from trustgen.run import build, evaluate, rejudge
from trustgen.run.calibrate import ENOUGH, Registry, keep, paired
from trustgen.run.human import apply, run_calibrations
from trustgen.run.judge import rule
from trustgen.run.judging import nobody_judges_itself
from trustgen.run.review import Pooled, ReviewPlan, _extended, contradicted, make_plan, read_pool, readings
from trustgen.stats import accuracy
from trustgen.stats.agreement import HumanLabel, settle
from trustgen.stats.calibration import Calibration, Cell
from trustgen.store.labels import settled

VERDICTS = 'good = 1\nhalf = 0.5\nbad = 0\ndeclined = "refused"\nno_telling = "none"'
OWN = Rubric("mine", f'+++\ntitle = "x"\n[verdicts]\n{VERDICTS}\n+++\n{{{{reply}}}}')


@task(version="1-A", id="toy.own")
def own_task(n: int = 20, kit: Kit = BARE) -> Task:
    """Say a number; what is no number goes to a judge with words of its own."""
    judge = ladder(Exact(), judged(kit, OWN))
    return Task(records=Numbers(n), cases=cases, judge=judge, measures={"accuracy": accuracy()})


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy task is found by its name."""
    monkeypatch.setitem(toy.FACTORIES, "toy.own", own_task)
    monkeypatch.setitem(toy.FACTORIES, "toy.judged", judged_task)


def test_a_rubrics_own_words_for_a_refusal_and_for_no_telling_are_kept_apart(tmp_path: Path) -> None:
    """Both have no score. A refusal is an outcome; where people cannot tell either, the reply stays unparsed."""
    made = build([own_task(12)], tmp_path / "e", salt="s", suite="toy")
    replies = {"0": "I would rather not.", "1": "I would rather not.", "2": "Hm.", "3": "Hm.", "4": "Hm."}
    target = Scripted(lambda number, _: replies.get(number, number))
    run = tmp_path / "run"
    evaluate(made, [target], run, roles={"judge": Judge(lambda _: "hm")}, settings=settings())
    make_plan(run, n=12)
    words = {"I would rather not.": "declined", "Hm.": "no_telling"}
    for name in ("ann", "bob"):
        label_all(run, name, lambda _, response: words.get(response.text, "good"))
    (estimate,) = apply(run).estimates
    assert {name: n for name, n in estimate.outcomes.items() if n} == {"scored": 7, "refused": 2, "unparsed": 3}
    (found,) = run_calibrations(run)
    assert "no_telling" not in {cell.true for cell in found.cells}, "nobody could score it: it is no wrong answer"
    assert found.right == ("good", "half"), "what scores at least a half"


def test_labels_are_applied_where_there_are_some_and_the_judges_are_those_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    evaluate(edition(tmp_path / "e", 3), [Scripted()], run, settings=settings())
    make_plan(run, n=6)
    with pytest.raises(InputError, match="no labels yet"):
        apply(run)
    label_all(run, "ann", lambda *_: "right")
    assert apply(run).estimates[0].human is not None
    monkeypatch.setattr(toy.Echo, "key", "toy-judge-2")
    with pytest.raises(InputError, match=r"the judge of `toy.echo` is another one now.*trustgen rejudge"):
        apply(run)


@pytest.mark.parametrize(
    ("kind", "label", "outcome", "score", "said", "pair"),
    [
        ("choice", "B", Outcome.SCORED, 1.0, "B", ("right", "right")),
        ("choice", "A", Outcome.SCORED, 1.0, "B", ("wrong", "right")),
        ("choice", "B", Outcome.UNPARSED, None, "", ("right", "")),
        ("choice", "unclear", Outcome.SCORED, 0.0, "A", ("unclear", "wrong")),
        ("answer", "right", Outcome.UNPARSED, None, "", ("right", "")),
        ("answer", "right", Outcome.REFUSED, None, "", ("right", "")),
        ("answer", "A", Outcome.SCORED, 1.0, "a name of the task's own", ("A", "B")),
    ],
)
def test_a_label_and_a_verdict_are_told_in_the_same_words(
    kind: str, label: str, outcome: Outcome, score: float | None, said: str, pair: tuple[str, str]
) -> None:
    scores = {"A": 0.0, "B": 1.0, "refused": None, "unclear": None, "right": 1.0}
    verdict = Verdict("k", "r", "c", "t", "m", "j", outcome, score, said)
    assert paired(scores, label, verdict, by_score=kind == "choice") == pair


def test_replies_are_drawn_once_and_doubted_as_the_judge_of_the_run_ruled(tmp_path: Path) -> None:
    """The run keeps what an earlier judge ruled; whoever could not read a reply then is not in doubt of it now."""
    run = tmp_path / "run"
    made = build([judged_task(12)], tmp_path / "e", salt="s", suite="toy")
    evaluate(made, [Scripted(lambda number, _: VAGUE if int(number) % 2 else number)], run, settings=settings())
    rejudge(run, {"judge": Judge(verdict_json("right"))}, settings=settings())
    make_plan(run, n=6)
    pool = read_pool(run)
    assert len({p.response for p in pool}) == len(pool) == 12
    assert Counter(p.doubt for p in pool) == {0.0: 6, 0.5: 6}


def test_people_settle_nothing_that_the_judge_of_the_run_has_ruled(tmp_path: Path) -> None:
    """What an earlier judge left unread is of no account once a later one has read it."""
    run = tmp_path / "run"
    made = build([judged_task(24)], tmp_path / "e", salt="s", suite="toy")
    evaluate(made, [Scripted(lambda *_: VAGUE)], run, settings=settings())
    rejudge(run, {"judge": Judge(verdict_json("right"))}, settings=settings())
    make_plan(run, n=24)
    for name in ("ann", "bob"):
        label_all(run, name, lambda *_: "wrong")
    (estimate,) = apply(run).estimates
    assert (estimate.outcomes["scored"], estimate.value, settled(run)) == (24, 1.0, {})
    (found,) = run_calibrations(run)
    assert [(cell.true, cell.said) for cell in found.cells] == [("wrong", "right")]


def test_labels_stay_in_the_numbers_when_the_run_goes_on(tmp_path: Path) -> None:
    run = tmp_path / "run"
    made = build([judged_task(6)], tmp_path / "e", salt="s", suite="toy")
    vague = Scripted(lambda *_: VAGUE)
    evaluate(made, [vague], run, settings=settings())
    make_plan(run, n=6)
    for name in ("ann", "bob"):
        label_all(run, name, lambda *_: "wrong")
    (before,) = apply(run).estimates
    after = evaluate(made, [vague, Scripted(uri="scripted/other")], run, settings=settings()).estimates
    assert [(e.model, e.outcomes["scored"], e.value) for e in after] == [
        ("scripted/model", 6, 0.0),
        ("scripted/other", 6, 1.0),
    ]
    assert after[0].outcomes == before.outcomes


@pytest.mark.parametrize(("dimension", "folded"), [("safety", True), ("truthfulness", False)])
def test_replies_of_safety_are_folded_before_people_see_them(tmp_path: Path, dimension: str, folded: bool) -> None:
    run = tmp_path / "run"
    evaluate(edition(tmp_path / "e", 3), [Scripted()], run, settings=settings())
    plan = make_plan(run, n=6)
    made = SimpleNamespace(judge=toy.JUDGE, card=SimpleNamespace(dimension=dimension))
    shown = readings(run, {"toy.echo": made}, plan.picks)  # type: ignore[dict-item]
    assert len(shown) == len(plan.picks) == 6
    assert {one.sensitive for one in shown.values()} == {folded}


def test_a_pick_stays_picked_when_the_run_grows_faster_than_the_plan() -> None:
    """One label more over many more replies would need a smaller chance for each: what was drawn keeps its own."""
    pool = [Pooled(f"r{i}", f"c{i}", "t", "m", 0.0) for i in range(300)]
    more = [Pooled(f"s{i}", f"d{i}", "t", "m", 0.0) for i in range(900)]
    small = _extended(ReviewPlan(salt="s", made=""), pool, {("t", "m")}, 40)
    large = _extended(small, [*pool, *more], {("t", "m")}, 41)
    chances = {p.response: p.chance for p in large.picks}
    assert all(chances.get(p.response, 0.0) >= p.chance for p in small.picks)


def test_one_person_of_two_minds_is_a_contradiction() -> None:
    two = settle([HumanLabel("a", "ann", "right"), HumanLabel("a", "ann", "wrong")])["a"]
    assert contradicted(two)
    assert not contradicted(settle([HumanLabel("a", "ann", "right")])["a"])


# ── who judges, and what it cost ────────────────────────────────────────────────────────────────────────────────────


def test_no_seat_of_a_panel_is_taken_by_the_model_under_test() -> None:
    nobody_judges_itself({"judge": "organism/a", "judge.2": "organism/b"}, ["organism/c"])
    for roles in ({"judge": "organism/a", "judge.2": "organism/c"}, {"judge": Scripted(uri="organism/c")}):
        with pytest.raises(InputError, match=rf"cannot judge its own answers.*--role {list(roles)[-1]}=URI"):
            nobody_judges_itself(roles, ["organism/b", "organism/c"])


def test_what_each_judge_of_a_panel_has_cost_is_kept_over_sessions(tmp_path: Path) -> None:
    made = build([judged_task(6)], tmp_path / "e", salt="s", suite="toy")

    def session(n: int) -> dict[str, tuple[int, int, int]]:
        roles = {
            f"judge{seat}": Judge(verdict_json("right"), f"organism/{name}") for seat, name in (("", "a"), (".2", "b"))
        }
        models = [Scripted(lambda *_: VAGUE, uri=f"scripted/{i}") for i in range(n)]
        result = evaluate(made, models, tmp_path / "run", roles=roles, settings=settings())
        spent = result.manifest.spent
        return {uri: (s.calls, s.prompt_tokens, s.completion_tokens) for uri, s in spent.items() if "organism" in uri}

    first = dict.fromkeys(("organism/a", "organism/b"), (6, 600, 60))
    assert session(1) == first
    assert session(1) == first, "nothing is bought, and nothing forgotten"
    assert session(2) == dict.fromkeys(first, (12, 1200, 120)), "another model: its replies alone"


# ── what a judge may not say ────────────────────────────────────────────────────────────────────────────────────────

CASE = Case("c", "t", "plain", (user("?"),), Expect(), ("r",))


def ruled(judge: object, status: str = "answered") -> Outcome:
    made = Task(records=Numbers(1), cases=cases, judge=judge, measures={"accuracy": accuracy()})  # type: ignore[arg-type]
    return rule(made, CASE, Response("k", "c", "t", "m", status, (Reply("x"),))).outcome  # type: ignore[arg-type]


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf")])
def test_a_score_that_is_no_number_is_the_machinerys_fault(score: float) -> None:
    assert ruled(lambda *_: Ruling(Outcome.SCORED, score)) == Outcome.ERROR
    assert ruled(lambda *_: Ruling(Outcome.SCORED, 0.5)) == Outcome.SCORED


def test_what_is_missing_on_this_machine_stops_the_judging() -> None:
    """Counted as an error of each case, it would be judged in vain ten thousand times."""

    def lacking(*_: object) -> Ruling:
        raise MissingExtra("reading toxicity", "a-package", "pip install it")

    with pytest.raises(MissingExtra):
        ruled(lacking)


@pytest.mark.parametrize("status", ["blocked", "error"])
def test_no_judge_sees_what_no_model_said(status: str) -> None:
    assert ruled(lambda *_: Ruling(Outcome.SCORED, 1.0), status) == status


def test_a_task_whose_results_are_comparable_may_be_a_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = edition(tmp_path / "e", 2)
    monkeypatch.setattr(toy.echo, "version", "1-B")
    assert evaluate(made, [Scripted()], tmp_path / "run", settings=settings()).manifest.status == "finished"


# ── which labelled set speaks ───────────────────────────────────────────────────────────────────────────────────────

RULE = matches("a kind of answer that nobody calibrated")


def known(name: str, rows: int, language: str = "all", kind: str = "answer") -> Calibration:
    return Calibration(
        judge=RULE.key,
        name="",
        kind=kind,
        set=name,
        sha256="",
        language=language,
        cells=(Cell("right", "right", rows),),
        right=("right",),
    )


def test_the_largest_set_of_its_language_speaks_for_a_judge(tmp_path: Path) -> None:
    keep([known("french", 900, "fr"), known("small", 60), known("large", 300, "en")], tmp_path)
    assert [c.set for c in Registry(tmp_path).of(RULE)] == ["large", "small", "french"]


def test_labels_of_the_run_itself_go_first_from_enough_on_and_only_those_of_its_kind(tmp_path: Path) -> None:
    keep([known("large", 300)], tmp_path)
    for own, first in (
        (known("own", ENOUGH), "own"),
        (known("own", ENOUGH - 1), "large"),
        (known("own", 300, kind="unknowable"), "large"),
    ):
        assert Registry(tmp_path, [own]).of(RULE)[0].set == first
