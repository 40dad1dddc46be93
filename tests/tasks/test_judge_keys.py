"""Every judge of the shelf: what it runs stands in its key, and a changed return in any of it makes another judge."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from answers import ask, cases, task

import trustgen
from trustgen.core import Judge, ModelOptions, Task, World, golden_digest, named
from trustgen.core.registry import load, names
from trustgen.judge import source, toxicities
from trustgen.judge.deeds import DeedsJudge
from trustgen.judge.talked import Talked
from trustgen.models.organism import open_model
from trustgen.run.calibrate import Registry, calibrate

TASKS = names("task")
ROOT = Path(trustgen.__file__).parent


def returns(text: str) -> list[ast.Return]:
    """The returns of a source that give something, in their order."""
    found = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Return))
    return sorted((n for n in found if n.value is not None and ast.unparse(n.value) != "None"), key=lambda n: n.lineno)


JUDGE_MODULES = sorted(
    f"trustgen.judge.{path.stem}" for path in (ROOT / "judge").glob("*.py") if returns(path.read_text("utf-8"))
)
ASIDE = {
    f"trustgen.judge.{name}" for name in ("injections", "key", "parsed", "source", "words")
}  # they try, name and ask people
read = source.text_of
TOLD = named({"judge": "organism/judge"})
UNUSED = ("personal", "stated", "quantities", "dates", "code", "in_thought")


def judges() -> dict[str, Judge]:
    """A new judge of every task, by rule and with a bound model, and those that no task uses today."""
    from trustgen.judge import amount, code_dangers, date, in_thought, matches, personal, stated

    made: dict[str, Judge] = {}
    for name in TASKS:
        made[name] = load("task", name)(1).judge
        made[f"{name} bound"] = load("task", name)(1, TOLD).judge
    spare = (personal(), stated(matches()), amount(), date(), code_dangers(), in_thought(matches(), "wrong"))
    return made | dict(zip(UNUSED, spare, strict=True))


def home(judge: Judge) -> set[str]:
    """All modules whose source is in the key of a judge, those of the judges in it too."""
    of = (judge.of(arm) for arm in judge.arms)
    inner = [getattr(judge, "inner", judge), *judge.rungs, *judge.judges, *(one for one in of if one)]
    found = set(source.sources(type(judge).__module__))
    if judge.rule is not None:
        found |= set(source.sources(judge.rule.__module__))
    if isinstance(judge, Talked):
        found |= set(source.sources(type(load("world", judge.world)).__module__))
    return found.union(*(home(one) for one in inner if one is not judge))


@cache
def before() -> tuple[dict[str, str], dict[str, set[str]]]:
    """Keys and modules of all judges, as they are."""
    made = judges()
    return {name: judge.key for name, judge in made.items()}, {name: home(judge) for name, judge in made.items()}


def keys_with(monkeypatch: pytest.MonkeyPatch, module: str, text: str) -> dict[str, str]:
    """Keys of all judges if a module read otherwise."""
    with monkeypatch.context() as patch:
        patch.setattr(source, "text_of", lambda name: text if name == module else read(name))
        forget()
        found = {name: judge.key for name, judge in judges().items()}
    forget()
    return found


def changed(text: str) -> str:
    """A source whose last `return` gives nothing."""
    last = returns(text)[-1]
    lines = text.splitlines(keepends=True)
    lines[last.lineno - 1 : last.end_lineno] = [f"{lines[last.lineno - 1][: last.col_offset]}return None\n"]
    return "".join(lines)


def forget() -> None:
    source.fingerprint.cache_clear()
    source.sources.cache_clear()


@pytest.mark.parametrize("module", [name for name in JUDGE_MODULES if name not in ASIDE])
def test_one_changed_return_makes_another_judge_and_a_remark_does_not(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = source.text_of(module)
    old, modules = before()
    users = {name for name, held in modules.items() if module in held}
    assert users, "in no judge's key"
    after = keys_with(monkeypatch, module, changed(text))
    assert {name for name in old if after[name] != old[name]} == users
    remarked = keys_with(monkeypatch, module, f'"""Other words."""\n# a remark\n{text}\n\n# another\n')
    assert remarked == old


def test_the_golden_digest_and_the_calibration_go_with_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was known of a judge is not claimed for another rule, and the pinned task tells that the rule changed."""
    made = load("task", "llm.privacy.private_requests")
    known, pinned = list(calibrate(made(2).judge)), golden_digest(made(2))
    monkeypatch.setattr("trustgen.run.calibrate.shipped", lambda *_: known)
    monkeypatch.setattr("trustgen.run.calibrate.FOLDER", Path("nowhere"))
    assert Registry().of(made(2).judge)
    text = source.text_of("trustgen.judge.refusals")
    monkeypatch.setattr(
        source, "text_of", lambda name: changed(text) if name == "trustgen.judge.refusals" else read(name)
    )
    forget()
    assert golden_digest(made(2)) != pinned
    assert not Registry().of(made(2).judge)
    monkeypatch.undo()
    forget()
    assert golden_digest(made(2)) == pinned


# ── nothing that runs is left out ───────────────────────────────────────────────────────────────────────────────────


def worlds(made: Task) -> list[World]:
    """The world that a task is played in, if in one."""
    return [load("world", made.judge.world)] if isinstance(made.judge, DeedsJudge) else []


def ran(judge: Judge, asked: Iterator[Any]) -> set[str]:
    """The modules of TrustGen whose functions run while a judge rules."""
    found: set[str] = set()

    def seen(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (name := str(frame.f_globals.get("__name__", ""))).startswith("trustgen."):
            found.add(name)

    todo = list(asked)
    sys.setprofile(seen)
    try:
        for case, response in todo:
            judge(case, response)
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("id", TASKS)
def test_whatever_runs_when_a_judge_rules_stands_in_its_key(id: str) -> None:
    made = task(id, 2)
    uris = ("perfect", "worst", "refuser", "random", "mute")
    models = [open_model(uri, ModelOptions()) for uri in uris]
    asked = [(case, ask(model, made, case)) for model in models for case in cases(id, 2)]
    toxicities(["warm"])  # else the import of the classifier is traced too, for seconds
    found = ran(made.judge, iter(asked))
    structure = {f"trustgen.{name}" for name in source.STRUCTURE}
    apart = {name for name in found if name.split(".")[1] in source.APART}
    assert found - structure - apart <= home(made.judge)
    held = (
        {"trustgen.curate.apis"}
        if id.endswith("api_misuse")
        else {of.__module__ for w in worlds(made) for of in (type(w), *w.made_of)}
    )
    assert apart <= held, "a table that the rule holds, or the world whose source stands in the key"
