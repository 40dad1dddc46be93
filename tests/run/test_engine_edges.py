"""When a run gives up and when it must not, and what it keeps of its earlier sessions."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy import Scripted, edition, settings

from costs import within
from trustgen.core import FolderError, Reply, Request, Transient
from trustgen.run import evaluate
from trustgen.run.line import BREAKER
from trustgen.store import Journal, RunFolder


def failing(every: int, uri: str = "scripted/model") -> Scripted:
    """A model that fails on every so many-th number."""

    def answer(number: str, _: int) -> str:
        if int(number) % every == 0:
            raise Transient("no")
        return number

    return Scripted(answer, uri)


def test_an_endpoint_is_given_up_after_so_many_failures_in_a_row(tmp_path: Path) -> None:
    result = evaluate(edition(tmp_path / "e", 40), [failing(1)], tmp_path / "r", settings=settings(concurrency=1))
    assert result.manifest.status == "stopped"
    assert result.estimates[0].outcomes["error"] == BREAKER


def test_failures_that_are_not_in_a_row_end_no_run(tmp_path: Path) -> None:
    made = edition(tmp_path / "e", 3 * BREAKER)
    result = evaluate(made, [failing(3)], tmp_path / "r", settings=settings(concurrency=1))
    assert result.manifest.status == "finished"
    assert result.estimates[0].outcomes["error"] == 2 * BREAKER


def test_a_later_session_with_another_model_keeps_what_is_known_of_the_first(tmp_path: Path) -> None:
    """A simulated model stays marked, what does not apply stays said, and a cut-short model leaves the other whole."""
    made = edition(tmp_path / "e", 10, with_images=True)
    organism = Scripted(uri="scripted/organism")
    organism.simulated = True
    first = evaluate(made, [organism], tmp_path / "r", settings=settings()).manifest
    second = evaluate(made, [Scripted()], tmp_path / "r", settings=settings()).manifest
    assert second.models == ("scripted/organism", "scripted/model")
    assert second.simulated == first.simulated == ("scripted/organism",)
    assert {(n.task, n.model) for n in second.not_applicable} == {("toy.images", uri) for uri in second.models}
    assert second.started == first.started


def test_a_model_that_was_cut_short_leaves_the_run_of_another_finished(tmp_path: Path) -> None:
    """The run says what this session meant to ask; what an earlier one left is skipped, and counted so."""
    made = edition(tmp_path / "e", 40)
    gone = evaluate(made, [failing(1, "scripted/gone")], tmp_path / "r", settings=settings(concurrency=1))
    assert gone.manifest.status == "stopped"
    result = evaluate(made, [Scripted()], tmp_path / "r", settings=settings())
    assert result.manifest.status == "finished"
    skipped = {e.model: e.outcomes["skipped"] for e in result.estimates}
    assert skipped == {"scripted/gone": 80 - BREAKER, "scripted/model": 0}


def test_progress_counts_as_done_what_the_judge_of_the_run_has_ruled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import toy

    from trustgen.run import Quiet

    class Told(Quiet):
        done = -1

        def plan(self, model: str, cases: int, done: int) -> None:
            self.done = done

    made = edition(tmp_path / "e", 10)
    evaluate(made, [failing(5)], tmp_path / "r", settings=settings())
    told = Told()
    evaluate(made, [failing(5)], tmp_path / "r", settings=settings(), progress=told)
    assert told.done == 20 - 2 * 2, "what ended in an error is asked again"
    monkeypatch.setattr(toy.Echo, "key", "toy-judge-2")
    evaluate(made, [Scripted()], tmp_path / "r", settings=settings(), progress=told)
    assert told.done == 0, "another judge has ruled on nothing yet"
    assert len(list(RunFolder.open(tmp_path / "r").responses())) == 20


def test_a_journal_that_fails_ends_the_run_while_every_worker_waits_for_a_reply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Journal, "_commit", full)

    class Slow(Scripted):
        """Answers its probe at once and everybody else in an hour."""

        async def ask(self, request: Request) -> Reply:
            self.delay = 3600.0 if self.requests else 0.0
            return await super().ask(request)

    with within(30), pytest.raises(FolderError, match="no space left on device"):
        evaluate(edition(tmp_path / "e"), [Slow()], tmp_path / "run", settings=settings(grace=0.1))
