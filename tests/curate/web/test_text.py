"""Main text, and what a writer's values must be."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.site_server import LAKE, article
from trustgen.core import InputError, Unusable
from trustgen.core.kit import schema_of
from trustgen.curate.rows import Fault
from trustgen.curate.web import Wanted
from trustgen.curate.web.fields import Novel, check_fields, listed_fields, reply_shape, shingles, typed
from trustgen.curate.web.text import main_text, tidy
from trustgen.text.visible import visible


@given(st.text())
def test_nothing_unseen_is_left(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert visible(tidy(text)) == tidy(text)


def test_lines_and_paragraphs() -> None:
    assert tidy(" a \t b\r\nc\u2028d\r\n \n\n\n e ") == "a b\nc\nd\n\ne"


@pytest.mark.parametrize("charset", ["utf-8", "", "no-such", "latin-1"])
def test_text_of_a_page_whatever_its_header_says(charset: str) -> None:
    found = main_text(article("Title", LAKE), "text/html", charset, 10_000)
    assert found.title == "Title"
    assert found.text.endswith(LAKE[-1])
    assert main_text(article("Title", LAKE), "text/html", charset, 250).text.endswith(LAKE[1])


@pytest.mark.parametrize("charset", ["base64", "rot13", "zip"])
def test_a_codec_that_is_none_for_text_is_refused_or_passed_over(charset: str) -> None:
    with pytest.raises(Unusable):
        main_text(b"words " * 100, "text/plain", charset, 1000)


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_unusable(body: bytes) -> None:
    for kind in ("text/html", "text/plain", "application/xhtml+xml"):
        for charset in ("", "utf-8", "utf-16"):
            with suppress(Unusable):
                assert len(main_text(body * 3, kind, charset, 300).text) <= 300


# ── values ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "value", "made"),
    [
        ("text", " a\u200b \n b ", "a b"), ("text", 7, "7"), ("integer", "1,234,567", 1234567),
        ("integer", "12 000", 12000),
        ("integer", 3.0, 3), ("integer", "-4", -4), ("number", "3.5", 3.5),
        ("number", "1,234.5", 1234.5), ("number", 2, 2.0),
        ("date", "2024-02-29", "2024-02-29"), ("boolean", True, True), ("boolean", "no", False),
    ],
)  # fmt: skip
def test_values_of_each_type(kind: str, value: object, made: object) -> None:
    found = typed(Wanted(about="x", type=kind), value)  # type: ignore[arg-type]
    assert found == made
    assert type(found) is type(made)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "12.5"), ("integer", 2.5), ("integer", "1,23"), ("integer", "about 5"), ("number", "nan"),
        ("number", "inf"),
        ("integer", "9" * 30), ("date", "2023-02-29"), ("date", "May 2020"), ("text", ""), ("text", "\u200b"),
        ("boolean", "maybe"),
        ("text", "x" * 601), ("text", "x" * 10**6), ("text", "a\ufdd0b" * 400),
    ],
)  # fmt: skip
def test_values_that_are_none(kind: str, value: object) -> None:
    with pytest.raises(Fault):
        typed(Wanted(about="x", type=kind), value)  # type: ignore[arg-type]


def test_the_shape_of_a_reply_is_told_to_the_server() -> None:
    fields = {
        "note": Wanted(about="n", required=False),
        "name": Wanted(about="x"),
        "true": Wanted(about="t", type="boolean"),
    }
    rows = schema_of(reply_shape(fields, cited=False))["$defs"]["Row"]
    assert set(rows["properties"]) == set(fields)
    assert set(rows["required"]) == {"name", "true"}
    assert "value" in str(schema_of(reply_shape(fields, cited=True)))
    assert listed_fields(fields).splitlines()[0] == "- note (text, optional): n"


def test_names_of_fields() -> None:
    check_fields("it", {"a": Wanted(about="x")})
    for name in ("a b", "", "_a", "import", "a-b", "1a"):
        with pytest.raises(InputError, match="is no name"):
            check_fields("it", {name: Wanted(about="x")})


# ── what repeats ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("History of tea", "Tea history"), ("Lakes in the north", "North lake"),
        ("Night trains", "night train"), ("Paper-making", "paper making"), ("", ""),
    ],
)  # fmt: skip
def test_the_same_in_other_words(one: str, other: str) -> None:
    novel = Novel(0.7)
    assert novel.add(one)
    assert novel.like(other)
    assert not novel.add(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("History of tea", "History of salt"),
        ("Trains in 1950", "Trains in 1960"),
        ("Birds", "Fish"),
        ("water", "waiter"),
    ],
)
def test_what_differs(one: str, other: str) -> None:
    novel = Novel(0.7)
    assert novel.add(one)
    assert novel.add(other)


@given(st.text(), st.text())
def test_likeness_is_mutual_and_of_itself(one: str, other: str) -> None:
    def like(a: str, b: str) -> bool:
        novel = Novel(0.7)
        novel.add(a)
        return novel.like(b)

    assert like(one, one)
    assert like(one, other) == like(other, one)
    assert shingles(one) == shingles(one.upper().lower() if one.isascii() else one)
