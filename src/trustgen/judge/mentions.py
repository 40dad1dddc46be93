"""Which things a caption names, held against those that are in the picture: what is wrong, and what is left out.

`Expect.answer` lists what is there, with commas; `Expect.wrong` what is often there in other pictures and is not here.
A thing counts once for every time it is named, in the singular or the plural, by its name or another one for it
(`mentions.toml`); what is denied ("no stars", "without a ring") is not named. The label counts, as
in `part, named 4, wrong 1, there 3, found 2, trap 1`; the score is found / (there + different wrong ones).
Source: CHAIR (Rohrbach et al. 2018) and AMBER (Wang et al. 2023).
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files

from trustgen.core import Case, Ruling
from trustgen.vision.wording import plural

from .reading import REFUSED, Reading, RuleJudge, refusal, scored

_DENIED = re.compile(r"\b(?:no|not|without|neither|nor|never|isnt|arent|any|absence of|lacks?)(?: \w+){0,3} $")
_DRAWN = re.compile(r"\b[A-Z]{3,}\b")


@cache
def _lexicon() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of every name, the longest first, and what each stands for."""
    told: dict[str, list[str]] = tomllib.loads((files(__package__ or "") / "mentions.toml").read_text("utf-8"))
    names = {name: shape for shape, others in told.items() for name in (shape, *others)}
    names |= {plural(name): shape for name, shape in names.items()}
    names |= {f"{name}es": shape for name, shape in names.items() if name.endswith(("x", "s"))}
    ordered = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, ordered))})\b"), names


def named(text: str) -> list[str]:
    """The shapes that a tidied caption names, in its order and as often; what is in capitals is a drawn word."""
    pattern, names = _lexicon()
    found, low = [], (text if text.isupper() else _DRAWN.sub(" ", text)).lower()
    for one in pattern.finditer(low):
        clause = re.split(r"[.,;:!?\n]|\bbut\b", low[max(0, one.start() - 60) : one.start()])[-1]
        if not _DENIED.search(clause):
            found.append(names[one[0]])
    return found


class Mentions:
    """The rule."""

    def __call__(self, case: Case, reading: Reading) -> Ruling:
        """Rule on a tidied caption."""
        said = Counter(named(reading.text))
        if not said and refusal(reading):
            return REFUSED
        there, traps = set(case.expect.answer.split(", ")), set(case.expect.wrong)
        wrong = {shape: times for shape, times in said.items() if shape not in there}
        found = len(there & set(said))
        counts = {
            "named": said.total(),
            "wrong": sum(wrong.values()),
            "there": len(there),
            "found": found,
            "trap": sum(times for shape, times in wrong.items() if shape in traps),
        }
        score = found / (len(there) + len(wrong))
        head = "whole" if score == 1 else "part" if found else "none"
        label = ", ".join([head, *(f"{name} {count}" for name, count in counts.items())])
        reason = f"not there: {', '.join(sorted(wrong))}" if wrong else ""
        return scored(score, label, reason)


def mentions() -> RuleJudge:
    """What a caption names, counted in the label; score 1 where that is all that is there and no more, else less."""
    return RuleJudge("mentions", Mentions())


__all__ = ["mentions", "named"]
