"""Prompts live in Markdown beside the task, with slots `{{name}}` that are filled exactly, in one pass.

A file holds one wording, or several separated by a line `***`; several are drawn from by the record's own draw. Every
wording of a file has the same slots. A missing slot raises, and so does a spare one: a judge or a model that never saw
the question has produced wrong numbers in more than one published suite.
"""

from __future__ import annotations

import re
from functools import cached_property
from importlib.resources import files
from random import Random

from .errors import PromptError

_SLOT = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BREAK = re.compile(r"^\*\*\*$", re.MULTILINE)


class Prompt:
    """One prompt file. Call it with its slots: `prompt(question="…")`, or `prompt(draw, question="…")`."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.wordings = tuple(part.strip() for part in _BREAK.split(text.replace("\r\n", "\n")))
        slots = {frozenset(_SLOT.findall(w)) for w in self.wordings}
        if not all(self.wordings):
            raise PromptError(f"prompt `{name}` has an empty wording")
        if len(slots) > 1:
            raise PromptError(
                f"prompt `{name}`: every wording needs the same slots, found {[sorted(s) for s in slots]}"
            )
        for wording in self.wordings:
            if "{{" in (rest := _SLOT.sub("", wording)) or "}}" in rest:
                raise PromptError(f"prompt `{name}` has a malformed slot: write {{{{name}}}}")
        self.slots = slots.pop()

    def __call__(self, draw: Random | None = None, /, **values: str) -> str:
        """Fill the slots of one wording, drawn by `draw` where there are several."""
        if len(self.wordings) > 1 and draw is None:
            raise PromptError(f"prompt `{self.name}` has {len(self.wordings)} wordings: pass the record's draw")
        return self._filled(draw.choice(self.wordings) if draw and len(self.wordings) > 1 else self.wordings[0], values)

    def each(self, draw: Random, /, **values: str) -> list[str]:
        """Every wording with its slots filled, in a drawn order."""
        return [self._filled(wording, values) for wording in draw.sample(self.wordings, len(self.wordings))]

    def _filled(self, wording: str, values: dict[str, str]) -> str:
        if values.keys() != self.slots:
            missing, spare = sorted(self.slots - values.keys()), sorted(values.keys() - self.slots)
            raise PromptError(f"prompt `{self.name}`: missing slots {missing}, spare slots {spare}")
        # One pass: a value that itself contains {{…}} stays as it is.
        return _SLOT.sub(lambda m: values[m[1]], wording)


class Prompts:
    """The prompts of a package: `Prompts(__package__).ask(question="…")` reads `prompts/ask.md` beside the caller."""

    def __init__(self, package: str | None) -> None:
        if package is None:
            raise PromptError("Prompts needs the package it stands in: Prompts(__package__)")
        self._package = package

    @cached_property
    def _all(self) -> dict[str, Prompt]:
        folder = files(self._package) / "prompts"
        if not folder.is_dir():
            raise PromptError(f"`{self._package}` has no folder `prompts`")
        found = sorted((f for f in folder.iterdir() if f.name.endswith(".md")), key=lambda f: f.name)
        return {f.name[:-3]: Prompt(f"{self._package}:{f.name}", f.read_text("utf-8")) for f in found}

    def __getattr__(self, name: str) -> Prompt:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Prompt:
        try:
            return self._all[name]
        except KeyError:
            raise PromptError(f"`{self._package}` has no prompt `{name}.md`: found {sorted(self._all)}") from None

    @property
    def wordings(self) -> dict[str, tuple[str, ...]]:
        """Every prompt's wordings, for the golden digest of a task."""
        return {name: prompt.wordings for name, prompt in self._all.items()}
