"""Registers the hand-made tasks by the door that plug-ins use, and makes the runs that the tests share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import trustgen.tasks.suites  # noqa: F401 (it takes `load` by name: as it is, and not as the tests here have it)
from trustgen.core import UnknownName, registry

sys.path.insert(0, str(Path(__file__).parent))


def _load(kind: str, name: str) -> Any:
    import made_run

    if name not in made_run.FACTORIES:
        raise UnknownName(kind, name, made_run.FACTORIES)
    return made_run.FACTORIES[name]


@pytest.fixture(autouse=True)
def _hand_made_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "load", _load)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of three models on four tasks."""
    import made_run

    return made_run.make_run(tmp_path_factory.mktemp("finished") / "run")


@pytest.fixture(scope="session")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped by its budget with a third of its cases asked."""
    import made_run

    why = "budget of 500 calls reached [bold]\x1b[31m"
    folder = tmp_path_factory.mktemp("stopped") / "run"
    return made_run.make_run(folder, n=20, status="stopped", stopped=why, asked=0.3)
