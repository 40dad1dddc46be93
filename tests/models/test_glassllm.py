"""The floor: real weights of a base model that never stops, in process."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil

import pytest

from trustgen.core import (
    Image,
    InputError,
    MissingExtra,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Sampling,
    Transient,
    assistant,
    system,
    user,
)
from trustgen.models import glassllm, open_model


def ask(*turns, timeout: float = 120.0, **sampling) -> Reply:
    """One reply to a conversation."""
    model = open_model("glassllm", ModelOptions(timeout=timeout))

    async def one() -> Reply:
        await model.check()
        try:
            return await model.ask(Request(turns, Sampling(**{"max_tokens": 12, **sampling})))
        finally:
            await model.close()

    return asyncio.run(one())


def test_it_goes_on_until_it_is_cut_off() -> None:
    reply = ask(user("What is the capital of France?"))
    assert reply.finish == "length"
    assert reply.usage.completion == 12
    assert reply.text.strip()
    assert reply.seconds > 0


def test_the_same_conversation_gets_the_same_reply() -> None:
    assert ask(user("Alice was")).text == ask(user("Alice was")).text
    warm = [ask(user("Alice was"), temperature=1.0, seed=seed).text for seed in (1, 1, 2)]
    assert warm[0] == warm[1] != warm[2]


def test_every_turn_is_read_and_no_template_stands_between() -> None:
    whole = ask(system("Alice"), user("was"), assistant("beginning"), user("to"))
    assert whole.text == ask(user("Alice\n\nwas\n\nbeginning\n\nto")).text
    assert whole.text != ask(user("to")).text


def test_a_long_conversation_is_read_at_its_end() -> None:
    long, short = (ask(user("sea " * times + "The Queen said")) for times in (50_000, 400))
    assert long.usage.prompt == short.usage.prompt == 128
    assert long.text == short.text


def test_nothing_to_go_on_from_is_no_crash() -> None:
    assert ask(user("")).finish == "length"
    assert ask().finish == "length"
    assert ask(user("\x00猫\u202e")).finish == "length"


def test_a_stop_word_ends_it_and_is_cut_off() -> None:
    whole = ask(user("Alice was"), max_tokens=40).text
    word = whole.split()[4]
    reply = ask(user("Alice was"), max_tokens=40, stop=(word, "never said"))
    assert reply.finish == "stop"
    assert reply.text == whole[: whole.index(word)]


@pytest.mark.parametrize(
    ("turn", "sampling", "why"),
    [
        (user("Look", Image("0" * 64, "image/png")), {}, "no images"),
        (user("Say"), {"schema": {"type": "object"}}, "no JSON schema"),
        (user("Say"), {"top_p": 0.5}, "no top_p"),
    ],
)
def test_what_it_cannot_do_is_said_and_not_asked_again(turn, sampling, why: str) -> None:
    with pytest.raises(Permanent, match=why):
        ask(turn, **sampling)


def test_a_call_over_its_time_is_given_up() -> None:
    with pytest.raises(Transient, match="no answer within"):
        ask(user("Say"), timeout=1e-6)


def test_uri_and_package_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="write `glassllm`"):
        open_model("glassllm/pt")
    find = importlib.util.find_spec
    monkeypatch.setattr(glassllm, "find_spec", lambda name: None if name == "glassllm" else find(name))
    with pytest.raises(MissingExtra, match=r"pip install 'trustgen\[floor\]'"):
        open_model("glassllm")


def test_altered_weights_are_refused(tmp_path) -> None:
    folder = glassllm.weights()
    glassllm.verify(folder)
    for name in glassllm.SHA256:
        shutil.copy(folder / name, tmp_path / name)
    glassllm.verify(tmp_path)
    with (tmp_path / "en.npz").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(InputError, match=r"en\.npz.*--force-reinstall"):
        glassllm.verify(tmp_path)
    (tmp_path / "en.npz").unlink()
    with pytest.raises(InputError, match=r"missing"):
        glassllm.verify(tmp_path)
