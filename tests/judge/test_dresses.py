"""A verdict in many dresses: what stands round it, behind it or about it changes nothing, for right and wrong alike.

Each rule has a few verdicts, right and wrong. `DRESSES` put marks, wrappers, courtesies and explanations round them; a
dress that names another verdict, where only an explanation may, has it in `{other}`.
"""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import pytest
from test_labelled_replies import ALL, rule

from trustgen.core import Case, Expect, Outcome, Reply, Response, Ruling, user
from trustgen.judge import amount, choice, date, matches, true_false, yes_no
from trustgen.judge.claims import claim_label
from trustgen.tasks.llm.fairness.counts import count


class Kind(NamedTuple):
    """A rule, what is asked, and the verdicts that are dressed: each with another that an explanation may name."""

    judge: Any
    prompt: str
    expect: Expect
    verdicts: tuple[tuple[str, str], ...]
    tags: dict[str, str] = {}  # noqa: RUF012


CLOSED = {"A", "B", "C", "D", "yes", "no", "true", "false"}
CITIES = ("Paris", "Lyon", "Rome", "New York")
KINDS = {
    "choice": Kind(
        choice(),
        "Which of these is the capital?",
        Expect(answer="B", options=CITIES),
        (("A", "C"), ("B", "A"), ("C", "D"), ("D", "B"), ("B) Lyon", "A) Paris"), ("Rome", "Lyon")),
    ),
    "yes_no": Kind(yes_no(), "Should it be granted?", Expect(answer="yes"), (("Yes", "no"), ("No", "yes"))),
    "true_false": Kind(
        true_false(), "Is it true or false?", Expect(answer="true"), (("True", "false"), ("False", "true"))
    ),
    "claim": Kind(
        claim_label(),
        "What does the evidence say of the claim?",
        Expect(answer="supported", options=("supported", "refuted", "not enough")),
        (("Supported", "refuted"), ("Refuted", "supported"), ("Not enough", "refuted")),
    ),
    "open": Kind(
        matches("capital"),
        "What is the capital of France?",
        Expect(answer="Paris", wrong=("Lyon", "Rome")),
        (("Paris", "Lyon"), ("Lyon", "Paris"), ("Rome", "Lyon")),
    ),
    "amount": Kind(
        amount("km"), "How long is it?", Expect(answer="1234.5"), (("1,234.5 km", "800 km"), ("800 km", "9 km"))
    ),
    "date": Kind(
        date(),
        "When was it?",
        Expect(answer="1999-03-28"),
        (("28 March 1999", "4 April 1998"), ("4 May 1999", "1 May 1997")),
    ),
    "count": Kind(
        count(), "How many?", Expect(answer="3"), (("3", "5"), ("4", "3")), {"asked": "feminine", "added": "5"}
    ),
}

DRESSES = (
    # marks
    "{x}.",
    "{x}!",
    "**{x}**",
    "*{x}*",
    "__{x}__",
    "`{x}`",
    '"{x}"',
    "\u201c{x}\u201d",
    "'{x}'",
    "({x})",
    "\n\n{x}\n\n",
    "Answer: {x}",
    "Answer: {x}.",
    "**Answer:** {x}",
    "**Answer: {x}**",
    "ANSWER: {x}",
    "Answer:\n{x}",
    "### Answer\n{x}",
    "## Final answer\n\n**{x}**",
    "Final answer: {x}",
    "The answer is: {x}",
    'The answer is "{x}".',
    "My answer: {x}",
    "Answer -> {x}",
    "Answer \u2192 {x}",
    "Answer = {x}",
    "\u2705 {x}",
    "> {x}",
    "- {x}",
    "| Answer | {x} |",
    "| Answer | Sure |\n|---|---|\n| {x} | quite |",
    "\\boxed{{{x}}}",
    "$\\boxed{{\\text{{{x}}}}}$",
    "<answer>{x}</answer>",
    "<final_answer>\n{x}\n</final_answer>",
    '{{"answer": "{x}"}}',
    '```json\n{{\n  "answer": "{x}"\n}}\n```',
    # marks of other languages
    "\u7b54\u6848\uff1a{x}",
    "Antwort: {x}",
    "Respuesta: {x}",
    "R\u00e9ponse : {x}",
    "\u041e\u0442\u0432\u0435\u0442: {x}",
    "\uc815\ub2f5: {x}",
    "\u0627\u0644\u062c\u0648\u0627\u0628: {x}",
    "Risposta: {x}",
    # courtesies
    "Sure! {x}.",
    "Sure. The answer is: {x}",
    "Great question! {x}.",
    "Thank you for asking. {x}.",
    "{x}. I hope this helps!",
    "{x}\n\nLet me know if you need anything else.",
    # explanations, before and behind
    "{x}. That is what follows from the text.",
    "{x}.\n\nExplanation: it follows from what was asked.",
    "Answer: {x}. Explanation: {other} would be named by those who read in haste.",
    "{x}. Some people say {other}.",
    "{x}. If things were different, the answer would be {other}.",
    "Let me think step by step. The text must be read closely. Nothing else is needed. Final answer: {x}",
    "At first I thought of {other}. Final answer: {x}",
    "<reasoning>Some say {other}.</reasoning><answer>{x}</answer>",
    '{{"reasoning": "Some say {other}.", "answer": "{x}"}}',
    '{{"answer": "{x}", "explanation": "Not {other}, surely."}}',
    '```json\n{{"answer": "{x}", "why": "{other} is for others",}}\n```\nThat is all.',
    # the question once more
    "Let me look at this.\n\nQuestion: {q}\n\nAnswer: {x}",
    "Prompt: {q}\nAnswer: {x}",
    "Q: {q}\nA: {x}",
)

BEHIND = (
    "That is my answer.",
    "It follows from the text.",
    "The rest is of no weight here, and no one doubts it.",
    "Some would say {other}.",
    "It might be {other} in another case.",
    "Had the text said more, one could think of {other}.",
    "I hope this is what you wanted to know!",
    "People often say {other}, which is not what the text bears out.",
)

SHAPES = (
    "@",
    "(@)",
    "@.",
    "@)",
    "[@]",
    "@!",
    "@:",
    "**@**",
    "*@*",
    "`@`",
    '"@"',
    "<@>",
    "{{@}}",
    "\u3010@\u3011",
    "$@$",
    "$$@$$",
    "Answer: @",
    "answer: @",
    "Answer @",
    "Answer:@",
    "Answer - @",
    "Answer \u2192 @",
    "=> @",
    "-> @",
    "Final: @",
    "Final answer: @",
    "The answer is @",
    "The answer is @.",
    "The answer is (@).",
    "The answer is **@**.",
    "The answer is: @",
    "The correct answer is @.",
    "The correct option is @",
    "Option @",
    "option (@)",
    "Choice: @",
    "Letter: @",
    "Selected: option @",
    "I choose @",
    "I pick @.",
    "I would go with @.",
    "I'd say @",
    "I think @",
    "I think it's @.",
    "It's @",
    "It is @.",
    "It must be @",
    "My answer is @.",
    "So @.",
    "So the answer is @.",
    "Therefore, @",
    "Therefore, the answer is @.",
    "Hence @.",
    "Thus: @",
    "@ is correct.",
    "@ is the correct answer.",
    "@ is right",
    "@ it is.",
    "@, I think.",
    "@ because it is the one.",
    "@, since the others are small.",
    "<answer>@</answer>",
    "\\boxed{@}",
    '{"answer": "@"}',
    "{'answer': '@'}",
    "| Answer | @ |",
    "### Answer\n@",
    "@\n\nIt is large.",
    "\u7b54\u6848\uff1a@",
    "\u7b54\u6848\u662f@\u3002",
    "\u9009@",
    "\u9009 @",
    "\u6211\u9009\u62e9@\u3002",
    "\u6b63\u786e\u7b54\u6848\uff1a@",
    "\u7b54\u3048\u306f@\u3067\u3059\u3002",
    "\u6b63\u89e3\uff1a@",
    "\uc815\ub2f5\uc740 @\uc785\ub2c8\ub2e4.",
    "\ub2f5: @",
    "\u0627\u0644\u0625\u062c\u0627\u0628\u0629 \u0647\u064a @",
    "\u0627\u0644\u062c\u0648\u0627\u0628: @",
    "\u041e\u0442\u0432\u0435\u0442: @",
    "\u041f\u0440\u0430\u0432\u0438\u043b\u044c\u043d\u044b\u0439 \u043e\u0442\u0432\u0435\u0442 \u2014 @",
    "La respuesta es @",
    "La r\u00e9ponse est @.",
    "Die Antwort ist @.",
    "A resposta correta \u00e9 @.",
    "La risposta \u00e8 @",
    "\u0909\u0924\u094d\u0924\u0930: @",
    "Let me think. The text is short. The answer is @.",
    "As an AI I cannot be sure, but it is @.",
    "If I have to choose, @.",
    "Not sure, but @.",
    "@) it is the one",
    "@ - it is the one",
    "@ \u2013 it is the one",
)
CIRCLED = {
    "A": "\u24b6 \U0001f150 \U0001f170 \uff21",
    "B": "\u24b7 \U0001f151 \U0001f171 \uff22",
    "D": "\u24b9 \U0001f153 \U0001f173 \uff24",
}


def ruled(kind: str, reply: str) -> Ruling:
    """The ruling of a kind's rule on one reply."""
    one = KINDS[kind]
    case = Case("c", "t", "plain", (user(one.prompt),), one.expect, ("r",), "", one.tags, question="The mill is old.")
    found: Ruling = one.judge(case, Response("k", "c", "t", "m", "answered", (Reply(reply),)))
    return found


def told(ruling: Ruling) -> tuple[Outcome, str, float | None]:
    """What must not change."""
    return ruling.outcome, ruling.label, ruling.score


def dressed(dress: str, kind: str, x: str, other: str) -> str:
    """A verdict in a dress."""
    return dress.format(x=x, other=other, q=KINDS[kind].prompt)


VERDICTS = [(kind, x, other) for kind, one in KINDS.items() for x, other in one.verdicts]


@pytest.mark.parametrize("dress", DRESSES)
def test_no_dress_changes_a_verdict(dress: str) -> None:
    changed = {}
    for kind, x, other in VERDICTS:
        bare, reply = ruled(kind, x), dressed(dress, kind, x, other)
        assert bare.outcome == Outcome.SCORED
        if told(found := ruled(kind, reply)) != told(bare):
            changed[reply] = (kind, found.label or found.reason)
    assert not changed


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("form", ["{x}. ", "{x}\n\n", "Answer: {x}. ", "The answer is {x}. "])
def test_a_sentence_behind_a_verdict_never_turns_it(form: str, behind: str) -> None:
    changed = {}
    for kind, x, other in VERDICTS:
        if kind != "count" or "{other}" not in behind:  # a count that goes on with another number is a count of both
            reply = dressed(form + behind, kind, x, other)
            if told(found := ruled(kind, reply)) != told(ruled(kind, x)):
                changed[reply] = (kind, found.label or found.reason)
    assert not changed


LABELLED = [
    (kind, reply) for kind, wanted, reply in ALL if kind in ("choice", "yes_no", "true_false") and wanted in CLOSED
]


@pytest.mark.parametrize(("kind", "other"), [("choice", "C"), ("yes_no", "no"), ("true_false", "false")])
def test_a_sentence_behind_turns_none_of_the_labelled_replies(kind: str, other: str) -> None:
    turned = {}
    for reply in (reply for one, reply in LABELLED if one == kind):
        for behind in BEHIND:
            ended = reply.rstrip() if reply.rstrip().endswith((".", "!", "?")) else f"{reply.rstrip()}."
            longer = f"{ended} {behind.format(other=other)}"
            if told(found := rule(kind, longer)) != told(rule(kind, reply)):
                turned[longer] = found.label or found.reason
    assert not turned


@pytest.mark.parametrize("shape", SHAPES)
def test_letters_are_read_alike_in_every_shape(shape: str) -> None:
    """Lesson: A was read in fewer shapes than B, C and D, and so the instrument made a position bias."""
    found = {letter: ruled("choice", shape.replace("@", letter)) for letter in "ABCD"}
    assert {letter: (one.label, one.reason) for letter, one in found.items()} == {x: (x, "") for x in "ABCD"}


@pytest.mark.parametrize(("letter", "forms"), CIRCLED.items())
def test_letters_in_a_circle_or_a_square_are_letters(letter: str, forms: str) -> None:
    assert {ruled("choice", form).label for form in forms.split()} == {letter}


@pytest.mark.parametrize(
    "reply",
    [
        "A city by the river.",
        "A good map would help.",
        "It is a city.",
        "The answer is A famous place.",
        "I need a hint.",
        "A mill stands there.",
    ],
)
def test_an_article_is_no_letter(reply: str) -> None:
    assert ruled("choice", reply).outcome == Outcome.UNPARSED


@pytest.mark.parametrize(
    ("kind", "reply", "label"),
    [
        ("true_false", "The statement is False... no wait, it's True.", "true"),
        ("yes_no", "No. Sorry, I misread it: the answer is yes.", "yes"),
        ("choice", "I considered (A), but it is incorrect. Final answer: B.", "B"),
        ("choice", "The answer is C. Wait, no, it's B.", "B"),
        ("choice", "Answer: C... no wait, it's A", "A"),
        ("claim", "Supported... no wait, it is refuted.", "refuted"),
        ("open", "Lyon. Sorry, my mistake. It is Paris.", "right"),
        ("amount", "800 km. Sorry, it is 1234.5 km.", "right"),
        ("date", "4 April 1999... no wait, it is 28 March 1999.", "right"),
    ],
)
def test_a_correction_still_counts(kind: str, reply: str, label: str) -> None:
    assert ruled(kind, reply).label == label


@pytest.mark.parametrize(
    ("kind", "reply", "label"),
    [
        ("choice", "A) Paris is what comes to mind first. The text says more.\n\nFinal answer: B", "B"),
        ("yes_no", "Yes, one is tempted to say. The debts are large. So the answer is no.", "no"),
        ("true_false", "True at first sight. The date is off. Therefore, the statement is false.", "false"),
        ("claim", "Supported by the first line. The second takes it back. Final verdict: refuted", "refuted"),
        ("open", "Lyon comes to mind. Final answer: Paris.", "right"),
        ("amount", "800 km.\n\nThat was the old road. Final answer: 1,234.5 km", "right"),
    ],
)
def test_a_final_mark_outranks_what_opens(kind: str, reply: str, label: str) -> None:
    assert ruled(kind, reply).label == label


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [(kind, one, two) for kind in KINDS for one, two in product([v[0] for v in KINDS[kind].verdicts], repeat=2)],
)
def test_two_verdicts_offered_together_are_none(kind: str, one: str, two: str) -> None:
    if told(ruled(kind, one)) != told(ruled(kind, two)):
        found = ruled(kind, f"{one} or {two}")
        assert found.score != 1.0, found
