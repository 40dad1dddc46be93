"""The HTTP client, against servers that fail in every way."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import hashlib
import resource
import socket
import traceback
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from costs import within
from trustgen.core import (
    Blocked,
    Image,
    InputError,
    Model,
    ModelFault,
    ModelOptions,
    Permanent,
    RateLimited,
    Reply,
    Request,
    Sampling,
    TimedOut,
    Transient,
    user,
)
from trustgen.models import chat_format, open_model
from trustgen.testing import fast_server as serving_mock
from trustgen.testing.fast import completion as mock_completion
from trustgen.testing.server import ANSWERS, MockServer, always, by_attempt, by_prompt, completion

KEY = "sk-hunter2-0123456789"


def request(text: str = "Hi", **sampling) -> Request:
    return Request((user(text),), Sampling(**sampling))


def against(
    plan, work: Callable[[Model, MockServer], Awaitable[object]], options: ModelOptions | None = None, **server
):
    """Run some work with a model of a faulty server."""

    async def main():
        async with MockServer(plan, **server) as running:
            model = open_model(f"openai-api:m@{running.url}", options)
            try:
                return await work(model, running)
            finally:
                await model.close()
                await model.close()

    return asyncio.run(main())


def fault(name: str, options: ModelOptions | None = None, **server) -> ModelFault:
    """What one call to a server that fails like this raises."""

    async def work(model: Model, running: MockServer) -> ModelFault:
        with pytest.raises(ModelFault) as caught:
            await model.ask(request())
        assert running.asked == {"Hi": 1}  # one call, whatever came of it
        return caught.value

    return against(always(name), work, options, **server)


def test_a_reply() -> None:
    async def work(model: Model, server: MockServer) -> Reply:
        got = await model.ask(request("What?"))
        assert server.paths == ["/v1/chat/completions"]
        assert server.seen[0]["model"] == "m"
        assert server.headers[0]["content-type"] == "application/json"
        assert "authorization" not in server.headers[0]
        return got

    got = against(always("ok"), work)
    assert (got.text, got.finish, got.usage.prompt, got.usage.completion) == ("answer to What?", "stop", 40, 5)
    assert 0 < got.seconds < 5


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("429", RateLimited, "slow down"),
        ("503", RateLimited, "overloaded"),
        ("500", Transient, "broken"),
        ("drop-before", Transient, "disconnected"),
        ("drop-after", Transient, ""),
        ("truncated", Transient, "not a chat completion"),
        ("garbage", Transient, "HTTP"),
        ("empty", Transient, "no choices"),
        ("missing", Transient, "no choices"),
        ("html", Transient, "text/html"),
        ("filtered", Blocked, "filter"),
        ("filter-400", Blocked, "filtered"),
        ("400", Permanent, "maximum context length"),
        ("401", Permanent, "no such key"),
        ("404", Permanent, "/v1?"),
        ("redirect", Permanent, "http://127.0.0.1:9/elsewhere"),
    ],
)
def test_every_failure_has_its_fault(name: str, kind: type[ModelFault], words: str) -> None:
    caught = fault(name)
    assert type(caught) is kind
    assert words in str(caught)
    assert "\n" not in str(caught)


def test_every_named_answer_is_classified() -> None:
    """A fault added to the server must be added to the table above."""
    table = {row[0] for row in test_every_failure_has_its_fault.pytestmark[0].args[1]}
    assert set(ANSWERS) <= table


def test_redirect_is_named_without_its_secrets() -> None:
    said = str(fault("redirect"))
    assert "user" not in said
    assert "pw" not in said
    assert "abc" not in said


@pytest.mark.parametrize(("said", "seconds"), [("2", 2.0), ("0.5", 0.5), ("-1", 0.0), ("9999", 600.0), ("soon", None)])
def test_retry_after_in_seconds(said: str, seconds: float | None) -> None:
    assert fault("429-after", retry_after=said).retry_after == seconds


def test_retry_after_as_a_date() -> None:
    assert 25 < fault("429-date").retry_after <= 30


def test_no_retry_after() -> None:
    assert fault("429").retry_after is None


def test_a_server_that_never_answers_costs_the_timeout() -> None:
    with within(60):
        caught = fault("hang", ModelOptions(timeout=0.3))
    assert type(caught) is TimedOut
    assert "0.3 s" in str(caught)


def test_an_endless_body_costs_bounded_memory_and_ends() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    async def work(model: Model, server: MockServer) -> int:
        with pytest.raises(Transient, match=r"longer than 1\.\d+ MB"):
            await model.ask(request())
        await asyncio.sleep(0.05)
        return server.sent

    with within(60):
        sent = against(always("endless"), work)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert sent < 64 << 20
    assert grown < 200 * 1024  # kB


def test_the_connection_outlives_faults_with_a_body() -> None:
    async def work(model: Model, server: MockServer) -> None:
        for kind in (RateLimited, Transient, Transient, Transient, Blocked):
            with pytest.raises(kind):
                await model.ask(request())
        assert (await model.ask(request())).text == "answer to Hi"
        assert server.asked["Hi"] == 6

    against(by_attempt("429", "drop-after", "500", "endless", "filtered", "ok"), work)


def test_one_failing_call_leaves_the_others_alone() -> None:
    names = {f"q{i}": name for i, name in enumerate(["429", "drop-before", "truncated", "html", "500", "hang"])}

    async def work(model: Model, server: MockServer) -> list:
        asked = [model.ask(request(f"q{i}")) for i in range(40)]
        got = await asyncio.gather(*asked, return_exceptions=True)
        assert all(count == 1 for count in server.asked.values())
        return got

    got = against(by_prompt(names), work, ModelOptions(timeout=2.0))
    for i, one in enumerate(got):
        assert isinstance(one, ModelFault) if f"q{i}" in names else one.text == f"answer to q{i}"


def test_256_at_a_time_is_256_at_a_time() -> None:
    """The client's default pool would have held 156 of them back; this server answers none before all have come."""

    async def work(model: Model, server: MockServer) -> list:
        assert model.slots == 256
        return await asyncio.gather(*(model.ask(request(f"q{i}")) for i in range(256)))

    with within(60):
        assert len(against(always("ok"), work, together=256)) == 256


def test_every_call_gets_its_own_answer() -> None:
    async def main() -> None:
        with serving_mock(echo=True) as url:
            model = open_model(f"openai-api:m@{url}")
            requests = [request(f"question {i}") for i in range(2000)]
            replies = await asyncio.gather(*(model.ask(r) for r in requests))
            await model.close()
            for asked, got in zip(requests, replies, strict=True):
                assert got.text == hashlib.blake2b(chat_format.body("m", asked), digest_size=16).hexdigest()

    asyncio.run(main())


def test_a_large_image_arrives_whole() -> None:
    picture = bytes(i % 251 for i in range(2_000_000))
    sha = hashlib.sha256(picture).hexdigest()

    async def work(model: Model, server: MockServer) -> None:
        turn = user("What is this?", Image(sha))
        assert (await model.ask(Request((turn,), Sampling(), asset={sha: picture}.__getitem__))).text
        url = server.seen[0]["messages"][0]["content"][1]["image_url"]["url"]
        assert base64.b64decode(url.removeprefix("data:image/png;base64,")) == picture
        assert server.headers[0]["content-type"] == "application/json"

    against(always("ok"), work)


def test_any_garbage_is_a_reply_or_a_fault() -> None:
    """A good answer with some bytes struck out, doubled or replaced: never anything but a `ModelFault`."""
    good = mock_completion("Paris")

    def garbled(draw: Random) -> bytes:
        answer = bytearray(good)
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(len(answer))
            answer[at : at + draw.randint(0, 9)] = draw.randbytes(draw.randint(0, 5))
        return bytes(answer)

    async def main() -> None:
        number = 0

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal number
            number += 1
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(garbled(Random(number)))
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        model = open_model(f"openai-api:m@{url}", ModelOptions(timeout=2.0))
        got = await asyncio.gather(*(model.ask(request()) for _ in range(400)), return_exceptions=True)
        await model.close()
        server.close()
        await server.wait_closed()
        assert {type(one) for one in got} <= {Reply, Transient, TimedOut, RateLimited, Permanent, Blocked}
        assert sum(isinstance(one, Transient) for one in got) > 100

    asyncio.run(main())


def test_cancelling_a_call_leaves_nothing_behind() -> None:
    async def work(model: Model, server: MockServer) -> None:
        task = asyncio.create_task(model.ask(request("slow")))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await model.ask(request())).text == "answer to Hi"

    against(by_prompt({"slow": "hang"}), work)
    gc.collect()


def test_a_closed_model_opens_again() -> None:
    async def work(model: Model, server: MockServer) -> None:
        await model.ask(request())
        await model.close()
        assert (await model.ask(request())).text == "answer to Hi"

    against(always("ok"), work)


# ── preflight ───────────────────────────────────────────────────────────────────────────────────────────────────────


def checked(name: str, options: ModelOptions | None = None) -> None:
    async def work(model: Model, server: MockServer) -> None:
        await model.check()
        assert server.paths == ["/v1/models"]

    against(always(name), work, options)


@pytest.mark.parametrize("name", ["ok", "404", "500", "429", "html", "redirect", "truncated", "endless"])
def test_check_takes_any_answer(name: str) -> None:
    checked(name)


def test_check_takes_a_slow_server() -> None:
    checked("hang", ModelOptions(timeout=0.3))


def test_check_names_a_closed_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: nobody else can open it meanwhile
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(InputError, match=rf"cannot reach {url}.*start the server or correct the URL"):
            asyncio.run(open_model(f"openai-api:m@{url}").check())


def test_check_names_a_host_that_lets_no_connection_through() -> None:
    with socket.socket() as full, contextlib.ExitStack() as held:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):  # the queue of connections nobody accepts is now full
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/v1"
        with pytest.raises(InputError, match=r"no connection within 0\.3 s"):
            asyncio.run(open_model(f"openai-api:m@{url}", ModelOptions(timeout=0.3)).check())


def test_check_names_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(InputError, match="the host is unknown"):
        asyncio.run(open_model("openai-api:m@http://no-such-host.invalid/v1").check())


def test_check_names_a_server_that_hangs_up_or_speaks_another_protocol() -> None:
    with pytest.raises(InputError, match="start the server or correct the URL"):
        checked("drop-before")

    async def main() -> None:
        async def ssh(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(ssh, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            with pytest.raises(InputError, match="start the server or correct the URL"):
                await open_model(f"openai-api:m@http://127.0.0.1:{port}/v1").check()
            with pytest.raises(InputError, match="start the server or correct the URL"):
                await open_model(f"openai-api:m@https://127.0.0.1:{port}/v1").check()
        finally:
            server.close()
            await server.wait_closed()

    asyncio.run(main())


def test_check_names_the_variable_of_a_refused_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with pytest.raises(InputError, match="correct `MY_KEY`"):
        checked("401", ModelOptions(api_key_env="MY_KEY"))
    with pytest.raises(InputError, match="--api-key-env"):
        checked("401")


# ── the key ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_key_is_sent_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")  # as `export MY_KEY=$(cat file)` may leave it
    for name in ("401", "400", "html", "redirect", "good"):  # a server that echoes the key wherever it can
        status, headers, _ = ANSWERS.get(name, (200, {}, ""))
        echo = {**headers, "X-Echo": KEY}
        if name == "redirect":
            echo["Location"] = f"http://127.0.0.1:9/{KEY}"
        if name == "html":
            echo["Content-Type"] = f"text/{KEY}"
        monkeypatch.setitem(ANSWERS, "echo", (status, echo, {"error": {"message": f"bad key {KEY}", "code": KEY}}))

        async def work(model: Model, server: MockServer) -> None:
            assert KEY not in repr(model)
            assert KEY not in model.uri
            with pytest.raises(ModelFault) as caught:
                await model.ask(request())
            assert server.headers[0]["authorization"] == f"Bearer {KEY}"
            everything_secret(caught.value)

        against(always("echo"), work, ModelOptions(api_key_env="MY_KEY"))


@pytest.mark.parametrize("name", ["drop-before", "drop-after", "truncated", "garbage", "hang", "endless"])
def test_the_key_is_not_in_the_errors_of_the_transport(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    everything_secret(fault(name, ModelOptions(api_key_env="MY_KEY", timeout=1.0)))


def test_the_key_is_not_in_a_failed_preflight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    for name in ("401", "drop-before", "garbage"):
        with pytest.raises(InputError) as caught:
            checked(name, ModelOptions(api_key_env="MY_KEY"))
        everything_secret(caught.value)


def everything_secret(error: BaseException) -> None:
    """Neither the error, nor what it came from, nor its traceback shows the key."""
    link: BaseException | None = error
    while link is not None:
        assert KEY not in f"{link!r} {link} {link.args} {vars(link)!r}"
        link = link.__cause__ or link.__context__
    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    assert KEY not in shown


def test_faults_keep_no_transport_error_alive() -> None:
    """aiohttp's errors hold the request with its headers: none may hang on a fault."""
    for name in ("drop-before", "drop-after", "garbage", "hang"):
        caught = fault(name, ModelOptions(timeout=0.3))
        assert caught.__cause__ is None
        assert caught.__context__ is None


# ── a real server ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_real_server(real_server: str) -> None:
    async def main() -> None:
        model = open_model(f"openai-api:smollm2@{real_server}")
        await model.check()
        got = await model.ask(request("Name a colour.", max_tokens=8, logprobs=2))
        assert got.text
        assert len(got.logprobs) == got.usage.completion
        assert all(len(token.top) == 2 and token.logprob <= 0 for token in got.logprobs)
        assert "".join(token.token for token in got.logprobs).startswith(got.text)
        with pytest.raises(Permanent, match="exceeds the available context"):
            await model.ask(request("word " * 6000))
        stopped = await model.ask(request("Name a colour.", max_tokens=8, stop=(got.text.split()[-1][-1],)))
        assert len(stopped.text) < len(got.text)
        await model.close()

    asyncio.run(main())


def test_structured_output_of_a_real_server(real_server: str) -> None:
    import json

    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "colour": {"enum": ["red", "green"]}},
        "required": ["name", "colour"],
        "additionalProperties": False,
    }

    async def main() -> None:
        model = open_model(f"openai-api:smollm2@{real_server}")
        got = await model.ask(request("Describe a fruit.", max_tokens=64, schema=schema))
        read = json.loads(got.text)
        assert set(read) == {"name", "colour"}
        assert read["colour"] in ("red", "green")
        await model.close()

    asyncio.run(main())


def test_completion_of_the_faulty_server_is_what_the_format_says() -> None:
    assert chat_format.reply(chat_format._encode(completion("x")), Sampling(), 0.0).text == "x"
