"""Numbers of a folder are claims until they are counted from its rows; a forged one fails the gate, and is said."""

from __future__ import annotations

import json
import math
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from made_run import COWARD, FACTS, SMALL, make_run
from test_report_gate import gated

from trustgen.cli.app import app
from trustgen.report import findings
from trustgen.report.reading import counted_run
from trustgen.store import Endpoint, RunFolder

RULE = f'[[rule]]\ntask = "{FACTS}"\nmin = 0.9\non = "value"\n'


def forged(run: Path) -> RunFolder:
    """A run whose table says .99 where its rows say about half, and that hides its organism."""
    folder = RunFolder.open(run)
    rows = folder.estimates()
    folder.write_estimates(
        [
            msgspec.structs.replace(e, value=0.99, low=0.98, high=1.0, worst=0.99, joint=(0.98, 1.0))
            if (e.task, e.measure) == (FACTS, "accuracy")
            else e
            for e in rows
        ]
    )
    folder.write_manifest(msgspec.structs.replace(folder.manifest(), simulated=()))
    return folder


def test_a_forged_number_passes_no_gate(tmp_path: Path) -> None:
    """`estimates.json` and `run.json` edited by hand: "PASSED: 4 checks held", and the badge of the organism gone."""
    run = make_run(tmp_path / "run", n=20)
    assert not gated(tmp_path, run, RULE, SMALL).passed
    forged(run)
    found = gated(tmp_path, run, RULE, SMALL)
    said, edited, failed = found.failed
    assert edited.title == "run is as it was sealed"
    assert "`estimates.json` was changed" in edited.reason
    assert "is 0.990 over 40 of 40" in said.reason
    assert "the rows give 0.4" in said.reason
    assert failed.seen < 0.6
    assert found.manifest.simulated == (COWARD,)


def test_a_report_says_what_the_rows_do_not_give_and_prints_what_they_do(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", n=20)
    honest = findings(run)
    assert not honest.doubts
    forged(run)
    found = findings(run)
    assert [msgspec.json.encode(e) for e in found.estimates] == [msgspec.json.encode(e) for e in honest.estimates]
    assert {d.model for d in found.doubts} == set(found.manifest.models)
    shown = CliRunner().invoke(app, ["report", str(run)])
    assert "FAILED:" in shown.output
    assert "it was edited" in " ".join(shown.output.split())
    assert "SIMULATED" in shown.output


def test_an_organism_is_simulated_under_any_name(tmp_path: Path) -> None:
    run = RunFolder.open(make_run(tmp_path / "run", n=3))
    manifest = run.manifest()
    endpoint = Endpoint(uri="retrieval/organism/perfect")
    run.write_manifest(msgspec.structs.replace(manifest, simulated=(), endpoints={SMALL: endpoint}))
    assert counted_run(run).simulated == (COWARD, SMALL)


def test_a_task_of_another_version_is_not_counted_and_passes_no_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from made_run import FACTORIES

    run = make_run(tmp_path / "run", n=5)
    monkeypatch.setattr(FACTORIES[FACTS], "version", "2-A")
    found = findings(run)
    assert FACTS in found.absent
    assert any("cannot be counted anew" in text for text in found.remarks)
    (failed,) = gated(tmp_path, run, f'[[rule]]\ntask = "{FACTS}"\nmin = 0.0\n', SMALL).failed
    assert "the run has version 1-A, installed is 2-A" in failed.reason


def test_json_carries_the_joint_interval_and_null_for_what_is_unknown(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", n=5)
    made = json.loads(CliRunner().invoke(app, ["show", str(run), "--json"]).stdout)
    for e in made["estimates"]:
        assert len(e["joint"]) == len(e["bounds"]) == 2
    back = RunFolder.open(run).estimates()
    assert all(isinstance(end, float) for e in back for end in (*e.joint, *e.bounds))
    assert any(math.isfinite(e.joint[0]) for e in back)
