"""Models that misbehave, behind a server that speaks OpenAI's API: what a base model or a broken one is like to a user.

    with BadServer() as server:
        evaluate(edition, [server.uri("echo"), server.uri("flood")], folder)

The model's name says what it does (`FORMS`). `no_template` is a server whose model has no chat template: it answers
HTTP 400, as vLLM and llama.cpp do.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trustgen.core import Case
from trustgen.testing.server import MockServer, completion, error

LONG = 200_000  # characters of a flood
NO_TEMPLATE = (
    "As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template if the "
    "tokenizer does not define one."
)
Messages = list[dict[str, Any]]
Form = Callable[[Messages], str]


def _repeated(text: str, most: int) -> str:
    return (text * (most // len(text) + 1))[:most]


def _cut(text: str) -> str:
    """A text that breaks off in its last sentence; of a text of a few words all is left."""
    words = text.split()
    return " ".join(words[:-2]).rstrip(".?!:,\"')") if len(words) > 12 else text


def _whole(messages: Messages) -> str:
    """The conversation as a raw completion server has it."""
    return "".join(f"{m['role'].capitalize()}: {m['content']}\n\n" for m in messages)


TURNS = (
    "\n\nUser: And what is the weather like where you live?\nAssistant: It is fine, and rather warm for the season.\n\n"
    "Question: Who wrote that down?\nAnswer: My neighbour did, on the back of an envelope.\n\n"
)
CONTROLS = (
    "\x00\x1b[2J\x1b]0;owned\x07B\x08\x08\x08A \u202edeifitnedi\u202c \u2066yes\u2069 \r\x9b31m no\x7f "
    "\ud83d half \udc00 pair \u2028 <script>alert(1)</script> \x1b[8mhidden\x1b[0m \ufeff\u200b"
)
FORMS: dict[str, Form] = {
    "echo": lambda m: str(m[-1]["content"]),
    "echo_cut": lambda m: _cut(str(m[-1]["content"])),
    "echo_again": lambda m: _repeated(f"{m[-1]['content']}\n", 5 * len(m[-1]["content"]) // 2),
    "echo_all": _whole,
    "base": lambda m: _repeated(TURNS, 3000),
    "loop": lambda m: _repeated("The kettle stood on the stove. ", 4000),
    "french": lambda m: "Je ne vois pas bien, mais la réponse est là, dans le texte que vous avez sous les yeux.",
    "german": lambda m: "Das ist eine gute Frage, und die Antwort darauf steht schon lange in der Zeitung.",
    "chinese": lambda m: "这是一个很好的问题。请看下面的说明，里面都写清楚了。",
    "arabic": lambda m: "هذا سؤال جيد، والجواب عنه معروف عند الجميع هنا.",
    "controls": lambda m: CONTROLS,
    "controls_long": lambda m: _repeated(CONTROLS, 6000),
    "flood": lambda m: _repeated("kettle ", LONG),
    "flood_lines": lambda m: _repeated("kettle\nstove\n", LONG),
}
ECHOES = ("echo", "echo_cut", "echo_again", "echo_all")
TONGUES = ("french", "german", "chinese", "arabic")
NEVER_ENDS = frozenset(FORMS) - {"echo", *TONGUES}  # finish reason "length"


@dataclass
class BadServer(MockServer):
    """The server, in a thread of its own."""

    def __enter__(self) -> BadServer:
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set_result, None)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        async with self:
            self._ready.set()
            await self._done

    def uri(self, form: str) -> str:
        """The model of this form."""
        return f"openai-api:{form}@{self.url}"

    def answered(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer to one request."""
        form = asked["model"]
        if form == "no_template":
            return 400, error(NO_TEMPLATE, type="BadRequestError", code=400)
        return 200, completion(FORMS[form](asked["messages"]), "length" if form in NEVER_ENDS else "stop")

    async def _answer(self, writer: asyncio.StreamWriter, name: str, prompt: str, request: dict[str, Any]) -> bool:
        if not self.seen:  # the list of models
            return await super()._answer(writer, name, prompt, request)
        status, body = self.answered(self.seen.pop())
        content = json.dumps(body).encode()  # halves of surrogate pairs go out as escapes, as servers send them
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
        return True


# ── an answer, and then turns that nobody asked for ────────────────────────────────────────────────────────────────

GOES_ON: dict[str, Callable[[str, str, str, str], str]] = {
    "user": lambda own, other, asked, again: f"{own}\n\nUser: {asked}\nAssistant: {other}",
    "question": lambda own, other, asked, again: f"{own}\n\nQuestion 2: {asked}\nAnswer: {other}\n\nQuestion 3:",
    "bold": lambda own, other, asked, again: f"{own}\n\n**Human:** {asked}\n\n**Assistant:** {other}",
    "heading": lambda own, other, asked, again: f"{own}\n\n### Instruction:\n{asked}\n\n### Response:\n{other}",
    "chatml": lambda own, other, asked, again: (
        f"{own}<|im_end|>\n<|im_start|>user\n{asked}<|im_end|>\n<|im_start|>assistant\n{other}<|im_end|>"
    ),
    "llama": lambda own, other, asked, again: f"{own} </s><s>[INST] {asked} [/INST] {other} </s>",
    "stripped": lambda own, other, asked, again: f"{own}\nuser\n{asked}\nassistant\n{other}",
    "same": lambda own, other, asked, again: f"{own}\n\n{again}\n{other}",
}
"""How a base model goes on after its answer: with another prompt of the same task, or with the same one once more."""


def going_on(how: str, case: Case, other: Case, first: str, then: str) -> str:
    """A reply that answers a case and then, in a turn of its own making, another one."""
    return GOES_ON[how](first, then, other.turns[-1].text, case.turns[-1].text)


# ── long replies of nasty shapes ───────────────────────────────────────────────────────────────────────────────────

_PIECES = {
    "digits": "1234567890", "one by one": "1 ", "thousands": "123,", "points": "1.", "spans": "12-", "quotes": '"a" ',
    "open quotes": '"a b ', "apostrophes": "'a ", "curly": "\u201ca ", "brackets": "()a", "objects": '{"verdict": "',
    "tags": "<div ", "not": "not ", "is not": "is not a ", "capitals": "Abc ", "lines": "Abc\n", "letters": "A B C D ",
    "listed": "A) B) ", "answers": "The answer is B. ", "fences": "```\n", "defs": "def f(x):\n", "ifs": "if x:\n ",
    "java": "class A { void f() { ", "sentences": "a. ", "commas": "a, ", "colons": "a: ", "mail": "a@b.", "at": " at ",
    "dot": "a at b dot ", "url": "http://", "hex": "0f:", "base64": "QUJD", "ip": "1.2.3.", "spoken": "double four ",
    "hundreds": "hundred thousand ", "months": "may ", "born": "born ", "items": "- a\n", "numbers": "1. a\n",
    "cannot": "I cannot ", "as an ai": "as an ai ", "capital is": "the capital of X is ", "yes no": "yes no ",
    "dear": "Dear \n", "questions": "Question: what:\n", "roles": "User: a\nAssistant: b\n", "minus": "-~",
    "dots": "x.", "arabic": "\u0627\u0644 ", "chinese": "\u7b54", "spread": "\ufdfa", "emoji": "\U0001f600",
    "bidi": "\u202ea", "escapes": "\x1b[2Ja", "crlf": "a\r\n", "supported": "supported or ", "does not": "does not ",
    "i have": "i have ",
}  # fmt: skip
_RUNS = {
    "blanks": " ", "tabs": "\t", "empty lines": "\n", "ones": "1", "quote marks": '"', "open": "(", "square": "[",
    "braces": "{", "ticks": "`", "tildes": "~", "stars": "*", "hashes": "#", "dashes": "-", "full stops": ".",
    "one word": "a", "shouted": "A", "nul": "\x00", "accents": "\u0301", "hidden": "\u200b", "marks": "!", "under": "_",
}  # fmt: skip
SHAPES = {name: _repeated(piece, LONG) for name, piece in _PIECES.items()} | {
    name: f"a{sign * LONG}b" for name, sign in _RUNS.items()
}
WORST = ("blanks", "empty lines", "open", "square", "ticks", "one by one", "spread", "questions", "objects", "not")
"""The shapes that have caught a rule, or come nearest to it: these run by default, all of them in the full proof."""
