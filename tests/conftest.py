"""Fixtures of every room: the servers to ask; how much the property tests try; and what runs on one worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import is_hypothesis_test, settings

from servers import faulty_server as faulty
from servers import mock_server as mock
from servers import real_server as real

# A bound on the time of one example is a clock: it fails on a busy machine, and where an import is not paid yet.
settings.register_profile("test", max_examples=15, deadline=None)
settings.register_profile("proof", max_examples=150, deadline=None)

HEAVY = {
    "tests/judge/test_personal.py": "presidio",
}
"""Files that load the same heavy model: one worker loads it."""


def pytest_configure(config: pytest.Config) -> None:
    """Proofs try some thirteen times as many examples."""
    settings.load_profile("proof" if _proving(config) else "test")


def _proving(config: pytest.Config) -> bool:
    return config.getoption("markexpr") == "proof"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Property tests are proofs too, at the full number of examples; a file, or a task, is one worker's."""
    for item in items:
        if _proving(config) and is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("proof")
        if config.getoption("dist", "no") == "loadgroup":
            item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    """What shares a server, a made edition, a model's weights or a task's cases."""
    file = item.nodeid.partition("::")[0]
    return HEAVY.get(file, file)


@pytest.fixture(scope="session")
def mock_server() -> Iterator[str]:
    """Base URL of a server that answers at once, always the same."""
    with mock.mock_server() as url:
        yield url


@pytest.fixture(scope="session")
def real_server() -> Iterator[str]:
    """Base URL of a real server with SmolLM2."""
    with real.real_server() as url:
        yield url


@pytest.fixture
def faulty_server() -> type[faulty.FaultyServer]:
    """The server that fails on plan: `async with faulty_server(plan) as server`."""
    return faulty.FaultyServer
