"""Fixtures of every room: the servers to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servers import faulty_server as faulty
from servers import mock_server as mock
from servers import real_server as real


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
