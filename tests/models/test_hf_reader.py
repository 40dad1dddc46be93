"""What a template takes is found by having it write; pictures keep their places, and tokens become words and pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trustgen.core import TALK, Image, InputError, Level, Permanent, Turn, assistant, system, tool, user
from trustgen.core.records import Text
from trustgen.models.hf_reader import Reader

Write = Callable[[list[dict[str, Any]], dict[str, Any]], str]


class Tokens:
    """A tokenizer as seen from outside: a byte is a token, `<s>` is 256 and special, what is behind it is `<|end|>`."""

    bos_token = "<s>"

    def __init__(self, write: Write | None = None) -> None:
        self.chat_template = "there is one" if write else None
        self.write, self.read = write, list[tuple[str, dict[str, Any]]]()

    def apply_chat_template(
        self, messages: list[dict[str, Any]], *, tokenize: bool, add_generation_prompt: bool, **told: Any
    ) -> str:
        assert (tokenize, add_generation_prompt) == (False, True)
        assert self.write is not None
        return self.write(messages, told)

    def __call__(self, text: str, **told: Any) -> dict[str, Any]:
        self.read.append((text, told))
        return {"input_ids": text}

    def decode(self, ids: list[int], *, clean_up_tokenization_spaces: bool, skip_special_tokens: bool = False) -> str:
        assert not clean_up_tokenization_spaces
        found = b"".join(
            b"" if skip_special_tokens and one > 255 else [b"<s>", b"<think>", b"</think>"][one - 256]
            if one > 255 else bytes([one])
            for one in ids
        )  # fmt: skip
        return found.decode("utf-8", "replace")


class Both:
    """A processor of words and pictures."""

    image_token, image_processor = "<image>", "there is one"

    def __init__(self, write: Write | None = None, within: Write | None = None) -> None:
        self.tokenizer, self.chat_template = Tokens(within), "there is one" if write else None
        self.write, self.read = write, list[tuple[str, Any, dict[str, Any]]]()

    apply_chat_template = Tokens.apply_chat_template

    def __call__(self, text: str, images: Any, **told: Any) -> dict[str, Any]:
        self.read.append((text, images, told))
        if images == [["broken"]]:
            raise ValueError("cannot  see\nthat")
        return {"input_ids": text}


def whole(messages: list[dict[str, Any]], _: Any) -> str:
    """Writes words."""
    return "<s>" + "".join(f"[{one['role']}]{one['content']}" for one in messages)


def parts(messages: list[dict[str, Any]], _: Any) -> str:
    """Writes parts."""
    told = ("".join(p.get("text", "<image>") for p in one["content"]) for one in messages)
    return "".join(f"[{one['role']}]{text}" for one, text in zip(messages, told, strict=True))


def modest(messages: list[dict[str, Any]], _: Any) -> str:
    """Knows no system message."""
    if messages[0]["role"] == "system":
        raise ValueError("System role not supported")
    return whole(messages, _)


def forgetful(messages: list[dict[str, Any]], _: Any) -> str:
    """Writes the last message alone."""
    return whole(messages[-1:], _)


SYSTEM, TURNS = frozenset({Level.SYSTEM}), frozenset({Level.TURNS})
SHOWN = Image("a" * 64)


@pytest.mark.parametrize(
    ("made", "without"),
    [
        (Tokens(whole), frozenset()),
        (Tokens(parts), frozenset()),
        (Tokens(modest), SYSTEM),
        (Tokens(forgetful), TURNS | SYSTEM),
        (Tokens(), TALK),
        (Both(parts), frozenset()),
        (Both(None, whole), frozenset()),
        (Both(), TALK),
    ],
)
def test_it_offers_what_its_template_writes(made: Any, without: frozenset[Level]) -> None:
    assert Reader(made, pictures=True).without == without


def test_a_template_that_writes_nothing_is_said() -> None:
    with pytest.raises(InputError, match="does not write what a user says"):
        Reader(Tokens(lambda *_: "[user]"), pictures=False)
    with pytest.raises(InputError, match="does not write what a user says"):
        Reader(Tokens(lambda messages, _: messages[0]["text"]), pictures=False)


@pytest.mark.parametrize(
    ("made", "pictures", "sees"),
    [
        (Both(parts), True, True),
        (Both(None, whole), True, True),
        (Both(), True, True),
        (Both(parts), False, False),
        (Both(lambda messages, _: parts(messages, _).replace("<image>", "")), True, False),
        (Tokens(whole), True, False),
    ],
)
def test_it_sees_where_a_picture_leaves_a_trace(made: Any, pictures: bool, sees: bool) -> None:
    assert Reader(made, pictures).sees == sees


@pytest.mark.parametrize("made", [Both(parts), Both(None, whole), Both(whole), Both()])
def test_a_picture_stands_where_it_stood_in_the_message(made: Both) -> None:
    turn = Turn("user", (Text("Is "), SHOWN, Text(" like "), SHOWN, Text("?")))
    reader = Reader(made, pictures=True)
    reader.inputs((turn,), ("first", "second"), {})
    ((text, images, told),) = made.read
    assert text.removeprefix("<s>").removeprefix("[user]") == "Is <image> like <image>?"
    assert images == [["first", "second"]]
    assert told == {"return_tensors": "pt"} | ({"add_special_tokens": False} if text.startswith("<s>") else {})
    made.read.clear()
    reader.inputs((user("Hello"),), (), {})
    assert made.read[0][1] is None


def test_the_beginning_is_written_once() -> None:
    for made, began in ((Tokens(whole), True), (Tokens(parts), True), (Tokens(), False)):
        Reader(made, pictures=False).inputs((user("Hello"),), (), {})
        assert made.read[0][1].get("add_special_tokens", True) is not began


def test_a_conversation_goes_by_the_template() -> None:
    made = Tokens(whole)
    reader = Reader(made, pictures=False)
    reader.inputs((system("Be kind."), user("Hello"), assistant("Hi"), tool("42")), (), {})
    assert made.read[0][0] == "<s>[system]Be kind.[user]Hello[assistant]Hi[user]42"
    told: list[Any] = []
    made.write = lambda messages, more: str(told.append(more))
    reader.inputs((user("Hello"),), (), {"enable_thinking": False})
    assert told == [{"enable_thinking": False}]


def test_what_it_has_no_place_for_is_permanent() -> None:
    for made, turns, pictures, said in (
        (Tokens(), (user("a"), assistant("b"), user("c")), (), "it takes one message"),
        (Tokens(modest), (system("a"), user("b")), (), "ValueError: System role not supported"),
        (Both(parts), (user("a", SHOWN),), ("broken",), "by its processor: ValueError: cannot see that"),
    ):
        with pytest.raises(Permanent, match=said):
            Reader(made, pictures=True).inputs(turns, pictures, {})


def test_special_tokens_are_no_words_unless_they_mark_a_thought() -> None:
    reader = Reader(Tokens(), pictures=False)
    assert reader.words([256, *b"Paris"]) == "Paris"
    assert reader.words([257, *b"Hm.", 258, *b"Paris"]) == "<think>Hm.</think>Paris"


def test_pieces_come_to_the_text_and_a_character_belongs_to_what_completes_it() -> None:
    reader = Reader(Tokens(), pictures=False)
    ids = list("Zoë, naïve: 中文 yes".encode())
    said = [reader.pieces(ids[:at], [ids[at], ord("!")]) for at in range(len(ids))]
    assert "".join(own for own, _ in said).replace("\ufffd", "") == "Zoë, naïve: 中文 yes"
    assert {other for _, other in said if "\ufffd" not in other} == {"!"}
    assert reader.pieces(list(b"\xff\xff"), [ord("a")]) == ["a"], "what never becomes a character is not said again"
