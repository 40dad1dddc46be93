"""Models by name, each asked in its own manner: `--model NAME=URI` and `[NAME=]VALUE` options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from servers.kinds import Kind
from trustgen.cli.app import app
from trustgen.cli.called import called
from trustgen.core import InputError
from trustgen.store import RunFolder


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("named") / "edition"
    done = invoke("build", "llm.truthfulness.facts", "--n", "2", "--salt", "named", "-o", str(folder))
    assert done.exit_code == 0, done.output
    return folder


def test_a_name_goes_everywhere_and_each_model_has_its_manner(edition: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    with Kind("think", lambda _: "Paris") as one, Kind("bare", lambda _: "Paris") as other:
        models = [
            "--model",
            f"fast=openai-api:m@{one.url}",
            "--model",
            f"deep=openai-api:m@{other.url}/chat/completions",
        ]
        manner = [
            "--temperature",
            "fast=0.5",
            "--max-tokens",
            "300",
            "--thinking-tokens",
            "deep=1000",
            "--system",
            "Be brief.",
        ]
        more = ["--extra-body", 'fast={"top_k": 3}', "--header", "x-team: red", "--reasoning-effort", "deep=low"]
        done = invoke("run", str(edition), *models, *manner, *more, "-o", out, "--json")
        assert done.exit_code == 0, done.output
        asked = len(one.seen) + len(other.seen)
        again = invoke("run", str(edition), *models, *manner, *more, "-o", out, "--json")
        assert again.exit_code == 0, again.output
        assert len(one.seen) + len(other.seen) == asked  # everything was stored, adapted parameters and all
        changed = invoke("run", str(edition), *models, *manner[2:], *more, "-o", out)
        assert isinstance(changed.exception, InputError)
        assert "another name" in str(changed.exception)
    fast, deep = one.seen[-1], other.seen[-1]
    assert (fast["temperature"], fast["max_tokens"], fast["top_k"]) == (0.5, 300, 3)
    assert (deep["max_completion_tokens"], deep["reasoning_effort"]) == (1300, "low")
    assert "temperature" not in deep
    assert {body["messages"][0]["content"][:9] for body in (fast, deep)} == {"Be brief."}
    manifest = RunFolder.open(Path(out)).manifest()
    assert manifest.models == ("fast", "deep")
    assert manifest.endpoints["deep"].adapted == {"max_tokens": "max_completion_tokens", "temperature": "", "seed": ""}
    told = json.loads(done.stdout)
    assert {row["model"] for row in told["estimates"]} == {"fast", "deep"}
    shown = invoke("compare", out, "fast", "deep")
    assert shown.exit_code == 0, shown.output
    assert "http://" not in shown.output
    assert not {o["error"] for row in told["estimates"] for o in [row["outcomes"]]} - {0}


def test_an_adapted_model_resumes_without_asking_twice(edition: Path, tmp_path: Path) -> None:
    out, calls = str(tmp_path / "run"), 0
    with Kind("bare", lambda _: "Paris") as server:
        for cap in ("5-calls", "400-calls"):
            invoke(
                "run",
                str(edition),
                "--model",
                f"openai-api:m@{server.url}",
                "--budget",
                cap,
                "-o",
                out,
                "--concurrency",
                "1",
            )
            calls = calls or len(server.seen)
        run = RunFolder.open(Path(out))
        planned = run.edition().planned
    assert 5 <= calls < planned
    assert len(server.seen) == planned


ROLES = {"judge": "openai-api:j@http://127.0.0.1:1/v1"}


@pytest.mark.parametrize(
    ("models", "said", "words"),
    [
        (["a=smollm2", "a=glassllm"], {}, "given twice"),
        (["judge=smollm2"], {}, "role's name"),
        (["a=smollm2"], {"temperature": ("b=1",)}, "no model or role is called `b`: known are a, judge"),
        (["a=smollm2"], {"temperature": ("1", "0.5")}, "--temperature is given twice"),
        (["a=smollm2"], {"temperature": ("a=1", "a=0.5")}, "given twice for `a`"),
        (["a=smollm2"], {"temperature": ("hot",)}, "write a number from 0 to 10"),
        (["a=smollm2"], {"top_p": ("a=1.5",)}, "from 0 to 1"),
        (["a=smollm2"], {"max_tokens": ("0",)}, "whole number from 1"),
        (["a=smollm2"], {"extra_body": ("{",)}, "no JSON"),
        (["a=smollm2"], {"extra_body": ('{"messages": []}',)}, "filled by TrustGen"),
        (["a=smollm2"], {"header": ("x-team",)}, "NAME: VALUE"),
        (["a=smollm2"], {"system": ("@nowhere.txt",)}, "cannot be read"),
        ([], {"temperature": ("1",)}, "no model is under test here: write --temperature ROLE="),
    ],
)
def test_what_cannot_be_meant_is_said(models: list[str], said: dict[str, tuple[str, ...]], words: str) -> None:
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        called(models, ROLES, 60.0, said)


def test_whose_a_value_is() -> None:
    said: dict[str, tuple[str, ...]] = {
        "temperature": ("0.2", "b=1", "judge=0.7"),
        "system": ("x=y, as in algebra", "b=Be brief."),
        "header": ("x-team: red", "b=x-more: 1"),
        "api_key_env": ("ALL", "b=OWN"),
    }
    models, roles = called(["a=smollm2", "b=glassllm", "organism/coward?rate=0.3"], ROLES, 60.0, said)
    a, b, coward = models
    assert [m.manner.temperature for m in models] == [0.2, 1, 0.2]
    assert (a.manner.system, b.manner.system) == ("x=y, as in algebra", "Be brief.")
    assert (a.options.headers, b.options.headers) == ({"x-team": "red"}, {"x-team": "red", "x-more": "1"})
    assert (a.options.api_key_env, b.options.api_key_env) == ("ALL", "OWN")
    assert (coward.name, coward.uri) == ("", "organism/coward?rate=0.3")
    judge = roles["judge"]
    assert (judge.manner.temperature, judge.manner.system, judge.options.headers) == (0.7, "", {})
    assert judge.options.api_key_env == "ALL"


def test_a_role_with_a_manner_is_another_judge() -> None:
    _, plain = called([], ROLES, 60.0, {})
    _, warm = called([], ROLES, 60.0, {"temperature": ("judge=0.7",)})
    uris: list[Any] = [roles["judge"].open().uri for roles in (plain, warm)]
    assert uris == [ROLES["judge"], f"{ROLES['judge']} (temperature 0.7)"]


def test_two_long_system_messages_are_two_judges() -> None:
    """They begin alike: what a label leaves out must still tell them apart, for keys rest on it."""
    long = "You are a strict judge of replies and decide by the rubric alone. "
    said = [
        called([], ROLES, 60.0, {"system": (f"judge={text}",)})[1] for text in (long + "A", long + "B", "a b", "a\nb")
    ]
    assert len({roles["judge"].open().uri for roles in said}) == 4
