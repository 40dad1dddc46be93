"""Secrets go where they were bound to and nowhere else: keys of models, keys of search engines, what ~/.netrc holds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from trustgen.cli import main
from trustgen.core import Granted, InputError, Kit, ModelOptions
from trustgen.curate.download import FetchError, fetch
from trustgen.curate.manifest import read_manifest
from trustgen.models import open_model

CANARIES = {f"CANARY_{i}": f"sk-canary-{i}-{'xyzabcdef' * 2}{i}" for i in range(5)}
SMALL = 'name = "small"\ntitle = "Small"\n[[tasks]]\nid = "llm.truthfulness.facts"\nn = 2\n'


class Listening(ThreadingHTTPServer):
    """A server that keeps all it hears, answers chats, and redirects where it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[str] = []
        self.location = ""
        self.body = b"{}"
        self.words = "Paris"

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: Listening

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.heard.append(f"{self.command} {self.path}\n{self.headers}\n{body.decode()}")
        if self.server.location:
            self.send_response(302)
            self.send_header("Location", self.server.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        said = self.server.body
        if self.path.endswith("/chat/completions"):
            said = json.dumps(
                {"choices": [{"message": {"content": self.server.words}, "finish_reason": "stop"}]}
            ).encode()
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = _answer  # noqa: N815


@pytest.fixture
def servers() -> Iterator[tuple[Listening, Listening]]:
    pair = Listening(), Listening()
    for one in pair:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    yield pair
    for one in pair:
        one.shutdown()
        one.server_close()


@pytest.fixture(autouse=True)
def canaries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str]:
    """The command in this process: exit code, all it printed."""
    with pytest.raises(SystemExit) as end:
        main([str(a) for a in args])
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out + said.err


def models(servers: tuple[Listening, Listening]) -> list[str]:
    """A model on each of two hosts."""
    one, other = servers
    return [f"openai-api:m@http://127.0.0.1:{one.port}/a/v1", f"openai-api:m@http://localhost:{other.port}/b/v1"]


def written(folder: Path) -> str:
    """Everything in a folder."""
    return "".join(p.read_bytes().decode("latin-1") for p in folder.rglob("*") if p.is_file())


# ── keys of models ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_key_reaches_one_server(
    servers: tuple[Listening, Listening], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two hosts, one `--api-key-env`: refused before anything is asked, for models and for roles."""
    (tmp_path / "small.toml").write_text(SMALL)
    one, other = models(servers)
    for args in (("--model", one, "--model", other), ("--model", one, "--role", f"judge={other}")):
        code, said = run(capsys, "run", "small.toml", *args, "--api-key-env", "CANARY_1", "-o", "refused")
        assert code == 2
        assert "--api-key-env CANARY_1: it would go to 2 servers" in said
        assert "--api-key-env NAME=CANARY_1" in said
    assert not servers[0].heard
    assert not servers[1].heard
    assert not (tmp_path / "refused").exists()


def test_of_five_secrets_one_is_sent_and_none_is_written(
    servers: tuple[Listening, Listening], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    one, other = models(servers)
    asked = ("--model", f"a={one}", "--model", f"b={other}", "--api-key-env", "a=CANARY_1")
    code, said = run(capsys, "run", "small.toml", *asked, "--salt", "s", "-o", "run")
    assert code == 0, said
    for kind in ("html", "md", "csv", "json", "junit", "sarif"):
        said += run(capsys, "report", "run", "-f", kind)[1]
    said += run(capsys, "show", "run", "--json")[1] + run(capsys, "review", "run", "--export", "sheet.csv")[1]
    heard = ["".join(server.heard) for server in servers]
    assert CANARIES["CANARY_1"] in heard[0]
    for name, value in CANARIES.items():
        assert value not in heard[1]
        assert value not in said + written(tmp_path)
        assert name == "CANARY_1" or value not in heard[0]


def test_a_key_that_comes_back_is_in_no_file_and_is_told_of(
    servers: tuple[Listening, Listening], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    servers[0].words = f"your key is Bearer {CANARIES['CANARY_1']}"
    asked = ("--model", models(servers)[0], "--api-key-env", "CANARY_1", "--salt", "s", "-o", "run")
    _, said = run(capsys, "run", "small.toml", *asked)
    said += run(capsys, "report", "run", "-f", "md")[1]
    assert CANARIES["CANARY_1"] not in said + written(tmp_path)
    assert "showed its API key in 14 answers: it was struck out" in " ".join(said.split())
    assert "[API key struck out]" in (tmp_path / "run/report.html").read_text("utf-8")


def test_one_server_may_have_one_key_for_all(
    servers: tuple[Listening, Listening], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    one = models(servers)[0]
    asked = ("--model", one, "--model", one.replace(":m@", ":n@"), "--model", "organism/mute")
    code, said = run(capsys, "plan", "small.toml", *asked, "--api-key-env", "CANARY_1")
    assert code == 0, said


def test_a_secret_header_is_a_secret(
    servers: tuple[Listening, Listening], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    one, other = models(servers)
    both = ("plan", "small.toml", "--model", one, "--model", other)
    code, said = run(capsys, *both, "--header", "X-Api-Key: hush-hush")
    assert code == 2
    assert "--header X-Api-Key: it would go to 2 servers" in said
    assert "hush-hush" not in said
    assert run(capsys, *both, "--header", "x-team: red")[0] == 0


@pytest.mark.parametrize("options", [{"api_key_env": "CANARY_1"}, {"headers": {"Authorization": "Basic eDp5"}}])
def test_no_secret_crosses_a_network_in_the_open(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"unencrypted to http://models\.example/v1: .*--insecure"):
        open_model("openai-api:m@http://models.example/v1", ModelOptions(**options))
    open_model("openai-api:m@http://models.example/v1", ModelOptions(**options, insecure=True))
    open_model("openai-api:m@https://models.example/v1", ModelOptions(**options))
    open_model("openai-api:m@http://127.0.0.1:8000/v1", ModelOptions(**options))
    open_model("openai-api:m@http://models.example/v1", ModelOptions(headers={"x-team": "red"}))


def test_insecure_is_a_word_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    asked = ("plan", "small.toml", "--model", "openai-api:m@http://models.example/v1", "--api-key-env", "CANARY_1")
    assert "--insecure" in run(capsys, *asked)[1]
    code, said = run(capsys, *asked, "--insecure")
    assert code == 0, said


# ── what the file of a pool may not do ──────────────────────────────────────────────────────────────────────────────


class Writer:
    """A bound writer that proposes one query."""

    role, uri = "writer", "organism/writer"

    def ask(self, *turns: Any, sampling: Any = None) -> Any:
        from trustgen.core import Reply

        return Reply(json.dumps({"queries": ["a", "b"], "records": []}))


def pool(tmp_path: Path, web: str, granted: Granted) -> Any:
    """The pool of a manifest that somebody else wrote."""
    file = tmp_path / "pool.toml"
    file.write_text(
        'name = "p"\nabout = "a"\n[web]\ntopic = "t"\n' + web + '\n[web.fields]\nsubject = {about = "a name"}\n'
    )
    return read_manifest(file).using(Kit({"writer": Writer()}, granted=granted))  # type: ignore[attr-defined,dict-item]


ASKS = [
    ('engine = "tavily"\nbase = "{there}/x"\nkey_env = "CANARY_2"', "--pool-key CANARY_2@{there}"),
    ('engine = "brave"\nbase = "{there}"\nkey_env = "CANARY_2"', "--pool-key CANARY_2@{there}"),
    ('engine = "tavily"\nbase = "https://search.example"\nkey_env = "TAVILY_API_KEY"', "--pool-key TAVILY_API_KEY@"),
    ('engine = "tavily"\nkey_env = "CANARY_2"', "--pool-key CANARY_2"),
    ('engine = "searxng"\nbase = "{there}"', "--allow-private"),
    ('engine = "searxng"\nbase = "http://10.0.0.7"', "--allow-private"),
    ("allow_private = true", "--allow-private"),
    ("limits = {{pages = 31}}", "--raise-limits"),
    ("limits = {{pause = 0.5}}", "--raise-limits"),
]


@pytest.mark.parametrize(("web", "word"), ASKS)
def test_a_file_names_no_secret_no_network_and_no_bounds(
    servers: tuple[Listening, Listening], tmp_path: Path, web: str, word: str
) -> None:
    there = f"http://127.0.0.1:{servers[0].port}"
    with pytest.raises(InputError) as caught:
        list(pool(tmp_path, web.format(there=there), Granted()).draw("s"))
    assert word.format(there=there) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not servers[0].heard


def test_what_the_command_line_grants_is_done(servers: tuple[Listening, Listening], tmp_path: Path) -> None:
    there = f"http://127.0.0.1:{servers[0].port}"
    servers[0].body = b'{"results": []}'
    web = f'engine = "tavily"\nbase = "{there}"\nkey_env = "CANARY_2"'
    list(pool(tmp_path, web, Granted.parse([f"CANARY_2@{there}"], private=True)).draw("s"))
    assert f"Bearer {CANARIES['CANARY_2']}" in "".join(servers[0].heard)
    for other in ("CANARY_2", "CANARY_2@https://search.example", f"CANARY_3@{there}"):  # another place, another key
        with pytest.raises(InputError, match="--pool-key"):
            list(pool(tmp_path, web, Granted.parse([other], private=True)).draw("s"))


def test_a_build_hands_the_words_of_the_command_line_on(
    servers: tuple[Listening, Listening], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer, engine = servers
    writer.words, engine.body = '{"queries": ["mills"]}', b'{"results": []}'
    there = f"http://127.0.0.1:{engine.port}"
    (tmp_path / "pool.toml").write_text(
        f'name = "p"\nabout = "a"\n[web]\ntopic = "t"\nengine = "tavily"\nbase = "{there}"\n'
        'key_env = "CANARY_2"\n[web.fields]\nquestion = {about = "a"}\n'
    )
    (tmp_path / "s.toml").write_text(SMALL + 'pool = "pool.toml"\n')
    build = ("build", "s.toml", "--role", f"writer=openai-api:m@http://127.0.0.1:{writer.port}/v1", "-o", "e")
    for args, word in (
        (("--pool-key", "CANARY_2@127.0.0.1"), "write VAR or VAR@ORIGIN"),
        ((), f"--pool-key CANARY_2@{there}"),
        (("--pool-key", f"CANARY_2@{there}"), "--allow-private"),
    ):
        code, said = run(capsys, *build, *args)
        assert (code, word in said) == (2, True), said
    assert not engine.heard
    run(capsys, *build, "--pool-key", f"CANARY_2@{there}", "--allow-private")
    assert f"Bearer {CANARIES['CANARY_2']}" in engine.heard[0]


# ── netrc, redirects, proxies ───────────────────────────────────────────────────────────────────────────────────────


def test_netrc_is_not_sent(
    servers: tuple[Listening, Listening], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password from-netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    fetch(f"http://127.0.0.1:{servers[0].port}/x", seconds=5, most=1000)
    assert "uthorization" not in servers[0].heard[0]


def test_a_redirect_elsewhere_takes_neither_body_nor_headers(servers: tuple[Listening, Listening]) -> None:
    here, there = servers
    here.location = f"http://localhost:{there.port}/in"
    sent = {"query": "hush-hush"}
    headers = {"X-Api-Key": "hush-hush", "Accept": "application/json"}
    where = f"http://127.0.0.1:{here.port}/out"
    with pytest.raises(FetchError, match="redirected a question to"):
        fetch(where, seconds=5, most=1000, method="POST", data=sent, headers=headers)
    assert "hush-hush" in here.heard[0]
    assert not there.heard
    fetch(where, seconds=5, most=1000, headers=headers)
    assert there.heard[0].startswith("GET /in")
    assert "hush-hush" not in there.heard[0]
    assert "application/json" in there.heard[0]


def test_a_proxy_of_the_environment_is_used(
    servers: tuple[Listening, Listening], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{servers[0].port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    body, _ = fetch("http://data.example/x", seconds=5, most=1000)
    assert body == b"{}"
    assert servers[0].heard[0].startswith("GET http://data.example/x")
    fetch(f"http://127.0.0.1:{servers[1].port}/own", seconds=5, most=1000)
    assert servers[1].heard[0].startswith("GET /own")
