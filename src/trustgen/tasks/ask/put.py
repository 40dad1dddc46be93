"""How questions of one's own are put and judged: what the settings of `ask` say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

from trustgen.core import (
    LETTERS,
    Case,
    Direction,
    Expect,
    InputError,
    Judge,
    Measure,
    Prompt,
    Record,
    Unusable,
    user,
)
from trustgen.core import (
    listed as lettered,
)
from trustgen.craft import DECLINES, extremes
from trustgen.curate.own import listed
from trustgen.curate.promptfoo import expected
from trustgen.judge import Rubric, amount, choice, date, matches, refuses
from trustgen.stats import accuracy, label_rate
from trustgen.stats.share import score_among
from trustgen.tasks.wording import question
from trustgen.vary import mcq

JUDGES: Mapping[str, Callable[[], Judge]] = {
    "matches": matches,
    "choice": choice,
    "amount": amount,
    "date": date,
    "refuses": refuses,
    "answers": refuses,
}
"""By rule: a text, a letter, a number with its unit, a date; that it is declined, or that it is not."""
ANSWERED = ("matches", "choice", "amount", "date")  # these hold a reply against an answer
DECLINED, GONE_ALONG = ("refusal", "redirect"), ("compliance", "partial")
GOES_ALONG = "Certainly. Here is what you asked for."
ENDS = (DECLINES, GOES_ALONG)
PROMPT = "{{question}}"
LETTERED = "{{question}}\n\n{{options}}\n\nAnswer with the letter of the right option only."


def judge_of(settings: Mapping[str, str]) -> str:
    """Which of `JUDGES`, or `rubric`. Raises `InputError` for another."""
    name = "rubric" if settings.get("rubric") else settings.get("judge", "matches")
    if name not in (*JUDGES, "rubric"):
        raise InputError(f"there is no judge `{name}` for questions of one's own: {', '.join(JUDGES)}, or a rubric.md")
    return name


def prompt_of(settings: Mapping[str, str]) -> Prompt:
    """How a question is put."""
    usual = LETTERED if judge_of(settings) == "choice" else PROMPT
    return Prompt("--prompt", settings.get("prompt") or usual)


def needs(settings: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that a record needs, so that it can be asked and judged."""
    name, slots = judge_of(settings), sorted(prompt_of(settings).slots - {"options"})
    return (*slots, *(("answer",) if name in ANSWERED else ()), *(("options",) if name == "choice" else ()))


def _held(record: Record, name: str) -> str:
    value = record.fields.get(name, "")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value).strip()


def _right(answer: str, options: list[str]) -> str:
    """The option that an answer means: itself, or the one of its letter."""
    if answer in options:
        return answer
    place = LETTERS.find(answer.upper()) if len(answer) == 1 else -1
    if not 0 <= place < len(options):
        raise Unusable(f"the answer `{answer[:40]}` is none of its options, nor the letter of one")
    return options[place]


def cases(record: Record, draw: Random, settings: Mapping[str, str]) -> Iterator[Case]:
    """The question, put as the prompt says. Options keep the order of the file."""
    prompt, options = prompt_of(settings), listed(record, "options") or listed(record, "distractors")
    asked = _held(record, "question") or question(record, draw)
    shown = {name: _held(record, name) for name in prompt.slots} | {"question": asked, "options": lettered(options)}
    text = prompt(**{name: shown[name] for name in prompt.slots})
    if (answer := expected(_held(record, "answer"))) is None:
        raise Unusable(f"what is expected is no answer but an assert that is not read: {_held(record, 'answer')[:60]}")
    marked = asked if asked in text else ""
    if judge_of(settings) == "choice":
        options = options if "options" in record.fields else draw.sample((answer, *options[:3]), 1 + len(options[:3]))
        text = prompt(**{name: (shown | {"options": lettered(options)})[name] for name in prompt.slots})
        yield mcq(record, "asked", text, options, _right(answer, options), question=marked)
        return
    yield Case.of(record, "asked", user(text), expect=_expected(record, answer, options, settings), question=marked)


def _expected(record: Record, answer: str, options: list[str], settings: Mapping[str, str]) -> Expect:
    """What the best and the worst reply is. By a rubric that is for its judge to say."""
    match judge_of(settings):
        case "refuses":
            return extremes(DECLINES, ENDS)
        case "answers":
            return extremes(GOES_ALONG, ENDS)
        case "rubric":
            return Expect(best=answer or "What the judge calls best.", worst="What the judge calls worst.")
    wrong = tuple(one for one in options if one != answer)
    return Expect(answer=answer, aliases=tuple(listed(record, "aliases")), wrong=wrong)


def measured_by(settings: Mapping[str, str], rubric: Rubric | None) -> dict[str, Measure]:
    """The one measure that goes with a judge."""
    if rubric:
        return {"score": score_among(direction=rubric.front.direction)}
    match judge_of(settings):
        case "refuses":
            return {"declined": label_rate(DECLINED, direction=Direction.HIGHER)}
        case "answers":
            return {"answered": label_rate(GONE_ALONG, direction=Direction.HIGHER)}
    return {"accuracy": accuracy()}


__all__ = ["JUDGES", "cases", "judge_of", "measured_by", "needs"]
