"""What a look at a run finds is what a plain loop over its rows finds, and in the order that the help promises."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from made_run import COWARD, FACTS, HIRING, HOSTILE, LEANING, MODELS, REMOTE, SMALL, make_run
from many import TASKS, many

from costs import spent
from trustgen.core import Case, FolderError, InputError, Outcome, Reply, Response, Verdict
from trustgen.report import Found, Wanted, look, one
from trustgen.report.cases_pick import WHY, in_order, surprise
from trustgen.report.cases_read import read_rows
from trustgen.report.cases_text import MOST, lines
from trustgen.store import RunFolder
from trustgen.store.labels import write_settled

ALL = 1_000_000


@pytest.fixture(scope="module")
def run2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 800 verdicts."""
    return many(tmp_path_factory.mktemp("many") / "run", 400)


def pairs(found: Found) -> set[tuple[str, str]]:
    return {(case.case, ended.model) for case in found.cases for ended in case.ended}


def looped(run: Path, kept: Callable[[Case, Verdict, Response], object]) -> set[tuple[str, str]]:
    """The same by a plain loop."""
    folder = RunFolder.open(run)
    cases = {case.id: case for case in folder.edition().cases()}
    responses = {response.key: response for response in folder.responses()}
    return {(v.case, v.model) for v in folder.verdicts() if kept(cases[v.case], v, responses[v.response])}


FILTERS: dict[str, tuple[Wanted, Callable[[Case, Verdict, Response], object]]] = {
    "all": (Wanted(), lambda c, v, r: True),
    "task": (Wanted(tasks=(FACTS,)), lambda c, v, r: c.task == FACTS),
    "prefix": (Wanted(tasks=("test.fairness",)), lambda c, v, r: c.task == HIRING),
    "last part": (Wanted(tasks=("sycophancy",)), lambda c, v, r: c.task == LEANING),
    "model": (Wanted(models=(SMALL,)), lambda c, v, r: v.model == SMALL),
    "part of a model's name": (Wanted(models=("coward",)), lambda c, v, r: v.model == COWARD),
    "arms": (Wanted(arms=("open", "mcq")), lambda c, v, r: c.arm in ("open", "mcq")),
    "outcome": (Wanted(outcomes=("refused",)), lambda c, v, r: v.outcome == Outcome.REFUSED),
    "outcomes": (Wanted(outcomes=("error", "blocked")), lambda c, v, r: v.outcome in ("error", "blocked")),
    "right": (
        Wanted(tasks=(FACTS,), outcomes=("right",)),
        lambda c, v, r: c.task == FACTS and v.score == 1.0,
    ),
    "wrong": (
        Wanted(tasks=(FACTS,), outcomes=("wrong",)),
        lambda c, v, r: c.task == FACTS and v.score == 0.0,
    ),
    "label": (Wanted(labels=("no",)), lambda c, v, r: v.label == "no"),
    "tag": (Wanted(tags=(("group", "b"),)), lambda c, v, r: c.tags.get("group") == "b"),
    "text of a question": (
        Wanted(text="LAND 7?"),
        lambda c, v, r: "Land 7?" in c.turns[-1].text or _said(c, "land 7?"),
    ),
    "text of a reply": (Wanted(text="cannot HELP"), lambda c, v, r: "cannot help" in r.text),
    "hostile text": (Wanted(text="<script>alert('x')"), lambda c, v, r: HOSTILE in r.text),
    "a line's end": (Wanted(text="?\nAnswer with"), lambda c, v, r: _said(c, "?\nanswer with")),
    "a word of the format": (Wanted(text="assistant"), lambda c, v, r: False),
}


def _said(case: Case, text: str) -> bool:
    return any(text in turn.text.lower() for turn in case.turns)


@pytest.mark.parametrize("name", FILTERS)
def test_filters_keep_what_a_plain_loop_keeps(run: Path, name: str) -> None:
    wanted, kept = FILTERS[name]
    found = look(run, wanted._replace(n=ALL), unfold=True)
    assert pairs(found) == looped(run, kept)
    assert found.matching == len(pairs(found)) == sum(found.counts.values())


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(tasks=("nowhere",)),
        Wanted(arms=("nowhere",)),
        Wanted(labels=("nowhere",)),
        Wanted(models=("nowhere",)),
        Wanted(tags=(("group", "z"),)),
        Wanted(transforms=("nowhere",)),
        Wanted(differ=True),
        Wanted(differ=True, models=(SMALL,)),
    ],
)
def test_unknown_names_are_said_with_those_that_there_are(run: Path, wanted: Wanted) -> None:
    with pytest.raises(InputError, match=r"the run has no|was varied by|name them with"):
        look(run, wanted)


# ── order ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_worst_come_first_and_what_was_never_asked_last(stopped: Path) -> None:
    rows = read_rows(stopped)
    order = in_order(rows, np.ones(len(rows), np.bool_), "worst")
    merit, outcome = rows.merit[order], rows.outcome[order]
    skipped = outcome == list(Outcome).index(Outcome.SKIPPED)
    assert skipped.any()
    assert skipped[-int(skipped.sum()) :].all()
    scored = merit[~np.isnan(merit)]
    assert (np.diff(scored) >= 0).all()
    first_right, trouble = np.argmax(merit == 1.0), (outcome != 0) & ~skipped
    assert np.flatnonzero(trouble).max() < first_right


def test_surprise_counts_each_reason_once(run2: Path) -> None:
    rows, folder = read_rows(run2), RunFolder.open(run2)
    cases = {case.id: case for case in folder.edition().cases()}
    verdicts = {(v.case, v.model): v for v in folder.verdicts()}
    why = surprise(rows)
    assert why.any(1).all(), "the run has every reason"
    for row in range(0, len(rows), 7):
        case = cases[rows.cases.ids[rows.case[row]].decode()]
        v = verdicts[case.id, rows.manifest.models[rows.model[row]]]
        others = [verdicts[case.id, model].score for model in "AB"]
        expected = (
            v.outcome == Outcome.UNPARSED or len({vote.label for vote in v.votes}) > 1,
            v.score is not None and 0.0 in others and 1.0 in others,
            v.score == 0.0 and case.tags["difficulty"] == "1",
            v.score == 1.0 and case.tags["difficulty"] == "3",
            v.score == 0.0 and (v.confidence or 0) >= 0.8,
        )
        assert tuple(why[:, row]) == expected, dict(zip(WHY, expected, strict=True))
    found = look(run2, Wanted(first="surprising", n=ALL))
    points = [max(len(ended.surprising) for ended in case.ended) for case in found.cases]
    assert points == sorted(points, reverse=True)
    assert points[0] >= 3


# ── two models ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_broken_and_mended_are_those_of_a_plain_loop(run2: Path) -> None:
    score = {(v.case, v.model): v.score for v in RunFolder.open(run2).verdicts()}
    ids = {case for case, _ in score}
    broken = {i for i in ids if (score[i, "A"], score[i, "B"]) == (1.0, 0.0)}
    mended = {i for i in ids if (score[i, "A"], score[i, "B"]) == (0.0, 1.0)}
    other = {i for i in ids if (score[i, "A"] is None) != (score[i, "B"] is None)}
    found = look(run2, Wanted(differ=True, n=ALL), unfold=True)
    assert {c.case for c in found.cases} == broken | mended | other
    assert found.kinds == {"broken": len(broken), "mended": len(mended), "differs": len(other)}
    assert {c.case for c in found.cases if c.kind == "broken"} == broken
    assert {c.case for c in look(run2, Wanted(kinds=("mended",), n=ALL)).cases} == mended
    turned = look(run2, Wanted(models=("B", "A"), kinds=("broken",), n=ALL))
    assert {c.case for c in turned.cases} == mended
    assert all([e.model for e in c.ended] == ["B", "A"] for c in turned.cases)


# ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_task_that_is_not_installed_is_folded(run2: Path) -> None:
    found = look(run2, Wanted(n=3))
    (case, *_) = found.cases
    assert "not installed" in case.folded
    assert case.expected.text == ""
    assert not any(turn.text for turn in case.ended[0].said)
    assert all(turn.length for turn in case.ended[0].said)
    said = "\n".join(lines(found, Wanted()))
    assert "characters, folded: --unfold shows it)" in said
    assert "What is" not in said
    assert "What is" in "\n".join(lines(look(run2, Wanted(n=3), unfold=True), Wanted()))


def test_installed_tasks_without_harm_are_open(run: Path) -> None:
    assert all(not case.folded and case.expected.length for case in look(run, Wanted(tasks=(FACTS,))).cases)


def test_a_case_leads_to_its_record_and_its_source(run: Path) -> None:
    case = look(run, Wanted(tasks=(FACTS,), n=1)).cases[0]
    (record,) = case.records
    stored = next(r for r in RunFolder.open(run).edition().records() if r.id == record.id)
    assert (record.pool, record.origin, record.licence) == (stored.pool, stored.source.origin, stored.source.licence)
    whole = one(run, case.case[:16]).cases[0]
    assert {ended.model for ended in whole.ended} == set(MODELS)
    said = "\n".join(lines(one(run, case.case)))
    assert all(word in said for word in ("verdict ", "response ", "judge ", stored.source.origin))


def test_ids_that_name_none_or_several_are_refused(run: Path) -> None:
    with pytest.raises(InputError, match="cases begin with"):
        one(run, "")
    with pytest.raises(InputError, match="has no case"):
        one(run, "zz")


def test_a_long_reply_is_cut_in_a_list_and_whole_alone(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", 2, models=(SMALL,), seal=False)
    journal = RunFolder(folder).journal()
    old, verdict = next(journal.responses()), next(journal.verdicts())
    old = next(r for r in journal.responses() if r.key == verdict.response)
    journal.put(msgspec.structs.replace(old, replies=(Reply("x" * 200_000),) * len(old.replies)), verdict)
    journal.close()
    wanted = Wanted(text="xxxxxxxx")
    listed = "\n".join(lines(look(folder, wanted, unfold=True), wanted))
    assert f"{MOST:,} of 200,000 characters" in listed
    assert len(listed) < 5_000
    assert "x" * 199_000 in "\n".join(lines(one(folder, verdict.case, unfold=True)))


def test_nothing_that_is_shown_steers_a_terminal(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from trustgen.cli.saying import say

    wanted = Wanted(text="evil.example", n=20)
    for line in lines(look(run, wanted, unfold=True), wanted):
        say(line)
    said = capsys.readouterr().out
    assert "‹U+001B›[31m" in said
    assert not set(said) & set("\x1b\x07\u202e")


# ── runs that are not whole ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_interrupted_run_reads_as_the_sealed_one(run: Path, tmp_path: Path) -> None:
    cut = make_run(tmp_path / "run", seal=False, count=False, status="running")
    assert pairs(look(cut, Wanted(n=ALL))) == pairs(look(run, Wanted(n=ALL)))
    mine = look(cut, Wanted(text="cannot help", n=5))
    assert mine.cases == look(run, Wanted(text="cannot help", n=5)).cases


def test_what_was_planned_and_never_asked_is_skipped(stopped: Path) -> None:
    found = look(stopped, Wanted(outcomes=("skipped",), n=2))
    planned = sum(t.planned for t in RunFolder.open(stopped).edition().manifest.tasks) * len(MODELS)
    assert found.verdicts == planned
    assert found.matching == planned - sum(1 for _ in RunFolder.open(stopped).verdicts())
    assert all(e.outcome == "skipped" and e.score is None for case in found.cases for e in case.ended)
    assert all(turn.who != "reply" for case in found.cases for turn in case.ended[0].said)


def test_a_run_that_was_killed_before_its_first_row_is_read(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", 2, status="running", asked=0.0, seal=False, count=False)
    for left in folder.glob("journal.db*"):
        left.unlink()
    found = look(folder, Wanted(n=1))
    assert found.counts == {"skipped": found.verdicts}
    assert "skipped" in "\n".join(lines(found, Wanted()))


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.ERROR, Outcome.UNPARSED])
def test_a_run_without_a_score_is_read(tmp_path: Path, outcome: Outcome) -> None:
    folder = many(tmp_path / "run", 16, outcome=outcome, models=("A",))
    for first in ("worst", "surprising"):
        found = look(folder, Wanted(first=first))  # type: ignore[arg-type]
        assert found.counts == {outcome.value: 16}
        assert f"16 {outcome.value}" in "\n".join(lines(found, Wanted()))
    assert not look(folder, Wanted(outcomes=("right", "wrong"))).cases
    assert "Nothing here is like that." in "\n".join(lines(look(folder, Wanted(outcomes=("right",))), Wanted()))


def test_what_people_settled_stands_in_the_place_of_unparsed(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", 20, models=(REMOTE,))
    old = next(v for v in RunFolder.open(folder).verdicts() if v.outcome == Outcome.UNPARSED)
    said = msgspec.structs.replace(old, outcome=Outcome.SCORED, score=1.0, label="by hand", rung="human")
    write_settled(folder, [said])
    assert pairs(look(folder, Wanted(labels=("by hand",)))) == {(old.case, old.model)}
    (shown,) = look(folder, Wanted(labels=("by hand",))).cases
    assert (shown.ended[0].rung, shown.ended[0].right) == ("human", True)
    assert (old.case, old.model) not in pairs(look(folder, Wanted(outcomes=("unparsed",), n=ALL)))


def test_verdicts_of_another_judge_are_not_looked_at(run2: Path, tmp_path: Path) -> None:
    folder = many(tmp_path / "run", 16)
    told: dict[str, Any] = json.loads((folder / "run.json").read_bytes())
    told["judges"][TASKS[0]] = "0" * 32
    (folder / "run.json").write_text(json.dumps(told))
    found = look(folder, Wanted(tasks=(TASKS[0],), n=ALL))
    assert found.counts == {"skipped": 8}


def test_a_row_that_is_not_ours_is_a_fault_of_the_folder(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = many(tmp_path / "run", 16)
    for column, value in (("outcome", "gone"), ("votes", "{")):
        table = pq.read_table(folder / "verdicts.parquet")
        at = table.schema.get_field_index(column)
        cells = pa.array([value] * len(table), pa.string())
        pq.write_table(table.set_column(at, column, cells.cast(table.schema.field(at).type)), tmp_path / "t.parquet")
        kept = (folder / "verdicts.parquet").read_bytes()
        (folder / "verdicts.parquet").write_bytes((tmp_path / "t.parquet").read_bytes())
        with pytest.raises(FolderError, match=r"not ours|none of ours"):
            look(folder, Wanted())
        (folder / "verdicts.parquet").write_bytes(kept)


# ── many ────────────────────────────────────────────────────────────────────────────────────────────────────────────


LOOKS = {
    "worst": Wanted(),
    "surprising": Wanted(first="surprising"),
    "filtered": Wanted(tasks=(TASKS[0],), outcomes=("wrong",), tags=(("group", "a"),)),
    "two models": Wanted(differ=True),
    "text": Wanted(text="w77 "),
}


def looped_over(run: Path, wanted: Wanted) -> list[Any]:
    """The bare loop: every verdict decoded, the wrong ones kept; for a text, every question and reply instead."""
    folder = RunFolder.open(run)
    if not wanted.text:
        return [v for v in folder.verdicts() if v.score == 0.0]
    asked = [c for c in folder.edition().cases() if any(wanted.text in turn.text.lower() for turn in c.turns)]
    return asked + [r for r in folder.responses() if any(wanted.text in reply.text.lower() for reply in r.replies)]


def costs(run: Path) -> dict[str, tuple[float, float]]:
    """Processor time of each look, and of the bare loop."""
    look(run, Wanted())  # what is imported late is paid for
    return {
        name: (spent(partial(look, run, wanted), 2), spent(partial(looped_over, run, wanted), 2))
        for name, wanted in LOOKS.items()
    }


def test_a_look_costs_no_more_than_a_bare_loop(tmp_path: Path) -> None:
    """Of few rows, what is read once weighs more."""
    found = costs(many(tmp_path / "run", 6_000))
    assert all(one < 2.5 * bare for one, bare in found.values()), found


@pytest.mark.proof
def test_a_look_at_200_000_verdicts_costs_less_than_a_bare_loop(tmp_path: Path) -> None:
    found = costs(many(tmp_path / "run", 100_000))
    assert all(one < bare for one, bare in found.values()), found


def test_a_look_waits_for_no_page_and_no_library_that_it_does_not_use(run: Path) -> None:
    told = (
        "import sys; from pathlib import Path; from trustgen.report import Wanted, look, seal_lines; "
        "look(Path(sys.argv[1]), Wanted(), unfold=True); seal_lines([Path(sys.argv[1])]); "
        "print(sorted({'pandas', 'jinja2', 'markdown_it', 'scipy', 'trustgen.audit', 'trustgen.report.page'} "
        "& set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", told, str(run)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_the_groups_that_hold_a_row_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a table of many row groups, a row is found by its number, and the others stay unread."""
    from trustgen.store import tables

    read: list[int] = []
    inner = tables.read_batches

    def counted(*args: Any, **more: Any) -> Any:
        for batch in inner(*args, **more):
            read.append(len(batch))
            yield batch

    monkeypatch.setattr(tables, "ROWS", 10)
    kinds = (("at", "int"), ("said", "text"))
    tables.write_rows(tmp_path / "t", kinds, ((i, f"row {i}") for i in range(95)))
    monkeypatch.setattr(tables, "read_batches", counted)
    found = tables.taken(tmp_path / "t", kinds, ("said",), [7, 31, 30, 94])
    assert found == {at: (f"row {at}",) for at in (7, 30, 31, 94)}
    assert sum(read) == 25
