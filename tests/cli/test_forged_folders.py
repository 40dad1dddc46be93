"""Every command on folders of others: a link, a pipe, a folder or a device under each of our names is one clear line,
nothing hangs, and nothing changes, there or around it. Commands that read leave a sound folder as it was."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from trustgen.cli.app import main
from trustgen.core import registry
from trustgen.run import build, evaluate
from trustgen.run.review import make_plan
from trustgen.store import RunFolder
from trustgen.store.files import EDITION, RUN, Kind

A, B = "organism/able?by=case&rate=0.6&seed=0", "organism/refuser"
POLICY = '[[rule]]\ntask = "llm.truthfulness.facts"\nmeasure = "accuracy"\nmin = 0.1\n'


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with its edition, an edition beside it, and a policy."""
    place = tmp_path_factory.mktemp("sound")
    made = build([registry.load("task", "llm.truthfulness.facts")(4)], place / "edition", salt="s")
    evaluate(made, [A, B], place / "run")
    make_plan(place / "run", n=2)
    (place / "policy.toml").write_text(POLICY)
    return place


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """A hang is a failure, not a wait; and no error that somebody catches, as `TimeoutError` is."""

    def late(*_: object) -> None:
        raise KeyboardInterrupt("it hangs")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(240)
    yield
    signal.alarm(0)


def on_a_run(run: Path) -> list[list[str]]:
    """The commands that read a run."""
    out, policy = run.parent / "out.html", run.parent / "policy.toml"
    return [
        ["report", f"{run}"],
        ["report", f"{run}", "--json"],
        ["report", f"{run}", "-f", "html", "-o", f"{out}"],
        ["show", f"{run}"],
        ["gate", f"{run}", "--policy", f"{policy}"],
        ["compare", f"{run}", A, B],
        ["leaderboard", f"{run}"],
        ["verify", f"{run}"],
        ["review", f"{run}", "--status"],
    ]


def on_an_edition(edition: Path) -> list[list[str]]:
    """The commands that read an edition."""
    return [
        ["show", f"{edition}", "--cases", "2"],
        ["verify", f"{edition}"],
        ["audit", f"{edition}"],
        ["diff", f"{edition}", f"{edition}"],
        ["plan", f"{edition}", "--model", B],
    ]


def writing(run: Path, edition: Path) -> list[list[str]]:
    """The commands that write into a run."""
    return [
        ["run", f"{edition}", "--model", A, "-o", f"{run}"],
        ["rejudge", f"{run}"],
        ["review", f"{run}", "--n", "2", "--export", f"{run.parent / 'sheet.csv'}"],
        ["review", f"{run}", "--apply"],
    ]


def called(command: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main(command)
    return int(end.value.code or 0), capsys.readouterr().err


def tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Mode, time and content of all in a folder; no times of folders: a temporary file in them is no trace."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        told = path.lstat()
        plain = stat.S_ISREG(told.st_mode)
        body = hashlib.sha256(path.read_bytes()).hexdigest() if plain else ""
        found[str(path)] = (told.st_mode, told.st_mtime_ns if plain else 0, body)
    return found


def test_commands_that_read_leave_everything_as_it_was(
    sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Path(shutil.copytree(sound, tmp_path / "p"))
    before = tree(place)
    for command in (*on_a_run(place / "run"), *on_an_edition(place / "edition")):
        code, said = called(command, capsys)
        assert code in (0, 1), (command, said)
        (place / "out.html").unlink(missing_ok=True)
        assert tree(place) == before, command


def test_a_killed_run_is_read_and_left_as_it_was(
    sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log and its index stay beside the journal: whoever reads takes nothing in and tidies nothing up."""
    shutil.copytree(sound / "run", tmp_path / "open" / "run")
    shutil.copy(sound / "policy.toml", tmp_path / "open")
    with closing(RunFolder(tmp_path / "open" / "run").journal()):
        place = Path(shutil.copytree(tmp_path / "open", tmp_path / "p"))
    assert (place / "run" / "journal.db-wal").stat().st_size
    for name in ("responses.parquet", "verdicts.parquet"):
        (place / "run" / name).unlink()
    before = tree(place)
    for command in on_a_run(place / "run"):
        code, said = called(command, capsys)
        assert code in (0, 1), (command, said)
        (place / "out.html").unlink(missing_ok=True)
        assert tree(place) == before, command


def forge(at: Path, form: str, victim: Path) -> None:
    """Put something of another kind in the place of one of our names."""
    if at.is_dir():
        shutil.rmtree(at)
    at.unlink(missing_ok=True)
    match form:
        case "link":
            at.symlink_to(victim)
        case "pipe":
            os.mkfifo(at)
        case "endless":
            at.symlink_to("/dev/zero")
        case "device":
            os.mknod(at, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
        case _ if at.name in EDITION.folders | RUN.folders:
            at.write_bytes(b"")
        case _:
            at.mkdir()


@pytest.mark.parametrize("form", ["link", "pipe", "folder", "endless", "device"])
@pytest.mark.parametrize(
    ("where", "kind"), [("run", RUN), ("run/edition", EDITION), ("edition", EDITION)], ids=["run", "inner", "edition"]
)
def test_no_command_goes_where_a_forged_name_leads(
    sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str, kind: Kind, form: str
) -> None:
    place = tmp_path / "p"
    for name in sorted(kind.files | kind.folders):
        shutil.copytree(sound, place)
        victim = place / "victim"
        real = place / where / name
        # The link leads to the true thing where there is one, so that nothing else could be found wrong with it.
        if real.is_dir():
            shutil.copytree(real, victim)
        else:
            victim.write_bytes(real.read_bytes() if real.exists() else b"of the user")
        try:
            forge(real, form, victim)
        except PermissionError:
            pytest.skip("only the super-user may make a device here")
        before = tree(place)
        read = on_an_edition(place / "edition") if where == "edition" else on_a_run(place / "run")
        commands = [*read, *writing(place / "run", place / "edition")[: 1 if where == "edition" else 4]]
        for command in commands:
            if where == "run/edition" and {"--status", "verify"} & {*command}:
                continue  # the one looks at no case, the other tells it with all the rest
            code, said = called(command, capsys)
            assert code == 2, (name, command, said)
            assert said.startswith("trustgen: ")
            assert said.count("\n") == 1
            assert "a bug in TrustGen" not in said
            assert tree(place) == before, (name, command)
        shutil.rmtree(place)
