"""`hf/FOLDER`: a model from disk says the same for the same seed, by its own template, and runs nobody's code.

Where torch and transformers are installed models of random weights are built, saved and asked for real, and held
against what transformers itself says; what is ours alone (settings, refusals, how a reply ends) is held without them.
"""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_models
from pictures import png
from trustgen.core import (
    TALK,
    Image,
    InputError,
    Level,
    MissingExtra,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Sampling,
    Transient,
    Turn,
    picture,
    user,
)
from trustgen.core.records import Text
from trustgen.models import hf, open_model
from trustgen.models.hf_reader import Reader


def folder(home: Path, **files: Any) -> Path:
    """A folder that says that it is a model's, and nothing else."""
    home.mkdir(exist_ok=True)
    for name, told in ({"config": {"model_type": "llama"}} | files).items():
        (home / f"{name}.json").write_text(told if isinstance(told, str) else json.dumps(told))
    return home


# ── without its packages ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("/nowhere", "is no folder of a language model"),
        ("", "is no folder of a language model"),
        ("{p}?device=tpu", "was given `device=tpu`: it takes device (cpu, cuda, cuda:1 …, mps)"),
        ("{p}?dtype=int4", "was given `dtype=int4`"),
        ("{p}?top_k=4", "was given `top_k=4`"),
        ("{p}?dtype=float32&dtype=float32", "each once"),
        ("{p}?device", "is not NAME=VALUE"),
        ("{p}#00000000", "holds another model than it did"),
    ],
)
def test_what_cannot_be_is_one_line(rest: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        open_model(f"hf/{rest.format(p=folder(tmp_path / 'm'))}")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"config": {"auto_map": {"AutoModelForCausalLM": "modeling_mine.Mine"}}}, "`auto_map`"),
        ({"tokenizer_config": {"auto_map": {"AutoTokenizer": ["tokenization_mine.Mine", None]}}}, "`auto_map`"),
        ({"processor_config": {"image_processor": {"auto_map": {"AutoImageProcessor": "mine.Mine"}}}}, "`auto_map`"),
        ({"config": {"text_config": {"attn_implementation": "somebody/kernels"}}}, "code of a hub"),
        ({"config": {"_attn_implementation": {"": "somebody/kernels"}}}, "code of a hub"),
        ({"adapter_config": {"base_model_name_or_path": "/elsewhere"}}, "holds an adapter"),
        ({"generation_config": "{"}, "cannot be read as JSON"),
    ],
)
def test_a_folder_that_wants_code_of_others_run_is_refused(files: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        open_model(f"hf/{folder(tmp_path / 'm', **files)}")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_without_its_packages_the_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"pip install torch.* 'transformers>=5'"):
        open_model(f"hf/{folder(tmp_path / 'm')}")


def said(text: str, *, timeout: float = 60, **sampling: Any) -> Reply:
    """What becomes of a model that wants to say `text`."""
    made = hf.Said(Sampling(**sampling), Reader(tiny_models.Bytes(), pictures=False), {0}, timeout)
    for byte in text.encode():
        scores = np.full((1, 128), -1.0)
        scores[0, byte] = 5.0
        left = made(None, tiny_models.Scores(scores)).held
        assert (int(left.argmax()), int(np.isfinite(left).sum())) == (byte, 1), "the model goes on with what was chosen"
        if made.ended() or byte == 0:
            break
    return made.reply(7, 0.5)


def test_a_reply_ends_where_it_says_so_or_is_cut() -> None:
    reply = said("Paris\0 and more")
    assert (reply.text, reply.finish, reply.usage.prompt, reply.usage.completion) == ("Paris", "stop", 7, 6)
    reply = said("Paris")
    assert (reply.text, reply.finish, reply.logprobs) == ("Paris", "length", ())
    reply = said("Paris. Or Rome? Or", stop=("Or", "? "), logprobs=2)
    assert (reply.text, reply.finish, reply.usage.completion) == ("Paris. ", "stop", 9)
    assert "".join(one.token for one in reply.logprobs) == "Paris. "


def test_probabilities_come_with_the_alternatives_and_none_of_the_end() -> None:
    reply = said("ab\0", logprobs=3)
    assert [one.token for one in reply.logprobs] == ["a", "b"]
    rest = 127 * np.exp(-6.0)
    for one in reply.logprobs:
        assert one.logprob == pytest.approx(-np.log(1 + rest))
        assert next(iter(one.top)) == one.token
        assert len(one.top) == 3
        assert list(one.top.values())[1:] == pytest.approx([-6 - np.log(1 + rest)] * 2)


def test_over_the_time_it_says_so() -> None:
    with pytest.raises(Transient, match="no answer within 0 s"):
        said("Paris", timeout=0)


# ── with them ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model of words and one that reads pictures."""
    pytest.importorskip("torch", reason=tiny_models.LACKING)
    pytest.importorskip("transformers", reason=tiny_models.LACKING)
    home = tmp_path_factory.mktemp("models")
    return {"words": tiny_models.words(home / "words"), "sees": tiny_models.sees(home / "sees")}


def asked(uri: str, *turns: Turn, shown: tuple[bytes, ...] = (), **sampling: Any) -> Reply:
    held = {picture(body).sha256: body for body in shown}
    request = Request(turns or (user("Hello"),), Sampling(**{"max_tokens": 12, **sampling}), asset=held.__getitem__)

    async def main() -> Reply:
        model = open_model(uri)
        try:
            return await model.ask(request)
        finally:
            await model.close()

    return asyncio.run(main())


def test_it_says_what_transformers_says_and_as_probably(homes: dict[str, Path]) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    where = str(homes["words"])
    model, reads = AutoModelForCausalLM.from_pretrained(where), AutoTokenizer.from_pretrained(where)
    told = reads.apply_chat_template([{"role": "user", "content": "Hello"}], add_generation_prompt=True, tokenize=False)
    assert told == "<s>[user] Hello<|end|>[assistant] "
    ids = reads(told, add_special_tokens=False, return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        whole = model.generate(ids, max_new_tokens=12, do_sample=False)
        due = torch.log_softmax(model(whole).logits[0].double(), -1)
    reply = asked(f"hf/{where}", logprobs=4)
    new = whole[0, ids.shape[1] :]
    assert reply.text == reads.decode(new, skip_special_tokens=True)
    assert (reply.usage.prompt, reply.usage.completion, reply.finish) == (ids.shape[1], 12, "length")
    own = [float(due[ids.shape[1] - 1 + at, token]) for at, token in enumerate(new)]
    assert [one.logprob for one in reply.logprobs] == pytest.approx(own, abs=1e-4)
    best = [due[ids.shape[1] - 1 + at].topk(4).values.tolist() for at in range(12)]
    for one, values in zip(reply.logprobs, best, strict=True):
        assert list(one.top.values()) == pytest.approx(values[: len(one.top)], abs=1e-4) or len(one.top) < 4


@pytest.mark.parametrize("kind", ["words", "sees"])
def test_its_seed_decides_the_sample_and_nothing_at_temperature_0(homes: dict[str, Path], kind: str) -> None:
    uri = f"hf/{homes[kind]}"
    cold = [asked(uri, seed=seed).text for seed in (1, 2)]
    warm = [asked(uri, seed=seed, temperature=1.0).text for seed in (1, 1, 2)]
    assert cold[0] == cold[1]
    assert warm[0] == warm[1] != warm[2]
    assert cold[0] not in warm
    assert asked(uri, seed=1, temperature=1.0, top_p=1e-9).text == cold[0]


def test_a_picture_changes_the_logits_and_so_does_its_place(homes: dict[str, Path]) -> None:
    uri, red, blue = f"hf/{homes['sees']}", png("red"), png("blue")
    one, other = picture(red), picture(blue)

    def first(*parts: Any) -> dict[str, float]:
        return asked(uri, Turn("user", parts), shown=(red, blue), logprobs=5, max_tokens=1).logprobs[0].top

    a, b = Text("What is "), Text("this?")
    seen = [first(a, b), first(a, one, b), first(a, other, b), first(one, a, b), first(one, other), first(other, one)]
    assert first(a, one, b) == seen[1]
    assert all(x != y for at, x in enumerate(seen) for y in seen[:at])


def test_pictures_are_shown_as_transformers_shows_them_and_in_their_order(homes: dict[str, Path]) -> None:
    import torch
    from PIL import Image as Pictures
    from transformers import AutoModelForImageTextToText, AutoProcessor

    where, bodies = str(homes["sees"]), (png("red"), png("blue"))
    model, reads = AutoModelForImageTextToText.from_pretrained(where), AutoProcessor.from_pretrained(where)
    told = "[user] What is <image> beside <image>?<|end|>[assistant] "
    pictures = [Pictures.open(io.BytesIO(body)) for body in bodies]
    with torch.inference_mode():
        due = torch.log_softmax(model(**reads(text=told, images=pictures, return_tensors="pt")).logits[0, -1], -1)
    one, other = map(picture, bodies)
    turn = Turn("user", (Text("What is "), one, Text(" beside "), other, Text("?")))
    reply = asked(f"hf/{where}", turn, shown=bodies, logprobs=5, max_tokens=1)
    assert reply.logprobs[0].logprob == pytest.approx(float(due.max()), abs=1e-4)


def test_levels_are_those_of_the_folder(homes: dict[str, Path], tmp_path: Path) -> None:
    words, sees = (open_model(f"hf/{homes[kind]}") for kind in ("words", "sees"))
    assert words.levels == {Level.GENERATE, Level.LOGPROBS}
    assert sees.levels == words.levels | {Level.IMAGE_IN}
    assert words.without == sees.without == frozenset()
    modest = tiny_models.WHOLE.replace(
        "%}[{{", "%}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}[{{"
    )
    assert open_model(f"hf/{tiny_models.words(tmp_path / 'modest', modest)}").without == {Level.SYSTEM}
    base = f"hf/{tiny_models.words(tmp_path / 'base', '')}"
    assert open_model(base).without == TALK
    assert asked(base).usage.prompt == len("Hello")
    shown = png("red")
    bare = f"hf/{tiny_models.sees(tmp_path / 'bare', '')}"
    assert asked(bare, user("Hello", picture(shown)), shown=(shown,)).usage.prompt == len("Hello") + 4
    with pytest.raises(Permanent, match="reads no pictures"):
        asked(base, user("What?", Image("a" * 64)))


def test_it_ends_where_the_folder_says_that_replies_end(homes: dict[str, Path], tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    there = shutil.copytree(homes["words"], tmp_path / "m")
    whole = asked(f"hf/{there}", logprobs=1)
    end = AutoTokenizer.from_pretrained(str(there)).encode(whole.logprobs[3].token, add_special_tokens=False)
    told = json.loads((there / "generation_config.json").read_text())
    told |= {"eos_token_id": [*end, 1], "do_sample": True, "top_k": 3, "repetition_penalty": 9.0, "temperature": 5.0}
    (there / "generation_config.json").write_text(json.dumps(told))
    cut = asked(f"hf/{there}", logprobs=1)
    at = next(at for at, one in enumerate(whole.logprobs) if one.token == whole.logprobs[3].token)
    assert cut.finish == "stop"
    assert cut.usage.completion == at + 1
    assert [one.logprob for one in cut.logprobs] == [one.logprob for one in whole.logprobs[:at]], (
        "its own settings are not"
    )


def test_a_conversation_that_is_too_long_is_said_and_a_reply_keeps_to_the_room(homes: dict[str, Path]) -> None:
    uri = f"hf/{homes['words']}"
    used = asked(uri, user("")).usage.prompt
    reply = asked(uri, user("a" * (250 - used)))
    assert (reply.usage.prompt, reply.usage.completion, reply.finish) == (250, 6, "length")
    with pytest.raises(Permanent, match="has 256 tokens, and the model reads 256"):
        asked(uri, user("a" * (256 - used)))


def test_what_there_is_no_word_for_is_said(homes: dict[str, Path]) -> None:
    uri = f"hf/{homes['words']}"
    with pytest.raises(Permanent, match="follows no JSON schema"):
        asked(uri, schema={"type": "object"})
    with pytest.raises(Permanent, match="has no field `top_k`"):
        asked(uri, extra={"top_k": 3})
    assert (
        asked(uri, extra={"chat_template_kwargs": {"bos_token": "[begin]"}}).usage.prompt == asked(uri).usage.prompt + 6
    )
    with pytest.raises(Permanent, match="variables of the chat template by name"):
        asked(uri, extra={"chat_template_kwargs": "no"})
    with pytest.raises(Permanent, match="does not take this conversation: TypeError"):
        asked(uri, extra={"chat_template_kwargs": {"tokenize": True}})
    broken = png("red")[:60]
    with pytest.raises(Permanent, match="a picture that is shown cannot be read: a broken PNG"):
        asked(f"hf/{homes['sees']}", user("What?", picture(broken)), shown=(broken,))


def test_over_the_time_a_real_one_says_so_too_and_answers_again(homes: dict[str, Path]) -> None:
    model = open_model(f"hf/{homes['words']}", ModelOptions(timeout=0))
    for _ in range(2):
        with pytest.raises(Transient, match="no answer within 0 s"):
            asyncio.run(model.ask(Request((user("Hello"),), Sampling())))


def test_nothing_is_asked_of_a_network(homes: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise AssertionError("somebody was called")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    shown = png("red")
    assert asked(f"hf/{homes['words']}").text
    assert asked(f"hf/{homes['sees']}", user("What?", picture(shown)), shown=(shown,)).text


def test_another_folder_is_another_model_and_defaults_go_unsaid(homes: dict[str, Path], tmp_path: Path) -> None:
    there = shutil.copytree(homes["words"], tmp_path / "m")
    first = open_model(f"hf/{there}").uri
    assert open_model(first).uri == open_model(f"hf/{there}?dtype=float32&device=cpu").uri == first
    half = f"hf/{there}?dtype=bfloat16"
    assert open_model(half).uri == f"{first}?dtype=bfloat16"
    assert asked(half, logprobs=1).logprobs[0].logprob != asked(first, logprobs=1).logprobs[0].logprob
    tiny_models.words(there, seed=1)
    assert open_model(f"hf/{there}").uri != first
    with pytest.raises(InputError, match="holds another model than it did"):
        open_model(first)


def test_weights_are_safetensors_and_all_there(homes: dict[str, Path], tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    there = shutil.copytree(homes["words"], tmp_path / "m")
    weights = load_file(there / "model.safetensors")
    lost = weights.pop("lm_head.weight")
    save_file(weights, there / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"lacks 1 of the model's weights, as `lm_head.weight`"):
        asyncio.run(open_model(f"hf/{there}").check())
    (there / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(InputError, match="holds no model that can be loaded"):
        asyncio.run(open_model(f"hf/{there}").check())
    (there / "model.safetensors").unlink()
    torch.save(weights | {"lm_head.weight": lost}, there / "pytorch_model.bin")
    with pytest.raises(InputError, match="holds no model that can be loaded"):
        asyncio.run(open_model(f"hf/{there}").check())


def test_a_device_that_is_not_there_is_named(homes: dict[str, Path]) -> None:
    import torch

    last = f"cuda:{torch.cuda.device_count()}"
    with pytest.raises(InputError, match=f"cannot be put on `{last}`"):
        asyncio.run(open_model(f"hf/{homes['words']}?device={last}").check())


def test_a_model_of_another_kind_is_said(homes: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds a `t5`: neither"):
        open_model(f"hf/{folder(tmp_path / 't', config={'model_type': 't5'})}")
    with pytest.raises(InputError, match="holds no model that can be loaded"):
        open_model(f"hf/{folder(tmp_path / 'u', config={'model_type': 'never-heard-of'})}")
    there = shutil.copytree(homes["words"], tmp_path / "m")
    (there / "chat_template.jinja").write_text("{{ nothing")
    with pytest.raises(InputError, match="chat template does not write"):
        open_model(f"hf/{there}")
