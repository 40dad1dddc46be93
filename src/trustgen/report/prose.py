"""The prose of a card as page parts: Markdown, but no raw HTML, links or pictures: a card may come with a plug-in."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_FOREIGN = ("autolink", "entity", "html_block", "html_inline", "image", "link", "reference")


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table").disable(_FOREIGN)
    made.add_render_rule(
        "table_open", lambda *_: '<div class="scroll" role="region" tabindex="0" aria-label="Table"><table>\n'
    )
    made.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return made


def sections(prose: str) -> dict[str, Markup]:
    """Each heading of a card with what stands below it; what stands before the first one is under ""."""
    found: dict[str, list[Token]] = {"": []}
    below, tokens = found[""], iter(_markdown().parse(prose))
    for token in tokens:
        token.attrs.pop("style", None)  # how a column is aligned: no style stands in an attribute, by the page's policy
        if token.type == "heading_open" and not token.level:
            below = found.setdefault(next(tokens).content, [])
            next(tokens)  # its end
        else:
            below.append(token)
    return {heading: _rendered(held) for heading, held in found.items() if held}


def _rendered(tokens: list[Token]) -> Markup:
    made = _markdown()
    return Markup(made.renderer.render(tokens, made.options, {}).strip())  # escaped, by `html`: False


def split_card(prose: str) -> tuple[Markup, Markup, dict[str, Markup]]:
    """What a task asks (the card's first section), its known limits, and every other section by heading."""
    found = sections(prose)
    limits = [heading for heading in found if re.search(r"\blimits?\b", heading, re.IGNORECASE)]
    told = Markup("").join(found.pop(heading) for heading in limits)
    asks = found.pop(next(iter(found))) if found else Markup("")
    return asks, told, found
