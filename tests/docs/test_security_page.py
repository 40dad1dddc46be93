"""SECURITY.md promises nothing without a test: each that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")


def test_every_test_that_the_page_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) >= 15
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (file, name)


def test_every_promise_names_a_test() -> None:
    promises = PAGE.split("## Promises")[1].split("\n## ")[0]
    for paragraph in re.split(r"\n\n|\n- ", promises):
        if paragraph.strip() and not paragraph.rstrip().endswith("**"):
            assert "::" in paragraph, paragraph
