"""Lines for the terminal, laid out by hand: a table that wraps its cells at 80 columns is read wrongly.

Nothing reaches the console as markup or with a control character, wherever it came from.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from trustgen.core.shown import flat

if TYPE_CHECKING:
    from rich.text import Text

_ASCII = str.maketrans("↑↓→│●◇─·–−…“”‹›▲▼", '^v>|o:-.--.""<>+-')


class Screen:
    """Lines for the terminal, printed at once, with ASCII in the place of signs that its encoding lacks."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, markup=False, emoji=False)
        self.width = min(self._console.width, 140)
        self._lines: list[Text] = []

    def line(self, *parts: str | tuple[str, str], style: str = "", indent: int = 0) -> None:
        """Add a line; one that is too long continues below, indented as it began."""
        from rich.text import Text

        styled = [(part, "") if isinstance(part, str) else part for part in parts]
        text = Text.assemble(*((flat(words), its) for words, its in styled), style=style)
        for piece in text.wrap(self._console, self.width - indent) or [text]:
            self._lines.append(Text(" " * indent).append_text(piece))

    def show(self) -> None:
        """Print."""
        with self._console.capture() as captured:
            for text in self._lines:
                text.rstrip()
                self._console.print(text, no_wrap=True, overflow="ignore", crop=False)
        shown, encoding = captured.get(), self._console.encoding
        if not encoding.lower().startswith("utf"):
            shown = shown.translate(_ASCII).encode(encoding, "replace").decode(encoding)
        sys.stdout.write(shown)
