"""Thoughts are split off once, in `Reply`: whatever form they have, and whatever is only said about such forms."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs import in_step
from trustgen.core import Reply, Usage
from trustgen.core.thoughts import split

THOUGHT = "Okay, the user asks for a capital. Is it Lyon? Let me check. It should be Paris.\n\nAnswer: Lyon? No."
NAMES = [
    "think",
    "thinking",
    "thought",
    "thoughts",
    "reasoning",
    "seed:think",
    "scratchpad",
    "inner_monologue",
    "Think",
]
BLOCKS = [
    *(f"<{name}>{THOUGHT}</{name}>" for name in NAMES),
    *(f"<{name}>\n{THOUGHT}\n</{name}>\n\n" for name in ("think", "analysis", "reflection", "rationale")),
    f"[THINK]{THOUGHT}[/THINK]",
    f"\u25c1think\u25b7{THOUGHT}\u25c1/think\u25b7",
    f"<|begin_of_thought|>{THOUGHT}<|end_of_thought|>\n\n<|begin_of_solution|>",
    f"<|START_THINKING|>{THOUGHT}<|END_THINKING|><|START_RESPONSE|>",
    f'<think time="3.1s">{THOUGHT}</think>',
    f'<details type="reasoning" done="true">\n<summary>Thought for 3 seconds</summary>\n> {THOUGHT}\n</details>\n',
    f"<unused94>thought\n{THOUGHT}<unused95>",
    f"<|channel>thought\n{THOUGHT}<channel|>",
    f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>",
    f"analysis{THOUGHT}assistantfinal",
    f"Here is my thought process:\n{THOUGHT}\nHere is my response:\n",
    f"{THOUGHT}\n</think>\n\n",
    f"{THOUGHT}</think>",
    f"<|im_start|>assistant\n<think>{THOUGHT}</think>\n",
    f"<think>\nWhat if <think>{THOUGHT}</think> nested?\n</think>\n",
    f"<think>{THOUGHT}</thinking>",
    f"<think>I may use the <think> tag. {THOUGHT}</think>",
    f"<think>One.</think>\n<think>{THOUGHT}</think>\n",
    f"<think>They ask me to close with `</think>`. {THOUGHT}</think>\n",
    f"<think>```python\nprint('never closed')\n{THOUGHT}\n</think>\n",
    "<think>\n\n</think>\n\n",
    f"< think >{THOUGHT}</ think>\n",
    f"&lt;think&gt;{THOUGHT}&lt;/think&gt;\n",
    f"<start_working_out>{THOUGHT}<end_working_out>",
    f"<\u601d\u8003>{THOUGHT}</\u601d\u8003>\n",
    f"Thinking...\n{THOUGHT}\n...done thinking.\n\n",
    f"**Thinking\u2026**\n\n> {THOUGHT.splitlines()[0]}\n> Paris.\n\n",
    f"> Thinking: {THOUGHT.splitlines()[0]}\n\n",
    f"<details>\n<summary>Thought for 4 seconds</summary>\n{THOUGHT}\n</details>\n",
    f"<think>{THOUGHT} <details>What unfolds</details> closes no thought.</think>\n",
]
ANSWERS = ["Paris", "B", "**Answer:** (B)", "No, I can't help with that.", "```python\nx = [1]\n```", '{"answer": "B"}']
PLAIN = [
    "**B**\n\n<details>\n<summary>Explanation</summary>\nA is wrong.\n</details>",
    "Write &lt;think&gt; before and &lt;/think&gt; after the reasoning.",
    "Thinking, Fast and Slow is a book.",
    "Thinking...\n\nIt is Paris.",
    "> To be, or not to be\n\nThis is from Hamlet.",
    "Some models write <think/> to skip it.",
    "The tag <think> opens a thought, and </think> closes it.",
    "<think> is the tag with which reasoning models begin.",
    "DeepSeek writes <think> before it reasons.",
    "Write `<think>` first and `</think>` last.",
    'You asked: "What does <think>…</think> do?" It marks thoughts.',
    "```\n<think>\nplan\n</think>\n```\nThis is the template.",
    "<analysis>The income is stable.</analysis>",
    "analysis of the poem: it rhymes.",
    "Analysis shows that B is right.",
    "I think so. [1] See <a href='x'>here</a>.",
    "1 < 2, and [x] marks the spot.",
    "",
]


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_thought_in_front_is_kept_apart(block: str, answer: str) -> None:
    reply = Reply(block + answer)
    assert reply.text == answer
    assert reply.thoughts
    assert "Lyon" not in reply.text
    assert msgspec.json.decode(msgspec.json.encode(reply), type=Reply) == reply  # stored and read again: split once


@pytest.mark.parametrize("block", BLOCKS[:4])
def test_a_thought_in_the_middle_or_behind_is_kept_apart(block: str) -> None:
    assert Reply(f"Paris.\n{block}\nIt lies on the Seine.").text.split() == [
        "Paris.",
        "It",
        "lies",
        "on",
        "the",
        "Seine.",
    ]
    assert Reply(f"Paris{block}").text == "Paris"


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_speaks_of_tags_stays_as_it_is(text: str) -> None:
    assert split(text) == (text, "", False)
    assert Reply(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        f"<think>{THOUGHT}",
        f"<think>\n{THOUGHT} <reflection>Or is it?</reflection> Well",
        f"[THINK]{THOUGHT}",
        f"<|channel|>analysis<|message|>{THOUGHT}",
        "analysisThe user asks for a capital. Paris",
        f"<|START_THINKING|>{THOUGHT}",
        f"Here's my thought process: {THOUGHT}",
    ],
)
def test_an_unfinished_thought_is_no_answer(text: str) -> None:
    reply = Reply(text, finish="length", usage=Usage(9, 64))
    assert reply.text == ""
    assert reply.usage.thinking == 64
    assert reply.silence == "cut after 64 tokens, in thought"


def test_an_answer_may_speak_of_the_tags_that_its_thought_speaks_of() -> None:
    said = "Write `<think>` first and `</think>` last."
    assert Reply(f"<think>The question is about `<think>`.</think>\n{said}").text == said
    assert Reply(f"<think>{THOUGHT}</think>\n```\n<think>x</think>\n```").text == "```\n<think>x</think>\n```"


def test_why_nothing_was_said() -> None:
    assert Reply("Paris").silence == ""
    assert Reply(" … ").silence == "empty reply"
    assert Reply("", finish="length", usage=Usage(9, 16)).silence == "cut after 16 tokens, before an answer"
    assert Reply("", finish="length", usage=Usage(9, 16, 16)).silence == "cut after 16 tokens, in thought"
    assert Reply("<think>Hm.</think>").silence == "thought, and gave no answer"


def test_thoughts_that_a_server_parsed_are_not_split_again() -> None:
    reply = Reply("Close it with:\n</think>\nDone.", thoughts="They ask for the tag.")
    assert reply.text == "Close it with:\n</think>\nDone."


def test_thinking_tokens_are_shared_out_by_length() -> None:
    assert Reply("<think>" + "a" * 100 + "</think>" + "b" * 50, usage=Usage(1, 150)).usage.thinking == 100
    assert Reply("<think>a</think>b", usage=Usage(1, 150, 7)).usage.thinking == 7


@given(st.text(alphabet="<>/|[]`\"' \n\u25c1\u25b7.abthinkB", max_size=80))
def test_any_text_is_split_into_an_answer_that_it_holds(text: str) -> None:
    answer, thoughts, unfinished = split(text)
    assert all(line in text for line in answer.split("\n"))
    assert bool(thoughts) or (answer == text and not unfinished)
    assert not (unfinished and answer)


@pytest.mark.parametrize(
    "unit",
    [
        "<think>",
        "</think>",
        "x <think> y ",
        "```\n<think>\n",
        "assistantcommentary",
        '"<think>',
        "<|channel|>final<|message|>",
        "<think x",
        "[[",
    ],
)
def test_time_grows_with_the_length_and_no_faster(unit: str) -> None:
    assert in_step(split, "analysis" + unit * (200_000 // len(unit)))
