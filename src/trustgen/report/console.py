"""The one console of the house: what reaches it from a file or a model can neither steer a terminal nor be markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.segment import Segment

from trustgen.core.shown import shown


def console(**options: Any) -> Console:
    """A Rich console whose texts are `shown` as they are drawn; colours and bars are Rich's own and stay."""
    made = Console(**{"markup": False, "emoji": False, "highlight": False, **options})
    made.push_render_hook(_Shown())
    return made


class _Shown(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Plain(one) for one in renderables]


class _Plain:
    """Something drawn, its words `shown`; segments that control the terminal come from Rich alone."""

    def __init__(self, inner: ConsoleRenderable) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterable[Segment]:
        return self._drawn(console, options)

    def _drawn(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """What is drawn, `shown`; blanks at the end of a line stay away, since whoever copies a table wants none."""
        blanks: list[Segment] = []
        for text, style, control in console.render(self._inner, options):
            if control:
                yield Segment(text, style, control)
                continue
            for piece in re.split(r"(\n)", shown(text)):
                if piece == "\n":
                    blanks.clear()
                    yield Segment(piece, style)
                elif words := piece.rstrip(" "):
                    yield from (*blanks, Segment(words, style))
                    blanks = [Segment(piece[len(words) :], style)]
                else:
                    blanks.append(Segment(piece, style))
        yield from blanks
