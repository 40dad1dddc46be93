"""What goes wrong in simulated dialogues: roles that flip, and turns that break off.

After "Under the Surface" (arXiv 2401.14698): in a dialogue with markers (a user instructs under one, an assistant
solves under another), a role flips when one speaks under the other's marker, and a turn is interrupted when it has
neither its marker nor the mark of the end. Dialogues without markers are read for speaking as the other, and for turns
that stop in mid-sentence. Whether a dialogue wanders off its subject is for a judge to say, not for a rule.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from trustgen.core import Case, Turn

from .sampled import Distinct, Limits, mark, rate_over


class Markers(NamedTuple):
    """Words that open a user's turn, an assistant's turn, and that end a dialogue, as they stand."""

    user: tuple[str, ...] = ("Instruction:",)
    assistant: tuple[str, ...] = ("Solution:",)
    done: tuple[str, ...] = ("TASK_DONE", "TASK DONE", "[END]")


MARKERS = Markers()

_AS_USER = re.compile(
    r"(?:^|\n)[^\S\n]*(?:user|human)\s*:|\b(?:as|being) the (?:user|human|customer) (?:here|now|in this)\b|"
    r"\bas the (?:user|human|customer), (?:i|my|let me)\b|\bi(?: am|['’]m) the (?:user|human|customer)\b",
    re.IGNORECASE,
)
_AS_ASSISTANT = re.compile(
    r"(?:^|\n)[^\S\n]*(?:assistant|ai|bot)\s*:|\bas an? (?:ai|(?:ai )?language model|ai assistant)(?:,| i\b)|"
    r"\bi(?: am|['’]m) (?:an ai|a language model|your (?:ai )?assistant)\b|"
    r"\bhow (?:can|may) i (?:help|assist) you\b|\bis there anything else i can (?:help|do|assist)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|`[^`]*`")
_ENDED = re.compile(r"[.!?…:;。！？؟।)\]}>\"'”’`*_|~]\s*$|[\d%°€$£]\s*$|[^\w\s]\s*$")


class Dialogues:
    """Counts flips and interruptions while cases stream by."""

    def __init__(self, markers: Markers = MARKERS) -> None:
        self._markers = markers
        self._records = Distinct()
        self.count = self.turns = self._flipped = self._interrupted = 0

    def add(self, case: Case) -> None:
        """Read a case, if it is a dialogue."""
        if not is_dialogue(case):
            return
        found = read_dialogue(case, self._markers)
        self._records.add(mark(case.cluster))
        self.count += 1
        self.turns += found.turns
        self._flipped += found.flipped
        self._interrupted += found.interrupted

    @property
    def role_flip(self) -> Limits:
        """Share of dialogues with a role flip, with 95 % limits over records."""
        return rate_over(self._flipped, self.count, round(self._records.count))

    @property
    def interruption(self) -> Limits:
        """Share of dialogues with an interrupted turn, with 95 % limits over records."""
        return rate_over(self._interrupted, self.count, round(self._records.count))


class Dialogue(NamedTuple):
    """What was found in one dialogue."""

    flipped: bool
    interrupted: bool
    turns: int


def spoken(case: Case) -> list[Turn]:
    """The turns of user and assistant."""
    return [turn for turn in case.turns if turn.role in ("user", "assistant")]


def is_dialogue(case: Case) -> bool:
    """Whether a case has more than one spoken turn."""
    return sum(turn.role in ("user", "assistant") for turn in case.turns) > 1


def read_dialogue(case: Case, markers: Markers = MARKERS) -> Dialogue:
    """Role flips and interruptions of one case; `markers` count where any turn carries one of them."""
    turns = spoken(case)
    marked = any(_has(turn.text, markers.user + markers.assistant) for turn in turns)
    return Dialogue(
        any(_flips(turn, markers) for turn in turns),
        any(_breaks_off(turn, markers, marked) for turn in turns),
        len(turns),
    )


def _flips(turn: Turn, markers: Markers) -> bool:
    bare = _QUOTED.sub(" ", turn.text)
    others, pattern = (markers.assistant, _AS_ASSISTANT) if turn.role == "user" else (markers.user, _AS_USER)
    return _has(bare, others) or bool(pattern.search(bare))


def _breaks_off(turn: Turn, markers: Markers, marked: bool) -> bool:
    """A turn under no marker and without an end; in dialogues without markers, one that stops in mid-sentence.

    Short turns ("yes", a name) need no full stop, so only turns of eight words or more can stop in mid-sentence.
    """
    if marked:
        return not _has(turn.text, markers.user + markers.assistant + markers.done)
    return len(turn.text.split()) >= 8 and not _ENDED.search(turn.text)


def _has(text: str, markers: tuple[str, ...]) -> bool:
    return any(marker in text for marker in markers)
