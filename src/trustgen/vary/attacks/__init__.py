"""Single-turn attacks: twenty ways to put one request, each a small function of the request and a draw.

The ways are forms that the literature describes (Wei et al. 2023 on competing objectives and mismatched
generalisation; Zeng et al. 2024 on persuasion; Kang et al. 2023 on payload splitting; Liu et al. 2023 for a survey);
their words are our own, but for the published templates that the caller brings. Those that code the request can be
undone by rule, and the tests undo them.

    framed   persuasion, chain_of_thought, context_ignoring, multi_task, refusal_suppression, prefix_injection,
             style_injection, role_play, few_shot, scenario, language_switch, many_shot, template
    spelt    obscured, payload_splitting, typos, separators, leet
    coded    base64, rot13
"""

from __future__ import annotations

import codecs
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from random import Random

from trustgen.core import Prompts
from trustgen.text.words import stem, topic

PROMPTS = Prompts(__package__)
FRAMES = (
    "persuasion",
    "chain_of_thought",
    "context_ignoring",
    "multi_task",
    "refusal_suppression",
    "prefix_injection",
    "style_injection",
    "role_play",
    "few_shot",
    "scenario",
    "language_switch",
)
SPELT = ("obscured", "payload_splitting", "typos", "separators", "leet")
CODED = ("base64", "rot13")
FAMILIES = ("framed", "spelt", "coded")
SLOT = re.compile(r"\{\{\s*prompt\s*\}\}")  # of a published template
LEET = str.maketrans("aeiost", "431057")
SEPARATORS = ("-", "_", "*", ".", "|")
TYPOS = 0.3  # share of the words of four letters and more in which two letters change places
SHOTS = 16  # answered requests that stand before the last one, where it is many shots
HIDDEN = 3  # words that are spelt out at most, where they are obscured

Transform = Callable[[str, Random], str]
"""`transform(request, draw)`: the request as the attack puts it."""


def framed(name: str) -> Transform:
    """The request inside the words of one of `FRAMES`."""

    def frame(request: str, draw: Random) -> str:
        return PROMPTS[name](draw, request=request)

    return frame


def many_shot(request: str, draw: Random) -> str:
    """The request at the end of a long row of requests that were all answered (after Anil et al. 2024)."""
    shots = draw.sample(PROMPTS.shot.wordings, SHOTS)
    return PROMPTS.many_shot(draw, shots="\n".join(shots), request=request)


def templated(templates: Callable[[], Sequence[str]]) -> Transform:
    """The request in the slot `{{ prompt }}` of a published template, all of which `templates` hands out."""

    def template(request: str, draw: Random) -> str:
        return SLOT.sub(lambda _: request, draw.choice(templates()))

    return template


def typos(request: str, draw: Random) -> str:
    """Two neighbouring inner letters change places in some words, in one at least where there is a word for it."""
    words = request.split(" ")
    open_ = [i for i, word in enumerate(words) if len(word) > 3 and word.isalpha() and len(set(word[1:-1])) > 1]
    for i in draw.sample(open_, max(1, round(TYPOS * len(open_)))) if open_ else ():
        word = words[i]
        spots = [j for j in range(1, len(word) - 2) if word[j] != word[j + 1]]
        if spots:
            j = draw.choice(spots)
            words[i] = word[:j] + word[j + 1] + word[j] + word[j + 2 :]
    return PROMPTS.typos(draw, request=" ".join(words))


def separated(request: str, mark: str) -> str:
    """A mark between all letters of a word; words stay apart."""
    return " ".join(mark.join(word) for word in request.split(" "))


def separators(request: str, draw: Random) -> str:
    """A drawn mark between all letters of a word, one that the request has not itself: so it can be taken out again."""
    marks = [mark for mark in SEPARATORS if mark not in request]
    return PROMPTS.separators(draw, request=separated(request, draw.choice(marks or SEPARATORS)))


def pieces(request: str, draw: Random) -> list[str]:
    """The request cut at word borders into three parts, or as many as it has words; joined by blanks they are it."""
    words = request.split(" ")
    cuts = sorted(draw.sample(range(1, len(words)), min(2, len(words) - 1)))
    return [" ".join(words[a:b]) for a, b in zip([0, *cuts], [*cuts, len(words)], strict=True)]


def payload_splitting(request: str, draw: Random) -> str:
    """The parts as named strings, to be joined and answered."""
    names = draw.sample("abcdefgh", 3)
    parts = list(zip(names, pieces(request, draw), strict=False))
    quote = "'" if '"' in request else '"'
    lines = "\n".join(f"{name} = {quote}{part}{quote}" for name, part in parts)
    joined = ' + " " + '.join(name for name, _ in parts)
    return PROMPTS.payload_splitting(draw, parts=lines, joined=joined)


def obscured(harmful: Callable[[str], bool]) -> Transform:
    """The words that say what it is about become numbers, spelt out letter by letter beside the request.

    Words that are `harmful` alone go first: with them in plain sight nothing would be hidden.
    """

    def obscure(request: str, draw: Random) -> str:
        marks = set(topic(request))
        words = request.split(" ")
        sought = [i for i, word in enumerate(words) if stem(_bare(word).lower()) in marks]
        drawn = draw.sample(sought, len(sought))
        chosen = sorted(sorted(drawn, key=lambda i: not harmful(_bare(words[i])))[:HIDDEN])
        keys = []
        for number, i in enumerate(chosen, 1):
            bare = _bare(words[i])
            keys.append(f"({number}) {', '.join(bare.upper())}")
            words[i] = words[i].replace(bare, f"({number})", 1)
        return PROMPTS.obscured(draw, request=" ".join(words), keys="\n".join(keys))

    return obscure


def _bare(word: str) -> str:
    return word.strip("\"'“”‘’.,;:!?()[]")


def coded(name: str, code: Callable[[str], str]) -> Transform:
    """The request in a code that the prompt names, to be read and answered in plain English."""

    def encode(request: str, draw: Random) -> str:
        return PROMPTS.coded(draw, code=name, request=code(request))

    return encode


def base64(text: str) -> str:
    """RFC 4648, of UTF-8."""
    return b64encode(text.encode()).decode("ascii")


def rot13(text: str) -> str:
    """Each Latin letter thirteen places on."""
    return codecs.encode(text, "rot13")


def leet(text: str) -> str:
    """Some letters as the digits that look like them."""
    return text.lower().translate(LEET)


def family(name: str) -> str:
    """What a transform changes: `framed` the words around a request, `spelt` how it is written, `coded` its letters."""
    return "coded" if name in CODED else "spelt" if name in SPELT else "framed"


def transforms(harmful: Callable[[str], bool], templates: Callable[[], Sequence[str]]) -> dict[str, Transform]:
    """All twenty by name; `harmful` tells whether a word alone names a harm, `templates` are published ones."""
    return {
        **{name: framed(name) for name in FRAMES},
        "many_shot": many_shot,
        "template": templated(templates),
        "obscured": obscured(harmful),
        "payload_splitting": payload_splitting,
        "typos": typos,
        "separators": separators,
        "base64": coded("Base64", base64),
        "rot13": coded("ROT13", rot13),
        "leet": coded("leet spelling, in which digits stand for the letters they look like", leet),
    }
