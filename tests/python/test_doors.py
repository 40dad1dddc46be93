"""Build, evaluate and ask by name, with and without a running event loop, and what comes of them as tables."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import trustgen
from trustgen import Edition, InputError, MissingExtra, Model, Reply, Request, Run
from trustgen.run import Quiet
from trustgen.store import RunFolder
from trustgen.testing import Scripted

FACTS = "llm.truthfulness.facts"
ABLE, WEAK = "organism/able?by=case&rate=0.8", "organism/able?by=case&rate=0.4"
BOTH = {"A": ABLE, "B": WEAK}
ROWS = [
    {"question": "What is the capital of France?", "answer": "Paris"},
    {"question": "What is the capital of Italy?", "answer": "Rome"},
    {"question": "", "answer": "nothing"},
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two models on facts and on over-refusal."""
    home = tmp_path_factory.mktemp("made")
    tasks = "".join(f'[[tasks]]\nid = "{task}"\nn = 3\n' for task in (FACTS, "llm.safety.over_refusal"))
    (home / "s.toml").write_text(f'name = "s"\ntitle = "S"\n{tasks}')
    return trustgen.evaluate(str(home / "s.toml"), BOTH, salt="s", out=home / "run", progress=False)


def numbers(run: Run) -> list[tuple[str, str, float]]:
    return [(e.model, e.measure, e.value) for e in run.estimates if e.value == e.value]


# ── the doors ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_by_name_is_the_run_of_the_command_line(tmp_path: Path) -> None:
    from commands import trustgen as command

    made = trustgen.evaluate(FACTS, BOTH, n=3, salt="s", out=tmp_path / "python", progress=False)
    models = [f"--model={name}={uri}" for name, uri in BOTH.items()]
    assert command("run", FACTS, "--n", 3, "--salt", "s", *models, "-o", tmp_path / "line").returncode == 0
    assert made.status == "finished"
    assert numbers(made) == numbers(Run(tmp_path / "line"))
    assert made.manifest.edition == Run(tmp_path / "line").manifest.edition


def test_an_edition_is_built_once_and_asked_as_itself_or_by_its_folder(tmp_path: Path) -> None:
    built = trustgen.build(FACTS, n=2, salt="s", out=tmp_path / "e", progress=False)
    again = trustgen.build(FACTS, n=2, salt="s", out=tmp_path / "e", progress=False)
    assert isinstance(built, Edition)
    assert built.manifest.id == again.manifest.id == Edition.open(tmp_path / "e").manifest.id
    for what in (built, tmp_path / "e", str(tmp_path / "e")):
        run = trustgen.evaluate(what, ABLE, out=tmp_path / f"r{type(what).__name__}", progress=False)
        assert run.manifest.edition == built.manifest.id
        assert run.edition.planned == built.planned
    with pytest.raises(InputError, match="n belongs to building"):
        trustgen.evaluate(built, ABLE, n=3, out=tmp_path / "r", progress=False)


def test_rows_and_a_file_of_them_are_asked_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = trustgen.ask(ROWS, {"m": ABLE}, out=tmp_path / "rows")
    said = capsys.readouterr().out
    assert "1 row cannot be used:" in said
    assert "questions.jsonl:3" in said
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, ROWS)) + "\n")
    file = trustgen.ask(tmp_path / "questions.jsonl", {"m": ABLE}, out=tmp_path / "file", progress=False)
    assert numbers(rows) == numbers(file)
    assert capsys.readouterr().out == ""
    assert trustgen.ask(ROWS, {"m": ABLE}, out=tmp_path / "rows", progress=False).status == "finished"  # resumes


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "there is no row"),
        (["text"], "a row is str"),
        ([{"question": object()}], "no JSON"),
        ([{}], "no row|column|usable"),
    ],
)
def test_rows_that_are_none_are_refused_and_leave_nothing(rows: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        trustgen.ask(rows, ABLE, out=tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


def test_judge_prompt_and_columns_are_those_of_the_command(tmp_path: Path) -> None:
    heard: list[str] = []

    def script(request: Request, before: int) -> str:
        heard.append(request.turns[-1].text)
        return "I cannot help with that."

    run = trustgen.ask(
        [{"Frage": "How?", "place": "here"}],
        Scripted(script),
        judge="refuses",
        prompt="In {{place}}: {{question}}",
        columns={"question": "Frage"},
        name="mine",
        out=tmp_path / "run",
        progress=False,
    )
    assert heard[-1] == "In here: How?"
    assert [(e.task, e.value) for e in run.estimates if e.headline] == [("ask.mine", 1.0)]


# ── in a running loop ───────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_works_within_a_running_loop(tmp_path: Path) -> None:
    """A cell of a notebook is called so."""

    async def cell() -> list[Run]:
        built = trustgen.build(FACTS, n=2, salt="s", out=tmp_path / "e", progress=False)
        waited = trustgen.evaluate(built, BOTH, out=tmp_path / "waited", progress=False)
        asked = trustgen.ask(ROWS, ABLE, out=tmp_path / "asked", progress=False)
        awaited = await trustgen.aevaluate(built, BOTH, out=tmp_path / "awaited", progress=False)
        more = await trustgen.aask(ROWS, ABLE, out=tmp_path / "more", progress=False)
        return [waited, awaited, asked, more]

    waited, awaited, asked, more = asyncio.run(cell())
    assert numbers(waited) == numbers(awaited) != []
    assert numbers(asked) == numbers(more) != []
    plain = trustgen.evaluate(Edition.open(tmp_path / "e"), BOTH, out=tmp_path / "plain", progress=False)
    assert numbers(plain) == numbers(waited)


def test_the_loop_goes_on_while_an_edition_is_built(tmp_path: Path) -> None:
    async def cell() -> tuple[int, Edition]:
        ticks, edition = 0, asyncio.ensure_future(trustgen.abuild(FACTS, n=40, salt="s", out=tmp_path / "a"))
        while not edition.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks, await edition

    ticks, edition = asyncio.run(cell())
    assert ticks > 2
    assert edition.manifest.id == trustgen.build(FACTS, n=40, salt="s", out=tmp_path / "b").manifest.id


def test_the_loop_goes_on_while_a_run_is_awaited(tmp_path: Path) -> None:
    async def cell() -> int:
        asked = trustgen.aask(ROWS, Scripted("Paris", delay=0.2), out=tmp_path / "r", progress=False)
        ticks, run = 0, asyncio.ensure_future(asked)
        while not run.done():
            await asyncio.sleep(0.01)
            ticks += 1
        await run
        return ticks

    assert asyncio.run(cell()) > 5


class Slow(Model):
    """Answers at once the first time, and then not for a long while; says when it has begun to wait."""

    uri = "slow/model"

    def __init__(self) -> None:
        self.waits, self.calls, self.ended = threading.Event(), 0, threading.Event()

    async def ask(self, request: Request) -> Reply:
        self.calls += 1
        if self.calls < 3:  # the probe, and one case
            return Reply("Paris")
        self.waits.set()
        try:
            await asyncio.sleep(600)
        finally:
            self.ended.set()
        return Reply("late")


def test_a_run_that_is_cancelled_ends_and_resumes(tmp_path: Path) -> None:
    rows = [{"question": f"Is {i} even?", "answer": "yes"} for i in range(6)]
    model = Slow()

    async def cell() -> None:
        run = asyncio.ensure_future(trustgen.aask(rows, model, out=tmp_path / "run", progress=False))
        assert await asyncio.to_thread(model.waits.wait, 60)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    asyncio.run(cell())
    assert model.ended.wait(10), "its calls were ended"
    for thread in (t for t in threading.enumerate() if t.name == "trustgen"):
        thread.join(60)  # what was asked is written down before it ends
        assert not thread.is_alive(), "its thread is gone"
    left = Run(tmp_path / "run")
    assert left.status == "running"
    assert "no numbers yet" in repr(left)
    assert left.cases().verdicts == 6

    async def again() -> Run:
        return trustgen.ask(rows, Scripted("yes", uri="slow/model"), out=tmp_path / "run", progress=False)

    assert asyncio.run(again()).status == "finished"


def test_an_interrupt_ends_the_run_of_a_cell(tmp_path: Path) -> None:
    """Ctrl-C, or the kernel's stop button, reaches whoever waits in the main thread."""
    import signal

    model = Slow()
    rows = [{"question": f"Is {i} even?", "answer": "yes"} for i in range(6)]

    def interrupt() -> None:
        model.waits.wait(60)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    async def cell() -> None:
        trustgen.ask(rows, model, out=tmp_path / "run", progress=False)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=interrupt, daemon=True).start()
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(KeyboardInterrupt):
            loop.run_until_complete(cell())
    finally:
        signal.signal(signal.SIGINT, before)
        loop.close()
    assert model.ended.wait(10)
    assert Run(tmp_path / "run").status == "running"


def test_a_fault_comes_out_as_it_is(tmp_path: Path) -> None:
    async def cell() -> None:
        for call in (trustgen.aevaluate("nowhere", ABLE), trustgen.aevaluate(FACTS, "organism/nobody")):
            with pytest.raises(InputError):
                await call

    asyncio.run(cell())


# ── progress ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_progress_is_a_handful_of_plain_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trustgen.evaluate(FACTS, BOTH, n=20, salt="s", out=tmp_path / "r")
    said = capsys.readouterr().out
    assert not set(said) & set("\r\x1b")
    assert len(said.splitlines()) == 1 + 2 * (1 + 5)
    assert "A: 140 of 140" in said


def test_an_own_progress_is_told(tmp_path: Path) -> None:
    class Counts(Quiet):
        rows = 0

        def row(self, response: Any, verdict: Any) -> None:
            self.rows += 1

    counts = Counts()
    trustgen.evaluate(FACTS, ABLE, n=2, salt="s", out=tmp_path / "r", progress=counts)
    assert counts.rows == 14


# ── what comes of it ────────────────────────────────────────────────────────────────────────────────────────────────


def test_tables_say_what_the_rows_say(run: Run) -> None:
    table = run.to_arrow()
    assert table.num_rows == len(run.estimates)
    assert table["value"].to_pylist()[0] == run.estimates[0].value
    assert table["refused"].to_pylist() == [e.outcomes.get("refused", 0) for e in run.estimates]
    rows = run.to_arrow("cases").to_pylist()
    verdicts = {(v.case, v.model): v for v in RunFolder.open(run.folder).verdicts()}
    replies = {r.key: r.text for r in RunFolder.open(run.folder).responses()}
    cases = {c.id: c for c in run.edition.cases()}
    assert {(r["case"], r["model"]) for r in rows} == verdicts.keys()
    for row in rows:
        v, case = verdicts[row["case"], row["model"]], cases[row["case"]]
        assert (row["outcome"], row["score"], row["label"], row["arm"]) == (v.outcome, v.score, v.label, case.arm)
        if case.task == FACTS:
            assert row["right"] is (None if v.score is None else v.score >= 0.5)
            assert (row["asked"], row["reply"]) == (case.turns[-1].text, replies[v.response])
        else:
            assert row["asked"] is row["reply"] is None
    open_ = run.to_arrow("cases", unfold=True)
    assert None not in open_["asked"].to_pylist()


def test_frames_are_those_of_pandas_and_its_absence_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = run.to_pandas("cases")
    assert sorted(frame["model"].unique()) == ["A", "B"]
    assert len(run.to_pandas()) == len(run.estimates)
    assert len(run.edition.to_pandas()) == run.edition.planned
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match="pip install pandas"):
        run.to_pandas()


def test_an_edition_as_a_table(run: Run) -> None:
    rows = run.edition.to_arrow().to_pylist()
    cases = list(run.edition.cases())
    assert [row["case"] for row in rows] == [case.id for case in cases]
    assert rows[0]["asked"] == cases[0].turns[-1].text
    assert rows[0]["expected"] == cases[0].expect.best_reply


def test_both_say_what_they_are(run: Run) -> None:
    assert repr(run) == f"Run('{run.folder}': s, 2 models, 4 headlines, finished)"
    planned = run.edition.planned
    assert repr(run.edition) == f"Edition('{run.folder}/edition': s, salt s, 2 tasks, {planned} cases)"
    assert "over_refusal" in run.edition._repr_html_()


def test_an_edited_run_says_so(run: Run, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(run.folder, tmp_path / "run"))
    (folder / "estimates.json").write_bytes((folder / "estimates.json").read_bytes() + b" ")
    assert "EDITED" in repr(Run(folder))
    assert "was changed after the run was sealed" in Run(folder)._repr_html_()
    assert not run.faults


def test_what_a_notebook_shows_is_a_table_and_no_markup_of_others(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>\x1b[31m\u202e&"
    run = trustgen.evaluate(
        FACTS, {name: ABLE}, n=2, salt="<img src=x onerror=alert(1)>", out=tmp_path / "r", progress=False
    )
    shown = run._repr_html_() + run.edition._repr_html_()
    assert "&lt;script&gt;" in shown
    for raw in ("<script", "<img", "\x1b", "\u202e", "http", "style"):
        assert raw not in shown
    assert shown.count("<table>") == shown.count("</table>") == 2
    assert "[0.000, " in run._repr_html_() or "[0." in run._repr_html_()


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(trustgen.FolderError, match="is not a run"):
        Run(tmp_path)


def test_the_door_has_what_it_says_and_imports_nothing_heavy() -> None:
    import subprocess

    assert {"build", "evaluate", "ask", "Run", "Case"} <= set(dir(trustgen))
    told = "import sys, trustgen; print(sorted({'numpy', 'pyarrow', 'msgspec', 'rich'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "[]\n"
    with pytest.raises(AttributeError):
        trustgen.nowhere  # noqa: B018


def test_the_version_is_that_of_the_package() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert trustgen.__version__ == project["version"]
