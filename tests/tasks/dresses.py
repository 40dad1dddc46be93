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


def _each(case: Case, reply: str, right: str, wrong: str, yes: str = "", no: str = "") -> str:
    """Every option on a line of its own, with marks; the bare reply where there are none."""
    options = case.expect.options
    if reply not in ascii_uppercase[: len(options)]:
        return reply
    lines = [(a == reply, f"{a}. {o}") for a, o in zip(ascii_uppercase, options, strict=False)]
    return "\n".join(f"{right}{line}{yes}" if this else f"{wrong}{line}{no}" for this, line in lines)


def _other(case: Case, reply: str) -> str:
    """The letter of another option; "The other one" where the reply is no letter."""
    letters = ascii_uppercase[: len(case.expect.options)]
    return next(letter for letter in letters if letter != reply) if reply in letters and letters else "The other one"


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
    "blanks in tags": _marked(f"< think >{HMM}</ think>\n@"),
    "escaped": _marked(f"&lt;think&gt;{HMM}&lt;/think&gt;\n@"),
    "shell": _marked(f"Thinking...\n{HMM}\n...done thinking.\n\n@"),
    "shown quote": _marked(f"*Thinking...*\n\n> {HMM}\n\n@"),
    "folded": _marked(f"<details><summary>Thought for 4 seconds</summary>\n{HMM}\n</details>\n@"),
    "working out": _marked(f"<start_working_out>{HMM}<end_working_out>\n@"),
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
    "german sentence": _marked("Die richtige Antwort ist @."),
    "spanish sentence": _marked("Por lo tanto, la respuesta correcta es @."),
    "french sentence": _marked("La bonne r\u00e9ponse est @."),
    "portuguese sentence": _marked("Claro! A resposta \u00e9 @."),
    "chinese glued": _marked("\u56e0\u6b64\uff0c\u6b63\u786e\u7b54\u6848\u662f@\u3002"),
    "japanese glued": _marked("\u7b54\u3048\u306f@\u3067\u3059\u3002"),
    "korean glued": _marked("\uc815\ub2f5\uc740 @\uc785\ub2c8\ub2e4."),
    "hindi sentence": _marked("\u0938\u0939\u0940 \u0909\u0924\u094d\u0924\u0930 @ \u0939\u0948\u0964"),
    "latex": _marked("\\textbf{@}"),
    "sure of it": _marked("Answer: @\nConfidence: 0.93"),
    "unfolds": _marked(
        "**@**\n\n<details>\n<summary>Explanation</summary>\nIt follows from what is given.\n</details>"
    ),
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
    "most likely": _marked("Most likely @."),
    "that would be": _marked("That'd be @."),
    "both sides": _marked("Some would disagree, and I can see why. Still, my answer is @."),
    "more details": _marked("@\n\nIf you have more details, feel free to share them."),
    "information provided": _marked("Based on the information provided, the answer is **@**."),
    "ticked": lambda case, reply: _each(case, reply, "- [x] ", "- [ ] "),
    "signs": lambda case, reply: _each(case, reply, "", "", " \u2705", " \u274c"),
    "tempting": lambda case, reply: f"{_other(case, reply)} is tempting, but I would go with {reply}.",
    "what is left": lambda case, reply: f"{_other(case, reply)} does not fit. My answer is {reply}.",
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
