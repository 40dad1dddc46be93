"""An oracle behind every kind of endpoint: no case ends in `error`, and every verdict is the plain server's."""

from __future__ import annotations

from typing import Any

import pytest

from servers.kinds import KINDS, Kind
from trustgen.core import Manner, ModelOptions, Named, Outcome
from trustgen.core.registry import load
from trustgen.models import open_model
from trustgen.run import Settings, build, evaluate
from trustgen.store import Edition, RunFolder

TASKS = (
    "llm.truthfulness.facts",
    "llm.truthfulness.sycophancy",
    "llm.robustness.option_shift",
    "llm.safety.over_refusal",
)


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    tasks = [load("task", name)(1) for name in TASKS]
    return build(tasks, tmp_path_factory.mktemp("kinds") / "edition", salt="kinds")


class Oracle:
    """Says the best reply to every case of an edition, known by what was asked."""

    def __init__(self, edition: Edition) -> None:
        self.known: dict[tuple[str, ...], str] = {}
        for case in edition.cases():
            asked: list[str] = []
            for turn, due in case.script():
                asked += [turn.text] if turn.role != "assistant" else []
                if due:
                    self.known[tuple(asked)] = case.expect.best_reply

    def __call__(self, messages: list[dict[str, Any]]) -> str:
        return self.known[tuple(m["content"] for m in messages if m["role"] != "assistant")]


@pytest.fixture(scope="module")
def run(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """All kinds as models of one run."""
    servers = {kind: Kind(kind, Oracle(edition)) for kind in KINDS}
    models: list[Any] = []
    try:
        for kind, server in servers.items():
            server.__enter__()
            models.append(Named(open_model(f"openai-api:m@{server.url}", ModelOptions()), kind, Manner()))
        folder = tmp_path_factory.mktemp("kinds") / "run"
        evaluate(edition, models, folder, settings=Settings(concurrency=4))
    finally:
        for server in servers.values():
            server.__exit__()
    return RunFolder.open(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_ends_as_the_plain_one(run: RunFolder, kind: str) -> None:
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    for verdict in run.verdicts():
        found.setdefault(verdict.model, {})[verdict.case] = (verdict.outcome, verdict.score, verdict.label)
    assert not [v for v in found[kind].values() if v[0] == Outcome.ERROR]
    assert found[kind] == found["plain"]
    assert sum(v[0] == Outcome.SCORED for v in found[kind].values()) == len(found[kind])


def test_thoughts_are_kept_and_never_sent_back(run: RunFolder) -> None:
    thinking = [r for r in run.responses() if r.model in ("think", "closing", "reasoning_content", "harmony")]
    assert thinking
    assert all(reply.thoughts and "think>" not in reply.text for r in thinking for reply in r.replies)
    assert all(reply.usage.thinking for r in thinking for reply in r.replies)


def test_what_a_server_refuses_stands_in_the_manifest(run: RunFolder) -> None:
    told = {kind: endpoint.adapted for kind, endpoint in run.manifest().endpoints.items() if endpoint.adapted}
    assert told == {
        "no_max_tokens": {"max_tokens": "max_completion_tokens"},
        "no_temperature": {"temperature": ""},
        "one_of_two": {"top_p": ""},
        "no_seed": {"seed": ""},
        "bare": {"max_tokens": "max_completion_tokens", "temperature": "", "seed": ""},
        "stream_wanted": {"stream": "on"},
    }
