"""Pictures through Inspect AI: its two families that make some, and its OpenAI client against a server here."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import Any

import pytest
from aiohttp import web

from pictures import png
from servers.app_server import Application
from trustgen.core import (
    Blocked,
    Drawing,
    Image,
    Level,
    ModelFault,
    ModelOptions,
    NoPicture,
    Reply,
    Request,
    Sampling,
    Transient,
    picture,
    user,
)
from trustgen.models import open_model
from trustgen.models.inspect import InspectModel

# Inspect's own dependencies warn about each other.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PICTURE, OTHER = png("red"), png("blue")


def data(body: bytes) -> str:
    return f"data:image/png;base64,{b64encode(body).decode()}"


def keeping(kept: dict[str, bytes], *, draw: bool = True, **sampling: Any) -> Request:
    """A request that keeps pictures."""

    def keep(body: bytes, alt: str) -> Image:
        made = picture(body, alt)
        kept[made.sha256] = body
        return made

    told = Sampling(**{"image": Drawing() if draw else None, **sampling})
    return Request((user("A red square."),), told, keep=keep)


def answered(provider: str, *parts: Any, stop: str = "stop", **asked: Any) -> tuple[Reply, list[bytes], Any, Any]:
    """The reply of a model of a family that says `parts`, its pictures, what it was told, and what was left out."""
    from inspect_ai.model import ContentImage, ContentText, ModelOutput, ModelUsage, get_model

    told: list[Any] = []
    kept: dict[str, bytes] = {}
    content = [ContentText(text=one[1:]) if one.startswith("'") else ContentImage(image=one) for one in parts]

    def respond(messages: Any, tools: Any, choice: Any, config: Any) -> ModelOutput:
        told.append(config)
        made = ModelOutput.from_content("mock", content, stop_reason=stop)
        made.usage = ModelUsage(input_tokens=7, output_tokens=2, total_tokens=9)
        return made

    async def main() -> tuple[Reply, Any]:
        inner = get_model("mockllm/model", custom_outputs=respond, memoize=False)
        model = InspectModel(f"{provider}/painter", ModelOptions(), inner)
        try:
            return await model.ask(keeping(kept, **asked)), dict(model.adapted)
        finally:
            await model.close()

    reply, left = asyncio.run(main())
    return reply, [kept[image.sha256] for image in reply.images], told[0], left


@pytest.mark.parametrize("provider", ["openai", "google"])
def test_a_picture_of_either_family_is_kept(provider: str) -> None:
    reply, pictures, told, left = answered(provider, "'Here it is.", data(PICTURE))
    assert (reply.text, pictures, reply.finish, left) == ("Here it is.", [PICTURE], "stop", {})
    assert (told.modalities, told.max_tokens, told.seed) == (["image"], None, 0)


def test_what_a_drawing_says_is_said_where_inspect_has_a_word_for_it() -> None:
    drawing = Drawing(width=64, height=32, steps=20)
    _, _, told, left = answered("openai", data(PICTURE), image=drawing)
    assert [one.options for one in told.modalities] == [{"openai": {"size": "64x32"}}]
    assert left == {"num_inference_steps": ""}
    _, _, told, left = answered("google", data(PICTURE), image=drawing)
    assert (told.modalities, left) == (["image"], {"size": "", "num_inference_steps": ""})


def test_of_words_no_picture_is_asked_and_none_is_read() -> None:
    reply, pictures, told, _ = answered("google", "'Paris.", data(PICTURE), draw=False)
    assert (reply.text, pictures, told.modalities, told.max_tokens) == ("Paris.", [], None, 256)


def test_drafts_come_before_the_picture() -> None:
    _, pictures, _, _ = answered("google", data(OTHER), "'And better:", data(PICTURE))
    assert pictures == [PICTURE]
    reply, pictures, _, _ = answered("google", data(OTHER), image=Drawing(count=2))
    assert (pictures, reply.finish) == ([OTHER], "other")


def test_words_in_a_pictures_place_stay_words() -> None:
    reply, pictures, _, _ = answered("openai", "'I cannot draw that.")
    assert (reply.text, pictures, reply.finish) == ("I cannot draw that.", [], "stop")


FAULTS: dict[str, tuple[tuple[str, ...], str, type[ModelFault], str]] = {
    "another server": (("https://192.0.2.1/a.png",), "stop", NoPicture, "another server (https://192.0.2.1)"),
    "a page": ((data(b"<html>busy</html>"),), "stop", NoPicture, "no PNG, JPEG, GIF or WebP"),
    "no Base64": (("data:image/png;base64,%%%",), "stop", Transient, "as Base64 is none"),
    "nothing": ((), "stop", Transient, "neither a picture nor words"),
    "a filter": (("'No.",), "content_filter", Blocked, "No."),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_picture_is_told_for_what_it_is(name: str) -> None:
    parts, stop, kind, said = FAULTS[name]
    with pytest.raises(kind) as error:
        answered("google", *parts, stop=stop)
    assert type(error.value) is kind
    assert said in str(error.value)


def test_two_families_may_make_pictures() -> None:
    for uri, makes in (("openai/gpt", True), ("google/gemini", True), ("anthropic/claude", False)):
        model = open_model(f"inspect/{uri}")
        assert (Level.IMAGE_OUT in model.maybe) == makes
        assert Level.IMAGE_OUT not in model.levels


# ── over HTTP, with Inspect's OpenAI client ─────────────────────────────────────────────────────────────────────────

RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 0, "model": "gpt-4.1", "status": "completed", "error": None,
    "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True, "temperature": 1.0,
    "tool_choice": "auto", "tools": [], "top_p": 1.0,
    "usage": {
        "input_tokens": 7, "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 9,
    },
}  # fmt: skip
MADE = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": b64encode(PICTURE).decode()}


def over_http(monkeypatch: pytest.MonkeyPatch, answer: Any) -> tuple[Reply, list[bytes], dict[str, Any]]:
    """A reply over HTTP, its pictures, and the body that asked for it."""
    kept: dict[str, bytes] = {}
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nothing")

    async def main() -> Reply:
        model = open_model("inspect/openai/gpt-4.1")
        try:
            return await model.ask(keeping(kept, image=Drawing(width=64, height=64)))
        finally:
            await model.close()

    with Application(lambda _: answer, "/v1/responses") as app:
        monkeypatch.setenv("OPENAI_BASE_URL", app.url.removesuffix("/responses"))
        reply = asyncio.run(main())
    (body,) = app.bodies
    return reply, [kept[image.sha256] for image in reply.images], body


def test_a_picture_comes_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    reply, pictures, body = over_http(monkeypatch, RESPONSE | {"output": [MADE]})
    assert (pictures, reply.usage.prompt) == ([PICTURE], 7)
    assert body["tools"] == [{"type": "image_generation", "size": "64x64"}]
    assert "max_output_tokens" not in body


def test_moderation_over_http_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    error = {
        "message": "Your request was rejected.",
        "code": "moderation_blocked",
        "type": "image_generation_user_error",
    }
    refused = web.Response(status=400, text=json.dumps({"error": error}), content_type="application/json")
    with pytest.raises(Blocked, match="rejected"):
        over_http(monkeypatch, refused)
