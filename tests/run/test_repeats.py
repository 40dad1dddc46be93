"""Every case asked several times: draws are apart in keys, seeds and counts, and their variance is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from servers.kinds import Kind
from trustgen.core import InputError, Manner, Named
from trustgen.core.registry import load
from trustgen.models import open_model
from trustgen.run import Budget, Settings, build, evaluate, rejudge
from trustgen.store import Edition, RunFolder

DRAWS = 4
TASK = "llm.truthfulness.facts"


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return build([load("task", TASK)(6)], tmp_path_factory.mktemp("repeats") / "edition", salt="repeats")


def warm(url: str) -> Named:
    return Named(open_model(f"openai-api:m@{url}"), "warm", Manner(temperature=0.8, seed=100))


def test_each_draw_is_asked_once_with_a_seed_of_its_own(edition: Edition, tmp_path: Path) -> None:
    with Kind("plain", lambda _: "Paris") as server:
        out = tmp_path / "run"
        some = Settings(repeats=DRAWS, concurrency=1, budget=Budget(calls=50))
        evaluate(edition, [warm(server.url)], out, settings=some)
        assert len(server.seen) < DRAWS * edition.planned
        done = evaluate(edition, [warm(server.url)], out, settings=Settings(repeats=DRAWS))
        asked = [(body["messages"][-1]["content"], body["seed"]) for body in server.seen]
        with pytest.raises(InputError, match="--repeats 4"):
            evaluate(edition, [warm(server.url)], out, settings=Settings())
    assert len(asked) == len(set(asked)) == DRAWS * edition.planned
    assert {seed for _, seed in asked} == {100, 101, 102, 103}
    run = RunFolder.open(out)
    keys = [response.key for response in run.responses()]
    assert len(keys) == len(set(keys)) == DRAWS * edition.planned
    headline = next(e for e in done.estimates if e.headline)
    assert headline.planned == DRAWS * 6
    assert 0 < headline.clusters <= 6
    again = rejudge(out)
    assert [e.value for e in again.estimates] == pytest.approx([e.value for e in done.estimates], nan_ok=True)


def spread(edition: Edition, out: Path, uri: str) -> dict[str, Any]:
    found = evaluate(edition, [uri], out, settings=Settings(repeats=DRAWS))
    return next(e for e in found.estimates if e.headline).notes


def test_variance_within_and_between_cases_is_told_apart(edition: Edition, tmp_path: Path) -> None:
    coin = spread(edition, tmp_path / "coin", "organism/able?rate=0.5&by=case")
    fixed = spread(edition, tmp_path / "fixed", "organism/able?rate=0.5&by=record")
    assert coin["draws"] == DRAWS
    assert coin["variance_within_a_case"] == pytest.approx(0.25, abs=0.06)  # a fair coin, drawn anew every time
    assert coin["variance_between_cases"] < 0.08
    assert fixed["variance_within_a_case"] == 0  # the same answer to every draw of a record
    assert fixed["variance_between_cases"] > 0.15


def test_at_temperature_0_there_is_nothing_to_repeat(edition: Edition, tmp_path: Path) -> None:
    with Kind("plain", lambda _: "Paris") as server, pytest.raises(InputError, match="temperature 0"):
        evaluate(edition, [f"openai-api:m@{server.url}"], tmp_path / "run", settings=Settings(repeats=2))
