"""`trustgen content`, as a person and a script meet it; and that what ships was measured on the tasks that ship."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from trustgen.audit import freshness as content
from trustgen.cli.app import app
from trustgen.core.registry import load, names


def test_a_task_is_measured_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """In numbers for a script and in a table for a person."""
    monkeypatch.setattr(content, "DEEP", 60)
    done = CliRunner().invoke(app, ["content", "llm.fairness.disparagement", "--json"])
    (task,) = json.loads(done.stdout)["tasks"]
    assert (task["task"], task["records"]) == ("llm.fairness.disparagement", 60)
    assert 0 < task["cores"] <= 60
    shown = CliRunner().invoke(app, ["content", "llm.fairness.disparagement"]).stdout
    assert "60*" in shown.splitlines()[1]
    assert "smoke test, under 100 cores" in shown
    assert all(len(line) <= 80 for line in shown.splitlines()[:2])


def test_a_pool_smaller_than_the_edition_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many records as there are, and no complaint."""
    factory = load("task", "llm.robustness.option_shift")
    held = factory(1).records.size
    assert held
    monkeypatch.setattr(content, "DEEP", held + 1)
    assert content.freshness(factory).records == held


def test_every_task_that_ships_was_measured_in_its_version() -> None:
    """A task whose content changed is measured again: `trustgen content TASK --record`."""
    stale = [name for name in names("task") if not content.measured(name, load("task", name).version)]
    assert not stale, f"measure them: trustgen content {' '.join(stale)} --record"
    assert set(content.released()) == set(names("task"))
