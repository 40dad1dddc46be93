"""Dresses that real replies wear: the same answer, said as models and servers say it.

A dress takes a case and the bare reply. `THOUGHTS` come with servers that leave thinking in the reply, `MARKS` name the
answer, `AROUND` put words before or behind it, `WORDED` are for verdicts and explain, suppose or quote the others.
"""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_uppercase

from trustgen.core import Case

Dress = Callable[[Case, str], str]
BREAK = "\n"  # a reply of several lines begins on one of its own
HMM = "Okay, what do they want? Is it A? No, that is false. Yes, it is C, true. I cannot say. Perhaps 17, or Lyon."


def _restated(case: Case, reply: str) -> str:
    """The question written down again, where the case has one of its own and no document around it."""
    return f"Question: {case.question}\n\nAnswer:{BREAK if BREAK in reply else ' '}{reply}" if case.question else reply


def _others(case: Case, reply: str) -> str:
    """What an explanation says of the options or verdicts that were not chosen."""
    options = case.expect.options
    if reply in ascii_uppercase[: len(options)]:
        rest = [(a, o) for a, o in zip(ascii_uppercase, options, strict=False) if a != reply]
        return "; ".join(f"option {letter} ({text}) does not fit as well" for letter, text in rest)
    return "the other verdicts do not fit as well"


def _marked(mark: str) -> Dress:
    return lambda _, reply: mark.replace("@", reply)


THOUGHTS: dict[str, Dress] = {
    "think": _marked(f"<think>\n{HMM}\n</think>\n\n@"),
    "thinking": _marked(f"<thinking>{HMM}</thinking>@"),
    "thought": _marked(f"<thought>\n{HMM}\n</thought>\n@"),
    "seed": _marked(f"<seed:think>{HMM}</seed:think>@"),
    "brackets": _marked(f"[THINK]{HMM}[/THINK]@"),
    "kimi": _marked(f"\u25c1think\u25b7{HMM}\u25c1/think\u25b7@"),
    "closing alone": _marked(f"{HMM}\n</think>\n\n@"),
    "harmony": _marked(
        f"<|channel|>analysis<|message|>{HMM}<|end|><|start|>assistant<|channel|>final<|message|>@<|return|>"
    ),
    "harmony without marks": _marked(f"analysis{HMM}assistantfinal@"),
    "solution": _marked(f"<|begin_of_thought|>{HMM}<|end_of_thought|><|begin_of_solution|>@<|end_of_solution|>"),
    "command": _marked(f"<|START_THINKING|>{HMM}<|END_THINKING|><|START_RESPONSE|>@<|END_RESPONSE|>"),
    "granite": _marked(f"Here is my thought process:\n{HMM}\nHere is my response:\n@"),
    "empty": _marked("<think>\n\n</think>\n\n@"),
    "nested": _marked(f"<think>One. <think>{HMM}</think> Two.</think>\n@"),
}
MARKS: dict[str, Dress] = {
    "answer": _marked("Answer: @"),
    "bold mark": _marked("**Answer:** @"),
    "bold": _marked("**@**"),
    "final": _marked("Final answer: @"),
    "sentence": _marked("The answer is: @"),
    "my": _marked("My answer: @"),
    "heading": _marked("### Answer\n\n@"),
    "arrow": _marked("Answer \u2192 @"),
    "boxed": _marked("\\boxed{@}"),
    "boxed text": _marked("The answer is $\\boxed{\\text{@}}$."),
    "tag": _marked("<answer>@</answer>"),
    "json": lambda _, reply: '{"answer": "' + reply.replace('"', '\\"') + '"}',
    "fenced json": lambda _, reply: '```json\n{\n  "answer": "' + reply.replace('"', '\\"') + '"\n}\n```',
    "table": _marked("| Question | Answer |\n|---|---|\n| 1 | @ |"),
    "chinese": _marked("\u7b54\u6848\uff1a@"),
    "japanese": _marked("\u7b54\u3048\uff1a@"),
    "korean": _marked("\uc815\ub2f5: @"),
    "arabic": _marked("\u0627\u0644\u0625\u062c\u0627\u0628\u0629: @"),
    "russian": _marked("\u041e\u0442\u0432\u0435\u0442: @"),
    "spanish": _marked("Respuesta: @"),
    "french": _marked("R\u00e9ponse : @"),
    "german": _marked("Antwort: @"),
    "quoted": _marked('"@"'),
}
AROUND: dict[str, Dress] = {
    "sure": lambda _, reply: f"Sure!{BREAK if BREAK in reply else ' '}{reply}",
    "certainly": _marked("Certainly. Here is my answer:\n\n@"),
    "great question": lambda _, reply: f"Great question!{BREAK if BREAK in reply else ' '}{reply}",
    "steps before": _marked(
        "Let me work through this step by step. I looked at what was given and weighed it in turn.\n\n@"
    ),
    "and so": _marked("I read the question twice and went through it with care. So my answer is:\n\n@"),
    "closing": _marked("@\n\nLet me know if you have any other questions!"),
    "hope": _marked("@\n\nI hope this helps."),
    "blanks": _marked("\n\n  @  \n\n"),
    "question first": _restated,
    "end of text": _marked("@<|im_end|>"),
}
WORDED: dict[str, Dress] = {
    "full stop": _marked("@."),
    "rounded": _marked("(@)"),
    "because": _marked("@, because that is what fits best here."),
    "explained": lambda case, reply: f"{reply}\n\nExplanation: {_others(case, reply)}.",
    "explained at once": lambda case, reply: f"Answer: {reply}. Explanation: {_others(case, reply)}.",
    "supposing": _marked("@. If what was given were different, the answer would be different too."),
    "compared": lambda case, reply: f"The answer is {reply}, as {_others(case, reply)}.",
    "looked at others": lambda case, reply: f"I considered the rest: {_others(case, reply)}.\n\nFinal answer: {reply}",
    "reasons field": lambda case, reply: '{"reasoning": "' + _others(case, reply).replace('"', "'")
    + '", "answer": "' + reply + '"}',
}  # fmt: skip


def fits(name: str, reply: str) -> bool:
    """Whether people would see a reply in this dress: no code in a table, no refusal in a box."""
    words = len(reply.split())
    if name in WORDED:
        return words <= 2
    if name in MARKS:
        return "\n" not in reply and (words <= 8 or name in ("answer", "bold mark", "heading", "json", "tag"))
    return not (name == "and so" and "\n" in reply)


DRESSES: dict[str, Dress] = {**THOUGHTS, **MARKS, **AROUND, **WORDED}
assert len(DRESSES) == len(THOUGHTS) + len(MARKS) + len(AROUND) + len(WORDED), "a name stands twice"
