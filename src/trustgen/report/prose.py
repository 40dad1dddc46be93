"""The prose of a card as page parts: headings, paragraphs, lists and `code`, and nothing else of Markdown.

A card may come with a plug-in, so all of it is escaped.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_HEADING = re.compile(r"^#+ +(.+?) *#*$", re.MULTILINE)
_ITEM = re.compile(r"^[-*] +", re.MULTILINE)


def sections(prose: str) -> dict[str, Markup]:
    """Each heading of a card with what stands below it; what stands before the first one is under ""."""
    pieces = _HEADING.split(prose)
    found = {"": pieces[0]} | dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return {heading: _blocks(text) for heading, text in found.items() if text.strip()}


def split_card(prose: str) -> tuple[Markup, Markup, dict[str, Markup]]:
    """What a task asks (the card's first section), its known limits, and every other section by heading."""
    found = sections(prose)
    limits = [heading for heading in found if re.search(r"\blimits?\b", heading, re.IGNORECASE)]
    told = Markup("").join(found.pop(heading) for heading in limits)
    asks = found.pop(next(iter(found))) if found else Markup("")
    return asks, told, found


def _blocks(text: str) -> Markup:
    """Paragraphs and lists."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    return Markup("\n").join(_block(block) for block in blocks if block)


def _block(text: str) -> Markup:
    before, *items = _ITEM.split(text)
    made = [Markup("<p>{}</p>").format(with_code(before))] if before.strip() else []
    if items:
        listed = Markup("").join(Markup("<li>{}</li>").format(with_code(item)) for item in items)
        made.append(Markup("<ul>{}</ul>").format(listed))
    return Markup("").join(made)


def with_code(text: str) -> Markup:
    """One line of escaped text whose `code spans` are marked up."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # a backtick without its partner: none of them is markup
        return escape("`".join(parts))
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))
