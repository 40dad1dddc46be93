"""How alike pictures and prompts are, beside a run: of planted models that score, what they should come to."""

from __future__ import annotations

import json
import math
from base64 import b64decode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import trustgen
from pictures import Eyes, looking
from trustgen.core import Image, InputError, TokenLogprob
from trustgen.core.replies import Reply
from trustgen.report import alignment, verify_run
from trustgen.report.aligned import turned
from trustgen.run.vqa import KEPT, yes_of
from trustgen.store import RunFolder
from trustgen.vision.render import Pixels

TASK = "t2i.truthfulness.scene_graph"
N, BLANK = 24, 0.2


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with pictures, some of them blank."""
    out = tmp_path_factory.mktemp("aligned") / "run"
    trustgen("run", TASK, "--n", N, "--model", f"renderer/scene?blank={BLANK}", "-o", out)
    return out


def prompts_of(run: Path) -> dict[str, str]:
    """What was asked, by the hash of the picture that came."""
    folder = RunFolder.open(run)
    asked = {case.id: case.turns[0].text for case in folder.edition().cases()}
    return {r.images[0].sha256: asked[r.case] for r in folder.responses() if r.images}


def refused(*args: object) -> str:
    """What a command says that ends as wrong usage."""
    done = trustgen(*args)
    assert done.returncode == 2
    return done.stderr


def blanks(run: Path) -> int:
    """How many pictures the judge took for blank."""
    return sum(v.label.startswith("blank") for v in RunFolder.open(run).verdicts())


class Planted:
    """Knows what was asked: `own` where picture and prompt belong together, `other` where not."""

    measure, top, workers = "planted[me]", 1.0, 2

    def __init__(self, run: Path, own: float, other: float) -> None:
        self.asked, self.own, self.other = prompts_of(run), own, other

    def score(self, prompts: Sequence[str], image: Image, pixels: Pixels) -> list[float]:
        assert pixels.shape[-1] == 3
        return [self.own if self.asked[image.sha256] == prompt else self.other for prompt in prompts]


def test_own_and_other_prompts_are_told_apart(run: Path) -> None:
    (found,) = alignment(run, Planted(run, 0.9, 0.2))
    assert (found.own, found.other) == (pytest.approx(0.9), pytest.approx(0.2))
    assert found.lead == pytest.approx(0.7)
    assert found.low <= 0.9 <= found.high
    assert found.lead_low <= 0.7 <= found.lead_high
    assert found.planned == N
    assert found.blank == blanks(run) > 0
    assert found.scored == N - found.blank, "a picture of nothing has no score, and is counted"


def test_one_that_says_yes_to_everything_is_seen(run: Path) -> None:
    (found,) = alignment(run, Planted(run, 0.95, 0.95))
    assert found.own == pytest.approx(0.95)
    assert found.lead == 0.0
    assert found.lead_low <= 0 <= found.lead_high


def test_what_could_not_be_scored_is_counted(run: Path) -> None:
    heard: list[tuple[int, int]] = []
    (found,) = alignment(run, Planted(run, math.nan, 0.2), lambda *told: heard.append(told))
    assert found.scored == 0
    assert found.unread == N - found.blank
    assert math.isnan(found.own)
    assert math.isnan(found.lead)
    assert heard[-1] == (N, N)


def test_the_other_prompt_is_another_one() -> None:
    assert turned({"a": "one", "b": "one", "c": "two"}) == {"a": "two", "b": "two", "c": "one"}
    assert turned({"a": "one", "b": "one"}) == {"a": "", "b": ""}


def test_a_run_without_pictures_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = trustgen("run", "llm.truthfulness.facts", "--n", 3, "--model", "organism/perfect", "-o", out)
    assert done.returncode == 0, done.stderr
    with pytest.raises(InputError, match="asks for no picture"):
        alignment(out, Planted(out, 1, 0))


# ── VQAScore ───────────────────────────────────────────────────────────────────────────────────────────────────────


def reply(**tokens: float) -> Reply:
    """One whose first token has these probabilities; a `_` in front is a space."""
    told = {name.replace("_", " "): math.log(p) for name, p in tokens.items()}
    first = max(told, key=lambda name: told[name])
    return Reply(first, logprobs=(TokenLogprob(first, told[first], told),))


def test_every_way_of_writing_yes_and_no_counts() -> None:
    assert yes_of(reply(yes=0.3, Yes=0.2, _YES=0.1, no=0.2, _No=0.1)) == pytest.approx(0.6 / 0.9)
    assert yes_of(reply(yes=0.9, not_=0.1)) == 1.0
    assert yes_of(reply(No=0.8, yesterday=0.2)) == 0.0


def test_where_it_says_something_else_there_is_no_score() -> None:
    assert math.isnan(yes_of(reply(The=0.6, yes=0.3, no=0.1)))
    assert math.isnan(yes_of(Reply("yes")))


def test_space_in_front_of_the_answer_is_passed_over() -> None:
    answer = reply(yes=0.75, no=0.25)
    assert yes_of(Reply("\n\nyes", logprobs=(TokenLogprob("\n\n", -0.1), *answer.logprobs))) == pytest.approx(0.75)


@given(st.floats(0.3, 0.9), st.floats(0.3, 0.9))
def test_yes_and_no_swapped_are_the_rest(yes: float, no: float) -> None:
    assert yes_of(reply(yes=yes, no=no)) == pytest.approx(1 - yes_of(reply(yes=no, no=yes)))


class Sure(Eyes):
    """A server of a model that knows which prompt belongs to a picture, and answers with probabilities."""

    def __init__(self, asked: dict[str, str], own: float, other: float) -> None:
        super().__init__()
        self.asked, self.own, self.other = asked, own, other

    def answer(self, messages: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        parts = [p for p in messages[-1]["content"] if isinstance(p, dict)]
        text = "".join(p["text"] for p in parts if p["type"] == "text")
        (url,) = [p["image_url"]["url"] for p in parts if p["type"] == "image_url"]
        prompt = self.asked.get(sha256(b64decode(url.partition("base64,")[2])).hexdigest())
        self.said.append(text)
        yes = self.own if prompt and prompt in text else self.other
        top = [{"token": t, "logprob": math.log(p)} for t, p in (("Yes", yes), (" no", 0.9 - yes), ("maybe", 0.1))]
        said = max(top, key=lambda one: one["logprob"])
        content = [{**said, "top_logprobs": top}]
        choice = {"message": {"content": said["token"]}, "finish_reason": "stop", "logprobs": {"content": content}}
        return 200, {"choices": [choice]}


def test_a_model_on_a_server_is_asked_once(run: Path) -> None:
    with looking(Sure(prompts_of(run), own=0.72, other=0.18)) as eyes:
        uri = f"openai-api:eyes@{eyes.url}"
        (found,) = json.loads(trustgen("alignment", run, "--vqa", uri, "--json").stdout)
        assert found["measure"].startswith("vqascore[openai-api:eyes@")
        assert (found["own"], found["other"]) == (pytest.approx(0.8), pytest.approx(0.2))
        assert found["scored"] == N - blanks(run)
        asked = len(eyes.said)
        assert asked >= 2 * found["scored"]
        shown = trustgen("alignment", run, "--vqa", uri).stdout
        assert "own 0.800 " in shown
        assert "other 0.200" in shown
        assert f"{N} cases scored, {blanks(run)} blank" in shown
        assert len([text for text in eyes.said[asked:] if "Description" in text]) == 0, "it was paid for once"
    assert (run / KEPT).is_file()
    assert verify_run(run).ok


def test_what_cannot_score_is_named(run: Path, tmp_path: Path) -> None:
    assert "--clip FOLDER of a CLIP model, or --vqa URI" in refused("alignment", run)
    assert "has no config.json" in refused("alignment", run, "--clip", tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "siglip"}')
    assert "says `siglip`" in refused("alignment", run, "--clip", tmp_path)
    assert "`smollm2` reads no pictures" in refused("alignment", run, "--vqa", "smollm2")
