"""The prose of a card as page parts: Markdown, but no raw HTML, links or pictures: a card may come with a plug-in."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from trustgen.core.shown import shown

_FOREIGN = ("autolink", "entity", "html_block", "html_inline", "image", "link", "reference")


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table").disable(_FOREIGN)
    made.add_render_rule("table_open", _table)
    made.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return made


def _table(_: object, __: object, ___: object, ____: object, named: dict[str, Any]) -> str:
    """A table may be wide, so it scrolls by itself; a region that does needs a name that no other has."""
    named["tables"] += 1
    label = Markup('<div class="scroll" role="region" tabindex="0" aria-label="{}, table {}"><table>\n')
    return label.format(shown(named["title"]), named["tables"])


def sections(prose: str, title: str) -> dict[str, Markup]:
    """Each heading of a card with what stands below it; what stands before the first one is under ""."""
    found: dict[str, list[Token]] = {"": []}
    parsed = _markdown().parse(prose)
    for head, text, end in zip(parsed, parsed[1:], parsed[2:], strict=False):
        if head.type == "th_open" and not text.content:
            head.tag = end.tag = "td"  # a head without a word is none
    below, tokens = found[""], iter(parsed)
    named = {"title": title, "tables": 0}
    for token in tokens:
        token.attrs.pop("style", None)  # how a column is aligned: no style stands in an attribute, by the page's policy
        if token.type == "heading_open" and not token.level:
            below = found.setdefault(next(tokens).content, [])
            next(tokens)  # its end
        else:
            below.append(token)
    return {heading: _rendered(held, named) for heading, held in found.items() if held}


def _rendered(tokens: list[Token], named: dict[str, Any]) -> Markup:
    made = _markdown()
    return Markup(made.renderer.render(tokens, made.options, named).strip())  # escaped, by `html`: False


def split_card(prose: str, title: str) -> tuple[Markup, Markup, dict[str, Markup]]:
    """What a task asks (the card's first section), its known limits, and every other section by heading.

    `title` is the task's, of which its tables take their names.
    """
    found = sections(prose, title)
    limits = [heading for heading in found if re.search(r"\blimits?\b", heading, re.IGNORECASE)]
    told = Markup("").join(found.pop(heading) for heading in limits)
    asks = found.pop(next(iter(found))) if found else Markup("")
    return asks, told, found
