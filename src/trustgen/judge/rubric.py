"""Rubrics: what a model is asked to judge, in Markdown, with a closed set of verdicts.

    +++
    title = "Does the reply settle on the right answer?"
    direction = "higher"

    [verdicts]
    right = 1
    wrong = 0
    unclear = "none"
    +++
    … prose with the slots {{reply}}, {{request}}, {{answer}}, {{image}}, {{reply_image}} …

A verdict's value is its score in 0..1, `"refused"` where the reply declined to answer, or `"none"` where the judge may
say that it cannot tell: then the next rung decides. The prose says what each verdict means; how to answer is added
here, so that every rubric is answered in the same form.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, Literal

import msgspec

from trustgen.core import (
    Case,
    Direction,
    Image,
    InputError,
    Outcome,
    Prompt,
    PromptError,
    Prompts,
    Response,
    Ruling,
    Text,
    Turn,
    digest,
)

from .fence import fenced, mark, shortened, visible

PROMPTS = Prompts(__package__)
SLOTS = ("request", "reply", "transcript", "question", "answer", "also_right", "wrong", "image", "reply_image")
PICTURES = ("image", "reply_image")  # of the case, and of the reply: shown as they are
FOREIGN = ("request", "reply", "transcript", "question")  # fenced: a model, or the web, may have written them
NONE, REFUSED = "none", "refused"


class Front(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rubric's front matter."""

    title: str
    verdicts: dict[str, float | Literal["none", "refused"]]
    direction: Direction = Direction.HIGHER
    language: str = "en"


class Rubric:
    """One rubric. Its key covers all of its text and of the form in which it is answered."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        try:
            _, front, body = text.split("+++\n", 2)
            self.front = msgspec.convert(tomllib.loads(front), Front, strict=False)
            self.prompt = Prompt(name, body)
        except (ValueError, PromptError) as error:
            raise InputError(f"rubric `{name}` cannot be read: {error}") from error
        self._check()
        self.verdicts = tuple(self.front.verdicts)
        self.key = digest("rubric", text, PROMPTS.wordings, SLOTS)

    def _check(self) -> None:
        """Everything that would otherwise show only once money is spent."""
        if spare := self.prompt.slots - set(SLOTS):
            raise InputError(f"rubric `{self.name}` has unknown slots {sorted(spare)}: known are {', '.join(SLOTS)}")
        if not self.prompt.slots & {"reply", "transcript", "reply_image"}:
            raise InputError(
                f"rubric `{self.name}` shows no reply: give it {{{{reply}}}}, {{{{transcript}}}} or {{{{reply_image}}}}"
            )
        scores = [value for value in self.front.verdicts.values() if not isinstance(value, str)]
        if len(set(scores)) < 2:
            raise InputError(f"rubric `{self.name}` has no two verdicts of different score")
        for verdict, value in self.front.verdicts.items():
            if verdict != verdict.strip().lower() or not verdict.replace("_", "").isalpha():
                raise InputError(f"rubric `{self.name}`: verdict `{verdict}` must be one lower-case word")
            if not isinstance(value, str) and not 0 <= value <= 1:
                raise InputError(f"rubric `{self.name}`: verdict `{verdict}` scores {value}, outside 0..1")

    @property
    def pictures(self) -> bool:
        """Whether it shows pictures, so that whoever judges by it must read them."""
        return not self.prompt.slots.isdisjoint(PICTURES)

    def ask(self, case: Case, response: Response, *, backwards: bool = False) -> Turn:
        """The whole question for one response; `backwards` names the verdicts in the opposite order."""
        nonce = mark(self.key, response.key, case.id, response.text)
        held = {name: value for name, value in values(case, response).items() if name in self.prompt.slots}
        shown = {
            name: fenced(name, text, nonce) if name in FOREIGN else shortened(visible(text), 1_000)
            for name, text in held.items()
        }
        pictures: list[Image] = []
        for name, images in zip(PICTURES, (case.images, response.images), strict=True):
            if name in self.prompt.slots:
                numbers = range(len(pictures), len(pictures) + len(images))
                shown[name] = "\n".join(f"[{nonce} picture {i}]" for i in numbers) or "(no picture)"
                pictures += images
        names = tuple(reversed(self.verdicts)) if backwards else self.verdicts
        body = self.prompt(Random(0), **shown)
        text = PROMPTS.judge(task=body, nonce=nonce, verdicts=", ".join(f'"{name}"' for name in names))
        said = re.split(rf"\[{nonce} picture (\d+)\]", text)  # no foreign text holds the nonce
        return Turn("user", tuple(pictures[int(p)] if i % 2 else Text(p) for i, p in enumerate(said) if p))

    def schema(self) -> dict[str, Any]:
        """The JSON schema of an answer: evidence first, so that the verdict follows from it."""
        return {
            "type": "object",
            "properties": {
                "evidence": {"type": "string", "maxLength": 600},
                "verdict": {"type": "string", "enum": list(self.verdicts)},
            },
            "required": ["evidence", "verdict"],
            "additionalProperties": False,
        }

    def ruling(self, verdict: str, reason: str, rung: str) -> Ruling:
        """A verdict of the vocabulary as a ruling; `none` leaves the response to the next rung."""
        value = self.front.verdicts[verdict]
        if value == NONE:
            return Ruling(Outcome.UNPARSED, reason=f"the judge says `{verdict}`: {reason}"[:300], rung=rung)
        if value == REFUSED:
            return Ruling(Outcome.REFUSED, reason=reason[:300], rung=rung)
        return Ruling(Outcome.SCORED, float(value), verdict, reason[:300], rung)

    def __repr__(self) -> str:
        return f"<rubric {self.name} {self.key[:8]}>"


def values(case: Case, response: Response) -> dict[str, str]:
    """What a rubric's slots can hold, for one case and response."""
    expect = case.expect
    said = [_line(turn) for turn in case.turns]
    replies = [f"reply {i}: {reply.text}" for i, reply in enumerate(response.replies, 1)]
    return {
        "request": "\n\n".join(said),
        "reply": response.text,
        "transcript": "\n\n".join(conversation(case, response)) or "\n\n".join([*said, *replies]),
        "question": case.question or case.turns[-1].text,
        "answer": expect.answer or "(there is no right answer: it cannot be known)",
        "also_right": ", ".join(expect.aliases) or "(nothing else)",
        "wrong": ", ".join(expect.wrong) or "(none given)",
    }


def conversation(case: Case, response: Response) -> list[str]:
    """The turns of the case with the model's replies where they came."""
    replies, lines = iter(response.replies), []
    for turn, due in case.script():
        lines.append(_line(turn))
        if due and (reply := next(replies, None)):
            lines.append(f"model: {reply.text}{' (with a picture)' * bool(reply.images)}")
    return lines


def _line(turn: Turn) -> str:
    """A turn in words; what its pictures show stands in no text."""
    return f"{turn.role}: {turn.text}{' (with a picture)' * any(isinstance(p, Image) for p in turn.parts)}"


@cache
def rubric(name: str) -> Rubric:
    """A rubric of this package by name, or one of your own by the path of its Markdown file."""
    place = Path(name) if name.endswith(".md") else files(__package__ or "") / "rubrics" / f"{name}.md"
    try:
        return Rubric(Path(name).stem, place.read_text("utf-8"))
    except OSError as error:
        known = ", ".join(rubrics())
        raise InputError(f"rubric `{name}` cannot be read ({error.strerror}): known are {known}") from None


def rubrics() -> list[str]:
    """The names of the rubrics that come with TrustGen."""
    folder = files(__package__ or "") / "rubrics"
    return sorted(f.name[:-3] for f in folder.iterdir() if f.name.endswith(".md"))
