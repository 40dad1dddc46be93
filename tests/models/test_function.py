"""`python:app.py:answer`: a function is handed what it names, and what it gives or raises ends its one case."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

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
    user,
)
from trustgen.models import open_model
from trustgen.models.function import ASIDE, THREADS

QUESTION = user("Capital of France?")


def written(folder: Path, text: str, name: str = "app.py") -> str:
    """The URI of `answer` in a file of its own."""
    (folder / name).write_text(text)
    return f"python:{folder / name}:answer"


def asked(uri: str, *turns: Turn, options: ModelOptions | None = None, **sampling: Any) -> Reply:
    return asyncio.run(open_model(uri, options).ask(Request(turns or (QUESTION,), Sampling(**sampling))))


def fault_of(uri: str, *turns: Turn) -> ModelFault:
    with pytest.raises(ModelFault) as caught:
        asked(uri, *turns)
    return caught.value


# ── what it is handed ───────────────────────────────────────────────────────────────────────────────────────────────

TALK = (system("Be kind."), user("One?"), assistant("1"), QUESTION)


@pytest.mark.parametrize(
    ("source", "turns", "said"),
    [
        ("def answer(prompt): return prompt", (QUESTION,), "Capital of France?"),
        ("def answer(question: str) -> str: return question", (QUESTION,), "Capital of France?"),
        ("async def answer(prompt): return prompt", (QUESTION,), "Capital of France?"),
        ("def answer(messages): return str([m['role'] for m in messages])", TALK, str([t.role for t in TALK])),
        ("async def answer(*, messages): return messages[-1]['content']", TALK, "Capital of France?"),
        # The system message has a parameter of its own here, and does not come twice.
        ("def answer(messages, system): return f'{system} {len(messages)}'", TALK, "Be kind. 3"),
        ("def answer(prompt, system='', k=3): return f'{prompt}|{system}|{k}'", (QUESTION,), "Capital of France?||3"),
        (
            "class A:\n  async def __call__(self, prompt): return prompt\nanswer = A()",
            (QUESTION,),
            "Capital of France?",
        ),
        ("async def f(prompt): return prompt\ndef answer(prompt): return f(prompt)", (QUESTION,), "Capital of France?"),
        (
            "from functools import partial\nanswer = partial(lambda a, prompt: a + prompt, 'To: ')",
            (user("x"),),
            "To: x",
        ),
    ],
)
def test_it_is_handed_what_it_names(tmp_path: Path, source: str, turns: tuple[Turn, ...], said: str) -> None:
    assert asked(written(tmp_path, source), *turns).text == said


@pytest.mark.parametrize(
    ("takes", "lacks"),
    [
        ("prompt", {Level.TURNS, Level.SYSTEM}),
        ("prompt, system", {Level.TURNS}),
        ("messages", set()),
    ],
)
def test_what_it_cannot_take_is_known_before_it_is_asked(tmp_path: Path, takes: str, lacks: set[Level]) -> None:
    uri = written(tmp_path, f"def answer({takes}): return 'Paris'")
    assert open_model(uri).without == lacks
    if lacks:
        assert "no place for earlier messages: take `messages`" in str(
            fault_of(uri, QUESTION, assistant("A"), QUESTION)
        )
    if Level.SYSTEM in lacks:
        assert "no place for a system message: take `system`" in str(fault_of(uri, system("Be kind."), QUESTION))


# ── what it gives ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_dict_tells_thoughts_and_a_refusal(tmp_path: Path) -> None:
    uri = written(tmp_path, "def answer(prompt): return {'text': 'Paris', 'thoughts': 'Hm.', 'refused': False}")
    reply = asked(uri)
    assert (reply.text, reply.thoughts) == ("Paris", "Hm.")
    assert reply.seconds > 0
    refusing = written(tmp_path, "async def answer(prompt): return {'text': 'by the filter', 'refused': True}")
    fault = fault_of(refusing)
    assert isinstance(fault, Blocked)
    assert "by the filter" in str(fault)


@pytest.mark.parametrize(
    ("gives", "words"),
    [
        ("None", "gave `NoneType`: return a text"),
        ("7", "gave `int`"),
        ("{'answer': 'Paris'}", "gave a dict with answer: return a text, or a dict whose `text` is one"),
        ("{'text': 7}", "gave a dict with text"),
        ("{'text': 'Paris', 'thoughts': ['Hm.']}", "a dict with text, thoughts"),
        ("'x' * (3 << 20)", "was asked to be short"),
    ],
)
def test_what_is_no_answer_is_an_error(tmp_path: Path, gives: str, words: str) -> None:
    assert words in str(fault_of(written(tmp_path, f"def answer(prompt): return {gives}")))


def test_half_a_surrogate_pair_can_be_stored(tmp_path: Path) -> None:
    assert asked(written(tmp_path, r"def answer(prompt): return 'half \ud800'")).text == "half �"


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize(
    ("raises", "fault", "words"),
    [
        ("ValueError('no index')", Permanent, "ValueError: no index (app.py:2)"),
        ("SystemExit('bye')", Permanent, "SystemExit: bye"),
        ("KeyError('k')", Permanent, "KeyError: 'k'"),
        ("__import__('asyncio').CancelledError()", Permanent, "CancelledError"),
        ("ConnectionError('gone')", Transient, "ConnectionError: gone"),
        ("TimeoutError()", Transient, "TimeoutError"),
        ("__import__('trustgen').RateLimited('slow down', 7.0)", RateLimited, "slow down"),
        ("type('E', (Exception,), {'__str__': lambda self: 1 / 0})()", Permanent, "it has no words"),
    ],
)
def test_whatever_it_raises_is_a_counted_error(
    tmp_path: Path, kind: str, raises: str, fault: type[ModelFault], words: str
) -> None:
    found = fault_of(written(tmp_path, f"{kind} answer(prompt):\n    raise {raises}"))
    assert type(found) is fault
    assert words in str(found)


def test_a_key_that_it_says_is_struck_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_KEY", "sk-canary-0123")
    keyed = ModelOptions(api_key_env="APP_KEY")
    key = "import os\nKEY = os.environ['APP_KEY']\n"
    said = asked(written(tmp_path, f"{key}def answer(prompt): return {{'text': KEY, 'thoughts': KEY}}"), options=keyed)
    assert (said.text, said.thoughts) == ("[API key struck out]", "[API key struck out]")
    for how in ("raise ValueError(KEY)", "return {KEY: 1}", "return {'text': KEY, 'refused': 1}"):
        with pytest.raises(ModelFault) as caught:
            asked(written(tmp_path, f"{key}def answer(prompt):\n    {how}"), options=keyed)
        assert "sk-canary" not in str(caught.value)
        assert "***" in str(caught.value)


# ── how it runs ─────────────────────────────────────────────────────────────────────────────────────────────────────

SLOW = """
import threading, time
most, now, lock = 0, 0, threading.Lock()
def answer(prompt):
    global most, now
    with lock:
        now += 1
        most = max(most, now)
    time.sleep(0.05)
    with lock:
        now -= 1
    return str(most)
"""


def test_calls_run_beside_one_another_and_never_too_many(tmp_path: Path) -> None:
    model = open_model(written(tmp_path, SLOW))

    async def main() -> list[Reply]:
        return await asyncio.gather(*(model.ask(Request((QUESTION,), Sampling())) for _ in range(THREADS + 20)))

    most = max(int(reply.text) for reply in asyncio.run(main()))
    assert 2 < most <= THREADS


def test_a_call_that_was_given_up_holds_nothing_up(tmp_path: Path) -> None:
    """The loop ends while it waits; the thread ends with the process."""
    source = "import threading\nGO = threading.Event()\ndef answer(prompt): GO.wait(60)"
    model = open_model(written(tmp_path, source))

    async def main() -> None:
        async with asyncio.timeout(0.05):
            await model.ask(Request((QUESTION,), Sampling()))

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    waiting = [thread for thread in threading.enumerate() if thread.name == model.uri]
    assert len(waiting) == 1, "still there: nothing waited for it"
    assert waiting[0].daemon
    model._function.__globals__["GO"].set()  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_what_it_prints_goes_to_standard_error(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked(written(tmp_path, f"print('loading')\n{kind} answer(prompt):\n    print('asked')\n    return 'Paris'"))
    print("ours")
    said = capsys.readouterr()
    assert said.out == "ours\n"
    assert said.err == "loading\nasked\n"


def test_standard_output_that_was_put_elsewhere_meanwhile_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    other = io.StringIO()
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    with ASIDE:
        sys.stdout = other
    assert sys.stdout is other


# ── where it is ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_edited_code_is_another_model(tmp_path: Path) -> None:
    first = open_model(written(tmp_path, "def answer(prompt): return 'Paris'")).uri
    assert open_model(first).uri == first
    assert asked(first).text == "Paris"
    second = open_model(written(tmp_path, "def answer(prompt): return 'Lyon'")).uri
    assert second != first
    assert asked(second).text == "Lyon"
    with pytest.raises(InputError, match="is other code than it was"):
        open_model(first)


def test_a_file_runs_once_and_finds_what_lies_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "its_helper_here.py").write_text("WORD = 'Paris'")
    uri = written(tmp_path, "import its_helper_here\nprint('once')\ndef answer(prompt): return its_helper_here.WORD")
    assert (asked(uri).text, asked(uri).text) == ("Paris", "Paris")
    assert capsys.readouterr().err == "once\n"


def test_a_module_is_found_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "an_app_of_ours").mkdir()
    (tmp_path / "an_app_of_ours" / "rag.py").write_text("def answer(prompt): return 'Paris'")
    assert asked("python:an_app_of_ours.rag:answer").text == "Paris"
    (tmp_path / "an_app_of_ours" / "rag.py").write_text("def answer(prompt): return 'Lyon, now'")
    with pytest.raises(InputError, match="was edited after it was imported: start anew"):
        open_model("python:an_app_of_ours.rag:answer")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def reply(prompt): pass\ndef _own(): pass", "has no function `answer`: it has reply"),
        ("answer = 7", "has no function `answer`: it has none"),
        ("def answer(): return 'Paris'", "takes no `prompt` and no `messages`: nothing would be asked"),
        ("def answer(prompt, tenant): return 'Paris'", "takes `tenant`, which there is not: known are prompt, system"),
        ("import no_such_package_here", "does not import: ModuleNotFoundError: No module named 'no_such_package_here'"),
        ("raise SystemExit(3)", "does not import: SystemExit: 3"),
        ("def answer(prompt) return", "does not import: SyntaxError"),
    ],
)
def test_code_that_cannot_be_used_is_one_line(tmp_path: Path, source: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        open_model(written(tmp_path, source))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("python:", "names no function: write python:FILE.py:FUNCTION"),
        ("python:app.py", "names no function"),
        ("python:app.py:", "names no function"),
        ("python:no/such/app.py:answer", "`no/such/app.py` cannot be read (No such file or directory)"),
        ("python:no_such_package_here:answer", "`no_such_package_here` does not import"),
        ("python:..:answer", "does not import"),
    ],
)
def test_a_uri_that_leads_to_no_code_is_one_line(uri: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        open_model(uri)
    assert words in str(caught.value)


def test_a_function_has_no_body_to_add_to(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a function and has no body"):
        asked(written(tmp_path, "def answer(prompt): return 'Paris'"), extra={"k": 1})
