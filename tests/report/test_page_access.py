"""What a reader who does not see the page, or not its colours, is told: names, heads of tables, contrast."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from itertools import product
from pathlib import Path

import msgspec
import pytest
from made_run import FACTS, HIRING, MODELS, make_run

from trustgen.report import findings, write_html
from trustgen.report.prose import split_card

STYLE = (files("trustgen.report") / "templates" / "style.css").read_text("utf-8")
TABLE = "Told:\n\n| what | |\n|---|---|\n| a | b |\n\n## Limits\n\n| x | y |\n|---|---|\n| a | b |\n"
WORDS = ("--ink", "--soft", "--accent", "--warn", "--note", *(f"--c{i}" for i in range(8)))
"""Colours that words are written in; signs and lines of a model have its colour too."""


@pytest.fixture(scope="module", params=[(MODELS[:1], 20), (MODELS[:2], 20), (MODELS, 20), (MODELS[:2], 2)])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one, two and three models, and one of next to nothing."""
    return make_run(tmp_path_factory.mktemp("access") / "run", models=request.param[0], n=request.param[1])


@pytest.fixture
def page(made: Path, tmp_path: Path) -> str:
    """Its page; the cards of two tasks have tables."""
    found = findings(made)
    cards = {task: msgspec.structs.replace(found.cards[task], prose=TABLE) for task in (FACTS, HIRING)}
    return write_html(replace(found, cards={**found.cards, **cards}), tmp_path / "report.html").read_text("utf-8")


def test_every_landmark_has_a_name_of_its_own(page: str) -> None:
    headings = dict(re.findall(r'<h\d id="([^"]+)">([^<]*)</h\d>', page))
    names = [headings[place] for place in re.findall(r'<section[^>]* aria-labelledby="([^"]+)"', page)]
    names += re.findall(r'role="region"[^>]* aria-label="([^"]+)"', page)
    assert len(names) > 12
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert page.count("<section") + page.count('role="region"') == len(names)
    assert page.count("<main>") == page.count("<nav ") == 1


def test_every_head_of_a_table_says_something(page: str) -> None:
    heads = re.findall(r"<th\b[^>]*>(.*?)</th>", page, re.DOTALL)
    assert len(heads) > 40
    assert all(re.sub(r"<[^>]*>", "", head).strip() for head in heads)


def test_a_table_of_a_card_is_named_by_its_task_and_keeps_its_words() -> None:
    asks, limits, _ = split_card(TABLE, "Facts <1>")
    assert 'aria-label="Facts &lt;1&gt;, table 1"' in asks
    assert 'aria-label="Facts &lt;1&gt;, table 2"' in limits
    assert re.findall(r"<(t[hd])>", asks) == ["th", "td", "td", "td"]
    assert re.findall(r"</(t[hd])>", asks) == ["th", "td", "td", "td"]


def test_every_drawing_is_told_or_is_none_to_a_screen_reader(page: str) -> None:
    outer = re.findall(r"<svg\b[^>]*>", re.sub(r"(?<=>)<svg viewBox.*?</svg>", "", page))
    assert len(outer) > 10
    assert all('role="img" aria-label="' in svg or "aria-hidden" in svg for svg in outer)


def test_words_can_be_read_on_every_ground() -> None:
    palettes = [
        dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]+)", held))
        for held in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    ]
    assert len(palettes) == 3
    for palette in palettes:
        grounds = [*product(WORDS, ("--paper", "--card")), ("--ink", "--warn-paper"), ("--ink", "--note-paper")]
        pale = [pair for pair in grounds if contrast(*(palette[name] for name in pair)) < 4.5]
        assert pale == []


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' luminances, 1 to 21 (WCAG 2.2)."""
    high, low = sorted(map(luminance, (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)
