"""`trustgen content`, as a person and a script meet it; and that what ships was measured on the tasks that ship."""

from __future__ import annotations

import json
from pathlib import Path

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
    made = {name: load("task", name) for name in names("task")}
    stale = [name for name, of in made.items() if not content.measured(name, of.version, of(1).records.pool)]
    assert not stale, f"measure them: trustgen content {' '.join(stale)} --record"
    assert set(content.released()) == set(names("task"))


def test_an_edition_is_audited_and_verified_with_what_is_known_of_its_content(tmp_path: Path) -> None:
    """A task that words give away is held to a threshold of its own, with the reason."""
    asked = ("llm.privacy.private_requests", "llm.truthfulness.facts")
    suite, edition = tmp_path / "two.toml", tmp_path / "edition"
    suite.write_text("name = 'two'\ntitle = 'Two'\n" + "".join(f"[[tasks]]\nid = '{name}'\n" for name in asked))
    assert CliRunner().invoke(app, ["build", str(suite), "--n", "3", "-o", str(edition)]).exit_code == 0
    card = json.loads(CliRunner().invoke(app, ["audit", str(edition), "--json"]).stdout)
    for name in asked:
        figures = card["tasks"][name]["figures"]
        assert figures["cores"]["value"] == content.released()[name].cores
        assert all(figures[of]["passed"] for of in ("cores", "repeated_cores", "guessed_gain"))
    (kept,) = card["thresholds"]["tasks"]["llm.privacy.private_requests"].values()
    assert card["tasks"][asked[0]]["figures"]["guessed_gain"]["max"] == kept["max"] > 0.15
    assert card["tasks"][asked[1]]["figures"]["guessed_gain"]["max"] == 0.15
    strict = tmp_path / "strict.toml"
    for of in ("tasks.'llm.privacy.private_requests'", "figures"):  # a word on all tasks is one on this task too
        strict.write_text(f"[{of}.guessed_gain]\nmax = 0.1\nreason = 'ours'\n")
        done = CliRunner().invoke(app, ["audit", str(edition), "--thresholds", str(strict), "--json"])
        assert done.exit_code == 1
        assert json.loads(done.stdout)["failed"] == ["llm.privacy.private_requests: guessed_gain"]
    told = CliRunner().invoke(app, ["verify", str(edition)]).stdout
    assert "content measured at the release: 2 of 2 tasks" in told
    assert "private_requests: words alone guess" in told


def test_a_pool_of_ones_own_was_not_measured() -> None:
    made = load("task", "llm.truthfulness.facts")
    pool = made(1).records.pool
    assert content.measured(made.id, made.version, pool)
    assert content.measured(made.id, made.version, "my.pool") is None
    assert content.measured(made.id, "0-A", pool) is None
