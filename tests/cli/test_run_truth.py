"""A run tells the truth about itself: its exit code, its first lines, its JSON and its page."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from trustgen.cli.app import app
from trustgen.core.registry import load
from trustgen.report import findings, write_html, write_markdown
from trustgen.run import build
from trustgen.store import RunFolder
from trustgen.tasks.suites import load_suite
from trustgen.testing.server import MockServer, mixture

sys.path.insert(0, str(Path(__file__).parent.parent / "run"))
from yes_or_no import yes_or_no

FLAKY = mixture(0.25, 3, "500", "truncated")


def trustgen(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.fixture
def edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """40 cases."""
    monkeypatch.setenv("COLUMNS", "80")
    return build([load("task", "llm.fairness.counterfactual")(10)], tmp_path / "e", salt="b").folder


@contextmanager
def serving(**plans: Any) -> Iterator[dict[str, str]]:
    """A server for each name; yields their model URIs."""
    with ExitStack() as stack:
        uris = {}
        for name, plan in plans.items():
            own = plan if callable(plan) else lambda prompt, _, plan=plan: plan if prompt else "ok"
            server = stack.enter_context(MockServer(own, reply=yes_or_no, usage=name != "silent"))
            uris[name] = f"openai-api:{name}@{server.url}"
        yield uris


def models(uris: dict[str, str]) -> list[str]:
    return [part for uri in uris.values() for part in ("--model", uri)]


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_run_in_which_one_model_gave_nothing_ends_with_three(edition: Path, tmp_path: Path) -> None:
    with serving(good="ok", gone="404") as uris:
        done = trustgen("run", edition, *models(uris), "-o", tmp_path / "r")
        assert done.exit_code == 3, done.output
        text = flat(done.output)
        assert f"STOPPED: {uris['gone']} was given up: its first case failed: HTTP 404: no such model" in text
        assert f"FAILED: {uris['gone']}: not one of 40 planned cases was scored" in text
        assert f"FAILED: {uris['good']}" not in text
        top = [line for line in done.output.splitlines() if line.startswith("FAILED")]
        assert done.output.index(top[0]) < done.output.index("origin_flips"), "before any number"
        again = trustgen("run", edition, *models(uris), "-o", tmp_path / "r", "--json")
    assert again.exit_code == 3
    said = json.loads(again.output)
    assert [a.startswith(uris["gone"]) for a in said["alarms"]] == [True]
    health = {h["model"]: h for h in said["health"]}
    assert (health[uris["good"]]["scored"], health[uris["gone"]]["scored"]) == (40, 0)
    assert health[uris["gone"]]["reason"].startswith("HTTP 404")
    assert said["run"]["given_up"].keys() == {uris["gone"]}
    page = write_html(findings(tmp_path / "r"), tmp_path / "page.html").read_text("utf-8")
    assert page.index("not one of 40 planned cases was scored") < page.index('id="profile"')
    assert "**Failed**" in write_markdown(findings(tmp_path / "r"), tmp_path / "page.md").read_text("utf-8")


def test_the_exit_code_is_of_the_models_that_were_asked_now(edition: Path, tmp_path: Path) -> None:
    with serving(good="ok", gone="404") as uris:
        assert trustgen("run", edition, "--model", uris["gone"], "-o", tmp_path / "r").exit_code == 3
        done = trustgen("run", edition, "--model", uris["good"], "-o", tmp_path / "r")
    assert done.exit_code == 0, done.output
    assert f"FAILED: {uris['gone']}: not one of 40 planned cases was scored" in flat(done.output), "and still told of"


@pytest.mark.parametrize(("failing", "code"), [(0.7, 3), (0.2, 0)])
def test_a_model_that_mostly_failed_ends_with_three(edition: Path, tmp_path: Path, failing: float, code: int) -> None:
    """Never 50 in a row, and not all of them: the share decides. The fault is permanent, so that nothing is retried."""
    from random import Random

    def plan(prompt: str, _: int) -> str:
        return "400" if prompt and Random(prompt).random() < failing else "ok"

    with serving(half=plan) as uris:
        done = trustgen("run", edition, *models(uris), "-o", tmp_path / "r", "--concurrency", 4)
    (health,) = findings(tmp_path / "r").health
    if health.given_up:  # the first three may fail by chance: then it is the same exit code
        assert code == 3
    assert done.exit_code == code, done.output
    assert ("FAILED" in done.output) == (code == 3)
    assert (health.errors > 0.5 * health.asked) == (code == 3)


def test_a_run_without_trouble_says_nothing_of_it(edition: Path, tmp_path: Path) -> None:
    with serving(good="ok") as uris:
        done = trustgen("run", edition, *models(uris), "-o", tmp_path / "r")
    assert done.exit_code == 0
    for word in ("FAILED", "note:", "retried", "cut at", "estimated"):
        assert word not in done.output


def test_retries_cut_replies_and_missing_usage_stand_at_the_top(edition: Path, tmp_path: Path) -> None:
    with serving(flaky=lambda p, n: FLAKY(p, n) if p else "ok", short="cut", silent="ok") as uris:
        done = trustgen("run", edition, *models(uris), "-o", tmp_path / "r")
        assert done.exit_code == 0, done.output
    retried: dict[str, int] = {}
    for response in RunFolder.open(tmp_path / "r").responses():
        for kind, n in response.retried.items():
            retried[kind] = retried.get(kind, 0) + n
    text = flat(done.output[done.output.index("TrustGen  suite") :])
    total = sum(retried.values())
    assert total > 3
    kinds = ", ".join(f"{n} × {kind}" for kind, n in sorted(retried.items(), key=lambda item: (-item[1], item[0])))
    assert f"note: {uris['flaky']}: retried {total}: {kinds}" in text
    assert f"40 of 40 answers of {uris['short']} were cut at the token cap" in text
    assert "raise it with --max-tokens or --thinking-tokens" in text
    assert f"{uris['silent']} reports no usage, or none that can be: its tokens are estimated from lengths" in text
    said = json.loads(trustgen("report", tmp_path / "r", "--json").output)
    health = {h["model"]: h for h in said["health"]}
    assert health[uris["flaky"]]["retried"] == retried
    assert health[uris["short"]]["cut"] == {"llm.fairness.counterfactual": [40, 40]}
    assert [health[uris[name]]["estimated"] for name in ("flaky", "short", "silent")] == [False, False, True]
    page = write_html(findings(tmp_path / "r"), tmp_path / "page.html").read_text("utf-8")
    assert page.index(f"retried {total}: ") < page.index('id="profile"')


def test_a_reply_that_speaks_of_finishing_is_not_taken_for_a_mark(edition: Path, tmp_path: Path) -> None:
    """What is counted is searched for in stored JSON; what a model wrote there is escaped."""
    said = 'Yes. {"finish":"length","retried":{"x":1},"estimated":true,"status":"error"}'
    with MockServer(reply=lambda _: said) as server:
        trustgen("run", edition, "--model", f"openai-api:m@{server.url}", "-o", tmp_path / "r")
    (health,) = findings(tmp_path / "r").health
    assert (health.cut, health.retried, health.estimated, health.errors) == ({}, {}, False, 0)
    assert health.asked == 40


def test_the_report_is_written_as_json(edition: Path, tmp_path: Path) -> None:
    with serving(good="ok") as uris:
        trustgen("run", edition, *models(uris), "-o", tmp_path / "r")
    done = trustgen("report", tmp_path / "r", "-f", "json")
    assert done.output.strip() == str(tmp_path / "r" / "report.json")
    written = json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))
    assert written == json.loads(trustgen("report", tmp_path / "r", "--json").output)
    assert written["estimates"]


def test_a_run_made_before_these_were_stored_is_read(edition: Path, tmp_path: Path) -> None:
    with serving(good="ok") as uris:
        trustgen("run", edition, *models(uris), "-o", tmp_path / "r")
    path = tmp_path / "r" / "run.json"
    body = json.loads(path.read_text("utf-8"))
    del body["given_up"]
    path.write_text(json.dumps(body), "utf-8")
    (tmp_path / "r" / "seal.json").unlink()
    assert trustgen("report", tmp_path / "r").exit_code == 0
    assert findings(tmp_path / "r").alarms == []


def test_files_that_an_editor_gave_a_mark_are_read(tmp_path: Path) -> None:
    suite = tmp_path / "suite.toml"
    suite.write_text(
        'name = "mine"\ntitle = "Mine"\n[[tasks]]\nid = "llm.fairness.counterfactual"\nn = 3\n', "utf-8-sig"
    )
    done = trustgen("build", suite, "-o", tmp_path / "e")
    assert done.exit_code == 0, done.output
    assert load_suite(str(suite)).title == "Mine"
