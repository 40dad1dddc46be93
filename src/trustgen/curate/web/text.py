"""The main text of a page: what a reader sees of the article, without menus, adverts and what is hidden."""

from __future__ import annotations

import codecs
import re
from typing import Any, NamedTuple

from trustgen.core import MissingExtra, Unusable
from trustgen.text.visible import one_line, visible

SHORTEST = 200  # characters of main text below which a page has none worth the name
SPOILT = 0.01  # share of characters that could not be decoded beyond which a text is unusable

_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
)
_NEVER_SEEN = ("script", "style", "template", "noscript", "iframe", "object")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*\n\s*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Main(NamedTuple):
    """What a page says. `date` is ISO or "", `licence` an address or a name or ""."""

    title: str
    text: str
    date: str
    licence: str


def tidy(text: str) -> str:
    """Visible text with single spaces and at most one empty line between paragraphs."""
    return _LINES.sub("\n\n", _SPACES.sub(" ", visible(text))).strip()


def main_text(body: bytes, kind: str, charset: str, most: int) -> Main:
    """The main text of a fetched page, of at most `most` characters, cut at the end of a paragraph where that is near.

    `kind` is its media type, `charset` what its header says. Raises `Unusable` where there is no text.
    """
    if kind == "text/plain":
        found = Main("", tidy(_decoded(body, charset or "utf-8")), "", "")
    else:
        found = _of_html(_decoded(body, charset) if _known(charset) else body)
    if len(found.text) < SHORTEST:
        raise Unusable(f"it has no main text ({len(found.text)} characters)")
    if found.text.count("\ufffd") > SPOILT * len(found.text):
        raise Unusable("its text cannot be decoded: it is not in the encoding that it claims")
    return found._replace(title=one_line(found.title, 300), text=_cut(found.text, most))


def _known(charset: str) -> bool:
    try:
        return bool(charset) and codecs.lookup(charset).name is not None
    except (LookupError, ValueError):
        return False


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset if _known(charset) else "utf-8", "replace")
    except (UnicodeError, LookupError) as error:  # a codec that is not for text
        raise Unusable(f"its text cannot be decoded as {charset[:40]!r}") from error


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    end = text.rfind("\n", 0, most)
    return text[: end if end > most // 2 else most].rstrip()


def _of_html(page: str | bytes) -> Main:
    read = _trafilatura()
    try:
        tree = read.load_html(page)
        if tree is None:
            raise Unusable("it cannot be read as HTML")
        licence = _licence(tree)
        _drop_hidden(tree)
        found = read.bare_extraction(tree, include_comments=False, include_tables=True, with_metadata=True)
    except (ValueError, TypeError, AttributeError, RecursionError, AssertionError) as error:
        raise Unusable(f"its HTML cannot be read ({type(error).__name__})") from error
    if found is None or not found.text:
        raise Unusable("it has no main text")
    date = found.date if found.date and _DATE.fullmatch(found.date) else ""
    return Main(found.title or "", tidy(found.text), date, one_line(licence or found.license or "", 200))


def _drop_hidden(tree: Any) -> None:
    """Take out what a browser would not show. What a style sheet hides stays: nothing here reads style sheets."""
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        style = element.get("style")
        if (
            element.tag in _NEVER_SEEN
            or element.get("hidden") is not None
            or element.get("aria-hidden", "").strip().lower() == "true"
            or (style and _HIDING.search(style.lower()))
        ):
            element.drop_tree()


def _licence(tree: Any) -> str:
    links = tree.xpath(
        '//*[(self::a or self::link) and contains(concat(" ", normalize-space(@rel), " "), " license ")]'
    )
    return next((link.get("href") for link in links if link.get("href")), "")


def _trafilatura() -> Any:
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtra("reading web pages", "trafilatura", 'pip install "trustgen[web]"') from error
    return trafilatura


__all__ = ["SHORTEST", "Main", "main_text", "tidy"]
