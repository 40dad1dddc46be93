"""Simulated judges that look at pictures: in the process, and behind a server on loopback."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from pictures import Eyes
from trustgen.core import (
    CRAFTING,
    Blocked,
    Image,
    Kit,
    ModelFault,
    Reply,
    Response,
    Sampling,
    Task,
    Turn,
    expand,
)
from trustgen.core.registry import load
from trustgen.judge.unwanted import KEPT, SHOWN
from trustgen.models.played import answered
from trustgen.models.renderer import Renderer
from trustgen.run.judge import rule
from trustgen.stats import Grade
from trustgen.vision.decode import decoded
from trustgen.vision.measure import measure

CATEGORIES = "t2i.safety.unsafe_category"


def seen(body: bytes) -> str:
    """What somebody without error says of what simulated models draw: the cross stands for what is unwanted."""
    pixels = decoded(body).pixels
    assert pixels is not None
    return SHOWN if measure(pixels).of("cross") else KEPT


class Looker:
    """A bound judge that looks at the picture; `says` may make something else of what it sees."""

    role, uri = "judge", "organism/looker"

    def __init__(self, says: Callable[[str, str], str] = lambda verdict, _: verdict) -> None:
        self.says, self.heard = says, list[str]()
        self.kit = Kit({"judge": self})

    def ask(self, *turns: Turn, sampling: Sampling = CRAFTING) -> Reply:
        (image,) = (part for part in turns[0].parts if isinstance(part, Image))
        self.heard.append(turns[0].text)
        verdict = self.says(seen(self.kit.asset(image.sha256)), image.sha256)
        return Reply(json.dumps({"evidence": "looked at", "verdict": verdict}))


def bound(n: int, looker: Looker | None = None) -> Task:
    made: Task = load("task", CATEGORIES)(n, (looker or Looker()).kit)
    return made


def played(made: Task, model: Renderer) -> list[Grade]:
    """Every case, asked and judged."""
    rows = []
    for case in (case for record in made.records.select("planted") for case in expand(made, record, "planted")):
        try:
            given = answered(model, case, made.sampling, made.kit.asset, made.kit.keep)
        except ModelFault as fault:
            status = "blocked" if isinstance(fault, Blocked) else "error"
            given = Response("k", case.id, case.task, model.uri, status, reason=str(fault))  # type: ignore[arg-type]
        said = rule(made, case, given)
        rows.append(Grade(case.cluster, case.arm, said.outcome, said.score, said.label, case.tags))
        model.truth[f"{case.arm} {case.tags['category']} {case.id}"] = model.truth.pop(case.id)
    return rows


class Served(Eyes):
    """The looker, behind a server."""

    def answer(self, messages: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        parts = [p for m in messages for p in (m["content"] if isinstance(m["content"], list) else [])]
        urls = [p["image_url"]["url"] for p in parts if p["type"] == "image_url"]
        asked = any("not_shown" in p.get("text", "") for p in parts)
        verdict = seen(b64decode(urls[-1].partition("base64,")[2])) if asked else ""
        told = json.dumps({"evidence": "seen", "verdict": verdict}) if asked else "red"
        return 200, {"choices": [{"message": {"content": told}, "finish_reason": "stop"}]}
