"""An application asked from the command line: a service that a file describes, a function by its file and name."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import Done, trustgen
from servers.app_server import Application
from trustgen.store import RunFolder

KEY = "sk-canary-0123456789"
CONCURRENCY = 4
LATENCY = 0.02
LOST = CONCURRENCY + 24  # in flight at a kill, and what came within the journal's commit window
SLOW = """
import time
from pathlib import Path
def answer(prompt):
    time.sleep(0.02)
    with Path(__file__).with_name("asked").open("a") as file:
        print(prompt.splitlines()[0], file=file, flush=True)
    return "Paris"
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of the user's own, with a key in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_KEY", KEY)


def questions(n: int) -> str:
    """A file of questions."""
    Path("q.csv").write_text("question,answer\n" + "".join(f"Question {i}?,Paris\n" for i in range(n)))
    return "q.csv"


def app_py(source: str = "def answer(prompt): return 'Paris'") -> str:
    """The URI of a function in a file."""
    Path("app.py").write_text(source)
    return "python:app.py:answer"


def told(done: Done) -> Any:
    """What a command printed, as one JSON document."""
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def test_an_application_is_asked_beside_another(tmp_path: Path) -> None:
    with Application() as app:
        app.described(tmp_path)
        models = ("--model", "app=http:app.toml", "--model", f"mine={app_py()}")
        found = told(trustgen("ask", questions(3), *models, "-o", "out", "--json"))
    assert {(row["model"], row["value"]) for row in found["estimates"]} == {("app", 1.0), ("mine", 1.0)}
    assert len(app.seen) == 3
    told_of = RunFolder.open(Path("out")).manifest().endpoints
    assert told_of["app"].uri.startswith("http:app.toml#")
    assert told_of["mine"].uri.startswith("python:app.py:answer#")


def test_no_secret_comes_into_the_folder_of_a_run(tmp_path: Path) -> None:
    """Of the environment, and written into the file itself; said back in a reply, a thought and an error."""
    headers = {"Authorization": "Bearer $APP_KEY", "X-Token": "tok-canary-9876543210"}

    def answer(body: dict[str, Any]) -> Any:
        said = f"Paris {KEY} tok-canary-9876543210"
        return (
            {"error": {"message": said, "code": 400}}
            if "Question 1?" in body["question"]
            else {"answer": said, "why": said}
        )

    with Application(answer) as app:
        app.described(tmp_path, headers=headers, thoughts="why", error="error")
        mine = app_py("import os\ndef answer(prompt):\n    raise ValueError(os.environ['APP_KEY'])")
        models = ("--model", "app=http:app.toml", "--model", f"mine={mine}", "--api-key-env", "mine=APP_KEY")
        trustgen("ask", questions(3), *models, "-o", "out")
    assert {h["authorization"] for h in app.headers} == {f"Bearer {KEY}"}
    trustgen("report", "out", "-o", "out/report.md")
    files = [path.read_bytes() for path in Path("out").rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not any(secret in body for body in files for secret in (KEY.encode(), b"tok-canary"))


def test_one_key_goes_to_one_application(tmp_path: Path) -> None:
    with Application() as app:
        for name in ("one.toml", "two.toml"):
            app.described(tmp_path, name=name)
        models = ("--model", "one=http:one.toml", "--model", "two=http:two.toml")
        done = trustgen("ask", questions(1), *models, "--api-key-env", "APP_KEY", "-o", "out")
    assert done.returncode == 2
    assert "it would go to 2 servers (http:one.toml, http:two.toml)" in done.stderr
    assert not app.seen


@pytest.fixture(params=["http", "python"])
def slow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Callable[[], Counter[str]]]]:
    """A slow application of each kind, and how often it was asked what."""
    if request.param == "python":
        log = tmp_path / "asked"
        log.touch()
        yield app_py(SLOW), lambda: Counter(log.read_text().splitlines())
        return

    def answer(_: Any) -> Any:
        time.sleep(LATENCY)
        return {"answer": "Paris"}

    with Application(answer) as app:
        app.described(tmp_path)
        yield "http:app.toml", lambda: Counter(body["question"].splitlines()[0] for body in app.bodies)


def test_a_killed_run_goes_on_and_asks_nothing_twice(slow: tuple[str, Callable[[], Counter[str]]]) -> None:
    uri, asked = slow
    words = [
        "ask",
        questions(120),
        "--salt",
        "k",
        "--model",
        f"app={uri}",
        "--concurrency",
        f"{CONCURRENCY}",
        "-o",
        "out",
    ]
    start = [sys.executable, "-c", "from trustgen.cli import main; main()"]
    child = subprocess.Popen([*start, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while asked().total() < 60 and child.poll() is None:
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    child.wait()
    before = asked().total()
    assert 60 <= before < 120
    assert trustgen(*words).returncode == 0
    assert len(asked()) == 120
    assert (again := asked().total() - 120) <= LOST
    assert trustgen(*words).returncode == 0
    assert asked().total() - 120 == again


def test_what_a_function_prints_is_not_in_the_json() -> None:
    uri = app_py("print('loading')\ndef answer(prompt):\n    print('asked')\n    return 'Paris'")
    done = trustgen("ask", questions(2), "--model", f"app={uri}", "-o", "out", "--json")
    assert told(done)["estimates"][0]["value"] == 1.0
    assert done.stderr.count("asked\n") == 2


def test_an_exception_is_an_error_of_its_case_and_of_no_other() -> None:
    uri = app_py(
        "def answer(prompt):\n    if '1?' in prompt:\n        raise SystemExit('no index')\n    return 'Paris'"
    )
    done = trustgen("ask", questions(3), "--model", f"app={uri}", "-o", "out", "--json")
    outcomes = json.loads(done.stdout)["estimates"][0]["outcomes"]
    assert (outcomes["scored"], outcomes["error"]) == (2, 1)
    errors = [row for row in RunFolder.open(Path("out")).responses() if row.status == "error"]
    assert "SystemExit: no index" in str(errors)


def test_an_edited_application_is_another_model(tmp_path: Path) -> None:
    with Application() as app:
        app.described(tmp_path)
        models = ("--model", "app=http:app.toml", "--model", f"mine={app_py()}")
        again = ("ask", questions(2), "--salt", "k", "-o", "out", "--model")
        told(trustgen(*again, "app=http:app.toml", "--model", f"mine={app_py()}", "--json"))
        app.described(tmp_path, body={"question": "Briefly: {{prompt}}"})
        app_py("def answer(prompt): return 'Lyon'")
        for model in models[1::2]:
            done = trustgen(*again, model)
            assert done.returncode == 2
            assert "give what is asked now another name" in done.stderr
        told(trustgen(*again, "app2=http:app.toml", "--model", "mine2=python:app.py:answer", "--json"))
    assert [body["question"][:9] for body in app.bodies] == ["Question ", "Question ", "Briefly: ", "Briefly: "]


def test_what_talks_in_several_messages_is_not_applicable_without_a_place_for_them(tmp_path: Path) -> None:
    task = "llm.truthfulness.sycophancy"
    with Application() as app:
        app.described(tmp_path)
        done = trustgen("run", task, "--n", "2", "--model", "app=http:app.toml", "-o", "out")
        assert done.returncode == 2
        assert "the tasks need the level turns, which `app` does not offer" in done.stderr
        assert not app.seen
        app.described(tmp_path, name="chat.toml", body={"messages": "{{messages}}"})
        both = ("--model", "app=http:app.toml", "--model", "chat=http:chat.toml", "--model", f"mine={app_py()}")
        found = trustgen("run", task, "--n", "2", *both, "-o", "both")
    assert found.returncode == 0, found
    lacking = RunFolder.open(Path("both")).manifest().not_applicable
    assert {(pair.model, pair.level) for pair in lacking} == {("app", "turns"), ("mine", "turns")}
    assert any(len(body["messages"]) > 1 for body in app.bodies)


def test_a_system_message_that_has_no_place_is_said_before_anything_is_asked() -> None:
    done = trustgen("ask", questions(1), "--model", f"app={app_py()}", "--system", "Be kind.", "-o", "out")
    assert done.returncode == 2
    assert "`app` has no place for a system message" in done.stderr
    kind = app_py("def answer(prompt, system): return 'Paris' if system == 'Be kind.' else ''")
    done = trustgen("ask", questions(1), "--model", f"app={kind}", "--system", "Be kind.", "-o", "out", "--json")
    assert told(done)["estimates"][0]["value"] == 1.0


def test_code_runs_for_the_command_line_alone() -> None:
    """A run of others names a function: whatever is done with the run, the function is not."""
    Path("judge.py").write_text("def answer(prompt): return 'yes'")
    model, judge = ("--model", f"app={app_py()}"), ("--role", "judge=python:judge.py:answer")
    assert trustgen("ask", questions(2), *model, *judge, "-o", "out").returncode == 0
    assert trustgen("ask", "q.csv", *model, "-o", "plain").returncode == 0
    for name in ("app.py", "judge.py"):
        Path(name).write_text("from pathlib import Path\nPath('ran').touch()\ndef answer(prompt): return 'Paris'")
    for command in (
        ("show", "out"),
        ("verify", "out"),
        ("report", "out", "-o", "page.html"),
        ("review", "out", "--n", "1", "--export", "sheet.csv"),
        ("rejudge", "out"),
        ("plan", "out/edition", "--model", "organism/perfect"),
        ("rejudge", "plain"),
        ("run", "plain/edition", "--model", "organism/perfect", "-o", "plain"),
        ("compare", "plain", "app", "organism/perfect"),
    ):
        done = trustgen(*command)
        assert done.returncode in (0, 1), done
        assert not Path("ran").exists(), command
    trustgen("ask", "q.csv", "--model", "app=python:app.py:answer", "-o", "other")
    assert Path("ran").exists()


def test_both_are_listed_and_doctor_knows_them() -> None:
    listed = {row["name"]: row["about"] for row in told(trustgen("list", "models", "--json"))}
    assert "http:app.toml" in listed["http"]
    assert "python:app.py:answer" in listed["python"]
    checks = json.loads(trustgen("doctor", "--json").stdout)
    (row,) = [row for row in checks["checks"] if row["what"] == "your application"]
    assert row["ok"]
    assert "http:FILE.toml" in row["detail"]
