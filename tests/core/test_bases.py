"""Models, judges, pools and measures are asked plainly: every optional part has a default; what wraps hands it on."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import trustgen
from trustgen.core import (
    Card,
    Case,
    InputError,
    Judge,
    Level,
    Manner,
    Measure,
    Model,
    Named,
    Pool,
    Records,
    Reply,
    Request,
    Response,
    Ruling,
    Sampling,
    Task,
    Wrapped,
    registry,
    task,
    user,
)
from trustgen.core.errors import TrustGenError
from trustgen.curate.door import open_pool
from trustgen.judge import in_thought, ladder, stated, yes_no
from trustgen.judge.around import Around
from trustgen.judge.combine import ByArm
from trustgen.judge.model import Judging
from trustgen.judge.rubric import rubric
from trustgen.models import open_model
from trustgen.run.budget import Budget, Metered, Purse
from trustgen.run.endpoints import Endpoints
from trustgen.stats import accuracy
from trustgen.store import Endpoint

PLAIN = {"check", "ask", "adapt", "close"}  # the methods of a model
SRC = Path(trustgen.__file__).parent
BASES = (Model, Judge, Pool, Records, Measure)
DOORS = {"core/task.py", "curate/door.py", "models/__init__.py"}
"""Where a plug-in is taken in, and told so where it is none of ours."""


def offered() -> set[str]:
    return {name for base in BASES for name in dir(base) if not name.startswith("_")} - {"name", "key", "uri"}


def families(base: type) -> set[str]:
    return {base.__name__} | {name for sub in base.__subclasses__() for name in families(sub)}


def looks(tree: ast.AST, names: set[str], classes: set[str]) -> Iterator[ast.Call]:
    """Calls that look whether an optional part is there, or of which of the classes a thing is."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1):
            continue
        second = node.args[1]
        named = {n.id for n in ast.walk(second) if isinstance(n, ast.Name)}
        if (node.func.id == "isinstance" and named & classes) or (
            node.func.id in ("getattr", "hasattr") and isinstance(second, ast.Constant) and second.value in names
        ):
            yield node


def test_nobody_looks_whether_a_part_is_there_or_what_class_a_thing_is() -> None:
    classes = {name for base in BASES for name in families(base)}
    assert {"Ladder", "ByArm", "Judging", "Named", "Metered", "Table", "Selection", "RatioMeasure", "Turned"} <= classes
    found = {
        f"{path.relative_to(SRC)}:{call.lineno} {ast.unparse(call)}"
        for path in sorted(SRC.rglob("*.py"))
        if str(path.relative_to(SRC)) not in DOORS
        for call in looks(ast.parse(path.read_text("utf-8")), offered(), classes)
    }
    assert found == set()


@pytest.mark.parametrize(
    "line",
    [
        "getattr(judge, 'asks', False)",
        "hasattr(pool, 'asset')",
        "isinstance(judge, Ladder | None)",
        "getattr(measure, 'share')",
    ],
)
def test_that_would_be_seen(line: str) -> None:
    assert list(looks(ast.parse(line), offered(), {"Ladder"}))


# ── what wraps hands on ─────────────────────────────────────────────────────────────────────────────────────────────


class Plain(Model):
    """A model with an answer of its own for everything that a model may be asked."""

    uri, slots, simulated, served, ends_within = "plain", 3, True, True, 7.0
    without = frozenset({Level.TURNS})
    maybe = frozenset({Level.IMAGE_IN})

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    @property
    def adapted(self) -> dict[str, str]:
        return {"seed": ""}

    async def check(self) -> None:
        self.told["checked"] = True

    async def ask(self, request: Request) -> Reply:
        return Reply(request.turns[-1].text)

    async def learn(self, needed: frozenset[Level]) -> None:
        self.told["sought"] = needed
        self.levels |= needed

    def adapt(self, known: Any) -> None:
        self.told |= known

    async def close(self) -> None:
        self.told["closed"] = True


def around(inner: Model) -> list[Wrapped]:
    purse = Purse(Budget(), {}, lambda _: None)
    return [Wrapped(inner, inner.uri), Named(inner, "n"), Metered(inner, purse), Metered(Named(inner), purse)]


def test_a_wrapped_model_is_the_inner_one_but_for_what_it_changes() -> None:
    own = {name for name, _ in inspect.getmembers(Model) if not name.startswith("_")}
    said = {"levels", "maybe", "without", "simulated", "served", "slots", "ends_within", "at", "manner", "adapted"}
    assert own == {"learn", *said, *PLAIN}
    for place in range(4):
        inner = Plain()
        outer = around(inner)[place]
        assert (outer.levels, outer.slots, outer.ends_within) == (inner.levels, 3, 7.0)
        assert (outer.simulated, outer.served) == (True, True)
        assert outer.without == {Level.TURNS}
        assert outer.adapted == {"seed": ""}
        assert outer.at == "plain"
        outer.adapt({"top_p": ""})
        asyncio.run(outer.learn(frozenset({Level.IMAGE_IN, Level.TRAIN})))
        assert outer.levels == inner.levels >= {Level.IMAGE_IN}
        assert inner.told.pop("sought") == {Level.IMAGE_IN}
        asyncio.run(outer.check())
        asyncio.run(outer.close())
        assert inner.told == {"top_p": "", "checked": True, "closed": True}
        assert asyncio.run(outer.ask(Request((user("hello"),), Sampling()))).text == "hello"


def test_what_only_counts_keeps_the_name_and_the_manner_and_what_changes_replies_is_another() -> None:
    warm = Named(Plain(), "n", Manner(temperature=0.5))
    counted = Metered(warm, Purse(Budget(), {}, lambda _: None))
    assert (counted.uri, counted.at, counted.manner) == ("n", "plain", warm.manner)
    assert Wrapped(warm, "noted/n").at == "noted/n"


def asks_a_model() -> Judging:
    return Judging(rubric("answer"), [SimpleNamespace(role="judge", uri="organism/perfect")])  # type: ignore[list-item]


def test_a_wrapped_judge_is_the_inner_one_but_for_what_it_changes() -> None:
    asking = asks_a_model()
    inner = ladder(yes_no(), asking)
    for judge in (inner, stated(inner), in_thought(inner, "wrong"), stated(in_thought(inner, "wrong")), Around(inner)):
        assert judge.asks
        assert judge.reads == "yes_no"
        assert judge.first.name == "yes_no"
        assert judge.rubric is asking.rubric
        assert list(judge.asking("plain")) == [asking], "what it costs can be planned"
        assert judge.of("plain") is judge
    arms = ByArm({"plain": stated(inner), "other": yes_no()})
    assert list(arms.asking("plain")) == [asking]
    assert list(arms.asking("other")) == []
    assert list(arms.asking("none of its")) == []
    assert arms.arms == ("plain", "other")


# ── what is none ────────────────────────────────────────────────────────────────────────────────────────────────────


def register(monkeypatch: pytest.MonkeyPatch, kind: str, thing: Any) -> None:
    """Under the name `mine`, as a plug-in of another distribution does."""
    points = registry._points

    def load() -> Any:
        return thing() if inspect.isfunction(thing) and thing.__name__ == "broken" else thing

    point = SimpleNamespace(name="mine", value="mine:it", load=load, dist=SimpleNamespace(name="mine"))
    monkeypatch.setattr(registry, "_points", lambda asked: points(asked) | ({"mine": point} if asked == kind else {}))


class NoJudge:
    key = "k"


class Some(Records):
    pool = "some"


class Rules(Judge):
    key = "k"  # type: ignore[assignment]

    def __call__(self, case: Case, response: Response) -> Ruling:
        raise NotImplementedError


def made(records: Any, judge: Any, **measures: Any) -> Any:
    @task(version="1-A", id="t.mine")
    def mine(n: int = 1) -> Task:
        return Task(records=records, cases=lambda record, draw: (), judge=judge, measures=measures)

    return mine


@pytest.mark.parametrize(
    ("kind", "thing", "ask", "base"),
    [
        ("model", lambda rest, options: object(), lambda: open_model("mine"), "Model"),
        ("mitigation", lambda inner, settings: object(), lambda: open_model("mine/organism/perfect"), "Model"),
        ("pool", object(), lambda: open_pool("mine"), "Pool"),
        ("task", made(Some(), NoJudge()), lambda: registry.load("task", "mine")(1), "Judge"),
        ("task", made(object(), Rules()), lambda: registry.load("task", "mine")(1), "Records"),
        ("task", made(Some(), Rules(), mean=len), lambda: registry.load("task", "mine")(1), "Measure"),
    ],
)
def test_what_only_looks_like_one_is_refused_at_the_door(
    monkeypatch: pytest.MonkeyPatch, kind: str, thing: Any, ask: Any, base: str
) -> None:
    register(monkeypatch, kind, thing)
    with pytest.raises(InputError, match=f"a subclass of `trustgen.{base}`"):
        ask()


def test_a_model_whose_check_cannot_be_awaited_is_refused_before_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hasty(Model):
        uri = "mine"

        def check(self) -> None:  # type: ignore[override]
            return None

    register(monkeypatch, "model", lambda rest, options: Hasty())
    with pytest.raises(InputError, match=r"write `async def check`: `Hasty\.check` cannot be awaited"):
        open_model("mine")


def test_a_measure_without_a_caption_is_said_before_anything_is_asked() -> None:
    card = Card(title="T", dimension="d", modality="text", source="s", measures={"one": "Denominator: all."})
    task = made(Some(), Rules(), one=accuracy("a"), two=accuracy("b"))(1)
    with pytest.raises(InputError, match=r"task `t\.mine`: its card.md has no caption for `two`"):
        card.check(task)


@pytest.mark.parametrize("error", [ValueError("no such file"), ImportError("gone"), SystemError("odd")])
def test_a_plug_in_that_does_not_import_costs_itself_alone(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken() -> Any:
        raise error

    register(monkeypatch, "model", broken)
    assert ("model", "mine", "mine") in registry.plugged_in()
    with pytest.raises(InputError, match=f"model `mine` \\(mine:it\\) does not import: {type(error).__name__}"):
        open_model("mine")
    assert open_model("organism/perfect").simulated


def test_a_base_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match="give it `async def ask"):
        asyncio.run(Model().ask(Request((user("hi"),), Sampling())))
    with pytest.raises(NotImplementedError, match="has no key"):
        _ = Judge().key
    with pytest.raises(NotImplementedError, match="def select"):
        Some().select("s")
    with pytest.raises(InputError, match="in none of the pools `some`"):
        Some().asset("a" * 64)
    assert issubclass(InputError, TrustGenError)


def test_what_a_server_refused_before_is_known_when_a_run_goes_on(tmp_path: Path) -> None:
    inner = Plain()
    was = SimpleNamespace(models=("plain",), endpoints={"plain": Endpoint(uri="plain", adapted={"top_p": ""})})
    Endpoints([inner]).take_up(tmp_path, was)  # type: ignore[arg-type]
    assert inner.told == {"top_p": ""}
