"""Cases that are played, through the engine: asked step by step, kept step by step, resumed, and asked as functions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from trustgen.core import (
    Call,
    Case,
    Estimate,
    Expect,
    Game,
    InputError,
    Model,
    Outcome,
    Permanent,
    Play,
    Reply,
    Request,
    Sampling,
    Task,
    Turn,
    World,
    user,
)
from trustgen.core.registry import load
from trustgen.models import open_model
from trustgen.models.talk import Talk
from trustgen.run import Budget, Settings, build, evaluate
from trustgen.store import Edition, Endpoint, RunFolder
from trustgen.testing.server import MockServer

NOTHING = Endpoint(uri="")
TASK = "llm.risk.power_seeking"
QUICK = Settings(concurrency=1)


def edition(folder: Path, n: int = 3) -> Edition:
    """An edition of the one task."""
    made: Task = load("task", TASK)(n)
    return build([made], folder, salt="played")


def ended(estimate: Estimate) -> dict[str, int]:
    """The outcomes that there are."""
    return {outcome: n for outcome, n in estimate.outcomes.items() if n}


class Scripted(Model):
    """Plays each case by its plan, counting what it is asked; dies at the `dies`-th call, as a killed run would end."""

    simulated = True
    slots = 1

    def __init__(self, dies: int = 0) -> None:
        self.uri = "scripted"
        self.asked: Counter[tuple[str, int]] = Counter()
        self._inner = open_model("organism/worst")
        self._dies = dies

    async def ask(self, request: Request) -> Reply:
        """The organism's move."""
        assert request.case
        self.asked[request.case.id, sum(turn.role == "assistant" for turn in request.turns)] += 1
        if sum(self.asked.values()) == self._dies:
            raise KeyboardInterrupt
        return await self._inner.ask(request)


@pytest.mark.parametrize("dies", [6, 7, 8, 9])
def test_a_game_that_was_cut_off_goes_on_where_it_was(tmp_path: Path, dies: int) -> None:
    """No step that was answered is asked again, and the numbers are those of a run that was never cut off."""
    made = edition(tmp_path / "edition")
    whole = Scripted()
    expected = evaluate(made, [whole], tmp_path / "whole", settings=QUICK)
    first = Scripted(dies=dies)
    with pytest.raises(KeyboardInterrupt):
        evaluate(made, [first], tmp_path / "cut", settings=QUICK)
    second = Scripted()
    found = evaluate(made, [second], tmp_path / "cut", settings=QUICK)
    assert found.manifest.status == "finished"
    both = first.asked + second.asked
    again = {step: n for step, n in both.items() if n > 1}
    assert set(both) == set(whole.asked)
    assert sum(again.values()) <= 2, "at most the step in flight"
    numbers = [[(e.measure, str(e.value), e.counted) for e in of.estimates] for of in (found, expected)]
    assert numbers[0] == numbers[1]
    one, other = (RunFolder.open(tmp_path / name).manifest().spent["scripted"] for name in ("whole", "cut"))
    assert other.calls - one.calls <= 1


def test_a_step_that_fails_costs_the_steps_before_it_nothing(tmp_path: Path) -> None:
    """A fault in the middle of a game is an error; asked again, the game goes on from there."""

    class Fails(Scripted):
        async def ask(self, request: Request) -> Reply:
            reply = await super().ask(request)
            if sum(turn.role == "assistant" for turn in request.turns) == 2 and not self._dies:
                raise Permanent("HTTP 400: not today")
            return reply

    made = edition(tmp_path / "edition", 1)
    first = Fails()
    broken = evaluate(made, [first], tmp_path / "run", settings=QUICK)
    assert broken.estimates[0].outcomes[Outcome.ERROR] > 0
    second = Scripted()
    found = evaluate(made, [second], tmp_path / "run", settings=QUICK)
    assert found.estimates[0].value == 1.0
    assert set(first.asked) & set(second.asked) == {(case, 2) for case, step in first.asked if step == 2}


def test_a_cap_on_calls_holds_within_games(tmp_path: Path) -> None:
    """Each step is a call."""
    capped = Settings(concurrency=1, budget=Budget(calls=7))
    found = evaluate(edition(tmp_path / "edition"), [Scripted()], tmp_path / "run", settings=capped)
    assert found.manifest.status == "stopped"
    assert RunFolder.open(tmp_path / "run").manifest().spent["scripted"].calls <= 8


def _calls(request: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """A model that calls functions: ready where it is told to be, else it looks at its mail, waits and finishes."""
    if [one["function"]["name"] for one in request["tools"]] == ["ready"]:
        return [("ready", {"word": "ready"})]
    if request["messages"][-1]["role"] != "tool":
        return [("read_mail", {}), ("wait", {"minutes": 5})]
    return [("finish", {"done": False, "own_authority": False, "note": "I leave it."})]


def test_a_server_with_functions_is_given_functions(tmp_path: Path) -> None:
    """Tools in the request, calls in the history, one result a call under its id; nothing is described in words."""
    made = edition(tmp_path / "edition", 1)
    with MockServer(calls=_calls) as server:
        found = evaluate(made, [open_model(f"openai-api:m@{server.url}")], tmp_path / "run", settings=QUICK)
    first, begun, later = server.seen[:3]
    assert first["tools"][0]["function"]["name"] == "ready"
    assert begun["tools"][0]["function"]["parameters"]["type"] == "object"
    assert all("JSON object" not in message["content"] for message in begun["messages"])
    _, _, said, *results = later["messages"]
    assert [call["function"]["name"] for call in said["tool_calls"]] == ["read_mail", "wait"]
    assert [message["tool_call_id"] for message in results] == [call["id"] for call in said["tool_calls"]]
    assert "Reception" in results[0]["content"]
    assert ended(found.estimates[0]) == {Outcome.SCORED: 4}
    replies = [reply for response in RunFolder.open(tmp_path / "run").responses() for reply in response.replies]
    assert replies[0].calls == (Call("read_mail"), Call("wait", {"minutes": 5}))
    endpoints = RunFolder.open(tmp_path / "run").manifest().endpoints
    assert "tools" not in endpoints.get(found.manifest.models[0], NOTHING).adapted


def test_a_server_without_functions_is_told_in_words(tmp_path: Path) -> None:
    """It takes the field and calls nothing: tools are described, and what it writes is read. The manifest says so."""
    made = edition(tmp_path / "edition", 1)
    finish = '{"tool": "finish", "arguments": {"done": false, "own_authority": false, "note": "I leave it."}}'
    with MockServer(reply=lambda _: finish) as server:
        model = open_model(f"openai-api:m@{server.url}")
        found = evaluate(made, [model], tmp_path / "run", settings=QUICK)
    assert "tools" in server.seen[0]
    assert not any("tools" in request for request in server.seen[1:])
    assert "JSON object" in server.seen[1]["messages"][0]["content"]
    assert ended(found.estimates[0]) == {Outcome.SCORED: 4}
    assert RunFolder.open(tmp_path / "run").manifest().endpoints[model.uri].adapted == {"tools": ""}


@pytest.mark.parametrize("answer", ["500", "400"])
def test_a_server_that_refuses_functions_is_told_in_words_or_says_why(tmp_path: Path, answer: str) -> None:
    """A plain refusal is a no; an error that says nothing of tools ends the run before it begins."""

    def plan(prompt: str, _: int) -> str:
        return answer if "ready" in prompt else "ok"

    made = edition(tmp_path / "edition", 1)
    with MockServer(plan, reply=lambda _: "{}") as server:
        model = open_model(f"openai-api:m@{server.url}")
        if answer == "500":
            with pytest.raises(InputError, match="was asked whether it calls functions and gave no answer"):
                evaluate(made, [model], tmp_path / "run", settings=QUICK)
        else:
            found = evaluate(made, [model], tmp_path / "run", settings=QUICK)
            assert ended(found.estimates[0]) == {Outcome.UNPARSED: 4}


def test_organisms_are_found_where_they_are_planted(tmp_path: Path) -> None:
    """Through the engine: the lawful one at 0, the one that can be had from level 2 on at 0, 0, 1, 1."""
    made = edition(tmp_path / "edition", 5)
    models = [open_model(uri) for uri in ("organism/perfect", "organism/bribable?level=2", "organism/mute")]
    found = evaluate(made, models, tmp_path / "run")
    values = {(e.model, e.measure): e.value for e in found.estimates}
    for level, value in enumerate((0.0, 0.0, 1.0, 1.0)):
        assert values["organism/perfect", f"power_seeking_{level}"] == 0.0
        assert values["organism/bribable?level=2", f"power_seeking_{level}"] == value
    mute = next(e for e in found.estimates if e.model == "organism/mute")
    assert ended(mute) == {Outcome.UNPARSED: 20}


class Endless(World, Game):
    """A world that always has something to say."""

    def begin(self, play: Play) -> Game:
        """Itself."""
        return self

    def step(self, reply: Reply) -> tuple[Turn, ...]:
        """One more thing."""
        return (user("Go on."),)


def test_a_world_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """After as many replies as the play says, whatever the world answers."""
    monkeypatch.setattr("trustgen.core.world.load", lambda kind, name: Endless())
    play = Play(world="endless", start={}, tools=(), steps=5)
    case = Case("c", "t", "a", (user("Begin."),), Expect(), ("r",), play=play)
    talk = Talk(case)
    while talk.due() and len(talk.replies) < 50:
        talk.take(Reply("On."))
    assert len(talk.replies) == case.calls == 5


def test_an_answer_in_functions_is_another_than_one_in_words() -> None:
    """The same case of the same model is bought anew where its server turns out to have no functions."""
    played, asked = Sampling(functions=True), Sampling()
    has, lacks = Endpoint(uri="m"), Endpoint(uri="m", adapted={"tools": ""})
    assert has.key("c", "m", played) != lacks.key("c", "m", played)
    assert has.key("c", "m", asked) == lacks.key("c", "m", asked)


def test_a_call_that_cannot_be_stored_costs_itself_alone(tmp_path: Path) -> None:
    """Half a surrogate pair in the arguments: the call is a fault, the run goes on and can be read again."""
    made = edition(tmp_path / "edition", 1)
    bad = '{"tool": "send_mail", "arguments": {"to": "\\ud83d", "text": "x"}}'
    with MockServer(reply=lambda _: bad) as server:
        found = evaluate(made, [open_model(f"openai-api:m@{server.url}")], tmp_path / "run", settings=QUICK)
    assert found.manifest.status == "finished"
    assert ended(found.estimates[0]) == {Outcome.UNPARSED: 4}
    assert {
        call.fault for r in RunFolder.open(tmp_path / "run").responses() for reply in r.replies for call in reply.calls
    }
