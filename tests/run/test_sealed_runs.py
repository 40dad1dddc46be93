"""A run is sealed whatever became of it, and nobody who goes on with one honestly is told that it was edited."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from test_judging import Judge, judged_task, made, verdict_json
from test_review import label_all, said, truth
from toy import Scripted, settings

from trustgen.core import BuildStopped, FolderError, Model, Reply, registry
from trustgen.report import findings, verify_run, write_csv, write_html, write_markdown
from trustgen.run import Budget, build, evaluate, rejudge
from trustgen.run.human import apply
from trustgen.run.review import labelling, make_plan
from trustgen.store import RunFolder, check_seal


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy task is found by its name."""
    real = registry.load
    monkeypatch.setattr(
        "trustgen.core.registry.load", lambda kind, name: judged_task if name == "toy.judged" else real(kind, name)
    )


def asked(tmp_path: Path, *, models: int = 1, n: int = 12, budget: Budget | None = None, judge: Judge | None = None):
    edition = made(tmp_path, n) if not (tmp_path / "edition").exists() else tmp_path / "edition"
    several: list[str | Model] = [Scripted(said, uri=f"scripted/{i}") for i in range(models)]
    roles = {"judge": judge} if judge else {}
    told = settings(budget=budget) if budget else settings()
    evaluate(edition, several, tmp_path / "run", roles=roles, settings=told)
    return tmp_path / "run"


def quiet(run: Path, *did: str) -> None:
    """The run is sealed, by these sessions, and nothing is said against it."""
    found = check_seal(run)
    assert [link.did for link in found.links] == list(did)
    assert not found.open
    assert not found.changed
    assert len(found.head) == 32


def test_a_run_is_sealed_and_so_is_what_people_and_judges_do_to_it(tmp_path: Path) -> None:
    run = asked(tmp_path)
    quiet(run, "run")
    asked(tmp_path, models=2)
    quiet(run, "run", "resumed")
    rejudge(run, {"judge": Judge(lambda _: verdict_json("right"))}, settings=settings())
    quiet(run, "run", "resumed", "rejudged")
    make_plan(run, n=10)
    quiet(run, "run", "resumed", "rejudged", "picked")
    with labelling(run):
        assert label_all(run, "a", truth, most=3) == 3
    label_all(run, "b", truth, most=3)  # somebody who was killed before the end
    quiet(run, "run", "resumed", "rejudged", "picked", "labelled")
    apply(run)
    quiet(run, "run", "resumed", "rejudged", "picked", "labelled", "estimated again")
    assert {*check_seal(run).links[-1].files} >= {"labels.jsonl", "estimates.json", "calibration.json"}
    make_plan(run, n=20)
    rejudge(run, {"judge": Judge(lambda _: verdict_json("wrong"))}, settings=settings())
    assert [link.did for link in check_seal(run).links[6:]] == ["picked", "rejudged"]
    assert not check_seal(run).changed


def test_what_only_reads_and_what_only_moves_leaves_the_head(tmp_path: Path) -> None:
    run = tmp_path / "run"
    facts = registry.load("task", "llm.truthfulness.facts")(2)
    evaluate(build([facts], tmp_path / "edition", salt="s"), ["organism/refuser"], run)
    head = check_seal(run).head
    found = findings(run)
    write_html(found, run / "report.html")
    write_csv(found, run / "report.csv")
    write_markdown(found, run / "report.md")
    (run / "notes.txt").write_text("of the user")
    moved = tmp_path / "elsewhere" / "renamed"
    moved.parent.mkdir()
    shutil.copytree(run, moved, copy_function=shutil.copyfile)  # other times, other inodes
    shutil.rmtree(run)
    quiet(moved, "run")
    assert check_seal(moved).head == head
    assert not verify_run(moved, head).faults


def test_a_run_that_was_stopped_is_sealed(tmp_path: Path) -> None:
    run = asked(tmp_path, budget=Budget(calls=4))
    assert RunFolder.open(run).manifest().status == "stopped"
    quiet(run, "run")
    asked(tmp_path)
    assert RunFolder.open(run).manifest().status == "finished"
    quiet(run, "run", "resumed")


def test_a_judge_that_gives_out_leaves_the_run_in_flux_until_it_is_done(tmp_path: Path) -> None:
    run = asked(tmp_path)
    left = iter(range(3))

    def tired(_: str) -> str | Reply:
        if next(left, None) is None:
            raise BuildStopped("no more")
        return verdict_json("right")

    with pytest.raises(BuildStopped):
        rejudge(run, {"judge": Judge(tired)}, settings=settings())
    found = check_seal(run)
    assert set(found.open) == {"rejudged"}
    assert not found.changed
    rejudge(run, {"judge": Judge(lambda _: verdict_json("right"))}, settings=settings())
    quiet(run, "run", "rejudged")


# ── kills and full disks ────────────────────────────────────────────────────────────────────────────────────────────


class Killed(BaseException):
    """Nothing catches it; what a session has put in place by then stays."""


def stopped_at(monkeypatch: pytest.MonkeyPatch, count: int, error: BaseException) -> list[str]:
    """From the `count`th file that takes its place or goes, `error`; returns the names of those before."""
    seen: list[str] = []
    replace, unlink = Path.replace, Path.unlink

    def tick(name: str) -> None:
        if name.startswith("."):
            return
        if len(seen) >= count:
            raise error
        seen.append(name)

    def replaced(self: Path, target: Path) -> Path:
        tick(Path(target).name)
        return replace(self, target)

    def unlinked(self: Path, missing_ok: bool = False) -> None:
        tick(self.name)
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(Path, "unlink", unlinked)
    return seen


@pytest.mark.parametrize("error", [Killed(), OSError(28, "No space left on device")], ids=["killed", "full disk"])
@pytest.mark.parametrize("did", ["run", "resumed", "rejudged", "estimated again", "picked"])
def test_wherever_a_session_ends_the_next_one_seals_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, did: str, error: BaseException
) -> None:
    made(tmp_path, 6)
    if did != "run":
        asked(tmp_path, n=6)
        make_plan(tmp_path / "run", n=3)
        label_all(tmp_path / "run", "a", truth)
        if did == "estimated again":
            label_all(tmp_path / "run", "b", truth)
    act = {
        "run": lambda at: asked(at, n=6),
        "resumed": lambda at: asked(at, n=6, models=2),
        "rejudged": lambda at: rejudge(
            at / "run", {"judge": Judge(lambda _: verdict_json("right"))}, settings=settings()
        ),
        "estimated again": lambda at: apply(at / "run"),
        "picked": lambda at: make_plan(at / "run", n=6),
    }[did]
    count, reached = 0, False
    while not reached:
        place = tmp_path / f"at{count}"
        place.mkdir()
        for name in ("edition", "run"):
            if (tmp_path / name).exists():
                shutil.copytree(tmp_path / name, place / name)
        with monkeypatch.context() as patch:
            seen = stopped_at(patch, count, error)
            try:
                act(place)
                reached = True
            except (Killed, OSError, FolderError):
                pass
        if not reached:
            found = check_seal(place / "run")
            assert not found.changed, (count, seen)
            assert found.open or not seen or seen[-1] == "seal.json", (count, seen)
            act(place)
        found = check_seal(place / "run")
        assert not found.changed, (count, seen)
        assert not found.open, (count, seen)
        assert found.links, (count, seen)
        count += 1
    assert count >= {"run": 6, "resumed": 7, "rejudged": 7, "estimated again": 4, "picked": 3}[did]
