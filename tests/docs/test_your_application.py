"""The applications that docs/models.md shows are asked as they stand there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from shell import ROOT

from commands import trustgen
from servers.app_server import Application

SECTION = (ROOT / "docs/models.md").read_text("utf-8").partition("\n## Your application\n")[2].partition("\n## ")[0]
LINES = [shlex.split(line)[1:] for line in re.findall(r"^    (trustgen .*)$", SECTION, re.MULTILINE)]


def block(language: str) -> str:
    """The one example in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_KEY", "sk-canary-0123456789")
    Path("questions.csv").write_text("question,answer\nWhat is the capital of France?,Paris\n")
    Path("app.py").write_text(block("python"))


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """As the file says that the service does."""
    said = {"text": "Paris", "reasoning": "Hm.", "blocked": False, "end": "stop"}
    return {"answer": said, "tokens": {"in": len(body["question"]), "out": 2}}


def test_the_service_of_the_page_is_asked() -> None:
    with Application(answer) as app:
        Path("app.toml").write_text(block("toml").replace("http://localhost:8000/ask", app.url))
        bare = ["bare=organism/perfect" if word.startswith("bare=") else word for word in LINES[1]]
        for words in (LINES[0], [*bare, "--n", "2"]):
            done = trustgen(*words, "-o", words[0], "--json")
            assert done.returncode == 0, done
    first = app.bodies[0]
    assert first["question"] == "What is the capital of France?"
    assert first["history"] == [{"role": "user", "content": first["question"]}]
    assert first["instructions"] == ""
    assert isinstance(first["options"]["limit"], int)
    assert app.headers[0]["authorization"] == "Bearer sk-canary-0123456789"
    assert any(len(body["history"]) > 1 for body in app.bodies)


def test_the_functions_of_the_page_are_asked() -> None:
    done = trustgen(*LINES[2], "-o", "out", "--json")
    assert done.returncode == 0, done
    found = {row["model"]: row["value"] for row in json.loads(done.stdout)["estimates"]}
    assert found == {"app": 1.0, "chat": 1.0}
    assert len(LINES) == 3
