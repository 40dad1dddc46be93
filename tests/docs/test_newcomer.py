"""The README followed to the letter by someone who has nothing else: a CSV asked, compared and gated."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import venv
from pathlib import Path

import pytest
from shell import ROOT, lines

from commands import trustgen

README = (ROOT / "README.md").read_text("utf-8")
SECTION = README.partition("## Your own questions, in five minutes\n")[2].partition("\n## ")[0]


def csv() -> str:
    """The file that the section shows."""
    found = re.findall(r"^    (question,.*\n(?:    .*\n)+)", SECTION, re.MULTILINE)
    assert len(found) == 1
    return re.sub(r"^    ", "", found[0], flags=re.MULTILINE)


def commands(program: str) -> list[list[str]]:
    """The lines of the section that start a program, without its name, as a shell would read them."""
    here = {shlex.join(line.words) for line in lines(ROOT / "README.md") if line.words[0] == program}
    told = [part.strip() for line in SECTION.splitlines() if line.startswith("    ") for part in line.split("&&")]
    found = [shlex.split(part) for part in told if part.startswith(f"{program} ")]
    assert found
    assert {shlex.join(words) for words in found} <= here
    return [words[1:] for words in found]


def held(said: list[str]) -> None:
    """What each of the four commands must have told whoever reads along."""
    first, compared, second, gated = said
    assert "shown to be better on Your questions" in first or "than plain on Your questions" in first
    assert "4/4 cases" in first
    assert "report: monday/report.html" in first
    assert "better and worse go by" in compared
    assert "Your questions, accuracy ↑ " in second
    assert "every verdict is what it was there" in gated
    assert "PASSED" in gated


def test_the_readme_leads_from_a_csv_to_a_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulated model stands in for the real one, which the proof below asks."""
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "questions.csv").write_text(csv())
    said = []
    for words in commands("trustgen"):
        done = trustgen(*(word.replace("=smollm2", "=organism/able?rate=1") for word in words), cwd=tmp_path)
        assert done.returncode == 0, (words, done)
        said.append(done.stdout)
    held(said)


@pytest.mark.proof
def test_it_does_in_an_empty_environment(tmp_path: Path) -> None:
    """Needs the package registry: `pip install` as the README says it, from a copy of the checkout."""
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, tracked.split("\0")):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_bytes((ROOT / name).read_bytes())
    venv.create(home / "env", with_pip=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    clean |= {"PATH": f"{home / 'env' / 'bin'}:/usr/bin:/bin", "COLUMNS": "120"}

    def ran(words: list[str], cwd: Path) -> str:
        done = subprocess.run(words, cwd=cwd, env=clean, capture_output=True, text=True, check=False, timeout=900)
        assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    for words in commands("pip"):
        ran(["pip", *words], checkout)
    (home / "questions.csv").write_text(csv())
    held([ran(["trustgen", *words], home) for words in commands("trustgen")])
