"""`http:app.toml`: what is sent is what was meant, what comes back is read, and what fails says how to mend it."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from servers.app_server import Application
from servers.kinds import THOUGHT, Kind
from trustgen.core import (
    Blocked,
    InputError,
    Level,
    ModelFault,
    ModelOptions,
    Permanent,
    RateLimited,
    Reply,
    Request,
    Sampling,
    Transient,
    Turn,
    assistant,
    system,
    tool,
    user,
)
from trustgen.models import open_model
from trustgen.testing import MockServer, by_attempt
from trustgen.testing.server import ANSWERS, FAULTS

QUESTION = user("Capital of France?")
EVERYTHING = {
    "question": "{{prompt}}",
    "framed": "Answer this: {{prompt}} ({{system}})",
    "history": [{"of": "{{messages}}"}],
    "limit": "{{max_tokens}}",
    "how": {"temperature": "{{ temperature }}", "top_p": "{{top_p}}", "seed": "{{seed}}"},
    "kept": [1, True, "{ {prompt} }"],
}
CHAT = {"model": "m", "messages": "{{messages}}", "max_tokens": "{{max_tokens}}"}
SAID = "choices.0.message.content"


def asked(path: Path, *turns: Turn, options: ModelOptions | None = None, **sampling: Any) -> Reply:
    async def main() -> Reply:
        model = open_model(f"http:{path}", options)
        try:
            return await model.ask(Request(turns or (QUESTION,), Sampling(**sampling)))
        finally:
            await model.close()

    return asyncio.run(main())


def fault_of(path: Path, *turns: Turn) -> ModelFault:
    with pytest.raises(ModelFault) as caught:
        asked(path, *turns)
    return caught.value


# ── what is sent ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_slot_is_filled_and_all_else_stays(tmp_path: Path) -> None:
    with Application() as app:
        path = app.described(tmp_path, body=EVERYTHING)
        reply = asked(path, system("Be kind."), user("One?"), assistant("1"), QUESTION, max_tokens=9, thinking=1)
    assert reply.text == "Paris"
    assert app.bodies == [
        {
            "question": "Capital of France?",
            "framed": "Answer this: Capital of France? (Be kind.)",
            # The system message has a slot of its own here, and does not come twice.
            "history": [
                {
                    "of": [
                        {"role": "user", "content": "One?"},
                        {"role": "assistant", "content": "1"},
                        {"role": "user", "content": "Capital of France?"},
                    ]
                }
            ],
            "limit": 10,
            "how": {"temperature": 0.0, "top_p": 1.0, "seed": 0},
            "kept": [1, True, "{ {prompt} }"],
        }
    ]
    assert app.headers[0]["content-type"] == "application/json"


def test_messages_hold_the_system_message_where_it_has_no_slot_and_no_tool(tmp_path: Path) -> None:
    with Application() as app:
        asked(app.described(tmp_path, body=CHAT), system("Be kind."), QUESTION, assistant("I look it up."), tool("42"))
    assert [(m["role"], m["content"]) for m in app.bodies[0]["messages"]] == [
        ("system", "Be kind."),
        ("user", "Capital of France?"),
        ("assistant", "I look it up."),
        ("user", "42"),
    ]


@given(prompt=st.text(st.characters(exclude_categories=["Cs"])), told=st.text(st.characters(exclude_categories=["Cs"])))
@example(prompt=' {{system}}\n"\\1 \\g<0> \x00\u2028} ', told=" {{prompt}}\t")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_prompt_arrives_byte_for_byte(serving: Application, tmp_path: Path, prompt: str, told: str) -> None:
    """Alone and within a text, whatever it holds: quotes, braces, slots, control characters."""
    serving.seen.clear()
    body = {"alone": "{{prompt}}", "within": "<{{prompt}}|{{system}}>", "all": "{{messages}}"}
    asked(serving.described(tmp_path, body=body), system(told), user(prompt))
    (found,) = serving.bodies
    assert found == {"alone": prompt, "within": f"<{prompt}|{told}>", "all": [{"role": "user", "content": prompt}]}


@pytest.fixture(scope="module")
def serving() -> Any:
    with Application() as app:
        yield app


def test_half_a_surrogate_pair_is_no_prompt(serving: Application, tmp_path: Path) -> None:
    serving.seen.clear()
    assert "UTF-8" in str(fault_of(serving.described(tmp_path), user("a\ud800")))
    assert not serving.seen


def test_a_body_may_be_json_and_more_fields_may_be_said(tmp_path: Path) -> None:
    with Application() as app:
        path = app.described(tmp_path, body='{"q": "{{prompt}}", "k": null, "t": 1}')
        asked(path, extra={"lang": "en", "t": None})
    assert app.bodies == [{"q": "Capital of France?", "k": None, "lang": "en"}]


def test_nothing_of_a_conversation_is_lost_in_silence(serving: Application, tmp_path: Path) -> None:
    serving.seen.clear()
    path = serving.described(tmp_path)
    assert "no place for a system message: take `system`" in str(fault_of(path, system("Be kind."), QUESTION))
    assert "no place for earlier messages: take `messages`" in str(fault_of(path, QUESTION, assistant("A"), user("B")))
    assert not serving.seen


@pytest.mark.parametrize(
    ("body", "lacks"),
    [
        ({"q": "{{prompt}}"}, {Level.TURNS, Level.SYSTEM}),
        ({"q": "{{prompt}}", "s": "{{system}}"}, {Level.TURNS}),
        ({"q": "{{messages}}"}, set()),
    ],
)
def test_what_it_cannot_take_is_known_before_it_is_asked(
    serving: Application, tmp_path: Path, body: Any, lacks: set[Level]
) -> None:
    assert open_model(f"http:{serving.described(tmp_path, body=body)}").without == lacks


# ── what comes back ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_text_thoughts_and_tokens_are_read_where_the_file_says(tmp_path: Path) -> None:
    said = {"out": [{"x": 1}, {"text": "Paris", "why": " Hm. "}], "used": {"in": 12, "out": "3"}}
    with Application(lambda _: said) as app:
        path = app.described(
            tmp_path,
            reply="out.-1.text",
            thoughts="out.1.why",
            usage={"input": "used.in", "output": "used.out"},
            error="error",
            refused=["blocked", "out.1.why=filtered"],
        )
        reply = asked(path)
    assert (reply.text, reply.thoughts) == ("Paris", "Hm.")
    assert (reply.usage.prompt, reply.usage.completion) == (12, 3)
    assert reply.seconds > 0


@pytest.mark.parametrize(
    ("said", "text"), [("Paris", "Paris"), (42, "42"), (True, "true"), (None, ""), ("half \ud800", "half �")]
)
def test_a_value_that_is_no_text_is_written_as_one(tmp_path: Path, said: Any, text: str) -> None:
    with Application(lambda _: {"answer": said}) as app:
        assert asked(app.described(tmp_path)).text == text


def test_a_body_that_is_text_is_the_reply(tmp_path: Path) -> None:
    with Application(lambda _: "Paris.\n<think>no</think>") as app:
        assert asked(app.described(tmp_path, reply="")).text.startswith("Paris.")


def test_an_answer_that_was_created_is_one(tmp_path: Path) -> None:
    with Application(lambda _: web.json_response({"answer": "Paris"}, status=201)) as app:
        assert asked(app.described(tmp_path)).text == "Paris"


def test_a_list_and_gzip_are_read(tmp_path: Path) -> None:
    packed = gzip.compress(b'[{"generated_text": "Paris"}]')
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/plain"}
    with Application(lambda _: web.Response(body=packed, headers=headers)) as app:
        assert asked(app.described(tmp_path, reply="0.generated_text")).text == "Paris"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("text", r'`reply = "text"` is not in the answer: the answer has: answers, id'),
        ("answers.0.text", r"`answers\.0` has: content"),
        ("answers.1", r"`answers` is a list of 1"),
        ("id.x", r"`id` is no object"),
        ("answers", r"leads to no text: it is a list of 1"),
        ("answers.0", r"leads to no text: it has: content"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_there_is(tmp_path: Path, path: str, words: str) -> None:
    with (
        Application(lambda _: {"answers": [{"content": "Paris"}], "id": 7}) as app,
        pytest.raises(Permanent, match=words),
    ):
        asked(app.described(tmp_path, reply=path))


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"answer": "No.", "flagged": True}, {"refused": ["flagged"]}),
        ({"answer": "", "end": "content_filter"}, {"refused": ["end=content_filter"]}),
        (451, {"refused": [451]}),
        (422, {"refused": ["flagged", 422]}),
    ],
)
def test_what_the_file_calls_a_refusal_is_blocked(tmp_path: Path, said: Any, fields: dict[str, Any]) -> None:
    answer = web.Response(status=said) if isinstance(said, int) else said
    with Application(lambda _: answer) as app, pytest.raises(Blocked):
        asked(app.described(tmp_path, **fields))


def test_what_it_does_not_call_one_is_none(tmp_path: Path) -> None:
    with Application(lambda _: {"answer": "No.", "flagged": False, "end": "stop"}) as app:
        assert asked(app.described(tmp_path, refused=["flagged", "end=content_filter"])).text == "No."


def test_an_error_in_a_good_answer_is_one(tmp_path: Path) -> None:
    with Application(lambda _: {"answer": "", "error": {"message": "the index is down", "code": 503}}) as app:
        fault = fault_of(app.described(tmp_path, error="error"))
    assert isinstance(fault, RateLimited)
    assert "the index is down" in str(fault)


CHATTING = {"reply": SAID, "thoughts": "choices.0.message.reasoning_content", "body": CHAT}
PARTS = {"reply": f"{SAID}.1.text", "thoughts": f"{SAID}.0.thinking.0.text", "body": CHAT}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [(kind, CHATTING) for kind in ("plain", "gzip", "text_plain", "stream", "think", "closing", "harmony")]
    + [("reasoning_content", CHATTING), ("parts", PARTS), ("completions", CHATTING | {"reply": "choices.0.text"})],
)
def test_kinds_of_servers_give_the_answer(tmp_path: Path, kind: str, fields: dict[str, Any]) -> None:
    """The same servers that the OpenAI client is held to."""
    with Kind(kind, lambda _: "Paris") as server:
        tokens = {"input": "usage.prompt_tokens", "output": "usage.completion_tokens"}
        said = Application.described(_at(f"{server.url}/chat/completions"), tmp_path, usage=tokens, **fields)
        reply = asked(said, max_tokens=64)
    assert reply.text == "Paris"
    thinks = kind in ("think", "closing", "harmony", "reasoning_content", "parts")
    assert reply.thoughts == (THOUGHT if thinks else "")
    assert (reply.usage.prompt, reply.usage.completion) == (9, 60)


def _at(url: str) -> Any:
    """An application that is somewhere else: what describes it asks for no more."""
    app = Application()
    app.url = url
    return app


@pytest.mark.parametrize(
    "name", [f for f in FAULTS if f not in ("ok", "hang", "endless", "empty", "missing", "filtered")]
)
def test_faults_are_those_of_the_openai_client(tmp_path: Path, name: str) -> None:
    """One table of faults for every server: 429 with its wait, 5xx, a dropped line, garbage, a page, a redirect."""
    with MockServer(by_attempt(name)) as server:
        mine = fault_of(Application.described(_at(f"{server.url}/chat/completions"), tmp_path, reply=SAID, body=CHAT))

        async def theirs() -> Reply:
            model = open_model(f"openai-api:m@{server.url}")
            try:
                return await model.ask(Request((QUESTION,), Sampling()))
            finally:
                await model.close()

        with pytest.raises(ModelFault) as caught:
            asyncio.run(theirs())
    assert type(mine) is type(caught.value)
    assert not isinstance(mine, RateLimited) or mine.retry_after == pytest.approx(caught.value.retry_after, abs=2)  # type: ignore[attr-defined]
    assert "token=abc" not in str(mine)
    assert name in ANSWERS or server.asked.total() == 2


def test_an_answer_far_longer_than_asked_for_is_none(tmp_path: Path) -> None:
    with Application(lambda _: {"answer": "x" * (3 << 20)}) as app, pytest.raises(Transient, match="longer than"):
        asked(app.described(tmp_path), max_tokens=8)


def test_a_key_that_comes_back_is_struck_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_KEY", "sk-canary-0123")
    monkeypatch.setenv("TENANT", "the-tenant-7")

    def answer(_: Any) -> Any:
        return {"answer": "Bearer sk-canary-0123 of the-tenant-7", "why": "sk-canary-0123, and pa$word-1"}

    headers = {"Authorization": "Bearer ${APP_KEY}", "x-tenant": "$TENANT", "x-password": "pa$$word-1", "X-team": "red"}
    with Application(answer) as app:
        reply = asked(app.described(tmp_path, headers=headers, thoughts="why"))
        assert app.headers[0]["authorization"] == "Bearer sk-canary-0123"
        assert (app.headers[0]["x-password"], app.headers[0]["x-team"]) == ("pa$word-1", "red")
        asked(app.described(tmp_path, headers=headers), options=ModelOptions(headers={"x-team": "blue"}))
        assert app.headers[1]["x-team"] == "blue"
        faults = []
        for bad in (web.Response(status=400, text="bad key sk-canary-0123"), {"sk-canary-0123": 1}):
            app.answer = lambda _, bad=bad: bad
            faults.append(str(fault_of(app.described(tmp_path, headers=headers, reply="answer.0"))))
    assert reply.text == "Bearer [API key struck out] of [API key struck out]"
    assert reply.thoughts == "[API key struck out], and [API key struck out]"
    assert faults == ["HTTP 400: bad key ***", '`reply = "answer.0"` is not in the answer: the answer has: ***']


# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────

FILE = 'url = "http://127.0.0.1:9/ask"\nreply = "answer"\nbody = {q = "{{prompt}}"}\n'


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("", "missing required field `url`"),
        (FILE.replace("reply", "replay"), "unknown field `replay`"),
        (FILE.replace('reply = "answer"\n', ""), "missing required field `reply`: a service needs"),
        (FILE.replace("body = {", "body = {{"), "line 3"),
        (FILE.replace("prompt", "promt"), "unknown slot {{promt}}: known are prompt, system, messages"),
        (FILE.replace("{{prompt}}", "hello"), "takes no `prompt` and no `messages`: nothing would be asked"),
        (FILE.replace("{{prompt}}", "so: {{messages}}"), 'let it stand alone, as "{{messages}}"'),
        (FILE.replace('{q = "{{prompt}}"}', '"{q}"'), "is no JSON"),
        (FILE.replace('{q = "{{prompt}}"}', '"[1]"'), "is no JSON object"),
        (FILE.replace("http://127.0.0.1:9/ask", "localhost:8000"), "no http(s) URL"),
        (FILE.replace("http://127.0.0.1:9/ask", "http://…/ask"), "no http(s) URL"),
        (FILE.replace("http://127.0.0.1:9/ask", "http://u:hush@h/ask"), "user or password"),
        (FILE + 'method = "GET"', "POST, PUT or PATCH"),
        (FILE + 'headers = {"a b" = "c"}', "no HTTP header can carry"),
        (FILE + 'headers = {a = "c\\nd: e"}', "no HTTP header can carry"),
        (FILE + 'headers = {a = "$NO_SUCH_VARIABLE"}', "`NO_SUCH_VARIABLE` holds no API key"),
        (FILE.replace("answer", "") + 'error = "error"', "no other path leads anywhere"),
        (FILE.replace("answer", "") + 'refused = ["flagged"]', "no other path leads anywhere"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_with_the_mend(tmp_path: Path, text: str, mend: str) -> None:
    (tmp_path / "app.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        open_model(f"http:{tmp_path / 'app.toml'}")
    assert mend in str(caught.value)
    assert "app.toml" in str(caught.value) or "NO_SUCH" in mend
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("uri", ["http:", "http://localhost:8000/v1"])
def test_a_uri_without_a_file_says_what_to_write(uri: str) -> None:
    with pytest.raises(InputError, match=r"as http:app\.toml; .* openai-api:MODEL@http"):
        open_model(uri)


def test_another_template_is_another_model(tmp_path: Path) -> None:
    path = tmp_path / "app.toml"
    path.write_text(FILE)
    first = open_model(f"http:{path}").uri
    path.write_text("# a remark\n" + FILE)
    assert open_model(f"http:{path}").uri == first == open_model(first).uri
    path.write_text(FILE.replace("{{prompt}}", "Briefly: {{prompt}}"))
    assert open_model(f"http:{path}").uri != first
    with pytest.raises(InputError, match="says something else than it did"):
        open_model(first)


def test_no_secret_of_a_file_crosses_a_network_in_the_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_KEY", "sk-canary-0123")
    far = FILE.replace("127.0.0.1:9", "models.example")
    for header, value in (("x-what", "$APP_KEY"), ("X-Api-Key", "hush-hush")):
        (tmp_path / "app.toml").write_text(f'{far}headers = {{{header} = "{value}"}}')
        with pytest.raises(InputError, match=r"unencrypted to http://models\.example/ask: .*--insecure"):
            open_model(f"http:{tmp_path / 'app.toml'}")
        open_model(f"http:{tmp_path / 'app.toml'}", ModelOptions(insecure=True))
    (tmp_path / "app.toml").write_text(f"{far}headers = {{x-team = 'red'}}")
    open_model(f"http:{tmp_path / 'app.toml'}")


def test_nothing_that_answers_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "app.toml").write_text(FILE)
    with pytest.raises(InputError, match=r"cannot reach http://127\.0\.0\.1:9/ask .* start the server"):
        asyncio.run(open_model(f"http:{tmp_path / 'app.toml'}").check())
    with Application() as app:
        asyncio.run(open_model(f"http:{app.described(tmp_path)}").check())
    assert not app.seen
