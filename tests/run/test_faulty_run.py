"""A whole run against a server that fails in every way: it ends, and every case in exactly one outcome."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from yes_or_no import yes_or_no

from trustgen.core import InputError, ModelOptions
from trustgen.core.registry import load
from trustgen.run import Result, Retry, Settings, build, evaluate
from trustgen.store import RunFolder
from trustgen.testing.server import FAULTS, MockServer, always, mixture

QUICK = Settings(
    options=ModelOptions(timeout=1.0),
    retry=Retry(attempts=3, base=0.01, cap=0.05, patience=0.5),
    concurrency=16,
    stall=30.0,
)


def run(tmp_path: Path, server: MockServer, records: int = 20) -> tuple[Result, Counter[str]]:
    """Run counterfactual cases against the server; the outcomes counted from the verdicts."""
    edition = build([load("task", "llm.fairness.counterfactual")(records)], tmp_path / "e", salt="f")
    with server:
        result = evaluate(edition, [f"openai-api:m@{server.url}"], tmp_path / "run", settings=QUICK)
    counts = Counter(v.outcome.value for v in RunFolder.open(tmp_path / "run").verdicts())
    for estimate in result.estimates:
        assert sum(estimate.outcomes.values()) == estimate.planned
    assert sum(counts.values()) + result.estimates[0].outcomes["skipped"] <= 4 * records + 1
    return result, counts


def test_a_mixture_of_every_fault_leaves_no_case_without_an_outcome(tmp_path: Path) -> None:
    names = tuple(f for f in FAULTS if f not in ("ok", "429-date", "401"))
    plan = mixture(0.4, 7, *names)
    server = MockServer(lambda prompt, attempt: plan(prompt, attempt) if prompt else "ok", retry_after="0.1")
    server.reply = yes_or_no
    result, counts = run(tmp_path, server, 40)
    assert result.manifest.status == "finished"
    assert sum(counts.values()) == 160
    assert counts["scored"] > 100, "retries win most cases back"
    assert counts["blocked"] > 0
    assert counts["error"] > 0
    assert set(counts) <= {"scored", "blocked", "error", "unparsed", "refused"}


@pytest.mark.parametrize("name", [f for f in FAULTS if f not in ("ok", "401", "endless", "429-date")])
def test_a_server_that_only_fails_ends_soon(tmp_path: Path, name: str) -> None:
    server = MockServer(lambda prompt, attempt: name if prompt else "ok", retry_after="0.05")
    result, counts = run(tmp_path, server, 4)
    dead = {"400": 3, "404": 1, "redirect": 3}.get(name)  # cases asked before it is given up
    assert result.manifest.status == ("stopped" if dead else "finished"), result.manifest.stopped
    expected = "blocked" if name.startswith("filter") else "error"
    assert counts == {expected: dead or 16}
    headline = result.estimates[0]
    assert headline.value != headline.value, "nothing was scored: nan, never 0"


def test_a_refused_key_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="key"):
        run(tmp_path, MockServer(always("401")), 4)
    assert not (tmp_path / "run").exists()
