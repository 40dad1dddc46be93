"""Fixtures of every room: the servers to ask; how much the property tests try; and which files are begun first."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import is_hypothesis_test, settings

from servers import real_server as real
from trustgen.testing import MockServer, fast

# A bound on the time of one example is a clock: it fails on a busy machine, and where an import is not paid yet.
settings.register_profile("test", max_examples=15, deadline=None)
settings.register_profile("proof", max_examples=300, deadline=None)

FIRST = (
    "tests/tasks/test_bad_models.py",
    "tests/stats/test_measure_laws.py",
    "tests/tasks/test_contract.py",
    "tests/run/test_real_run.py",
    "tests/models/test_smollm2.py",
    "tests/tasks/test_board_anchors.py",
    "tests/tasks/test_ranking.py",
)
"""The longest files, begun first: no worker is left alone with one of them at the end."""


def pytest_configure(config: pytest.Config) -> None:
    """Proofs try twenty times as many examples."""
    settings.load_profile("proof" if _proving(config) else "test")


def _proving(config: pytest.Config) -> bool:
    return config.getoption("markexpr") == "proof"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Property tests are proofs too, with more examples; and the longest files are begun first."""
    for item in items:
        if _proving(config) and is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("proof")
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = {file: at for at, file in enumerate(FIRST)}
        items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(FIRST)))


@pytest.fixture(scope="session")
def mock_server() -> Iterator[str]:
    """Base URL of a server that answers at once, always the same."""
    with fast.fast_server() as url:
        yield url


@pytest.fixture(scope="session")
def real_server() -> Iterator[str]:
    """Base URL of a real server with SmolLM2."""
    with real.real_server() as url:
        yield url


@pytest.fixture
def faulty_server() -> type[MockServer]:
    """The server that fails on plan: `async with faulty_server(plan) as server`."""
    return MockServer
