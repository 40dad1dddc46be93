"""Whatever is edited in a sealed run is named by every command that shows it, and passes no gate."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trustgen.cli.app import main
from trustgen.core import registry
from trustgen.run import build, evaluate
from trustgen.run.human import apply
from trustgen.run.review import given, labelling, make_plan
from trustgen.store import RunFolder, check_seal
from trustgen.store.labels import append_label

A, B = (f"organism/able?by=case&rate=0.6&seed={seed}" for seed in "01")
POLICY = '[[rule]]\ntask = "llm.truthfulness.facts"\nmeasure = "accuracy"\nmin = 0.0\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed run that two people labelled, another run on other cases, and a policy that the first holds."""
    place = tmp_path_factory.mktemp("made")
    facts = registry.load("task", "llm.truthfulness.facts")
    evaluate(build([facts(3)], place / "edition", salt="s"), [A, B], place / "run")
    evaluate(build([facts(4)], place / "another", salt="t"), [A, B], place / "other")
    plan = make_plan(place / "run", n=4)
    with labelling(place / "run"):
        for person in ("a", "b"):
            for pick in plan.picks:
                append_label(place / "run", given(pick, person, "right"))
    apply(place / "run")
    (place / "policy.toml").write_text(POLICY)
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "p"))


def called(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str]:
    """Exit code, and all that was said."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main([str(a) for a in args])
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out + said.err


def gated(capsys: pytest.CaptureFixture[str], place: Path, *more: object) -> tuple[int, str]:
    return called(capsys, "gate", place / "run", "--policy", place / "policy.toml", *more)


# ── ways of editing ─────────────────────────────────────────────────────────────────────────────────────────────────


def other_row(name: str, column: str, value: object) -> Callable[[Path], None]:
    """The table read, one cell replaced, and written whole again."""

    def edit(run: Path) -> None:
        table = pq.read_table(run / name)
        at = table.schema.get_field_index(column)
        cells = [value, *table.column(column).to_pylist()[1:]]
        field = table.schema.field(at)
        column_ = (
            pa.array(cells, pa.string()).cast(field.type) if isinstance(value, str) else pa.array(cells, field.type)
        )
        pq.write_table(table.set_column(at, field, column_), run / name)

    return edit


def flipped(name: str, share: float) -> Callable[[Path], None]:
    def edit(run: Path) -> None:
        body = bytearray((run / name).read_bytes())
        body[int(share * (len(body) - 1))] ^= 1
        (run / name).write_bytes(body)

    return edit


def text(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(run: Path) -> None:
        body = (run / name).read_text()
        assert old in body
        (run / name).write_text(body.replace(old, new, 1))

    return edit


def swapped(name: str) -> Callable[[Path], None]:
    return lambda run: shutil.copy(run.parent / "other" / name, run / name) and None


def cut(name: str) -> Callable[[Path], None]:
    return lambda run: (run / name).write_bytes((run / name).read_bytes()[:-200]) and None


def link_removed(run: Path) -> None:
    seal = json.loads((run / "seal.json").read_bytes())
    seal["links"].pop(1)
    (run / "seal.json").write_text(json.dumps(seal))


def planted_settled(run: Path) -> None:
    """A sealed run without labels, and then an overlay of verdicts from nowhere."""
    shutil.rmtree(run)
    shutil.copytree(run.parent / "other", run)
    (run / "settled.json").write_text("[]")


def planted_journal(run: Path) -> None:
    """Rows in a journal go before those of the sealed tables."""
    folder = RunFolder(run)
    folder.journal().close()


EDITS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "a reply replaced": ("responses.parquet", other_row("responses.parquet", "text", "Something else.")),
    "a verdict replaced": ("verdicts.parquet", other_row("verdicts.parquet", "score", 1.0)),
    "a reply's byte": ("responses.parquet", flipped("responses.parquet", 0.3)),
    "a verdict's byte": ("verdicts.parquet", flipped("verdicts.parquet", 0.3)),
    "a table cut": ("verdicts.parquet", cut("verdicts.parquet")),
    "replies of another run": ("responses.parquet", swapped("responses.parquet")),
    "verdicts of another run": ("verdicts.parquet", swapped("verdicts.parquet")),
    "numbers of another run": ("estimates.json", swapped("estimates.json")),
    "a number": ("estimates.json", text("estimates.json", '"planned": ', '"planned": 1')),
    "the manifest": ("run.json", text("run.json", '"budget": ""', '"budget": "5 usd"')),
    "the seal's time": ("seal.json", text("seal.json", '"at": "2', '"at": "1')),
    "the seal's layout": ("seal.json", text("seal.json", "\n", " ")),
    "a link removed": ("seal.json", link_removed),
    "the edition's manifest": ("edition.json", flipped("edition/edition.json", 0.5)),
    "a case": ("cases.parquet", flipped("edition/cases.parquet", 0.5)),
    "a record": ("records.parquet", flipped("edition/records.parquet", 0.5)),
    "a label": ("labels.jsonl", text("labels.jsonl", '"right"', '"wrong"')),
    "what people settled": ("settled.json", lambda run: (run / "settled.json").write_text("[]\n\n") and None),
    "the judge's errors": ("calibration.json", text("calibration.json", '"made": "2', '"made": "1')),
    "a chance": ("review.json", text("review.json", '"n": ', '"n": 1')),
    "an overlay planted": ("settled.json", planted_settled),
    "a journal planted": ("journal.db", planted_journal),
}


@pytest.mark.parametrize("way", EDITS)
def test_an_edited_run_is_named_and_passes_no_gate(place: Path, way: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert gated(capsys, place)[0] == 0
    name, edit = EDITS[way]
    run = place / "run"
    edit(run)
    code, said = gated(capsys, place)
    assert code in (1, 2), said
    flat = " ".join(said.split())
    assert name in flat
    assert "a bug" not in said
    code, said = called(capsys, "report", run)
    assert name in said, said
    assert "note it" not in said
    code, said = called(capsys, "verify", run, "--json")
    assert code == 1
    told = json.loads(said)
    assert not told["ok"]
    assert any(name in fault for fault in told["faults"]), told["faults"]


def test_a_sound_run_shows_its_seal_and_nothing_is_said_against_it(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, head = place / "run", check_seal(place / "run").head
    for command in (("report", run), ("show", run), ("verify", run), ("gate", run, "--policy", place / "policy.toml")):
        code, said = called(capsys, *command)
        assert code == 0, said
        assert f"seal {head}" in said, command
        assert "FAILED" not in said
    told = json.loads(called(capsys, "report", run, "--json")[1])["seal"]
    assert told == {"head": head, "links": 4, "open": {}, "changed": {}, "note": ""}
    assert json.loads(called(capsys, "show", run, "--json")[1])["seal"] == told
    assert json.loads(gated(capsys, place, "--json")[1])["seal"] == told
    assert json.loads(called(capsys, "compare", run, A, B, "--json")[1])["seal"] == []
    said = called(capsys, "verify", run)[1]
    for did in ("1. run", "2. picked", "3. labelled", "4. estimated again"):
        assert did in said
    assert called(capsys, "report", run, "-f", "md", "-o", place / "r.md")[0] == 0
    assert head in (place / "r.md").read_text()
    assert called(capsys, "report", run, "-f", "html", "-o", place / "r.html")[0] == 0
    assert head in (place / "r.html").read_text()


def test_every_command_says_what_was_edited(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = place / "run"
    EDITS["a verdict replaced"][1](run)
    told = "`verdicts.parquet` was changed after the run was sealed: verdicts may not be the judges'"
    demanded = ("compare", run, A, B, "--fail-if-worse")
    for command, expected in (
        (("report", run), 0),
        (("show", run), 0),
        (("compare", run, A, A), 0),
        (("compare", run, B, A), 0),
        (demanded, 1),
        (("compare", run, B, A, "--fail-if-worse"), 1),
        (("leaderboard", run), 0),
        (("equate", run, place / "other"), 0),
        (("equate", place / "other", run, "--json"), 0),
    ):
        code, said = called(capsys, *command)
        assert told in " ".join(said.split()), command
        assert code == expected, command
    found = json.loads(called(capsys, "compare", run, A, B, "--json")[1])
    assert told in found["seal"][0]
    found = json.loads(called(capsys, "leaderboard", run, "--json")[1])
    assert told in found["leaderboard"]["warnings"][0]
    found = json.loads(called(capsys, "report", run, "--json")[1])
    assert found["seal"]["changed"] == {"verdicts.parquet": "changed"}
    assert told in found["alarms"][0]
    code, said = called(capsys, "run", place / "edition", "--model", A, "-o", run)
    assert code == 2
    assert "was edited after it was sealed (verdicts.parquet)" in said
    assert called(capsys, "rejudge", run)[0] == 2


def test_a_run_without_a_seal_is_told_of_and_passes_no_gate_until_it_has_one(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = place / "run"
    (run / "seal.json").unlink()
    for command in (("report", run), ("compare", run, A, B), ("leaderboard", run), ("equate", run, place / "other")):
        code, said = called(capsys, *command)
        assert code == 0
        assert "it was made before runs were sealed" in " ".join(said.split()), command
    code, said = called(capsys, "verify", run)
    assert code == 0
    assert "note: it was made before runs were sealed" in said
    code, said = gated(capsys, place)
    assert code == 1
    assert "`trustgen rejudge` it, or run it again" in " ".join(said.split())
    assert called(capsys, "rejudge", run)[0] == 0
    assert gated(capsys, place)[0] == 0
    assert [link.did for link in check_seal(run).links] == ["rejudged"]


def test_an_edited_baseline_fails_too(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = '[[rule]]\ntask = "llm.truthfulness.facts"\nmeasure = "accuracy"\nnot_worse_by = 0.99\non = "value"\n'
    (place / "policy.toml").write_text(f'baseline = "other"\n{rule}')
    assert gated(capsys, place)[0] == 0
    EDITS["a verdict replaced"][1](place / "other")
    code, said = gated(capsys, place)
    assert code == 1
    assert "baseline `other`: `verdicts.parquet` was changed" in " ".join(said.split())


def test_a_killed_session_is_no_edit_and_no_whole_run(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = RunFolder(place / "run")
    run.begin("rejudged")
    code, said = called(capsys, "report", run.folder)
    assert code == 0
    assert "a session (rejudged, 2" in " ".join(said.split())
    assert "FAILED" not in said
    assert gated(capsys, place)[0] == 1
    (place / "policy.toml").write_text("allow_partial = true\n" + POLICY)
    assert gated(capsys, place)[0] == 0


# ── a head that was noted ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_head_that_was_noted_holds_until_the_run_is_gone_on_with(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = place / "run"
    head = check_seal(run).head
    assert called(capsys, "verify", run, "--seal", head)[0] == 0
    assert gated(capsys, place, "--seal", head)[0] == 0
    assert called(capsys, "rejudge", run)[0] == 0
    assert called(capsys, "verify", run, "--seal", head)[0] == 0, "the same judges came to the same"
    assert called(capsys, "run", place / "edition", "--model", "organism/perfect", "-o", run)[0] == 0
    assert gated(capsys, place)[0] == 0
    for code, said in (called(capsys, "verify", run, "--seal", head), gated(capsys, place, "--seal", head)):
        assert code == 1
        assert f"{head} is link 4 of 5: the run was gone on with since (resumed" in " ".join(said.split())


def test_a_chain_that_was_made_anew_shows_only_beside_the_head_that_was_noted(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a seal without a key does not show by itself: rows edited, numbers counted anew, and all of it sealed."""
    run, head = place / "run", check_seal(place / "run").head
    EDITS["a verdict replaced"][1](run)
    (run / "seal.json").unlink()
    assert called(capsys, "rejudge", run)[0] == 0
    assert gated(capsys, place)[0] == 0
    assert called(capsys, "verify", run)[0] == 0
    for code, said in (called(capsys, "verify", run, "--seal", head), gated(capsys, place, "--seal", head)):
        assert code == 1
        assert "is not in its chain: it is another run, or was sealed anew" in " ".join(said.split())
    shutil.rmtree(run)
    shutil.copytree(place / "other", run)
    assert called(capsys, "verify", run, "--seal", head)[0] == 1


def test_a_mark_of_a_session_hides_no_edit_from_a_head_that_was_noted(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, head = place / "run", check_seal(place / "run").head
    RunFolder(run).begin("rejudged")
    EDITS["a verdict replaced"][1](run)
    (place / "policy.toml").write_text("allow_partial = true\n" + POLICY)
    for code, said in (called(capsys, "verify", run, "--seal", head), gated(capsys, place, "--seal", head)):
        assert code == 1
        assert "has begun since and not ended" in " ".join(said.split())


@pytest.mark.parametrize("wrong", ["abc", "G" * 32, "0" * 31])
def test_a_seal_that_cannot_be_one_is_refused(place: Path, wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    for code, said in (called(capsys, "verify", place / "run", "--seal", wrong), gated(capsys, place, "--seal", wrong)):
        assert code == 2
        assert "a seal has 32 hex digits, as `trustgen report RUN` prints it" in said
    code, said = called(capsys, "verify", place / "edition", "--seal", "0" * 32)
    assert code == 2
    assert "--seal belongs to a run" in said
    code, said = called(capsys, "verify", place / "run", "--against", place / "policy.toml")
    assert code == 2
    assert "--against belongs to an edition" in said
