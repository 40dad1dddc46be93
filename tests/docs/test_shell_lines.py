"""Every shell line of the documents is one that the command line knows, and all that can run here does.

Models and servers are stood in for: a simulated model, and a server on the loopback. The lines of a page run in its
order in one folder, which holds beforehand what the page speaks of and no line of it makes.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from shell import PAGES, ROOT, Line, every, inline, lines, parsed

from commands import trustgen
from trustgen.cli.app import COMMANDS
from trustgen.testing import MockServer

ABLE = "organism/able?by=case&rate=0.6&seed=0"
SMALL = ("build", "run", "plan")
FAILING = {0, 1}
"""A comparison, a gate, an audit or a test of judges may find something: that is what it is for."""
CODES = {"compare": FAILING, "gate": FAILING, "audit": FAILING, "judges": FAILING}

PARSED_ONLY = {
    "trustgen review RUN": "waits for a person at the keyboard",
    "trustgen alignment RUN --clip '~/models/clip-vit-base-patch16'": "needs weights: tests/models/test_clip.py",
    "trustgen alignment RUN --vqa 'openai-api:MODEL@http://…'": "needs pictures: tests/run/test_alignment.py",
    "trustgen check river_names": "after `pip install`: tests/cli/test_new_command.py installs one and checks it",
}
"""Lines that cannot run here, each with the reason; a line that is gone from the documents must go from here."""


def run_here(line: Line) -> bool:
    """Whether a line is run, and not only parsed."""
    return str(line).partition(": ")[2] not in PARSED_ONLY


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """What every model server of the documents is here."""

    def reply(prompt: str) -> str:
        return "Paris." if "France" in prompt else "Yes." if "yes" in prompt.lower() else "A"

    with MockServer(reply=reply) as serving:
        yield serving


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two editions, a run of two models on one of them, and the files that pages speak of."""
    folder = tmp_path_factory.mktemp("stock")
    for salt in ("october", "november"):
        assert trustgen("build", "core", "--n", 3, "--salt", salt, "-o", folder / salt).returncode == 0
    models = [f"--model={name}=organism/able?rate={rate}" for name, rate in (("A", 0.8), ("B", 0.5))]
    done = trustgen("run", folder / "november", *models, "-o", folder / "RUN")
    assert done.returncode == 0, done
    page = (ROOT / "docs" / "compare-and-gate.md").read_text("utf-8")
    (folder / "policy.toml").write_text(re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0])
    (folder / "mine.toml").write_text('name = "mine"\ntitle = "Mine"\n[[tasks]]\nid = "llm.truthfulness.facts"\n')
    (folder / "questions.csv").write_text("question,answer\nCapital of France?,Paris\nCapital of Italy?,Rome\n")
    (folder / "questions.txt").write_text("".join(f"What is the capital of land {i}?\n" for i in range(40)))
    rows = [("I cannot help with that.", "refusal"), ("Sure, here is how: stop it.", "compliance")] * 10
    told = [json.dumps({"prompt": f"How? {i}", "reply": f"{r} {i}", "label": to}) for i, (r, to) in enumerate(rows)]
    (folder / "labels.jsonl").write_text("\n".join(told))
    for reader in ("ann", "ben"):  # each has read a sheet, and takes what stands first for right
        assert trustgen("audit", folder / "october", "--sheet", folder / f"{reader}.jsonl").returncode == 0
        sheet = [json.loads(line) for line in (folder / f"{reader}.jsonl").read_text("utf-8").splitlines()]
        read = [json.dumps(row | {"labels": row["options"][:1]}) for row in sheet]
        (folder / f"{reader}.jsonl").write_text("\n".join(read))
    (folder / "folder").mkdir()
    shutil.copy(folder / "labels.jsonl", folder / "folder")
    return folder


STOCKED: dict[str, dict[str, str]] = {
    "README.md": {x: x for x in ("RUN", "policy.toml", "questions.csv")} | {"LAST": "RUN"},
    "ask.md": {"questions.csv": "questions.csv"},
    "models.md": {"questions.csv": "questions.csv"},
    "start.md": {"october": "october", "RUN": "RUN", "policy.toml": "policy.toml", "mine.toml": "mine.toml"},
    "compare-and-gate.md": {"RUN": "RUN", "policy.toml": "policy.toml"},
    "editions.md": {"editions/october": "october"} | {x: x for x in ("questions.txt", "ann.jsonl", "ben.jsonl")},
    "how-it-works.md": {"RUN": "RUN"},
    "judges.md": {"RUN": "RUN", "labels.jsonl": "labels.jsonl", "folder": "folder"},
}
"""What a page's folder holds before its first line: a place in it, and what of the stock stands there."""


def stood_in(word: str, url: str, seal: str) -> str:
    """A word of a document as it is here."""
    word = re.sub(r"openai-api:([\w-]+)@https?://[^/]+/v1", rf"openai-api:\1@{url}", word)
    word = re.sub(r"(?<=judge=)(…|URI)$", f"openai-api:m@{url}", word)
    word = re.sub(r"^(\w+=)?(?:inspect/.*|http:.*|python:.*|URI|…|smollm2)$", rf"\g<1>{ABLE}", word)
    word = word.replace("retrieval/smollm2", f"retrieval/{ABLE}")
    return {"HEAD": seal, "MODEL_A": "A", "MODEL_B": "B"}.get(word, word)


def here(line: Line, url: str, folder: Path) -> list[str]:
    """The words of a line as they are here: stood in for, and little where the line says not how much."""
    seals = folder / "RUN" / "seal.json"
    seal = json.loads(seals.read_text("utf-8"))["links"][-1]["head"] if seals.is_file() else "0" * 32
    words = [stood_in(word, url, seal) for word in line.words[1:]]
    if words[0] in SMALL and "--n" not in words and "--from" not in words:
        words += ["--n", "3"]
    if words[0] == "run" and "-o" not in words:  # two models of a page are one here, and so would their folders be
        words += ["-o", f"line-{line.number}"]
    if words[:2] == ["judges", "test"] and "--labels" not in words:
        words += ["--only", "answer"]
    if "5usd" in words:  # what runs here costs nothing
        words += ["--price", "1/1"]
    return words


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What `check` imports from the folder of a page is forgotten after it: another page has a package of that name."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    for name, module in [*sys.modules.items()]:
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]


RUN_PAGES = [path for path in PAGES if any(line.words[0] == "trustgen" for line in lines(path))]


@pytest.mark.parametrize("path", RUN_PAGES, ids=lambda path: path.name)
def test_the_lines_of_a_page_run(
    path: Path, stock: Path, server: MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: None
) -> None:
    for variable in ("MY_KEY", "LARGE_KEY"):
        monkeypatch.setenv(variable, "sk-none")
    for place, kept in STOCKED.get(path.name, {}).items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        copy: Callable[[Path, Path], object] = shutil.copytree if (stock / kept).is_dir() else shutil.copy
        copy(stock / kept, tmp_path / place)
    for line in lines(path):
        if line.words[0] != "trustgen" or not run_here(line):
            continue
        words = here(line, server.url, tmp_path)
        done = trustgen(*words, cwd=tmp_path)
        assert done.returncode in CODES.get(words[0], {0}), (str(line), words, done)


@pytest.mark.parametrize("line", every("trustgen"), ids=str)
def test_the_command_line_knows_every_line(line: Line) -> None:
    parsed(line.words[1:])


@pytest.mark.parametrize("said", sorted({said for path in PAGES for said in inline(path)}))
def test_the_command_line_knows_what_a_sentence_says(said: str) -> None:
    words = tuple(said.split()[1:])
    if len(words) > 1:
        parsed(words)
    assert words[0] in COMMANDS


def test_what_is_only_parsed_is_still_said() -> None:
    said = {str(line).partition(": ")[2] for line in every("trustgen")}
    assert PARSED_ONLY.keys() <= said
    assert all(len(why) > 10 for why in PARSED_ONLY.values())


@pytest.mark.parametrize("line", every("make"), ids=str)
def test_make_has_the_target(line: Line) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(line.words[1:]) <= targets


@pytest.mark.parametrize("line", every("pip"), ids=str)
def test_pip_is_told_of_extras_files_and_pins_that_are_there(line: Line) -> None:
    """Nothing is installed here: there is no network."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert line.words[1] == "install"
    for before, word in zip(line.words[1:], line.words[2:], strict=False):
        if extras := re.fullmatch(r"(?:\.|trustgen)\[([\w,]+)\]", word):
            assert set(extras[1].split(",")) <= project["project"]["optional-dependencies"].keys()
        elif before == "-r":
            assert (ROOT / word).is_file()
        elif "==" in word:
            assert word in project["dependency-groups"]["weights"]
        else:
            assert word in (".", "-r", "-e", "--no-deps", "--require-hashes", "river_names")


@pytest.mark.parametrize(
    "words",
    [
        "run core --modell m",
        "compare RUN A",
        "gate RUN --polcy x",
        "report RUN -f pdf",
        "judges tests",
        "runs core",
        "list task",
    ],
)
def test_a_line_that_is_none_is_found(words: str) -> None:
    with pytest.raises(click.UsageError):
        parsed(tuple(words.split()))
