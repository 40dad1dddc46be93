"""A picture is the same test whichever way it goes: in a `data:` URL, through Inspect, or to a model in this process.

Every model gives the same reply to the same picture, so the same cases must get the same verdicts.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from toy import settings
from toy_pictures import look

import tiny_models
from pictures import COLOURS, Eyes, looking
from trustgen.cli.app import app
from trustgen.models import hf
from trustgen.models.hf_reader import Reader
from trustgen.run import build, evaluate
from trustgen.store import Edition, RunFolder
from trustgen.testing.server import completion
from trustgen.vision.decode import decoded
from trustgen.vision.render import digest_of

# Inspect's own dependencies warn about each other.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

N = 9
CARD = """+++
title = "Named colours"
dimension = "truthfulness"
modality = "image and text"
source = "squares that are drawn for it"

[measures]
right = "Squares whose colour was named. Denominator: all that were scored."
+++

## What is asked

The colour of a square.

## Known limits

It knows three.
"""
Shown = tuple[str, str]
"""What was said of a picture, and the digest of its pixels."""


def reply_to(pixels: Any) -> str:
    """The colour of a square, but of a green one the wrong one."""
    told = next(name for name, colour in COLOURS.items() if tuple(pixels[0, 0]) == colour)
    return "white" if told == "green" else told


class Server(Eyes):
    """Replies so, and keeps what it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Shown] = []

    def answer(self, messages: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        (message,) = messages
        words, url = (part for part in message["content"])
        head, _, data = url["image_url"]["url"].partition(",")
        assert head == "data:image/png;base64"
        pixels = decoded(b64decode(data, validate=True)).pixels
        assert pixels is not None
        self.shown.append((words["text"], digest_of(pixels)))
        return 200, completion(reply_to(pixels))


class Processor(tiny_models.Bytes):
    """One that keeps what it was shown; what it hands on is what the model is to reply."""

    chat_template = None
    image_token, image_processor = "<image>", "there is one"

    def __init__(self) -> None:
        self.tokenizer = tiny_models.Bytes()
        self.shown: list[Shown] = []

    def __call__(self, text: str, images: Sequence[Sequence[Any]], **_: Any) -> dict[str, Any]:
        ((image,),) = images
        pixels = np.asarray(image)
        self.shown.append((text.removesuffix("<image>"), digest_of(pixels)))
        return {"input_ids": np.zeros((1, 4)), "reply": reply_to(pixels)}


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> Processor:
    """A model of a folder that is none: it says what its processor hands on."""
    made = Processor()
    model = SimpleNamespace(
        config=SimpleNamespace(is_encoder_decoder=True), generation_config=SimpleNamespace(eos_token_id=0)
    )

    def generated(_: Any, inputs: dict[str, Any], said: hf.Said, room: int) -> None:
        for byte in [*inputs["reply"].encode(), 0]:
            scores = np.zeros((1, 128))
            scores[0, byte] = 1
            said(None, tiny_models.Scores(scores))

    monkeypatch.setattr(hf, "_kind", lambda _: hf.Kind(None, Reader(made, pictures=True)))
    monkeypatch.setattr(hf, "_load", lambda *_: model)
    monkeypatch.setattr(hf, "_generated", generated)
    return made


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    """Squares to name."""
    return build([look(N)], tmp_path / "e", salt="s")


def test_every_way_is_the_same_case_the_same_pixels_and_the_same_verdict(
    edition: Edition, tmp_path: Path, processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text("{}")
    with looking(Server()) as one, looking(Server()) as other:
        monkeypatch.setenv("OTHER_BASE_URL", other.url)
        monkeypatch.setenv("OTHER_API_KEY", "none")
        ways = [f"openai-api:m@{one.url}", "inspect/openai-api/other/m", f"hf/{tmp_path / 'm'}"]
        evaluate(edition, ways, tmp_path / "run", settings=settings())
        seen = [sorted(shown) for shown in (one.shown[1:], other.shown[1:], processor.shown)]  # the first asks who sees
    due = []
    for case in edition.cases():
        pixels = decoded(edition.asset(case.images[0].sha256)).pixels
        assert pixels is not None
        due.append((case.turns[0].text, digest_of(pixels)))
    assert len(due) == N
    assert seen == [sorted(due)] * 3

    run = RunFolder.open(tmp_path / "run")
    models = run.manifest().models
    said = [{r.case: r.text for r in run.responses() if r.model == model} for model in models]
    scores = [{v.case: (v.outcome, v.score, v.label) for v in run.verdicts() if v.model == model} for model in models]
    assert len(models) == 3
    assert said == [said[0]] * 3
    assert scores == [scores[0]] * 3
    assert set(scores[0]) == {case.id for case in edition.cases()}
    assert {score for _, score, _ in scores[0].values()} == {0.0, 1.0}


def test_a_real_model_of_random_weights_answers_a_whole_run(
    edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason=tiny_models.LACKING)
    pytest.importorskip("transformers", reason=tiny_models.LACKING)
    (tmp_path / "named_colours").mkdir()
    (tmp_path / "named_colours" / "card.md").write_text(CARD)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(look, "package", "named_colours")
    there = tiny_models.sees(tmp_path / "m")

    def ran(out: str, *more: str) -> dict[str, str]:
        asked = ["run", str(edition.folder), "--model", f"hf/{there}", "--max-tokens", "8", *more]
        done = CliRunner().invoke(app, [*asked, "-o", str(tmp_path / out), "--json"])
        assert done.exit_code == 0, done.output
        estimate = json.loads(done.stdout)["estimates"][0]
        assert (estimate["planned"], estimate["outcomes"]["error"]) == (N, 0)
        run = RunFolder.open(tmp_path / out)
        assert run.manifest().models[0].startswith(f"hf/{there}#")
        return {r.case: r.text for r in run.responses()}

    cold, warm = ran("cold"), ran("warm", "--temperature", "1", "--seed", "3")
    assert len(set(cold.values())) > 1, "another picture, another answer"
    assert ran("cold2") == cold
    assert ran("warm2", "--temperature", "1", "--seed", "3") == warm != cold
    assert ran("other", "--temperature", "1", "--seed", "4") != warm
