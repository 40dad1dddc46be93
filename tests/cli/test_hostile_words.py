"""One hostile string in every text of an edition, a run and the files of others, shown by every command.

Nothing on stdout, on stderr or in a written report may hold a control, C1 or bidi character.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trustgen.cli import main
from trustgen.cli.app import COMMANDS
from trustgen.core import Source, user
from trustgen.core.shown import escaped, shown
from trustgen.report.console import console
from trustgen.store import Edition, EditionWriter
from trustgen.store.edition import EditionManifest, Reject

HOSTILE = "a\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp\x7f\r\x00\u2066z\U000e0041"
MODEL = "organism/able?rate=0.5"
ABLE = "organism/able?by=case&rate=0.5&seed=0"
CLI = Path(__file__).parents[2] / "src/trustgen/cli"


def dirty(text: str) -> str:
    """The characters of a text that no terminal and no reader should meet."""
    return "".join(sorted({c for c in set(text) if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs")}))


def run(*args: object) -> int:
    """The command in this process; its exit code."""
    with pytest.raises(SystemExit) as end:
        main([str(a) for a in args])
    return int(end.value.code or 0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small run `run` (its edition within)."""
    home = tmp_path_factory.mktemp("made")
    suite = home / "small.toml"
    suite.write_text('name = "small"\ntitle = "Small"\n[[tasks]]\nid = "llm.truthfulness.facts"\nn = 3\n')
    assert run("run", suite, "--model", MODEL, "--model", "organism/mute", "--salt", "s", "-o", home / "run") in (0, 3)
    return home


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where texts stand in a JSON document; ("key", name) at the end stands for the name of a field of a mapping."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, ("key", name))
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for i, inner in enumerate(value[:2]):
            yield from places(inner, (*path, i))


def spoilt(document: Any, path: tuple[Any, ...]) -> Any:
    """The document with the hostile string at the end of one of its texts."""
    whole = json.loads(json.dumps(document))
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    last = path[-1]
    if isinstance(last, tuple):
        inner[last[1] + HOSTILE] = inner.pop(last[1])
    else:
        inner[last] += HOSTILE
    return whole


def readers(folder: Path, edition: Path, out: Path) -> Iterator[tuple[Any, ...]]:
    """Every command that reads a run or an edition."""
    for kind in ("text", "html", "md", "csv", "json", "junit", "sarif"):
        yield ("report", folder, "-f", kind, *(("-o", out / f"r.{kind}") if kind != "text" else ()))
    policy = out / "policy.toml"
    policy.write_text('[[rule]]\ntask = "*"\nmin = 0.99\n')
    yield "report", folder, "--json"
    yield "gate", folder, "--policy", policy
    for kind in ("junit", "sarif"):
        yield "gate", folder, "--policy", policy, f"--{kind}", out / f"g.{kind}"
    yield "gate", folder, "--policy", policy, "--json"
    for end in ("md", "csv"):
        yield "leaderboard", folder, "-o", out / f"l.{end}"
    yield "leaderboard", folder
    yield "compare", folder, ABLE, "nobody"
    yield "compare", folder, ABLE, "organism/mute"
    yield "equate", folder, folder
    yield "show", folder
    yield "verify", folder
    yield "verify", folder, "--json"
    for more in ((), ("--json",), ("--unfold",), ("--first", "surprising", "--differ")):
        yield "cases", folder, *more
    yield "review", folder, "--apply"
    yield "review", folder, "--labeller", HOSTILE, "--export", out / "sheet.csv"
    for name in (edition, folder / "edition"):
        yield "show", name, "--cases", "3"
        yield "show", name, "--cases", "1", "--json"
        yield "verify", name
        yield "audit", name, "-o", out / "a.json"
        yield "plan", name, "--model", MODEL
        yield "diff", name, edition


def slow(folder: Path, edition: Path, out: Path) -> Iterator[tuple[Any, ...]]:
    """The commands that ask or judge: a second each."""
    yield "rejudge", folder
    yield "run", edition, "--model", MODEL, "-o", out / "again"


def check(commands: Iterator[tuple[Any, ...]], out: Path, capsys: pytest.CaptureFixture[str], where: object) -> int:
    """Run the commands: all that they print or write is clean. Returns in how many the hostile string was met."""
    met = 0
    for args in commands:
        run(*args)
        said = capsys.readouterr()
        written = [p for p in out.glob("*.*") if p.is_file() and p.suffix != ".toml"]
        texts = [said.out, said.err, *(p.read_text("utf-8") for p in written)]
        for text in texts:
            assert not dirty(text), (where, args, dirty(text), text[:3000])
        met += any("owned" in text for text in texts)
        for path in written:
            path.unlink()
        shutil.rmtree(out / "again", ignore_errors=True)
    return met


def forged_edition(source: Path, target: Path, path: tuple[Any, ...]) -> None:
    """The edition with one text of its manifest spoilt, sealed again."""
    shutil.copytree(source, target)
    document = spoilt(json.loads((source / "edition.json").read_bytes()), path)
    try:
        manifest = msgspec.convert(document, EditionManifest).sealed()
        written = msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=2) + b"\n"
    except msgspec.ValidationError:
        written = json.dumps(document).encode()
    (target / "edition.json").write_bytes(written)


def every(document: Any, kept: int, of: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """The places of a document: all of them, or of the small form each field that tells something, once."""
    found = list(places(document))
    return (
        found if not kept else [p for p in found if any(p[-1] == name or p[-1] == ("key", name) for name in of)][:kept]
    )


EDITION = ("suite", "salt", "pool", "trustgen")
RUN = ("suite", "stopped", "started", "measure", "method", "model", "version", "at", "sha256")


def forged(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], small: bool, only: str = "") -> None:
    met = 0
    whole = json.loads((made / "run/edition/edition.json").read_bytes())
    forgeries = [("edition.json", whole, path) for path in every(whole, 4 if small else 0, EDITION)]
    for name in ("run.json", "estimates.json", "seal.json"):
        whole = json.loads((made / "run" / name).read_bytes())
        forgeries += [(name, whole, path) for path in every(whole, 3 if small else 0, RUN)]
    forgeries = [one for one in forgeries if one[0] == only or not only]
    for i, (name, document, path) in enumerate(forgeries):
        folder, out = tmp_path / f"run{i}", tmp_path / f"out{i}"
        shutil.copytree(made / "run", folder)
        out.mkdir()
        edition = made / "run/edition"
        if name == "edition.json":
            edition = tmp_path / f"edition{i}"
            forged_edition(made / "run/edition", edition, path)
            shutil.copy(edition / name, folder / "edition" / name)
        else:
            (folder / name).write_text(json.dumps(spoilt(document, path)))
        if name != "seal.json":
            (folder / "seal.json").unlink()  # as a forger would: with it, no command goes on with the run
        met += check(readers(folder, edition, out), out, capsys, (name, path))
        if i in (0, len(forgeries) // 2) if small else i % 10 == 0:
            met += check(slow(folder, edition, out), out, capsys, (name, path))
        shutil.rmtree(folder)
    # The string was met, again and again: nothing was clean by being left out. A seal is shown by `verify` alone, and
    # one with a field of another name is shown by none.
    assert met > len(forgeries) * (0.5 if only == "seal.json" else 1)


def test_forged_editions_and_runs_show_nothing_raw(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged(made, tmp_path, capsys, small=True)


@pytest.mark.proof
@pytest.mark.parametrize("name", ["edition.json", "run.json", "estimates.json", "seal.json"])
def test_every_text_of_forged_editions_and_runs_shows_nothing_raw(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    forged(made, tmp_path, capsys, small=False, only=name)


# ── rows, and the small files of others ─────────────────────────────────────────────────────────────────────────────


def test_rows_of_an_edition_show_nothing_raw(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every text of a case, a record and a reject is hostile, and the edition follows from its rows."""
    edition = Edition.open(made / "run/edition")
    writer = EditionWriter(tmp_path / "edition")
    source = Source(origin="o" + HOSTILE, revision="r" + HOSTILE, licence="l" + HOSTILE)
    records, written = edition.records(), set[str]()
    arms: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for case in edition.cases():
        if case.cluster not in written:  # in the order of a build: a record, then the cases made from it
            written.add(case.cluster)
            writer.record(msgspec.structs.replace(next(records), source=source))
        turns = tuple(user(turn.text + HOSTILE) for turn in case.turns)
        tags = {name + HOSTILE: value + HOSTILE for name, value in case.tags.items()} | {HOSTILE: HOSTILE}
        expect = msgspec.structs.replace(case.expect, answer=HOSTILE, aliases=(HOSTILE,))
        forged = msgspec.structs.replace(case, turns=turns, tags=tags, arm=case.arm + HOSTILE, expect=expect)
        writer.case(forged.sealed(case.task))
        arms[case.task][forged.arm] += 1
    writer.reject(Reject(stage=HOSTILE, task=edition.manifest.tasks[0].id, arm=HOSTILE, reason=HOSTILE))
    entries = tuple(
        msgspec.structs.replace(t, arms=dict(arms[t.id]), pool=t.pool + HOSTILE) for t in edition.manifest.tasks
    )
    made_of = writer.seal(suite="s" + HOSTILE, salt="s" + HOSTILE, trustgen="0" + HOSTILE, tasks=entries)
    assert made_of.cases
    out = tmp_path / "out"
    out.mkdir()
    commands = [*slow(made / "run", tmp_path / "edition", out)][1:]
    commands += [c for c in readers(made / "run", tmp_path / "edition", out) if tmp_path / "edition" in c]
    run("run", tmp_path / "edition", "--model", MODEL, "-o", tmp_path / "asked")
    capsys.readouterr()
    commands += [c for c in readers(tmp_path / "asked", tmp_path / "edition", out) if tmp_path / "asked" in c]
    assert check(iter(commands), out, capsys, "rows") > 10


QUOTED = '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in HOSTILE) + '"'
FILES = {
    "pool": f"name = {QUOTED}\nabout = {QUOTED}\nlicence = {QUOTED}\n[web]\ntopic = {QUOTED}\n"
    f"[web.fields.x]\nabout = {QUOTED}\n",
    "bad pool": f'name = "n"\nabout = {QUOTED}\n[web]\ntopic = {QUOTED}\nengine = {QUOTED}\n[web.fields]\n',
    "key": f"{QUOTED} = 1\n",
    "suite": f"name = {QUOTED}\ntitle = {QUOTED}\n[[tasks]]\nid = {QUOTED}\n",
    "policy": f"[[rule]]\ntask = {QUOTED}\nmeasure = {QUOTED}\nmin = 0.5\n",
    "prices": f"[[price]]\nmodel = {QUOTED}\nprompt = 1\ncompletion = 1\nas_of = {QUOTED}\nsource = {QUOTED}\n",
}


@pytest.mark.parametrize("kind", FILES)
def test_small_files_of_others_show_nothing_raw(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    file = tmp_path / f"{kind}.toml"
    file.write_text(FILES[kind])
    out = tmp_path / "out"
    out.mkdir()
    edition = made / "run/edition"
    commands: list[tuple[Any, ...]] = [
        ("show", file),
        ("show", file, "--json"),
        ("build", file, "-o", out / "built"),
        ("plan", file, "--model", MODEL),
        ("gate", made / "run", "--policy", file),
        ("plan", edition, "--model", MODEL, "--prices", file),
        ("audit", edition, "--thresholds", file),
        ("audit", edition, "--labels", file),
        ("audit", edition, "--reference", file),
        ("review", made / "run", "--import", file, "--labeller", HOSTILE),
    ]
    assert check(iter(commands), out, capsys, kind)


@pytest.mark.parametrize("command", COMMANDS)
def test_hostile_arguments_are_quoted_clean(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    word = HOSTILE.replace("\0", "")
    for args in ((command, word), (command, word, "--json"), (command, f"--{word}")):
        run(*args)
        said = capsys.readouterr()
        assert not dirty(said.out + said.err), args
        assert said.out + said.err


# ── the sink itself ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_json_escapes_what_it_must_and_says_the_same() -> None:
    value = {HOSTILE: [HOSTILE, "ß 漢 😀 \u200d"]}
    text = escaped(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(text) == value
    assert not dirty(text.replace("\u200d", ""))
    assert "ß 漢 😀 \u200d" in text
    assert shown(text) == text


def test_a_console_draws_no_markup_and_no_escape(capsys: pytest.CaptureFixture[str]) -> None:
    made = console(force_terminal=True, width=200)
    made.print(f"[link=https://evil.example]x[/link] {HOSTILE}", style="bold")
    said = capsys.readouterr().out
    assert "]8;" not in said
    assert dirty(re.sub(r"\x1b\[[\d;]*m", "", said)) == ""
    assert "\x1b[1m" in said  # its own styles stay


def test_words_reach_the_terminal_through_one_door() -> None:
    """No module but the door and the consoles' own prints: a second way out would show foreign text raw."""
    allowed = {"saying.py"}
    for path in sorted(
        [*CLI.rglob("*.py"), *(CLI.parent / "report").rglob("*.py"), *(CLI.parent / "run").glob("*.py")]
    ):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            banned = name in ("click.echo", "click.secho", "print", "Console", "rich.print", "sys.stderr.write")
            assert not banned or path.name in allowed or (name == "Console" and path.name in SCREENS), (path, name)


SCREENS = {"console.py": "the house's console", "screen.py": "`Screen`, which shows each line itself"}
