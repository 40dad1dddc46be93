"""One question in other formats, by rule: multiple choice, true or false, open. The label follows from the case's own.

A format changes how the answer is to be given, so sentences that ask for a form of answer ("Reply with the letter
only.") are taken out, and those that belong to the new format put in. Whatever else stands around the question stays.
The judge must read the new format: `choice()` for multiple choice, `true_false()` for true or false.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from msgspec.structs import replace

from trustgen.core import LETTERS, Case, Expect, InputError, Keep, Maker, Prompts, listed

from .asked import Asked, asked

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file

_SENTENCE = re.compile(r"[^.!?:\n]+[.!?:]*")
_ASKS_FOR_A_FORM = re.compile(
    r"\s*+(?:(?:please |just |now |then )*"
    r"(?:reply|answer|respond|write|give|choose|pick|select|return|output|say|state)\b"
    r"(?=.*\b(?:only|alone|just|nothing else|letters?|options?|one word|single word|few words|no explanation"
    r"|without (?:a|an|any)|true or false|the right answer|the correct answer|one)\b)"
    r"|(?:the )?(?:possible )?(?:options|choices|answers)\b[^.]{0,20}:"
    r"|here (?:is|are) (?:what|the)\b.{0,30}\bchoose from|(?:only |exactly )?one (?:letter|of (?:these|them))\b"
    r"|which (?:letter|option) (?:is|stands)\b"
    r"|(?:your|the) (?:reply|answer)\b.{0,20}\b(?:letter|word)\b|keep it to\b|a short (?:answer|reply)\b"
    r"|.*\bis all i need\b|.*\band nothing else\b)",
    re.IGNORECASE | re.DOTALL,
)
_NEEDS_OPTIONS = re.compile(
    r"\b(?:of|among|from|between) (?:the following|these|those|them)\b|\bthe following\b"
    r"|\blisted (?:below|above|here)\b"
    r"|\b(?:options?|choices) (?:below|above)\b|\bnone of the\b|\ball of the above\b",
    re.IGNORECASE,
)
_TELLS = (Keep.ANSWER, Keep.MEANING, Keep.LANGUAGE)


@dataclass(frozen=True)
class ToMcq:
    """An open case as multiple choice. The wrong options are drawn from `expect.wrong`, and so is the gold letter."""

    options: int = 4
    by: Maker = "rule"
    name: str = "to_mcq"
    keeps: frozenset[Keep] = frozenset(_TELLS)

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The case with options; None where it is not open or knows too few wrong answers."""
        expect, found = case.expect, _open(case)
        if found is None or expect.options:
            return None
        rivals = _rivals(expect)
        told = next((text for text in (expect.worst, expect.best) if text in rivals), "")
        others = [text for text in rivals if text != told]
        if len(rivals) < self.options - 1:
            return None
        shown = [told] * bool(told) + draw.sample(others, self.options - 1 - bool(told))
        options = tuple(draw.sample([expect.answer, *shown], self.options))
        letters = dict(zip(options, LETTERS, strict=False))
        made = Expect(answer=letters[expect.answer], options=options, wrong=_without(letters, expect.answer))
        return _reshaped(
            found, expect, made, letters, PROMPTS["mcq"](draw, question=_stem(found), options=listed(options))
        )


@dataclass(frozen=True)
class ToTrueFalse:
    """A case with one proposed answer, to be called true or false; right or wrong by a fair draw."""

    by: Maker = "rule"
    name: str = "to_true_false"
    keeps: frozenset[Keep] = frozenset({Keep.ANSWER, Keep.LANGUAGE})

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The case with a proposal; None where it is true or false already, or knows no wrong answer."""
        opened = case if not case.expect.options else to_open()(case, draw)
        if opened is None or (found := _open(opened)) is None or not (rivals := _rivals(opened.expect)):
            return None
        expect = opened.expect
        truth, lie = ("true", "false") if draw.random() < 0.5 else ("false", "true")
        proposed = expect.answer if truth == "true" else draw.choice(rivals)
        made = Expect(answer=truth, options=("true", "false"), wrong=(lie,))
        named = {expect.answer: truth, **dict.fromkeys(rivals, lie)}
        text = PROMPTS["true_false"](draw, question=_stem(found), answer=proposed)
        return _reshaped(found, expect, made, named, text)


@dataclass(frozen=True)
class ToOpen:
    """A multiple-choice case without its options; the answer is the text of the right one."""

    by: Maker = "rule"
    name: str = "to_open"
    keeps: frozenset[Keep] = frozenset(_TELLS)

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The open case; None where the case has no listed options, or its question cannot stand without them."""
        expect, found = case.expect, asked(case)
        named = dict(zip(LETTERS, expect.options, strict=False))
        if found is None or not found.last or expect.answer not in named or listed(expect.options) not in found.text:
            return None
        stem, answer = _stem(found), named[expect.answer]
        if not stem or _NEEDS_OPTIONS.search(stem):
            return None
        made = Expect(answer=answer, wrong=tuple(text for text in expect.options if text != answer))
        return _reshaped(found, expect, made, named, PROMPTS["open"](draw, question=stem))


def to_mcq(options: int = 4) -> ToMcq:
    """Open to multiple choice with so many options, 2 to 26. Raises `InputError` for another number."""
    if not 2 <= options <= len(LETTERS):
        raise InputError(f"`to_mcq` was asked for {options} options: ask for 2 to {len(LETTERS)}")
    return ToMcq(options)


def to_true_false() -> ToTrueFalse:
    """Open or multiple choice to true or false."""
    return ToTrueFalse()


def to_open() -> ToOpen:
    """Multiple choice to open."""
    return ToOpen()


def _open(case: Case) -> Asked | None:
    """The question of a case that has an answer in words and is not asked anything after it."""
    found = asked(case)
    return found if found and found.last and case.expect.answer and not case.expect.options and _stem(found) else None


def _rivals(expect: Expect) -> list[str]:
    """The answers known to be wrong, each once, and none that is right in another spelling or no line of its own."""
    taken = {text.casefold() for text in (expect.answer, *expect.aliases)}
    made: list[str] = []
    for text in expect.wrong:
        if text.strip() and "\n" not in text and text.casefold() not in taken:
            taken.add(text.casefold())
            made.append(text)
    return made if "\n" not in expect.answer else []


def _stem(found: Asked) -> str:
    """The question with what stands around it, less what asks for a form of answer. A marked question stays whole."""
    before, after = found.around()
    marked = found.case.question
    question = marked or _less_forms(found.question)
    return "".join((_less_forms(before, " "), question, _less_forms(after, " "))).strip()


def _less_forms(text: str, edge: str = "") -> str:
    """A text without the sentences that ask for a form of answer."""
    if not text.strip():
        return text if edge else ""
    kept = _SENTENCE.sub(lambda m: "" if _ASKS_FOR_A_FORM.match(m[0]) else m[0], text)
    kept = re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<=\S) {2,}", " ", kept))
    return kept if edge else kept.strip()


def _without(letters: Mapping[str, str], right: str) -> tuple[str, ...]:
    return tuple(letter for text, letter in letters.items() if text != right)


def _reshaped(found: Asked, was: Expect, expect: Expect, named: Mapping[str, str], text: str) -> Case | None:
    """The case in its new format. The best and worst replies are translated; None where one of them cannot be."""
    names = {**dict.fromkeys(was.aliases, named.get(was.answer, "")), **named, "": ""}
    if was.best not in names or was.worst not in names:
        return None
    expect = replace(expect, best=names[was.best], worst=names[was.worst])
    made = replace(found.with_text(text), expect=expect)
    return (
        made
        if not expect.options or expect.options == ("true", "false") or text.count(listed(expect.options)) == 1
        else None
    )
