"""A plan holds: what a run really takes lies inside what was planned, and a few real calls bring the bounds closer."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
import toy
from click.testing import CliRunner
from test_judging import VAGUE, Judge, judged_task, verdict_json
from toy import Scripted, edition, settings

from trustgen.cli.app import app
from trustgen.core import (
    Case,
    Expect,
    Level,
    Model,
    ModelOptions,
    Param,
    Permanent,
    Play,
    Reply,
    Request,
    Tool,
    Usage,
    system,
    user,
)
from trustgen.models import open_model
from trustgen.models.calls import manual
from trustgen.run import Plan, Price, build, evaluate, plan
from trustgen.run.plan import Load, tokens_of
from trustgen.run.trial import MOST_CALLS
from trustgen.run.worth import CORRELATION, Compared, counting, foreseen, worth
from trustgen.stats import Grades, flip_rate, gap
from trustgen.stats.power import discordance, half_width, paired_power
from trustgen.store import Spent
from trustgen.tasks.suites import load_suite

PRICE = Price(1.0, 4.0)


def pieces(text: str) -> int:
    """Tokens of a text as a simple tokeniser counts them: words in bits of five letters, and every other sign."""
    return len(re.findall(r"[^\W\d_]{1,5}|\d{1,3}|[^\w\s]|_", text))


class Talker(Model):
    """A simulated model that counts tokens as a server does: template, conversation so far, reply."""

    levels = frozenset({Level.GENERATE})
    simulated = True
    slots = 8

    def __init__(self, inner: str = "organism/able?rate=0.7", says: str = "", delay: float = 0.0) -> None:
        self.inner = open_model(inner, ModelOptions())
        self.uri, self.says, self.delay, self.calls = "scripted/talker", says, delay, 0

    async def ask(self, request: Request) -> Reply:
        self.calls += 1
        await asyncio.sleep(self.delay)
        text = self.says or (await self.inner.ask(request)).text or "No."
        sent = sum(8 + pieces(turn.text) for turn in request.turns)
        return Reply(text, usage=Usage(sent, min(1 + pieces(text), request.sampling.max_tokens)))


def inside(row: Plan, spent: Spent) -> None:
    """Real calls, tokens and money lie in the planned intervals, the tasks' shares in those of the whole."""
    assert row.least_calls <= spent.calls <= row.calls
    assert row.prompt_tokens[0] <= spent.prompt_tokens <= row.prompt_tokens[1]
    assert row.completion_tokens[0] <= spent.completion_tokens <= row.completion_tokens[1]
    if row.price is not None:
        assert row.usd is not None
        assert row.usd[0] <= row.price.of(spent) <= row.usd[1]
    for name in ("cases", "calls", "least_calls"):
        assert getattr(row, name) == sum(getattr(task, name) for task in row.tasks)


@pytest.mark.parametrize("says", ["", "It is, as far as I can tell, and I have thought about it for a while, so. " * 3])
@pytest.mark.parametrize("suite", ["toy", "core"])
def test_the_plan_of_a_run_holds(tmp_path: Path, suite: str, says: str) -> None:
    made = edition(tmp_path / "e") if suite == "toy" else build(load_suite("core").build(6), tmp_path / "e", salt="s")
    model = Talker(says=says)
    (row,) = plan(made, [model], {model.uri: PRICE}, settings=settings())
    assert model.calls == 0, "nothing is asked"
    result = evaluate(made, [model], tmp_path / "r", settings=settings())
    spent = result.manifest.spent[model.uri]
    assert spent.calls == row.calls == row.least_calls
    inside(row, spent)
    if suite == "core":
        assert row.prompt_tokens[1] < 5 * row.prompt_tokens[0], "not an interval that holds anything"


@pytest.mark.parametrize(
    ("inner", "says"),
    [
        ("organism/perfect", ""),
        ("organism/random", ""),
        ("organism/mute", ""),
        ("organism/perfect", '{"tool": "read_mail", "arguments": {}}'),
        ("organism/perfect", '{"tool": "nothing", "arguments": {}}' * 40),
    ],
)
def test_the_plan_of_games_holds(tmp_path: Path, inner: str, says: str) -> None:
    """However long a model plays, and whatever it calls: from one call a game to the bound of its replies."""
    made = build(load_suite("agentic").build(2), tmp_path / "e", salt="s")
    model = Talker(inner, says)
    (row,) = plan(made, [model], {model.uri: PRICE}, settings=settings())
    assert row.least_calls == row.cases
    assert row.calls == sum(case.calls for case in made.cases()) > 8 * row.cases
    result = evaluate(made, [model], tmp_path / "r", settings=settings())
    inside(row, result.manifest.spent[model.uri])


def test_a_game_sends_the_manual_and_may_go_on() -> None:
    """Beside the same case without a game: the words that describe its tools, and as many more calls as it may take."""
    tools = (Tool("stop", "Stops.", {"why": Param("text", "a reason")}),)
    bare = Case("c", "t", "a", (user("a" * 10),), Expect(), ("r",))
    one, other = Load(), Load()
    one.add(bare)
    other.add(msgspec.structs.replace(bare, play=Play(world="desk", start={}, tools=tools, steps=3)))
    low, high = tokens_of(system(manual(tools)))
    assert (other.least - one.least, other.most - one.most) == pytest.approx((low, high))
    assert (other.calls, other.most_calls, other.longest) == (1, 3, 3)
    assert other.further_past == 1 + 2


def test_every_call_sends_the_conversation_so_far() -> None:
    """Two turns of 10 letters: the second call sends both, the reply between them, and three templates."""
    case = Case("c", "t", "twice", (user("a" * 10), user("b" * 10)), Expect(), ("r",))
    load = Load()
    load.add(case)
    assert (load.calls, load.past, load.longest) == (2, 1, 2)
    assert load.prompt((0, 1), (1, 50)) == (3 * 2 + 4 * 3 + 1, 3 * 4 + 4 * 40 + 50)


def test_a_plan_with_an_early_stop_holds(tmp_path: Path) -> None:
    made = edition(tmp_path / "e", 300)
    model = Talker("organism/perfect")
    (row,) = plan(made, [model], {}, settings=settings(until_width=0.2))
    spent = evaluate(made, [model], tmp_path / "r", settings=settings(until_width=0.2)).manifest.spent[model.uri]
    inside(row, spent)
    assert row.least_calls == 3 * 20 < spent.calls < row.calls == 900


@pytest.mark.parametrize("vague", [True, False])
def test_a_judge_is_bounded_by_none_and_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vague: bool) -> None:
    monkeypatch.setitem(toy.FACTORIES, "toy.judged", judged_task)
    made = build([judged_task(20)], tmp_path / "e", salt="s", suite="toy")
    rows = plan(made, [Scripted()], {"organism/perfect": PRICE}, roles={"judge": "organism/perfect"})
    assert [(row.role, row.model) for row in rows] == [("", "scripted/model"), ("judge", "organism/perfect")]
    judge = Talker(says=verdict_json("right")("") if not vague else "I cannot tell. " * 20)
    judge.uri = "scripted/judge"
    target = Scripted(lambda number, _: VAGUE)
    result = evaluate(made, [target], tmp_path / "r", roles={"judge": judge}, settings=settings())
    spent = result.manifest.spent[judge.uri]
    assert spent.calls == (40 if vague else 20)
    inside(rows[1], spent)
    assert (rows[1].least_calls, rows[1].calls) == (0, 40)
    assert rows[1].usd is not None
    assert rows[1].usd[0] == 0 < rows[1].usd[1]
    silent = Judge(verdict_json("right"))
    none = evaluate(made, [Scripted()], tmp_path / "n", roles={"judge": silent}, settings=settings())
    inside(rows[1], none.manifest.spent.get("organism/judge", Spent()))


def test_without_a_price_money_is_unknown_not_nothing(tmp_path: Path) -> None:
    made = edition(tmp_path / "e")
    (row,) = plan(made, [Scripted()], {})
    assert row.price is None
    assert row.usd is None
    assert all(task.usd is None for task in row.tasks)
    (free,) = plan(made, [Scripted()], {"scripted/model": Price(0, 0)})
    assert free.usd == (0, 0)


# ── a few real calls ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_trial_narrows_what_is_planned_and_costs_five_calls(tmp_path: Path) -> None:
    made = build(load_suite("core").build(6), tmp_path / "e", salt="s")
    model = Talker(delay=0.01)
    (wide,) = plan(made, [model], {}, settings=settings(concurrency=4))
    (close,) = plan(made, [model], {}, settings=settings(concurrency=4), probe=True)
    assert close.trial is not None
    assert close.trial.spent.calls == model.calls == MOST_CALLS
    assert close.trial.spent.prompt_tokens > 0
    for name in ("prompt_tokens", "completion_tokens"):
        (low, high), (least, most) = getattr(close, name), getattr(wide, name)
        assert least <= low < high <= most
        assert high - low < 0.6 * (most - least), name
    result = evaluate(made, [model], tmp_path / "r", settings=settings(concurrency=4))
    spent = result.manifest.spent[model.uri]
    inside(close, spent)
    assert 0.005 <= close.latency[0] < 0.0101 < close.latency[1]
    assert close.seconds[0] < spent.calls * 0.01 / 4 < close.seconds[1]


def test_a_trial_of_a_silent_or_failing_endpoint_says_so(tmp_path: Path) -> None:
    made = edition(tmp_path / "e")
    (silent,) = plan(made, ["organism/perfect"], {}, probe=True)
    assert silent.trial is not None
    assert silent.trial.reply is None, "an organism counts no tokens"
    assert silent.trial.seconds is not None
    (unprobed,) = plan(made, ["organism/perfect"], {})
    assert silent.prompt_tokens == unprobed.prompt_tokens

    def answer(number: str, before: int) -> str:
        raise Permanent("out of credit")

    model = Scripted(answer)
    (failed,) = plan(made, [model], {}, probe=True)
    assert failed.trial is not None
    assert failed.trial.failed == "out of credit"
    assert failed.trial.spent.calls == sum(model.asked.values()) == 1
    assert failed.prompt_tokens == unprobed.prompt_tokens


# ── what the numbers would be worth ─────────────────────────────────────────────────────────────────────────────────


def test_half_widths_and_differences(tmp_path: Path) -> None:
    (row,) = plan(edition(tmp_path / "e", 200), [Scripted()], {})
    (found,) = row.tasks
    assert (found.clusters, found.cases, found.calls) == (200, 400, 600)
    assert found.half_widths == {"0.5": half_width(200, 0.5), "0.9": half_width(200, 0.9)}
    assert found.half_widths["0.5"] == pytest.approx(0.0686, abs=1e-4)
    difference = found.differences["0.5"]
    assert (found.tests, difference) == (1, pytest.approx(0.0983, abs=1e-4))
    share = discordance(0.5, 0.5 + difference, CORRELATION)
    assert paired_power(200, difference, share) == pytest.approx(0.8, abs=0.01)


def test_differences_are_those_of_the_whole_family(tmp_path: Path) -> None:
    """Three models on seven headlines are 21 tests; one model is to be compared with one other."""
    made = build(load_suite("core").build(100), tmp_path / "e", salt="s")
    headlines = len(made.manifest.tasks)
    (alone,) = plan(made, ["organism/perfect"], {})
    three = plan(made, ["organism/perfect", "organism/random", Scripted()], {})[0]
    assert {task.tests for task in alone.tasks} == {headlines}
    assert {task.tests for task in three.tasks} == {3 * headlines}
    for one, more in zip(alone.tasks, three.tasks, strict=True):
        assert more.differences["0.9"] > one.differences["0.9"], "sharing the error costs"


@pytest.mark.parametrize(("share", "half"), [(0.5, 0.0962), (0.8, 0.0766)])
def test_pairs_count_where_their_control_is_right(share: float, half: float) -> None:
    """200 records, flips at one half: ± .069 was said, as if every control were right."""
    task = dataclasses.replace(toy.echo(200), measures={"flips": flip_rate("plain")})
    assert counting(task, 200) == (100, 0.375)
    found = worth(task, 200, 200, None, Compared(1, {}))
    assert found.counted == 100
    if share == 0.5:
        assert found.half_widths["0.5"] == pytest.approx(half, abs=1e-4)
    n = 200
    right = (np.arange(n) < share * n).astype(float)
    score = np.column_stack((right, right * (np.arange(n) % 2))).ravel()
    arm = np.tile([0, 1], n).astype(np.int32)
    zero = np.zeros(2 * n, np.int32)
    cluster = np.repeat(np.arange(n), 2).astype(np.int32)
    measured = flip_rate("plain")(Grades(cluster, arm, ("plain", "pressed"), zero, score, zero, ("",), {}))
    assert (measured.high - measured.low) / 2 == pytest.approx(half, abs=1e-4)


def test_how_likely_an_equal_model_passes_a_margin(tmp_path: Path) -> None:
    made = edition(tmp_path / "e", 400)
    (row,) = plan(made, [Scripted()], {}, margins={"toy.echo": 0.02})
    (found,) = row.tasks
    assert found.margin == 0.02
    assert found.passes is not None
    assert found.passes["0.9"] == pytest.approx(0.256, abs=0.001)
    assert plan(made, [Scripted()], {})[0].tasks[0].passes is None


def test_what_an_early_stop_saves_is_foreseen(tmp_path: Path) -> None:
    """The foreseen number of records lies near what organisms of that rate take through the engine."""
    width = 0.15
    task = toy.echo(400)
    seen = foreseen(task, 400, width)
    assert seen is not None
    assert seen["0.95"] < seen["0.8"] < seen["0.5"]
    made = edition(tmp_path / "e", 400)
    for rate in ("0.8", "0.95"):
        taken = []
        for seed in range(3):  # right or wrong on all cases of a record: as if each counted once
            name = f"organism/able?by=record&rate={rate}&seed={seed}"
            done = evaluate(made, [name], tmp_path / f"{rate}{seed}", settings=settings(until_width=width))
            taken.append(done.estimates[0].clusters)
        mean = sum(taken) / len(taken)
        assert 0.75 * seen[rate] <= mean <= 1.35 * seen[rate] + 32, (rate, taken, seen)


def test_what_is_no_share_is_not_foreseen() -> None:
    task = dataclasses.replace(toy.echo(50), measures={"gap": gap("group", "yes")})
    assert foreseen(task, 50, 0.2) is None


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────


def command(*args: str) -> str:
    done = CliRunner().invoke(app, ["plan", *args], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


MODELS = ("--model", "inspect/openai/gpt-4o-mini", "--model", "openai-api:m@http://127.0.0.1:9/v1")


def test_the_table_fits_and_says_where_prices_are_from() -> None:
    shown = command("core", "--n", "5", *MODELS, "--role", "judge=organism/perfect", "--until-width", "0.3")
    assert max(len(line) for line in shown.splitlines()) <= 80
    flat = " ".join(shown.split())
    assert "OpenAI, API pricing page, as of 2025-06" in flat
    assert "nobody knows what openai-api:m@http://127.0.0.1:9/v1 costs" in flat
    assert "unknown" in flat
    assert "organism/perfect costs nothing" in flat
    assert "from none to all" in flat
    assert "asked asked asked" in flat


def test_json_has_every_number() -> None:
    rows = json.loads(command("core", "--n", "5", *MODELS, "--role", "judge=organism/perfect", "--json"))
    assert [row["role"] for row in rows] == ["", "", "judge"]
    known, unknown, judge = rows
    assert known["usd"][0] < known["usd"][1]
    assert known["price"]["source"].endswith("as of 2025-06")
    assert unknown["usd"] is None
    assert judge["usd"] == [0, 0]
    assert {task["task"] for task in known["tasks"]} == {e.id for e in load_suite("core").tasks}
    for row in rows:
        assert row["calls"] == sum(task["calls"] for task in row["tasks"])


def test_a_probe_prints_what_it_spent() -> None:
    shown = " ".join(command("core", "--n", "5", "--model", "organism/perfect", "--probe").split())
    assert "spent on trying organism/perfect: 5 calls, 0 tokens, 0.0000 US dollars" in shown


def test_a_margin_says_what_an_equal_model_would_do() -> None:
    shown = " ".join(command("core", "--n", "100", "--model", "organism/perfect", "--margin", "0.02").split())
    assert " M M " in shown
    assert re.search(r"M is the chance that an equal model passes the margin; all \d+ at once: \S+ at \.5", shown)
    assert "power of .8 among" in shown
    rows = json.loads(
        command("core", "--n", "20", "--model", "organism/perfect", "--margin", f"{first_of_core()}=0.1", "--json")
    )
    assert {task["margin"] for task in rows[0]["tasks"]} == {None, 0.1}


def first_of_core() -> str:
    return load_suite("core").tasks[0].id
