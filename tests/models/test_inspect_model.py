"""Models through Inspect AI: its mock model, and its OpenAI client against the servers here."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import subprocess
import sys
from typing import Any

import pytest

from trustgen.core import (
    Blocked,
    Image,
    InputError,
    Level,
    ModelFault,
    ModelOptions,
    Permanent,
    RateLimited,
    Reply,
    Request,
    Sampling,
    Text,
    TimedOut,
    Transient,
    Turn,
    Usage,
    assistant,
    system,
    user,
)
from trustgen.models import open_model
from trustgen.models.inspect import InspectModel
from trustgen.testing.server import MockServer, always, by_attempt

# Inspect's own dependencies warn about each other.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PNG = b"\x89PNG\r\n\x1a\n picture"
SHA = hashlib.sha256(PNG).hexdigest()
KEY = "sk-hunter2-0123456789"


def output(text: str = "Paris", stop: str = "stop", **more: Any) -> Any:
    """What a provider returns. Usage is set, because the mock model would count tokens with a downloaded file."""
    from inspect_ai.model import ModelOutput, ModelUsage

    made = ModelOutput.from_content("mock", text, stop_reason=stop)
    made.usage = ModelUsage(input_tokens=7, output_tokens=2, total_tokens=9)
    return made.model_copy(update=more)


def mocked(answer: Any, request: Request, options: ModelOptions | None = None) -> tuple[Reply, list, Any]:
    """A reply of the mock model, and the messages and the config that it was given."""
    from inspect_ai.model import get_model

    given: list = []

    def respond(messages: list, tools: list, choice: Any, config: Any) -> Any:
        given.append((messages, config))
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def main() -> Reply:
        inner = get_model("mockllm/model", custom_outputs=respond, memoize=False)
        model = InspectModel("mockllm/model", options or ModelOptions(), inner)
        try:
            await model.check()
            return await model.ask(request)
        finally:
            await model.close()
            await model.close()

    reply = asyncio.run(main())
    assert len(given) == 1
    return reply, *given[0]


def ask(answer: Any, **sampling: Any) -> Reply:
    return mocked(answer, Request((user("Hi"),), Sampling(**sampling)))[0]


def test_messages_and_sampling_arrive() -> None:
    turns = (
        system("Be brief."),
        user("Hi", Image(SHA, "image/jpeg")),
        assistant("Yes?"),
        Turn("tool", (Text("42"),)),
    )
    sampling = Sampling(temperature=0.5, top_p=0.9, max_tokens=9, seed=4, stop=("END",))
    reply, messages, config = mocked(output(), Request(turns, sampling, asset={SHA: PNG}.__getitem__))
    assert [m.role for m in messages] == ["system", "user", "assistant", "user"]
    assert [m.text for m in messages] == ["Be brief.", "Hi", "Yes?", "42"]
    head, _, data = messages[1].content[1].image.partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(data) == PNG
    assert (config.temperature, config.top_p, config.max_tokens, config.seed) == (0.5, 0.9, 9, 4)
    assert config.stop_seqs == ["END"]
    assert (config.max_retries, config.cache, config.logprobs) == (0, False, None)
    assert (reply.text, reply.finish, reply.usage) == ("Paris", "stop", Usage(7, 2))
    assert reply.seconds > 0


def test_the_detail_of_pictures_arrives_and_what_inspect_has_no_word_for_is_said() -> None:
    def sent(**told: Any) -> tuple[Any, Any]:
        request = Request((user("Hi", Image(SHA)),), Sampling(extra=told), asset={SHA: PNG}.__getitem__)
        _, messages, config = mocked(output(), request)
        return messages[0].content[1].detail, config.extra_body

    assert sent(image_url={"detail": "low"}) == ("low", None)
    assert sent(image_url={"detail": None}, top_k=3) == ("auto", {"top_k": 3})
    for wrong in ({"detail": "tiny"}, {"crop": True}):
        with pytest.raises(Permanent, match="has no word for what pictures are to be sent with"):
            sent(image_url=wrong)


@pytest.mark.parametrize(
    ("stop", "finish"), [("stop", "stop"), ("max_tokens", "length"), ("model_length", "length"), ("unknown", "other")]
)
def test_stop_reason(stop: str, finish: str) -> None:
    assert ask(output(stop=stop)).finish == finish


def test_filter_is_blocked_and_error_text_is_no_reply() -> None:
    with pytest.raises(Blocked, match="cannot help"):
        ask(output("I cannot help", "content_filter"))
    with pytest.raises(Blocked, match="moderated"):
        ask(output("", error="moderated"))
    with pytest.raises(Transient, match="no choices"):
        ask(output(choices=[]))


def test_usage_counts_cached_tokens() -> None:
    from inspect_ai.model import ModelUsage

    usage = ModelUsage(input_tokens=5, output_tokens=2, input_tokens_cache_read=100, input_tokens_cache_write=20)
    assert ask(output(usage=usage)).usage == Usage(125, 2)


def test_logprobs() -> None:
    from inspect_ai.model import Logprob, Logprobs, TopLogprob

    made = output()
    top = [TopLogprob(token="Paris", logprob=-0.5), TopLogprob(token="paris", logprob=float("-inf"))]
    made.choices[0].logprobs = Logprobs(content=[Logprob(token="Paris", logprob=-0.5, top_logprobs=top)])
    (token,) = ask(made, logprobs=2).logprobs
    assert (token.token, token.logprob, token.top) == ("Paris", -0.5, {"Paris": -0.5, "paris": -9999.0})
    with pytest.raises(Permanent, match="no logprobs"):
        ask(output(), logprobs=2)


def test_schema_is_carried_or_refused_but_never_thinned() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    _, _, config = mocked(output(), Request((user("Hi"),), Sampling(schema=schema)))
    assert config.response_schema.json_schema.model_dump(exclude_unset=True) == schema
    with pytest.raises(Permanent, match="does not carry"):
        ask(output(), schema={"type": "array", "minItems": 3})
    with pytest.raises(Permanent):
        ask(output(), schema={"type": "nonsense"})


class Vendor(Exception):
    """An exception as vendors' clients raise it."""

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.__dict__.update(fields)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Vendor("slow down", status_code=429), RateLimited),
        (Vendor("overloaded", code=529), RateLimited),
        (Vendor("broken", code=500), Transient),
        (Vendor("no", status_code=400, body={"error": {"code": "content_policy_violation"}}), Blocked),
        (Vendor("no", status_code=400), Permanent),
        (Vendor("no", code="not_a_status"), Transient),
        (ConnectionResetError("reset"), Transient),
        (TimeoutError(), TimedOut),
        (ValueError("the answer is not JSON"), Transient),
    ],
)
def test_what_a_vendor_raises(error: Exception, kind: type[ModelFault]) -> None:
    with pytest.raises(ModelFault) as caught:
        ask(error)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)


def test_the_offline_guard_is_not_taken_for_a_fault() -> None:
    wrapped = RuntimeError("connection error")
    wrapped.__cause__ = InputError("TRUSTGEN_OFFLINE=1 refuses a connection to example.com")
    with pytest.raises(InputError, match=r"example\.com") as caught:
        ask(wrapped)
    assert caught.value.__context__ is None  # nothing of the client, and so of the key, hangs on it


def test_a_provider_that_never_answers_costs_the_timeout() -> None:
    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    async def main() -> None:
        from inspect_ai.model import get_model

        inner = get_model("mockllm/model", custom_outputs=never, memoize=False)
        model = InspectModel("mockllm/model", ModelOptions(timeout=0.2), inner)
        with pytest.raises(Transient, match=r"0\.2 s"):
            await model.ask(Request((user("Hi"),), Sampling()))
        await model.close()

    asyncio.run(main())


def test_nothing_of_a_call_stays_in_the_callers_context() -> None:
    """Inspect keeps a transcript for each context; a worker that asks ten thousand times must not grow one."""

    async def main() -> None:
        from inspect_ai.log import transcript
        from inspect_ai.model import get_model

        inner = get_model("mockllm/model", custom_outputs=lambda *_: output(), memoize=False)
        model = InspectModel("mockllm/model", ModelOptions(), inner)
        for _ in range(3):
            await model.ask(Request((user("Hi"),), Sampling()))
        assert list(transcript().events) == []
        await model.close()

    asyncio.run(main())


@pytest.mark.parametrize("name", ["nosuch/model", "openai-api/nosuchservice/m"])
def test_what_is_missing_is_named_by_check(name: str) -> None:
    with pytest.raises(InputError, match=f"inspect/{name}` cannot be opened") as caught:
        asyncio.run(open_model(f"inspect/{name}").check())
    assert "\n" not in str(caught.value)
    assert "[bold]" not in str(caught.value)


def test_levels_follow_the_provider() -> None:
    assert Level.LOGPROBS in open_model("inspect/openai/gpt").levels
    assert open_model("inspect/anthropic/claude").levels == {Level.GENERATE}


# ── over HTTP, with Inspect's OpenAI client ─────────────────────────────────────────────────────────────────────────


def against(monkeypatch: pytest.MonkeyPatch, plan: Any, times: int = 1, **server: Any) -> tuple[list, MockServer]:
    """Replies or faults of so many calls to a faulty server."""

    async def main() -> tuple[list, MockServer]:
        async with MockServer(plan, **server) as running:
            monkeypatch.setenv("LOCAL_BASE_URL", running.url)
            monkeypatch.setenv("MY_KEY", KEY)
            model = open_model("inspect/openai-api/local/m", ModelOptions(api_key_env="MY_KEY", timeout=3.0))
            await model.check()
            got: list = []
            for _ in range(times):
                try:
                    got.append(await model.ask(Request((user("Hi"),), Sampling())))
                except ModelFault as fault:
                    got.append(fault)
            await model.close()
            return got, running

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("429", RateLimited),
        ("429-after", RateLimited),
        ("503", RateLimited),
        ("500", Transient),
        ("drop-before", Transient),
        ("truncated", Transient),
        ("empty", Transient),
        ("hang", TimedOut),
        ("filtered", Blocked),
        ("filter-400", Blocked),
        ("400", Permanent),
        ("401", Permanent),
        ("404", Permanent),
    ],
)
def test_every_failure_has_its_fault_and_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, name: str, kind: type[ModelFault]
) -> None:
    (fault,), server = against(monkeypatch, always(name), retry_after="7")
    assert type(fault) is kind, fault
    assert server.asked == {"Hi": 1}
    assert KEY not in f"{fault!r} {fault}"
    assert getattr(fault, "retry_after", None) == (7.0 if name == "429-after" else None)


def test_a_reply_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    got, server = against(monkeypatch, by_attempt("500", "ok"), times=2)
    assert type(got[0]) is Transient
    assert (got[1].text, got[1].usage) == ("answer to Hi", Usage(40, 5))
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert server.seen[0]["model"] == "m"
    assert server.seen[0]["temperature"] == 0
    assert server.seen[0]["top_p"] == 1


def test_a_real_server_answers_the_same_through_inspect(monkeypatch: pytest.MonkeyPatch, real_server: str) -> None:
    monkeypatch.setenv("LOCAL_BASE_URL", real_server)
    monkeypatch.setenv("LOCAL_API_KEY", "none")
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    samplings = (Sampling(max_tokens=6, logprobs=2), Sampling(max_tokens=12, schema=schema))

    async def main() -> None:
        ours = open_model(f"openai-api:smollm2@{real_server}")
        theirs = open_model("inspect/openai-api/local/smollm2")
        for sampling in samplings:
            asked = Request((system("Be brief."), user("Name a number.")), sampling)
            a, b = await ours.ask(asked), await theirs.ask(asked)
            assert (a.text, a.finish, a.usage, a.logprobs) == (b.text, b.finish, b.usage, b.logprobs)
            assert a.text
        await ours.close()
        await theirs.close()

    asyncio.run(main())


def test_the_guard_holds_inspects_client_too() -> None:
    code = (
        "import asyncio\n"
        "from trustgen.core import *\n"
        "from trustgen.models import open_model\n"
        "async def main():\n"
        "    model = open_model('inspect/openai-api/local/m')\n"
        "    await model.check()\n"
        "    try:\n"
        "        await model.ask(Request((user('Hi'),), Sampling()))\n"
        "    except InputError as error:\n"
        "        print(error)\n"
        "    await model.close()\n"
        "asyncio.run(main())\n"
    )
    environment = {"TRUSTGEN_OFFLINE": "1", "LOCAL_BASE_URL": "https://example.com/v1", "LOCAL_API_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("TRUSTGEN_OFFLINE=1 refuses a connection to example.com")
