"""A task is a page: what is asked, how it is judged, what is counted. What several tasks do stands in their rooms."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import trustgen
from trustgen.core import Card, registry
from trustgen.report.prose import sections

PAGE, USUAL = 70, 55  # lines of the longest task, and of the usual one
LINES = {
    path.parent.name: len(path.read_text("utf-8").splitlines())
    for path in (Path(trustgen.__file__).parent / "tasks").rglob("task.py")
}


def test_every_task_fits_on_a_page() -> None:
    assert len(LINES) >= 33
    assert not {name: lines for name, lines in LINES.items() if lines > PAGE}


def test_most_tasks_fit_on_less() -> None:
    assert median(LINES.values()) <= USUAL


def test_every_card_is_set_without_leftover_marks() -> None:
    for name in registry.names("task"):
        for told in sections(Card.read(registry.load("task", name).package).prose, name).values():
            text = re.sub(r"<code>.*?</code>|<[^>]*>", "", str(told), flags=re.DOTALL)
            assert not re.search(r"\*\*|`|^\||\]\(|^#", text, re.MULTILINE), (name, text)


def test_what_readers_said_is_of_the_version_that_is_asked() -> None:
    """Who changes the content has it read again, or says nothing."""
    read = {name: made for name in registry.names("task") if (made := registry.load("task", name)(1)).card.readers}
    assert len(read) >= 25
    assert not {name for name, made in read.items() if f"({made.version})" not in made.card.readers}
