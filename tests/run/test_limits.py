"""Limits a minute are waited for, timeouts are tried twice, retries are counted, caps hold without usage."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from toy import Scripted, edition, settings
from yes_or_no import yes_or_no

from trustgen.core import (
    InputError,
    ModelOptions,
    Reply,
    Request,
    Sampling,
    Text,
    TimedOut,
    Transient,
    Turn,
    Usage,
    assistant,
    user,
)
from trustgen.core.registry import load
from trustgen.run import Budget, Price, Quiet, Result, Retry, Settings, build, evaluate
from trustgen.run.ask import kind_of
from trustgen.run.usage import IMAGE_TOKENS, with_usage
from trustgen.store import Edition, RunFolder
from trustgen.testing.server import MockServer, by_attempt

WINDOW = 0.4  # seconds in which the limited server allows TEN calls
TEN = 10


def limited() -> Callable[[str, int], str]:
    """A server that allows ten calls in a window, and answers 429 to the rest."""
    state = {"began": 0.0, "calls": 0}

    def plan(prompt: str, _: int) -> str:
        if not prompt:
            return "ok"
        now = time.monotonic()
        if now - state["began"] >= WINDOW:
            state.update(began=now, calls=0)
        state["calls"] += 1
        return "ok" if state["calls"] <= TEN else "429-said"

    return plan


@pytest.fixture
def made(tmp_path: Path) -> Edition:
    """40 cases."""
    return build([load("task", "llm.fairness.counterfactual")(10)], tmp_path / "e", salt="b")


def stored(tmp_path: Path) -> tuple[Counter[str], Counter[str], int]:
    """Outcomes, retries by kind, and calls, over all that is stored."""
    run = RunFolder.open(tmp_path / "run")
    retried: Counter[str] = Counter()
    calls = 0
    for response in run.responses():
        retried.update(response.retried)
        calls += response.attempts
    return Counter(v.outcome.value for v in run.verdicts()), retried, calls


@pytest.mark.parametrize(
    "said",
    [
        ({"retry-after-ms": "400"}, "slow down"),
        ({"Retry-After": "400ms"}, "slow down"),
        ({"x-ratelimit-reset-requests": "400ms"}, "slow down"),
        ({}, "Rate limit reached. Please try again in 0.4s."),
        ({}, "slow down"),
    ],
    ids=["milliseconds", "unit", "reset", "words", "nothing"],
)
def test_a_limit_a_minute_is_waited_for(tmp_path: Path, made: Edition, said: tuple[dict[str, str], str]) -> None:
    """The minute is 0.4 s here. A try is used up by no refusal: with two tries a case nothing ends in an error."""
    quick = Settings(retry=Retry(attempts=2, base=0.05, cap=0.4), concurrency=8)
    server = MockServer(limited(), reply=yes_or_no, said=said)
    with server:
        result = evaluate(made, [f"openai-api:m@{server.url}"], tmp_path / "run", settings=quick)
    outcomes, retried, calls = stored(tmp_path)
    assert outcomes == {"scored": 40}
    assert result.manifest.status == "finished"
    assert retried.keys() == {"HTTP 429"}
    assert calls == sum(server.asked.values()) == 40 + retried["HTTP 429"]
    told = said != ({}, "slow down")  # otherwise the pauses have to be found by trying
    assert retried["HTTP 429"] < (40 if told else 400), "nobody asks while the server wants to be left alone"


def test_patience_with_a_limit_that_never_lifts_ends(tmp_path: Path, made: Edition) -> None:
    quick = Settings(retry=Retry(base=0.01, cap=0.02, patience=0.3), concurrency=4)
    server = MockServer(lambda prompt, _: "429" if prompt else "ok")
    with server:
        result = evaluate(made, [f"openai-api:m@{server.url}"], tmp_path / "run", settings=quick)
    outcomes, _, _ = stored(tmp_path)
    assert outcomes == {"error": 40}
    assert result.manifest.status == "finished"


def test_a_timeout_is_tried_twice_and_other_faults_as_often_as_settings_say(tmp_path: Path) -> None:
    class Slow(Scripted):
        async def ask(self, request: Request) -> Reply:
            number = request.turns[0].text.split()[1]
            self.asked[number] += 1
            if number == "7.":
                raise TimedOut("no answer within 120 s")
            if number == "8.":
                raise Transient("HTTP 500: broken")
            return Reply(number[:-1], usage=Usage(5, 1))

    model = Slow()
    quick = settings(retry=Retry(attempts=5, base=0.001, cap=0.002))
    evaluate(edition(tmp_path / "e"), [model], tmp_path / "run", settings=quick)
    assert (model.asked["7."], model.asked["8."]) == (2 * 2, 2 * 5), "two arms each"
    outcomes, retried, calls = stored(tmp_path)
    assert outcomes == {"scored": 36, "error": 4}
    assert retried == {"timeout": 2, "HTTP 500": 8}
    assert calls == sum(model.asked.values())


def test_the_engines_own_deadline_counts_as_a_timeout(tmp_path: Path) -> None:
    class Hanging(Scripted):
        async def ask(self, request: Request) -> Reply:
            self.delay = 60.0 if "7." in request.turns[0].text else 0.0
            return await super().ask(request)

    quick = settings(options=ModelOptions(timeout=0.05), retry=Retry(attempts=6, base=0.001))
    evaluate(edition(tmp_path / "e", 10), [Hanging()], tmp_path / "run", settings=quick)
    outcomes, retried, _ = stored(tmp_path)
    assert outcomes == {"scored": 18, "error": 2}
    assert retried == {"timeout": 2}


def test_retries_are_stored_by_kind_and_survive_sealing(tmp_path: Path, made: Edition) -> None:
    quick = Settings(retry=Retry(attempts=6, base=0.001, cap=0.002), concurrency=4)
    server = MockServer(by_attempt("500", "truncated", "drop-before", "ok"), reply=yes_or_no)
    with server:
        evaluate(made, [f"openai-api:m@{server.url}"], tmp_path / "run", settings=quick)
    outcomes, retried, calls = stored(tmp_path)
    assert outcomes == {"scored": 40}
    assert retried == {"HTTP 500": 40, "broken connection or answer": 80}
    assert calls == 160


def test_an_answer_without_retries_is_stored_as_before() -> None:
    from msgspec.json import decode, encode

    from trustgen.core import Response

    plain = Response("k", "c", "t", "m", "answered", (Reply("yes", usage=Usage(1, 2)),))
    assert b"retried" not in encode(plain)
    assert b"estimated" not in encode(plain)
    assert decode(encode(plain), type=Response) == plain


def test_kinds() -> None:
    faults = (TimedOut("no answer"), Transient("HTTP 502: bad gateway"), Transient("ClientOSError: reset"))
    assert [kind_of(f) for f in faults] == ["timeout", "HTTP 502", "broken connection or answer"]


# ── caps without usage ──────────────────────────────────────────────────────────────────────────────────────────────


class Told(Quiet):
    """Remembers the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def capped(tmp_path: Path, made: Edition, server: MockServer, budget: str, told: Told) -> Result:
    uri = f"openai-api:m@{server.url}"
    how = Settings(budget=Budget.parse([budget]), prices={uri: Price(10, 10)}, concurrency=2)
    return evaluate(made, [uri], tmp_path / "run", settings=how, progress=told)


@pytest.mark.parametrize("budget", ["400-tokens", "0.004usd"])
def test_a_cap_holds_on_a_server_that_reports_no_usage(tmp_path: Path, made: Edition, budget: str) -> None:
    told = Told()
    server = MockServer(reply=yes_or_no, usage=False)
    with server:
        result = capped(tmp_path, made, server, budget, told)
        assert result.manifest.status == "stopped"
        assert "budget" in result.manifest.stopped
        calls = sum(server.asked.values())
        assert 2 <= calls <= 20
        (spent,) = result.manifest.spent.values()
        sent = sum(len(m["content"].encode()) for body in server.seen for m in body["messages"])
        assert spent.prompt_tokens == pytest.approx(sent / 4, rel=0.1)
        assert 400 <= spent.tokens <= 400 + 2 * 120, "the last case in flight"
        again = capped(tmp_path, made, server, budget, Told())
        assert sum(server.asked.values()) == calls, "what was estimated counts over all sessions"
        assert again.manifest.status == "stopped"
    how = "its tokens are estimated from lengths, bytes / 4"
    assert [n for n in told.notes if "reports no usage" in n] == [
        f"openai-api:m@{server.url} reports no usage, or none that can be: {how}"
    ]


def test_reported_usage_is_never_replaced() -> None:
    asked = Request((user("a" * 41),), Sampling())
    told = Reply("b" * 8, usage=Usage(3, 3))
    assert with_usage(told, asked) is told
    half = with_usage(Reply("b" * 8, usage=Usage(0, 3)), asked).usage
    assert half == Usage(11, 3, estimated=True), "no question is of no tokens"
    assert with_usage(Reply("b" * 9), asked).usage == Usage(11, 3, estimated=True)
    chinese = with_usage(Reply("中文"), asked).usage
    assert chinese.completion == 2, "three bytes a sign"


def test_an_image_counts() -> None:
    from trustgen.core import Image

    shown = Turn("user", (Text("What is this?"), Image("0" * 64, "image/png")))
    asked = Request((shown, assistant("A cat"), user("Sure?")), Sampling())
    assert with_usage(Reply("Yes"), asked).usage == Usage(4 + IMAGE_TOKENS + 2 + 2, 1, estimated=True)


def test_money_without_a_price_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    model = Scripted()
    capped = settings(budget=Budget(usd=1.0))
    with pytest.raises(InputError, match="needs to know the price of `scripted/model`"):
        evaluate(edition(tmp_path / "e"), [model], tmp_path / "run", settings=capped)
    assert not model.asked


# ── empty replies ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("said", ["", " \n"])
def test_a_conversation_with_an_empty_reply_ends_unparsed_and_sends_none(tmp_path: Path, said: str) -> None:
    class Silent(Scripted):
        async def ask(self, request: Request) -> Reply:
            await super().ask(request)
            return Reply(said if len(request.turns) == 1 else "7", usage=Usage(5, 1))

    model = Silent()
    evaluate(edition(tmp_path / "e", 4), [model], tmp_path / "run", settings=settings())
    assert {len(r.turns) for r in model.requests} == {1}, "no second turn after an empty reply"
    verdicts = list(RunFolder.open(tmp_path / "run").verdicts())
    twice = [v for v in verdicts if "conversation" in v.reason]
    assert len(twice) == 4
    assert {(v.outcome.value, v.reason) for v in twice} == {
        ("unparsed", "reply 1 was empty: the conversation could not go on")
    }
    rest = Scripted()
    evaluate(edition(tmp_path / "f", 4), [rest], tmp_path / "run", settings=settings())
    assert not rest.asked, "the model's own answer: not asked again"
